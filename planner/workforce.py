"""Cohorts by tenure: survival, washout, ramp; heads and effective FTE of one start, month by month.

Everything here is linear in starts: a plan convolves its starts with the response of one start (`from_starts`) and adds the response of the
people who are there on day 1 (`opening_response`). Time runs in months from the day of the start; month k is the time from k to k + 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import exprel, gammaincinv

from planner.errors import Fault, InvalidScenario
from planner.horizon import months_of_weeks
from planner.parameters import Field, Fraction, Heads, Money, Multiple, Parameters, Unit, Weeks, WholeHeads

Array = npt.NDArray[np.float64]
Tenure = Annotated[float, Field(ge=0, le=600), Unit("months")]


class TenureHeads(Parameters):
    """Qualified people in post on day 1, by tenure since they left nesting."""

    tenure_months: Tenure
    """Months since they left nesting. Yours: from your HR records."""

    heads: Heads
    """How many people. Yours: from your HR records."""


class EarlierStarts(Parameters):
    """People hired before the first day who are followed from their own first day on: in training, on the ramp, or in a career programme.

    They count as people who start within the plan do.
    """

    months_ago: Annotated[float, Field(gt=0, le=600), Unit("months")]
    """Months from their first day to the first day of the plan. Yours: from your HR records."""

    heads: Heads
    """How many of them are still there. Yours: from your HR records."""

    exit_multiplier: Multiple = 1.0
    """Their probability of leaving against the group's own. Assumption: that of the group; a source may have its own."""


class TenureBand(Parameters):
    """The probability of leaving within a month, up to a tenure."""

    up_to_months: Annotated[float, Field(gt=0, le=600), Unit("months")] | None
    """The band ends here; empty for the last band. Yours: where your leaver curve bends."""

    exit_probability_monthly: Annotated[float, Field(ge=0, lt=1), Unit("% a month", 100)]
    """Probability of leaving within a month. Yours: leavers over people and months exposed."""


class Ramp(Parameters):
    """Proficiency after nesting: final - (final - start) exp(-rate x tenure)."""

    start: Annotated[float, Field(gt=0, le=1.5), Unit("%", 100)] = 0.65
    """Proficiency on leaving nesting: the tenured handle time over theirs. Source: handle time 1.54 times the tenured one (WFM Labs; 1.3 to 1.8)."""

    rate_monthly: Annotated[float, Field(gt=0, le=20), Unit("a month")] = 0.5
    """How fast the gap closes; 0.5 closes 90 % of it in 4.6 months. Source: 3 to 6 months for routine work, 9 to 18 for complex (WFM Labs)."""

    final: Annotated[float, Field(gt=0, le=1.5), Unit("%", 100)] = 1.0
    """Proficiency of settled people. Assumption: 100 %, by which all others are measured."""


class Programme(Parameters):
    """A career programme: it begins when nesting ends, with tuition, higher pay and leaving by design. As given it changes nothing."""

    designed_exit_months: Annotated[float, Field(gt=0, le=600), Unit("months")] | None = None
    """Months after nesting at which everybody in it leaves, at that month's end. Empty: nobody leaves by design. Yours: the length you promise."""

    exit_multiplier: Multiple = 1.0
    """Factor on the monthly probability of leaving before that. Assumption: 1, the programme keeps nobody longer; measure yours."""

    pay_premium: Annotated[float, Field(ge=0, le=5), Unit("%", 100)] = 0.0
    """Pay above that of the group. Assumption: none."""

    tuition_monthly: Money = 0.0
    """Tuition a month of each person in it, in the reporting currency. Assumption: none; $437.50 a month is free of tax in the United States."""

    covers: Literal["new", "everyone"] = "new"
    """Who is in it: people who start within the plan, or everybody in post as well, by their tenure. People promoted away count as outside it where it
    covers new people only. Assumption: new people."""


class Workforce(Parameters):
    """The frontline people of a group: who is there, how they leave, how they learn."""

    opening: tuple[TenureHeads, ...] = ()
    """Qualified people in post on the first day, by tenure. Yours: from your HR records."""

    opening_classroom: Heads = 0.0
    """People who begin classroom training on the first day without being starts of the plan. Yours: classes already sitting."""

    opening_nesting: Heads = 0.0
    """People who begin nesting on the first day. Yours: classes already on the floor."""

    earlier_starts: tuple[EarlierStarts, ...] = ()
    """People hired lately who are still in training or on the ramp on the first day, by months since their own first day; in none of the rows above.
    Yours: from your HR records, or from actuals of the months gone by."""

    signed_starts: tuple[WholeHeads, ...] = ()
    """Starts already signed for the first months of the plan, whatever the time to fill. Yours: signed offers."""

    tenure_bands: Annotated[tuple[TenureBand, ...], Field(min_length=1)] = (
        TenureBand(up_to_months=3, exit_probability_monthly=0.05),
        TenureBand(up_to_months=6, exit_probability_monthly=0.035),
        TenureBand(up_to_months=None, exit_probability_monthly=0.022),
    )
    """Probability of leaving by months since nesting.
    Source: shaped by practice (WFM Labs: 15 to 25 % of a class gone by day 90); the figures are an assumption."""

    annual_attrition: Annotated[float, Field(ge=0, le=5), Unit("% a year", 100)] | None = None
    """Separations over average heads in a year; where given it replaces the bands.
    Source: 35 % is common, 15 to 60 % seen (ContactBabel 27 %, ICMI 29 to 33 %)."""

    classroom_weeks: Weeks = 4.0
    """Weeks in the classroom. Source: 4.2 weeks on average (Batt, Doellgast and Kwon 2005)."""

    nesting_weeks: Weeks = 4.0
    """Weeks of nesting: real contacts with a mentor at hand. Source: weeks 3 to 8 (WFM Labs)."""

    classroom_washout: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.12
    """Share of a class that does not finish the classroom. Assumption: shaped by practice, 5 to 25 % seen."""

    nesting_washout: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.06
    """Share of nesters who do not finish nesting. Assumption: shaped by practice."""

    nesting_proficiency: Fraction = 0.4
    """Proficiency in nesting. Assumption: 40 %."""

    ramp: Ramp = Ramp()
    """How proficiency grows after nesting. Source: see its parts."""

    programme: Programme = Programme()
    """A career programme with tuition, pay and leaving by design. Assumption: none."""


