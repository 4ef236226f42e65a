"""What a change of assumptions moves: every decision that differs between two plans. Nothing here needs a solver to be installed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions, units
from planner.scenario import Scenario

Array = NDArray[np.float64]


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


def comparable(scenario: Scenario, other: Scenario) -> bool:
    """Whether the decisions of two scenarios are about the same months, groups, sources, sites and roles."""
    return _frame(scenario) == _frame(other)


def _frame(scenario: Scenario) -> tuple[object, ...]:
    names = [tuple(each.name for each in family) for family in (scenario.groups, scenario.sites, scenario.hiring.sources)]
    roles = tuple((role.name, role.feeder, role.scope) for role in scenario.organisation.roles)
    return (scenario.horizon.first_month, scenario.horizon.months, *names, roles)


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
