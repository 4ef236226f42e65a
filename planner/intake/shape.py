"""What is known of a large file before its rows are read: its header, and what stands between its cells."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from planner.intake.findings import Findings
from planner.intake.own_interval import OwnInterval
from planner.intake.raw import DELIMITERS, MOST_BYTES, RawTable, delimiter_of, normal
from planner.intake.table import check_names

TOO_LARGE = "Files of more than 64 MB are read only as CSV in UTF-8 with the columns start, queue, contacts, aht_s. Split it, or save it so."


@dataclass(frozen=True)
class Shape:
    """What is known of a file before its rows are read."""

    header_line: int
    names: tuple[str, ...]
    delimiter: str
    size: int
    """Bytes."""


def shape_of(path: Path, findings: Findings) -> Shape:
    """The shape of a file of the planner's own intervals. Raises InvalidVolumes where it is none."""
    with path.open("rb") as file:
        begin = file.read(2**16)
    if b"\n" not in begin:
        refuse("there is no header in the first lines", findings)
    try:
        text = begin[: begin.rindex(b"\n")].decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("the text is not UTF-8", findings)
    delimiter = delimiter_of(text, frozenset(OwnInterval().columns))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))[:60]
    except csv.Error as error:
        refuse(f"the rows cannot be split into columns ({error})", findings)
    raw = RawTable(path.name, tuple(tuple(row) for row in rows), tuple(range(1, len(rows) + 1)))
    match = OwnInterval().recognise(raw)
    if match is None or any("\n" in cell for row in rows for cell in row):
        refuse("it has no header of the planner's own intervals", findings)
    check_names(raw, match.header, OwnInterval().columns, findings)
    findings.note(f"Columns are separated by {DELIMITERS[delimiter]}.")
    findings.note(f"Read as {OwnInterval().title}: {match.evidence}.")
    if match.header:
        findings.note(f"Lines above the header are passed over: {match.header}.")
    return Shape(match.header + 1, tuple(normal(cell) for cell in raw.rows[match.header]), delimiter, path.stat().st_size)


def refuse(problem: str, findings: Findings) -> Never:
    """Refuse a file that is too large to be read otherwise."""
    findings.stop(findings.file_name, f"the file is larger than {MOST_BYTES // 2**20} MB, and {problem}", TOO_LARGE)
