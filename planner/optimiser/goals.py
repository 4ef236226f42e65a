"""Other questions to the same model: the best service that a budget pays, the smoothest plan that costs little more, and what a change of plan moves.

The cheapest plan under a service floor is `optimise` with `optimisation.service_floor`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions, units
from planner.errors import Fault, InvalidScenario
from planner.optimiser.solve import Solution, optimise
from planner.parameters import put_all
from planner.plan import project
from planner.scenario import Scenario

Array = NDArray[np.float64]
DEAREST = 100.0
"""Shortage as many times its pay: so dear that money is spent on nothing else first."""


def best_service(scenario: Scenario, time_limit_s: float = 30.0, gap: float = 1e-3) -> Solution:
    """The plan with the least shortage that the budget pays: the cheapest at a price of shortage beyond all other prices.

    Bound, gap and charges are told at that price; the plan is the scenario's own, with its own costs. Raises InvalidScenario without a budget.
    """
    if scenario.finance.budget_monthly is None:
        raise InvalidScenario([Fault("finance.budget_monthly", "there is no budget to keep", "Give one amount for each month of the horizon.")])
    found = optimise(put_all(scenario, {"finance.shortage_multiple": DEAREST}), time_limit_s, gap)
    return replace(found, plan=project(scenario, found.decisions)) if found.decisions else found


def smoothest(scenario: Scenario, within: float = 0.01, time_limit_s: float = 30.0, gap: float = 1e-3) -> Solution:
    """The plan whose starts change least from month to month (at the largest change) among those charged at most `within` more than the cheapest found.

    Halves the limit on the change as long as a plan under it stays within; each search has its part of the time, so a longer one may find a smoother plan.
    """
    cheapest = optimise(scenario, time_limit_s / 2, gap)
    if cheapest.decisions is None or cheapest.charged is None:
        return cheapest
    best, too_smooth, smooth = cheapest, -1, int(largest_change(cheapest.decisions))
    seconds = time_limit_s / 2 / max(1, smooth.bit_length())
    while smooth - too_smooth > 1:
        middle = (smooth + too_smooth) // 2
        found = optimise(put_all(scenario, {"optimisation.largest_change": middle}), seconds, gap)
        if found.decisions is not None and found.charged is not None and found.charged <= cheapest.charged * (1 + within):
            best, smooth = found, min(middle, int(largest_change(found.decisions)))
        else:
            too_smooth = middle
    return best


def largest_change(decisions: Decisions) -> float:
    """The largest change of starts from one month to the next, people, over all groups."""
    return float(np.abs(np.diff(decisions.starts.sum(axis=(1, 2)))).max(initial=0.0))


@dataclass(frozen=True)
class Move:
    """One decision that differs between two plans: people and classes in whole numbers, overtime and contractors in FTE."""

    month: int
    kind: str
    unit: str
    before: float
    after: float


def moves(scenario: Scenario, before: Decisions, after: Decisions) -> tuple[Move, ...]:
    """Every decision that a change of assumptions moved, month by month."""
    found = [
        Move(int(month), kind, names[unit], float(old[month, unit]), float(new[month, unit]))
        for (kind, names, old), (_, _, new) in zip(_tables(scenario, before), _tables(scenario, after), strict=True)
        for month, unit in zip(*np.nonzero(np.abs(old - new) > 1e-6), strict=True)
    ]
    return tuple(sorted(found, key=lambda move: move.month))


def _tables(scenario: Scenario, decisions: Decisions) -> Iterator[tuple[str, tuple[str, ...], Array]]:
    """Every kind of decision: its name, its units, its values [months, units]."""
    groups = tuple(group.name for group in scenario.groups)
    hires = tuple(f"{group} from {source.name}" for group in groups for source in scenario.hiring.sources)
    yield "starts", hires, decisions.starts.reshape(len(decisions.starts), -1)
    yield "classes", groups, decisions.classes
    yield "overtime", groups, decisions.overtime_fte
    yield "contractors", groups, decisions.contractor_fte
    for role in scenario.organisation.roles:
        if role.feeder:
            yield f"promotions to {role.name}", units(scenario, role.feeder), decisions.promotions[role.name]
        yield f"appointments to {role.name}", units(scenario, role.name), decisions.appointments[role.name]
