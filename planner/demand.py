"""Contacts and handle time by month, and their spread over the days and intervals of each month."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np

from planner.errors import Fault, InvalidScenario
from planner.horizon import (
    DAYS,
    Flags,
    Floats,
    Horizon,
    Ints,
    OpeningHours,
    calendar_months,
    coverage_faults,
    day_counts,
    days_of_months,
    hours_faults,
    interval_count,
    month_index,
    month_labels,
    open_days,
    open_slots,
    opening_faults,
    years,
)
from planner.parameters import (
    AnnualChange,
    Change,
    Contacts,
    Field,
    Fraction,
    Growth,
    MonthLabel,
    Multiple,
    Name,
    Parameters,
    Seconds,
    Unit,
)
from planner.queueing import handle_time

Weight = Annotated[float, Field(ge=0, le=1e9)]


class Event(Parameters):
    """A dated event that changes contacts or handle time: a campaign, an outage, a product launch."""

    name: Name
    """What happens. Yours: name it as your team does."""

    first_month: MonthLabel
    """The first month with the effect. Yours: from the calendar of events."""

    months: Annotated[int, Field(ge=1, le=120), Unit("months")] = 1
    """How many months the effect lasts. Assumption: one month."""

    contacts_change: Change = 0.0
    """Change of contacts in those months; 10 % means a tenth more. Yours: from the last event of the kind."""

    aht_change: Change = 0.0
    """Change of handle time in those months. Yours: from the last event of the kind."""


class Limit(Parameters):
    """A limit on handle time: contacts are ended there, some customers come back, some give up. As given it changes nothing."""

    limit_s: Seconds | None = None
    """Where a contact is ended, whether it is resolved or not. Empty: nowhere. Yours: 90 for a 90-second rule."""

    share_ended: Fraction = 1.0
    """Share of the longer contacts that really end there: 100 % is a cap, less a soft target. Assumption: a cap."""

    repeats: Literal["fresh", "carried"] = "fresh"
    """What a repeat is: a new draw, as long as any other contact, or the rest of the same issue, carried over. Assumption: a new draw."""

    resolution: Fraction = 0.7
    """Share of contacts that resolve the issue where none is ended early; used for new draws. Source: 70 to 72 % on average (SQM, a vendor)."""

    give_up: Fraction = 0.2
    """Share of unresolved customers who do not come back. Assumption: 20 %."""

    restart_s: Annotated[float, Field(ge=0, le=3_600), Unit("s")] = 60.0
    """What a further contact takes before a carried-over issue goes on. Assumption: a minute to identify the customer and the case."""

    restart_within: bool = True
    """Whether that counts against the limit. Assumption: it does."""

    tail_share: Annotated[float, Field(ge=0, le=0.2), Unit("%", 100)] = 0.01
    """Share of contacts in the long tail, which falls off as a power instead of a lognormal. Source: above the 99th percentile in one bank's log."""

    tail_index: Annotated[float, Field(gt=2, le=20), Unit("")] = 3.0
    """Power of the tail: the larger, the fewer very long contacts. Source: about 3 in one bank's log."""


