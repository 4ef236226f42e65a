"""Hires of every group as whole classes, without solving anything again: the months are walked with the best few ways to hire so far.

A way is how many people started when. What the months behind cost is exact; what people are worth in the months ahead is told by the relaxation's prices, so
that a way is not cheap only because it hires late. Groups are walked one after the other, in the rooms that the others do not hold: those walked already by
their new classes, those to come by the ones that they had.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.optimiser.groups import HAIR, Group, Guide, Rooms, Terms, open_leads, path, put_hires, settled_leads
from planner.optimiser.ladder import cheapest
from planner.optimiser.problem import Problem

Array = NDArray[np.float64]
Places = NDArray[np.intp]
WAYS = 80
"""Ways that are followed from month to month."""
LIKE = 2.0
"""Difference of heads, and of productive FTE some months on, up to which two ways are about the same."""
AHEAD = 3
"""Months for which people may be hired in advance, and after which ways are compared."""
AROUND = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""People more or fewer than a choice that are choices too."""
BRINGS = 0.3
"""Part of what a start brings at its best from which on it can close a gap."""
WORTH_A_CLASS = 0.6
"""Part of a smallest class that must be wanted before one begins."""


def hires(problem: Problem, given: Guide, columns: Array, stopped: Callable[[], bool], terms: Terms | None = None) -> Array:
    """The columns with starts and classes of all groups walked anew, largest group first; those of the columns stay where they cost a group less.

    `stopped`: whoever says so keeps the hires of the groups not walked yet. `terms`: of the leaders in the columns; without them the leaders are open, too,
    and every post costs the pay of whoever fills it.
    """
    model, walked = problem.model, columns.copy()
    earlier = model.blocks["starts"].of(columns).reshape(given.starts.shape).sum(axis=2)
    starts, classes, counted = np.zeros_like(earlier), model.blocks["classes"].of(walked), model.blocks["counted frontline"]
    running, heads, productive = Rooms(model, classes), model.path("heads").at(columns), model.productive.at(columns)
    order = np.argsort(-given.starts.sum(axis=(0, 2)))
    for group in order if terms is None or terms.largest_first else order[::-1]:
        leads = open_leads(problem, int(group)) if terms is None else settled_leads(problem, walked, int(group), terms)
        unit = Group(problem, given, int(group), leads, columns, heads[:, group], productive[:, group])
        rooms, kernel = running.without(int(group), classes[:, group]), running.kernels[:, group]
        starts[:, group] = earlier[:, group] if stopped() else _cheaper(unit, rooms, kernel, earlier[:, group])
        classes[:, group] = np.where(starts[:, group] == earlier[:, group], classes[:, group], unit.classes(starts[:, group]))
        running.take(int(group), classes[:, group])
        counted.of(walked)[:, group] = np.maximum(counted.lower[:, group], path(unit.heads, unit.heads_each, starts[:, group]))
    put_hires(model, given, walked, starts, classes)
    return walked


# One group ----------------------------------------------------------------------------------------------------------------------------------


def _cheaper(unit: Group, rooms: Array, kernel: Array, earlier: Array) -> Array:
    """The starts of the cheapest way, or those of before where they cost less."""
    starts, cost = _walked(unit, rooms, kernel)
    return starts if cost <= _cost(unit, earlier) else earlier


def _cost(unit: Group, starts: Array) -> float:
    """What starts cost."""
    heads, productive = path(unit.heads, unit.heads_each, starts)[None], path(unit.productive, unit.fte_each, starts)[None]
    months = unit.months_cost(slice(None), heads, productive[:, : unit.months]).sum()
    return float(unit.begun(np.arange(unit.months), starts).sum() + months + unit.after_all(productive)[0])


# Ways ----------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways to hire up to a month: cost so far [ways]; heads, productive FTE, starts and rooms that are left [ways, months]."""

    cost: Array
    heads: Array
    productive: Array
    starts: Array
    rooms: Array


def _nobody_yet(unit: Group, rooms: Array) -> _Ways:
    return _Ways(np.zeros(1), unit.heads[None], unit.productive[None], np.zeros((1, unit.months)), rooms[None])


def _walked(unit: Group, rooms: Array, kernel: Array) -> tuple[Array, float]:
    """Starts on the cheapest way [months], and what it costs; `kernel`: rooms that a class holds from its first month on."""
    ways = _nobody_yet(unit, rooms)
    for month in range(unit.months):
        way, starts = _choices(unit, ways, month, kernel)
        chosen = _best(unit, ways, month, way, starts)
        ways = _with(unit, ways, way[chosen], month, starts[chosen], kernel)
    cost = ways.cost + unit.after_all(ways.productive)
    best = int(cost.argmin())
    return ways.starts[best], float(cost[best])