@dataclass(frozen=True, eq=False)
class Response:
    """What one start (or one group of people) brings and costs, month by month: read-only arrays [K].

    Capacity is before the contract fraction and before the loss to mentoring. In every month heads[k+1] = heads[k] - washout[k] - leavers[k].
    """

    heads: Array
    """People on day 1 of the month, the start included."""

    fte: Array
    """Effective FTE in the month: heads x proficiency, by time spent."""

    classroom: Array
    """Head-months in the classroom."""

    nesting: Array
    """Head-months in nesting: the mentee load, as mentoring lasts as long as nesting."""

    paid_training: Array
    """Head-months in classroom or nesting, for pay until nesting ends."""

    training_heads: Array
    """People on day 1 who have not left nesting yet."""

    washout: Array
    """People who do not finish classroom or nesting, in the month in which that stage ends."""

    leavers: Array
    """Qualified people who leave at the end of the month."""

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).setflags(write=False)

    @property
    def qualified_heads(self) -> Array:
        """People on day 1 who have left nesting [K]: heads - training_heads."""
        return self.heads - self.training_heads


# Leaving: annual and monthly rates, hazard and survival


def exit_probability_monthly(annual_attrition: float) -> float:
    """Probability of leaving within a month, 1 - exp(-A/12), for separations over average heads A a year (which may exceed 1).

    >>> round(exit_probability_monthly(0.30), 4)
    0.0247

    Source: hazard A/12 a month, M.
    """
    if annual_attrition < 0:
        raise ValueError("annual_attrition must not be negative")
    return -float(np.expm1(-annual_attrition / 12))


def cohort_loss_probability_monthly(annual_loss: float) -> float:
    """Probability of leaving within a month, 1 - (1-A)^(1/12), when A is the share of a cohort that is gone after a year.

    The other reading of "annual attrition"; it has no value for A of 100 % and more.

    >>> round(cohort_loss_probability_monthly(0.30), 4)
    0.0293

    Source: constant probability over twelve months, M.
    """
    if not 0 <= annual_loss < 1:
        raise ValueError("the share of a cohort lost in a year must be at least 0 and below 1")
    return float(1 - (1 - annual_loss) ** (1 / 12))


@dataclass(frozen=True)
class ExitEstimate:
    """A monthly exit probability read from leavers, with its interval; arrays by tenure band, or single numbers [...]."""

    probability: Array
    lower: Array
    upper: Array


def exit_probability_from_exposure(leavers: npt.ArrayLike, exposure: npt.ArrayLike, confidence: float = 0.95) -> ExitEstimate:
    """Leavers over person-months exposed, with the interval of a Gamma(leavers + 1/2, exposure) [...].

    The interval is that of a rate: with a handful of person-months its upper end may exceed 1.

    >>> estimate = exit_probability_from_exposure(25, 1_000)
    >>> float(estimate.probability), round(float(estimate.lower), 4), round(float(estimate.upper), 4)
    (0.025, 0.0166, 0.0363)

    Source: exposure method, M; the half is the Jeffreys prior of a Poisson rate, derived.
    """
    left, exposed = np.asarray(leavers, dtype=float), np.asarray(exposure, dtype=float)
    if np.any(left < 0) or np.any(exposed <= 0) or np.any(left > exposed) or not 0 < confidence < 1:
        raise ValueError("leavers must lie between 0 and the person-months exposed, exposure above 0, confidence between 0 and 1")
    tail = (1 - confidence) / 2
    return ExitEstimate(left / exposed, gammaincinv(left + 0.5, tail) / exposed, gammaincinv(left + 0.5, 1 - tail) / exposed)


@dataclass(frozen=True, eq=False)
class _Exits:
    """Hazard by tenure band: where each band begins (months), how long it is (the last endlessly), hazard a month; arrays [bands]."""

    begins: Array
    lengths: Array
    hazards: Array
    designed: float = np.inf

    def accumulated(self, tenure: Array) -> Array:
        """Hazard accumulated up to a tenure, leaving by design not counted; 0 before tenure 0 [...]."""
        within = np.minimum(np.maximum(tenure[..., None] - self.begins, 0), self.lengths)
        return np.asarray(within @ self.hazards)

    def surviving(self, tenure: Array, since: Array | float = 0.0) -> Array:
        """Share of those there at tenure `since` who are there at a tenure, those who leave by design at it not any more [...]."""
        alive = np.exp(self.accumulated(np.asarray(since, dtype=float)) - self.accumulated(tenure))
        return alive if self.designed == np.inf else np.where(np.round(tenure, 9) < self.designed, alive, 0.0)


@lru_cache(maxsize=4096)
def _exits(workforce: Workforce, exit_multiplier: float = 1.0) -> _Exits:
    faults = workforce_faults(workforce, "workforce") or multiplier_faults(workforce, exit_multiplier, "exit_multiplier")
    if faults:
        raise InvalidScenario(faults)
    ends, probabilities = zip(*_bands(workforce), strict=True)
    edges, programme = np.array([0.0, *ends[:-1], np.inf]), workforce.programme
    hazards = -np.log1p(-exit_multiplier * programme.exit_multiplier * np.array(probabilities))
    return _Exits(edges[:-1], np.diff(edges), hazards, np.inf if programme.designed_exit_months is None else _tick(programme.designed_exit_months))


def _bands(workforce: Workforce) -> list[tuple[float | None, float]]:
    """End and monthly exit probability of each tenure band; one open band where annual_attrition replaces them."""
    if workforce.annual_attrition is not None:
        return [(None, exit_probability_monthly(workforce.annual_attrition))]
    return [(band.up_to_months, band.exit_probability_monthly) for band in workforce.tenure_bands]


def in_post(workforce: Workforce) -> Workforce:
    """The workforce as it is for people in post on the first day: without a programme that covers new people only.

    >>> in_post(Workforce(programme=Programme(tuition_monthly=400))).programme.tuition_monthly
    0.0

    Source: definition of the house.
    """
    inside = workforce.programme.covers == "everyone" or workforce.programme == Programme()
    return workforce if inside else workforce.model_copy(update={"programme": Programme()})


def survival(workforce: Workforce, tenure_months: npt.ArrayLike, exit_multiplier: float = 1.0) -> Array:
    """Share of qualified people still there at a tenure [...]: exp(-H), hazard -ln(1 - exit probability) constant within a band.

    `exit_multiplier` multiplies the monthly exit probability of every band; the product must stay below 1. From a designed exit on nobody is there.

    >>> round(float(survival(Workforce(), 4.0)), 4)
    0.8274

    Source: piecewise-constant hazard, M; (1 - .05)^3 x (1 - .035).
    """
    tenure = np.asarray(tenure_months, dtype=float)
    if np.any(tenure < 0):
        raise ValueError("tenure must not be negative")
    return _exits(workforce, exit_multiplier).surviving(tenure)


def month_survival(workforce: Workforce, tenure_months: float) -> float:
    """Share of the people in post at a tenure who are there a month later.

    >>> round(month_survival(Workforce(), 12), 4)
    0.978

    Source: survival from the tenure, derived.
    """
    return float(_exits(in_post(workforce)).surviving(np.array(tenure_months + 1), tenure_months))


# Learning


