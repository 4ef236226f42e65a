"""Whole plans: whole people on the ladder first; then, around that ladder, month by month the classes are rounded and the rest solved again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions
from planner.optimiser import exchange, groups, ladder, walk
from planner.optimiser.joiners import Prices
from planner.optimiser.model import Model
from planner.optimiser.posts import Post
from planner.optimiser.problem import FEASIBLE, Problem, arrays, columns_of, engine, fix, has_columns, is_optimal, start_from, watch
from planner.optimiser.relaxation import Held, Relaxation, carried
from planner.optimiser.thin import thinned
from planner.plan import project

Array = NDArray[np.float64]
HIRES = ("starts", "classes")
AGAIN = 2
"""Times that the ladder is decided anew around the same hires."""
THRESHOLDS = (0.7, 0.9, 0.5)
"""Part of a smallest class that the relaxation must want before one begins: one way of rounding after the other."""
LARGE = 10_000
"""Columns from which a problem is large."""
WINDOW = 8
NEAR = 1e-5


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The relaxation to fractions: its columns, the value of one more of each row, and its cost, which no plan undercuts."""

    columns: Array
    worth: Array
    bound: float


def relaxed(problem: Problem, time_limit_s: float, stopped: Callable[[], bool] = bool) -> tuple[highspy.Highs, Relaxed | None]:
    """HiGHS with the relaxation solved, and what it found; None where it has no optimum or time ran out."""
    solver = engine(arrays(problem), problem.fixed_price)
    solver.setOptionValue("solver", "ipx")
    solver.setOptionValue("time_limit", time_limit_s)
    watch(solver, stopped)
    solver.run()
    if not is_optimal(solver):
        return solver, None
    solver.setOptionValue("time_limit", highspy.kHighsInf)
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("presolve", "off")
    return solver, Relaxed(columns_of(solver), np.array(solver.getSolution().row_dual), float(solver.getObjectiveValue()))


@dataclass(frozen=True, eq=False)
class Around:
    """What whole plans are made from: the problem, every post with its prices, the guide of hires, how many seconds are left, and who may stop it."""

    problem: Problem
    every: list[Post]
    prices: list[Prices]
    guide: groups.Guide
    columns: Array
    """Of the relaxation."""
    left: Callable[[], float]
    stopped: Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Columns whose joiners are whole people, and the posts that they were chosen for."""

    columns: Array
    needed: ladder.Posts


def begun(around: Around, columns: Array) -> Ladder:
    """The ladder decided for the posts of a relaxation's columns."""
    needed = ladder.whole_posts(around.problem.model, columns)
    return Ladder(ladder.decide(around.problem, around.every, around.prices, columns, needed), needed)


def around_the_baseline(around: Around) -> Array | None:
    """A whole plan around the ladder of the baseline."""
    known = around.problem.model.known
    return _with_hires(around, Ladder(known, ladder.whole_posts(around.problem.model, known)), THRESHOLDS[0])


def plans(around: Around, first: Ladder) -> Iterator[Array]:
    """Whole plans, one after the other [all columns]: hires rounded month by month around a ladder, which is decided anew for the posts of each.

    Of a large problem hires are rounded in longer strides first.
    """
    large = around.problem.model.width > LARGE
    for place, threshold in enumerate(THRESHOLDS):
        together = 2 if place == 0 and large else 1
        yield from each_again(around, None if around.stopped() else _with_hires(around, first, threshold, together))


def each_again(around: Around, found: Array | None, times: int = AGAIN) -> Iterator[Array]:
    """A plan, and the same hires with the ladder decided anew, so many times, each around the one before."""
    for again in range(1 + times):
        if found is None:
            return
        yield found
        found = ladder_again(around, found) if again < times and not around.stopped() else None


def firsts(around: Around, first: Ladder, terms: groups.Terms) -> Iterator[Array]:
    """First plans, without solving anything again, the one that is likely to be best first: hires walked and exchanged, as they are walked, and rounded."""
    hired = with_hires_at_once(around.problem, first.columns)
    found = ladder_again(around, walked(around, hired))
    yield exchanged(around, found, terms)
    yield found
    yield as_plan(around.problem, hired)


def walked(around: Around, columns: Array, terms: groups.Terms | None = None) -> Array:
    """The plan with the hires of whole columns walked anew, group by group."""
    return as_plan(around.problem, walk.hires(around.problem, around.guide, columns, around.stopped, terms))


