"""What was read, for the planner to check before it is used: span, gaps, stretches without contacts, days out of the ordinary, clock changes, totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from planner.errors import Fault
from planner.intake.cells import Floats, Ints
from planner.intake.own import write
from planner.intake.profile import Grid, weekday_of
from planner.intake.raw import Flags
from planner.intake.rows import Rows, instants
from planner.intake.volumes import QueueVolumes, Volumes

FEWEST_DAYS = 28
"""Days from which on single ones can be called out of the ordinary."""
SURE_CONTACTS = 15.0
"""A stretch in which so many contacts usually come has none by chance once in three million times: e^-15."""
FAR = 4.0
SMALLEST_CV = 0.03


Span = tuple[int, np.datetime64, np.datetime64]
"""Number of rows, first and last time."""


@dataclass(frozen=True)
class Gap:
    """Intervals missing between the first and the last one of a day. They count as no contacts."""

    queue: str
    day: date
    missing: int


@dataclass(frozen=True)
class Stretch:
    """Intervals or days in a row without any contact although some usually come."""

    queue: str
    first: str
    last: str
    usual: float
    """Contacts that usually come in it."""


@dataclass(frozen=True)
class Outlier:
    """A day, or month, far from what is usual for its weekday and level. Told, not removed."""

    queue: str
    when: str
    contacts: float
    usual: float


@dataclass(frozen=True)
class ClockChange:
    """A day on which the clocks of a zone change."""

    zone: str
    day: date
    hours: float
    """Hours of that day: 23 in spring, 25 in autumn."""


@dataclass(frozen=True)
class Report:
    """What was read, for the user to check before it is used."""

    file_name: str
    layout: str
    rows: int
    first: str
    """First month, day or start in the file."""
    last: str
    queues: tuple[str, ...]
    interval_minutes: tuple[int | None, ...]
    """Length of each queue's interval, in the order of `queues`; None for months and days."""
    gaps: tuple[Gap, ...]
    doubled: int
    """Rows added to another because the clock showed their hour twice."""
    notices: tuple[str, ...]
    totals: tuple[tuple[str, str, float, float | None], ...]
    """Queue, month, contacts, handle time in seconds."""
    grain: str = "month"
    missing_days: tuple[tuple[str, int], ...] = ()
    """Queue, and days between its first and last one that have no row although their weekday has some."""
    stretches: tuple[Stretch, ...] = ()
    outliers: tuple[Outlier, ...] = ()
    clock_changes: tuple[ClockChange, ...] = ()


@dataclass(frozen=True)
class Days:
    """What the days of one queue say: the part of the report that needs every row."""

    rows: int
    gaps: tuple[Gap, ...] = ()
    missing_days: int = 0
    stretches: tuple[Stretch, ...] = ()
    outliers: tuple[Outlier, ...] = ()


def days_of(queue: QueueVolumes, grid: Grid | None, zone: str | None) -> Days:
    """What the days, or without a grid the months, of one queue say."""
    if grid is None:
        return Days(len(queue.months), stretches=tuple(_empty_months(queue)), outliers=tuple(_month_outliers(queue)))
    gaps = tuple(_gaps(queue, grid, zone)) if queue.interval_minutes else ()
    return Days(int(grid.present.sum()), gaps, _missing_days(grid), tuple(_stretches(queue, grid)), tuple(_outliers(queue, grid)))


def report_of(volumes: Volumes, rows: Rows, zones: Mapping[str, str | None], notices: Sequence[str]) -> Report:
    """The report on faultless volumes."""
    grids = {} if volumes.grain == "month" else {queue.name: volumes.grid(queue.name) for queue in volumes.queues}
    days = {queue.name: days_of(queue, grids.get(queue.name), zones.get(queue.name)) for queue in volumes.queues}
    return report_on(volumes, days, zones, (len(rows.time), rows.time.min(), rows.time.max()), notices)


def report_on(volumes: Volumes, days: Mapping[str, Days], zones: Mapping[str, str | None], span: Span, notices: Sequence[str]) -> Report:
    """The report on volumes whose queues have been looked at one by one."""
    count, first, last = span
    form = {"month": "%Y-%m", "day": "%Y-%m-%d", "interval": "%Y-%m-%d %H:%M"}[volumes.grain]
    found = Report(
        file_name=volumes.file_name,
        layout=volumes.layout,
        rows=count,
        first=first.astype(datetime).strftime(form),
        last=last.astype(datetime).strftime(form),
        queues=tuple(queue.name for queue in volumes.queues),
        interval_minutes=tuple(queue.interval_minutes for queue in volumes.queues),
        gaps=tuple(gap for each in days.values() for gap in each.gaps),
        doubled=count - sum(each.rows for each in days.values()) if volumes.grain == "interval" else 0,
        notices=(),
        totals=tuple(total for queue in volumes.queues for total in _totals(queue)),
        grain=volumes.grain,
        missing_days=tuple((name, each.missing_days) for name, each in days.items() if each.missing_days),
        stretches=tuple(stretch for each in days.values() for stretch in each.stretches),
        outliers=tuple(outlier for each in days.values() for outlier in each.outliers),
        clock_changes=_clock_changes(zones, first, last) if volumes.grain == "interval" else (),
    )
    return _with_notices(found, volumes, zones, list(notices))


