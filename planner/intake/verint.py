"""The import file of Verint Strategic Planner: no header, queue, date as month-day-year, volume and handle time; rows are months or single days."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.intake.cells import Times, days
from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings, Question
from planner.intake.raw import RawTable
from planner.intake.rows import Grain, Rows
from planner.intake.table import Codes, Match, Table, distinct, headless, headless_match

DATE = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}")
NUMBER = re.compile(r"[0-9][0-9., ]*")


@dataclass(frozen=True)
class VerintPlanner:
    """`Work queue name, M-D-YYYY, Volume, AHT`. Whether rows are months or days is told by the dates, or asked."""

    name: str = "verint_planner"
    title: str = "Verint Strategic Planner"
    columns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("Work queue name", "date", "Volume", "AHT")

    def recognise(self, raw: RawTable) -> Match | None:
        """The first row of a table of this layout, else None."""
        return headless_match(raw, (len(self.fields),), {1: DATE, 2: NUMBER, 3: NUMBER})

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        table = headless(raw, header, self.fields, findings)
        grain = grain_of_rows(table, "date", "Work queue name", findings)
        columns = ColumnMap(time="date", grain=grain or "month", contacts="Volume", queue="Work queue name", handle=("AHT",))
        return rows_of(table.named(columns.roles()), columns, findings)


def grain_of_rows(table: Table, date: str, queue: str, findings: Findings) -> Grain | None:
    """Whether dated rows are months or days: their own dates tell it, else it is asked. None while that is open."""
    apart = Findings(findings.file_name, findings.answers)
    found = days(table, date, apart)
    if apart.is_open:
        return None
    _, codes = distinct(table.columns[queue]) if queue else ([], np.zeros(len(found), dtype=np.int64))
    told, reason = _told_grain(found, codes)
    if told == "mixed":
        findings.fault(table.place, "some months have one row and others several: months and days are mixed", "Give months and days in two files.")
        return "day"
    if told and findings.answer("rows_are") is None:
        findings.note(f"Rows are {told}s: {reason}.")
        return told
    answer = findings.ask(Question("rows_are", "the dates do not tell whether a row is a whole month or a single day; which is it?", ("months", "days")))
    return None if answer is None else "month" if answer == "months" else "day"


def _told_grain(found: Times, queue: Codes) -> tuple[Grain | Literal["mixed"] | None, str]:
    known = ~np.isnat(found)
    cells, counts = np.unique(np.stack([queue[known], found[known].astype("datetime64[M]").astype(np.int64)]), axis=1, return_counts=True)
    inner = (cells[0, 1:-1] == cells[0, :-2]) & (cells[0, 1:-1] == cells[0, 2:])
    if counts.max(initial=0) > 1:
        mixed = bool((counts[1:-1][inner] == 1).any())
        return ("mixed", "") if mixed else ("day", "a month has several of them")
    following = np.diff(cells[1])[np.diff(cells[0]) == 0]
    if len(following) and (following == 1).all():
        return "month", "each month has one of them"
    return None, ""