def exchanged(around: Around, columns: Array, terms: groups.Terms) -> Array:
    """The plan with classes of whole columns exchanged for better ones."""
    return as_plan(around.problem, exchange.hires(around.problem, around.guide, columns, around.stopped, terms))


def ladder_again(around: Around, columns: Array) -> Array:
    """The plan with its hires kept and the ladder decided for the posts that it has."""
    model = around.problem.model
    needed = {role.name: np.rint(model.blocks[f"posts {role.name}"].of(columns)) for role in model.roles}
    decided = ladder.decide(around.problem, around.every, around.prices, columns, needed)
    return as_plan(around.problem, decided)


def with_hires_at_once(problem: Problem, columns: Array) -> Array:
    """The columns with whole hires without solving anything again: what a month's classes leave over of a group's starts goes on to the next month."""
    model, rounded = problem.model, columns.copy()
    classes, left_over = model.blocks["classes"].of(rounded), np.zeros(len(model.sites))
    for month in range(model.frozen.months if model.frozen else 0, model.months):
        starts = _by_group(problem, rounded, month)
        wanted = starts.sum(axis=1)
        _brought_along(starts, np.where(wanted > FEASIBLE, left_over, 0.0), groups.free_sources(problem.model, month))
        classes[month] = _that_fit(problem, rounded, month, _classes_wanted(problem, rounded, month, THRESHOLDS[0]))
        starts[:] = _people(problem, rounded, month, classes[month]).reshape(starts.shape)
        left_over += wanted - starts.sum(axis=1)
    return rounded


def _brought_along(starts: Array, people: Array, free: NDArray[np.bool_]) -> None:
    """Adds people of each group to the free sources of a month [groups, sources], or takes them out of all."""
    wanted = starts.sum(axis=1)
    fewer = np.maximum(wanted + np.minimum(people, 0.0), 0.0)
    starts *= np.divide(fewer, wanted, out=np.ones_like(wanted), where=wanted > 0)[:, None]
    if free.any():
        starts[:, int(free.argmax())] += np.maximum(people, 0.0)


def _with_hires(around: Around, first: Ladder, threshold: float, together: int = 1) -> Array | None:
    """The plan with this ladder and whole hires around it; None where no hires fit that ladder, or time is up."""
    problem = around.problem
    relaxation = Relaxation(problem, around.left, held=_ladder_of(around, first.columns))
    for name, values in first.needed.items():
        relaxation.bounded(_places(problem.model, f"posts {name}"), values)
    hires = dive(relaxation, threshold, around.stopped, together) if relaxation.solve() else None
    return None if hires is None else as_plan(problem, hires)


def _ladder_of(around: Around, columns: Array) -> Held:
    """Who joins, and who is in post for that, as whole people."""
    known = columns.copy()
    for post in around.every:
        known[post.joiners] = np.rint(known[post.joiners])
    for post in around.every:
        balance = around.problem.places(f"role_heads_{post.position}")[:, post.unit]
        known[post.in_post] = carried(around.problem, post.in_post, balance, post.stay, known)
    held = np.concatenate([np.concatenate([post.joiners, post.in_post]) for post in around.every])
    return Held(held, known[held])


def _places(model: Model, name: str) -> NDArray[np.intp]:
    """The columns of a block."""
    block = model.blocks[name]
    return np.arange(block.start, block.stop)


def dive(relaxation: Relaxation, threshold: float, stopped: Callable[[], bool], together: int = 1) -> Array | None:
    """Whole starts and classes [in columns]: a class where the relaxation wants at least `threshold` of the smallest one; None if it finds none.

    `together`: months that are rounded before the rest is solved again.

    The relaxation must have its optimum; it is left with the starts and classes fixed.
    """
    model = relaxation.problem.model
    for first in range(model.frozen.months if model.frozen else 0, model.months, together):
        months = range(first, min(first + together, model.months))
        if stopped() or not _rounded(relaxation, months, threshold):
            return None
    return relaxation.columns if relaxation.solve() else None