def _totals(queue: QueueVolumes) -> list[tuple[str, str, float, float | None]]:
    return [(queue.name, *of_month) for of_month in zip(queue.months, queue.contacts, queue.aht_s, strict=True)]


# Gaps


def _gaps(queue: QueueVolumes, grid: Grid, zone: str | None) -> list[Gap]:
    """Missing intervals inside days that have data; an hour that the clock skips is not missing."""
    step = 60 * (queue.interval_minutes or 1)
    first = grid.present.argmax(axis=1)
    last = grid.present.shape[1] - 1 - grid.present[:, ::-1].argmax(axis=1)
    begin, end = (grid.days * 86_400 + slot * step for slot in (first, last))
    span = end - begin
    if zone:
        span = np.minimum(span, instants(end.astype("datetime64[s]"), zone) - instants(begin.astype("datetime64[s]"), zone))
    missing = span // step + 1 - grid.present.sum(axis=1)
    short = missing > 0
    return [Gap(queue.name, day, number) for day, number in zip(grid.days[short].astype("datetime64[D]").tolist(), missing[short].tolist(), strict=True)]


def _missing_days(grid: Grid) -> int:
    days = np.arange(grid.days[0], grid.days[-1] + 1)
    usual_weekdays = np.unique(grid.weekday)
    return int((np.isin(weekday_of(days), usual_weekdays) & ~np.isin(days, grid.days)).sum())


def _clock_changes(zones: Mapping[str, str | None], first: np.datetime64, last: np.datetime64) -> tuple[ClockChange, ...]:
    days = np.arange(first.astype("datetime64[D]"), last.astype("datetime64[D]") + 2)
    found = []
    for zone in sorted({zone for zone in zones.values() if zone}):
        hours = np.diff(instants(days.astype("datetime64[s]"), zone)) / 3600
        found += [ClockChange(zone, day, hour) for day, hour in zip(days[:-1].tolist(), hours.tolist(), strict=True) if hour != 24]
    return tuple(found)


# Out of the ordinary


def _empty_months(queue: QueueVolumes) -> list[Stretch]:
    """Months without any contact between months with some."""
    inside = [place for place, contacts in enumerate(queue.contacts) if contacts]
    usual = float(np.median([value for value in queue.contacts if value])) if inside else 0.0
    empty = [place for place, contacts in enumerate(queue.contacts) if not contacts and inside and inside[0] < place < inside[-1]]
    return [Stretch(queue.name, queue.months[place], queue.months[place], usual) for place in empty]


def _stretches(queue: QueueVolumes, grid: Grid) -> list[Stretch]:
    """Runs of intervals, or days, without contacts in which many usually come."""
    if len(grid.days) < FEWEST_DAYS:
        return []
    expected = grid.usual.ravel()
    counted = np.flatnonzero(expected > 0.05)
    return _runs(queue, grid, counted, expected[counted])


def _runs(queue: QueueVolumes, grid: Grid, counted: Ints, expected: Floats) -> list[Stretch]:
    zero: Flags = grid.contacts.ravel()[counted] == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], zero, [False]]).astype(int)))
    sums = np.concatenate([[0.0], np.cumsum(expected)])
    totals = sums[edges[1::2]] - sums[edges[::2]]
    sure = totals >= SURE_CONTACTS
    first, last = (_cell_times(grid, queue, counted[cells]) for cells in (edges[::2][sure], edges[1::2][sure] - 1))
    return [Stretch(queue.name, *found) for found in zip(first, last, totals[sure].tolist(), strict=True)]


def _cell_times(grid: Grid, queue: QueueVolumes, cells: Ints) -> list[str]:
    """The day of each cell, and its time of day where there are intervals."""
    day, slot = np.divmod(cells, grid.contacts.shape[1])
    days = [str(date) for date in grid.days.astype("datetime64[D]").tolist()]
    step = queue.interval_minutes
    clock = [f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 24 * 60, step)] if step else [""]
    return [days[each] + clock[place] for each, place in zip(day.tolist(), slot.tolist(), strict=True)]


def _outliers(queue: QueueVolumes, grid: Grid) -> list[Outlier]:
    """Days further from their usual total than four robust spreads."""
    if len(grid.days) < FEWEST_DAYS:
        return []
    totals, expected = grid.contacts.sum(axis=1), grid.usual.sum(axis=1)
    known = expected > 0
    ratio = totals[known] / expected[known] - 1
    spread = max(SMALLEST_CV, 1.4826 * float(np.median(np.abs(ratio - np.median(ratio))))) if len(ratio) else 0.0
    far = np.abs(totals - expected) > FAR * np.sqrt(expected + (spread * expected) ** 2)
    days = grid.days[known & far].astype("datetime64[D]").astype(str).tolist()
    return [Outlier(queue.name, *found) for found in zip(days, totals[known & far].tolist(), expected[known & far].tolist(), strict=True)]


