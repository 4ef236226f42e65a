"""Whole people for every role: for each unit the months are walked with the best few ways to fill its posts so far, at the relaxation's prices.

A way is who joined when, from outside or by promotion from which unit. Of ways that leave about as many people in post, and about the same share promoted, the
cheapest goes on; people in post and people ready are followed exactly, so nobody is promoted who is not ready. All roles that nobody is promoted from come
first, together; their promotions take people out of the roles below, which come next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import organisation
from planner.optimiser.joiners import Prices, prices
from planner.optimiser.model import HALF, Model, feeder_survival
from planner.optimiser.posts import Post
from planner.optimiser.problem import Problem
from planner.optimiser.relaxation import Relaxation
from planner.organisation import FRONTLINE
from planner.plan import belongs

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Posts = dict[str, Array]
"""Posts of each role [months, units]."""
AVOIDED = 0.02
"""Part of a post that is not rounded up."""
WAYS = 60
"""Ways that are followed from month to month."""
LIKE, LIKE_SHARE = 0.1, 0.4
"""Differences of people in post, and of people promoted, up to which two ways are about the same."""


def whole_posts(model: Model, columns: Array) -> Posts:
    """The posts that the frontline of a relaxation asks for, rounded up as they are for a plan, but for a little that fewer starts can still avoid."""
    counted, found = {FRONTLINE: model.blocks["counted frontline"].of(columns)}, {}
    for role in model.roles:
        asked = np.ceil(counted[role.leads] @ belongs(model.scenario, role.leads, role.name) / role.span - AVOIDED)
        found[role.name] = counted[role.name] = np.maximum(asked, model.blocks[f"posts {role.name}"].lower)
    return found


def decide(relaxation: Relaxation, every: list[Post], needed: Posts | None = None) -> bool:
    """Fixes who joins every post at whole people, for these posts or those that the relaxation asks for; False where the relaxation is lost on the way.

    A unit whose whole people do not fit is left open.
    """
    for positions in batches(relaxation.problem.model):
        mine = [post for post in every if post.position in positions]
        asked = needed or whole_posts(relaxation.problem.model, relaxation.columns)
        reduced = np.maximum(relaxation.reduced, 0.0)
        chosen = [joiners(relaxation, post, prices(relaxation, post, reduced), asked[post.role.name][:, post.unit]) for post in mine]
        for post, joined in zip(mine, chosen, strict=True):
            relaxation.fix(post.joiners, joined)
        if not relaxation.solve() and not _one_by_one(relaxation, mine, chosen):
            return False
    return True


def _one_by_one(relaxation: Relaxation, mine: list[Post], chosen: list[Array]) -> bool:
    for post in mine:
        relaxation.free(post.joiners)
    for post, joined in zip(mine, chosen, strict=True):
        relaxation.fix(post.joiners, joined)
        if not relaxation.solve():
            relaxation.free(post.joiners)
    return relaxation.solve()


def reopen(relaxation: Relaxation, every: list[Post]) -> None:
    """Gives all who join their own bounds again."""
    for post in every:
        relaxation.free(post.joiners)


def batches(model: Model) -> Iterator[set[int]]:
    """Positions of roles that can be decided together: each after all roles that people are promoted to from it."""
    left = set(range(len(model.roles)))
    while left:
        now = {each for each in left if not any(model.roles[other].feeder == model.roles[each].name for other in left)}
        yield now
        left -= now


# One unit ------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways to fill the posts up to a month, each [ways]: people in post, cost so far, people promoted beyond the role's share, people ready [ways, feeders].

    `came_from` is the way of the month before, `joined` who joined on it: from outside first, then from each feeder [ways, 1 + feeders].
    """

    people: Array
    cost: Array
    tilt: Array
    ready: Array
    came_from: Places
    joined: Array


def joiners(relaxation: Relaxation, post: Post, price: Prices, needed: Array) -> Array:
    """Who joins a unit, whole people, in the order of `post.joiners`, on the best way that keeps the share from within."""
    unit = _Unit(relaxation, post, price, needed)
    ways, history = unit.nobody_yet(), []
    for month in range(len(needed)):
        ways = _best(unit.next(ways, month))
        history.append(ways)
    joined = _read_back(history, len(post.feeders))
    share_broken = unit.share_broken(joined)
    return np.asarray(joined[np.lexsort((ways.cost, np.round(share_broken, 6)))[0]].reshape(-1))


def _best(ways: _Ways) -> _Ways:
    """The cheapest of those that are about the same, the cheapest WAYS of them."""
    alike = np.rint(ways.people / LIKE) * 1e4 + np.rint(ways.tilt / LIKE_SHARE)
    order = np.lexsort((ways.cost, alike))
    first = np.ones(len(order), dtype=bool)
    first[1:] = alike[order][1:] != alike[order][:-1]
    order = order[first]
    return _some(ways, order[np.argsort(ways.cost[order], kind="stable")[:WAYS]])


