"""Volumes of a file, queue by queue: contacts and handle time by month, and the shape of weeks and days where the file has intervals."""

from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pandas as pd

from planner.intake.cells import LARGEST, Floats, Ints, Times
from planner.intake.findings import Findings
from planner.intake.rows import Rows, day_of, merged


@dataclass(frozen=True)
class QueueVolumes:
    """What a file says about one queue. The fields from `interval_minutes` on are None for a monthly file."""

    name: str
    months: tuple[str, ...]
    """Months with data, in order, as 2027-01 [T]."""
    contacts: tuple[float, ...]
    """Contacts of each month [T]."""
    aht_s: tuple[float | None, ...]
    """Handle time of each month weighted by contacts, seconds [T]; None where a month has no contacts."""
    interval_minutes: int | None = None
    week_profile: tuple[float, ...] | None = None
    """Mean contacts of a Monday to Sunday [7]."""
    day_profile: tuple[tuple[float, ...], ...] | None = None
    """Mean contacts of each interval from midnight on a Monday to Sunday [7, S]."""
    day_cv: float | None = None
    first: datetime | None = None
    last: datetime | None = None
    intervals: int | None = None
    """Rows with a start."""


@dataclass(frozen=True)
class Volumes:
    """Faultless volumes of one file. `rows` are its rows in local time: line, queue, time, contacts, aht_s (NaN where there are no contacts)."""

    layout: str
    file_name: str
    place: str
    queues: tuple[QueueVolumes, ...]
    rows: pd.DataFrame = field(compare=False, repr=False)

    @property
    def has_intervals(self) -> bool:
        """Whether the file tells intervals, not only months."""
        return any(queue.interval_minutes is not None for queue in self.queues)


@dataclass(frozen=True)
class Gap:
    """Intervals missing between the first and the last one of a day. They count as no contacts."""

    queue: str
    day: date
    missing: int


@dataclass(frozen=True)
class Report:
    """What was read, for the user to check before it is used."""

    file_name: str
    layout: str
    rows: int
    first: str
    """First month or start in the file."""
    last: str
    queues: tuple[str, ...]
    interval_minutes: tuple[int | None, ...]
    """Length of each queue's interval, in the order of `queues`; None for months."""
    gaps: tuple[Gap, ...]
    doubled: int
    """Rows added to another because the clock showed their hour twice."""
    notices: tuple[str, ...]
    totals: tuple[tuple[str, str, float, float | None], ...]
    """Queue, month, contacts, handle time in seconds."""


def volumes_of(rows: Rows, layout: str, lengths: dict[str, int], findings: Findings) -> Volumes:
    """The volumes of faultless rows. A month beyond 1,000,000,000 contacts is a fault."""
    frame = merged(rows)
    queues = tuple(_queue_volumes(name, frame[(frame["queue"] == name).to_numpy(dtype=bool)], lengths.get(name)) for name in rows.names)
    for queue in queues:
        for month, contacts in zip(queue.months, queue.contacts, strict=True):
            if contacts > LARGEST:
                findings.fault(rows.table.place, f"the contacts of queue '{queue.name}' in {month} add up to more than 1,000,000,000", "Correct them.")
    return Volumes(layout, findings.file_name, rows.table.place, queues, frame)


def _queue_volumes(name: str, rows: pd.DataFrame, length: int | None) -> QueueVolumes:
    times, contacts = rows["time"].to_numpy(dtype="datetime64[s]"), rows["contacts"].to_numpy(dtype=float)
    months, of_row = np.unique(times.astype("datetime64[M]"), return_inverse=True)
    totals = np.bincount(of_row, contacts)
    seconds = np.bincount(of_row, np.where(contacts > 0, contacts * rows["aht_s"].to_numpy(dtype=float), 0.0))
    aht_s = tuple(float(work / count) if count > 0 else None for work, count in zip(seconds, totals, strict=True))
    monthly = QueueVolumes(name, tuple(str(month) for month in months), tuple(totals.tolist()), aht_s)
    return monthly if length is None else _with_intervals(monthly, times, contacts, length)


def _with_intervals(monthly: QueueVolumes, times: Times, contacts: Floats, length: int) -> QueueVolumes:
    profile = mean_week(times, contacts, length)
    return QueueVolumes(
        monthly.name,
        monthly.months,
        monthly.contacts,
        monthly.aht_s,
        interval_minutes=length,
        week_profile=tuple(profile.sum(axis=1).tolist()),
        day_profile=tuple(tuple(day) for day in profile.tolist()),
        day_cv=excess_day_cv(times, contacts),
        first=times.min().item(),
        last=times.max().item(),
        intervals=len(times),
    )


