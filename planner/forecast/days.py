"""Every day of a history and of the months to come, and what a day weighs: weekday, public holiday, marked event.

A month's contacts = rate x sum of the weights of its days; the rate is contacts per day of average weight. Methods forecast rates, so that
the number of Mondays, leap days, moving holidays and days without figures do not pass for ups and downs.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from planner.errors import Fault
from planner.forecast.history import LEAST_MONTHS, SEASON_MONTHS, ZERO_STRETCH, History
from planner.forecast.settings import ForecastSettings
from planner.horizon import DAYS, Flags, Floats, Ints, public_holidays

WEIGHT_MONTHS = 36
WHOLE = 0.9
LEAST_SEEN = 0.5
LEAST_LEFT = 0.25
LEAST_HOLIDAYS = 3


@dataclass(frozen=True)
class Shape:
    """What a day weighs: Monday to Sunday (mean 1) [7], a public holiday as a share of its weekday, each marked event as a multiple [E]."""

    week: Floats
    holiday_share: float
    effects: Floats


@dataclass(frozen=True)
class Days:
    """The days from the first whole month of the history to the end of the forecast [D], and its `known` months."""

    first_month: str
    known: int
    month: Ints
    """Months since the first one [D]."""
    weekday: Ints
    """0 Monday to 6 Sunday [D]."""
    holiday: Flags
    """Whether it is a public holiday [D]."""
    event: Ints
    """Position of the marked event's name in `events`, or -1 [D]."""
    events: tuple[str, ...]
    estimated: Flags
    """Whether the effect of an event is estimated; else its days are left out of what is learnt [E]."""
    contacts: Floats
    """Contacts of the day; NaN where there is no figure, and in months to come [D]."""
    work_s: Floats
    """Contacts x handle time of the day; NaN where it is not known [D]."""
    given: Shape | None
    """The weights that the planner gives, or that weeks and months need; None: measured."""


def label(days: Days, month: int) -> str:
    """The month that lies `month` after the first one, as 2027-01."""
    return str(np.datetime64(days.first_month, "M") + month)


def spread(history: History, settings: ForecastSettings, ahead: int) -> tuple[Days, list[str], list[Fault]]:
    """The days of a history of faultless rows with `ahead` months to come, what was done with it in words, and every fault of its calendar."""
    days = _calendar(history, settings, ahead)
    days = _filled(days, history)
    days, notices = _closed(days, history)
    days, partial = _whole_months(days)
    faults = _gap_faults(days, history) + _zero_faults(days, history) + _length_faults(days, history)
    return days, notices + partial + _gap_notices(days) + _zero_notices(days, history), faults


def _calendar(history: History, settings: ForecastSettings, ahead: int) -> Days:
    dates = history.dates.astype("datetime64[D]")
    first, last = dates.min().astype("datetime64[M]"), (dates.max() + (6 if history.every == "week" else 0)).astype("datetime64[M]")
    day = np.arange(first.astype("datetime64[D]"), (last + 1 + ahead).astype("datetime64[D]"))
    month = (day.astype("datetime64[M]") - first).astype(np.int64)
    years = tuple(range(day[0].astype(date).year, day[-1].astype(date).year + 1))
    free = np.array(sorted(public_holidays(settings.country, settings.subdivision, years)), dtype="datetime64[D]")
    events = tuple(dict.fromkeys(event.name for event in settings.events))
    blank = np.full(len(day), np.nan)
    return Days(
        first_month=str(first), known=int((last - first).astype(np.int64)) + 1, month=month, weekday=(day.astype(np.int64) + 3) % 7,
        holiday=np.isin(day, free), event=_events(day, settings, events), events=events,
        estimated=np.array([all(event.treatment == "estimate" for event in settings.events if event.name == name) for name in events], dtype=bool),
        contacts=blank, work_s=blank, given=_given(history, settings, len(events)),
    )  # fmt: skip


def _events(day: np.ndarray, settings: ForecastSettings, names: tuple[str, ...]) -> Ints:
    found = np.full(len(day), -1)
    for event in settings.events:
        found[(day >= np.datetime64(event.first_day)) & (day <= np.datetime64(event.last_day))] = names.index(event.name)
    return found