def proficiency(ramp: Ramp, tenure_months: npt.ArrayLike) -> Array:
    """Proficiency at a tenure [...]: final - (final - start) exp(-rate x tenure).

    >>> round(float(proficiency(Ramp(), 2.0)), 4)
    0.8712

    Source: exponential learning curve, M.
    """
    tenure = np.asarray(tenure_months, dtype=float)
    if np.any(tenure < 0):
        raise ValueError("tenure must not be negative")
    return np.asarray(ramp.final - (ramp.final - ramp.start) * np.exp(-ramp.rate_monthly * tenure))


def blended_handle_time_multiplier(heads: npt.ArrayLike, multipliers: npt.ArrayLike) -> float:
    """Handle time of a mixed team over the tenured one: N / sum(heads / multiplier), as contacts go by throughput. heads, multipliers [people kinds].

    >>> round(blended_handle_time_multiplier([30, 70], [1.6, 1.0]), 3)
    1.127

    Source: harmonic mean, derived; the arithmetic mean 1.18 staffs 5 % too many.
    """
    people, times = np.asarray(heads, dtype=float), np.asarray(multipliers, dtype=float)
    if np.any(people < 0) or people.sum() <= 0 or np.any(times <= 0):
        raise ValueError("heads must not be negative nor all 0, and multipliers must be above 0")
    return float(people.sum() / np.sum(people / times))


def steady_proficiency(theta: float, kappa: float, r0: float, r_inf: float, growth: float = 0.0) -> float:
    """Mean proficiency of a workforce in balance: r_inf - (r_inf - r0) (theta + g) / (theta + g + kappa).

    theta: exit hazard a month; kappa: learning rate a month; r0, r_inf: proficiency at first and at last; growth a month.

    >>> round(steady_proficiency(0.03, 0.5, 0.6, 1.0), 4)
    0.9774

    Source: Whitt 2006, "The impact of increased employee retention on performance in a customer contact center", V; theta + g under growth is derived.
    """
    renewal = theta + growth
    if renewal < 0 or kappa <= 0:
        raise ValueError("theta + growth must not be negative, and kappa must be above 0")
    return r_inf - (r_inf - r0) * renewal / (renewal + kappa)


# The response of one start


@dataclass(frozen=True)
class _Path:
    """The way of one person from entry to qualified: when each stage ends (months) and the share still there after it."""

    classroom_end: float
    nesting_end: float
    after_classroom: float
    after_nesting: float

    @property
    def tenure(self) -> float:
        """Months since nesting on day 1 of month 0; 0 of somebody who has not left it."""
        return max(-self.nesting_end, 0.0)


def _path_from_classroom(workforce: Workforce) -> _Path:
    classroom, nesting = months_of_weeks(workforce.classroom_weeks), months_of_weeks(workforce.nesting_weeks)
    passed = 1 - workforce.classroom_washout
    return _Path(_tick(classroom), _tick(classroom + nesting), passed, passed * (1 - workforce.nesting_washout))


def _path_from_start(workforce: Workforce, months_ago: float) -> _Path:
    """The way that is left to one person who is there so long after the first day."""
    path = _path_from_classroom(workforce)
    classroom, nesting = _tick(path.classroom_end - months_ago), _tick(path.nesting_end - months_ago)
    if classroom > 0:
        return _Path(classroom, nesting, path.after_classroom, path.after_nesting)
    return _Path(classroom, nesting, 1.0, 1 - workforce.nesting_washout if nesting > 0 else 1.0)


def _path_from_nesting(workforce: Workforce) -> _Path:
    return _Path(0.0, _tick(months_of_weeks(workforce.nesting_weeks)), 1.0, 1 - workforce.nesting_washout)


def _tick(months: float) -> float:
    """A time to a billionth of a month, so that stages which end with a month do so in spite of rounding."""
    return round(float(months), 9)


def _days_one(months: int) -> Array:
    """Time of day 1 of each month, and of the day after the last [K+1]."""
    if months < 1:
        raise ValueError("months must be at least 1")
    return np.arange(months + 1, dtype=float)


def _time_between(begin: float, end: float, day_one: Array) -> Array:
    """Part of each month that lies between two times [K]."""
    return np.asarray(np.maximum(np.minimum(day_one[1:], end) - np.maximum(day_one[:-1], begin), 0))


def _ending_month(end: float) -> int:
    """The month in which a stage ends: a whole number of months ends with the month before; a stage of no length ends in month 0."""
    return max(int(np.ceil(end)) - 1, 0)


def start_response(workforce: Workforce, months: int, exit_multiplier: float = 1.0) -> Response:
    """What one start on day 1 of month 0 brings, in heads and FTE per start [K].

    By time spent: the classroom brings 0, nesting `nesting_proficiency`, the first part of a month after nesting proficiency at tenure 0; in later
    months proficiency is that of the tenure on day 1. Washout falls at the end of a stage (a stage of no length: in month 0); exits, of qualified
    people only, at the end of the month. `exit_multiplier` multiplies the monthly exit probability, and the product must stay below 1.

    >>> weeks = 365.25 / 84
    >>> start_response(Workforce(classroom_weeks=weeks, nesting_weeks=weeks), 6).fte.round(3).tolist()
    [0.0, 0.352, 0.538, 0.619, 0.65, 0.654]

    Source: impulse response of the monthly recursion, derived.
    """
    return _start_response(workforce, months, float(exit_multiplier))


@lru_cache(maxsize=4096)
def _start_response(workforce: Workforce, months: int, exit_multiplier: float) -> Response:
    return _path_response(workforce, _path_from_classroom(workforce), months, exit_multiplier)


def _nesting_response(workforce: Workforce, months: int) -> Response:
    """The response of one person who enters nesting on the first day [K]."""
    return _path_response(workforce, _path_from_nesting(workforce), months, 1.0)


def earlier_response(workforce: Workforce, months: int, months_ago: float, exit_multiplier: float = 1.0) -> Response:
    """As `start_response`, of one person who is there so many months after the first day [K]: what is left of it, per person still there.

    >>> weeks = 365.25 / 84
    >>> earlier_response(Workforce(classroom_weeks=weeks, nesting_weeks=weeks), 4, 1).heads.round(3).tolist()
    [1.0, 0.94, 0.893, 0.848]

    Source: impulse response of the monthly recursion from a later month on, derived.
    """
    return _path_response(workforce, _path_from_start(workforce, months_ago), months, float(exit_multiplier))