def mean_week(times: Times, contacts: Floats, interval_minutes: int) -> Floats:
    """Mean contacts of each interval of a Monday to Sunday, over the days in the data [7, S]; 0 on weekdays without data.

    >>> monday = np.datetime64("2027-01-04T08:00", "s")
    >>> mean_week(np.array([monday, monday + np.timedelta64(7, "D")]), np.array([10.0, 20.0]), 60)[0, 8]
    np.float64(15.0)
    """
    slots = 24 * 60 // interval_minutes
    days = day_of(times)
    slot = (times.astype(np.int64) % 86_400) // (60 * interval_minutes)
    sums = np.bincount(weekday_of(days) * slots + slot, contacts, minlength=7 * slots).reshape(7, slots)
    counts = np.bincount(weekday_of(np.unique(days)), minlength=7)
    return sums / np.maximum(counts, 1)[:, None]


def weekday_of(days: Ints) -> Ints:
    """Weekday of days since 1970-01-01, a Thursday; 0 is Monday."""
    return (days + 3) % 7


def excess_day_cv(times: Times, contacts: Floats) -> float:
    """Day-to-day spread beyond chance: the standard deviation over mean that is left of day totals, within weekday and month, after Poisson noise.

    sqrt( sum of (n - 1)(variance - mean) / sum of (n - 1) mean^2 ) over cells of weekday and month with n > 1 days; 0 where days vary no more
    than chance lets them. Days without any contact are closed days and not counted. Derived: the moment estimate of a gamma-Poisson day factor.

    >>> days = np.arange("2027-01-04", "2027-01-25", 7, dtype="datetime64[D]").astype("datetime64[s]")
    >>> round(excess_day_cv(days, np.array([9_000.0, 10_000.0, 11_000.0])), 4)
    0.0995
    """
    days, of_row = np.unique(day_of(times), return_inverse=True)
    totals = np.bincount(of_row, contacts)
    days, totals = days[totals > 0], totals[totals > 0]
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    _, cell = np.unique(month * 7 + weekday_of(days), return_inverse=True)
    if not len(cell):
        return 0.0
    count = np.bincount(cell)
    mean = np.bincount(cell, totals) / count
    squares = np.bincount(cell, (totals - mean[cell]) ** 2)
    excess, scale = (squares - (count - 1) * mean).sum(), ((count - 1) * mean**2).sum()
    return float(np.sqrt(excess / scale)) if excess > 0 else 0.0


def gaps_of(volumes: Volumes, zones: dict[str, str | None]) -> tuple[Gap, ...]:
    """Missing intervals inside days that have data; an hour that the clock skips is not missing."""
    return tuple(gap for queue in volumes.queues if queue.interval_minutes for gap in _gaps(volumes, queue, zones.get(queue.name)))


def _gaps(volumes: Volumes, queue: QueueVolumes, zone: str | None) -> list[Gap]:
    mine = (volumes.rows["queue"] == queue.name).to_numpy(dtype=bool)
    times = np.sort(volumes.rows["time"].to_numpy(dtype="datetime64[s]")[mine])
    days, begin, count = np.unique(day_of(times), return_index=True, return_counts=True)
    first, last = times[begin], times[begin + count - 1]
    span = (last - first).astype(np.int64)
    if zone:
        span = np.minimum(span, _instants(last, zone) - _instants(first, zone))
    missing = span // (60 * (queue.interval_minutes or 1)) + 1 - count
    short = missing > 0
    return [Gap(queue.name, day, number) for day, number in zip(days[short].astype("datetime64[D]").tolist(), missing[short].tolist(), strict=True)]


def _instants(local: Times, zone: str) -> Ints:
    """Seconds since 1970 in UTC; of two moments that the clock shows alike, the first."""
    index = pd.DatetimeIndex(local).tz_localize(zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    return index.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[s]").astype(np.int64)


def report_of(volumes: Volumes, rows: Rows, gaps: tuple[Gap, ...], notices: tuple[str, ...]) -> Report:
    """The report on faultless volumes."""
    first, last = rows.time.min().item(), rows.time.max().item()
    form = "%Y-%m-%d %H:%M" if rows.has_intervals else "%Y-%m"
    return Report(
        file_name=volumes.file_name,
        layout=volumes.layout,
        rows=len(rows.time),
        first=first.strftime(form),
        last=last.strftime(form),
        queues=tuple(queue.name for queue in volumes.queues),
        interval_minutes=tuple(queue.interval_minutes for queue in volumes.queues),
        gaps=gaps,
        doubled=len(rows.time) - len(volumes.rows),
        notices=notices,
        totals=tuple(total for queue in volumes.queues for total in _totals(queue)),
    )


def _totals(queue: QueueVolumes) -> list[tuple[str, str, float, float | None]]:
    return [(queue.name, *of_month) for of_month in zip(queue.months, queue.contacts, queue.aht_s, strict=True)]
