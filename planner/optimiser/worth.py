"""What one more of a limit would save: shadow prices first, the largest then confirmed by solving again with one more.

What is counted in whole people or rooms has no price of its own once the hires stand, so its price is that of the relaxation, hires open; overtime, contractors
and the budget also have one in the fixed plan, hires as they are, and the larger counts. The solved-again figure is that of the relaxation too: fractions
of people, without the jumps of whole classes. It says which limit to talk about, and what there is to win at most.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.optimiser.constraints import Rows
from planner.optimiser.model import Block, Model
from planner.optimiser.outcome import Worth
from planner.optimiser.problem import Problem, fix, is_optimal
from planner.optimiser.rounding import Relaxed, relaxed, with_best_fractions

Array = NDArray[np.float64]
Places = NDArray[np.intp]
CONFIRMED = 5
LEAST = 1.0
"""Savings below this amount of the reporting currency over the whole horizon are not told."""
POINT = 0.01
THOUSAND = 1_000.0
NOTICE = "notice"

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
    "budget": "1,000 more a month",
}
MENTOR_POINT = "one point more of people may mentor"
MONTH_OF_NOTICE = "one month of notice"


@dataclass(frozen=True, eq=False)
class _OneMore:
    """One more of something: what is told of it, and how the relaxation is changed for it and back."""

    worth: Worth
    change: Callable[[highspy.Highs, bool], None]
    """Gives one more (True), or takes it back (False)."""


def worths(problem: Problem, best: Array, seconds: float, stopped: Callable[[], bool]) -> tuple[Worth, ...]:
    """What one more of every limit saves, the dearest first; nothing that saves nothing. `best` is the plan; within so many seconds."""
    until = time.monotonic() + seconds
    solver, found = relaxed(problem, seconds, stopped)
    if found is None:
        return ()
    told = _notices(problem, solver, found, until, stopped)
    fixed = with_best_fractions(problem, best)
    candidates = sorted(_candidates(problem, found, fixed[1].worth if fixed else None), key=lambda each: -each.worth.estimate)
    for position, each in enumerate(candidates):
        ask = position < CONFIRMED and not stopped() and time.monotonic() < until
        told.append(_with(each.worth, _confirmed(solver, found, each, until) if ask else None))
    return tuple(sorted((each for each in told if each.told > LEAST), key=lambda each: -each.told))


def _with(worth: Worth, confirmed: float | None) -> Worth:
    return Worth(worth.limit, worth.unit, worth.one_more, worth.estimate, confirmed)


def _candidates(problem: Problem, found: Relaxed, fixed: Array | None) -> Iterator[_OneMore]:
    """Everything whose shadow price is worth a word."""
    model = problem.model
    for position, rows in enumerate(problem.rows):
        if rows.limit in ONE_MORE and not rows.physics:
            step = _step(model, rows.limit)
            for unit, places in _by_unit(problem, position, rows):
                prices = -found.worth[places] if fixed is None else np.maximum(-found.worth[places], -fixed[places])
                name = _unit_name(model, rows, unit)
                yield _row_change(problem, Worth(rows.limit, name, ONE_MORE[rows.limit], float(prices.sum() * step)), places, step)
                if rows.limit == "mentors":
                    yield _mentor_point(problem, found, name, unit, places)


def _step(model: Model, limit: str) -> float:
    """What one more is in the unit of a limit's rows."""
    return {"recruiters": model.scenario.hiring.recruiter_hours_monthly, "budget": THOUSAND}.get(limit, 1.0)


def _row_change(problem: Problem, worth: Worth, places: Places, step: float) -> _OneMore:
    """One more on the right-hand side of some rows."""

    def change(solver: highspy.Highs, more: bool) -> None:
        for row in places:
            solver.changeRowBounds(int(row), problem.lower[row], problem.upper[row] + (step if more else 0.0))

    return _OneMore(worth, change)