def _given(history: History, settings: ForecastSettings, events: int) -> Shape | None:
    if history.every == "day" and settings.week_weights is None:
        return None
    week = np.ones(7) if settings.week_weights is None else np.array(settings.week_weights, dtype=float)
    return Shape(week / week.mean(), 1.0 if settings.holiday_share is None else settings.holiday_share, np.ones(events))


def _filled(days: Days, history: History) -> Days:
    """The days with the history's figures; those of a week or month are spread over its days by their given weights."""
    order = np.argsort(history.dates)
    starts = history.dates[order].astype("datetime64[D]")
    contacts, aht_s = history.contacts[order], None if history.aht_s is None else history.aht_s[order]
    origin = np.datetime64(days.first_month, "M").astype("datetime64[D]")
    begin = (starts - origin).astype(np.int64)
    end = _ends(starts, history, origin)
    row = np.repeat(np.arange(len(begin)), end - begin)
    place = np.concatenate([np.arange(low, high) for low, high in zip(begin, end, strict=True)])
    weight = np.ones(len(place)) if history.every == "day" else day_weights(days, _fixed(days))[place]
    total = np.bincount(row, weight, minlength=len(begin))
    share = np.divide(weight, total[row], out=np.zeros(len(weight)), where=total[row] > 0)
    filled, work = days.contacts.copy(), days.work_s.copy()
    filled[place] = contacts[row] * share
    work[place] = filled[place] * (np.where(contacts > 0, aht_s, 0.0)[row] if aht_s is not None else np.nan)
    return replace(days, contacts=filled, work_s=work)


