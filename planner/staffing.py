"""On-position hours to paid FTE to heads: shrinkage stages, schedule efficiency, paid hours, contract mix."""

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from planner.errors import Fault
from planner.parameters import (
    Field,
    Fraction,
    Multiple,
    Name,
    Parameters,
    Unit,
)


class Shrinkage(Parameters):
    """One reason why paid time is not on-position time."""

    name: Name
    """What it is. Yours: as your planners call it."""

    where: Literal["out", "in"]
    """Out of office (a share of paid hours) or in office (a share of hours present). Yours: leave is out, breaks are in."""

    fraction: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)]
    """Its share of paid hours (out) or of hours present (in). Factors of one stage add, the two stages multiply. Yours: from your time records."""

    season: Annotated[tuple[Multiple, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12
    """Factor of each calendar month, January to December, on that share. Assumption: the same all year."""


class Contract(Parameters):
    """One kind of contract among a group's people."""

    name: Name
    """What it is called. Yours: full time, part time."""

    heads_share: Fraction
    """Share of the group's people on it; the shares sum to 1. Yours: from your payroll."""

    fte_fraction: Annotated[float, Field(gt=0, le=1.5), Unit("FTE")]
    """Its contract hours as a fraction of full time. Yours: from the contract."""


class Staffing(Parameters):
    """From interval to people."""

    shrinkage: tuple[Shrinkage, ...] = (
        Shrinkage(name="annual leave", where="out", fraction=0.08),
        Shrinkage(name="sickness", where="out", fraction=0.05),
        Shrinkage(name="other absence", where="out", fraction=0.02),
        Shrinkage(name="breaks", where="in", fraction=0.06),
        Shrinkage(name="coaching and meetings", where="in", fraction=0.04),
        Shrinkage(name="systems", where="in", fraction=0.02),
    )
    """Why paid time is not on-position time; public holidays are counted from the calendar, never here.
    Source: 15 % out and 12 % in office, 15 to 35 % together (Bocklund); the split is an assumption."""

    schedule_efficiency: Annotated[float, Field(gt=0, le=1), Unit("%", 100)] = 0.90
    """Required hours over scheduled hours: what shifts lose.
    Source: set-covering experiment on a 14-hour day; 72 % with 8-hour shifts only, 98 % with short shifts."""

    weekly_hours: Annotated[float, Field(gt=0, le=60), Unit("h")] = 40.0
    """Paid hours a week of a full-time contract. Source: 2,080 hours a year."""

    contracts: tuple[Contract, ...] = (Contract(name="full time", heads_share=1.0, fte_fraction=1.0),)
    """The mix of contracts. Heads and FTE are kept apart everywhere. Assumption: everyone full time."""


class AllHands(Parameters):
    """People of other work who take contacts of a group some hours: every employee, or executives only. As given nobody does."""

    people: Annotated[float, Field(ge=0, le=1_000_000), Unit("people")] = 0.0
    """People of other work who take part. Yours: everybody else on the payroll, or the executives."""

    hours_quarterly: Annotated[float, Field(ge=0, le=500), Unit("h a quarter")] = 8.0
    """Hours of each of them in a quarter. Source: one day a quarter, as a large brewer did; a small company does 3 hours a week (39)."""

    sessions_quarterly: Annotated[float, Field(ge=0, le=100), Unit("a quarter")] = 1.0
    """Sessions these hours are cut into. Assumption: one."""

    overhead_hours: Annotated[float, Field(ge=0, le=8), Unit("h")] = 0.5
    """Hours of each session lost to finding the way back in. Assumption: half an hour."""

    absence: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] = 0.05
    """Share of the hours that do not take place. Assumption: 5 %."""

    proficiency: Annotated[float, Field(ge=0, le=1.5), Unit("%", 100)] = 0.55
    """Their proficiency on contacts. Assumption: 55 %, from 30 to 80 %."""

    peak_leverage: Annotated[float, Field(ge=0, le=10), Unit("times")] = 1.0
    """Hours of the group's own people that one effective hour spares. Assumption: 1, spread evenly; 2 where short blocks are placed in the peaks that
    long shifts cannot follow (experiment on a real profile), until about 9 % of the hours."""

    share_max: Fraction = 0.2
    """Largest share of the group's required FTE that they may bring: customers must not meet beginners only. Assumption: 20 %."""

    hourly_cost: Annotated[float, Field(ge=0, le=1e6), Unit("money")] = 70.0
    """What an hour of theirs costs, loaded, in the reporting currency. Assumption: $70."""

    training_hours_first: Annotated[float, Field(ge=0, le=1_000), Unit("h")] = 8.0
    """Hours of training before somebody's first session; newcomers need them too. Assumption: a day."""

    training_hours_yearly: Annotated[float, Field(ge=0, le=1_000), Unit("h")] = 4.0
    """Hours of training a year that keep somebody able. Assumption: half a day."""

    annual_turnover: Annotated[float, Field(ge=0, le=5), Unit("% a year", 100)] = 0.15
    """Share of them replaced in a year. Assumption: 15 %."""


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def _stage_by_calendar_month(staffing: Staffing, where: Literal["out", "in"]) -> Floats:
    """Sum of one stage's shrinkage factors, each with its season, January to December [12]."""
    factors = [np.multiply(item.fraction, item.season) for item in staffing.shrinkage if item.where == where]
    total: Floats = np.sum([np.zeros(12), *factors], axis=0)
    return total


def shrinkage_shares(staffing: Staffing, calendar_months: Ints) -> tuple[Floats, Floats]:
    """Shrinkage out of office (share of paid hours) and in office (share of hours present) of each month, given as 1 to 12 ([T], [T]).

    >>> [share.round(2).tolist() for share in shrinkage_shares(Staffing(), np.array([1]))]
    [[0.15], [0.12]]

    Source: 15 % and 12 %, Bocklund (V: 15 to 35 % together seen).
    """
    months = np.asarray(calendar_months) - 1
    return _stage_by_calendar_month(staffing, "out")[months], _stage_by_calendar_month(staffing, "in")[months]


def net_hours(paid_hours: Floats | float, shrinkage_out: Floats | float, shrinkage_in: Floats | float, efficiency: Floats | float) -> Floats:
    """Required hours that one paid FTE covers: paid x (1 - out)(1 - in) x efficiency, in hours a month, shape of the inputs.

    `paid_hours` are those of the month's working days: public holidays have left them already. The occupancy cap belongs to the agents
    required, not here. Stages multiply; adding them, or marking up by (1 + shrinkage), is wrong.

    >>> float(net_hours(2080 / 12, 0.15, 0.12, 0.90).round(2))
    116.69

    Source: model.md 2.4, arithmetic of the stages; the schedule efficiency after Dantzig 1954 (M), computed on a real profile (test bed).
    """
    _check_shares(shrinkage_out, "shrinkage_out")
    _check_shares(shrinkage_in, "shrinkage_in")
    if np.any(np.asarray(paid_hours) < 0) or not np.all((np.asarray(efficiency) > 0) & (np.asarray(efficiency) <= 1)):
        raise ValueError("paid hours must be 0 or more, and the efficiency above 0 and at most 1")
    net: Floats = np.asarray(paid_hours) * (1 - np.asarray(shrinkage_out)) * (1 - np.asarray(shrinkage_in)) * np.asarray(efficiency)
    return net


def _check_shares(shares: Floats | float, name: str) -> None:
    if not np.all((np.asarray(shares) >= 0) & (np.asarray(shares) < 1)):
        raise ValueError(f"{name} must be at least 0 and below 1")


def paid_fte(on_position_hours: Floats | float, net_hours: Floats | float) -> Floats:
    """Paid FTE that cover the required on-position hours: hours over net hours of one FTE, shape of the inputs.

    >>> float(paid_fte(12_000, net_hours(2080 / 12, 0.15, 0.12, 0.90)).round(2))
    102.84
    """
    if not np.all(np.asarray(net_hours) > 0):
        raise ValueError("net hours of an FTE must be above 0")
    fte: Floats = np.asarray(on_position_hours) / np.asarray(net_hours)
    return fte


def mean_contract_fraction(contracts: tuple[Contract, ...]) -> float:
    """FTE of an average person: sum of share of people x contract fraction.

    >>> mean_contract_fraction((Contract(name="full", heads_share=0.8, fte_fraction=1.0), Contract(name="half", heads_share=0.2, fte_fraction=0.5)))
    0.9
    """
    return math.fsum(contract.heads_share * contract.fte_fraction for contract in contracts)


def heads(fte: Floats | float, contract_fraction: float) -> Floats:
    """People who bring these FTE, unrounded: FTE over the mean contract fraction, shape of `fte`.

    >>> float(heads(102.84, 0.9).round(1))
    114.3
    """
    if not contract_fraction > 0:
        raise ValueError("the contract fraction must be above 0")
    people: Floats = np.asarray(fte) / contract_fraction
    return people


def workload_hours(contacts: Floats | float, aht_s: Floats | float) -> Floats:
    """Hours of handling in the contacts: contacts x handle time / 3600, shape of the inputs.

    >>> float(workload_hours(3_600, 300))
    300.0
    """
    hours: Floats = np.asarray(contacts) * np.asarray(aht_s) / 3600
    return hours


@dataclass(frozen=True)
class PaidTime:
    """What becomes of the paid hours of one FTE, month by month."""

    paid_hours: Floats
    """Weekly hours x weekdays / 5: public holidays are paid and still in it [T]."""

    working_share: Floats
    """Share of the weekdays that are no public holiday [T]."""

    shrinkage_out: Floats
    """Share of the hours of working days spent out of office [T]."""

    shrinkage_in: Floats
    """Share of the hours present spent off position [T]."""

    efficiency: float
    """Required hours over scheduled hours."""

    @property
    def net_hours(self) -> Floats:
        """Required hours that one FTE covers, public holidays taken off [T]."""
        return net_hours(self.paid_hours * self.working_share, self.shrinkage_out, self.shrinkage_in, self.efficiency)


def paid_time(staffing: Staffing, calendar_months: Ints, paid_hours: Floats, working_share: Floats) -> PaidTime:
    """The paid time of a group's people in each month: calendar from the caller, shrinkage and efficiency from the group.

    >>> float(paid_time(Staffing(), np.array([1]), np.array([2080 / 12]), np.array([1.0])).net_hours[0].round(2))
    116.69
    """
    out, inside = shrinkage_shares(staffing, calendar_months)
    return PaidTime(np.asarray(paid_hours), np.asarray(working_share), out, inside, staffing.schedule_efficiency)


@dataclass(frozen=True)
class StaffingSteps:
    """Why so many people are required: what each step from contacts to heads adds, month by month [T].

    The six FTE steps sum to `required_fte`; with `contract_mix_heads` they sum to `required_heads`. Each step is counted on top of those before
    it, so the order belongs to the figures: the same shrinkage adds more where more comes before it.
    """

    workload_fte: Floats
    """Handling time of the contacts over the paid hours of one FTE."""

    safety_fte: Floats
    """Agents on position above the workload, so that contacts do not wait too long. Negative where agents handle several contacts at once or
    customers who give up take work away."""

    shrinkage_out_fte: Floats
    """Cover for leave, sickness and other absence."""

    shrinkage_in_fte: Floats
    """Cover for breaks, coaching, meetings and systems."""

    schedule_loss_fte: Floats
    """What shifts lose against the required intervals."""

    public_holiday_fte: Floats
    """Cover for weekdays that are paid but not worked because they are public holidays."""

    required_fte: Floats
    """Paid FTE required: the sum of the six steps."""

    contract_mix_heads: Floats
    """People above the number of FTE because contracts are not all full time; negative where they are longer."""

    required_heads: Floats
    """People required, unrounded."""


def unfold(workload_hours: Floats, on_position_hours: Floats, paid: PaidTime, contract_fraction: float) -> StaffingSteps:
    """The steps from a month's workload to its required people, each in FTE on top of those before it [T].

    With H paid hours, R on-position hours and W workload: W/H, (R - W)/H, then R/H divided in turn by 1 - out, by 1 - in, by the efficiency and by
    the working share, each step being what its division adds.

    >>> paid = paid_time(Staffing(), np.array([1]), np.array([2080 / 12]), np.array([1.0]))
    >>> steps = unfold(np.array([10_000.0]), np.array([12_000.0]), paid, 0.9)
    >>> [float(part[0].round(2)) for part in (steps.workload_fte, steps.safety_fte, steps.shrinkage_out_fte, steps.shrinkage_in_fte, steps.schedule_loss_fte)]
    [57.69, 11.54, 12.22, 11.11, 10.28]
    >>> float(steps.required_fte[0].round(2)), float(steps.required_heads[0].round(1))
    (102.84, 114.3)
    """
    required_fte = paid_fte(on_position_hours, paid.net_hours)
    required_heads = heads(required_fte, contract_fraction)
    cover = (1 - paid.shrinkage_out, 1 - paid.shrinkage_in, np.asarray(paid.efficiency), paid.working_share)
    on_position_fte = on_position_hours / paid.paid_hours
    levels = [0 * required_fte, workload_hours / paid.paid_hours, *accumulate(cover, np.divide, initial=on_position_fte)]
    steps = np.diff(levels, axis=0)
    return StaffingSteps(*(*steps, required_fte, required_heads - required_fte, required_heads))


# People of other work


def all_hands_hours(all_hands: AllHands) -> float:
    """Hours a month that people of other work spend, A H / 3.

    >>> round(all_hands_hours(AllHands(people=500)), 1)
    1333.3

    Source: model.md section 9.
    """
    return all_hands.people * all_hands.hours_quarterly / 3


def all_hands_effective_hours(all_hands: AllHands) -> float:
    """Hours a month of a fully proficient person that they bring: [A H / 3 - A sessions x overhead / 3] (1 - absence) x proficiency.

    >>> round(all_hands_effective_hours(AllHands(people=500)), 1)
    653.1
    >>> round(all_hands_effective_hours(AllHands(people=30, hours_quarterly=39, sessions_quarterly=13, proficiency=0.8)), 1)
    247.0

    Source: model.md section 9, derived.
    """
    worked = all_hands_hours(all_hands) - all_hands.people * all_hands.sessions_quarterly * all_hands.overhead_hours / 3
    if worked < 0:
        raise ValueError("the sessions are shorter than what is lost in each")
    return worked * (1 - all_hands.absence) * all_hands.proficiency


def all_hands_fte(all_hands: AllHands, net_hours: Floats | float) -> Floats:
    """Paid FTE of the group's own people that they spare: leverage x effective hours over net hours of an FTE, in the shape of `net_hours`.

    >>> float(all_hands_fte(AllHands(people=500), net_hours(2080 / 12, 0.15, 0.12, 0.90)).round(1))
    5.6
    """
    return paid_fte(all_hands.peak_leverage * all_hands_effective_hours(all_hands), net_hours)


def all_hands_training_hours(all_hands: AllHands) -> float:
    """Hours a month that their training takes: A (yearly + turnover x first) / 12.

    >>> round(all_hands_training_hours(AllHands(people=500)), 1)
    216.7

    Source: model.md section 9.
    """
    return all_hands.people * (all_hands.training_hours_yearly + all_hands.annual_turnover * all_hands.training_hours_first) / 12


def all_hands_at_once(all_hands: AllHands, opening_hours_monthly: float) -> float:
    """People of other work on contacts at once, on average over the hours in which the group is open.

    >>> round(all_hands_at_once(AllHands(people=500), 300), 1)
    4.4
    """
    if not opening_hours_monthly > 0:
        raise ValueError("a group is open some hours a month")
    return all_hands_hours(all_hands) / opening_hours_monthly


def all_hands_faults(all_hands: AllHands, place: str) -> list[Fault]:
    """Sessions that are shorter than what is lost in each.

    >>> print(*all_hands_faults(AllHands(people=5, hours_quarterly=1, sessions_quarterly=3), "groups.care.all_hands"))
    groups.care.all_hands.sessions_quarterly: a session is shorter than what is lost in it (found 3). Take fewer sessions, or more hours.
    """
    lost = all_hands.sessions_quarterly * all_hands.overhead_hours
    remedy = "Take fewer sessions, or more hours."
    problem = "a session is shorter than what is lost in it"
    wrong = all_hands.people > 0 and lost > all_hands.hours_quarterly
    return [Fault(f"{place}.sessions_quarterly", problem, remedy, f"{all_hands.sessions_quarterly:g}")] if wrong else []


def staffing_faults(staffing: Staffing, place: str) -> list[Fault]:
    """Everything that is wrong with a group's staffing: a stage of shrinkage that leaves no time, contract shares that do not sum to 1.

    >>> print(*staffing_faults(Staffing(contracts=()), "groups.sales.staffing"))
    groups.sales.staffing.contracts: the shares of people do not sum to 1 (found 0). Correct heads_share so that all contracts together make 1.
    """
    return _stage_faults(staffing, "out", place) + _stage_faults(staffing, "in", place) + _contract_faults(staffing.contracts, place)


def _stage_faults(staffing: Staffing, where: Literal["out", "in"], place: str) -> list[Fault]:
    shares = _stage_by_calendar_month(staffing, where)
    stage = {"out": "out of office", "in": "in office"}[where]
    problem = f"shrinkage {stage} leaves no time in calendar month {shares.argmax() + 1}"
    remedy = "Lower its fractions or their season: together they must stay below 1 in every month."
    return [Fault(f"{place}.shrinkage", problem, remedy, f"{shares.max():.4g}")] if shares.max() >= 1 else []


def _contract_faults(contracts: tuple[Contract, ...], place: str) -> list[Fault]:
    total = math.fsum(contract.heads_share for contract in contracts)
    remedy = "Correct heads_share so that all contracts together make 1."
    return [Fault(f"{place}.contracts", "the shares of people do not sum to 1", remedy, f"{total:.8g}")] if abs(total - 1) > 1e-6 else []