def _mentor_point(problem: Problem, found: Relaxed, name: str, site: int, places: Places) -> _OneMore:
    """One point more of the people with the tenure may mentor: the coefficients of the mentors' rows, and their constants."""
    model = problem.model
    eligible = model.path("mentors_eligible").by(model.at_site)
    mine = np.arange(model.months) * len(model.scenario.sites) + site
    matrix, constant = eligible.matrix[mine].tocsr(), eligible.constant[mine]
    prices = -found.worth[places]
    estimate = float(prices @ (matrix @ found.columns + constant)[: len(places)] * POINT)

    def change(solver: highspy.Highs, more: bool) -> None:
        for month, row in enumerate(places):
            here = matrix[month]
            for column, value in zip(here.indices, here.data, strict=True):
                solver.changeCoeff(int(row), int(column), float(problem.matrix[row, column]) - (POINT * value if more else 0.0))
            solver.changeRowBounds(int(row), problem.lower[row], problem.upper[row] + (POINT * constant[month] if more else 0.0))

    return _OneMore(Worth("mentors", name, MENTOR_POINT, estimate), change)


# A month of notice ---------------------------------------------------------------------------------------------------------------------------


def _notices(problem: Problem, solver: highspy.Highs, found: Relaxed, until: float, stopped: Callable[[], bool]) -> list[Worth]:
    """What it saves if people could start, or leaders join, a month before the first one in which they can; found by solving again, it has no price."""
    told = []
    for unit, columns in (("frontline hires", _start_columns(problem.model)), ("leaders and support", _leader_columns(problem.model))):
        if len(columns) and not stopped() and time.monotonic() < until:
            saved = _confirmed(solver, found, _freed(problem, unit, columns), until)
            told += [] if saved is None else [Worth(NOTICE, unit, MONTH_OF_NOTICE, saved, saved)]
    return told


def _freed(problem: Problem, unit: str, columns: Places) -> _OneMore:
    """Columns that nothing keeps at zero any more."""
    lower, upper = problem.model.lower[columns], problem.model.upper[columns]

    def change(solver: highspy.Highs, more: bool) -> None:
        fix(solver, columns, lower, np.full_like(upper, highspy.kHighsInf) if more else upper)

    return _OneMore(Worth(NOTICE, unit, MONTH_OF_NOTICE, 0.0), change)


def _start_columns(model: Model) -> Places:
    """Starts of each source in the month before the first in which it can bring people."""
    block, sources = model.blocks["starts"], len(model.lead)
    units = np.arange(block.shape[1])
    return np.concatenate([_month_before(model, block, lead, units[units % sources == source]) for source, lead in enumerate(model.lead)])


def _leader_columns(model: Model) -> Places:
    """Appointments of each role in the month before the first in which somebody from outside can join it."""
    blocks = [(role, model.blocks[f"appointments {role.name}"]) for role in model.roles if not (role.feeder and role.internal_share == 1)]
    empty = np.zeros(0, dtype=np.intp)
    return np.concatenate([empty, *(_month_before(model, block, role.lead_time_months, np.arange(block.shape[1])) for role, block in blocks)])


def _month_before(model: Model, block: Block, lead: int, units: Places) -> Places:
    """Columns of a block in the month before `lead`; none where there is no such month, or its decisions are already taken."""
    taken = model.frozen.months if model.frozen else 0
    if not taken < lead <= model.months:
        return np.zeros(0, dtype=np.intp)
    return np.asarray(block.start + (lead - 1) * block.shape[1] + units, dtype=np.intp)


# Units ---------------------------------------------------------------------------------------------------------------------------------------


def _by_unit(problem: Problem, position: int, rows: Rows) -> Iterator[tuple[int, Places]]:
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


def _confirmed(solver: highspy.Highs, found: Relaxed, one_more: _OneMore, until: float) -> float | None:
    """What the relaxation saves when it is solved again with one more; None where there was no time for it."""
    one_more.change(solver, True)
    solver.setOptionValue("time_limit", solver.getRunTime() + max(until - time.monotonic(), 0.0))
    solver.run()
    saved = max(found.bound - float(solver.getObjectiveValue()), 0.0) if is_optimal(solver) else None
    one_more.change(solver, False)
    solver.setOptionValue("time_limit", highspy.kHighsInf)
    return saved