def _path_response(workforce: Workforce, path: _Path, months: int, exit_multiplier: float) -> Response:
    day_one = _days_one(months)
    classroom = _time_between(0, path.classroom_end, day_one)
    nesting = path.after_classroom * _time_between(path.classroom_end, path.nesting_end, day_one)
    surviving = path.after_nesting * _exits(workforce, exit_multiplier).surviving(day_one - path.nesting_end, path.tenure)
    qualified = np.where(day_one >= path.nesting_end, surviving, 0)[:-1]
    training = _training_heads(path, day_one[:-1])
    return Response(
        heads=training + qualified,
        fte=workforce.nesting_proficiency * nesting + _qualified_fte(workforce, path, day_one, qualified),
        classroom=classroom,
        nesting=nesting,
        paid_training=classroom + nesting,
        training_heads=training,
        washout=_washout(path, months),
        leavers=surviving[:-1] - surviving[1:],
    )


def _qualified_fte(workforce: Workforce, path: _Path, day_one: Array, qualified: Array) -> Array:
    """Effective FTE after nesting [K]: the rest of the month in which nesting ends, then whole months."""
    first_part = path.after_nesting * _time_between(path.nesting_end, np.ceil(path.nesting_end), day_one)
    skill = proficiency(workforce.ramp, np.maximum(day_one[:-1] - path.nesting_end, 0))
    return workforce.ramp.start * first_part + qualified * skill


def _training_heads(path: _Path, day_one: Array) -> Array:
    """People on day 1 who have not left nesting [K]; on day 1 of month 0 with all who will wash out, even where a stage has no length."""
    heads = np.where(day_one < path.classroom_end, 1, np.where(day_one < path.nesting_end, path.after_classroom, 0))
    heads[0] = 1 if path.nesting_end > 0 else 1 - path.after_nesting
    return heads.astype(float)


def _washout(path: _Path, months: int) -> Array:
    lost = np.zeros(months)
    for end, share in ((path.classroom_end, 1 - path.after_classroom), (path.nesting_end, path.after_classroom - path.after_nesting)):
        lost[_ending_month(end) : _ending_month(end) + 1] += share
    return lost


def from_starts(starts: npt.ArrayLike, response: Array) -> Array:
    """What a sequence of starts adds up to [K]: sum over s of starts[s] x response[k - s], for one array of a `Response` at least as long.

    >>> from_starts([2, 1], np.array([1.0, 0.5])).tolist()
    [2.0, 2.0]

    Source: superposition, derived.
    """
    months = len(np.asarray(starts))
    if months > len(response):
        raise ValueError(f"the response has {len(response)} months, the starts have {months}")
    return np.asarray(np.convolve(np.asarray(starts, dtype=float), response)[:months])


# The people who are there on day 1


def opening_response(workforce: Workforce, months: int) -> Response:
    """What the people in post on day 1 of month 0 bring, in heads and FTE [K].

    The qualified by their tenure; `opening_classroom` enter the classroom and `opening_nesting` enter nesting on that day.

    >>> team = Workforce(opening=(TenureHeads(tenure_months=12, heads=100),))
    >>> opening_response(team, 3).heads.round(2).tolist()
    [100.0, 97.8, 95.65]

    Source: survival from the tenure on day 1, derived.
    """
    return _opening_response(workforce, months)


@lru_cache(maxsize=4096)
def _opening_response(workforce: Workforce, months: int) -> Response:
    earlier = [_scaled(earlier_response(workforce, months, row.months_ago, row.exit_multiplier), row.heads) for row in workforce.earlier_starts]
    workforce = in_post(workforce)
    return _sum(
        _opening_qualified_response(workforce, months),
        _scaled(start_response(workforce, months), workforce.opening_classroom),
        _scaled(_nesting_response(workforce, months), workforce.opening_nesting),
        *earlier,
    )


def earlier_qualified(workforce: Workforce, months: int) -> Array:
    """People of `earlier_starts` who have left nesting, on day 1 of each month [K]. For a programme that covers new people only.

    >>> earlier_qualified(Workforce(earlier_starts=(EarlierStarts(months_ago=2, heads=10),)), 2).round(2).tolist()
    [10.0, 9.5]

    Source: derived.
    """
    return _of_earlier(workforce, months, lambda _row, _path, response: response.qualified_heads)


def _of_earlier(workforce: Workforce, months: int, each: Callable[[EarlierStarts, _Path, Response], Array]) -> Array:
    """A quantity of the people of `earlier_starts`, from that of one of each row with the way left to it and its response [K]."""
    total = np.zeros(months)
    for row in workforce.earlier_starts:
        path = _path_from_start(workforce, row.months_ago)
        total += row.heads * each(row, path, _path_response(workforce, path, months, row.exit_multiplier))
    return total


def _opening_tenures(workforce: Workforce) -> tuple[Array, Array]:
    """Tenure (months) and heads of each row of `opening` [rows]."""
    rows = np.array([(row.tenure_months, row.heads) for row in workforce.opening], dtype=float).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


@lru_cache(maxsize=256)
def _opening_survivors(workforce: Workforce, months: int) -> Array:
    """Heads of each row of `opening` on day 1 of each month, and on the day after the last; read-only [rows, K+1]."""
    tenure, heads = _opening_tenures(workforce)
    staying = _exits(in_post(workforce)).surviving(tenure[:, None] + _days_one(months), tenure[:, None])
    survivors: Array = heads[:, None] * staying
    survivors.setflags(write=False)
    return survivors


def _opening_qualified_response(workforce: Workforce, months: int) -> Response:
    tenure, _ = _opening_tenures(workforce)
    survivors = _opening_survivors(workforce, months)
    skill = proficiency(workforce.ramp, tenure[:, None] + np.arange(months))
    total = survivors.sum(axis=0)
    return _qualified_only(total, (survivors[:, :-1] * skill).sum(axis=0))


def _qualified_only(heads: Array, fte: Array) -> Response:
    """The response of qualified people from their heads [K+1] and their FTE [K]."""
    none = np.zeros(len(fte))
    return Response(
        heads=heads[:-1].copy(), fte=fte, classroom=none, nesting=none, paid_training=none, training_heads=none, washout=none, leavers=heads[:-1] - heads[1:]
    )


def _scaled(response: Response, factor: float) -> Response:
    return Response(*(factor * getattr(response, field.name) for field in fields(Response)))


def _sum(*responses: Response) -> Response:
    return Response(*(sum((getattr(part, field.name) for part in responses[1:]), getattr(responses[0], field.name).copy()) for field in fields(Response)))


def settled_response(workforce: Workforce, months: int) -> Response:
    """One settled person from month 0 on [K]: beyond the last band's beginning, at final proficiency. For people promoted away or returned.

    >>> settled_response(Workforce(), 3).heads.round(4).tolist()
    [1.0, 0.978, 0.9565]

    Source: geometric survival, derived.
    """
    return _settled_response(workforce, months)


@lru_cache(maxsize=4096)
def _settled_response(workforce: Workforce, months: int) -> Response:
    exits = _exits(in_post(workforce))
    heads = np.exp(-exits.hazards[-1] * _days_one(months)) * _not_yet_by_design(exits, _days_one(months))
    return _qualified_only(heads, workforce.ramp.final * heads[:-1])


