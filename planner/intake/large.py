"""Files too large to be held as text: intervals of the planner's own layout, streamed, with the checks and the outcome of a small file.

Cells are read as codes into their different texts, so that each text is judged once, by the same functions that judge the cells of a small file.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Never

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.csv

from planner.errors import Fault, InvalidVolumes
from planner.intake.cells import Floats, Ints, Times, starts
from planner.intake.columns import ColumnMap
from planner.intake.findings import Findings
from planner.intake.own_interval import OwnInterval
from planner.intake.profile import grid_of
from planner.intake.raw import RawTable, delimiter_of, normal
from planner.intake.reading import WORDS, check_answers, check_handle_times, hold_against, own_csv, read_volumes, zones_of
from planner.intake.report import Days, Report, Span, days_of, report_on
from planner.intake.rows import (
    Rows,
    any_twice,
    clock_doubled,
    contacts_and_aht,
    in_local_time,
    interval_lengths,
    merged,
    queue_names,
    renamed,
    repeated,
    shielded,
)
from planner.intake.table import Cells, Coded, Codes, Table, check_names, distinct
from planner.intake.use import unknown_queues
from planner.intake.volumes import QueueVolumes, Volumes, by_month, check_largest, with_shape
from planner.scenario import Scenario

SMALL_BYTES = 64 * 2**20
MOST_LARGE_ROWS = 50_000_000
FEW_ROWS = 200_000
BLOCK = 4 * 2**20
WORKERS = 2
"""Threads, as numpy and Arrow work beside the interpreter; more would hold more memory."""
TOO_LARGE = "Files of more than 64 MB are read only as CSV in UTF-8 with the columns start, queue, contacts, aht_s. Split it, or save it so."
Progress = Callable[[float], None]
_QUOTED = re.compile(rb'(?:(?<=[,;\t|\n])|\A)"(?:[^"\n]|"")*"(?=[,;\t|\r\n]|\Z)')


def silent(share: float) -> None:
    """Progress that nobody watches."""
    del share


def read_file(
    path: Path,
    scenario: Scenario | None = None,
    zone: str | None = None,
    assume: Mapping[str, str] | None = None,
    maps: Mapping[str, ColumnMap] | None = None,
    progress: Progress = silent,
) -> tuple[Volumes, Report]:
    """As `read_volumes`, from a file of any size; `progress` is called with the share done, 0 to 1. Raises InvalidVolumes also where it cannot be read."""
    try:
        if path.stat().st_size > SMALL_BYTES:
            return read_large(path, scenario, zone, assume, progress)
        data = path.read_bytes()
    except OSError as error:
        raise InvalidVolumes([Fault(str(path), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
    found = read_volumes(data, path.name, scenario, zone, assume, maps)
    progress(1.0)
    return found


def read_large(
    path: Path, scenario: Scenario | None = None, zone: str | None = None, assume: Mapping[str, str] | None = None, progress: Progress = silent
) -> tuple[Volumes, Report]:
    """Volumes and report of a large file of intervals in the planner's own layout. Raises as `read_volumes` does."""
    findings = Findings(path.name, assume or {}, [queue.name for queue in scenario.queues] if scenario else ())
    check_answers(findings, assume or {}, zone)
    if findings.answer("layout") not in (None, "own_interval"):
        _refuse("files of that size have the planner's own intervals", findings)
    rows = renamed(_rows(_by_queue(_table(path, _shape(path, findings), findings, progress)), findings), findings)
    progress(0.85)
    zones = zones_of(rows.names, scenario, zone, findings)
    if scenario is not None:
        unknown_queues(rows, scenario, findings)
    volumes, days, span = _volumes(rows, zones, findings)
    hold_against(volumes, scenario, findings)
    report = report_on(volumes, days, zones, span, findings.notices)
    progress(1.0)
    return volumes, report


# Text to codes


@dataclass(frozen=True)
class _Shape:
    """What is known of a file before its rows are read."""

    header_line: int
    names: tuple[str, ...]
    delimiter: str
    size: int
    """Bytes."""


def _shape(path: Path, findings: Findings) -> _Shape:
    with path.open("rb") as file:
        begin = file.read(2**16)
    if b"\n" not in begin:
        _refuse("there is no header in the first lines", findings)
    try:
        text = begin[: begin.rindex(b"\n")].decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("the text is not UTF-8", findings)
    delimiter = delimiter_of(text, WORDS)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))[:60]
    except csv.Error as error:
        _refuse(f"the rows cannot be split into columns ({error})", findings)
    raw = RawTable(path.name, tuple(tuple(row) for row in rows), tuple(range(1, len(rows) + 1)))
    match = OwnInterval().recognise(raw)
    if match is None or any("\n" in cell for row in rows for cell in row):
        _refuse("it has no header of the planner's own intervals", findings)
    check_names(raw, match.header, OwnInterval().columns, findings)
    findings.note(f"Read as {OwnInterval().title}: {match.evidence}.")
    return _Shape(match.header + 1, tuple(normal(cell) for cell in raw.rows[match.header]), delimiter, path.stat().st_size)


