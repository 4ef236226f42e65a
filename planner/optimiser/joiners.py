"""A better bound than the relaxation at once: what it costs at least, at the relaxation's prices, that people join a post as whole people.

At the prices of all rows, the relaxation's cost is a constant and, of every column, what it costs beyond what it brings (its reduced cost, never negative).
Keep for each unit of a role the rows that say who is in post and which posts are filled, and whole numbers: the cheapest way through the months, found by
dynamic programming from the last month back, costs more than nothing, and no plan undercuts the constant and all of these together (Lagrangian relaxation;
Geoffrion 1974). People in post are no whole number, they leave by expectation, so the months are walked over cells of a grid: what a cell costs is the least
that any of its points costs, and who comes from a cell may arrive in any cell that it touches. Both only weaken the bound.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.optimiser.model import HALF, Model
from planner.optimiser.posts import Post
from planner.optimiser.relaxation import Relaxation

Array = NDArray[np.float64]
Places = NDArray[np.intp]
CELLS = 16384
"""Cells of the grid of people in post, or as many as make COARSEST of one person where that is more."""
COARSEST = 24
BELOW, ABOVE = 60.0, 3.0
"""Fewer or more people than posts that the grid reaches; all beyond is one cell."""


def extra(relaxation: Relaxation, every: Iterable[Post]) -> float:
    """What whole joiners cost beyond the relaxation at least, over all units of all roles. The relaxation must have its optimum."""
    reduced = np.maximum(relaxation.reduced, 0.0)
    return sum(least(relaxation.problem.model, post, prices(relaxation, post, reduced), float(relaxation.columns[post.posts].max())) for post in every)


@dataclass(frozen=True, eq=False)
class Prices:
    """What one more costs beyond what it brings in each month, none below zero."""

    appointment: Array
    promotions: Array
    """From each feeder [feeders, months]."""
    in_post: Array
    post: Array
    open_post: Array
    spare: Array
    """Of a person in post, or part of one, whom no post waits for."""
    share: tuple[float, float] = (0.0, 0.0)
    """What one person less promoted, and one more, would save where the role's share from within does not allow it."""

    @property
    def promotion(self) -> Array:
        """Of the feeder from which it costs least."""
        return np.asarray(self.promotions.min(axis=0)) if len(self.promotions) else np.zeros(len(self.in_post))


def prices(relaxation: Relaxation, post: Post, reduced: Array) -> Prices:
    """The prices of one unit at the relaxation's optimum."""
    return Prices(
        appointment=reduced[post.appointments],
        promotions=reduced[post.promotions],
        in_post=reduced[post.in_post],
        post=reduced[post.posts],
        open_post=reduced[post.open_posts],
        spare=np.maximum(relaxation.price(post.filled), 0.0),
        share=(_share_price(relaxation, f"internal_share_fewest_{post.position}"), _share_price(relaxation, f"internal_share_most_{post.position}")),
    )


def _share_price(relaxation: Relaxation, name: str) -> float:
    """What one more that a share allows would save; nothing where the role has none."""
    return float(np.maximum(-relaxation.price(relaxation.problem.places(name)), 0.0).sum())


def least(model: Model, post: Post, price: Prices, reach: float) -> float:
    """The least that a unit's whole joiners cost at these prices; `reach` is how many posts the grid must hold besides those that are needed anyway."""
    low = max(0.0, np.floor(post.least.min() - BELOW))
    grid = _Grid(low, float(np.ceil(max(post.least.max(), reach)) + ABOVE))
    value = _Value(np.zeros(grid.count), 0.0, 0.0)
    for month in reversed(range(model.months)):
        to_go = _with_month(grid, post, price, month, value)
        value = to_go if month == 0 else _the_month_before(model, grid, post, price, month, to_go)
    fixed = _given(model, post.appointments[:1])
    cells = grid.forced(value, fixed) if fixed is not None else grid.leaps(value.cells, value.above, 1.0, float(price.appointment[0]))
    return grid.at(post.opening, _Value(cells, value.above, min(value.below, cells.min())))


@dataclass(frozen=True, eq=False)
class _Value:
    """The cost from here to the end, at least: of every cell, of all above the grid, and of all below it."""

    cells: Array
    above: float
    below: float

    @property
    def any(self) -> float:
        """The least of all."""
        return float(min(self.cells.min(), self.above, self.below))


