"""Files too large to be held as text: intervals of the planner's own layout, streamed, with the checks and the outcome of a small file.

Cells are read as codes into their different texts, so that each text is judged once, by the same functions that judge the cells of a small file.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Never

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.csv

from planner.errors import Fault, InvalidVolumes
from planner.intake.cells import Ints, starts
from planner.intake.columns import ColumnMap
from planner.intake.findings import Findings
from planner.intake.own import number_text
from planner.intake.own_interval import OwnInterval
from planner.intake.profile import Grid
from planner.intake.raw import RawTable, delimiter_of, normal
from planner.intake.reading import WORDS, check_answers, hold_against, read_volumes, zones_of
from planner.intake.report import Report, report_on
from planner.intake.rows import Rows, clock_doubled, contacts_and_aht, in_local_time, interval_lengths, merged, queue_names, repeated
from planner.intake.table import Coded, Table, check_names
from planner.intake.use import unknown_queues
from planner.intake.volumes import QueueVolumes, Volumes, check_largest, grid_of_rows, queue_volumes
from planner.scenario import Scenario

SMALL_BYTES = 64 * 2**20
MOST_LARGE_ROWS = 50_000_000
BLOCK = 4 * 2**20
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
    shape = _shape(path, findings)
    table = _table(path, shape, findings, progress)
    local, utc = starts(table, "start", findings)
    contacts, aht_s = contacts_and_aht(table, findings)
    names, queue = queue_names(table, "queue", findings)
    rows = Rows(table, names, queue.astype(np.int16), local, utc, contacts, aht_s, "interval")
    zones = zones_of(names, scenario, zone, findings)
    if scenario is not None:
        unknown_queues(rows, scenario, findings)
    volumes, grids, span = _volumes(rows, zones, findings)
    findings.settle()
    hold_against(volumes, scenario, findings)
    report = report_on(volumes, grids, zones, span, findings.notices)
    progress(1.0)
    return volumes, report


# Text to codes


@dataclass(frozen=True)
class _Shape:
    """What is known of a file before its rows are read."""

    header_line: int
    names: tuple[str, ...]
    delimiter: str
    lines: int
    skipped: Ints
    """Numbers of the blank lines below the header, in order."""


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
    lines, skipped = _scan(path, match.header + 1, findings)
    return _Shape(match.header + 1, tuple(normal(cell) for cell in raw.rows[match.header]), delimiter, lines, skipped)


def _refuse(problem: str, findings: Findings) -> Never:
    findings.stop(findings.file_name, f"the file is larger than {SMALL_BYTES // 2**20} MB, and {problem}", TOO_LARGE)


def _scan(path: Path, header_line: int, findings: Findings) -> tuple[int, Ints]:
    """Number of lines, and which below the header are blank. Quotation marks that no rule allows are refused here."""
    lines, blank, tail = 0, [], b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            block = tail + block
            cut = block.rfind(b"\n") + 1
            block, tail = block[:cut], block[cut:]
            if b'"' in block:
                _check_quotes(block, lines, findings)
            if b"\n\n" in block or b"\n\r\n" in block or block.startswith((b"\n", b"\r\n")):
                blank += [lines + number for number, line in enumerate(block.split(b"\n")[:-1], 1) if line.strip() == b""]
            lines += block.count(b"\n")
    if b'"' in tail:
        _check_quotes(tail, lines, findings)
    return lines + bool(tail), np.array([number for number in blank if number > header_line], dtype=np.int64)


def _check_quotes(block: bytes, lines: int, findings: Findings) -> None:
    rest = _QUOTED.sub(b"", block)
    if b'"' in rest:
        line = lines + 1 + rest[: rest.index(b'"')].count(b"\n")
        findings.stop(f"{findings.file_name}, row {line}", "the row cannot be split into columns", "Close every quotation mark, and double those inside a text.")


def _table(path: Path, shape: _Shape, findings: Findings, progress: Progress) -> Table:
    """The file's cells as codes. Rows of another width are faults."""
    wide: list[str] = []

    def passed(row: Any) -> str:
        wide.append(row.text)
        return "skip"

    room = shape.lines - shape.header_line
    codes = [np.empty(room, dtype=np.int32) for _ in shape.names]
    known: list[dict[str, int]] = [{} for _ in shape.names]
    done = 0
    for batch in _batches(path, shape, passed, findings):
        for number in range(len(shape.names)):
            column = batch.column(number)
            seen, place = known[number], codes[number]
            numbers = np.array([seen.setdefault(text, len(seen)) for text in column.dictionary.to_pylist()], dtype=np.int32)
            place[done : done + len(batch)] = numbers[column.indices.to_numpy(zero_copy_only=False)] if len(numbers) else 0
        done += len(batch)
        progress(0.9 * done / max(1, room))
    skipped = _with_wide(path, shape, wide, findings)
    if not done:
        findings.settle()
        findings.stop(f"{findings.file_name}, row {shape.header_line}", "there are no rows below the header", "Choose a file with a header and rows.")
    return _coded_table(path.name, shape, _lines(done, shape.header_line, skipped), {name: (list(seen), place[:done]) for name, seen, place in zip(shape.names, known, codes, strict=True)}, findings)


