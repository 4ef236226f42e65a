"""Rows of text below a header: columns by name, and what is wrong with the shape of the table."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.intake.findings import Findings
from planner.intake.raw import HEADER_ROWS, Flags, RawTable, normal

SAMPLE_ROWS = 200
Codes = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Coded:
    """Cells as numbers into their different texts, for columns too long to be held as text."""

    texts: list[str]
    codes: Codes

    def __getitem__(self, position: int) -> str:
        return self.texts[int(self.codes[position])]

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return (self.texts[code] for code in self.codes)

    def joined(self) -> "Coded":
        """The same cells where some of the texts have become alike."""
        known: dict[str, int] = {}
        codes = np.array([known.setdefault(text, len(known)) for text in self.texts], dtype=self.codes.dtype)
        return self if len(known) == len(self.texts) else Coded(list(known), codes[self.codes])


Cells = tuple[str, ...] | Coded


def distinct(cells: Iterable[str]) -> tuple[list[str], Codes]:
    """The different texts in order of appearance, and the number of each cell's text among them.

    >>> distinct(["b", "a", "b"])
    (['b', 'a'], array([0, 1, 0]))
    """
    if isinstance(cells, Coded):
        return cells.texts, cells.codes
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], dtype=np.int64)
    return list(numbers), codes


@dataclass(frozen=True)
class Match:
    """A layout that recognises a table: the position of its header (of the first row, where it has none), and why."""

    header: int
    evidence: str


@dataclass(frozen=True)
class Table:
    """Columns of a file: cells without outer spaces, which of them are native numbers or dates, and the row number of each in the file."""

    place: str
    columns: Mapping[str, Cells]
    """Cells by what the column stands for: start, queue, contacts ..."""
    native: dict[str, Flags]
    lines: Codes
    titles: dict[str, str] = field(default_factory=dict)
    """What the file calls a column, where that is another name."""
    parts: tuple[str, ...] = ()
    """The part of the file that each row stands in, where row numbers begin anew in each."""

    def at(self, position: int) -> str:
        """The place of a row, in the words of messages."""
        part = f", {self.parts[position]}" if self.parts else ""
        return f"{self.place}{part}, row {self.lines[position]}"

    def cell(self, position: int, column: str) -> str:
        """The place of a cell, in the words of messages."""
        return f"{self.at(position)}, column {self.title(column)}"

    def named(self, roles: Mapping[str, str]) -> "Table":
        """The same rows with the columns by their roles."""
        return replace(
            self,
            columns={role: self.columns[name] for role, name in roles.items()},
            native={role: self.native[name] for role, name in roles.items()},
            titles={role: self.title(name) for role, name in roles.items()},
        )

    def title(self, column: str) -> str:
        """What the file calls a column."""
        return self.titles.get(column, column)

    def blank(self, column: str) -> Flags:
        """Which cells of a column are blank."""
        cells = self.columns[column]
        if isinstance(cells, Coded):
            return np.asarray(np.array([not text for text in cells.texts], dtype=bool)[cells.codes])
        return np.array([not cell for cell in cells], dtype=bool)

    def take(self, positions: Codes) -> "Table":
        """Some of the rows, in this order."""
        return replace(
            self,
            columns={column: _taken(cells, positions) for column, cells in self.columns.items()},
            native={column: flags[positions] for column, flags in self.native.items()},
            lines=self.lines[positions],
            parts=tuple(self.parts[position] for position in positions) if self.parts else (),
        )


def _taken(cells: Cells, positions: Codes) -> Cells:
    return Coded(cells.texts, cells.codes[positions]) if isinstance(cells, Coded) else tuple(cells[position] for position in positions)


def header_row(raw: RawTable, columns: tuple[str, ...]) -> Match | None:
    """The first row that holds all of these column names; None where no row near the top does."""
    for position, row in enumerate(raw.rows[:HEADER_ROWS]):
        if set(columns) <= set(map(normal, row)):
            return Match(position, f"row {raw.lines[position]} has the columns {', '.join(columns)}")
    return None


def headless_match(raw: RawTable, widths: tuple[int, ...], forms: Mapping[int, re.Pattern[str]]) -> Match | None:
    """A table without a header most of whose first rows have such a width and cells of these forms; a first row without any digit is a header put above."""
    if not raw.rows:
        return None
    begin = 0 if any(character.isdigit() for cell in raw.rows[0] for character in cell) else 1
    sample = raw.rows[begin : begin + SAMPLE_ROWS]
    fitting = sum(len(row) in widths and all(form.fullmatch(row[place].strip()) for place, form in forms.items()) for row in sample)
    if not sample or fitting < 0.6 * len(sample):
        return None
    above = ", below a row of names" if begin else ", and no header"
    return Match(begin, f"{fitting:,} of the first {len(sample):,} rows have its {' or '.join(map(str, widths))} columns{above}")


def below_header(raw: RawTable, header: int, columns: tuple[str, ...], findings: Findings) -> Table:
    """The columns below a header of a layout that has these and no others. Repeated and unknown columns and ragged rows are faults."""
    names = check_names(raw, header, columns, findings)
    _empty_below_blank_names(raw, header, names, findings)
    return _below(raw, header, names, {column: column for column in columns}, findings)


def check_names(raw: RawTable, header: int, columns: tuple[str, ...], findings: Findings) -> list[str]:
    """The names in a header. Repeated ones, and those that a layout of these columns does not have, are faults."""
    names = [normal(cell) for cell in raw.rows[header]]
    place = f"{raw.place}, row {raw.lines[header]}"
    _check_repeated(names, set(names), place, findings)
    for name in names:
        if name and name not in columns:
            findings.fault(f"{place}, column {name}", "the layout has no such column", f"Remove it: the columns are {', '.join(columns)}.")
    return names


def mapped_below(raw: RawTable, header: int, roles: Mapping[str, str], findings: Findings) -> Table:
    """Some columns below a header, by what they stand for: `roles` names the file's column of each. Other columns are passed over."""
    names = [normal(cell) for cell in raw.rows[header]]
    wanted = {role: normal(name) for role, name in roles.items()}
    _check_repeated(names, set(wanted.values()), f"{raw.place}, row {raw.lines[header]}", findings)
    others = [cell.strip() for cell, name in zip(raw.rows[header], names, strict=True) if name not in wanted.values() and name]
    if others:
        findings.note(f"Columns that say nothing about volumes are passed over: {', '.join(others)}.")
    return _below(raw, header, names, wanted, findings)


