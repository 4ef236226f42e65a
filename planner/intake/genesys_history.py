"""The CSV by which history is imported into Genesys Cloud: intervals of 15 minutes in UTC, total handle time."""

from dataclasses import dataclass, replace

import numpy as np

from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings, Question
from planner.intake.raw import RawTable, normal
from planner.intake.rows import Rows
from planner.intake.table import Match, Table, fault_rows, header_row, mapped_below

MEDIA = ("voice", "chat", "email", "callback", "message")
SHORTEST_AHT_S = 10.0
"""A mean handle time below this is doubted: the column may hold averages."""


@dataclass(frozen=True)
class GenesysHistory:
    """One row per interval, queue, media type, skill set and language; skills and languages of a queue are added up."""

    name: str = "genesys_history"
    title: str = "Genesys Cloud historical import"
    columns: tuple[str, ...] = ("interval start utc date", "queue", "media type", "offered", "interactions handled", "total handle time")

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of this layout stands, else None."""
        return header_row(raw, self.columns)

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        splits = tuple(name for name in ("skill set", "language") if name in map(normal, raw.rows[header]))
        columns = ColumnMap(
            time="interval start utc date", grain="interval", contacts="offered", queue="queue", media="media type", splits=splits,
            handle=("total handle time",), handle_is="total", handled="interactions handled", clock_is="utc",
        )  # fmt: skip
        table = mapped_below(raw, header, columns.roles(), findings)
        wrong = np.array([cell.casefold() not in MEDIA for cell in table.columns["media"]]) & ~table.blank("media")
        fault_rows(findings, table, wrong, "media", ("this is not a media type", f"Use one of {', '.join(MEDIA)}."))
        findings.note("Times are UTC, and handle times are totals of their row, divided by the interactions handled, as the layout has it.")
        return replace(_read_doubting(table, columns, findings), minutes=15)


def _read_doubting(table: Table, columns: ColumnMap, findings: Findings) -> Rows:
    """Read totals; where they would make contacts of a few seconds, ask whether they are averages."""
    rows = rows_of(table, columns, findings)
    measured = rows.contacts[~np.isnan(rows.aht_s)]
    mean = float(np.average(rows.aht_s[~np.isnan(rows.aht_s)], weights=measured)) if measured.sum() > 0 else np.inf
    if mean >= SHORTEST_AHT_S and findings.answer("handle_is") is None:
        return rows
    text = f"as a total of its row, Total Handle Time makes a mean handle time of {mean:,.1f} s; is it a total, or an average of its contacts?"
    if findings.ask(Question("handle_is", text, ("total", "average"))) == "average":
        return rows_of(table, replace(columns, handle_is="average"), findings)
    return rows
