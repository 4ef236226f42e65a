"""The forecast file of Calabrio (Teleopti): no header; skill, start, end, volume, task and after-task time, perhaps agents."""

import re
from dataclasses import dataclass, replace

import numpy as np

from planner.intake.cells import starts
from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings
from planner.intake.raw import RawTable
from planner.intake.rows import INTERVALS_MINUTES, Rows
from planner.intake.table import Match, Table, fault_rows, headless, headless_match

START = re.compile(r"[0-9]{8} [0-9]{1,2}:[0-9]{2}")


@dataclass(frozen=True)
class CalabrioForecast:
    """One row per skill and interval; handle time is the average task time and the average after-task time together."""

    name: str = "calabrio_forecast"
    title: str = "Calabrio forecast"
    columns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("skill", "start", "end", "volume", "task time", "after-task time", "agents")

    def recognise(self, raw: RawTable) -> Match | None:
        """The first row of a table of this layout, else None."""
        return headless_match(raw, (6, 7), {1: START, 2: START})

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        width = 7 if sum(len(row) == 7 for row in raw.rows) > len(raw.rows) / 2 else 6
        table = headless(raw, header, self.fields[:width], findings)
        columns = ColumnMap(time="start", grain="interval", contacts="volume", queue="skill", handle=("task time", "after-task time"))
        findings.note("Times are local, and handle time is task and after-task time together, as the layout has it.")
        if width == 7:
            findings.note("The column agents is passed over.")
        return replace(rows_of(table.named(columns.roles()), columns, findings), minutes=_minutes(table, findings))


def _minutes(table: Table, findings: Findings) -> int | None:
    """Length of the intervals by their ends. Rows of another length are faults."""
    apart = Findings(findings.file_name, findings.answers)
    length = (starts(table, "end", findings)[0] - starts(table, "start", apart)[0]) / np.timedelta64(1, "m")
    known = length[~np.isnan(length)]
    if not len(known):
        return None
    values, counts = np.unique(known, return_counts=True)
    usual = float(values[counts.argmax()])
    if usual not in INTERVALS_MINUTES:
        findings.fault(table.place, f"the intervals are {usual:g} minutes long", "Give intervals of 15, 30 or 60 minutes.")
        return None
    other = ~np.isnan(length) & (length != usual)
    fault_rows(findings, table, other, "end", (f"the interval does not last {usual:g} minutes as the others do", "Write the end of the same interval."))
    return int(usual)