def _not_yet_by_design(exits: _Exits, later: Array) -> Array:
    """Share of settled people whose designed exit lies more than so many months ahead [...], tenures as they are in balance: 1 without one.

    Settled is who is beyond the last band's beginning b: (1 - e^(-q (T - b - k))) / (1 - e^(-q (T - b))) after k months.
    """
    if exits.designed == np.inf:
        return np.ones_like(later)
    hazard, span = exits.hazards[-1], max(exits.designed - exits.begins[-1], 1.0)
    left = np.maximum(span - later, 0.0)
    return np.asarray(left / span if hazard == 0 else np.expm1(-hazard * left) / np.expm1(-hazard * span))


def settled_exit_probability(workforce: Workforce) -> float:
    """Monthly exit probability of settled people: that of the last band, or of `annual_attrition` where it replaces the bands.

    A programme that covers everyone multiplies it; leaving by design is not in it.

    >>> settled_exit_probability(Workforce())
    0.022

    Source: definition of the house.
    """
    return _bands(workforce)[-1][1] * in_post(workforce).programme.exit_multiplier


def ready_exit_probability(workforce: Workforce, time_in_grade_months: float) -> float:
    """Monthly probability that somebody ready for promotion leaves: that of settled people.

    Where leaving by design follows the time in grade, 1 over the mean stay until then, so that the bench does not count people who have gone.

    >>> round(ready_exit_probability(Workforce(programme=Programme(designed_exit_months=36)), 12), 3)
    0.053

    Source: geometric stay of the same mean, derived.
    """
    leave, designed = settled_exit_probability(workforce), workforce.programme.designed_exit_months
    if designed is None or designed <= time_in_grade_months:
        return leave
    left = designed - time_in_grade_months
    return max(leave, min(1.0, leave / -float(np.expm1(left * np.log1p(-leave))) if leave else 1 / left))


# Leaving by design


def designed_exits(workforce: Workforce, months: int, exit_multiplier: float = 1.0) -> Array:
    """People of one start who leave by design, in the month at whose end they do [K]; part of the response's leavers.

    >>> weeks = 365.25 / 84
    >>> people = Workforce(classroom_weeks=0, nesting_weeks=weeks, programme=Programme(designed_exit_months=3))
    >>> designed_exits(people, 5).round(3).tolist()
    [0.0, 0.0, 0.0, 0.709, 0.0]

    Source: deterministic hazard at the designed tenure, derived.
    """
    return _by_design(_exits(workforce, exit_multiplier), _path_from_classroom(workforce), months)


def opening_designed_exits(workforce: Workforce, months: int) -> Array:
    """As `designed_exits`, of the people in post on day 1 [K]; nobody where the programme covers new people only.

    >>> people = Workforce(opening=(TenureHeads(tenure_months=10, heads=50),), programme=Programme(designed_exit_months=12, covers="everyone"))
    >>> opening_designed_exits(people, 3).round(2).tolist()
    [0.0, 47.82, 0.0]

    Source: derived.
    """
    earlier = _of_earlier(workforce, months, lambda row, path, _: _by_design(_exits(workforce, row.exit_multiplier), path, months))
    people = in_post(workforce)
    if people.programme.designed_exit_months is None:
        return earlier
    survivors, exits = _opening_survivors(people, months), _exits(people)
    last = (survivors[:, :-1] > 0) & (survivors[:, 1:] == 0)
    tenure = _opening_tenures(people)[0][:, None] + np.arange(months)
    staying = np.exp(exits.accumulated(tenure) - exits.accumulated(tenure + 1))
    qualified = np.where(last, survivors[:, :-1] * staying, 0.0).sum(axis=0)
    nesters = _by_design(_exits(people), _path_from_nesting(people), months)
    return np.asarray(qualified + people.opening_classroom * designed_exits(people, months) + people.opening_nesting * nesters + earlier)


def _by_design(exits: _Exits, path: _Path, months: int) -> Array:
    """People of one entry who leave by design, in the month at whose end they do [K]."""
    found = np.zeros(months)
    if exits.designed < np.inf:
        month = _ending_month(_tick(path.nesting_end + exits.designed))
        hazard = exits.accumulated(np.array(month + 1 - path.nesting_end)) - exits.accumulated(np.array(path.tenure))
        found[month : month + 1] = path.after_nesting * np.exp(-hazard)
    return found


def replacement_starts(leaving: npt.ArrayLike, intake: float, months: int) -> Array:
    """Starts a month that replace one for one all who leave of an intake in month 0, and those who leave of the replacements [months].

    x_0 = intake, x_t = sum over s < t of x_s l_(t-1-s), with l_k the people of one start who leave at the end of month k.

    >>> stay = 0.99 ** np.arange(36)
    >>> echo = replacement_starts([*(stay[:-1] - stay[1:]), stay[-1]], 40, 109)
    >>> echo[[1, 36, 72, 108]].round(1).tolist()
    [0.4, 28.3, 20.1, 14.4]

    Source: renewal equation (Bartholomew 1973, M), derived.
    """
    lost = np.asarray(leaving, dtype=float)[:months]
    starts = np.zeros(months)
    starts[0] = intake
    for month in range(1, months):
        known = min(month, len(lost))
        starts[month] = float(starts[month - known : month][::-1] @ lost[:known])
    return starts


def staggered_replacements(leaving: npt.ArrayLike, intake: float, spread_months: int, months: int) -> Array:
    """As `replacement_starts`, of an intake that joins in equal parts over the first months [months].

    >>> stay = 0.99 ** np.arange(36)
    >>> leaving = [*(stay[:-1] - stay[1:]), stay[-1]]
    >>> float(staggered_replacements(leaving, 40, 12, 60)[36:].max().round(1))
    3.0

    Source: superposition of the renewal equation, derived.
    """
    if spread_months < 1:
        raise ValueError("an intake is spread over at least one month")
    each = replacement_starts(leaving, intake / spread_months, months)
    return np.asarray(np.convolve(each, np.ones(spread_months))[:months])


def mean_stay_months(exit_hazard_monthly: float, designed_exit_months: float = np.inf) -> float:
    """Mean months on the seat under a constant hazard and a designed exit: (1 - e^(-qT)) / q, T without exits, 1 / q without a designed exit.

    >>> round(mean_stay_months(0.035), 1), round(mean_stay_months(0.01, 36), 1)
    (28.6, 30.2)

    Source: renewal-reward, derived.
    """
    if exit_hazard_monthly < 0 or not designed_exit_months > 0 or (exit_hazard_monthly == 0 and designed_exit_months == np.inf):
        raise ValueError("a hazard is 0 or more, a designed exit above 0 months, and one of them must end the stay")
    return _discounted_stay(exit_hazard_monthly, designed_exit_months)