class Demand(Parameters):
    """What one queue is offered, month by month and interval by interval."""

    contacts_monthly: tuple[Contacts, ...] | None = None
    """Contacts offered in each month of the horizon. Where given, it replaces base, growth and season. Yours: from your forecast."""

    base_contacts: Contacts | None = None
    """Contacts offered in the first month before season and events. Yours: from your forecast."""

    growth_monthly: Growth = 0.0
    """Growth of contacts a month, compounded from the first month. Assumption: none."""

    season: Annotated[tuple[Multiple, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12
    """Factor of each calendar month, January to December, on base contacts. Assumption: no season."""

    follows_open_days: bool = False
    """Whether base contacts are those of an average month and each month gets its part by the open days it has; else every month gets base, growth and
    season alone. Assumption: base, growth and season alone."""

    events: tuple[Event, ...] = ()
    """Dated events, on top of a series or of base, growth and season. Yours: campaigns, outages, launches."""

    aht_s: Seconds = 300.0
    """Average handle time: talk, hold and wrap-up. Source: one bank's call log, 180 to 600 s in practice; measure yours."""

    aht_monthly_s: tuple[Seconds, ...] | None = None
    """Average handle time of each month of the horizon. Where given, it replaces the single figure and its drift. Yours: from your forecast."""

    aht_drift_annual: AnnualChange = 0.0
    """Drift of handle time a year, compounded monthly. Assumption: none."""

    aht_scv: Annotated[float, Field(ge=0, le=20), Unit("")] = 1.4
    """Spread of handle time: variance over squared mean. Used where no patience is given (Erlang C, after Lee and Longton); with abandonment its
    effect nearly vanishes. Source: 1.27 for one type of call, 1.75 for all, in one bank's log."""

    limit: Limit = Limit()
    """A limit on handle time, on top of the figures above, which are those without it. Assumption: none."""

    interval_minutes: Literal[15, 30, 60] = 30
    """Length of a planning interval. Assumption: half an hour."""

    week_profile: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)] | None = None
    """Weight of Monday to Sunday in a week's contacts; 0 on closed days. Empty: equal on open days. Yours: from your history."""

    day_profile: Annotated[tuple[tuple[Weight, ...], ...], Field(min_length=1, max_length=7)] | None = None
    """Weight of each interval from midnight, as one row for every day or seven rows from Monday; 0 outside opening hours.
    Empty: flat. Yours: from your history."""

    day_cv: Fraction = 0.0
    """Day-to-day forecast error: standard deviation over mean of a day's contacts around its forecast.
    Assumption: none; 6 % at a large bank, 11 to 18 % at a small one, 16 % at a city line."""

    opening: OpeningHours = OpeningHours()
    """When the queue is open. Yours: from your service description."""


Profile = tuple[tuple[float, ...], ...]


def event_factor(events: tuple[Event, ...], changes: tuple[float, ...], horizon: Horizon) -> Floats:
    """Factor of the dated events on each month: the product of 1 + change over the events running in it [T].

    An event that lies partly outside the horizon acts on the months inside.

    >>> event_factor((Event(name="launch", first_month="2027-02"),), (0.5,), Horizon(first_month="2027-01", months=3)).tolist()
    [1.0, 1.5, 1.0]
    """
    first = np.array([month_index(horizon, event.first_month) for event in events]).reshape(-1, 1)
    length = np.array([event.months for event in events]).reshape(-1, 1)
    month = np.arange(horizon.months)
    running = (first <= month) & (month < first + length)
    factor: Floats = np.where(running, 1 + np.array(changes).reshape(-1, 1), 1.0).prod(axis=0)
    return factor


def contacts(demand: Demand, horizon: Horizon) -> Floats:
    """Contacts offered in each month [T].

    The monthly series, or base x (1 + growth)^t x season of the calendar month (x open days, where it follows them); then the events, and the
    repeats that a limit on handle time brings. Raises InvalidScenario where neither is given.

    >>> contacts(Demand(base_contacts=1000, growth_monthly=0.01), Horizon(first_month="2027-01", months=3)).round(1).tolist()
    [1000.0, 1010.0, 1020.1]
    """
    faults = volume_faults(demand, horizon, "demand")
    if faults:
        raise InvalidScenario(faults)
    changes = tuple(event.contacts_change for event in demand.events)
    offered = base_path(demand, horizon) * event_factor(demand.events, changes, horizon)
    if demand.limit.limit_s is None:
        return offered
    apart = _effects(demand, horizon)
    return np.asarray(offered * [limited.contacts_per_issue / free.contacts_per_issue for limited, free in apart])


def base_path(demand: Demand, horizon: Horizon) -> Floats:
    """Contacts of each month before events: the series, or base x (1 + growth)^t x season [T].

    >>> base_path(Demand(contacts_monthly=(10, 20)), Horizon(first_month="2027-01", months=2)).tolist()
    [10.0, 20.0]
    """
    if demand.contacts_monthly is not None:
        return np.array(demand.contacts_monthly, dtype=float)
    season = np.array(demand.season)[calendar_months(horizon) - 1]
    path: Floats = (demand.base_contacts or 0.0) * (1 + demand.growth_monthly) ** np.arange(horizon.months) * season
    return path * open_days_factor(demand, horizon) if demand.follows_open_days else path