def _refuse(problem: str, findings: Findings) -> Never:
    findings.stop(findings.file_name, f"the file is larger than {SMALL_BYTES // 2**20} MB, and {problem}", TOO_LARGE)


class _Watched(io.RawIOBase):
    """A file that notes, while it is read, whether it has quotation marks or blank lines, and how far it has been read."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        self.quoted = self.blank = False
        self._file, self._told, self._done, self._tail = path.open("rb", buffering=0), told, 0, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._file.read(size)
        self.quoted = self.quoted or b'"' in block
        self.blank = self.blank or b"\n\n" in block or (b"\r" in block and b"\n\r\n" in block) or (self._tail + block[:2]).count(b"\n") > 1
        self._tail = block[-2:]
        self._done += len(block)
        self._told(self._done)
        return block

    def close(self) -> None:
        """The file too."""
        self._file.close()
        super().close()


def _blank_lines(path: Path, header_line: int, quoted: bool, findings: Findings) -> Ints:
    found, lines = [], 0
    with path.open("rb") as file:
        while block := file.readlines(BLOCK):
            if quoted:
                _check_quotes(b"".join(block), lines, findings)
            found += [lines + number for number, line in enumerate(block, 1) if not line.strip()]
            lines += len(block)
    return np.array([number for number in found if number > header_line], dtype=np.int64)


def _check_quotes(block: bytes, lines: int, findings: Findings) -> None:
    rest = _QUOTED.sub(b"", block)
    if b'"' in rest:
        line = lines + 1 + rest[: rest.index(b'"')].count(b"\n")
        remedy = "Close every quotation mark, and double those inside a text."
        findings.stop(f"{findings.file_name}, row {line}", "the row cannot be split into columns", remedy)


def _table(path: Path, shape: _Shape, findings: Findings, progress: Progress) -> Table:
    """The file's cells as codes. Rows of another width are faults."""
    wide: list[str] = []

    def passed(row: Any) -> str:
        wide.append(row.text)
        return "skip"

    with _Watched(path, lambda done: progress(0.7 * done / shape.size)) as file:
        batches = list(_batches(file, shape, passed, findings))
    blank = _blank_lines(path, shape.header_line, file.quoted, findings) if file.quoted or file.blank else np.zeros(0, dtype=np.int64)
    skipped = _with_wide(path, shape, wide, blank, findings)
    rows = sum(map(len, batches))
    if not rows or rows > MOST_LARGE_ROWS:
        findings.settle()
        problem = f"there are {rows:,} rows, more than {MOST_LARGE_ROWS:,}" if rows else "there are no rows below the header"
        findings.stop(f"{findings.file_name}, row {shape.header_line}", problem, "Choose a file with a header and rows, split by queue or by year.")
    with ThreadPoolExecutor(WORKERS) as pool:
        unified = pool.map(lambda number: _unified(batches, number), range(len(shape.names)))
        columns = dict(zip(shape.names, unified, strict=True))
    return _coded_table(path.name, shape, _lines(rows, shape.header_line, skipped), columns, findings)


def _unified(batches: list[pyarrow.RecordBatch], number: int) -> tuple[list[str], Ints]:
    """One column's different texts, and the text of each cell."""
    column = pyarrow.chunked_array([batch.column(number) for batch in batches]).unify_dictionaries()
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in column.chunks])
    return column.chunk(0).dictionary.to_pylist(), codes


def _batches(file: _Watched, shape: _Shape, passed: Callable[[Any], str], findings: Findings) -> Iterator[pyarrow.RecordBatch]:
    coded = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    names = [str(number) for number in range(len(shape.names))]
    try:
        yield from pyarrow.csv.open_csv(
            file,
            pyarrow.csv.ReadOptions(block_size=BLOCK, skip_rows=shape.header_line, column_names=names),
            pyarrow.csv.ParseOptions(delimiter=shape.delimiter, ignore_empty_lines=True, invalid_row_handler=passed),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, coded), strings_can_be_null=False),
        )
    except (pyarrow.ArrowInvalid, pyarrow.ArrowKeyError, UnicodeDecodeError) as error:
        _refuse(f"it cannot be read ({str(error)[:120]})", findings)


