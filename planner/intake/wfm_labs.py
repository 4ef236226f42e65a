"""The annual capacity plan template of WFM Labs: one row a month, with the plan's results beside the volumes."""

from dataclasses import dataclass

import numpy as np

from planner.intake.cells import LARGEST, numbers
from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings
from planner.intake.raw import RawTable, normal
from planner.intake.rows import Rows
from planner.intake.table import Match, header_row, mapped_below


@dataclass(frozen=True)
class WfmLabsMonthly:
    """`Month, Forecast_Volume, AHT_Seconds` and, not read as volumes, workload, shrinkage, targets, heads and classes."""

    name: str = "wfm_labs_monthly"
    title: str = "WFM Labs capacity plan template"
    columns: tuple[str, ...] = ("month", "forecast_volume", "aht_seconds")

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of this layout stands, else None."""
        return header_row(raw, self.columns)

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults. Without a column Queue the queue is asked for."""
        has_queue = "queue" in map(normal, raw.rows[header])
        columns = ColumnMap(
            time="month", grain="month", contacts="forecast_volume", handle=("aht_seconds",),
            queue="queue" if has_queue else "", queue_name="" if has_queue else findings.queue_name(),
        )  # fmt: skip
        rows = rows_of(mapped_below(raw, header, columns.roles(), findings), columns, findings)
        _check_workload(raw, header, rows, findings)
        return rows


def _check_workload(raw: RawTable, header: int, rows: Rows, findings: Findings) -> None:
    """Whether the template's own workload agrees with handle times in seconds: told, as evidence."""
    if "workload_hours" not in map(normal, raw.rows[header]) or findings.has_faults:
        return
    apart = Findings(findings.file_name, {})
    table = mapped_below(raw, header, {"workload": "workload_hours"}, apart)
    stated = numbers(table, ("workload",), apart)["workload"]
    worked = rows.contacts * rows.aht_s / 3600
    compared = (stated > 0) & (stated < LARGEST) & (worked > 0)
    wrong = compared & (np.abs(worked / np.where(compared, stated, 1.0) - 1) > 0.02)
    if wrong.any():
        findings.note(f"Workload_Hours is not Forecast_Volume x AHT_Seconds / 3600 in {int(wrong.sum())} of {int(compared.sum())} rows: check AHT_Seconds.")
    elif compared.any():
        findings.note(f"Workload_Hours confirms that AHT_Seconds are seconds ({int(compared.sum())} rows).")
