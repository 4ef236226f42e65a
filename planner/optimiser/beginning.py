"""Whether a plan that somebody brings can be carried out, so that a search may begin with it: which limits it breaks, and in which months."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions
from planner.errors import Fault
from planner.horizon import month_labels
from planner.optimiser.diagnose import NAMES
from planner.optimiser.model import model
from planner.optimiser.problem import FEASIBLE, Problem, problem
from planner.optimiser.rounding import replayed
from planner.scenario import Scenario

PHYSICS = "it promotes people who are not there"
BOUNDS = "it has starts or appointments before the time that filling takes, or fewer than are signed"
REMEDY = "Change the decisions of these months, or say up to which month they are signed."


def beginning_faults(scenario: Scenario, decisions: Decisions, place: str) -> list[Fault]:
    """What keeps decisions that fit the scenario from being a plan within its limits: one fault for each limit that they break, with its months."""
    made = problem(model(scenario))
    columns = replayed(made, decisions)
    if made.allows(columns):
        return []
    labels = month_labels(scenario.horizon)
    return [Fault(place, _said(problem_found, [labels[month] for month in sorted(months)]), REMEDY) for problem_found, months in _broken(made, columns).items()]


def _said(problem_found: str, months: list[str]) -> str:
    others = f" and {len(months) - 1} more months" if len(months) > 2 else f" and {months[1]}" if len(months) == 2 else ""
    return f"{problem_found} in {months[0]}{others}"


def _broken(made: Problem, columns: NDArray[np.float64]) -> dict[str, set[int]]:
    """What these columns break, in words, with its months."""
    found: dict[str, set[int]] = {}
    for said, month in (*_broken_rows(made, columns), *_broken_bounds(made, columns)):
        found.setdefault(said, set()).add(month)
    return found


def _broken_rows(made: Problem, columns: NDArray[np.float64]) -> Iterator[tuple[str, int]]:
    first, broken = 0, np.zeros(len(made.kept), dtype=bool)
    broken[made.kept] = made.broken_rows(columns)
    for rows in made.rows:
        months = broken[first : first + rows.lower.size].reshape(rows.quantity.shape).any(axis=1)
        first += rows.lower.size
        said = f"it goes beyond {NAMES[rows.limit]}" if rows.limit in NAMES else PHYSICS
        yield from ((said, int(month)) for month in np.flatnonzero(months))


def _broken_bounds(made: Problem, columns: NDArray[np.float64]) -> Iterator[tuple[str, int]]:
    outside = (columns < made.model.lower - FEASIBLE) | (columns > made.model.upper + FEASIBLE)
    for name, block in made.model.blocks.items():
        if name.startswith("ready "):
            continue  # told as the bench
        months = np.any(block.of(outside.astype(float)), axis=1).reshape(-1)
        said = BOUNDS if name.split()[0] in ("starts", "appointments") else PHYSICS
        yield from ((said, int(month)) for month in np.flatnonzero(months[: len(month_labels(made.model.scenario.horizon))]))