def _some(ways: _Ways, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> _Ways:
    return _Ways(*(getattr(ways, name)[chosen] for name in _Ways.__annotations__))


def _read_back(history: list[_Ways], feeders: int) -> Array:
    """Who joined on every way that reached the end [ways, 1 + feeders, months]; promotions in the month before they count."""
    ways = np.arange(len(history[-1].cost))
    joined = np.zeros((len(ways), 1 + feeders, len(history)))
    for month in reversed(range(len(history))):
        here = history[month].joined[ways]
        joined[:, 0, month] = here[:, 0]
        if month:
            joined[:, 1:, month - 1] = here[:, 1:]
        ways = history[month].came_from[ways]
    return joined


class _Unit:
    """One unit, its prices, and what the relaxation says of those around it."""

    def __init__(self, relaxation: Relaxation, post: Post, price: Prices, needed: Array) -> None:
        problem, model = relaxation.problem, relaxation.problem.model
        self.post, self.price, self.needed, self.model = post, price, needed, model
        self.drained = sum((relaxation.columns[places] * size for places, size in post.drains), np.zeros(model.months))
        self.gained = _gained(problem, post, relaxation.columns)
        self.stay_ready = feeder_survival(model, post.role)[post.feeders] if post.role.feeder else np.zeros(0)
        self.share = organisation.attempt_share(post.role) if post.role.feeder and post.role.internal_share < 1 else None
        self.promotion_price = np.maximum(relaxation.reduced[post.promotions], 0.0)

    def nobody_yet(self) -> _Ways:
        """The way on which nobody has joined."""
        feeders = len(self.post.feeders)
        one = np.zeros(1)
        return _Ways(np.array([self.post.opening]), one, one, np.zeros((1, feeders)), np.zeros(1, dtype=np.intp), np.zeros((1, 1 + feeders)))

    def next(self, ways: _Ways, month: int) -> _Ways:
        """Every way on into a month."""
        people = ways.people if month == 0 else self.post.stay * ways.people - self.drained[month - 1]
        most = int(max(1, np.ceil(self.needed[month] - 0.5 - people.min()) + 1))
        found = [self._with(ways, people, month, promoted, outside) for promoted, outside in self._moves(month, most)]
        return _Ways(*(np.concatenate([getattr(each, name) for each in found]) for name in _Ways.__annotations__))

    def _moves(self, month: int, most: int) -> Iterator[tuple[int, int]]:
        """Numbers promoted at the end of the month before, and joining from outside: up to so many in all, but for what is fixed."""
        lower, upper, post = self.model.lower, self.model.upper, self.post
        least_outside, most_outside = int(lower[post.appointments[month]]), int(min(upper[post.appointments[month]], most))
        promoted_least, promoted_most = 0, 0
        if month and len(post.feeders):
            columns = post.promotions[:, month - 1]
            promoted_least, promoted_most = int(lower[columns].sum()), int(min(upper[columns].sum(), most))
        for promoted in range(promoted_least, max(promoted_most, promoted_least) + 1):
            for outside in range(least_outside, max(most_outside, least_outside) + 1):
                if promoted + outside <= max(most, promoted_least + least_outside):
                    yield promoted, outside

    def _with(self, ways: _Ways, people: Array, month: int, promoted: int, outside: int) -> _Ways:
        """The ways on which so many join; without those on which too few are ready."""
        taken, allowed = self._picked(ways.ready * self.stay_ready, promoted)
        there = people + promoted * self.post.lasting + outside
        spare = there - (self.needed[month] - HALF)
        cost = ways.cost + self.price.appointment[month] * outside + self.price.in_post[month] * there
        cost = cost + np.where(spare > 0, self.price.spare[month] * spare, -self.price.open_post[month] * spare)
        if promoted:
            cost = cost + taken @ self.promotion_price[:, month - 1]
        ready = ways.ready * self.stay_ready - taken + self.gained[:, month] if month else np.broadcast_to(self.gained[:, 0], ways.ready.shape)
        tilt = ways.tilt + (0.0 if self.share is None else promoted * (1 - self.share) - outside * self.share)
        joined = np.hstack([np.full((len(cost), 1), float(outside)), taken])
        return _some(_Ways(there, cost, tilt, ready, np.arange(len(cost)), joined), allowed)

    def _picked(self, ready: Array, promoted: int) -> tuple[Array, NDArray[np.bool_]]:
        """Who is promoted from each feeder [ways, feeders], one after the other from where most are ready; and whether that many are."""
        taken, allowed = np.zeros_like(ready), np.ones(len(ready), dtype=bool)
        ways = np.arange(len(ready))
        for _ in range(promoted):
            left = ready - taken
            best = left.argmax(axis=1)
            allowed &= left[ways, best] >= 1 - 1e-9
            taken[ways, best] += 1
        return taken, allowed

    def share_broken(self, joined: Array) -> Array:
        """By how many people the share from within is broken on each way, beyond the one that a unit may round."""
        if self.share is None:
            return np.zeros(len(joined))
        tolerance = self.model.scenario.optimisation.internal_share_tolerance
        low, high = max(self.share - tolerance, 0.0), min(self.share + tolerance, 1.0)
        outside, within = joined[:, 0].sum(axis=1), joined[:, 1:].sum(axis=(1, 2))
        return np.asarray(np.maximum(np.maximum(outside * low - within * (1 - low), within * (1 - high) - outside * high) - 1, 0.0))


def _gained(problem: Problem, post: Post, columns: Array) -> Array:
    """People of each feeder who become ready in each month, the opening in the first [feeders, months]."""
    balance = problem.places(f"ready_bench_{post.position}")
    if not len(post.feeders):
        return np.zeros((0, problem.model.months))
    without = columns.copy()
    for name in ("ready", "promotions"):
        block = problem.model.blocks[f"{name} {post.role.name}"]
        without[block.start : block.stop] = 0.0
    rows = balance[:, post.feeders].T.ravel()
    return np.asarray(problem.matrix[rows] @ without - problem.lower[rows]).reshape(len(post.feeders), -1)