def open_days_factor(demand: Demand, horizon: Horizon) -> Floats:
    """Weight of each month's open days over that of an average month without public holidays (365.25 / 12 days) [T].

    >>> open_days_factor(Demand(base_contacts=1), Horizon(first_month="2027-02", months=2)).round(3).tolist()
    [0.92, 1.058]
    """
    weights = day_type_weights(demand.opening, demand.week_profile)
    factor: Floats = day_counts(horizon, demand.opening) @ weights / (weights[:7].sum() / 7 * days_of_months(1.0))
    return factor


def aht_s(demand: Demand, horizon: Horizon) -> Floats:
    """Average handle time of each month in seconds: the series, or aht x (1 + drift)^(t/12); then the events, and a limit [T].

    >>> aht_s(Demand(base_contacts=1, aht_s=300, aht_drift_annual=-0.1), Horizon(first_month="2027-01", months=13))[[0, 12]].tolist()
    [300.0, 270.0]
    """
    faults = _length_faults(demand.aht_monthly_s, horizon, "demand.aht_monthly_s")
    if faults:
        raise InvalidScenario(faults)
    if demand.limit.limit_s is not None:
        return np.array([limited.handle_time_s for limited, _ in _effects(demand, horizon)])
    return unlimited_aht_s(demand, horizon)


def unlimited_aht_s(demand: Demand, horizon: Horizon) -> Floats:
    """Average handle time of each month in seconds as it is without a limit [T].

    >>> unlimited_aht_s(Demand(base_contacts=1, limit=Limit(limit_s=90)), Horizon(first_month="2027-01", months=1)).tolist()
    [300.0]
    """
    changes = tuple(event.aht_change for event in demand.events)
    return _aht_path_s(demand, horizon) * event_factor(demand.events, changes, horizon)


def lost_issues(demand: Demand, horizon: Horizon) -> Floats:
    """Issues of each month that are never resolved because contacts are ended at the limit: issues x what would have been resolved without it [T].

    >>> rule = Demand(base_contacts=1000, aht_s=360, limit=Limit(limit_s=90, resolution=0.8, give_up=0.3, tail_share=0))
    >>> lost_issues(rule, Horizon(first_month="2027-01", months=1)).round().tolist()
    [524.0]

    Source: derived; 1,000 contacts are 860 issues, of which 93 % are resolved without a limit and 32 % with it.
    """
    if demand.limit.limit_s is None:
        return np.zeros(horizon.months)
    handled, apart = contacts(demand, horizon), _effects(demand, horizon)
    return np.asarray(handled * [(free.resolved_share - limited.resolved_share) / limited.contacts_per_issue for limited, free in apart])


def aht_scv(demand: Demand, horizon: Horizon) -> float:
    """Spread of handle time, variance over squared mean; under a limit that of the contacts it leaves, as a mean over the months.

    >>> months = Horizon(first_month="2027-01", months=1)
    >>> aht_scv(Demand(), months), round(aht_scv(Demand(aht_s=360, limit=Limit(limit_s=90, tail_share=0)), months), 3)
    (1.4, 0.025)
    """
    if demand.limit.limit_s is None:
        return demand.aht_scv
    return float(np.mean([limited.scv for limited, _ in _effects(demand, horizon)]))


def _effects(demand: Demand, horizon: Horizon) -> list[tuple[handle_time.Effect, handle_time.Effect]]:
    """What the limit comes to in each month, and what contacts come to without one."""
    limit = demand.limit
    return [limit_effects(limit, float(aht), demand.aht_scv) for aht in unlimited_aht_s(demand, horizon)]


def limit_effects(limit: Limit, aht_s: float, aht_scv: float) -> tuple[handle_time.Effect, handle_time.Effect]:
    """Contacts per issue, handle time and resolution with a limit, and without it, for contacts of this mean length and spread.

    >>> limited, free = limit_effects(Limit(limit_s=90, resolution=0.8, give_up=0, tail_share=0), 360, 1.4)
    >>> round(limited.contacts_per_issue, 2), free.contacts_per_issue
    (8.05, 1.25)
    """
    times = handle_time.handle_times(aht_s, aht_scv, limit.tail_share, limit.tail_index)
    free = handle_time.Ending(math.inf, limit.share_ended, limit.resolution, limit.give_up, limit.restart_s, limit.restart_within)
    effect = handle_time.fresh_draws if limit.repeats == "fresh" else handle_time.carried_over
    limited = free if limit.limit_s is None else free._replace(limit_s=limit.limit_s)
    return effect(times, limited), effect(times, free)


