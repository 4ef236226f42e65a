"""Columns of numbers between Arrow and numpy by their memory alone: Arrow's own conversions load pandas, which takes longer than they do."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.compute

KINDS = {"float64": pyarrow.float64(), "int64": pyarrow.int64(), "int32": pyarrow.int32(), "int16": pyarrow.int16(), "datetime64[s]": pyarrow.timestamp("s")}


def from_numpy(values: npt.NDArray[Any]) -> Any:
    """An array of numbers or times as Arrow's, without a copy.

    >>> from_numpy(np.array([1.5, np.nan])).to_pylist()
    [1.5, nan]
    """
    whole = np.ascontiguousarray(values)
    return pyarrow.Array.from_buffers(KINDS[str(whole.dtype)], len(whole), [None, pyarrow.py_buffer(whole)])


def from_texts(texts: list[str]) -> Any:
    """Texts as Arrow's array.

    >>> from_texts(["a", "", "bc"]).to_pylist()
    ['a', '', 'bc']
    """
    data = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, data)]).astype(np.int32)
    return pyarrow.StringArray.from_buffers(len(data), pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(data)))


def to_numpy(array: Any) -> npt.NDArray[Any]:
    """Arrow's numbers, times or flags, none of them missing, as an array.

    >>> to_numpy(pyarrow.array([1.5, 2.0])), to_numpy(pyarrow.array([True, False]))
    (array([1.5, 2. ]), array([ True, False]))
    """
    if pyarrow.types.is_boolean(array.type):
        return to_numpy(array.cast(pyarrow.uint8())).astype(bool)
    kind = {"double": "float64", "timestamp[s]": "datetime64[s]"}.get(str(array.type), str(array.type))
    found = np.frombuffer(array.buffers()[1], dtype=np.dtype(kind))
    return found[array.offset : array.offset + len(array)]
