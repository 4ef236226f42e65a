"""Hires of all groups made better by one exchange after the other, the one that saves most first, until none saves anything.

A class begins earlier or later, is larger or smaller, is added or left out; or two groups of a site do so at once, one in the room that the other leaves.
Groups that are walked one after the other cannot do the last, and in scarce rooms it is what matters. What an exchange saves is exact for each group by itself,
with the leaders that it has.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from planner.optimiser.groups import HAIR, Group, Guide, Rooms, Terms, path, put_hires, settled_leads
from planner.optimiser.problem import Problem

Array = NDArray[np.float64]
Places = NDArray[np.intp]
REACH = 8
"""Months by which a class may move."""
RESIZED = (-4.0, -2.0, -1.0, 1.0, 2.0, 4.0)
"""People by which a class may grow or shrink."""
TRIED = 20
"""Of the best changes of a group, and of two groups, how many are tried for a room."""
AT_ONCE = 128
"""Changes that are costed together: what is worked out for them stays within the processor's own memory."""
LEAST = 1e-8
"""Part of all cost that an exchange must save."""


def hires(problem: Problem, given: Guide, columns: Array, stopped: Callable[[], bool], terms: Terms) -> Array:
    """The columns with the starts and classes that exchanges come to.

    `terms`: of the leaders in the columns. `stopped`: whoever says so keeps what is found so far.
    """
    model, changed = problem.model, columns.copy()
    starts, classes = model.blocks["starts"].of(columns).reshape(given.starts.shape).sum(axis=2), model.blocks["classes"].of(columns)
    heads, productive = model.path("heads").at(columns), model.productive.at(columns)
    units = [
        Group(problem, given, group, settled_leads(problem, columns, group, terms), columns, heads[:, group], productive[:, group])
        for group in range(len(model.sites))
    ]
    market, least = _Market(units, starts, Rooms(model, classes)), LEAST * abs(problem.objective(columns))
    while not stopped() and market.exchange(least):
        pass
    after = np.stack([each.starts for each in market.hired], axis=1)
    needed = np.stack([each.unit.classes(each.starts) for each in market.hired], axis=1)
    put_hires(model, given, changed, after, np.where(after == starts, classes, needed))
    return changed


# One group -----------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Changes:
    """Changes of a group's starts, each [changes]: people who start no more in a month, people who start in another, and what that costs."""

    out: Places
    fewer: Array
    into: Places
    more: Array
    cost: Array


class _Hired:
    """A group with its starts [months], and every change of them by itself.

    Changes are also looked up by the month in which they leave a room and the one in which they need one, `months` for none: the cheapest of each.
    """

    def __init__(self, unit: Group, starts: Array) -> None:
        self.unit, self.starts = unit, starts
        self.changes = _costed(unit, starts, *_permitted(unit, starts, *_every_change(unit, starts)))
        left, needed = _rooms_of(unit, starts, self.changes)
        order = np.argsort(-self.changes.cost, kind="stable")
        shape = (unit.months + 1, unit.months + 1)
        self.cheapest, self.place = np.full(shape, np.inf), np.zeros(shape, dtype=np.intp)
        self.cheapest[left[order], needed[order]], self.place[left[order], needed[order]] = self.changes.cost[order], order

    def after(self, place: int) -> Array:
        """The starts after a change."""
        starts = self.starts.copy()
        starts[self.changes.out[place]] -= self.changes.fewer[place]
        starts[self.changes.into[place]] += self.changes.more[place]
        return starts

    def more_classes(self, place: int) -> Array:
        """Classes that a change adds, below zero where it takes some away [months]."""
        return self.unit.classes(self.after(place)) - self.unit.classes(self.starts)


def _every_change(unit: Group, starts: Array) -> tuple[Places, Array, Places, Array]:
    """A class moved or left out, with people or without some, and one that is new."""
    months, begun = np.arange(unit.months), np.flatnonzero(starts > 0)
    classes = unit.classes(starts[begun])
    one = starts[begun] - (classes - 1) * np.floor(starts[begun] / classes)
    moved, to = np.nonzero(np.abs(months[None] - begun[:, None]) <= REACH)
    sizes = np.array([unit.smallest, np.floor((unit.smallest + unit.largest) / 2), unit.largest])
    parts = [
        (begun[moved], one[moved], to, one[moved]),
        (begun, one, begun, np.zeros(len(begun))),
        (np.repeat(begun, len(RESIZED)), np.zeros(len(begun) * len(RESIZED)), np.repeat(begun, len(RESIZED)), np.tile(RESIZED, len(begun))),
        (np.repeat(months, len(sizes)), np.zeros(len(months) * len(sizes)), np.repeat(months, len(sizes)), np.tile(sizes, len(months))),
    ]
    out, fewer, into, more = (np.concatenate(each) for each in zip(*parts, strict=True))
    return out, fewer, into, more


