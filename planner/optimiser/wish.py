"""What is asked of the optimiser. Nothing here needs a solver to be installed."""

from dataclasses import dataclass
from typing import Literal

from planner.errors import Fault, InvalidScenario
from planner.parameters import put_all
from planner.scenario import Scenario

Goal = Literal["cheapest", "service_floor", "best_service", "smoothest"]


@dataclass(frozen=True)
class Wish:
    """What is asked of the optimiser: the goal with its own figure, how long and how near, and how many first months stand as they were signed."""

    goal: Goal = "cheapest"
    service_floor: float | None = None
    """Least share of the required FTE in every month and group; None: the scenario's."""
    budget_monthly: float | None = None
    """The same budget in every month; None: the scenario's."""
    within: float = 0.01
    """How much more than the cheapest the smoothest plan may be charged."""
    seconds: float = 30.0
    gap: float = 1e-3
    frozen_months: int = 0


def wished(scenario: Scenario, wish: Wish) -> Scenario:
    """The scenario with the figures of the wish."""
    changes: dict[str, object] = {}
    if wish.service_floor is not None:
        changes["optimisation.service_floor"] = wish.service_floor
    if wish.budget_monthly is not None:
        changes["finance.budget_monthly"] = [wish.budget_monthly] * scenario.horizon.months
    return put_all(scenario, changes) if changes else scenario


def budget_faults(scenario: Scenario) -> list[Fault]:
    """What keeps the best service under a budget from being looked for: that there is no budget."""
    if scenario.finance.budget_monthly is not None:
        return []
    return [Fault("finance.budget_monthly", "there is no budget to keep", "Give one amount for each month of the horizon.")]


def check(scenario: Scenario, wish: Wish) -> None:
    """Raises InvalidScenario where a wish does not fit a scenario: a budget that is missing, a figure out of bounds."""
    asked = wished(scenario, wish)
    if wish.goal == "best_service" and (faults := budget_faults(asked)):
        raise InvalidScenario(faults)
