"""The careful way of a large file of intervals: its cells as codes into their different texts, so that each is judged once, by what judges a small file."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.csv

from planner.intake.blocks import MOST_LARGE_ROWS
from planner.intake.cells import Ints, starts
from planner.intake.findings import Findings
from planner.intake.own_interval import OwnInterval
from planner.intake.raw import Flags
from planner.intake.rows import Rows, contacts_and_aht, queue_names, shielded
from planner.intake.shape import Shape, refuse
from planner.intake.table import Cells, Coded, Codes, Table, distinct
from planner.intake.threads import WORKERS

BLOCK = 4 * 2**20
_QUOTED = re.compile(rb'(?:(?<=[,;\t|\n])|\A)"(?:[^"\n]|"")*"(?=[,;\t|\r\n]|\Z)')


def streamed_rows(path: Path, shape: Shape, findings: Findings, progress: Callable[[float], None]) -> Rows:
    """The rows of a large file in its order. Whatever is wrong with a cell is noted as a fault; raises InvalidVolumes where the file cannot be read."""
    table = _table(path, shape, findings, progress)
    pyarrow.default_memory_pool().release_unused()
    queues = table.columns["queue"]
    queue = Coded(shielded(queues.texts), queues.codes).joined() if isinstance(queues, Coded) else queues
    return _rows(replace(table, columns={**table.columns, "queue": queue}), findings)


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
            found += [lines + number for number, line in enumerate(block, 1) if not line.strip(b"\r\n")]
            lines += len(block)
    return np.array([number for number in found if number > header_line], dtype=np.int64)


def _check_quotes(block: bytes, lines: int, findings: Findings) -> None:
    rest = _QUOTED.sub(b"", block)
    if b'"' in rest:
        line = lines + 1 + rest[: rest.index(b'"')].count(b"\n")
        remedy = "Close every quotation mark, and double those inside a text."
        findings.stop(f"{findings.file_name}, row {line}", "the row cannot be split into columns", remedy)


def _table(path: Path, shape: Shape, findings: Findings, progress: Callable[[float], None]) -> Table:
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


def _batches(file: _Watched, shape: Shape, passed: Callable[[Any], str], findings: Findings) -> Iterator[pyarrow.RecordBatch]:
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
        refuse(f"it cannot be read ({str(error)[:120]})", findings)


def _with_wide(path: Path, shape: Shape, wide: list[str], blank: Ints, findings: Findings) -> Ints:
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
                cells = next(csv.reader([text], delimiter=shape.delimiter))
                if any(map(str.strip, cells)):
                    problem = f"the row does not have {len(shape.names)} cells as the header has"
                    findings.fault(f"{findings.file_name}, row {number}", problem, remedy, f"{len(cells)} cells")
                text = next(wanted, None)
    return np.sort(np.concatenate([blank, np.array(found, dtype=np.int64)]))


def _lines(rows: int, header_line: int, skipped: Ints) -> Codes:
    """Line numbers of the rows."""
    lines: Codes = np.arange(header_line + 1, header_line + 1 + rows, dtype=np.int32)
    if len(skipped):
        lines += np.searchsorted(skipped - np.arange(len(skipped)), lines, side="right").astype(np.int32)
    return lines


def _coded_table(place: str, shape: Shape, lines: Ints, columns: dict[str, tuple[list[str], Ints]], findings: Findings) -> Table:
    cells = {name: Coded([unicodedata.normalize("NFC", text).strip() for text in texts], codes) for name, (texts, codes) in columns.items()}
    lines, cells = _without_blank_rows(lines, cells, findings)
    unnamed = [text for text in cells.get("", Coded([], lines)).texts if text]
    if unnamed:
        findings.fault(f"{place}, row {shape.header_line}", "there are values in a column without a name", "Remove the column.", unnamed[0])
    wanted: dict[str, Cells] = {name: cells[name].joined() for name in OwnInterval().columns}
    controls = [name for name, coded in wanted.items() if any("\0" in text for text in distinct(coded)[0])]
    if controls:
        findings.fault(f"{place}, column {controls[0]}", "there is a NUL character", "Save the file as CSV UTF-8.")
    return Table(place, wanted, dict.fromkeys(wanted, np.zeros(len(lines), dtype=bool)), lines)


def _without_blank_rows(lines: Ints, cells: dict[str, Coded], findings: Findings) -> tuple[Ints, dict[str, Coded]]:
    """Rows of nothing but blank cells are passed over, as in a small file."""
    blank = np.ones(len(lines), dtype=bool)
    for coded in cells.values():
        blank &= np.array([not text for text in coded.texts], dtype=bool)[coded.codes]
    if not blank.any():
        return lines, cells
    findings.note(f"{int(blank.sum()):,} blank rows are passed over.")
    return lines[~blank], {name: _used(coded, ~blank) for name, coded in cells.items()}


def _used(coded: Coded, kept: Flags) -> Coded:
    """Some of the cells, with the texts that they have."""
    used, codes = np.unique(coded.codes[kept], return_inverse=True)
    return Coded([coded.texts[number] for number in used], codes)