def _permitted(unit: Group, starts: Array, out: Places, fewer: Array, into: Places, more: Array) -> tuple[Places, Array, Places, Array]:
    """Changes after which both months have classes of permitted size and what is fixed."""
    kept = (out != into) | (fewer == 0) | (more == 0)
    for month, people in ((out, starts[out] - fewer + np.where(out == into, more, 0.0)), (into, starts[into] + more - np.where(out == into, fewer, 0.0))):
        sized = (people >= unit.classes(people) * unit.smallest) | (people <= unit.fewest[month])
        kept &= sized & (people >= unit.fewest[month]) & (people <= unit.most[month])
    return out[kept], fewer[kept], into[kept], more[kept]


def _costed(unit: Group, starts: Array, out: Places, fewer: Array, into: Places, more: Array) -> _Changes:
    """What the changes cost beyond what the starts cost."""
    heads, productive = (_changed(*paths, starts, out, fewer, into, more) for paths in ((unit.heads, unit.heads_each), (unit.productive, unit.fte_each)))
    cost = unit.after_all(productive)
    for first in range(0, len(cost), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        cost[some] += unit.months_cost(slice(None), heads[some], productive[some, : unit.months]).sum(axis=1)
    for month, people in ((out, -fewer), (into, more)):
        cost[1:] += unit.paid(month, starts[month] + people) - unit.paid(month, starts[month])
    return _Changes(out, fewer, into, more, cost[1:] - cost[0])


def _changed(nobody: Array, each: Array, starts: Array, out: Places, fewer: Array, into: Places, more: Array) -> Array:
    """A path of people as it is, and after every change [1 + changes, months]."""
    now, later = path(nobody, each, starts), _later(each, len(starts), len(nobody))
    return np.vstack([now[None], now + more[:, None] * later[into] - fewer[:, None] * later[out]])


def _later(each: Array, months: int, length: int) -> Array:
    """What one start of each month adds to a path [months, length]."""
    lag = np.arange(length)[None] - np.arange(months)[:, None]
    return np.where(lag >= 0, each[np.maximum(lag, 0)], 0.0)


def _rooms_of(unit: Group, starts: Array, changes: _Changes) -> tuple[Places, Places]:
    """The month in which each change leaves a room, and the one in which it needs one; the number of months where it does not."""
    leaves = unit.classes(starts[changes.out] - changes.fewer) < unit.classes(starts[changes.out])
    needs = unit.classes(starts[changes.into] + changes.more) > unit.classes(starts[changes.into])
    return np.where(leaves, changes.out, unit.months), np.where(needs, changes.into, unit.months)


# All groups ----------------------------------------------------------------------------------------------------------------------------------

_Exchange = tuple[tuple[int, int], ...]
"""Changes made at once: group, and place among its changes."""


class _Market:
    """All groups, the rooms that they leave, and the best exchange of each group by itself and of every two groups of a site."""

    def __init__(self, units: list[Group], starts: Array, rooms: Rooms) -> None:
        self.rooms = rooms
        self.hired = [_Hired(unit, starts[:, group]) for group, unit in enumerate(units)]
        self.best: dict[tuple[int, ...], tuple[float, _Exchange]] = {}

    def exchange(self, least: float) -> bool:
        """Makes the best exchange, if it saves so much; says whether it does."""
        for groups in self._together():
            if groups not in self.best:
                self.best[groups] = self._best(groups)
        cost, changes = min(self.best.values(), key=lambda each: each[0])
        if cost > -least:
            return False
        for group, place in changes:
            hired = self.hired[group]
            self.rooms.take(group, hired.more_classes(place))
            self.hired[group] = _Hired(hired.unit, hired.after(place))
        site = self.rooms.sites[changes[0][0]]
        self.best = {groups: best for groups, best in self.best.items() if self.rooms.sites[groups[0]] != site}
        return True

    def _together(self) -> Iterator[tuple[int, ...]]:
        """Every group, and every two groups of a site."""
        for group in range(len(self.hired)):
            yield (group,)
        for one, other in combinations(range(len(self.hired)), 2):
            if self.rooms.sites[one] == self.rooms.sites[other]:
                yield one, other

    def _best(self, groups: tuple[int, ...]) -> tuple[float, _Exchange]:
        """The cheapest exchange of some groups that finds its rooms."""
        first, last = self.hired[groups[0]], self.hired[groups[-1]]
        cost = first.cheapest if first is last else first.cheapest + last.cheapest.T
        for place in _lowest(cost.ravel(), TRIED):
            one, other = divmod(int(place), len(cost))
            if cost[one, other] >= 0:
                break
            both = ((groups[0], int(first.place[one, other])), (groups[-1], int(last.place[other, one])))
            changes: _Exchange = both[: len(groups)]
            if self._fits(changes):
                return float(cost[one, other]), changes
        return 0.0, ()

    def _fits(self, changes: _Exchange) -> bool:
        """Whether there are rooms for the classes after some changes of groups of one site."""
        site = self.rooms.sites[changes[0][0]]
        left = self.rooms.left[:, site]
        needed = sum(self.rooms.held(group, self.hired[group].more_classes(place)) for group, place in changes)
        return bool(np.all(left - needed >= np.minimum(left, 0.0) - HAIR))


def _lowest(values: Array, count: int) -> Places:
    """Places of the lowest values, the lowest first."""
    some = np.argpartition(values, count)[:count] if count < len(values) else np.arange(len(values))
    return np.asarray(some[np.argsort(values[some])])