def _discounted_stay(rate: float, months: float) -> float:
    """Integral of e^(-rate t) over so many months, also for rates next to nothing."""
    return 1 / rate if months == np.inf else months * float(exprel(-rate * months))


def effective_stay_months(exit_hazard_monthly: float, ramp: Ramp, designed_exit_months: float = np.inf) -> float:
    """Effective months that one stay brings: p_inf E[L] - (p_inf - p_0)(1 - e^(-(q + k)T)) / (q + k).

    >>> round(effective_stay_months(0.035, Ramp()), 2)
    27.92

    Source: renewal-reward with an exponential learning curve, derived.
    """
    stay = mean_stay_months(exit_hazard_monthly, designed_exit_months)
    return ramp.final * stay - (ramp.final - ramp.start) * _discounted_stay(exit_hazard_monthly + ramp.rate_monthly, designed_exit_months)


def completion_probability(exit_hazard_monthly: float, designed_exit_months: float) -> float:
    """Share of those who finish nesting that reach the designed exit, e^(-qT).

    >>> round(completion_probability(0.01, 36), 2)
    0.7

    Source: derived.
    """
    return float(np.exp(-exit_hazard_monthly * designed_exit_months))


# Who has which tenure: mentors, the ready bench, the newcomers


def qualified_with_tenure(workforce: Workforce, months: int, tenure_months: float, exit_multiplier: float = 1.0) -> Array:
    """Heads of one start on day 1 of each month who left nesting at least `tenure_months` ago [K]. For those who may mentor.

    >>> weeks = 365.25 / 84
    >>> qualified_with_tenure(Workforce(classroom_weeks=weeks, nesting_weeks=weeks), 5, 1).round(3).tolist()
    [0.0, 0.0, 0.0, 0.786, 0.747]

    Source: derived.
    """
    response = start_response(workforce, months, exit_multiplier)
    return _from(_path_from_classroom(workforce).nesting_end + tenure_months, response.qualified_heads)


def _from(time: float, heads: Array) -> Array:
    """Heads on the days 1 at or after a time, 0 before it [K]."""
    return np.where(np.arange(len(heads)) >= _tick(time), heads, 0)


def opening_with_tenure(workforce: Workforce, months: int, tenure_months: float) -> Array:
    """Heads of the opening people on day 1 of each month who left nesting at least `tenure_months` ago [K].

    >>> team = Workforce(opening=(TenureHeads(tenure_months=12, heads=100),))
    >>> opening_with_tenure(team, 3, 13).round(2).tolist()
    [0.0, 97.8, 95.65]

    Source: derived.
    """
    earlier = _of_earlier(workforce, months, lambda _, path, response: _from(path.nesting_end + tenure_months, response.qualified_heads))
    workforce = in_post(workforce)
    survivors = _opening_survivors(workforce, months)[:, :-1]
    qualified = np.where(_tenures_on_days_one(workforce, months) >= _tick(tenure_months), survivors, 0).sum(axis=0)
    return np.asarray(qualified + _trainees_with_tenure(workforce, months, tenure_months) + earlier)


def _trainees_with_tenure(workforce: Workforce, months: int, tenure_months: float) -> Array:
    """As `opening_with_tenure`, of those who enter classroom or nesting on the first day [K]."""
    nesters = _from(_path_from_nesting(workforce).nesting_end + tenure_months, _nesting_response(workforce, months).qualified_heads)
    return workforce.opening_classroom * qualified_with_tenure(workforce, months, tenure_months) + workforce.opening_nesting * nesters


def _tenures_on_days_one(workforce: Workforce, months: int) -> Array:
    """Tenure of each row of `opening` on day 1 of each month [rows, K]."""
    return np.round(_opening_tenures(workforce)[0][:, None] + np.arange(months), 9)


def reaching_tenure(workforce: Workforce, months: int, tenure_months: float, exit_multiplier: float = 1.0) -> Array:
    """Heads of one start who reach a tenure during each month [K]: the survivors at that moment, in the month that holds it. For the ready bench.

    Whoever reaches it on day 1 of a month reaches it in that month.

    >>> weeks = 365.25 / 84
    >>> reaching_tenure(Workforce(classroom_weeks=weeks, nesting_weeks=weeks), 5, 1).round(3).tolist()
    [0.0, 0.0, 0.0, 0.786, 0.0]

    Source: derived.
    """
    path = _path_from_classroom(workforce)
    survivors = path.after_nesting * survival(workforce, tenure_months, exit_multiplier)
    return _at([path.nesting_end + tenure_months], survivors, months)


def _at(times: npt.ArrayLike, heads: npt.ArrayLike, months: int) -> Array:
    """Heads put into the months that hold their times, which must not be negative; times beyond the last month fall away [K]."""
    month = np.floor(np.round(np.asarray(times, dtype=float), 9)).astype(int)
    weight = np.broadcast_to(np.asarray(heads, dtype=float), month.shape)
    return np.bincount(month[month < months], weight[month < months], minlength=months).astype(float)


def opening_reaching_tenure(workforce: Workforce, months: int, tenure_months: float) -> Array:
    """Heads of the opening people who reach a tenure during each month [K]; whoever has it on the first day has reached it before.

    >>> team = Workforce(opening=(TenureHeads(tenure_months=10.5, heads=100), TenureHeads(tenure_months=12, heads=50)))
    >>> opening_reaching_tenure(team, 3, 12).round(2).tolist()
    [0.0, 96.72, 0.0]

    Source: derived.
    """
    earlier = _of_earlier(workforce, months, lambda row, path, _: _earlier_reaching(workforce, row, path, months, tenure_months))
    workforce = in_post(workforce)
    tenure, heads = _opening_tenures(workforce)
    short = tenure < tenure_months
    remaining = heads[short] * _exits(workforce).surviving(np.array(tenure_months), tenure[short])
    return np.asarray(_at(tenure_months - tenure[short], remaining, months) + _trainees_reaching(workforce, months, tenure_months) + earlier)


def _earlier_reaching(workforce: Workforce, row: EarlierStarts, path: _Path, months: int, tenure_months: float) -> Array:
    """As `opening_reaching_tenure`, of one person of a row of `earlier_starts` [K]."""
    time = _tick(path.nesting_end + tenure_months)
    if time <= 0:
        return np.zeros(months)
    return _at([time], path.after_nesting * _exits(workforce, row.exit_multiplier).surviving(np.array(tenure_months), path.tenure), months)


