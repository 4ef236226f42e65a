"""Months, days, opening hours and public holidays: the only module that knows how long a period is."""

import difflib
import math
import warnings
from datetime import date, timedelta
from functools import lru_cache
from os.path import commonprefix
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from planner.errors import Fault, InvalidScenario
from planner.parameters import (
    Field,
    Fraction,
    MonthLabel,
    Name,
    Parameters,
    Unit,
)

DayHours = Annotated[str, Field(pattern=r"^(closed|([01]\d|2[0-3]):[0-5]\d-([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00))$"), Unit("hh:mm-hh:mm")]


class Horizon(Parameters):
    """The months that are planned."""

    first_month: MonthLabel
    """The first month of the plan, as 2027-01. Yours: pick the month you plan from."""

    months: Annotated[int, Field(ge=1, le=120), Unit("months")] = 36
    """How many months are planned. Assumption: three years."""


class OpeningHours(Parameters):
    """When a queue is open, in its own local time, and what happens on public holidays."""

    days: Annotated[tuple[DayHours, ...], Field(min_length=7, max_length=7)] = ("08:00-20:00",) * 5 + ("closed",) * 2
    """Opening hours of Monday to Sunday, each as 08:00-20:00 or closed. Assumption: weekdays from 8 to 20."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Country whose public holidays apply, as two letters (US, DE). Empty: no public holidays. Yours: where the customers are."""

    subdivision: Name | None = None
    """State or region of that country, as its short code (CA, BY). Yours: where the customers are."""

    holiday_share: Fraction = 0.0
    """Contacts on a public holiday as a share of the same weekday without one; 0 means closed. Assumption: closed."""

    zone: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Time zone of the queue, as Europe/Berlin; needed only to read interval files with offsets. Yours: where the customers are."""


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_A_YEAR = 365.25

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def _number(label: str) -> int:
    return int(label[:4]) * 12 + int(label[5:]) - 1


def _label(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array


@lru_cache(maxsize=256)
def month_labels(horizon: Horizon) -> tuple[str, ...]:
    """The months of the horizon as written in files, T of them.

    >>> month_labels(Horizon(first_month="2027-11", months=3))
    ('2027-11', '2027-12', '2028-01')
    """
    first = _number(horizon.first_month)
    return tuple(_label(first + month) for month in range(horizon.months))


def month_index(horizon: Horizon, label: str) -> int:
    """Row of a month: 0 is the first month of the horizon, negative before it, T and more after it.

    >>> month_index(Horizon(first_month="2027-01"), "2026-11")
    -2
    """
    return _number(label) - _number(horizon.first_month)


def month_start(horizon: Horizon, month: int) -> date:
    """First day of row `month`, which may lie before or after the horizon.

    >>> month_start(Horizon(first_month="2027-01"), -1)
    datetime.date(2026, 12, 1)
    """
    number = _number(horizon.first_month) + month
    return date(number // 12, number % 12 + 1, 1)


@lru_cache(maxsize=256)
def calendar_months(horizon: Horizon) -> Ints:
    """Calendar month of each row, 1 January to 12 December [T].

    >>> calendar_months(Horizon(first_month="2027-11", months=3)).tolist()
    [11, 12, 1]
    """
    return _read_only((_number(horizon.first_month) + np.arange(horizon.months)) % 12 + 1)


def years(horizon: Horizon) -> tuple[int, ...]:
    """The calendar years that the horizon touches.

    >>> years(Horizon(first_month="2027-11", months=3))
    (2027, 2028)
    """
    return tuple(range(month_start(horizon, 0).year, month_start(horizon, horizon.months - 1).year + 1))


def months_of_weeks(weeks: float) -> float:
    """Weeks in months: weeks x 7 x 12 / 365.25.

    >>> round(months_of_weeks(4), 4)
    0.9199
    """
    return months_of_days(7 * weeks)


def months_of_days(days: float) -> float:
    """Calendar days in months of 365.25 / 12 = 30.4375 days.

    >>> months_of_days(365.25)
    12.0
    """
    return days * 12 / DAYS_A_YEAR


def days_of_months(months: float) -> float:
    """Months in calendar days, the inverse of `months_of_days`.

    >>> days_of_months(1)
    30.4375
    """
    return months * DAYS_A_YEAR / 12


@lru_cache(maxsize=256)
def weekdays(horizon: Horizon) -> Ints:
    """Mondays to Fridays of each month, public holidays among them [T].

    >>> weekdays(Horizon(first_month="2027-01", months=3)).tolist()
    [21, 20, 23]
    """
    first = np.datetime64(horizon.first_month, "M")
    starts = np.arange(first, first + horizon.months + 1).astype("datetime64[D]")
    return _read_only(np.busday_count(starts[:-1], starts[1:]).astype(np.int64))


def paid_hours(horizon: Horizon, weekly_hours: float) -> Floats:
    """Paid hours of one FTE in each month, public holidays among them: weekly hours x weekdays / 5 [T].

    >>> paid_hours(Horizon(first_month="2027-01", months=2), 40.0).tolist()
    [168.0, 160.0]
    """
    return weekly_hours * weekdays(horizon) / 5


@lru_cache(maxsize=1)
def _regions() -> dict[str, tuple[str, ...]]:
    """The subdivision codes of each two-letter country code that has a calendar."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    return {country: tuple(codes) for country, codes in known.items() if len(country) == 2}


