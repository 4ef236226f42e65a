"""Rows of text below a header: columns by name, and what is wrong with the shape of the table."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.intake.findings import Findings
from planner.intake.raw import HEADER_ROWS, Flags, RawTable, normal

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The named columns of a file: cells without outer spaces, which of them are native numbers or dates, and the row number of each in the file."""

    place: str
    columns: dict[str, Cells]
    native: dict[str, Flags]
    lines: npt.NDArray[np.int64]

    def cell(self, position: int, column: str) -> str:
        """The place of a cell, in the words of messages."""
        return f"{self.place}, row {self.lines[position]}, column {column}"

    def blank(self, column: str) -> Flags:
        """Which cells of a column are blank."""
        return np.array([not cell for cell in self.columns[column]], dtype=bool)


def header_row(raw: RawTable, columns: tuple[str, ...]) -> int | None:
    """Position of the first row that holds all of these column names; None where no row near the top does."""
    for position, row in enumerate(raw.rows[:HEADER_ROWS]):
        if set(columns) <= set(map(normal, row)):
            return position
    return None


def below_header(raw: RawTable, header: int, columns: tuple[str, ...], findings: Findings) -> Table:
    """The columns below a header. Repeated and unknown columns and ragged rows are faults."""
    names = [normal(cell) for cell in raw.rows[header]]
    _check_names(names, columns, f"{raw.place}, row {raw.lines[header]}", findings)
    if header:
        findings.note(f"Lines above the header are passed over: {header}.")
    kept = _even_rows(raw, header, findings)
    _empty_below_blank_names(raw, names, kept, findings)
    if not kept:
        findings.settle()
        findings.stop(f"{raw.place}, row {raw.lines[header]}", "there are no rows below the header", "Choose a file with a header and rows.")
    return _table(raw, names, kept, columns)


def _check_names(names: list[str], columns: tuple[str, ...], place: str, findings: Findings) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        findings.fault(f"{place}, column {name}", "the column stands there twice", "Keep one of the two.")
    for name in names:
        if name and name not in columns:
            findings.fault(f"{place}, column {name}", "the layout has no such column", f"Remove it: the columns are {', '.join(columns)}.")


def _even_rows(raw: RawTable, header: int, findings: Findings) -> list[int]:
    """Positions of the rows with as many cells as the header; the others are faults."""
    width = len(raw.rows[header])
    below = range(header + 1, len(raw.rows))
    for position in below:
        cells = len(raw.rows[position])
        if cells != width:
            remedy = "Put quotation marks around a text or number that contains the delimiter." if cells > width else "Give every cell of the row."
            findings.fault(f"{raw.place}, row {raw.lines[position]}", f"the row does not have {width} cells as the header has", remedy, f"{cells} cells")
    return [position for position in below if len(raw.rows[position]) == width]


def _empty_below_blank_names(raw: RawTable, names: list[str], kept: list[int], findings: Findings) -> None:
    for number, name in enumerate(names):
        filled = [position for position in kept if raw.rows[position][number].strip()] if not name else []
        if filled:
            place = f"{raw.place}, row {raw.lines[filled[0]]}, column {number + 1}"
            findings.fault(place, "there are values in a column without a name", "Remove the column.", raw.rows[filled[0]][number])


def _table(raw: RawTable, names: list[str], kept: list[int], columns: tuple[str, ...]) -> Table:
    cells = list(zip(*(raw.rows[position] for position in kept), strict=True))
    native = np.zeros((len(kept), len(names)), dtype=bool) if raw.native is None else raw.native[kept]
    where = {column: names.index(column) for column in columns}
    return Table(
        place=raw.place,
        columns={column: tuple(map(str.strip, cells[number])) for column, number in where.items()},
        native={column: native[:, number] for column, number in where.items()},
        lines=np.array([raw.lines[position] for position in kept], dtype=np.int64),
    )


def fault_rows(findings: Findings, table: Table, wrong: Flags, column: str, words: tuple[str, str]) -> None:
    """One fault for each marked cell of a column; `words` are the problem and the remedy."""
    positions = np.flatnonzero(wrong)
    told = positions[: findings.room]
    for position in told:
        cell = table.columns[column][position]
        findings.fault(table.cell(int(position), column), words[0], words[1], repr(cell) if cell else "")
    findings.untold(words[0], len(positions) - len(told))
