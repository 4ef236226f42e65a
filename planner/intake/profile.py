"""The shape of a queue's weeks and days, robust against single days, and how far its days vary beyond chance."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planner.intake.cells import Floats, Ints, Times
from planner.intake.raw import Flags

USUAL_CV = 0.2
"""Days of a weekday and interval vary by less than this around their level at every queue of model.md 12; assumption where one is larger."""
FAR = 3.0
"""How many of those spreads a value may lie from its level before it counts as a single event."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Contacts of one queue by day and interval from midnight; one interval a day where rows are days."""

    days: Ints
    """Days since 1970-01-01 that have rows, in order [D]."""
    contacts: Floats
    """0 where a row is missing [D, S]."""
    present: Flags
    """Whether there is a row [D, S]."""

    @property
    def weekday(self) -> Ints:
        """0 is Monday [D]."""
        return weekday_of(self.days)

    @property
    def month(self) -> Ints:
        """Months since 1970-01 [D]."""
        return self.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    @cached_property
    def usual(self) -> Floats:
        """What each day and interval usually holds [D, S]."""
        return usual(self)


def grid_of(times: Times, contacts: Floats, minutes: int) -> Grid:
    """Rows as a grid; `minutes` is the length of an interval, 1,440 where rows are days.

    >>> grid_of(np.array(["2027-01-04T08:00"], dtype="datetime64[s]"), np.array([5.0]), 60).contacts.shape
    (1, 24)
    """
    seconds = times.astype("datetime64[s]").astype(np.int64)
    slots = 24 * 60 // minutes
    day = seconds // 86_400
    counts = np.bincount(day - day.min())
    days, place = np.flatnonzero(counts) + day.min(), np.cumsum(counts > 0) - 1
    cell = place[day - day.min()] * slots + (seconds % 86_400) // (60 * minutes)
    shape = len(days), slots
    present = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) > 0
    sums = np.asarray(np.bincount(cell, contacts, minlength=shape[0] * shape[1]), dtype=float)
    return Grid(days, sums.reshape(shape), present)


def weekday_of(days: Ints) -> Ints:
    """Weekday of days since 1970-01-01, a Thursday; 0 is Monday."""
    return (days + 3) % 7


def usual(grid: Grid) -> Floats:
    """What each day and interval usually holds: the median of its weekday and interval, moved to the level of its month [D, S].

    The level of a month is the median of its days over those of their weekday in the whole file, so that growth is no outlier.
    """
    totals = grid.contacts.sum(axis=1)
    of_weekday = np.array([np.median(totals[grid.weekday == day]) if (grid.weekday == day).any() else 0.0 for day in range(7)])
    base = of_weekday[grid.weekday]
    relative = np.divide(totals, base, out=np.ones_like(totals), where=base > 0)
    months, of_day = np.unique(grid.month, return_inverse=True)
    level = np.array([np.median(relative[of_day == month]) for month in range(len(months))])[of_day]
    scaled = np.divide(grid.contacts, level[:, None], out=grid.contacts.copy(), where=level[:, None] > 0)
    shape = np.stack([np.median(scaled[grid.weekday == day], axis=0) if (grid.weekday == day).any() else np.zeros(grid.contacts.shape[1]) for day in range(7)])
    expected: Floats = shape[grid.weekday] * level[:, None]
    return expected


def without_single_days(grid: Grid) -> Floats:
    """Contacts with values far from their level brought to its edge [D, S]: 3 spreads of sqrt(level + (20 % of level)^2), derived.

    A day of an outage or a flood then moves a profile hardly more than any other day; where no value lies far out, nothing changes.
    """
    level = grid.usual
    reach = FAR * np.sqrt(np.maximum(level, 1.0) + (USUAL_CV * level) ** 2)
    kept: Floats = np.minimum(np.maximum(grid.contacts, level - reach), level + reach)
    return kept


def mean_week(grid: Grid) -> Floats:
    """Mean contacts of each interval of a Monday to Sunday, robust against single days [7, S]; 0 on weekdays without data.

    >>> days = np.arange("2027-01-04", "2027-02-01", 7, dtype="datetime64[D]").astype("datetime64[s]")
    >>> mean_week(grid_of(days, np.array([100.0, 102.0, 98.0, 9_000.0]), 1440))[0].round(1)
    array([117.2])
    """
    return _means(without_single_days(grid), grid.weekday, 7)