@lru_cache(maxsize=64)
def _subdivisions(country: str) -> dict[str, str]:
    """Subdivisions of a known country: code or name -> code."""
    import holidays

    calendar = holidays.country_holidays(country)
    codes = {code: code for code in calendar.subdivisions}
    return {name: code for name, code in calendar.subdivisions_aliases.items()} | codes


def _nearest(text: str, codes: dict[str, str]) -> str:
    """The three codes whose own text or name comes closest: by the letters they begin with, then by all letters."""

    def distance(name: str) -> tuple[int, float, str]:
        pair = text.upper(), name.upper()
        return -len(commonprefix(pair)), -difflib.SequenceMatcher(None, *pair).ratio(), name

    return ", ".join(list(dict.fromkeys(codes[name] for name in sorted(codes, key=distance)))[:3])


def region_faults(country: str | None, subdivision: str | None, place: str) -> list[Fault]:
    """What is wrong with a country and its subdivision: unknown, or a subdivision without a country. The remedy names the nearest codes.

    >>> print(*region_faults("DE", "Bayern", "sites.Munich"))
    sites.Munich.subdivision: DE has no subdivision of that code (found 'Bayern'). The nearest codes are BY, BW, BE.
    """
    if country is None:
        stray = Fault(f"{place}.subdivision", "a subdivision needs its country", "Give the country, or leave both empty.", repr(subdivision))
        return [] if subdivision is None else [stray]
    if country not in _regions():
        remedy = f"The nearest codes are {_nearest(country, dict(zip(_regions(), _regions(), strict=True)))}."
        return [Fault(f"{place}.country", "there is no calendar of public holidays for this country", remedy, repr(country))]
    return _subdivision_faults(country, subdivision, place)


def _subdivision_faults(country: str, subdivision: str | None, place: str) -> list[Fault]:
    if subdivision is None or subdivision in _regions()[country]:
        return []
    known = _subdivisions(country)
    remedy = f"The nearest codes are {_nearest(subdivision, known)}." if known else "Leave it empty: this country's calendar has no subdivisions."
    return [Fault(f"{place}.subdivision", f"{country} has no subdivision of that code", remedy, repr(subdivision))]


@lru_cache(maxsize=1024)
def _calendar(country: str, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date] | str:
    """Public holidays of a known region in these years, or the words for why the calendar does not cover them."""
    import holidays

    whole = holidays.country_holidays(country)
    if years and not whole.start_year <= min(years) <= max(years) <= whole.end_year:
        return f"the calendar of {country} has the years {whole.start_year} to {whole.end_year} only"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))
    except UserWarning as warning:
        return f"the calendar of {country} is not complete: {str(warning).rstrip('.')}"


def coverage_faults(country: str | None, subdivision: str | None, years: tuple[int, ...], place: str) -> list[Fault]:
    """What is wrong when the calendar of a known region does not reach all of these years: they would pass for years without holidays.

    >>> coverage_faults("DE", None, (2027, 2101), "opening")[0].problem
    'the calendar of DE has the years 1991 to 2100 only'
    """
    problem = _calendar(country, subdivision, years) if country else frozenset[date]()
    remedy = "Plan months within those years, or leave the country empty and count public holidays as shrinkage."
    return [Fault(f"{place}.country", problem, remedy, f"{min(years)} to {max(years)}")] if isinstance(problem, str) else []


