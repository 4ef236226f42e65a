"""Whole plans from the relaxation: whole people on the ladder first; then month by month the classes are rounded and the rest solved again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.baseline import around
from planner.decisions import Decisions, nothing_decided
from planner.optimiser import ladder
from planner.optimiser.model import Model
from planner.optimiser.posts import Post
from planner.optimiser.problem import Problem, arrays, columns_of, engine, fix, has_columns, is_optimal, start_from, watch
from planner.optimiser.relaxation import Relaxation
from planner.optimiser.thin import thinned
from planner.plan import project

Array = NDArray[np.float64]
HIRES = ("starts", "classes")
AGAIN = 2
"""Times that the ladder is decided anew around the same hires."""
WINDOW = 8
NEAR = 1e-5


@dataclass(frozen=True)
class Beginning:
    """Where a search for whole plans begins: whether posts are rounded before the ladder is decided, and the part of a smallest class that calls for one."""

    posts_first: bool
    threshold: float


BEGINNINGS = (Beginning(True, 0.9), Beginning(False, 0.5))


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The relaxation to fractions: its columns, the value of one more of each row, and its cost, which no plan undercuts."""

    columns: Array
    worth: Array
    bound: float


def relaxed(problem: Problem, time_limit_s: float, stopped: Callable[[], bool] = bool) -> tuple[highspy.Highs, Relaxed | None]:
    """HiGHS with the relaxation solved, and what it found; None where it has no optimum or time ran out."""
    solver = engine(arrays(problem), problem.fixed_price)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("time_limit", time_limit_s)
    watch(solver, stopped)
    solver.run()
    if not is_optimal(solver):
        return solver, None
    solver.setOptionValue("time_limit", highspy.kHighsInf)
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("presolve", "off")
    return solver, Relaxed(columns_of(solver), np.array(solver.getSolution().row_dual), float(solver.getObjectiveValue()))


def plans(relaxation: Relaxation, every: list[Post], stopped: Callable[[], bool]) -> Iterator[Array]:
    """Whole plans, one after the other [all columns]: the ladder, then hires around it, then the ladder again for the posts that those hires ask for."""
    for beginning in BEGINNINGS:
        columns = None if stopped() else _first_plan(relaxation, every, beginning, stopped)
        for again in range(1 + AGAIN):
            if columns is None:
                break
            yield columns
            columns = _ladder_again(relaxation, every, columns) if again < AGAIN and not stopped() else None
        if stopped():
            return
        _reopen(relaxation, every)


def _first_plan(relaxation: Relaxation, every: list[Post], beginning: Beginning, stopped: Callable[[], bool]) -> Array | None:
    """A plan around whole people in every role, with posts rounded up; where no hires fit those, hires alone, and the ladder as the baseline decides."""
    problem = relaxation.problem
    if _ladder_first(relaxation, every, beginning):
        hires = dive(relaxation, beginning.threshold, stopped)
        if hires is not None:
            return replayed(problem, problem.model.decisions_of(hires))
    _reopen(relaxation, every)
    hires = None if stopped() else dive(relaxation, beginning.threshold, stopped)
    return None if hires is None else rest_decided(problem, hires)


def _ladder_first(relaxation: Relaxation, every: list[Post], beginning: Beginning) -> bool:
    """Decides the ladder and holds whole posts, before it or after; whether the relaxation still has an optimum."""
    model, needed = relaxation.problem.model, None
    if beginning.posts_first:
        needed = ladder.whole_posts(model, relaxation.columns)
        _hold_posts(relaxation, needed)
        if not relaxation.solve():
            return False
    if not ladder.decide(relaxation, every, needed):
        return False
    _hold_posts(relaxation, ladder.whole_posts(model, relaxation.columns))
    return relaxation.solve()


def _ladder_again(relaxation: Relaxation, every: list[Post], columns: Array) -> Array | None:
    """The plan with its hires kept and the ladder decided for the posts that it has."""
    model = relaxation.problem.model
    needed = {role.name: np.rint(model.blocks[f"posts {role.name}"].of(columns)) for role in model.roles}
    for name in HIRES:
        places = _places(model, name)
        relaxation.fix(places, np.rint(columns[places]))
    _hold_posts(relaxation, needed)
    ladder.reopen(relaxation, every)
    if not relaxation.solve() or not ladder.decide(relaxation, every, needed):
        return None
    return replayed(relaxation.problem, model.decisions_of(relaxation.columns))


def _hold_posts(relaxation: Relaxation, needed: ladder.Posts) -> None:
    for name, values in needed.items():
        relaxation.bounded(_places(relaxation.problem.model, f"posts {name}"), values)