def headless(raw: RawTable, begin: int, columns: tuple[str, ...], findings: Findings) -> Table:
    """The rows from position `begin` on of a layout without a header, `columns` being its order."""
    native = None if raw.native is None else np.vstack([np.zeros((1, raw.native.shape[1]), dtype=bool), raw.native[begin:]])
    titled = RawTable(raw.place, (columns, *raw.rows[begin:]), (raw.lines[0], *raw.lines[begin:]), native)
    return _below(titled, 0, list(columns), {column: column for column in columns}, findings)


def _below(raw: RawTable, header: int, names: list[str], roles: Mapping[str, str], findings: Findings) -> Table:
    if header:
        findings.note(f"Lines above the header are passed over: {header}.")
    kept = _even_rows(raw, header, findings)
    if not kept:
        findings.settle()
        findings.stop(f"{raw.place}, row {raw.lines[header]}", "there are no rows below the header", "Choose a file with a header and rows.")
    return _table(raw, names, kept, roles)


def _check_repeated(names: list[str], wanted: set[str], place: str, findings: Findings) -> None:
    for name in sorted({name for name in wanted if name and names.count(name) > 1}):
        findings.fault(f"{place}, column {name}", "the column stands there twice", "Keep one of the two.")


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


def _empty_below_blank_names(raw: RawTable, header: int, names: list[str], findings: Findings) -> None:
    rows = [position for position in range(header + 1, len(raw.rows)) if len(raw.rows[position]) == len(names)]
    for number, name in enumerate(names):
        filled = [position for position in rows if raw.rows[position][number].strip()] if not name else []
        if filled:
            place = f"{raw.place}, row {raw.lines[filled[0]]}, column {number + 1}"
            findings.fault(place, "there are values in a column without a name", "Remove the column.", raw.rows[filled[0]][number])


def _table(raw: RawTable, names: list[str], kept: list[int], roles: Mapping[str, str]) -> Table:
    cells = list(zip(*(raw.rows[position] for position in kept), strict=True))
    native = np.zeros((len(kept), len(names)), dtype=bool) if raw.native is None else raw.native[kept]
    where = {role: names.index(name) for role, name in roles.items()}
    return Table(
        place=raw.place,
        columns={role: tuple(map(str.strip, cells[number])) for role, number in where.items()},
        native={role: native[:, number] for role, number in where.items()},
        lines=np.array([raw.lines[position] for position in kept], dtype=np.int64),
        titles={role: name for role, name in roles.items() if name != role},
    )


def fault_rows(findings: Findings, table: Table, wrong: Flags, column: str, words: tuple[str, str]) -> None:
    """One fault for each marked cell of a column; `words` are the problem and the remedy."""
    positions = np.flatnonzero(wrong)
    told = positions[: findings.room]
    for position in told:
        cell = table.columns[column][position]
        findings.fault(table.cell(int(position), column), words[0], words[1], repr(cell) if cell else "")
    findings.untold(words[0], len(positions) - len(told))
