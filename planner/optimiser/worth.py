"""What one more of a limit would save, by the relaxation: its shadow prices first, the largest then confirmed by solving it again with one more.

Whole plans jump, so a room may save more or less than its fraction; the re-solved figure is that of fractions of people, and says which limit to talk about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.optimiser.constraints import Rows
from planner.optimiser.model import Model
from planner.optimiser.problem import Problem, is_optimal
from planner.optimiser.rounding import Relaxed

Array = NDArray[np.float64]
CONFIRMED = 5


@dataclass(frozen=True)
class Worth:
    """What one more of a limit saves over the horizon, in the reporting currency: by shadow price, and by solving again (None: not asked)."""

    limit: str
    unit: str
    one_more: str
    """What one more is."""
    estimate: float
    confirmed: float | None = None


ONE_MORE = {
    "rooms": "one training room",
    "trainers": "one trainer",
    "mentors": "one mentor",
    "recruiters": "one recruiter",
    "interviews": "one hour of interviews a month",
    "sources": "one start a month",
    "starts": "one start a month",
    "overtime": "one FTE of overtime",
    "contractors": "one FTE of contractors",
    "budget": "one unit of currency a month",
}


def worths(problem: Problem, solver: highspy.Highs, found: Relaxed, stopped: Callable[[], bool]) -> tuple[Worth, ...]:
    """What one more of every limit saves, the dearest first; nothing that saves nothing. The solver must hold the relaxation and is left as it was."""
    candidates = sorted(_candidates(problem, found), key=lambda each: -each[0].estimate)
    told = []
    for position, (worth, rows, step) in enumerate(candidates):
        confirmed = _confirmed(problem, solver, found, rows, step) if position < CONFIRMED and not stopped() else None
        told.append(Worth(worth.limit, worth.unit, worth.one_more, worth.estimate, confirmed))
    return tuple(told)


def _candidates(problem: Problem, found: Relaxed) -> Iterator[tuple[Worth, NDArray[np.intp], float]]:
    model = problem.model
    for position, rows in enumerate(problem.rows):
        if rows.limit in ONE_MORE and not rows.physics:
            words, step = ONE_MORE[rows.limit], model.scenario.hiring.recruiter_hours_monthly if rows.limit == "recruiters" else 1.0
            for unit, chosen in _by_unit(problem, position, rows):
                estimate = float(-found.worth[chosen].sum() * step)
                if estimate > 1.0:
                    yield Worth(rows.limit, _unit_name(model, rows, unit), words, estimate), chosen, step


def _by_unit(problem: Problem, position: int, rows: Rows) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """The problem's rows of each unit of one limit."""
    bounded = (np.isfinite(rows.lower) | np.isfinite(rows.upper)).ravel()
    units = np.tile(np.arange(rows.quantity.shape[1]), rows.quantity.shape[0])[bounded]
    here = np.flatnonzero(problem.limit_of == position)
    yield from ((int(unit), here[units == unit]) for unit in np.unique(units))


def _unit_name(model: Model, rows: Rows, unit: int) -> str:
    """The site, group or source of a unit; "all" where there is one for everybody."""
    if rows.limit in ("rooms", "trainers", "mentors"):
        return model.scenario.sites[unit].name
    if rows.limit in ("overtime", "contractors"):
        return model.scenario.groups[unit].name
    if rows.limit == "sources":
        return model.scenario.hiring.sources[int(rows.part.rsplit("_", 1)[-1]) if rows.part else unit].name
    return "all"


def _confirmed(problem: Problem, solver: highspy.Highs, found: Relaxed, rows: NDArray[np.intp], step: float) -> float | None:
    """What the relaxation saves when it is solved again with one more."""
    for row in rows:
        solver.changeRowBounds(int(row), problem.lower[row], problem.upper[row] + step)
    solver.run()
    saved = found.bound - float(solver.getObjectiveValue()) if is_optimal(solver) else None
    for row in rows:
        solver.changeRowBounds(int(row), problem.lower[row], problem.upper[row])
    return saved