def _choices(unit: Group, ways: _Ways, month: int, kernel: Array) -> tuple[Places, Array]:
    """Which way goes on with how many starts: classes of permitted size that find a room, and what is fixed."""
    starts = np.sort(np.minimum(np.maximum(_wanted(unit, ways, month), unit.fewest[month]), unit.most[month]), axis=1)
    classes, held = unit.classes(starts), kernel[: unit.months - month]
    free = np.where(held > 0, ways.rooms[:, month : month + len(held)] / np.where(held > 0, held, 1.0), np.inf).min(axis=1)
    fits = (classes <= free[:, None] + HAIR) & (starts >= classes * unit.smallest) | (starts <= unit.fewest[month])
    fits[:, 1:] &= starts[:, 1:] > starts[:, :-1]
    way, choice = np.nonzero(fits)
    return way, starts[way, choice]


def _wanted(unit: Group, ways: _Ways, month: int) -> Array:
    """Starts that may be right in a month [ways, choices]: none, what closes the gaps to come, what the relaxation has, what fills a span or a class."""
    wanted = [np.full(len(ways.cost), each) for each in (0.0, unit.smallest, unit.largest)]
    peak, so_far = int(np.argmax(unit.fte_each)), ways.starts.sum(axis=1)
    for later in range(1, peak + AHEAD):
        each, then = unit.fte_each[min(later, len(unit.fte_each) - 1)], min(month + later, len(unit.need) - 1)
        if each > BRINGS * unit.fte_each[peak]:
            wanted += [np.rint((unit.need[then] - ways.productive[:, then]) / each + more) for more in AROUND]
    for later in range(AHEAD):
        wanted += [np.rint(unit.planned[min(month + later, unit.months - 1)] - so_far + more) for more in AROUND[1:-1]]
    leads = unit.leads
    priced = leads.post + leads.beyond > 0
    for span, others in zip(leads.span[priced], leads.others[priced, month], strict=True):
        to_full = np.floor(span - np.mod(ways.heads[:, month] + others, span))
        wanted += [to_full, to_full + span]
    starts = np.stack(wanted, axis=1)
    return np.where(starts < WORTH_A_CLASS * unit.smallest, 0.0, np.maximum(starts, unit.smallest))


def _best(unit: Group, ways: _Ways, month: int, way: Places, starts: Array) -> Places:
    """Which choices go on: the cheapest of those that are about the same, the cheapest WAYS of them."""
    heads, productive = (paths[way, month] + starts * each[0] for paths, each in ((ways.heads, unit.heads_each), (ways.productive, unit.fte_each)))
    cost = ways.cost[way] + unit.begun(month, starts) + _month_cost(unit, month, heads, productive)
    likely = cost + _to_come(unit, month, ways)[way] + starts * unit.comes[month]
    then = min(month + AHEAD, len(unit.need) - 1)
    alike = np.rint(heads / LIKE) * 1e6 + np.rint((ways.productive[way, then] + starts * unit.fte_each[then - month]) / LIKE)
    return cheapest(likely, alike, WAYS)


def _with(unit: Group, ways: _Ways, way: Places, month: int, starts: Array, kernel: Array) -> _Ways:
    """The ways on which so many start in a month."""
    heads, productive, history, rooms = (each[way] for each in (ways.heads, ways.productive, ways.starts, ways.rooms))
    held = kernel[: unit.months - month]
    heads[:, month:] += starts[:, None] * unit.heads_each[: unit.months - month]
    productive[:, month:] += starts[:, None] * unit.fte_each[: productive.shape[1] - month]
    history[:, month] = starts
    rooms[:, month : month + len(held)] -= unit.classes(starts)[:, None] * held
    cost = ways.cost[way] + unit.begun(month, starts) + _month_cost(unit, month, heads[:, month], productive[:, month])
    return _Ways(cost, heads, productive, history, rooms)


def _month_cost(unit: Group, month: int, heads: Array, productive: Array) -> Array:
    """What a month costs on each way."""
    return np.asarray(unit.months_cost(slice(month, month + 1), heads[:, None], productive[:, None])[:, 0])


def _to_come(unit: Group, month: int, ways: _Ways) -> Array:
    """What the months after a month cost at the relaxation's prices, where nobody starts any more."""
    after = month + 1
    return np.asarray(ways.heads[:, after:] @ unit.head_worth[after:] - ways.productive[:, after:] @ unit.fte_worth[after:])