def _batches(path: Path, shape: _Shape, passed: Callable[[Any], str], findings: Findings) -> Iterator[pyarrow.RecordBatch]:
    coded = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    names = [str(number) for number in range(len(shape.names))]
    try:
        yield from pyarrow.csv.open_csv(
            path,
            pyarrow.csv.ReadOptions(block_size=BLOCK, skip_rows=shape.header_line, column_names=names),
            pyarrow.csv.ParseOptions(delimiter=shape.delimiter, ignore_empty_lines=True, invalid_row_handler=passed),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, coded), strings_can_be_null=False),
        )
    except (pyarrow.ArrowInvalid, pyarrow.ArrowKeyError, UnicodeDecodeError) as error:
        _refuse(f"it cannot be read ({str(error)[:120]})", findings)


def _with_wide(path: Path, shape: _Shape, wide: list[str], findings: Findings) -> Ints:
    """Numbers of all lines that hold no row: blank ones, and those of another width, which are faults."""
    if not wide:
        return shape.skipped
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
    return np.sort(np.concatenate([shape.skipped, np.array(found, dtype=np.int64)]))


def _lines(rows: int, header_line: int, skipped: Ints) -> Ints:
    """Line numbers of the rows."""
    lines = np.arange(header_line + 1, header_line + 1 + rows, dtype=np.int32)
    lines += np.searchsorted(skipped - np.arange(len(skipped)), lines, side="right").astype(np.int32)
    return lines


def _coded_table(place: str, shape: _Shape, lines: Ints, columns: dict[str, tuple[list[str], Ints]], findings: Findings) -> Table:
    cells = {name: Coded([unicodedata.normalize("NFC", text).strip() for text in texts], codes) for name, (texts, codes) in columns.items()}
    unnamed = [text for text in cells.get("", Coded([], lines)).texts if text]
    if unnamed:
        findings.fault(f"{place}, row {shape.header_line}", "there are values in a column without a name", "Remove the column.", unnamed[0])
    wanted = {name: cells[name].joined() for name in OwnInterval().columns}
    controls = [name for name, coded in wanted.items() if any("\0" in text for text in coded.texts)]
    if controls:
        findings.fault(f"{place}, column {controls[0]}", "there is a NUL character", "Save the file as CSV UTF-8.")
    if shape.delimiter != ",":
        findings.note(f"Columns are separated by {'tab' if shape.delimiter == chr(9) else shape.delimiter}.")
    return Table(place, wanted, dict.fromkeys(wanted, np.zeros(len(lines), dtype=bool)), lines)


# Rows to volumes


