"""What a policy is: a conviction with parameters, what it makes of a scenario, and the closed-form figures it shows."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np

from planner.horizon import months_of_weeks
from planner.parameters import Parameters, Unit
from planner.requirement import requirement
from planner.scenario import Group, Scenario, moved
from planner.workforce import opening_response, settled_exit_probability

SHARE, MONTHS, PEOPLE, MONEY, PLAIN = Unit("%", 100), Unit("months"), Unit("people"), Unit("money"), Unit("")
MONTHLY, HOURS, FTE, A_MONTH, RATIO, TIMES = Unit("% a month", 100), Unit("h"), Unit("FTE"), Unit("people a month"), Unit("to 1"), Unit("times")


class PolicyParameters(Parameters):
    """Parameters of a policy. The defaults switch on something sensible; every field's help says what it rests on."""

    @classmethod
    @abstractmethod
    def neutral(cls) -> Self:
        """The parameters under which the policy leaves every scenario as it is."""


P = TypeVar("P", bound=PolicyParameters)


@dataclass(frozen=True)
class Figure:
    """One closed-form figure that a policy shows.

    `value` is inside units (a fraction for a share, shown by `unit`); text is shown as it is; None is "never" or "not defined", as `meaning` says.
    """

    name: str
    value: float | str | None
    unit: Unit
    meaning: str
    source: str
    beside: str = ""
    """The measure of the comparison that the plan shows for the same thing; empty where the plan has none."""


@dataclass(frozen=True)
class Policy(Generic[P]):
    """A conviction that can be switched on. `apply` may raise InvalidScenario where the scenario cannot take it."""

    name: str
    title: str
    conviction: str
    parameters: type[P]
    apply: Callable[[Scenario, P], Scenario]
    figures: Callable[[Scenario, P], tuple[Figure, ...]]
    assumes: tuple[str, ...]
    evidence: str
    """How sure it is, in one or two sentences: what is published, what is derived, what is assumed."""


# What figures need to know of a scenario ------------------------------------------------------------------------------------------------------


def required_heads(scenario: Scenario) -> tuple[float, ...]:
    """Frontline people required in each month over all groups, levers worked in [months]."""
    return tuple(float(heads) for heads in requirement(scenario).group_heads.sum(axis=1))


def steady_growth(path: tuple[float, ...]) -> float:
    """Growth a month that leads from the first to the last month; where a year fits in, between the same calendar months, so that seasons cancel.

    >>> round(steady_growth((100.0, 110.0, 121.0)), 3)
    0.1
    """
    span = len(path) - 1
    span -= span % 12 if span >= 12 else 0
    if span < 1 or path[-1 - span] <= 0 or path[-1] <= 0:
        return 0.0
    return float(np.expm1(np.log(path[-1] / path[-1 - span]) / span))


def growth_of(scenario: Scenario, stated: float | None) -> float:
    """Growth a month that figures are told for: the stated one, else the steady growth of the people required."""
    return steady_growth(required_heads(scenario)) if stated is None else stated


@dataclass(frozen=True)
class People:
    """The frontline as closed forms see it: one kind of people, the groups averaged by the people they have."""

    heads: float
    """People in post on the first day; where there are none, those required."""
    exit_probability_monthly: float
    """Share of the qualified in post who leave within the first month; of settled people where nobody is in post."""
    nesting_months: float
    training_months: float
    nesting_washout: float
    washout: float
    """Share of starts who finish neither classroom nor nesting."""

    @property
    def exit_hazard_monthly(self) -> float:
        """The same leaving as a hazard a month."""
        return -float(np.log1p(-self.exit_probability_monthly))


def people_of(scenario: Scenario) -> People:
    """The frontline of a scenario, its levers worked in."""
    groups = moved(scenario).groups
    opening = np.array([opening_response(group.workforce, 1).heads[0] for group in groups])
    weights = opening if opening.sum() > 0 else np.maximum(requirement(scenario).group_heads[0], 1e-9)

    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=weights))

    works = [group.workforce for group in groups]
    return People(
        heads=float(weights.sum()),
        exit_probability_monthly=mean([_leaving(group) for group in groups]),
        nesting_months=mean([months_of_weeks(work.nesting_weeks) for work in works]),
        training_months=mean([months_of_weeks(work.classroom_weeks + work.nesting_weeks) for work in works]),
        nesting_washout=mean([work.nesting_washout for work in works]),
        washout=mean([1 - (1 - work.classroom_washout) * (1 - work.nesting_washout) for work in works]),
    )


def _leaving(group: Group) -> float:
    response = opening_response(group.workforce, 1)
    qualified = float(response.qualified_heads[0])
    return float(response.leavers[0]) / qualified if qualified > 0 else settled_exit_probability(group.workforce)