def _trainees_reaching(workforce: Workforce, months: int, tenure_months: float) -> Array:
    """As `opening_reaching_tenure`, of those who enter classroom or nesting on the first day [K]."""
    paths = _path_from_classroom(workforce), _path_from_nesting(workforce)
    heads = np.array([workforce.opening_classroom, workforce.opening_nesting]) * [path.after_nesting for path in paths]
    times = tenure_months + np.array([path.nesting_end for path in paths])
    return _at(times[times > 0], heads[times > 0] * survival(workforce, tenure_months), months)


def heads_younger_than(response: Response, months_since_start: float) -> Array:
    """Heads of one start on day 1 of each month who joined less than so many months ago [K]; convolved with starts it counts the newcomers.

    >>> heads_younger_than(settled_response(Workforce(), 3), 2).round(3).tolist()
    [1.0, 0.978, 0.0]

    Source: derived.
    """
    return np.where(np.arange(len(response.heads)) < _tick(months_since_start), response.heads, 0)


def opening_younger_than(workforce: Workforce, months: int, months_since_start: float) -> Array:
    """Heads of the opening people on day 1 of each month who joined less than so many months ago [K].

    The qualified joined the length of classroom and nesting before their tenure began, those entering nesting the length of the classroom before.

    >>> team = Workforce(opening=(TenureHeads(tenure_months=3, heads=100), TenureHeads(tenure_months=12, heads=50)))
    >>> opening_younger_than(team, 3, 6).round(2).tolist()
    [100.0, 96.5, 0.0]

    Source: derived.
    """
    earlier = _of_earlier(workforce, months, lambda row, _, response: heads_younger_than(response, months_since_start - row.months_ago))
    workforce = in_post(workforce)
    path, survivors = _path_from_classroom(workforce), _opening_survivors(workforce, months)[:, :-1]
    young = np.where(_tenures_on_days_one(workforce, months) < _tick(months_since_start - path.nesting_end), survivors, 0).sum(axis=0)
    beginners = heads_younger_than(start_response(workforce, months), months_since_start)
    nesters = heads_younger_than(_nesting_response(workforce, months), months_since_start - path.classroom_end)
    return np.asarray(young + workforce.opening_classroom * beginners + workforce.opening_nesting * nesters + earlier)


# Figures of a response


def peak_fte(response: Response) -> float:
    """The most effective FTE that a start ever brings within the response's months.

    >>> weeks = 365.25 / 84
    >>> round(peak_fte(start_response(Workforce(classroom_weeks=weeks, nesting_weeks=weeks), 36)), 3)
    0.654

    Source: impulse response, derived.
    """
    return float(response.fte.max())


def months_to_ninety_percent(response: Response) -> int:
    """The first month (0 is the month of the start) with 90 % of the response's peak. Give a response long enough to hold its peak.

    >>> months_to_ninety_percent(start_response(Workforce(), 60))
    3

    Source: definition of the house, derived.
    """
    if peak_fte(response) <= 0:
        raise ValueError("the response is too short: it ends before it brings any capacity")
    return int(np.argmax(response.fte >= 0.9 * peak_fte(response)))


def settled_yield(workforce: Workforce, mentees_per_mentor: float, mentor_loss: float) -> float:
    """Effective FTE per head, trainees included and mentoring taken off, of a workforce in balance without growth.

    sum(fte - mentor_loss x nesting / mentees_per_mentor) / sum(heads) of one start over all months to come; beyond the last band's beginning the
    sums are closed as geometric series. Without exits there it is the final proficiency.

    >>> round(settled_yield(Workforce(), mentees_per_mentor=2, mentor_loss=0.35), 3)
    0.936

    Source: renewal theory (Whitt 2006), derived.
    """
    exits, qualified = _exits(workforce), _path_from_classroom(workforce).nesting_end
    if exits.hazards[-1] == 0 and exits.designed == np.inf:
        return workforce.ramp.final
    settled = int(np.ceil(qualified + min(exits.begins[-1], exits.designed))) + 2
    if exits.begins[-1] < exits.designed < np.inf:
        settled = int(np.ceil(qualified + exits.designed)) + 2
    response = start_response(workforce, settled)
    remaining = float(response.heads[-1])
    fte, heads = _settled_sums(workforce, settled - 1 - qualified) if remaining else (0.0, 0.0)
    capacity = response.fte[:-1].sum() - mentor_loss / mentees_per_mentor * response.nesting.sum() + remaining * fte
    return float(capacity / (response.heads[:-1].sum() + remaining * heads))


def _settled_sums(workforce: Workforce, tenure_months: float) -> tuple[float, float]:
    """Effective FTE and heads, summed over all months to come, of one person at a tenure in the last band."""
    stay, ramp = np.exp(-_exits(workforce).hazards[-1]), workforce.ramp
    gap = (ramp.final - ramp.start) * np.exp(-ramp.rate_monthly * tenure_months)
    heads = 1 / (1 - stay)
    return float(ramp.final * heads - gap / (1 - stay * np.exp(-ramp.rate_monthly))), float(heads)


# Closed forms of the tenure share under stable growth


def share_shorter_than(months: float, growth: float, exit_hazard: float) -> float:
    """Share of people with less tenure than `months` under stable growth g and one exit hazard q a month: 1 - exp(-(g + q) m).

    >>> round(share_shorter_than(6, growth=0.05, exit_hazard=0.03), 3)
    0.381

    Source: stable population, derived.
    """
    if growth + exit_hazard < 0 or months < 0:
        raise ValueError("months and growth + exit_hazard must not be negative")
    return -float(np.expm1(-(growth + exit_hazard) * months))


def stable_share_shorter_than(months: float, growth: float, band_ends: tuple[float, ...], exit_hazards: tuple[float, ...]) -> float:
    """Share of people with less tenure than `months` under stable growth: integral of exp(-g a) S(a) up to `months` over that without end.

    exit_hazards by tenure band a month; band_ends the ends of all but the last band, rising.

    >>> round(stable_share_shorter_than(6, 0.05, (3, 12), (0.07, 0.03, 0.02)), 3)
    0.37

    Source: stable population, derived.
    """
    edges, rates = np.array([0.0, *band_ends, np.inf]), growth + np.array(exit_hazards)
    if len(edges) != len(rates) + 1 or np.any(np.diff(edges) <= 0) or rates[-1] <= 0 or months < 0:
        raise ValueError("band_ends must rise and be one fewer than exit_hazards; growth + the last hazard must be above 0, months not negative")
    alive = np.exp(-np.concatenate(([0.0], np.cumsum(np.diff(edges[:-1]) * rates[:-1]))))
    young = np.maximum(np.minimum(edges[1:], months) - edges[:-1], 0)
    return float(np.sum(alive * _discounted(rates, young)) / np.sum(alive * _discounted(rates, np.diff(edges))))


def _discounted(rates: Array, lengths: Array) -> Array:
    """Integral of exp(-rate t) over each length [bands]; the length itself where the rate is 0."""
    flat = rates == 0
    return np.where(flat, lengths, -np.expm1(-rates * lengths) / np.where(flat, 1, rates))