def _means(values: Floats, of_day: Ints, count: int) -> Floats:
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, of_day, values)
    means: Floats = sums / np.maximum(np.bincount(of_day, minlength=count), 1)[:, None]
    return means


@dataclass(frozen=True)
class Profiles:
    """Week and day profiles of one queue, month by month."""

    months: tuple[str, ...]
    """Months with data, as 2027-01 [M]."""
    contacts: Floats
    """Mean contacts of each interval of a Monday to Sunday [M, 7, S]; one interval where the file has days."""
    days: Ints
    """Days behind each mean [M, 7]; 0 where the month has no such day."""

    @property
    def week(self) -> Floats:
        """Mean contacts of a Monday to Sunday [M, 7]."""
        return np.asarray(self.contacts.sum(axis=2))


def profiles(grid: Grid) -> Profiles:
    """Mean contacts by month, weekday and interval, robust against single days."""
    months, of_day = np.unique(grid.month, return_inverse=True)
    cell = of_day * 7 + grid.weekday
    means = _means(without_single_days(grid), cell, 7 * len(months)).reshape(len(months), 7, -1)
    return Profiles(tuple(str(month) for month in months.astype("datetime64[M]")), means, np.bincount(cell, minlength=7 * len(months)).reshape(-1, 7))


@dataclass(frozen=True)
class Spread:
    """How far the days of a weekday vary beyond chance: standard deviation over mean, after Poisson noise."""

    rate_cv: float
    """Of single intervals: sqrt(sum of (variance - mean) / sum of mean^2) over cells of weekday and interval."""
    day_factor: float
    """Of whole days, which all intervals of a day share: the mean over weekdays of sqrt(variance - mean) / mean of day totals."""
    rest: float
    """What is left within the day: sqrt(rate_cv^2 - day_factor^2)."""
    peak: float
    """The busiest interval of the mean day over its mean interval, within the hours that have contacts."""


def spread_of(grid: Grid) -> Spread:
    """The spread of days and intervals of one queue. Derived: a gamma-Poisson rate with a factor that the intervals of a day share.

    >>> rng = np.random.default_rng(1)
    >>> starts = (np.arange("2027-01-04", "2028-01-03", dtype="datetime64[D]")[:, None] + np.arange(24) * np.timedelta64(1, "h")).ravel()
    >>> counts = rng.poisson(np.repeat(rng.gamma(100, 1 / 100, 364), 24) * 200.0)
    >>> found = spread_of(grid_of(starts, counts.astype(float), 60))
    >>> round(found.rate_cv, 2), round(found.day_factor, 2)
    (0.1, 0.1)
    """
    excess, scale, factors = 0.0, 0.0, []
    for day in range(7):
        cells = grid.contacts[grid.weekday == day]
        if len(cells) > 1 and cells.any():
            mean, totals = cells.mean(axis=0), cells.sum(axis=1)
            excess += float((cells.var(axis=0, ddof=1) - mean).sum())
            scale += float((mean**2).sum())
            factors.append(_root(float(totals.var(ddof=1) - totals.mean())) / float(totals.mean()))
    rate_cv = _root(excess / scale) if scale else 0.0
    factor = float(np.mean(factors)) if factors else 0.0
    return Spread(rate_cv, factor, _root(rate_cv**2 - factor**2), _peak(grid))


def _root(value: float) -> float:
    return float(np.sqrt(value)) if value > 0 else 0.0


def _peak(grid: Grid) -> float:
    day = grid.contacts.mean(axis=0)
    return float(day.max() / day[day > 0].mean()) if (day > 0).any() else 0.0


def excess_day_cv(days: Ints, totals: Floats) -> float:
    """Day-to-day spread beyond chance: the standard deviation over mean that is left of day totals, within weekday and month, after Poisson noise.

    sqrt( sum of (n - 1)(variance - mean) / sum of (n - 1) mean^2 ) over cells of weekday and month with n > 1 days; 0 where days vary no more
    than chance lets them. Days without any contact are closed days and not counted. Derived: the moment estimate of a gamma-Poisson day factor.

    >>> round(excess_day_cv(np.array([20_823, 20_830, 20_837]), np.array([9_000.0, 10_000.0, 11_000.0])), 4)
    0.0995
    """
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