def _with_wide(path: Path, shape: _Shape, wide: list[str], blank: Ints, findings: Findings) -> Ints:
    """Numbers of all lines that hold no row: blank ones, and those of another width, which are faults."""
    if not wide:
        return blank
    remedy = "Give every cell of the row, and quotation marks to a text or number that contains the delimiter."
    wanted, found = iter(wide), []
    text = next(wanted, None)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number > shape.header_line and text is not None and line.rstrip(b"\r\n") == text.encode():
                found.append(number)
                cells = len(next(csv.reader([text], delimiter=shape.delimiter)))
                problem = f"the row does not have {len(shape.names)} cells as the header has"
                findings.fault(f"{findings.file_name}, row {number}", problem, remedy, f"{cells} cells")
                text = next(wanted, None)
    return np.sort(np.concatenate([blank, np.array(found, dtype=np.int64)]))


def _lines(rows: int, header_line: int, skipped: Ints) -> Codes:
    """Line numbers of the rows."""
    lines: Codes = np.arange(header_line + 1, header_line + 1 + rows, dtype=np.int32)
    if len(skipped):
        lines += np.searchsorted(skipped - np.arange(len(skipped)), lines, side="right").astype(np.int32)
    return lines


def _coded_table(place: str, shape: _Shape, lines: Ints, columns: dict[str, tuple[list[str], Ints]], findings: Findings) -> Table:
    cells = {name: Coded([unicodedata.normalize("NFC", text).strip() for text in texts], codes) for name, (texts, codes) in columns.items()}
    unnamed = [text for text in cells.get("", Coded([], lines)).texts if text]
    if unnamed:
        findings.fault(f"{place}, row {shape.header_line}", "there are values in a column without a name", "Remove the column.", unnamed[0])
    wanted: dict[str, Cells] = {name: cells[name].joined() for name in OwnInterval().columns}
    controls = [name for name, coded in wanted.items() if any("\0" in text for text in distinct(coded)[0])]
    if controls:
        findings.fault(f"{place}, column {controls[0]}", "there is a NUL character", "Save the file as CSV UTF-8.")
    if shape.delimiter != ",":
        findings.note(f"Columns are separated by {'tab' if shape.delimiter == chr(9) else shape.delimiter}.")
    return Table(place, wanted, dict.fromkeys(wanted, np.zeros(len(lines), dtype=bool)), lines)


# Rows to volumes


def _by_queue(table: Table) -> Table:
    """The rows by queue, in the order of the file within one."""
    pyarrow.default_memory_pool().release_unused()
    names = table.columns["queue"]
    queue = Coded(shielded(names.texts), names.codes).joined() if isinstance(names, Coded) else names
    table = replace(table, columns={**table.columns, "queue": queue})
    codes = distinct(queue)[1].astype(np.int16)
    if (codes[1:] >= codes[:-1]).all():
        return table
    order = np.argsort(codes, kind="stable").astype(np.int32)
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = pool.map(lambda name: replace(table, columns={name: table.columns[name]}, native={}).take(order).columns[name], table.columns)
        columns = dict(zip(table.columns, parts, strict=True))
    return replace(table, columns=columns, lines=table.lines[order])


def _rows(table: Table, findings: Findings) -> Rows:
    other = findings.apart()
    with ThreadPoolExecutor(WORKERS) as pool:
        times = pool.submit(starts, table, "start", findings)
        contacts, aht_s = contacts_and_aht(table, other)
        local, utc = times.result()
    findings.add(other)
    names, queue = queue_names(table, "queue", findings)
    kept = replace(table, columns={name: table.columns[name] for name in ("start", "queue")}, native={})
    return Rows(kept, names, queue.astype(np.int16), local, utc, contacts, aht_s, "interval")


@dataclass(frozen=True)
class _Queue:
    """One queue, judged and summed up."""

    findings: Findings
    volumes: QueueVolumes | None = None
    days: Days | None = None
    merged: pd.DataFrame | None = None


