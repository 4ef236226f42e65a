"""Volumes written in the planner's own layout, many intervals a block at a time."""

from typing import Any, BinaryIO

import numpy as np
import pyarrow
import pyarrow.compute

from planner.intake.arrow import from_numpy, from_texts, to_numpy
from planner.intake.kept import Kept
from planner.intake.own import number_text, write
from planner.intake.own_interval import OwnInterval
from planner.intake.threads import in_order
from planner.intake.volumes import Volumes, check_handle_times

FEW_ROWS = 200_000
BLOCK_ROWS = 250_000
PLAIN = 1e-4
"""Numbers below are written with an exponent."""


def write_own(volumes: Volumes, file: BinaryIO) -> None:
    """Volumes in the planner's own layout, as `own_csv` has them, into a file. Raises InvalidVolumes as it does."""
    if not volumes.has_intervals or len(volumes.kept) <= FEW_ROWS:
        from planner.intake.reading import own_csv  # it takes long to load, and a large file does not need it

        file.write(own_csv(volumes))
        return
    check_handle_times(volumes)
    file.write(write(OwnInterval().columns, ()))
    names = from_texts([_cell(name) for name in volumes.kept.names])
    blocks = (volumes.kept.take(slice(begin, begin + BLOCK_ROWS)) for begin in range(0, len(volumes.kept), BLOCK_ROWS))
    for data in in_order(lambda block: _lines(block, names), blocks):
        file.write(data)


def _cell(name: str) -> str:
    """A queue's name as a cell of a CSV file.

    >>> _cell("Sales, north"), _cell("+49")
    ('"Sales, north"', "'+49")
    """
    return write((), ((name,),)).decode().strip("\n")


def _lines(rows: Kept, names: Any) -> Any:
    """Rows as lines of text."""
    columns = [_texts(rows.time, _start_texts), names.take(from_numpy(rows.queue)), _texts(rows.contacts, _number_texts), _texts(rows.aht_s, _ended)]
    return pyarrow.compute.binary_join_element_wise(*columns, from_texts([","])[0]).buffers()[2]


def _texts(values: Any, written: Any) -> Any:
    """A column as text; each different value is written once, unless most are different."""
    column = from_numpy(values)
    coded = column.dictionary_encode()
    if 2 * len(coded.dictionary) > len(column):
        return written(column)
    return written(coded.dictionary).take(coded.indices)


def _start_texts(times: Any) -> Any:
    return pyarrow.compute.utf8_slice_codeunits(times.cast(pyarrow.string()), 0, 16)


def _number_texts(values: Any) -> Any:
    """Numbers as short as they go, and exact; blank for none."""
    numbers = to_numpy(values)
    if ((numbers > 0) & (numbers < PLAIN)).any():
        return from_texts(list(map(number_text, numbers.tolist())))
    texts = values.cast(pyarrow.string())
    return pyarrow.compute.replace_substring(texts, "nan", "") if np.isnan(numbers).any() else texts


def _ended(values: Any) -> Any:
    end, nothing = from_texts(["\n", ""])
    return pyarrow.compute.binary_join_element_wise(_number_texts(values), end, nothing)