def growth_within_share(share: float, months: float, exit_hazard: float) -> float:
    """Largest stable growth a month at which no more than `share` of the people have less tenure than `months`: -ln(1 - share)/months - q.

    The inverse of `share_shorter_than`; below 0 even standing still replaces too many.

    >>> round(growth_within_share(1 / 3, 6, exit_hazard=0.03), 4)
    0.0376

    Source: stable population, derived.
    """
    if not 0 <= share < 1 or months <= 0:
        raise ValueError("the share must be at least 0 and below 1, and months above 0")
    return -float(np.log1p(-share)) / months - exit_hazard


def stable_growth_within_share(share: float, months: float, band_ends: tuple[float, ...], exit_hazards: tuple[float, ...]) -> float:
    """As `growth_within_share` with exit hazards by tenure band: the growth at which `stable_share_shorter_than` is `share`.

    >>> round(stable_growth_within_share(0.37, 6, (3, 12), (0.07, 0.03, 0.02)), 3)
    0.05

    Source: stable population, derived.
    """
    from scipy.optimize import brentq

    if not 0 < share < 1:
        raise ValueError("the share must be above 0 and below 1")
    return float(brentq(lambda growth: stable_share_shorter_than(months, growth, band_ends, exit_hazards) - share, 1e-9 - exit_hazards[-1], 5.0))


def mean_tenure(growth: float, exit_hazard: float) -> float:
    """Mean tenure in months under stable growth and one exit hazard a month: 1/(g + q).

    >>> mean_tenure(0.05, 0.03)
    12.5

    Source: stable population, derived.
    """
    if growth + exit_hazard <= 0:
        raise ValueError("growth + exit_hazard must be above 0")
    return 1 / (growth + exit_hazard)


def culture_level(growth: float, exit_hazard: float, newcomer_level: float, socialisation: float, decay: float) -> float:
    """Mean of an index from 0 to 1 of how much people share the culture, in balance: [(g + q) x0 + s] / (g + q + s + d).

    Newcomers bring x0; s and d are the monthly rates at which people learn it and forget it.

    >>> round(culture_level(0.05, 0.03, 0.4, 0.08, 0.02), 3), round(culture_level(0.0, 0.03, 0.4, 0.08, 0.02), 3)
    (0.622, 0.708)

    Source: mean field of Harrison and Carroll 1991, "Keeping the Faith" (V).
    """
    renewal = growth + exit_hazard
    if renewal < 0 or renewal + socialisation + decay <= 0:
        raise ValueError("growth + exit_hazard must not be negative, and something must change")
    return (renewal * newcomer_level + socialisation) / (renewal + socialisation + decay)


# What can be wrong


def workforce_faults(workforce: Workforce, place: str) -> list[Fault]:
    """Every fault of a workforce that the types of its fields cannot tell: tenure bands must rise, and the last, only the last, is open.

    >>> workforce_faults(Workforce(), "groups.care.workforce")
    []
    """
    if not workforce.tenure_bands:
        return [Fault(f"{place}.tenure_bands", "there is no band", "Give at least one, the last with up_to_months empty.")]
    bands = _closed_band_faults(workforce, place) + _open_band_faults(workforce, place)
    return bands + _programme_faults(workforce, place) + _earlier_faults(workforce, place)


def _earlier_faults(workforce: Workforce, place: str) -> list[Fault]:
    """Rows of `earlier_starts` whose people leave with certainty, or would have left by design before the first day."""
    faults, designed = list[Fault](), workforce.programme.designed_exit_months
    for position, row in enumerate(workforce.earlier_starts):
        here = f"{place}.earlier_starts.{position}"
        faults += multiplier_faults(workforce, row.exit_multiplier, f"{here}.exit_multiplier")
        tenure = _path_from_start(workforce, row.months_ago).tenure
        if designed is not None and row.heads > 0 and tenure >= designed:
            problem = f"they left nesting {tenure:.4g} months ago and would have left by design before the first day"
            faults.append(Fault(f"{here}.months_ago", problem, "Remove the row, or count these people in opening.", f"{row.months_ago:g}"))
    return faults


def _programme_faults(workforce: Workforce, place: str) -> list[Fault]:
    """People in post who would have left by design before the first day."""
    programme = workforce.programme
    if programme.designed_exit_months is None or programme.covers == "new":
        return []
    oldest = max((row.tenure_months for row in workforce.opening if row.heads > 0), default=0.0)
    problem = f"somebody in post has been there for {oldest:g} months since nesting"
    remedy = f"Give more than {oldest:g} months, or let the programme cover new people only."
    wrong = oldest >= programme.designed_exit_months
    return [Fault(f"{place}.programme.designed_exit_months", problem, remedy, f"{programme.designed_exit_months:g}")] if wrong else []


def _closed_band_faults(workforce: Workforce, place: str) -> list[Fault]:
    """Faults of all bands but the last."""
    faults, begin = [], 0.0
    for position, band in enumerate(workforce.tenure_bands[:-1]):
        here = f"{place}.tenure_bands.{position}.up_to_months"
        if band.up_to_months is None:
            faults.append(Fault(here, "only the last band may be open", "Give the month in which this band ends, or remove the bands after it."))
        elif band.up_to_months <= begin:
            faults.append(Fault(here, "the bands must rise", f"Give more than {begin:g} months.", f"{band.up_to_months:g}"))
        begin = max(begin, band.up_to_months or 0.0)
    return faults


def _open_band_faults(workforce: Workforce, place: str) -> list[Fault]:
    """Fault of the last band, where it has an end."""
    end, here = workforce.tenure_bands[-1].up_to_months, f"{place}.tenure_bands.{len(workforce.tenure_bands) - 1}.up_to_months"
    return [] if end is None else [Fault(here, "the last band must be open", "Leave it empty, or add a band for longer tenures.", f"{end:g}")]


def multiplier_faults(workforce: Workforce, exit_multiplier: float, place: str) -> list[Fault]:
    """The fault of an exit multiplier (not negative) that makes a monthly exit probability reach 1.

    >>> multiplier_faults(Workforce(), 0.85, "sources.referral.exit_multiplier")
    []
    """
    highest = max(probability for _, probability in _bands(workforce)) * workforce.programme.exit_multiplier
    if exit_multiplier < 0:
        return [Fault(place, "it must not be negative", "Give 0 or more.", f"{exit_multiplier:g}")]
    if exit_multiplier * highest < 1:
        return []
    remedy = f"Give less than {1 / highest:.4g}, as the highest monthly exit probability is {highest:.1%}."
    return [Fault(place, "it makes the monthly exit probability reach 100 %", remedy, f"{exit_multiplier:g}")]