class _Grid:
    """People in post from `low` to `high` in cells."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.per_person = max(int(CELLS / (high - low)), COARSEST)
        self.count = round((high - low) * self.per_person)
        self.edges = low + np.arange(self.count + 1) / self.per_person
        self.beyond = high + np.arange(self.per_person + 1) / self.per_person
        """One person's worth of points above the grid: what a month costs there repeats itself, or rises."""
        self._after: dict[float, tuple[Places, Places, int]] = {}

    def _cells_of(self, size: float) -> tuple[int, bool]:
        """Cells that a step of some size spans, and whether it ends on an edge."""
        spanned = int(np.floor(size * self.per_person + 1e-9))
        return spanned, bool(abs(size * self.per_person - spanned) < 1e-9)

    def leaps(self, cells: Array, above: float, size: float, price: float) -> Array:
        """The least cost before any number of steps up, each at a price."""
        step, exact = self._cells_of(size)
        if exact and self.count % step == 0:
            return self._whole_leaps(cells.reshape(-1, step), above, price)
        found = np.concatenate([cells, np.full(step + 2, above)])
        for start in range((self.count - 1) // step * step, -1, -step):
            stop = min(start + step, self.count)
            there = found[start + step : stop + step]
            there = there if exact else np.minimum(there, found[start + step + 1 : stop + step + 1])
            found[start:stop] = np.minimum(found[start:stop], price + there)
        return np.asarray(found[: self.count])

    def _whole_leaps(self, cells: Array, above: float, price: float) -> Array:
        """The same where steps end on edges: cells [steps, cells of a step]."""
        paid = price * np.arange(len(cells))[:, None]
        found = np.minimum(np.minimum.accumulate((cells + paid)[::-1], axis=0)[::-1], above + price * len(cells)) - paid
        return np.asarray(found.ravel())

    def falls(self, cells: Array, below: float, size: float) -> Array:
        """The least cost before any number of steps down, which are free; nobody is promoted who is not there, so none ends below zero."""
        step, _ = self._cells_of(size)
        found = np.concatenate([np.full(step + 1, below), cells])
        for start in range(step + 1, len(found), step):
            stop = min(start + step, len(found))
            there = np.minimum(found[start - step : stop - step], found[start - step - 1 : stop - step - 1])
            found[start:stop] = np.minimum(found[start:stop], there)
        return np.asarray(found[step + 1 :])

    def forced(self, value: _Value, size: float) -> Array:
        """The cost before one step up of some size, or none."""
        step, exact = self._cells_of(size)
        found = np.concatenate([value.cells, np.full(step + 2, value.above)])
        there = found[step : step + self.count]
        return np.asarray(there if exact else np.minimum(there, found[step + 1 : step + 1 + self.count]))

    def stays(self, value: _Value, stay: float) -> Array:
        """The cost before a share of the people leaves."""
        first, last, below = self._stayed(stay)
        inside = np.minimum(value.cells[first], value.cells[last])
        inside[:below] = np.minimum(inside[:below], value.any)
        return np.asarray(inside)

    def _stayed(self, stay: float) -> tuple[Places, Places, int]:
        """Cells in which the people of each cell may be after a share has left, and how many cells may end below the grid."""
        if stay not in self._after:
            edges = (stay * self.edges - self.low) * self.per_person
            first, last = np.floor(edges[:-1] + 1e-9).astype(np.intp), np.floor(edges[1:] - 1e-9).astype(np.intp)
            self._after[stay] = np.maximum(first, 0), np.maximum(last, 0), int((first < 0).sum())
        return self._after[stay]

    def from_above(self, value: _Value, stay: float) -> float:
        """The least cost after a share of more people than the grid holds has left."""
        first = int(np.floor((stay * self.high - self.low) * self.per_person))
        return value.any if first < 0 else float(min(value.above, value.cells[min(first, self.count - 1) :].min()))

    def at(self, people: float, value: _Value) -> float:
        """The cost of a number of people."""
        if not self.low <= people < self.high:
            return value.above if people >= self.high else value.below
        cell = int(np.floor((people - self.low) * self.per_person + 1e-9))
        return float(value.cells[max(cell - 1, 0) : cell + 2].min())


def _with_month(grid: _Grid, post: Post, price: Prices, month: int, after: _Value) -> _Value:
    """What a month and all after it cost."""
    edges = _month_cost(post, price, month, grid.edges)
    above = float(_month_cost(post, price, month, grid.beyond).min()) + after.above
    below = float(_month_cost(post, price, month, np.array([0.0, grid.low])).min()) + after.below if grid.low > 0 else np.inf
    return _Value(np.minimum(edges[:-1], edges[1:]) + after.cells, above, below)


def _month_cost(post: Post, price: Prices, month: int, people: Array) -> Array:
    """What a month costs with so many people in post, with as many posts above those needed as are cheapest for that; least at edges of cells.

    Posts above those needed pay only where one more costs less than somebody whom no post waits for.
    """
    needed, more = post.least[month], price.spare[month] - price.post[month]
    cheapest = _unfilled(price, month, people - (needed - HALF))
    if more > 0:
        nearest = np.maximum(needed, np.floor(people + 0.5))
        for count in (nearest, nearest + 1):
            cheapest = np.minimum(cheapest, price.post[month] * (count - needed) + _unfilled(price, month, people - (count - HALF)))
    return np.asarray(cheapest + price.in_post[month] * people)


def _unfilled(price: Prices, month: int, spare: Array) -> Array:
    """What people beyond the posts cost, or posts that stand open."""
    return np.asarray(np.maximum(price.spare[month] * spare, -price.open_post[month] * spare))


def _the_month_before(model: Model, grid: _Grid, post: Post, price: Prices, month: int, value: _Value) -> _Value:
    """What the months from `month` on cost at the end of the month before: its leavers, promotions in and away, and who joins on the first day."""
    cells = value.cells
    signed = _given(model, post.appointments[month : month + 1])
    cells = grid.forced(value, signed) if signed is not None else grid.leaps(cells, value.above, 1.0, float(price.appointment[month]))
    if len(post.feeders):
        taken = _given(model, post.promotions[:, month - 1])
        inside = _Value(cells, value.above, value.below)
        lasting = post.lasting
        cells = grid.forced(inside, taken * lasting) if taken is not None else grid.leaps(cells, value.above, lasting, float(price.promotion[month - 1]))
    anywhere = float(min(cells.min(), value.any))
    below = anywhere if grid.low > 0 else np.inf
    for _, size in post.drains:
        cells = grid.falls(cells, below, size)
    then = _Value(cells, anywhere if post.drains else value.above, anywhere)
    return _Value(grid.stays(then, post.stay), grid.from_above(then, post.stay), below)


def _given(model: Model, columns: Places) -> float | None:
    """How many join by columns that leave no choice; None where there is one."""
    lower, upper = model.lower[columns], model.upper[columns]
    return float(lower.sum()) if (lower == upper).all() else None
