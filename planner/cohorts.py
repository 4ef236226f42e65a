"""The frontline as sums of impulse responses: what the opening people bring, what every start adds, what promotion takes away."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from planner import workforce
from planner.horizon import months_of_weeks
from planner.scenario import Scenario
from planner.staffing import mean_contract_fraction
from planner.workforce import Programme, Response, Workforce

Array = NDArray[np.float64]
NO_PROGRAMME = Programme()
QUANTITIES = (
    "heads", "fte", "nesting", "washout", "leavers", "training_heads", "paid_training", "mentors_eligible", "under_6_months", "under_12_months",
)
"""What is followed month by month for every group; the first axis of the arrays below."""


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Responses of every group, worked out once per scenario and horizon.

    `opening` [quantities, groups, months]; `start` [quantities, groups, sources, months] per start; `settled` [quantities, groups, months] per
    person who leaves for another role, or comes back, at a month's end (month 0 is the next one); `earlier_qualified` [groups, months], people of the
    opening who count as new for a career programme.
    """

    opening: Array
    start: Array
    settled: Array
    earlier_qualified: Array
    contract_fraction: Array
    mentoring_loss_per_nester: Array

    def productive_fte(self, fte: Array, nesting: Array) -> Array:
        """Paid, fully proficient FTE [groups, ...]: contract fraction x (effective heads - what mentoring costs)."""
        shape = (-1,) + (1,) * (fte.ndim - 1)
        return self.contract_fraction.reshape(shape) * (fte - self.mentoring_loss_per_nester.reshape(shape) * nesting)

    @property
    def capacity_per_start(self) -> Array:
        """Productive FTE of one start [groups, sources, months]."""
        return self.productive_fte(self.start[QUANTITIES.index("fte")], self.start[QUANTITIES.index("nesting")])

    @property
    def qualified_per_start(self) -> Array:
        """People of one start who have left nesting [groups, sources, months]."""
        return np.asarray(self.start[QUANTITIES.index("heads")] - self.start[QUANTITIES.index("training_heads")])


def cohorts(scenario: Scenario, months: int) -> Cohorts:
    """The responses of a scenario whose levers are at rest, over so many months."""
    sites = {site.name: site.training for site in scenario.sites}
    groups = tuple((group.workforce, sites[group.site].mentor_tenure_months) for group in scenario.groups)
    losses = tuple(sites[group.site].mentor_loss / sites[group.site].mentees_per_mentor for group in scenario.groups)
    contracts = tuple(mean_contract_fraction(group.staffing.contracts) for group in scenario.groups)
    multipliers = tuple(source.exit_multiplier for source in scenario.hiring.sources)
    return _cohorts(groups, multipliers, losses, contracts, months)


@lru_cache(maxsize=64)
def _cohorts(
    groups: tuple[tuple[Workforce, float], ...], multipliers: tuple[float, ...], losses: tuple[float, ...], contracts: tuple[float, ...], months: int
) -> Cohorts:
    return Cohorts(
        opening=np.stack([_opening(people, tenure, months) for people, tenure in groups], axis=1),
        start=np.stack([np.stack([_start(people, tenure, months, multiplier) for multiplier in multipliers], axis=1) for people, tenure in groups], axis=1),
        settled=np.stack([_settled(people, months) for people, _ in groups], axis=1),
        earlier_qualified=np.stack([workforce.earlier_qualified(people, months) for people, _ in groups]),
        contract_fraction=np.array(contracts),
        mentoring_loss_per_nester=np.array(losses),
    )


def _rows(response: Response, eligible: Array, under_6: Array, under_12: Array) -> Array:
    return np.stack([*(getattr(response, name) for name in QUANTITIES[:7]), eligible, under_6, under_12])


@lru_cache(maxsize=1024)
def _opening(people: Workforce, mentor_tenure: float, months: int) -> Array:
    young = [workforce.opening_younger_than(people, months, limit) for limit in (6, 12)]
    return _rows(workforce.opening_response(people, months), workforce.opening_with_tenure(people, months, mentor_tenure), *young)


@lru_cache(maxsize=1024)
def _start(people: Workforce, mentor_tenure: float, months: int, multiplier: float) -> Array:
    response = workforce.start_response(people, months, multiplier)
    eligible = workforce.qualified_with_tenure(people, months, mentor_tenure, multiplier)
    return _rows(response, eligible, *(workforce.heads_younger_than(response, limit) for limit in (6, 12)))


@lru_cache(maxsize=1024)
def _settled(people: Workforce, months: int) -> Array:
    response = workforce.settled_response(people, months)
    nobody = np.zeros(months)
    return _rows(response, response.heads, nobody, nobody)


@dataclass(frozen=True, eq=False)
class Maturing:
    """Frontline people who reach a time in grade: there on day 1 [groups]; month by month of those in post [groups, months] and of one start
    [groups, sources, months]."""

    there: Array
    opening: Array
    start: Array


def maturing(scenario: Scenario, tenure_months: float, months: int) -> Maturing:
    """Who reaches a time in grade among the frontline of a scenario whose levers are at rest."""
    groups = tuple(group.workforce for group in scenario.groups)
    return _maturing(groups, tuple(source.exit_multiplier for source in scenario.hiring.sources), tenure_months, months)


