"""The history of a queue by day, week or month, and everything that can be wrong with it, told at once."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from planner.errors import Fault
from planner.horizon import Flags, Floats

Dates = npt.NDArray[np.datetime64]
Every = Literal["day", "week", "month"]

LEAST_MONTHS = 12
SEASON_MONTHS = 24
ZERO_STRETCH = 14
TOLD = 10


@dataclass(frozen=True)
class History:
    """What one queue was offered, one row for each day, week or month. Days without a row are gaps, not zeros."""

    queue: str
    dates: Dates
    """The day, or the first day of the week or month, as datetime64[D] [N]."""
    contacts: Floats
    """Contacts offered in that day, week or month [N]."""
    aht_s: Floats | None = None
    """Mean handle time in seconds [N]; NaN where there were no contacts. None: not known."""

    @property
    def every(self) -> Every:
        """Whether a row is a day, a week or a month, by the steps between the dates.

        >>> History("sales", np.array(["2027-01-04", "2027-01-11"], dtype="datetime64[D]"), np.ones(2)).every
        'week'
        """
        dates = np.sort(self.dates.astype("datetime64[D]"))
        steps = np.diff(dates).astype(np.int64)
        steps = steps[steps > 0]
        if len(steps) == 0 or (steps >= 28).all() and (dates == dates.astype("datetime64[M]")).all():
            return "month"
        return "week" if (steps % 7 == 0).all() else "day"


def histories(frame: Any) -> tuple[History, ...]:
    """One history for each queue of a table with the columns queue, time, contacts and aht_s; intervals are added up to days.

    A table whose times are all firsts of months is a monthly one. Handle time is the mean weighted by contacts.
    """
    return tuple(_history_of(str(name), rows) for name, rows in frame.groupby("queue", sort=True, observed=True))


def _history_of(queue: str, rows: Any) -> History:
    day = rows["time"].to_numpy().astype("datetime64[D]")
    contacts = rows["contacts"].to_numpy(dtype=float)
    aht_s = rows["aht_s"].to_numpy(dtype=float) if "aht_s" in rows else np.full(len(rows), np.nan)
    dates, place = np.unique(day, return_inverse=True)
    total = np.bincount(place, contacts).astype(float)
    work = np.bincount(place, np.where(contacts > 0, contacts * aht_s, 0.0)).astype(float)
    mean = np.divide(work, total, out=np.full(len(total), np.nan), where=total > 0)
    return History(queue, dates, total, mean if np.isfinite(aht_s).any() else None)


def history_faults(history: History) -> list[Fault]:
    """Everything that is wrong with the numbers and dates of a history; gaps and length in months are judged where the calendar is known.

    >>> dates = np.array(["2027-01-01", "2027-01-02"], dtype="datetime64[D]")
    >>> print(*history_faults(History("sales", dates, np.array([10.0, -1.0]))))
    sales, 2027-01-02: contacts are below 0 (found -1). Correct the figure, or leave the row out.
    """
    faults = _shape_faults(history)
    return faults or _value_faults(history) + _date_faults(history) + _aht_faults(history)


def _shape_faults(history: History) -> list[Fault]:
    rows = len(history.dates)
    if rows == 0:
        return [Fault(history.queue, "the history is empty", f"Give at least {LEAST_MONTHS} whole months, better {SEASON_MONTHS + 12}.")]
    lengths = {len(history.contacts)} | ({len(history.aht_s)} if history.aht_s is not None else set())
    different = Fault(history.queue, "dates, contacts and handle time are not equally many", "Give one of each for every row.")
    return [different] if lengths != {rows} else []


def _at(history: History, wrong: Flags, values: Floats, problem: str, remedy: str) -> list[Fault]:
    """A fault for each wrong row; beyond ten, one that counts the rest."""
    places = np.flatnonzero(wrong)
    faults = [Fault(f"{history.queue}, {history.dates[row]}", problem, remedy, f"{values[row]:g}") for row in places[:TOLD]]
    if len(places) > TOLD:
        faults.append(Fault(history.queue, f"{problem} in {len(places) - TOLD} further rows", remedy))
    return faults


def _value_faults(history: History) -> list[Fault]:
    values = history.contacts
    missing = _at(history, ~np.isfinite(values), values, "contacts are not a number", "Give the figure, or leave the row out.")
    return missing + _at(history, values < 0, values, "contacts are below 0", "Correct the figure, or leave the row out.")


def _date_faults(history: History) -> list[Fault]:
    counts = Counter(history.dates.astype("datetime64[D]").tolist())
    twice = [day for day, count in counts.items() if count > 1]
    remedy = "Keep one row for each date, or add them up."
    faults = [Fault(f"{history.queue}, {day}", "the date comes more than once", remedy) for day in twice[:TOLD]]
    return faults + ([Fault(history.queue, f"{len(twice) - TOLD} further dates come more than once", remedy)] if len(twice) > TOLD else [])


def _aht_faults(history: History) -> list[Fault]:
    if history.aht_s is None:
        return []
    needed = history.contacts > 0
    missing = _at(history, needed & ~np.isfinite(history.aht_s), history.aht_s, "there are contacts but no handle time",
                  "Give the handle time, or leave the whole column out.")  # fmt: skip
    return missing + _at(history, needed & (history.aht_s <= 0), history.aht_s, "handle time is not above 0", "Give seconds above 0.")