def _reopen(relaxation: Relaxation, every: list[Post]) -> None:
    """Gives hires, posts and all who join their own bounds again."""
    model = relaxation.problem.model
    ladder.reopen(relaxation, every)
    for name in (*HIRES, *(f"posts {role.name}" for role in model.roles)):
        relaxation.free(_places(model, name))
    relaxation.solve()


def _places(model: Model, name: str) -> NDArray[np.intp]:
    """The columns of a block."""
    block = model.blocks[name]
    return np.arange(block.start, block.stop)


def dive(relaxation: Relaxation, threshold: float, stopped: Callable[[], bool]) -> Array | None:
    """Whole starts and classes [in columns]: a class where the relaxation wants at least `threshold` of the smallest one; None if it finds none.

    The relaxation must have its optimum; it is left with the starts and classes fixed.
    """
    model = relaxation.problem.model
    for month in range(model.frozen.months if model.frozen else 0, model.months):
        if stopped() or not _month_rounded(relaxation, month, threshold):
            return None
    return relaxation.columns if relaxation.solve() else None


def _month_rounded(relaxation: Relaxation, month: int, threshold: float) -> bool:
    """Fixes one month's classes and then starts at whole numbers, as many classes as the rooms take; False if none of that leaves a plan."""
    problem, columns = relaxation.problem, relaxation.columns
    wanted = _that_fit(problem, columns, month, _classes_wanted(problem, columns, month, threshold))
    for classes in (wanted, np.floor(problem.model.blocks["classes"].of(columns)[month] + 1e-6)):
        relaxation.fix(_month_of(problem, "classes", month), classes)
        if relaxation.solve():
            relaxation.fix(_month_of(problem, "starts", month), _people(problem, relaxation.columns, month, classes))
            return True
    return False


def _month_of(problem: Problem, name: str, month: int) -> NDArray[np.intp]:
    """The columns of one month of a block."""
    return np.asarray(_places(problem.model, name).reshape(problem.model.blocks[name].shape)[month])


def _sizes(problem: Problem) -> tuple[Array, Array]:
    """Smallest and largest class of each group."""
    given = [problem.model.scenario.sites[site].training for site in problem.model.sites]
    return np.array([each.class_size_min for each in given], dtype=float), np.array([each.class_size_max for each in given], dtype=float)


def _classes_wanted(problem: Problem, columns: Array, month: int, threshold: float) -> Array:
    """Classes of each group that hold the starts of the relaxation, none where they fill too little of the smallest class."""
    model, (least, most) = problem.model, _sizes(problem)
    people = _by_group(problem, columns, month).sum(axis=1)
    classes = np.where(people < threshold * least, 0, np.maximum(1, np.ceil((people - 0.5) / most)))
    block = model.blocks["classes"]
    return np.asarray(np.maximum(block.lower[month], np.minimum(block.upper[month], classes)))


def _that_fit(problem: Problem, columns: Array, month: int, wanted: Array) -> Array:
    """Of a month's classes those that find a room beside the ones before them, the fullest first."""
    block, rooms = problem.model.blocks["classes"], [rows for rows in problem.rows if rows.limit == "rooms"]
    held = np.zeros(problem.model.width)
    classes = block.of(held)
    classes[:month], classes[month:] = np.rint(block.of(columns)[:month]), block.lower[month:]
    people, most = _by_group(problem, columns, month).sum(axis=1), _sizes(problem)[1]
    more = [(float(people[group] - most[group] * nth), group) for group in range(len(wanted)) for nth in range(int(wanted[group] - classes[month, group]))]
    for _, group in sorted(more, reverse=True):
        classes[month, group] += 1
        if not all(np.all(rows.quantity.at(held) <= rows.upper + 1e-6) for rows in rooms):
            classes[month, group] -= 1
    return np.array(classes[month])


def _by_group(problem: Problem, columns: Array, month: int) -> Array:
    """Starts of a month [groups, sources]."""
    return np.asarray(problem.model.blocks["starts"].of(columns)[month].reshape(len(problem.model.sites), -1))


def _people(problem: Problem, columns: Array, month: int, classes: Array) -> Array:
    """Whole starts of a month by group and source that fit its classes: rounded down, the rest from the source that lost most and has no cap."""
    least, most = _sizes(problem)
    fractions = _by_group(problem, columns, month)
    signed = problem.model.signed[month]
    total = np.maximum(signed, np.minimum(np.maximum(np.rint(fractions.sum(axis=1)), least * classes), most * classes))
    people = np.floor(fractions + 1e-6)
    free = np.array([source.starts_max_monthly is None and source.referrals_per_head_monthly is None for source in problem.model.scenario.hiring.sources])
    free &= np.array(problem.model.lead) <= month
    for group, missing in enumerate(total - people.sum(axis=1)):
        lost = fractions[group] - people[group] + np.where(free, 1.0, 0.0)
        people[group, int(np.argmax(lost))] += max(missing, 0)
        people[group] = _taken(people[group], -missing) if missing < 0 else people[group]
    return people.ravel()