@lru_cache(maxsize=128)
def _maturing(groups: tuple[Workforce, ...], multipliers: tuple[float, ...], tenure: float, months: int) -> Maturing:
    return Maturing(
        there=np.array([workforce.opening_with_tenure(people, 1, tenure)[0] for people in groups]),
        opening=np.stack([workforce.opening_reaching_tenure(people, months, tenure) for people in groups]),
        start=np.stack([np.stack([workforce.reaching_tenure(people, months, tenure, each) for each in multipliers]) for people in groups]),
    )


def superposed(starts: Array, response: Array) -> Array:
    """What starts [months, groups, sources] add up to under responses [..., groups, sources, months]: [..., groups, months]."""
    months = len(starts)
    total = np.zeros((*response.shape[:-2], months))
    for month in np.flatnonzero(starts.any(axis=(1, 2))):
        total[..., month:] += np.einsum("gs,...gsk->...gk", starts[month], response[..., : months - month])
    return total


def drained(leaving: Array, settled: Array) -> Array:
    """What people who leave for another role at each month's end [months, groups] take with them: [..., groups, months]."""
    months = len(leaving)
    total = np.zeros((*settled.shape[:-1], months))
    for month in np.flatnonzero(leaving.any(axis=1)):
        total[..., month + 1 :] += leaving[month][:, None] * settled[..., : months - month - 1]
    return total


@dataclass(frozen=True, eq=False)
class Frontline:
    """Frontline people month by month, all arrays [months, groups] in heads, `productive_fte` in FTE."""

    heads: Array
    starts: Array
    promoted_out: Array
    returned: Array
    washout: Array
    leavers: Array
    closing: Array
    productive_fte: Array
    nesting: Array
    training_heads: Array
    paid_training: Array
    mentors_eligible: Array
    under_6_months: Array
    under_12_months: Array

    @property
    def opening(self) -> Array:
        """Heads before the month's starts."""
        return self.heads - self.starts


def frontline(parts: Cohorts, starts: Array, promoted_out: Array, returned: Array) -> Frontline:
    """The frontline under starts [months, groups, sources], promotions and returns at each month's end [months, groups]."""
    months = len(starts)
    paths = parts.opening[..., :months] + superposed(starts, parts.start[..., :months]) - drained(promoted_out - returned, parts.settled[..., :months])
    values = {name: np.ascontiguousarray(path.T) for name, path in zip(QUANTITIES, paths, strict=True)}
    productive = parts.productive_fte(paths[QUANTITIES.index("fte")], paths[QUANTITIES.index("nesting")]).T
    closing = values["heads"] - values["washout"] - values["leavers"] - promoted_out + returned
    del values["fte"]
    return Frontline(starts=starts.sum(axis=2), promoted_out=promoted_out, returned=returned, closing=closing, productive_fte=productive, **values)


# Career programmes


def has_programme(scenario: Scenario) -> NDArray[np.bool_]:
    """Which groups run a career programme [groups]."""
    return np.array([group.workforce.programme != NO_PROGRAMME for group in scenario.groups])


def covers_everyone(scenario: Scenario) -> NDArray[np.bool_]:
    """Which groups run one that covers people in post as well [groups]."""
    return np.array([group.workforce.programme.covers == "everyone" for group in scenario.groups])


def participants(scenario: Scenario, parts: Cohorts, starts: Array, people: Frontline) -> Array:
    """Qualified people in a career programme [months, groups]: all of a group, or those who started within the plan or lately before it."""
    found, running = np.zeros_like(people.heads), has_programme(scenario)
    if running.any():
        started = (superposed(starts, parts.qualified_per_start[..., : len(starts)]) + parts.earlier_qualified[:, : len(starts)]).T
        everybody = people.heads - people.training_heads
        found = np.where(running, np.where(covers_everyone(scenario), everybody, started), 0.0)
    return found


def leaving_by_design(scenario: Scenario, starts: Array) -> Array:
    """People who leave by design at each month's end [months, groups], known as far ahead as the programme is long; part of the leavers.

    Starts [months, groups, sources]. Whoever is promoted before that is not taken off.
    """
    months = len(starts)
    multipliers = [source.exit_multiplier for source in scenario.hiring.sources]
    each = np.stack([np.stack([workforce.designed_exits(group.workforce, months, factor) for factor in multipliers]) for group in scenario.groups])
    opening = np.stack([workforce.opening_designed_exits(group.workforce, months) for group in scenario.groups])
    return np.asarray((opening + superposed(starts, each)).T)


def echo_months(leaving: Array, times: float = 3.0) -> NDArray[np.bool_]:
    """Months in which so many times the mean of a path leave [months]; none where nobody does.

    >>> echo_months(np.array([0.4, 0.4, 28.3, 0.7])).tolist()
    [False, False, True, False]
    """
    mean = float(leaving.mean())
    return np.asarray((leaving > times * mean) & (mean > 0))


def classroom_months(people: Workforce) -> float:
    """Months a class holds its room."""
    return months_of_weeks(people.classroom_weeks)


def sitting(people: Workforce) -> tuple[tuple[float, float], ...]:
    """Classes that sit on the first day without being starts of the plan: months left in the classroom, and people.

    >>> sitting(Workforce(classroom_weeks=8, opening_classroom=5, earlier_starts=(workforce.EarlierStarts(months_ago=1, heads=9),)))
    ((1.839835728952772, 5.0), (0.839835728952772, 9.0))
    """
    found = {classroom_months(people): people.opening_classroom}
    for row in people.earlier_starts:
        left = classroom_months(people) - row.months_ago
        found[left] = found.get(left, 0.0) + row.heads
    return tuple((left, heads) for left, heads in found.items() if left > 0 and heads > 0)
