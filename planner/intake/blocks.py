"""A large file of plain intervals, read by blocks of its bytes on several threads: the quick way of a file with nothing to ask or to refuse.

Whatever is not plain (quotation marks, blank lines, offsets, grouped digits, every fault) raises Doubt: then the careful way reads the file again and tells.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.csv

from planner.intake.arrow import to_numpy
from planner.intake.cells import LARGEST, YEARS, Floats, Readings, Times
from planner.intake.rows import LONGEST_AHT_S, MOST_QUEUES, is_name, shielded
from planner.intake.table import Codes
from planner.intake.threads import in_order

BLOCK = 4 * 2**20
LONGEST_LINE = 2**16
SPARE = 1.02
"""Room for more rows than the first block lets expect; more is made where it does not do."""
MOST_LARGE_ROWS = 50_000_000
COLUMNS = {"start", "queue", "contacts", "aht_s"}
START_LENGTHS = (16, 19)
"""Of 2027-01-04 08:30, without and with seconds."""
NUMBER = r"^(?:[0-9]{1,15}(?:\.[0-9]{1,20})?)?$"
DOTTED = r"\."
EITHER = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
"""Numbers that a decimal comma would read otherwise."""


Columns = tuple[Any, ...]
"""Arrays of queue, time, contacts and handle time."""


class Doubt(Exception):
    """The file is not plain, or not sound: it has to be read the careful way."""


@dataclass(frozen=True)
class Plain:
    """Rows in the order of the file, every line of it one row."""

    names: tuple[str, ...]
    queue: Codes
    time: Times
    contacts: Floats
    aht_s: Floats
    """Handle time; NaN where there are no contacts."""
    evidence: dict[str, Readings]
    """What the texts of the number columns say about the decimal mark."""


@dataclass(frozen=True)
class _Block:
    size: int
    """Bytes."""
    names: list[str]
    columns: Columns
    evidence: dict[str, Readings]


@dataclass
class _Growing:
    """The columns of all blocks so far, in arrays long enough for the blocks to come."""

    rows: int
    columns: Columns
    names: dict[str, int]
    evidence: dict[str, Readings]

    def add(self, block: _Block) -> None:
        """Puts a block behind the others."""
        end = self.rows + len(block.columns[0])
        if end > MOST_LARGE_ROWS:
            raise Doubt
        if end > len(self.columns[0]):
            self.columns = tuple(np.resize(column, end + len(column) // 4) for column in self.columns)
        numbers = np.array([self.names.setdefault(name, len(self.names)) for name in block.names], dtype=np.int16)
        if len(self.names) > MOST_QUEUES:
            raise Doubt
        for column, part in zip(self.columns, (numbers[block.columns[0]], *block.columns[1:]), strict=True):
            column[self.rows : end] = part
        self.rows = end
        self.evidence = {name: _added(found, block.evidence[name]) for name, found in self.evidence.items()}


def _room(rows: int) -> _Growing:
    columns = (np.empty(rows, dtype=np.int16), np.empty(rows, dtype="datetime64[s]"), np.empty(rows), np.empty(rows))
    return _Growing(0, columns, {}, dict.fromkeys(("contacts", "aht_s"), Readings(0, 0, 0, "")))


def _added(one: Readings, other: Readings) -> Readings:
    return Readings(one.first + other.first, one.second + other.second, one.both + other.both, one.example or other.example)


def plain_rows(path: Path, header_line: int, names: tuple[str, ...], delimiter: str, progress: Callable[[float], None]) -> Plain:
    """The rows of a plain file below its header, whose columns are `names`. Raises Doubt."""
    if set(names) != COLUMNS or len(names) != len(COLUMNS):
        raise Doubt
    size, done, found = path.stat().st_size, 0, _room(0)
    with path.open("rb") as file:
        for _ in range(header_line):
            file.readline()
        for block in in_order(lambda data: _block(data, names, delimiter), _pieces(file)):
            if not found.rows:
                found = _room(int(SPARE * size / block.size * len(block.columns[0])))
            found.add(block)
            done += block.size
            progress(done / size)
    if not found.rows:
        raise Doubt
    queue, time, contacts, aht_s = (column[: found.rows] for column in found.columns)
    return Plain(tuple(found.names), queue, time, contacts, aht_s, found.evidence)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file in pieces that end with a line."""
    while piece := file.read(BLOCK):
        rest = file.readline(LONGEST_LINE)
        if len(rest) == LONGEST_LINE:
            raise Doubt
        yield piece + rest


def _block(data: bytes, names: tuple[str, ...], delimiter: str) -> _Block:
    if b'"' in data or b"\0" in data:
        raise Doubt
    try:
        columns = _cells(data, names, delimiter)
        time = _times(columns["start"])
        (contacts, of_contacts), (aht_s, of_aht) = _numbers(columns["contacts"]), _numbers(columns["aht_s"])
    except pyarrow.ArrowInvalid:
        raise Doubt from None
    measured = contacts > 0
    unmeasured = measured & ~(aht_s > 0)
    if np.isnan(contacts).any() or unmeasured.any() or (aht_s > LONGEST_AHT_S).any():
        raise Doubt
    queues, queue = _queues(columns["queue"])
    return _Block(len(data), queues, (queue, time, contacts, np.where(measured, aht_s, np.nan)), {"contacts": of_contacts, "aht_s": of_aht})


def _cells(data: bytes, names: tuple[str, ...], delimiter: str) -> dict[str, Any]:
    """The columns: starts as texts, the others as codes into their different texts."""
    coded = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types = {name: pyarrow.string() if name == "start" else coded for name in names}
    table = pyarrow.csv.read_csv(
        pyarrow.BufferReader(data),
        pyarrow.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=list(names)),
        pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    return {name: table.column(name).chunk(0) for name in names}


def _times(texts: Any) -> Times:
    """Starts of one length, all without an offset."""
    lengths = pyarrow.compute.min_max(pyarrow.compute.binary_length(texts)).as_py()
    if lengths["min"] != lengths["max"] or lengths["min"] not in START_LENGTHS:
        raise Doubt
    times: Times = to_numpy(texts.cast(pyarrow.timestamp("s")))
    if times.min() < np.datetime64(f"{YEARS.start}-01-01") or times.max() >= np.datetime64(f"{YEARS.stop}-01-01"):
        raise Doubt
    return times


def _numbers(coded: Any) -> tuple[Floats, Readings]:
    """Numbers without signs and marks but a point, NaN for a blank cell; and what their texts say about that point."""
    texts, codes = coded.dictionary, to_numpy(coded.indices)
    plain, dotted, either = (to_numpy(pyarrow.compute.match_substring_regex(texts, form)) for form in (NUMBER, DOTTED, EITHER))
    if not plain.all():
        raise Doubt
    values = to_numpy(pyarrow.compute.replace_substring_regex(texts, "^$", "nan").cast(pyarrow.float64()))
    if (values > LARGEST).any():
        raise Doubt
    counts = np.bincount(codes, minlength=len(texts))
    example = texts[int(either.argmax())].as_py() if either.any() else ""
    return values[codes], Readings(int(counts[dotted & ~either].sum()), 0, int(counts[either].sum()), example)


def _queues(coded: Any) -> tuple[list[str], Codes]:
    if len(coded.dictionary) > MOST_QUEUES:
        raise Doubt
    names = shielded([unicodedata.normalize("NFC", text).strip() for text in coded.dictionary.to_pylist()])
    if not all(map(is_name, names)):
        raise Doubt
    return names, to_numpy(coded.indices)