def _month_outliers(queue: QueueVolumes) -> list[Outlier]:
    """Months over twice or under half of their neighbours' median."""
    found = []
    for place, (month, contacts) in enumerate(zip(queue.months, queue.contacts, strict=True)):
        near = [value for value in queue.contacts[max(0, place - 3) : place] + queue.contacts[place + 1 : place + 4] if value]
        if len(near) >= 4 and contacts and not 0.5 <= contacts / float(np.median(near)) <= 2:
            found.append(Outlier(queue.name, month, contacts, float(np.median(near))))
    return found


# In words


def _with_notices(found: Report, volumes: Volumes, zones: Mapping[str, str | None], notices: list[str]) -> Report:
    """The report with what is in it told in sentences too."""
    if found.gaps:
        missing = sum(gap.missing for gap in found.gaps)
        notices.append(f"{missing:,} intervals are missing inside {len(found.gaps):,} days that have data; they count as no contacts.")
    if found.missing_days:
        told = ", ".join(f"{queue} {count:,}" for queue, count in found.missing_days)
        notices.append(f"Days without a row between the first and the last, on weekdays that have rows: {told}.")
    if found.stretches:
        first = found.stretches[0]
        told = f"{first.queue} from {first.first} to {first.last} the first"
        notices.append(f"{len(found.stretches):,} stretches have no contacts where many usually come, {told}.")
    if found.outliers:
        far = max(found.outliers, key=lambda outlier: abs(np.log((outlier.contacts + 1) / (outlier.usual + 1))))
        told = f"{far.queue} on {far.when} with {far.contacts:,.0f} instead of about {far.usual:,.0f}"
        many = f"{len(found.outliers):,} {'months' if found.grain == 'month' else 'days'}"
        notices.append(f"{many} are far from usual, {told} the furthest. They are counted; profiles give them little weight.")
    notices += _clock_notices(found, zones)
    notices += _partial_months(volumes)
    return Report(**{**vars(found), "notices": tuple(notices)})


def _clock_notices(found: Report, zones: Mapping[str, str | None]) -> list[str]:
    if found.grain != "interval":
        return []
    changes = [f"{change.day} ({change.hours:g} hours, {change.zone})" for change in found.clock_changes]
    told = [f"Clocks change on {', '.join(changes[:6])}{' and later' if len(changes) > 6 else ''}."] if changes else []
    if found.doubled:
        told.append(f"{found.doubled:,} rows stand in an hour that the clock shows twice; they are added to the first.")
    if not all(zones.values()):
        told.append("The time zone is not known for every queue, so hours that a clock skips or shows twice cannot be told.")
    return told


def _partial_months(volumes: Volumes) -> list[str]:
    """First and last months that the file does not cover."""
    if volumes.grain == "month":
        return []
    told: dict[str, list[str]] = {}
    for queue in volumes.queues:
        first, last = np.datetime64(str(queue.first), "D"), np.datetime64(str(queue.last), "D")
        if first > first.astype("datetime64[M]").astype("datetime64[D]") + 4:
            told.setdefault(f"{queue.months[0]} begins on {first}", []).append(queue.name)
        if last < (last.astype("datetime64[M]") + 1).astype("datetime64[D]") - 5:
            told.setdefault(f"{queue.months[-1]} ends on {last}", []).append(queue.name)
    return [f"Part of a month only: {words} ({', '.join(names[:3])}{' and others' if len(names) > 3 else ''})." for words, names in told.items()]


# Faults as a file


def faults_csv(faults: Sequence[Fault]) -> bytes:
    """Every fault with its file, row, column, the value found, what is wrong and the remedy, as a CSV file.

    >>> faults_csv([Fault("may.csv, row 12, column contacts", "the number is negative", "Write 0 or more.", "'-5'")]).decode().splitlines()[1]
    "may.csv,12,contacts,'-5',the number is negative,Write 0 or more."
    """
    header = ("file", "row", "column", "found", "problem", "remedy")
    return write(header, ((*place_of(fault.place), fault.value, fault.problem, fault.remedy) for fault in faults))


def place_of(place: str) -> tuple[str, str, str]:
    """File (with sheet, queue or group), row and column of a fault's place; blank where it has none.

    >>> place_of("may.xlsx, sheet Data, row 12, column contacts")
    ('may.xlsx, sheet Data', '12', 'contacts')
    """
    file, comma, column = place.partition(", column ")
    file, _, row = file.rpartition(", row ") if ", row " in file else (file, "", "")
    return file, row, column if comma else ""