def _volumes(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> tuple[Volumes, dict[str, Days], Span]:
    """Queue by queue, what a small file goes through at once."""
    if findings.is_open:
        findings.settle()
    sound = not findings.has_faults
    bounds = np.searchsorted(rows.queue, np.arange(len(rows.names) + 1)).tolist()
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = zip(rows.names, bounds, bounds[1:], strict=False)
        found = list(pool.map(lambda part: _queue(_part(rows, part[0], slice(part[1], part[2])), zones, findings.apart(), sound), parts))
    for each in found:
        findings.add(each.findings)
    queues = tuple(each.volumes for each in found if each.volumes is not None)
    check_largest(queues, rows.table.place, findings)
    findings.settle()
    merges = {name: each.merged for name, each in zip(rows.names, found, strict=True) if each.merged is not None}
    days = {name: each.days for name, each in zip(rows.names, found, strict=True) if each.days is not None}
    volumes = Volumes("own_interval", findings.file_name, rows.table.place, queues, _frame(rows, merges), "interval")
    return volumes, days, (len(rows.time), rows.time.min(), rows.time.max())


def _queue(part: Rows, zones: Mapping[str, str | None], findings: Findings, sound: bool) -> _Queue:
    """One queue, judged, and summed up where the file is sound so far; its rows are put on its clock in place."""
    mine, name = _checked(part, zones, findings), part.names[0]
    if not sound or findings.has_faults or findings.is_open or mine.minutes is None:
        return _Queue(findings)
    part.time[:] = mine.time
    frame = merged(mine) if any_twice(mine.queue, mine.time.astype(np.int64)) else None
    times, contacts, aht_s = _merged_arrays(mine, frame)
    grid = grid_of(times, contacts, mine.minutes)
    volumes = with_shape(by_month(name, times, contacts, aht_s), grid, mine.minutes, times)
    return _Queue(findings, volumes, days_of(volumes, grid, zones.get(name)), frame)


def _merged_arrays(rows: Rows, frame: pd.DataFrame | None) -> tuple[Times, Floats, Floats]:
    if frame is None:
        return rows.time, rows.contacts, rows.aht_s
    return frame["time"].to_numpy(dtype="datetime64[s]"), frame["contacts"].to_numpy(dtype=float), frame["aht_s"].to_numpy(dtype=float)


def _part(rows: Rows, name: str, mine: slice) -> Rows:
    table = rows.table
    columns: dict[str, Cells] = {role: Coded(cells.texts, cells.codes[mine]) for role, cells in table.columns.items() if isinstance(cells, Coded)}
    part = replace(table, columns=columns, native={}, lines=table.lines[mine])
    zeros = np.zeros(len(part.lines), dtype=np.int8)
    return Rows(part, (name,), zeros, rows.time[mine], rows.utc[mine], rows.contacts[mine], rows.aht_s[mine], "interval")


def _checked(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Rows:
    rows = in_local_time(rows, zones, findings)
    if findings.is_open:
        return rows
    repeated(rows, clock_doubled(rows, zones, findings), findings)
    return replace(rows, minutes=interval_lengths(rows, findings).get(rows.names[0]))


def _frame(rows: Rows, merges: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows as a frame, the queue as a category. Queues of which rows were merged have their merged rows."""
    queue = pd.Categorical.from_codes(rows.queue, categories=pd.Index(list(rows.names)))
    columns = {"line": rows.table.lines, "queue": queue, "time": rows.time, "contacts": rows.contacts, "aht_s": rows.aht_s}
    frame = pd.DataFrame(columns, copy=False)
    if not merges:
        return frame
    kept = frame[~frame["queue"].isin(list(merges))]
    return pd.concat([kept, *(part.astype({"queue": queue.dtype}) for part in merges.values())], ignore_index=True)


# Writing


def write_own(volumes: Volumes, file: BinaryIO) -> None:
    """Volumes in the planner's own layout, as `own_csv` has them, into a file: many intervals a block at a time. Raises InvalidVolumes as it does."""
    if not volumes.has_intervals or len(volumes.rows) <= FEW_ROWS:
        file.write(own_csv(volumes))
        return
    check_handle_times(volumes)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(OwnInterval().columns)
    file.write(text.getvalue().encode())
    rows = volumes.rows
    for begin in range(0, len(rows), 500_000):
        block = rows.iloc[begin : begin + 500_000]
        columns = [_start_texts(block["time"]), _queue_texts(block["queue"]), _number_texts(block["contacts"]), _number_texts(block["aht_s"])]
        ended = pyarrow.compute.binary_join_element_wise(columns[-1], "", "\n")
        lines = pyarrow.compute.binary_join_element_wise(*columns[:-1], ended, ",")
        data = lines.buffers()[2]
        if data is not None:
            file.write(data)


def _start_texts(times: "pd.Series[Any]") -> pyarrow.Array:
    return pyarrow.compute.utf8_slice_codeunits(pyarrow.array(times.to_numpy(dtype="datetime64[s]")).cast(pyarrow.string()), 0, 16)


def _queue_texts(queues: "pd.Series[Any]") -> pyarrow.Array:
    found = queues.astype("category").cat
    return pyarrow.array([_cell(str(name)) for name in found.categories], pyarrow.string()).take(pyarrow.array(found.codes.to_numpy()))


def _cell(name: str) -> str:
    """A queue's name as a cell of a CSV file; one that a spreadsheet would run as a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow([f"'{name}" if name[:1] in "=+-@" else name])
    return text.getvalue()


def _number_texts(values: "pd.Series[Any]") -> pyarrow.Array:
    """Numbers as short as they go, and exact; blank for none."""
    return pyarrow.compute.coalesce(pyarrow.array(values.to_numpy(dtype=float), from_pandas=True).cast(pyarrow.string()), "")
