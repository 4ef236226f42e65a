"""The hiring funnel by source, recruiters, interview hours, referrals, time to fill, latest date to open a requisition."""

import math
from collections import Counter
from dataclasses import astuple, dataclass
from datetime import date
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, ndtr, ndtri

from planner.errors import Fault
from planner.horizon import days_before, days_of_months, months_of_days
from planner.parameters import Days, Field, Fraction, Heads, Hours, Money, Multiple, Name, Parameters, Unit, WholeHeads

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FILL_CERTAINTY = 0.9
_ROUNDING = 1e-9
_LEAST_SHARE = 1e-12

Conversion = Annotated[float, Field(gt=0, le=1), Unit("%", 100)]


class Funnel(Parameters):
    """Share that passes each stage, from applicant to the first day."""

    screened: Conversion = 0.35
    """Applicants who are screened. Assumption: 35 %."""

    interviewed: Conversion = 0.45
    """Screens that lead to an interview. Assumption: 45 %."""

    offered: Conversion = 0.50
    """Interviews that lead to an offer. Assumption: 50 %."""

    accepted: Conversion = 0.75
    """Offers that are accepted. Assumption: 75 %."""

    started: Conversion = 0.92
    """Acceptances that appear on the first day. Assumption: 92 %."""


class Source(Parameters):
    """One way people are found: a board, referrals, an agency, a campus, passive candidates."""

    name: Name
    """What it is called. Yours: as your recruiters call it."""

    funnel: Funnel = Funnel()
    """How applicants turn into starts. Assumption: see its parts."""

    cost_per_hire: Money = 4_425.0
    """Advertising, agency and other outlay for one start. Source: SHRM 2017, $4,425 all in."""

    starts_max_monthly: Heads | None = None
    """Most starts a month that it yields for all groups together. Empty: not limited. Yours: from last year's starts."""

    referrals_per_head_monthly: Annotated[float, Field(ge=0, le=1), Unit("a head a month")] | None = None
    """Applicants that each head refers in a month; makes the source grow with headcount. Empty: no referral source.
    Source: 0.03 in the direction of Burks et al. 2015; 0.01 to 0.1."""

    referral_saturation: Annotated[float, Field(gt=0, le=100), Unit("referred starts a head")] | None = None
    """Referred starts a month per head at which the rate has halved. Empty: no saturation. Assumption: none."""

    time_to_fill_median_days: Days = 30.0
    """Median days from opening a requisition to the first day. Source: SHRM 36 days on average; 15 to 60."""

    time_to_fill_sigma: Annotated[float, Field(ge=0, le=3), Unit("")] = 0.5
    """Spread of the time to fill: standard deviation of its logarithm. Assumption: 0.5."""

    exit_multiplier: Multiple = 1.0
    """Probability of leaving against the group's own. Source: 0.85 for referred people, in the direction of Burks et al. 2015."""


