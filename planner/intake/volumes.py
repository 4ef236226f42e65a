"""Volumes of a file, queue by queue: contacts and handle time by month, and the shape of weeks and days where the file has days or intervals."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import Fault, InvalidVolumes
from planner.intake.cells import LARGEST, Floats, Times
from planner.intake.columns import ColumnMap
from planner.intake.findings import Findings
from planner.intake.kept import Kept, kept_of
from planner.intake.profile import Grid, excess_day_cv, grid_of, mean_week
from planner.intake.rows import Grain, Rows

if TYPE_CHECKING:
    import pandas as pd

DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class QueueVolumes:
    """What a file says about one queue. The fields from `interval_minutes` on are None for a monthly file; of days only the first two are."""

    name: str
    months: tuple[str, ...]
    """Months with data, in order, as 2027-01 [T]."""
    contacts: tuple[float, ...]
    """Contacts of each month [T]."""
    aht_s: tuple[float | None, ...]
    """Handle time of each month weighted by contacts, seconds [T]; None where a month has no contacts, or the file no handle times."""
    interval_minutes: int | None = None
    day_profile: tuple[tuple[float, ...], ...] | None = None
    """Mean contacts of each interval from midnight on a Monday to Sunday, robust against single days [7, S]."""
    week_profile: tuple[float, ...] | None = None
    """Mean contacts of a Monday to Sunday, robust against single days [7]."""
    day_cv: float | None = None
    first: datetime | None = None
    last: datetime | None = None
    intervals: int | None = None
    """Rows with a start."""


@dataclass(frozen=True)
class Volumes:
    """Faultless volumes of one file."""

    layout: str
    file_name: str
    place: str
    queues: tuple[QueueVolumes, ...]
    kept: Kept = field(compare=False, repr=False)
    """Its rows in local time."""
    grain: Grain = "month"
    """What a row is."""
    columns: ColumnMap | None = None
    """The map of columns by which the file was read, where it is of no known layout; to be remembered with `shape`."""
    shape: str = ""
    """The shape of that file's header."""

    @cached_property
    def rows(self) -> "pd.DataFrame":
        """The rows as a table: line, queue, time, contacts, aht_s (NaN where there are no contacts)."""
        return self.kept.frame()

    @property
    def has_intervals(self) -> bool:
        """Whether the file tells intervals, not only months."""
        return self.grain == "interval"

    def grid(self, queue: str) -> Grid:
        """A queue's contacts by day and interval. Raises KeyError where the file has no such queue, ValueError where it has months only."""
        found = {each.name: each for each in self.queues}[queue]
        if self.grain == "month":
            raise ValueError("a monthly file has no days")
        mine = self.kept.take(self.kept.of(queue))
        return grid_of(mine.time, mine.contacts, found.interval_minutes or DAY_MINUTES)


def volumes_of(rows: Rows, layout: str, lengths: dict[str, int], findings: Findings) -> Volumes:
    """The volumes of faultless rows. A month beyond 1,000,000,000 contacts is a fault."""
    kept = kept_of(rows)
    queues = tuple(queue_volumes(name, kept.take(kept.of(name)), rows.grain, lengths.get(name)) for name in rows.names)
    check_largest(queues, rows.table.place, findings)
    shape, columns = findings.columns or ("", None)
    return Volumes(layout, findings.file_name, rows.table.place, queues, kept, rows.grain, columns, shape)


def check_largest(queues: tuple[QueueVolumes, ...], place: str, findings: Findings) -> None:
    """Note months with more contacts than can be planned."""
    for queue in queues:
        for month, contacts in zip(queue.months, queue.contacts, strict=True):
            if contacts > LARGEST:
                findings.fault(place, f"the contacts of queue '{queue.name}' in {month} add up to more than 1,000,000,000", "Correct them.")


def queue_volumes(name: str, rows: Kept, grain: Grain, length: int | None) -> QueueVolumes:
    """The volumes of one queue from its rows."""
    monthly = by_month(name, rows.time, rows.contacts, rows.aht_s)
    if grain == "month":
        return monthly
    return with_shape(monthly, grid_of(rows.time, rows.contacts, length or DAY_MINUTES), length, rows.time)


def by_month(name: str, times: Times, contacts: Floats, aht_s: Floats) -> QueueVolumes:
    """A queue's contacts by month, and its handle time weighted by the contacts that have one."""
    day = times.astype(np.int64) // 86_400
    month = np.arange(day.min(), day.max() + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = int(month[0])
    of_row = (month - first)[day - day.min()]
    known = (contacts > 0) & ~np.isnan(aht_s)
    measured = np.bincount(of_row, np.where(known, contacts, 0.0))
    seconds = np.bincount(of_row, np.where(known, contacts * np.where(known, aht_s, 0.0), 0.0))
    there = np.flatnonzero(np.bincount(of_row))
    labels = tuple(str(label) for label in (there + first).astype("datetime64[M]"))
    mean = tuple(float(seconds[row] / measured[row]) if measured[row] > 0 else None for row in there)
    return QueueVolumes(name, labels, tuple(np.bincount(of_row, contacts)[there].tolist()), mean)


def with_shape(monthly: QueueVolumes, grid: Grid, length: int | None, times: Times) -> QueueVolumes:
    """A queue's months with the profiles of its weeks and, where it has intervals, days."""
    week = mean_week(grid)
    return replace(
        monthly,
        interval_minutes=length,
        week_profile=tuple(week.sum(axis=1).tolist()),
        day_profile=tuple(tuple(day) for day in week.tolist()) if length else None,
        day_cv=excess_day_cv(grid.days, grid.contacts.sum(axis=1)),
        first=times.min().item(),
        last=times.max().item(),
        intervals=len(times),
    )


def check_handle_times(volumes: Volumes) -> None:
    """Refuse to write contacts without a handle time."""
    missing = [queue.name for queue in volumes.queues if any(aht is None and count > 0 for aht, count in zip(queue.aht_s, queue.contacts, strict=True))]
    if missing:
        remedy = "Answer with --assume aht_s=300, or the handle time that you know."
        raise InvalidVolumes([Fault(volumes.place, f"queue '{name}' has no handle time, and the planner's own layout needs one", remedy) for name in missing])