def _rounded(relaxation: Relaxation, months: range, threshold: float) -> bool:
    """Fixes some months' classes and then starts at whole numbers, as many classes as the rooms take; False if none of that leaves a plan."""
    problem, columns = relaxation.problem, relaxation.columns.copy()
    block = problem.model.blocks["classes"].of(columns)
    fewest = np.floor(block[months] + 1e-6)
    for month in months:
        block[month] = _that_fit(problem, columns, month, _classes_wanted(problem, columns, month, threshold))
    for classes in (block[months].copy(), fewest):
        for month, each in zip(months, classes, strict=True):
            relaxation.fix(_month_of(problem, "classes", month), each)
        if relaxation.solve():
            for month, each in zip(months, classes, strict=True):
                relaxation.fix(_month_of(problem, "starts", month), _people(problem, relaxation.columns, month, each))
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
    free = groups.free_sources(problem.model, month)
    kept = problem.model.blocks["starts"].lower[month].reshape(people.shape)
    for group, missing in enumerate(total - people.sum(axis=1)):
        lost = fractions[group] - people[group] + np.where(free, 1.0, 0.0)
        people[group, int(np.argmax(lost))] += max(missing, 0)
        people[group] = _taken(people[group], -missing, kept[group]) if missing < 0 else people[group]
    return people.ravel()


def _taken(people: Array, number: float, kept: Array) -> Array:
    """People less some of the largest sources, of which so many are kept."""
    fewer = people.copy()
    for source in np.argsort(kept - people):
        away = min(number, fewer[source] - kept[source])
        fewer[source] -= away
        number -= away
    return fewer


def as_plan(problem: Problem, columns: Array) -> Array:
    """The columns of the plan that whole columns decide: gaps filled, all that follows from them, and starts that are referred no more by another source."""
    return within_referrals(problem, replayed(problem, problem.model.decisions_of(with_gaps_filled(problem, columns))))


def with_gaps_filled(problem: Problem, columns: Array) -> Array:
    """The columns with what is missing in each month filled by what costs least: overtime, contractors, or nobody.

    What is fixed stays. As good as can be but for what months or groups share: work put off, a budget.
    """
    model, filled = problem.model, columns.copy()
    productive, (share, fte) = model.productive.at(columns)[: model.months], groups.fill_limits(model.scenario.finance)
    missing = np.maximum(model.need.frontline_fte - productive, 0.0)
    price = np.stack([model.blocks[name].of(problem.price) for name in groups.FILLS])
    most = np.maximum(productive, 0.0) * share[:, None, None] + fte[:, None, None]
    taken = np.zeros_like(most)
    for which in np.argsort(price, axis=0, kind="stable")[:, None]:
        here = np.minimum(missing[None], np.take_along_axis(most, which, axis=0))
        np.put_along_axis(taken, which, here, axis=0)
        missing = missing - here[0]
    for name, amount in zip(groups.FILLS, taken, strict=True):
        block = model.blocks[name]
        block.of(filled)[:] = np.where(block.lower == block.upper, block.lower, amount)
    return filled


def within_referrals(problem: Problem, columns: Array) -> Array:
    """The plan with referred starts that heads no longer refer, since fewer of them are there, moved to a source without a cap."""
    model = problem.model
    sources = model.scenario.hiring.sources
    free = np.flatnonzero(~groups.capped(model)).tolist()
    for referred in (n for n, source in enumerate(sources) if source.referrals_per_head_monthly is not None):
        over = _over(problem, f"sources_referred_{referred}", columns)
        if free and over.any():
            decisions = model.decisions_of(columns)
            for month in np.flatnonzero(over):
                _moved(decisions.starts[month], int(over[month]), referred, min(free, key=lambda n: (model.lead[n] > month, n)))
            columns = replayed(problem, decisions)
    return columns


def _over(problem: Problem, name: str, columns: Array) -> Array:
    """By how many whole people the rows of a name are broken [months]."""
    places, over = problem.places(name)[:, 0], np.zeros(problem.model.months)
    kept = places >= 0
    rows = places[kept]
    over[kept] = np.ceil(np.maximum(problem.matrix[rows] @ columns - problem.upper[rows], 0.0) - FEASIBLE)
    return over


def _moved(starts: Array, count: int, source: int, other: int) -> None:
    """Takes people of a month [groups, sources] from one source to another, from where most come by it."""
    for _ in range(count):
        group = int(starts[:, source].argmax())
        if starts[group, source] >= 1:
            starts[group, source] -= 1
            starts[group, other] += 1


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