class Hiring(Parameters):
    """How people are found, and what finding them takes."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = (Source(name="boards"),)
    """The ways people are found, the preferred one first. Yours: your channels."""

    hours_per_applicant: Hours = 0.05
    """Recruiter hours to read one application. Assumption: 3 minutes."""

    hours_per_screen: Hours = 1 / 3
    """Recruiter hours for one screen. Assumption: 20 minutes."""

    hours_per_offer: Hours = 0.75
    """Recruiter hours for one offer. Assumption: 45 minutes."""

    recruiter_role: Name = "recruiter"
    """The role of the organisation that does this. Yours: the name in your ladder."""

    recruiter_hours_monthly: Annotated[float, Field(gt=0, le=300), Unit("h")] = 130.0
    """Hours a month one recruiter has for it. Assumption: 130."""

    interview_panel: Annotated[float, Field(ge=0, le=10), Unit("people")] = 2.0
    """People in an interview. Assumption: two."""

    interview_hours: Hours = 0.75
    """Hours of an interview. Assumption: 45 minutes."""

    interview_preparation_hours: Hours = 0.25
    """Hours each of them prepares and writes up. Assumption: 15 minutes."""

    interviewer_role: Name = "team_lead"
    """The role that interviews. Yours: the name in your ladder."""

    interviewer_hours_monthly: Annotated[float, Field(gt=0, le=300), Unit("h")] = 150.0
    """Hours a month one of them works. Assumption: 150."""

    interview_share_max: Fraction = 0.10
    """Largest share of their time that may go into interviews. Assumption: 10 %."""

    class_fill_certainty: Annotated[float, Field(gt=0, lt=1), Unit("%", 100)] = 0.9
    """Certainty with which the offers made fill a class. Assumption: 90 %."""

    starts_max_monthly: WholeHeads | None = None
    """Most frontline starts a month over all groups. Empty: not limited; 0 is a hiring freeze. Yours: your approval."""


def hiring_faults(hiring: Hiring, place: str) -> list[Fault]:
    """What single bounds cannot tell about hiring: names, funnels that nobody passes, a saturation of nothing.

    >>> hiring_faults(Hiring(), "hiring")
    []
    """
    faults = _duplicate_faults(hiring.sources, place)
    for source in hiring.sources:
        faults += _source_faults(source, f"{place}.sources.{source.name}")
    return faults


def _duplicate_faults(sources: tuple[Source, ...], place: str) -> list[Fault]:
    counts = Counter(source.name for source in sources)
    problem, remedy = "two sources have the same name", "Give each source its own name."
    return [Fault(f"{place}.sources.{name}", problem, remedy, f"{count} times") for name, count in counts.items() if count > 1]


def _source_faults(source: Source, place: str) -> list[Fault]:
    faults = []
    if starts_per_applicant(source.funnel) < _LEAST_SHARE:
        faults.append(Fault(f"{place}.funnel", "practically no applicant ever starts", "Raise the shares that pass each stage."))
    if source.referral_saturation is not None and source.referrals_per_head_monthly is None:
        remedy = "Give referrals_per_head_monthly, or leave the saturation empty."
        faults.append(Fault(f"{place}.referral_saturation", "there are no referrals to saturate", remedy, f"{source.referral_saturation:g}"))
    return faults


@dataclass(frozen=True, eq=False)
class Stages:
    """People at each stage of the funnel, from applicant to first day; every field in the shape of `starts`."""

    applicants: FloatArray
    screens: FloatArray
    interviews: FloatArray
    offers: FloatArray
    acceptances: FloatArray
    starts: FloatArray


def starts_per_applicant(funnel: Funnel) -> float:
    """Share of applicants who appear on the first day: the product of the conversions.

    >>> round(starts_per_applicant(Funnel()), 4)
    0.0543
    """
    return funnel.screened * funnel.interviewed * funnel.offered * funnel.accepted * funnel.started


def applicants_per_start(funnel: Funnel) -> float:
    """Applicants for one start.

    >>> round(applicants_per_start(Funnel()), 1)
    18.4
    """
    return 1 / starts_per_applicant(funnel)


def starts_per_offer(funnel: Funnel) -> float:
    """Probability that an offer turns into a start: accepted x started.

    >>> round(starts_per_offer(Funnel()), 2)
    0.69
    """
    return funnel.accepted * funnel.started


def funnel_stages(funnel: Funnel, starts: ArrayLike) -> Stages:
    """People at each stage for a number of starts, unrounded, each in the shape of `starts`.

    >>> [int(people) for people in astuple(rounded(funnel_stages(Funnel(), 188)))]
    [3460, 1211, 545, 272, 204, 188]
    """
    first_days = np.asarray(starts, dtype=float)
    acceptances = first_days / funnel.started
    offers = acceptances / funnel.accepted
    interviews = offers / funnel.offered
    screens = interviews / funnel.interviewed
    return Stages(screens / funnel.screened, screens, interviews, offers, acceptances, first_days)


def rounded(stages: Stages) -> Stages:
    """Stages as they are shown, whole people, half rounded up. Totals are taken from the unrounded stages.

    >>> float(rounded(funnel_stages(Funnel(started=0.4), 1)).acceptances)
    3.0
    """
    return Stages(*(np.floor(people + 0.5 + _ROUNDING) for people in astuple(stages)))


def recruiter_hours_per_start(hiring: Hiring, source: Source) -> float:
    """Recruiter hours for one start from a source: applications read, screens held, offers made.

    >>> round(188 * recruiter_hours_per_start(Hiring(), Source(name="boards")))
    781
    """
    stages = funnel_stages(source.funnel, 1)
    hours = hiring.hours_per_applicant * stages.applicants + hiring.hours_per_screen * stages.screens + hiring.hours_per_offer * stages.offers
    return float(hours)


def interview_hours_per_start(hiring: Hiring, source: Source) -> float:
    """Interviewer hours for one start from a source: interviews x people in each x (interview + preparation).

    >>> round(188 * interview_hours_per_start(Hiring(), Source(name="boards")))
    1090
    """
    interviews = float(funnel_stages(source.funnel, 1).interviews)
    return interviews * hiring.interview_panel * (hiring.interview_hours + hiring.interview_preparation_hours)


def recruiter_capacity_hours(hiring: Hiring, recruiters: ArrayLike) -> FloatArray:
    """Hours a month that recruiters have for hiring, in the shape of `recruiters`.

    >>> float(recruiter_capacity_hours(Hiring(), 6))
    780.0
    """
    return np.asarray(recruiters, dtype=float) * hiring.recruiter_hours_monthly


def interviewer_capacity_hours(hiring: Hiring, interviewers: ArrayLike) -> FloatArray:
    """Hours a month that interviewers may give to interviews, in the shape of `interviewers`.

    >>> float(interviewer_capacity_hours(Hiring(), 134))
    2010.0
    """
    return np.asarray(interviewers, dtype=float) * (hiring.interviewer_hours_monthly * hiring.interview_share_max)


def fill_probability(offers: ArrayLike, seats: ArrayLike, acceptance: ArrayLike) -> FloatArray:
    """Probability that at least `seats` of `offers` start, P(Bin(offers, acceptance) >= seats), broadcast.

    By the regularised incomplete beta function, I_p(seats, offers - seats + 1).

    >>> round(float(fill_probability(26, 20, 0.69)), 2)
    0.26
    """
    made, wanted, share = np.broadcast_arrays(*(np.asarray(item, dtype=float) for item in (offers, seats, acceptance)))
    _refuse_acceptance(share)
    spare = np.maximum(made - wanted, 0)
    filled: FloatArray = betainc(np.maximum(wanted, 1), spare + 1, share)
    probability: FloatArray = np.where(wanted <= 0, 1.0, np.where(made < wanted, 0.0, filled))
    return probability


def _refuse_acceptance(acceptance: FloatArray) -> None:
    if np.any(~((acceptance >= _LEAST_SHARE) & (acceptance <= 1))):
        raise ValueError(f"acceptance is a probability from {_LEAST_SHARE} to 1")


def offers_for_class(seats: ArrayLike, acceptance: ArrayLike, certainty: float) -> IntArray:
    """Fewest offers that fill a class with a certainty: smallest n with P(Bin(n, acceptance) >= seats) >= certainty, broadcast.

    >>> offers_for_class(20, [0.69, 0.5, 0.2], 0.9).tolist()
    [34, 48, 126]
    """
    if not 0 < certainty < 1:
        raise ValueError("certainty must lie between 0 and 1")
    wanted, share = np.broadcast_arrays(np.asarray(seats, dtype=np.int64), np.asarray(acceptance, dtype=float))
    enough = _enough_offers(wanted, share, certainty)
    too_few = np.maximum(wanted - 1, 0)
    while np.any(enough - too_few > 1):
        middle = (too_few + enough) // 2
        fills = fill_probability(middle, wanted, share) >= certainty
        too_few, enough = np.where(fills, too_few, middle), np.where(fills, middle, enough)
    return enough


def _enough_offers(seats: IntArray, acceptance: FloatArray, certainty: float) -> IntArray:
    """Some number of offers that fills the class with the certainty: the seats, doubled until they do."""
    offers = np.array(seats)
    while np.any(short := fill_probability(offers, seats, acceptance) < certainty):
        offers = np.where(short, 2 * offers, offers)
    return offers


def expected_offers(seats: ArrayLike, acceptance: ArrayLike) -> FloatArray:
    """Offers made on average until a class is full, one after the other: seats / acceptance (negative binomial), broadcast.

    >>> round(float(expected_offers(20, 0.69)))
    29
    """
    share = np.asarray(acceptance, dtype=float)
    _refuse_acceptance(share)
    mean: FloatArray = np.asarray(seats, dtype=float) / share
    return mean


def expected_fill(offers: ArrayLike, seats: ArrayLike, acceptance: ArrayLike) -> FloatArray:
    """Seats filled on average, E[min(Bin(n, p), s)] = n p P(Bin(n-1, p) <= s-2) + s P(Bin(n, p) >= s), broadcast.

    >>> round(float(expected_fill(26, 20, 0.69)), 1)
    17.7
    """
    made, wanted, share = (np.asarray(item, dtype=float) for item in (offers, seats, acceptance))
    below = made * share * (1 - fill_probability(made - 1, wanted - 1, share))
    filled: FloatArray = below + wanted * fill_probability(made, wanted, share)
    return filled


def fill_distribution(offers: int, seats: int, acceptance: float) -> FloatArray:
    """Probability that 0, 1, ... seats are filled, [seats + 1]; sums to 1.

    >>> fill_distribution(2, 2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    at_least = fill_probability(offers, np.arange(seats + 1), acceptance)
    return -np.diff(at_least, append=0.0)


def referral_starts_max(source: Source, heads: ArrayLike) -> FloatArray:
    """Most starts a month that referrals yield, people, in the shape of `heads`. Derived.

    starts = r_eff y N with r_eff = r / (1 + starts / (sigma N)): starts = 2 r y N / (1 + sqrt(1 + 4 r y / sigma)).

    >>> friends = Source(name="referrals", referrals_per_head_monthly=0.06, funnel=Funnel(screened=0.35, interviewed=1, offered=1, accepted=1, started=1))
    >>> round(float(referral_starts_max(friends, 1_000)), 6)
    21.0
    """
    if source.referrals_per_head_monthly is None:
        raise ValueError(f"{source.name} is not a referral source")
    unsaturated = source.referrals_per_head_monthly * starts_per_applicant(source.funnel)
    crowding = 0.0 if source.referral_saturation is None else 4 * unsaturated / source.referral_saturation
    return np.asarray(heads, dtype=float) * (2 * unsaturated / (1 + math.sqrt(1 + crowding)))


def referral_growth(referrals_per_head_monthly: float, starts_per_referral: float, washout: float, exit_hazard_monthly: float) -> float:
    """Growth a month that referrals alone sustain, r y (1-w) - q; below 0 they do not even replace who leaves. Derived.

    >>> round(referral_growth(0.12, 0.35, 0.15, 0.03), 3)
    0.006
    """
    return referrals_per_head_monthly * starts_per_referral * (1 - washout) - exit_hazard_monthly


def referral_coverage(
    referrals_per_head_monthly: float, starts_per_referral: float, washout: float, exit_hazard_monthly: float, growth_monthly: float
) -> float:
    """Share of the starts needed that referrals bring, r y (1-w) / (g+q), at any size; above 1 they bring more than is needed. Derived.

    >>> round(referral_coverage(0.06, 0.35, 0.15, 0.03, 0.02), 2)
    0.36
    """
    need = growth_monthly + exit_hazard_monthly
    if not need > 0:
        raise ValueError("nothing is needed at this growth, so nothing can be covered")
    return referrals_per_head_monthly * starts_per_referral * (1 - washout) / need


def time_to_fill_days(source: Source, quantile: float) -> float:
    """Days from opening a requisition to the first day that this share of requisitions stays within; lognormal.

    >>> round(time_to_fill_days(Source(name="boards", time_to_fill_median_days=35), 0.9), 1)
    66.4
    """
    if not 0 < quantile < 1:
        raise ValueError("a quantile lies between 0 and 1")
    return source.time_to_fill_median_days * math.exp(source.time_to_fill_sigma * float(ndtri(quantile)))


def mean_time_to_fill_days(source: Source) -> float:
    """Mean days from opening a requisition to the first day; lognormal, median x e^(sigma^2 / 2).

    >>> round(mean_time_to_fill_days(Source(name="boards", time_to_fill_median_days=35)), 1)
    39.7
    """
    return source.time_to_fill_median_days * math.exp(source.time_to_fill_sigma**2 / 2)


def start_month_shares(median_days: float, sigma: float, months: int, opened: Literal["first_day", "evenly"]) -> FloatArray:
    """Share of requisitions opened in month 0 that start in month 0, 1, ..., [months]; what is missing to 1 starts later.

    Opened on the month's first day, or evenly over it. Lognormal time to fill, months of average length. Derived.

    >>> start_month_shares(35, 0.5, 5, "first_day").round(2).tolist()
    [0.39, 0.48, 0.11, 0.02, 0.0]
    """
    if not (median_days > 0 and sigma >= 0):
        raise ValueError("the median must be above 0 days, the spread at least 0")
    month_ends = days_of_months(1.0) * np.arange(1, months + 1, dtype=np.float64)
    if opened == "first_day":
        started = _filled_share(month_ends, median_days, sigma)
    else:
        started = np.diff(_filled_days(month_ends, median_days, sigma), prepend=0.0) / month_ends[:1]
    return np.diff(started, prepend=0.0)


def _log_distance(days: FloatArray, median_days: float, sigma: float) -> FloatArray:
    """Standard deviations of the logarithm between the median and so many days; infinite without a spread."""
    distance: FloatArray = np.log(days / median_days)
    return distance / sigma if sigma > _ROUNDING else np.where(distance >= 0, np.inf, -np.inf)


def _filled_share(days: FloatArray, median_days: float, sigma: float) -> FloatArray:
    """Share of requisitions filled within so many days."""
    share: FloatArray = ndtr(_log_distance(days, median_days, sigma))
    return share


def _filled_days(days: FloatArray, median_days: float, sigma: float) -> FloatArray:
    """Integral of the share filled from 0 to so many days, days: the mean time a requisition has been filled by then."""
    filled_before = median_days * math.exp(sigma**2 / 2) * ndtr(_log_distance(days, median_days, sigma) - sigma)
    filled: FloatArray = days * _filled_share(days, median_days, sigma) - filled_before
    return filled


def lead_months(source: Source) -> int:
    """Whole months after which a requisition opened on a month's first day is filled with 90 % certainty; at least 1.

    A start on day 1 of month t needs a requisition opened on day 1 of month t - lead or earlier: without signed starts, the plan's
    first starts fall in month `lead`. Rounded up, so a requisition that takes a single day cannot start people in its own month.

    >>> lead_months(Source(name="boards"))
    2
    """
    return math.ceil(months_of_days(time_to_fill_days(source, FILL_CERTAINTY)))


def open_requisition_by(source: Source, start: date, country: str | None = None, subdivision: str | None = None) -> date:
    """Latest workday to open a requisition for a start: the 90th percentile of time to fill, in calendar days, before it.

    >>> open_requisition_by(Source(name="boards"), date(2027, 3, 1)).isoformat()
    '2027-01-01'
    """
    return days_before(start, time_to_fill_days(source, FILL_CERTAINTY), country, subdivision)


def hours_kernel(lead: int) -> FloatArray:
    """Share of a start's recruiting hours that falls j months before it, [lead + 1], j = 0 first: even over the lead, none in its own month.

    Without a lead all of it falls in the start's own month.

    >>> hours_kernel(2).tolist(), hours_kernel(0).tolist()
    ([0.0, 0.5, 0.5], [1.0])
    """
    if lead < 0:
        raise ValueError("a lead cannot be negative")
    return np.append(0.0, np.full(lead, 1 / lead)) if lead else np.ones(1)


def work_by_month(starts: ArrayLike, hours_per_start: float, lead: int) -> FloatArray:
    """Hours that the starts of each month [T] cause in each month [T], spread over the lead before them.

    Hours before month 0 are past and not counted; starts after the horizon cause none.

    >>> work_by_month([0, 0, 10, 0], 4.0, 2).tolist()
    [20.0, 20.0, 0.0, 0.0]
    """
    hours = np.asarray(starts, dtype=float) * hours_per_start
    return np.convolve(hours[::-1], hours_kernel(lead))[: len(hours)][::-1]
