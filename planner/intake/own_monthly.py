"""The project's own monthly layout: `month,queue,contacts,aht_s`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.horizon import month_labels
from planner.intake.cells import months
from planner.intake.findings import Findings
from planner.intake.own import number_text, write
from planner.intake.raw import RawTable
from planner.intake.rows import Rows, contacts_and_aht, queue_names
from planner.intake.table import Match, below_header, header_row
from planner.intake.volumes import Volumes

if TYPE_CHECKING:
    from planner.scenario import Scenario


@dataclass(frozen=True)
class OwnMonthly:
    """One row per month and queue: contacts offered and average handle time in seconds."""

    name: str = "own_monthly"
    title: str = "Months of this planner"
    columns: tuple[str, ...] = ("month", "queue", "contacts", "aht_s")

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of this layout stands, else None."""
        return header_row(raw, self.columns)

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        table = below_header(raw, header, self.columns, findings)
        time = months(table, "month", findings)
        contacts, aht_s = contacts_and_aht(table, findings)
        names, queue = queue_names(table, "queue", findings)
        return Rows(table, names, queue, time, np.full_like(time, np.datetime64("NaT")), contacts, aht_s, "month")

    def template(self, scenario: "Scenario") -> bytes:
        """A file with the scenario's months and queues whose numbers are still to be filled in."""
        return write(self.columns, ((month, queue.name, "", "") for month in month_labels(scenario.horizon) for queue in scenario.queues))

    def written(self, volumes: Volumes) -> bytes:
        """Volumes as a file in this layout."""
        rows = volumes.rows
        columns = (rows["time"].dt.strftime("%Y-%m"), rows["queue"], rows["contacts"].map(number_text), rows["aht_s"].map(number_text))
        return write(self.columns, zip(*columns, strict=True))