def _aht_path_s(demand: Demand, horizon: Horizon) -> Floats:
    if demand.aht_monthly_s is not None:
        return np.array(demand.aht_monthly_s, dtype=float)
    path: Floats = demand.aht_s * (1 + demand.aht_drift_annual) ** (np.arange(horizon.months) / 12)
    return path


def pooled_aht_s(contacts: Floats, aht_s: Floats) -> Floats:
    """Handle time of a pooled group in seconds: the mean over its queues weighted by contacts [..., Q] -> [...].

    Where no queue has contacts the plain mean is told; there is no load that it could change.

    >>> float(pooled_aht_s(np.array([100.0, 300.0]), np.array([600.0, 200.0])))
    300.0
    """
    total = np.sum(contacts, axis=-1)
    weighted = np.sum(contacts * aht_s, axis=-1)
    plain = np.broadcast_to(np.mean(np.broadcast_to(aht_s, np.shape(contacts)), axis=-1), np.shape(total))
    mean: Floats = np.divide(weighted, total, out=plain.copy(), where=total > 0)
    return mean


@dataclass(frozen=True)
class Intervals:
    """Contacts of a queue by month, day type and interval from midnight.

    Day types are those of `horizon.day_counts`: ordinary Mondays to Sundays, then public holidays on a Monday to Sunday.
    """

    contacts: Floats
    """Contacts in one interval of one day of the type; 0 for a type without days in the month [T, 14, S]."""

    days: Ints
    """Days of each type on which the queue is open [T, 14]."""

    interval_s: int
    """Length of an interval in seconds."""

    open: Flags
    """Whether the queue is open in each interval of a Monday to Sunday [7, S]."""


def intervals(demand: Demand, horizon: Horizon, contacts: Floats) -> Intervals:
    """The spread of each month's contacts [T], all of a queue's or a share of them, over day types and intervals.

    A day weighs what the week profile says, a public holiday `holiday_share` times that; its contacts follow the day profile. Summed over days x
    contacts each month keeps its contacts. Raises InvalidScenario for a profile that does not fit, and for contacts in a month without an open day.

    >>> january = intervals(Demand(base_contacts=2100), Horizon(first_month="2027-01", months=1), np.array([2100.0]))
    >>> january.days[0, :5].tolist(), january.contacts[0, 0, 15:18].round(4).tolist()
    ([4, 4, 4, 4, 5], [0.0, 4.1667, 4.1667])
    """
    offered = np.asarray(contacts, dtype=float)
    if offered.shape != (horizon.months,):
        raise ValueError(f"contacts must have one value for each of {horizon.months} months, not shape {offered.shape}")
    spread = _spread(horizon, demand.opening, demand.interval_minutes, demand.week_profile, demand.day_profile)
    _refuse_closed_months(offered, spread, horizon)
    slots = open_slots(demand.opening, demand.interval_minutes)
    return Intervals(offered[:, None, None] * spread, day_counts(horizon, demand.opening), 60 * demand.interval_minutes, slots)


def _refuse_closed_months(contacts: Floats, spread: Floats, horizon: Horizon) -> None:
    closed = (contacts > 0) & ~spread.any(axis=(1, 2))
    labels = np.array(month_labels(horizon))[closed]
    if closed.any():
        remedy = "Open the queue on some day of it with weight in the week profile, or set its contacts to 0."
        raise InvalidScenario([Fault("opening", f"{label} has contacts but no open day", remedy) for label in labels])


@lru_cache(maxsize=64)
def _spread(horizon: Horizon, opening: OpeningHours, minutes: int, week: tuple[float, ...] | None, day: Profile | None) -> Floats:
    """Share of a month's contacts that falls into one interval of one day of each type; 0 throughout a month without an open day [T, 14, S]."""
    faults = profile_faults(opening, minutes, week, day, "demand")
    if faults:
        raise InvalidScenario(faults)
    days = day_counts(horizon, opening)
    weights = day_type_weights(opening, week) * (days > 0)
    total = (days * weights).sum(axis=1, keepdims=True)
    of_day = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    spread: Floats = of_day[:, :, None] * np.tile(slot_shares(opening, minutes, day), (2, 1))
    spread.flags.writeable = False
    return spread