def public_holidays(country: str | None, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date]:
    """Public holidays of a region in these years, days off in lieu among them; none without a country.

    Raises InvalidScenario for an unknown region, and for years that its calendar does not cover.

    >>> date(2027, 7, 5) in public_holidays("US", None, (2027,))
    True
    """
    faults = region_faults(country, subdivision, "calendar") or coverage_faults(country, subdivision, years, "calendar")
    if faults:
        raise InvalidScenario(faults)
    found = _calendar(country, subdivision, years) if country else frozenset[date]()
    return frozenset() if isinstance(found, str) else found


class _Days(NamedTuple):
    """Every day of a horizon: its row, its weekday (0 Monday), and whether it is a public holiday."""

    month: Ints
    weekday: Ints
    holiday: Flags


@lru_cache(maxsize=256)
def _days(horizon: Horizon, country: str | None, subdivision: str | None) -> _Days:
    first = np.datetime64(horizon.first_month, "M")
    days = np.arange(first.astype("datetime64[D]"), (first + horizon.months).astype("datetime64[D]"))
    holidays = np.array(sorted(public_holidays(country, subdivision, years(horizon))), dtype="datetime64[D]")
    month = (days.astype("datetime64[M]") - first).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7  # day 0 of numpy's count, 1970-01-01, was a Thursday
    return _Days(month, weekday, np.isin(days, holidays))


@lru_cache(maxsize=256)
def working_share(horizon: Horizon, country: str | None, subdivision: str | None) -> Floats:
    """Share of each month's Mondays to Fridays that are no public holiday; 1 without a country [T].

    >>> working_share(Horizon(first_month="2027-12", months=1), "DE", None).tolist()
    [1.0]
    >>> working_share(Horizon(first_month="2027-05", months=1), "DE", None).round(4).tolist()
    [0.9048]
    """
    days = _days(horizon, country, subdivision)
    free = np.bincount(days.month[days.holiday & (days.weekday < 5)], minlength=horizon.months)
    return _read_only(1 - free / weekdays(horizon))


def open_days(opening: OpeningHours) -> Flags:
    """Whether the queue is open on Monday to Sunday [7].

    >>> open_days(OpeningHours()).astype(int).tolist()
    [1, 1, 1, 1, 1, 0, 0]
    """
    return np.array([hours != "closed" for hours in opening.days])


@lru_cache(maxsize=256)
def day_counts(horizon: Horizon, opening: OpeningHours) -> Ints:
    """Days of each type in each month on which the queue is open [T, 14].

    Columns 0 to 6 are ordinary Mondays to Sundays, 7 to 13 public holidays on a Monday to Sunday. A closed weekday counts 0 in both, and public
    holidays count 0 where `holiday_share` is 0.

    >>> day_counts(Horizon(first_month="2027-01", months=1), OpeningHours(country="US")).tolist()
    [[3, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    """
    days = _days(horizon, opening.country, opening.subdivision)
    counts = np.bincount(days.month * 14 + days.weekday + 7 * days.holiday, minlength=14 * horizon.months).reshape(-1, 14)
    served = np.concatenate([open_days(opening), open_days(opening) & (opening.holiday_share > 0)])
    return _read_only(counts * served)


Region = tuple[str | None, str | None]