def _volumes(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> tuple[Volumes, dict[str, Grid], tuple[int, np.datetime64, np.datetime64]]:
    """Queue by queue, what a small file goes through at once."""
    if findings.has_faults:
        findings.settle()
    order = np.argsort(rows.queue, kind="stable")
    bounds = np.searchsorted(rows.queue[order], np.arange(len(rows.names) + 1))
    queues: list[QueueVolumes] = []
    grids: dict[str, Grid] = {}
    frames: list[pd.DataFrame] = []
    first, last = rows.time.min(), rows.time.max()
    for number, name in enumerate(rows.names):
        mine = _checked(_part(rows, name, order[bounds[number] : bounds[number + 1]]), zones, findings)
        if findings.has_faults or findings.is_open or mine.minutes is None:
            continue
        first, last = min(first, mine.time.min()), max(last, mine.time.max())
        frame = merged(mine)
        queues.append(queue_volumes(name, frame, "interval", mine.minutes))
        grids[name] = grid_of_rows(frame, mine.minutes)
        frames.append(frame)
    check_largest(tuple(queues), rows.table.place, findings)
    findings.settle()
    return Volumes("own_interval", findings.file_name, rows.table.place, tuple(queues), _joined(frames, rows.names), "interval"), grids, (len(rows.time), first, last)


def _part(rows: Rows, name: str, positions: Ints) -> Rows:
    part = rows.table.take(positions)
    zeros = np.zeros(len(positions), dtype=np.int64)
    return Rows(part, (name,), zeros, rows.time[positions], rows.utc[positions], rows.contacts[positions], rows.aht_s[positions], "interval")


def _checked(rows: Rows, zones: Mapping[str, str | None], findings: Findings) -> Rows:
    rows = in_local_time(rows, zones, findings)
    if findings.is_open:
        return rows
    repeated(rows, clock_doubled(rows, zones, findings), findings)
    return replace(rows, minutes=interval_lengths(rows, findings).get(rows.names[0]))


def _joined(frames: list[pd.DataFrame], names: tuple[str, ...]) -> pd.DataFrame:
    """Frames of the queues as one, the queue as a category; each is let go once it is copied."""
    count = sum(map(len, frames))
    columns = {"line": np.empty(count, np.int32), "queue": np.empty(count, np.int16), "time": np.empty(count, "datetime64[s]")}
    columns |= {"contacts": np.empty(count), "aht_s": np.empty(count)}
    begin = 0
    for number in range(len(frames)):
        frame, frames[number] = frames[number], pd.DataFrame()
        end = begin + len(frame)
        columns["queue"][begin:end] = number
        for name in ("line", "time", "contacts", "aht_s"):
            columns[name][begin:end] = frame[name].to_numpy()
        begin = end
    queue = pd.Categorical.from_codes(columns["queue"], categories=list(names)[: max(1, len(frames))])
    return pd.DataFrame({**columns, "queue": queue}, copy=False)


# Writing


def write_own_interval(volumes: Volumes, file: BinaryIO) -> None:
    """Volumes in the planner's own layout of intervals, however many rows: a block at a time."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(OwnInterval().columns)
    file.write(text.getvalue().encode())
    rows = volumes.rows
    for begin in range(0, len(rows), 500_000):
        block = rows.iloc[begin : begin + 500_000]
        columns = [_start_texts(block["time"]), _queue_texts(block["queue"]), _number_texts(block["contacts"]), _number_texts(block["aht_s"])]
        ended = pyarrow.compute.binary_join_element_wise(columns[-1], "", "\n")
        lines = pyarrow.compute.binary_join_element_wise(*columns[:-1], ended, ",")
        file.write(lines.buffers()[2])


def _start_texts(times: "pd.Series[Any]") -> pyarrow.Array:
    texts, codes = np.unique(times.to_numpy(dtype="datetime64[m]"), return_inverse=True)
    return _coded_texts([str(text).replace("T", " ") for text in texts.astype(str)], codes)


def _queue_texts(queues: "pd.Series[Any]") -> pyarrow.Array:
    found = queues.astype("category").cat
    return _coded_texts([_cell(str(name)) for name in found.categories], found.codes.to_numpy())


def _cell(name: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow([f"'{name}" if name[:1] in "=+-@" else name])
    return text.getvalue()


def _number_texts(values: "pd.Series[Any]") -> pyarrow.Array:
    numbers, codes = np.unique(values.to_numpy(dtype=float), return_inverse=True)
    return _coded_texts([number_text(float(number)) for number in numbers], codes)


def _coded_texts(texts: list[str], codes: Any) -> pyarrow.Array:
    return pyarrow.array(texts, pyarrow.string()).take(pyarrow.array(codes))