def day_type_weights(opening: OpeningHours, week_profile: tuple[float, ...] | None) -> Floats:
    """Weight of a day of each type in its month: the week profile, or 1 on open days; on public holidays `holiday_share` times that [14].

    >>> day_type_weights(OpeningHours(holiday_share=0.5), (3, 2, 2, 2, 1, 0, 0)).tolist()
    [3.0, 2.0, 2.0, 2.0, 1.0, 0.0, 0.0, 1.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    week = open_days(opening).astype(float) if week_profile is None else np.array(week_profile, dtype=float)
    return np.concatenate([week, opening.holiday_share * week])


def slot_shares(opening: OpeningHours, interval_minutes: int, day_profile: Profile | None) -> Floats:
    """Share of a day's contacts in each interval on Monday to Sunday; each open day sums to 1, a closed one to 0 [7, S].

    Without a profile the open intervals are alike. One row serves every day, and each day takes the part of it that lies in its own opening hours:
    a row for 08:00-20:00 on a Saturday of 09:00-13:00 spreads all of Saturday's contacts over 09:00-13:00.

    >>> slot_shares(OpeningHours(days=("08:00-10:00",) + ("closed",) * 6), 60, None)[0, 7:11].tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    slots = open_slots(opening, interval_minutes)
    weights = slots * (np.ones((1, slots.shape[1])) if day_profile is None else np.array(day_profile, dtype=float))
    total = weights.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def demand_faults(demand: Demand, horizon: Horizon, place: str) -> list[Fault]:
    """Everything that is wrong with a queue's demand, opening hours and their calendar among it, each with its path below `place`.

    >>> print(*demand_faults(Demand(), Horizon(first_month="2027-01"), "queues.sales"))
    queues.sales.base_contacts: the queue has no contacts. Give base_contacts, or contacts_monthly with 36 values.
    """
    opening = demand.opening
    return (
        volume_faults(demand, horizon, place)
        + _limit_faults(demand, horizon, f"{place}.limit")
        + _length_faults(demand.aht_monthly_s, horizon, f"{place}.aht_monthly_s")
        + _calendar_faults(demand, horizon, f"{place}.opening")
        + profile_faults(opening, demand.interval_minutes, demand.week_profile, demand.day_profile, place)
    )


def _limit_faults(demand: Demand, horizon: Horizon, place: str) -> list[Fault]:
    """A limit under which an issue never ends."""
    limit = demand.limit
    if limit.limit_s is None or _length_faults(demand.aht_monthly_s, horizon, ""):
        return []
    try:
        _effects(demand, horizon)
    except ValueError as error:
        remedy = "Give a longer limit, let some contacts end resolved, or let some customers give up."
        return [Fault(f"{place}.limit_s", str(error), remedy, f"{limit.limit_s:g} s")]
    return []


def _calendar_faults(demand: Demand, horizon: Horizon, place: str) -> list[Fault]:
    opening = demand.opening
    faults = opening_faults(opening, demand.interval_minutes, place)
    return faults or coverage_faults(opening.country, opening.subdivision, years(horizon), place)


def volume_faults(demand: Demand, horizon: Horizon, place: str) -> list[Fault]:
    """What is wrong with the contacts: none given, or a series that does not cover the horizon.

    >>> print(*volume_faults(Demand(contacts_monthly=(5,)), Horizon(first_month="2027-01", months=2), "queues.sales"))
    queues.sales.contacts_monthly: the series does not cover the horizon (found length 1). Give 2 values, 2027-01 to 2027-02.
    """
    if demand.contacts_monthly is None and demand.base_contacts is None:
        remedy = f"Give base_contacts, or contacts_monthly with {horizon.months} values."
        return [Fault(f"{place}.base_contacts", "the queue has no contacts", remedy)]
    return _length_faults(demand.contacts_monthly, horizon, f"{place}.contacts_monthly")