@lru_cache(maxsize=256)
def joint_day_types(horizon: Horizon, regions: tuple[Region, ...]) -> tuple[Ints, Ints]:
    """Days that several calendars see alike: how many each month has [T, types], and which of the 14 types each region calls them [regions, types].

    The first seven are Mondays to Sundays that are ordinary everywhere; of the others only those that occur in some month are told.

    >>> counts, kinds = joint_day_types(Horizon(first_month="2027-05", months=1), (("US", None), ("DE", None)))
    >>> counts[0].tolist(), kinds[:, 7:].tolist()
    ([3, 4, 4, 3, 4, 4, 5, 1, 1, 1, 1], [[7, 0, 3, 5], [0, 7, 10, 12]])
    """
    days = [_days(horizon, *region) for region in regions]
    mask = np.sum([day.holiday.astype(np.int64) << place for place, day in enumerate(days)], axis=0)
    code = days[0].weekday + 7 * mask
    occurring = np.union1d(np.arange(7), code)
    counts = np.bincount(days[0].month * len(occurring) + np.searchsorted(occurring, code), minlength=horizon.months * len(occurring))
    kinds = np.stack([occurring % 7 + 7 * (occurring // 7 >> place & 1) for place in range(len(regions))])
    return _read_only(counts.reshape(horizon.months, -1)), _read_only(kinds)


def interval_count(interval_minutes: int) -> int:
    """Intervals of a day from midnight to midnight.

    >>> interval_count(30)
    48
    """
    return 24 * 60 // interval_minutes


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _span(hours: str) -> tuple[int, int]:
    """Opening and closing in minutes from midnight; (0, 0) for a closed day."""
    if hours == "closed":
        return 0, 0
    start, end = hours.split("-")
    return _minutes(start), _minutes(end)


@lru_cache(maxsize=256)
def open_slots(opening: OpeningHours, interval_minutes: int) -> Flags:
    """Whether the queue is open in each interval from midnight on Monday to Sunday [7, S]. Raises InvalidScenario for hours that cannot be kept.

    >>> open_slots(OpeningHours(), 30).sum(axis=1).tolist()
    [24, 24, 24, 24, 24, 0, 0]
    """
    faults = hours_faults(opening, interval_minutes, "opening")
    if faults:
        raise InvalidScenario(faults)
    spans = np.array([_span(hours) for hours in opening.days])
    begins = np.arange(interval_count(interval_minutes)) * interval_minutes
    return _read_only((spans[:, :1] <= begins) & (begins < spans[:, 1:]))


def opening_faults(opening: OpeningHours, interval_minutes: int, place: str) -> list[Fault]:
    """Everything that is wrong with opening hours: no open day, hours that end before they begin or cut an interval, an unknown country.

    >>> print(*opening_faults(OpeningHours(days=("20:00-08:00",) + ("closed",) * 6), 30, "queues.sales.opening"))
    queues.sales.opening.days.0: Monday closes before it opens (found '20:00-08:00'). Write opening before closing; a day ends at 24:00 at the latest.
    """
    return hours_faults(opening, interval_minutes, place) + region_faults(opening.country, opening.subdivision, place)


def hours_faults(opening: OpeningHours, interval_minutes: int, place: str) -> list[Fault]:
    """What is wrong with the hours alone: no open day, hours that end before they begin or cut an interval.

    >>> hours_faults(OpeningHours(), 30, "opening")
    []
    """
    if not open_days(opening).any():
        return [Fault(f"{place}.days", "every day is closed", "Open at least one day, as 08:00-20:00.")]
    faults: list[Fault] = []
    for day, hours in enumerate(opening.days):
        faults += _day_faults(hours, interval_minutes, f"{place}.days.{day}", DAYS[day])
    return faults


def _day_faults(hours: str, interval_minutes: int, place: str, day: str) -> list[Fault]:
    start, end = _span(hours)
    faults: list[Fault] = []
    if hours != "closed" and end <= start:
        remedy = "Write opening before closing; a day ends at 24:00 at the latest."
        faults.append(Fault(place, f"{day} closes before it opens" if end < start else f"{day} closes when it opens", remedy, repr(hours)))
    if start % interval_minutes or end % interval_minutes:
        remedy = f"Open and close on a multiple of {interval_minutes} minutes from midnight, or choose a shorter interval."
        faults.append(Fault(place, f"{day} cuts an interval of {interval_minutes} minutes", remedy, repr(hours)))
    return faults


def _is_workday(day: date, country: str | None, subdivision: str | None) -> bool:
    return day.weekday() < 5 and day not in public_holidays(country, subdivision, (day.year,))


@lru_cache(maxsize=4096)
def first_workday(horizon: Horizon, month: int, country: str | None, subdivision: str | None) -> date:
    """First Monday to Friday of row `month` that is no public holiday: the day on which classes start.

    >>> first_workday(Horizon(first_month="2027-01"), 0, "DE", None)
    datetime.date(2027, 1, 4)
    """
    day = month_start(horizon, month)
    while not _is_workday(day, country, subdivision):
        day += timedelta(days=1)
    return day


def days_before(day: date, days: float, country: str | None = None, subdivision: str | None = None) -> date:
    """The last workday that lies at least `days` calendar days before `day`; part of a day counts as a whole one.

    >>> days_before(date(2027, 3, 1), 1)
    datetime.date(2027, 2, 26)
    """
    if not days >= 0:
        raise ValueError(f"days must be 0 or more, not {days}")
    found = day - timedelta(days=math.ceil(days))
    while not _is_workday(found, country, subdivision):
        found -= timedelta(days=1)
    return found