def _taken(people: Array, number: float) -> Array:
    """People less some of the largest source."""
    fewer = people.copy()
    fewer[int(np.argmax(fewer))] -= number
    return fewer


def rest_decided(problem: Problem, columns: Array) -> Array:
    """Columns of the plan whose starts and classes are those of `columns`, and all else as the baseline decides around them."""
    model = problem.model
    given, hires = nothing_decided(model.scenario), model.decisions_of(columns)
    given.starts[:], given.classes[:] = hires.starts, hires.classes
    taken, months = (model.frozen.decisions, model.frozen.months) if model.frozen else (None, 0)
    return replayed(problem, around(model.scenario, given, model.need, taken, months))


def replayed(problem: Problem, decisions: Decisions) -> Array:
    """The columns that decisions amount to when they are projected."""
    model = problem.model
    return model.columns_of(project(model.scenario, decisions, model.need))


def with_best_fractions(problem: Problem, columns: Array) -> tuple[Array, Relaxed] | None:
    """The plan with its whole numbers kept and overtime, contractors and all else at their best, and the relaxation that says so; None if there is none."""
    model = problem.model
    solver = engine(thinned(problem), problem.fixed_price)
    whole = np.flatnonzero(model.whole)
    values = np.rint(columns[whole])
    fix(solver, whole, values, values)
    solver.run()
    if not is_optimal(solver):
        return None
    best = columns_of(solver)
    best[whole] = values
    return best, Relaxed(best, np.array(solver.getSolution().row_dual), float(solver.getObjectiveValue()))


# From a plan to a better one -----------------------------------------------------------------------------------------------------------------


def neighbourhoods(problem: Problem) -> Iterator[NDArray[np.bool_]]:
    """Sets of whole columns to decide anew together: one group's hires with its leaders, one role, some months of everything."""
    model = problem.model
    always = _chosen(problem, lambda column: column.name in ("mentors", "taught"))
    for group in range(len(model.sites)):
        yield always | _chosen(problem, partial(_of_group, problem, group))
    for role in model.roles:
        yield always | _chosen(problem, partial(_of_role, role.name))
    for first in range(0, model.months, WINDOW // 2):
        yield always | _chosen(problem, partial(_of_months, first))


@dataclass(frozen=True, eq=False)
class _Column:
    """The columns of one block: its name, and month and unit of each."""

    name: str
    months: NDArray[np.intp]
    units: NDArray[np.intp]


def _of_group(problem: Problem, group: int, column: _Column) -> NDArray[np.bool_] | bool:
    """Whether columns belong to a group: its starts, its classes, and the roles that exist by group; posts of all roles follow its people."""
    kind, _, role = column.name.partition(" ")
    if column.name == "starts":
        return np.asarray(column.units // len(problem.model.lead) == group)
    by_group = any(each.name == role and each.scope == "group" for each in problem.model.roles)
    return np.asarray(column.units == group) if column.name == "classes" or by_group else kind == "posts"


def _of_role(role: str, column: _Column) -> bool:
    return column.name.endswith(f" {role}")


def _of_months(first: int, column: _Column) -> NDArray[np.bool_]:
    return np.asarray((column.months >= first) & (column.months < first + WINDOW))


def _chosen(problem: Problem, choice: Callable[[_Column], NDArray[np.bool_] | bool]) -> NDArray[np.bool_]:
    """Columns chosen by block, month and unit."""
    parts = []
    for name, block in problem.model.blocks.items():
        months, units = np.divmod(np.arange(block.lower.size), block.shape[1])
        parts.append(np.broadcast_to(choice(_Column(name, months, units)), block.lower.size))
    return np.concatenate(parts)


def anew(problem: Problem, best: Array, free: NDArray[np.bool_], seconds: float, stopped: Callable[[], bool]) -> Array:
    """The best plan that differs from `best` in the free columns and in fractions only; `best` itself where none is found."""
    whole = problem.model.whole
    solver = engine(thinned(problem, whole & free), problem.fixed_price)
    held = np.flatnonzero(whole & ~free)
    values = np.rint(best[held])
    fix(solver, held, values, values)
    for option, value in (("time_limit", seconds), ("mip_rel_gap", NEAR)):
        solver.setOptionValue(option, value)
    watch(solver, stopped)
    start_from(solver, best)
    solver.run()
    if not has_columns(solver):
        return best
    found = columns_of(solver)
    found[whole] = np.rint(found[whole])
    return found if problem.objective(found) < problem.objective(best) - 1e-9 * abs(problem.objective(best)) and problem.allows(found) else best
