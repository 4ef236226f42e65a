"""The project's own interval layout: `start,queue,contacts,aht_s`, local time of the queue's zone, or with an offset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from planner.intake.cells import starts
from planner.intake.findings import Findings
from planner.intake.own import number_text, write
from planner.intake.raw import RawTable
from planner.intake.rows import Rows, contacts_and_aht, queue_names
from planner.intake.table import Match, below_header, header_row
from planner.intake.volumes import Volumes

if TYPE_CHECKING:
    from planner.scenario import Queue, Scenario


@dataclass(frozen=True)
class OwnInterval:
    """One row per interval of 15, 30 or 60 minutes and queue: contacts offered and average handle time in seconds."""

    name: str = "own_interval"
    title: str = "Intervals of this planner"
    columns: tuple[str, ...] = ("start", "queue", "contacts", "aht_s")

    def recognise(self, raw: RawTable) -> Match | None:
        """Where the header of this layout stands, else None."""
        return header_row(raw, self.columns)

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        table = below_header(raw, header, self.columns, findings)
        local, utc = starts(table, "start", findings)
        contacts, aht_s = contacts_and_aht(table, findings)
        names, queue = queue_names(table, "queue", findings)
        return Rows(table, names, queue, local, utc, contacts, aht_s, "interval")

    def template(self, scenario: "Scenario") -> bytes:
        """A file with the first full week of the scenario's queues whose numbers are still to be filled in."""
        from planner.horizon import month_start  # it takes long to load, and reading does not need it

        first = month_start(scenario.horizon, 0)
        monday = first + timedelta(days=-first.weekday() % 7)
        return write(self.columns, (row for queue in scenario.queues for row in _week(queue, monday)))

    def written(self, volumes: Volumes) -> bytes:
        """Volumes as a file in this layout, in local time."""
        rows = volumes.rows
        columns = (rows["time"].dt.strftime("%Y-%m-%d %H:%M"), rows["queue"], rows["contacts"].map(number_text), rows["aht_s"].map(number_text))
        return write(self.columns, zip(*columns, strict=True))


def _week(queue: "Queue", monday: date) -> Iterator[tuple[str, ...]]:
    from planner.horizon import open_slots

    begin = datetime.combine(monday, time())
    for day, slot in np.argwhere(open_slots(queue.opening, queue.interval_minutes)):
        start = begin + timedelta(days=int(day), minutes=int(slot) * queue.interval_minutes)
        yield start.strftime("%Y-%m-%d %H:%M"), queue.name, "", ""