def _ends(starts: np.ndarray, history: History, origin: np.datetime64) -> Ints:
    """Day after the last day of each row, counted from the origin."""
    after = starts + (7 if history.every == "week" else 1)
    if history.every == "month":
        after = (starts.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return (after - origin).astype(np.int64)


def _fixed(days: Days) -> Shape:
    return days.given or Shape(np.ones(7), 1.0, np.ones(len(days.events)))


def _past(days: Days) -> Flags:
    """Whether a day lies between the first and the last figure."""
    seen = np.flatnonzero(np.isfinite(days.contacts))
    place = np.arange(len(days.contacts))
    inside: Flags = (place >= seen[0]) & (place <= seen[-1])
    return inside


def _closed(days: Days, history: History) -> tuple[Days, list[str]]:
    """Weekdays that never have a row, and public holidays where most have none, are closed: 0 contacts, told."""
    if history.every != "day":
        return days, []
    blank = np.isnan(days.contacts) & _past(days)
    seen = np.bincount(days.weekday[np.isfinite(days.contacts)], minlength=7)
    shut = blank & (seen == 0)[days.weekday]
    names = ", ".join(DAYS[day] for day in np.flatnonzero(seen == 0))
    notices = [f"No row on any {names}: taken as closed."] if names else []
    free = days.holiday & _past(days) & ~shut
    if (blank & free).sum() * 2 > free.sum():
        shut = shut | (blank & free)
        notices.append("Most public holidays have no row: those are taken as closed.")
    return replace(days, contacts=np.where(shut, 0.0, days.contacts), work_s=np.where(shut, 0.0, days.work_s)), notices


def _seen_share(days: Days) -> Floats:
    """Share of each known month's usual contacts that has figures, by the mean of each weekday [known]."""
    there = np.isfinite(days.contacts)
    count = np.bincount(days.weekday[there], minlength=7)
    usual = np.bincount(days.weekday[there], days.contacts[there], minlength=7) / np.maximum(count, 1)
    weight = usual[days.weekday]
    whole = np.bincount(days.month, weight)[: days.known]
    share: Floats = np.divide(np.bincount(days.month, weight * there)[: days.known], whole, out=np.ones(days.known), where=whole > 0)
    return share


def _whole_months(days: Days) -> tuple[Days, list[str]]:
    """Without a first or last month of which less than nine tenths have figures; what is left out is told."""
    share = _seen_share(days)
    ends = {0: share[0] < WHOLE, days.known - 1: share[-1] < WHOLE}
    notices = [f"{label(days, month)} is not whole and was left out." for month, short in ends.items() if short]
    skip, known = int(ends[0]), days.known - int(ends[days.known - 1])
    if skip >= known:
        return replace(days, known=0), notices
    kept = days.month >= skip
    arrays = {name: getattr(days, name)[kept] for name in ("weekday", "holiday", "event", "contacts", "work_s")}
    month = days.month[kept] - skip
    later = month >= known - skip
    arrays |= {name: np.where(later, np.nan, arrays[name]) for name in ("contacts", "work_s")}
    return replace(days, first_month=label(days, skip), known=known - skip, month=month, **arrays), notices


def _gap_faults(days: Days, history: History) -> list[Fault]:
    short = np.flatnonzero(_seen_share(days) < LEAST_SEEN).tolist() if days.known else []
    remedy = "Add the missing rows, or start the history after the gap."
    return [Fault(f"{history.queue}, {label(days, month)}", "less than half of the month has figures", remedy) for month in short]


def _gap_notices(days: Days) -> list[str]:
    missing = np.isnan(days.contacts) & (days.month < days.known)
    months = ", ".join(label(days, month) for month in np.unique(days.month[missing]).tolist())
    return [f"{missing.sum()} days have no figures ({months}): their months are completed by the weights of the days."] if months else []


def _zero_faults(days: Days, history: History) -> list[Fault]:
    marked = np.bincount(days.month, days.event >= 0, minlength=days.known)[: days.known] > 0
    there = np.isfinite(days.contacts)
    total = np.bincount(days.month, np.where(there, days.contacts, 0.0))[: days.known]
    seen = np.bincount(days.month, there)[: days.known] > 0
    remedy = "Correct it, start the history later, or mark the days as an event to exclude."
    empty = np.flatnonzero((total == 0) & seen & ~marked).tolist()
    faults = [Fault(f"{history.queue}, {label(days, month)}", "a whole month without contacts", remedy) for month in empty]
    if faults or history.every != "day":
        return faults
    run, start = _longest_zero(days)
    if run < ZERO_STRETCH:
        return []
    return [Fault(f"{history.queue}, {label(days, int(days.month[start]))}", f"{run} open days in a row without contacts", remedy)]


def _open_zero(days: Days) -> tuple[Ints, Flags]:
    """The open days that are no holiday and no event, and which of them have no contacts."""
    there = np.isfinite(days.contacts) & (days.month < days.known) & ~days.holiday & (days.event < 0)
    usual = np.array([np.median(chosen) if len(chosen := days.contacts[there & (days.weekday == day)]) else 0.0 for day in range(7)])
    places = np.flatnonzero(there & (usual > 0)[days.weekday])
    return places, days.contacts[places] == 0


def _longest_zero(days: Days) -> tuple[int, int]:
    places, zero = _open_zero(days)
    run, best, start = 0, 0, 0
    for place, empty in zip(places, zero, strict=True):
        run = run + 1 if empty else 0
        if run > best:
            best, start = run, int(place)
    return best, start


def _zero_notices(days: Days, history: History) -> list[str]:
    count = int(_open_zero(days)[1].sum()) if history.every == "day" and days.known else 0
    return [f"{count} open days have no contacts; they count as they are. Mark them as an event to exclude if the line was down."] if count else []


def _length_faults(days: Days, history: History) -> list[Fault]:
    if days.known >= LEAST_MONTHS:
        return []
    remedy = (
        f"{LEAST_MONTHS} whole months allow last year's months, {SEASON_MONTHS} a season, {SEASON_MONTHS + 12} a choice by back-test, "
        f"{SEASON_MONTHS + 36} an error at 24 months. Or forecast it as a new queue like an old one."
    )
    return [Fault(history.queue, f"the history has {days.known} whole months and needs {LEAST_MONTHS}", remedy)]


def day_weights(days: Days, shape: Shape) -> Floats:
    """Weight of every day, months to come among them: weekday x holiday share x effect of its event [D]."""
    effects = np.append(np.where(days.estimated, shape.effects, 1.0), 1.0)
    weight: Floats = shape.week[days.weekday] * np.where(days.holiday, shape.holiday_share, 1.0) * effects[days.event]
    return weight


def shape_of(days: Days, known: int, holiday_share: float | None) -> Shape:
    """The weights measured on the last three years before month `known`: typical ratios of a day's contacts to its month's rate.

    A holiday share needs three holidays, else a holiday weighs as its weekday; an event that has not happened yet weighs as any day.
    """
    if days.given is not None:
        return days.given
    recent = np.isfinite(days.contacts) & (days.month < known) & (days.month >= known - WEIGHT_MONTHS)
    ordinary, free = recent & (days.event < 0) & ~days.holiday, recent & (days.event < 0) & days.holiday
    shape = Shape(np.ones(7), 1.0 if holiday_share is None else holiday_share, np.ones(len(days.events)))
    for _ in range(3):
        ratio = _over_rate(days, shape, ordinary, known)
        week = np.array([_typical(ratio[ordinary & (days.weekday == day)], 0.0) for day in range(7)])
        shape = replace(shape, week=week / week.mean()) if week.any() else shape
    weekday = shape.week[days.weekday]
    ratio = np.divide(_over_rate(days, shape, ordinary, known), weekday, out=np.full(len(weekday), np.nan), where=weekday > 0)
    share = _typical(ratio[free], 1.0, LEAST_HOLIDAYS) if holiday_share is None else holiday_share
    past = np.isfinite(days.contacts) & (days.month < known)
    effects = np.array([_event_effect(days, replace(shape, holiday_share=share), past, event, known) for event in range(len(days.events))])
    return replace(shape, holiday_share=share, effects=effects)


def _over_rate(days: Days, shape: Shape, used: Flags, known: int) -> Floats:
    """Contacts of a day over its month's rate [D]; NaN without a figure or a rate."""
    rate = _rates(days, replace(shape, effects=np.ones(len(days.events))), used, known)[np.minimum(days.month, known - 1)]
    fit = np.isfinite(days.contacts) & (rate > 0)
    ratio: Floats = np.divide(days.contacts, rate, out=np.full(len(rate), np.nan), where=fit)
    return ratio


def _typical(values: Floats, otherwise: float, least: int = 1) -> float:
    """Mean without the lowest and the highest tenth, so that single days do not make a weight; `otherwise` below `least` values."""
    kept = np.sort(values[np.isfinite(values)])
    cut = len(kept) // 10
    return float(kept[cut : len(kept) - cut].mean()) if len(kept) >= least else otherwise


def _event_effect(days: Days, shape: Shape, past: Flags, event: int, known: int) -> float:
    """How many times the usual contacts a day of the event brings: total over what its days would weigh at their months' rates."""
    chosen = past & (days.event == event)
    if not days.estimated[event] or not chosen.any():
        return 1.0
    plain = day_weights(days, replace(shape, effects=np.ones(len(days.events))))
    usual = plain * filled(_rates(days, shape, past & (days.event < 0), known))[np.minimum(days.month, known - 1)]
    return float(days.contacts[chosen].sum() / usual[chosen].sum()) if usual[chosen].sum() > 0 else 1.0


def _rates(days: Days, shape: Shape, used: Flags, known: int) -> Floats:
    """Contacts per day of average weight in each of the first `known` months; NaN where less than a quarter of the month is used [known]."""
    weight = day_weights(days, shape)
    counted = np.bincount(days.month, np.where(used, weight, 0.0), minlength=known)[:known]
    whole = np.bincount(days.month, weight, minlength=known)[:known]
    contacts = np.bincount(days.month, np.where(used, days.contacts, 0.0), minlength=known)[:known]
    enough = (counted > 0) & (counted >= LEAST_LEFT * whole)
    rate: Floats = np.divide(contacts, counted, out=np.full(known, np.nan), where=enough)
    return rate


def filled(rates: Floats) -> Floats:
    """Rates with months that have none drawn in between their neighbours, after the season of the other years [M].

    >>> filled(np.array([10.0, np.nan, 40.0])).round(6).tolist()
    [10.0, 20.0, 40.0]
    """
    there = np.isfinite(rates) & (rates > 0)
    if there.all() or not there.any():
        return rates
    log = np.log(np.where(there, rates, 1.0))
    calendar = np.arange(len(rates)) % 12
    season = np.array([log[there & (calendar == month)].mean() if (there & (calendar == month)).any() else np.nan for month in range(12)])
    season = season[calendar] if len(rates) >= SEASON_MONTHS and np.isfinite(season).all() else np.zeros(len(rates))
    level = np.interp(np.arange(len(rates)), np.flatnonzero(there), (log - season)[there])
    drawn: Floats = np.where(there, rates, np.exp(level + season))
    return drawn


@dataclass(frozen=True)
class View:
    """What was known after the first `known` months: their totals and log rates [known], and the log weight of every month [M + ahead]."""

    totals: Floats
    log_rates: Floats
    log_weights: Floats


@dataclass(frozen=True)
class Series:
    """A monthly quantity as each origin of a back-test saw it."""

    totals: Floats
    """The months as figures have them [M]."""
    actuals: Floats
    """The months as they are judged: completed where days have no figures, NaN where an event was excluded or none is known [M]."""
    days: Days | None
    """The days behind it; None for handle time, whose months all weigh alike."""
    ahead: int
    holiday_share: float | None = None

    def view(self, known: int) -> View:
        """What could be known at the end of the first `known` months, weights of the days among it."""
        if self.days is None:
            return View(self.totals[:known], np.log(self.totals[:known]), np.zeros(len(self.totals) + self.ahead))
        shape = shape_of(self.days, known, self.holiday_share)
        used = np.isfinite(self.days.contacts) & (self.days.event < 0) & (self.days.month < known)
        weights = np.bincount(self.days.month, day_weights(self.days, shape)).astype(float)
        return View(self.totals[:known], np.log(filled(_rates(self.days, shape, used, known))), _log(weights))


def _log(weights: Floats) -> Floats:
    """Log of the months' weights; a month without an open day has minus infinity, and so no contacts."""
    return np.log(weights, out=np.full(len(weights), -np.inf), where=weights > 0)


def contacts_series(days: Days, ahead: int, settings: ForecastSettings) -> Series:
    """The monthly contacts of a history."""
    there = np.isfinite(days.contacts) & (days.month < days.known)
    totals = np.bincount(days.month, np.where(there, days.contacts, 0.0))[: days.known].astype(float)
    shape = shape_of(days, days.known, settings.holiday_share)
    weight = day_weights(days, shape)
    seen = np.bincount(days.month, weight * there)[: days.known]
    whole = np.bincount(days.month, weight)[: days.known]
    left_out = np.append(~days.estimated, False)[days.event] & (days.event >= 0)
    marked = np.bincount(days.month, left_out, minlength=days.known)[: days.known] > 0
    completed = np.divide(totals * whole, seen, out=np.full(days.known, np.nan), where=(seen > 0) & ~marked & (totals > 0))
    return Series(totals, completed, days, ahead, settings.holiday_share)


def aht_series(days: Days, ahead: int) -> Series | None:
    """The monthly handle time of a history, weighted by contacts, in seconds; None where it is not known in any month."""
    there = np.isfinite(days.work_s) & (days.month < days.known) & ~(np.append(~days.estimated, False)[days.event] & (days.event >= 0))
    work = np.bincount(days.month, np.where(there, days.work_s, 0.0), minlength=days.known)[: days.known]
    contacts = np.bincount(days.month, np.where(there, days.contacts, 0.0), minlength=days.known)[: days.known]
    mean = np.divide(work, contacts, out=np.full(days.known, np.nan), where=contacts > 0)
    return Series(filled(mean), mean, None, ahead) if np.isfinite(mean).any() else None