def _length_faults(series: tuple[float, ...] | None, horizon: Horizon, place: str) -> list[Fault]:
    if series is None or len(series) == horizon.months:
        return []
    labels = month_labels(horizon)
    remedy = f"Give {horizon.months} values, {labels[0]} to {labels[-1]}."
    return [Fault(place, "the series does not cover the horizon", remedy, f"length {len(series)}")]


def profile_faults(opening: OpeningHours, minutes: int, week: tuple[float, ...] | None, day: Profile | None, place: str) -> list[Fault]:
    """What is wrong with the week profile and the day profile for these opening hours.

    A weight on a closed day or interval is refused, and so is an open day without any weight in its hours. One row for every day is refused only
    where it has weight in an interval that is closed on all days, because each day uses the part in its own hours. Where the opening hours are at
    fault themselves, only the shape of the profiles is judged.

    >>> print(*profile_faults(OpeningHours(), 30, (1, 1, 1, 1, 1, 1, 0), None, "queues.sales"))
    queues.sales.week_profile.5: Saturday is closed but has weight (found 1). Set it to 0, or open the queue on Saturday.
    """
    faults = _shape_faults(minutes, day, f"{place}.day_profile")
    if hours_faults(opening, minutes, place):
        return faults
    faults += _week_faults(opening, week, f"{place}.week_profile")
    return faults if day is None or _shape_faults(minutes, day, place) else faults + _slot_faults(opening, minutes, day, f"{place}.day_profile")


def _shape_faults(minutes: int, day: Profile | None, place: str) -> list[Fault]:
    if day is None:
        return []
    slots = interval_count(minutes)
    remedy = f"Give {slots} weights, one for each {minutes} minutes from midnight."
    short = [(row, len(weights)) for row, weights in enumerate(day) if len(weights) != slots]
    faults = [Fault(f"{place}.{row}", "the row does not cover the day", remedy, f"{found} weights") for row, found in short]
    if len(day) not in (1, 7):
        remedy = "Give one row for every day, or seven rows from Monday."
        faults.append(Fault(place, "the day profile has neither one row nor seven", remedy, f"{len(day)} rows"))
    return faults


def _week_faults(opening: OpeningHours, week: tuple[float, ...] | None, place: str) -> list[Fault]:
    if week is None:
        return []
    is_open = open_days(opening)
    faults = [
        Fault(f"{place}.{day}", f"{DAYS[day]} is closed but has weight", f"Set it to 0, or open the queue on {DAYS[day]}.", f"{weight:g}")
        for day, weight in enumerate(week)
        if weight > 0 and not is_open[day]
    ]
    if not any(weight > 0 for day, weight in enumerate(week) if is_open[day]):
        faults.append(Fault(place, "no open day has weight", "Give open days their weight, or leave the profile empty."))
    return faults


def _slot_faults(opening: OpeningHours, minutes: int, day: Profile, place: str) -> list[Fault]:
    slots, weights = open_slots(opening, minutes), np.array(day, dtype=float)
    allowed = slots if len(day) == 7 else np.logical_or.reduce(slots, axis=0, keepdims=True)
    faults = [_closed_slot_fault(weights[row], allowed[row], minutes, f"{place}.{row}") for row in np.flatnonzero((weights * ~allowed).any(axis=1))]
    empty = open_days(opening) & ~(slots * weights).any(axis=1)
    return faults + [_empty_day_fault(row, opening, f"{place}.{row if len(day) == 7 else 0}") for row in np.flatnonzero(empty).tolist()]


def _closed_slot_fault(weights: Floats, allowed: Flags, minutes: int, place: str) -> Fault:
    slots = np.flatnonzero((weights > 0) & ~allowed)
    clock = ", ".join(f"{slot * minutes // 60:02d}:{slot * minutes % 60:02d}" for slot in slots)
    return Fault(place, "there is weight outside opening hours", "Set those intervals to 0, or open the queue then.", clock)


def _empty_day_fault(day: int, opening: OpeningHours, place: str) -> Fault:
    return Fault(place, f"{DAYS[day]} is open but has no weight", "Give some interval of its opening hours a weight, or close the day.", opening.days[day])
