"""Whole people for every role: for each unit the months are walked with the best few ways to fill its posts so far, at given prices.

A way is who joined when, from outside or by promotion from which unit. Of ways that leave about as many people in post, and about the same share promoted, the
cheapest goes on; people in post and people ready are followed exactly, so nobody is promoted who is not ready. All roles that nobody is promoted from come
first; their promotions take people out of the roles below, which come next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner import organisation
from planner.optimiser.constraints import share_bounds
from planner.optimiser.joiners import Prices
from planner.optimiser.model import HALF, Model, feeder_survival
from planner.optimiser.posts import Post
from planner.optimiser.problem import Problem
from planner.organisation import FRONTLINE
from planner.plan import belongs

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Posts = dict[str, Array]
"""Posts of each role [months, units]."""
AVOIDED = 0.02
"""Part of a post that is not rounded up."""
WAYS = 25
"""Ways that are followed from month to month."""
LIKE, LIKE_SHARE = 0.1, 0.4
"""Differences of people in post, and of people promoted, up to which two ways are about the same."""
AGAIN = 2
"""Times that posts for which too few are ready are decided again."""
SHARE_PRICES = (0.25, 1.0, 4.0)
"""Months of pay, and times what the share is worth, that who joins from the wrong side costs on the way, where the share from within is broken otherwise."""
SLACK = 1e-9
NO_LIMIT = 1e9
"""More people than any share allows."""


def whole_posts(model: Model, columns: Array) -> Posts:
    """The posts that a frontline asks for, rounded up as they are for a plan, but for a little that fewer starts can still avoid."""
    counted, found = {FRONTLINE: model.blocks["counted frontline"].of(columns)}, {}
    for role in model.roles:
        asked = np.ceil(counted[role.leads] @ belongs(model.scenario, role.leads, role.name) / role.span - AVOIDED)
        found[role.name] = counted[role.name] = np.maximum(asked, model.blocks[f"posts {role.name}"].lower)
    return found


def decide(problem: Problem, every: list[Post], price: list[Prices], columns: Array, needed: Posts) -> Array:
    """The columns with who joins every post decided as whole people, for these posts, at the prices of each; hires stay as they are.

    Who is ready for a post depends on who joined its feeder, which is decided later: posts for which too few turn out ready are decided again.
    """
    decided, units, shares = columns.copy(), list(zip(every, price, strict=True)), _Shares(problem)
    order = [each for positions in batches(problem.model) for each in units if each[0].position in positions]
    for _ in range(1 + AGAIN):
        for post, each in order:
            decided[post.joiners] = joiners(problem, post, each, decided, needed[post.role.name][:, post.unit], shares.left(post))
            shares.take(post, decided)
        order = [each for each in order if _overdrawn(problem, each[0], decided)]
        if not order:
            break
    return decided


def _overdrawn(problem: Problem, post: Post, columns: Array) -> bool:
    """Whether more are promoted than are ready."""
    if not len(post.feeders):
        return False
    stay, gained, ready = feeder_survival(problem.model, post.role)[post.feeders], _gained(problem, post, columns), np.zeros(len(post.feeders))
    for month in range(problem.model.months):
        ready = ready + gained[:, month]
        ready = ready * stay - columns[post.promotions[:, month]]
        if ready.min() < -SLACK:
            return True
    return False


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


@dataclass(frozen=True)
class Share:
    """Bounds of a role's share from within, and by how many people a unit may lie beyond each."""

    low: float
    high: float
    few: float = 1.0
    """Too few promoted."""
    many: float = 1.0

    def beyond(self, outside: Array, within: Array) -> tuple[Array, Array]:
        """By how many people too few, and too many, are promoted; below zero where they are not."""
        return outside * self.low - within * (1 - self.low), within * (1 - self.high) - outside * self.high


class _Shares:
    """How far the units decided so far lie beyond their role's share from within: what one leaves, another may use."""

    def __init__(self, problem: Problem) -> None:
        self.roles: dict[int, Share] = {}
        self.used: dict[int, dict[int, tuple[float, float]]] = {}
        for position, role in enumerate(problem.model.roles):
            if (bounds := share_bounds(problem.model, role)) is not None:
                few, many = (_most(problem, f"internal_share_{side}_{position}") for side in ("fewest", "most"))
                self.roles[position] = Share(*bounds, few, many)
                units = problem.model.blocks[f"posts {role.name}"].shape[1]
                self.used[position] = {unit: (few / units, many / units) for unit in range(units)}

    def left(self, post: Post) -> Share | None:
        """What the other units leave: those that are not decided yet are to use an even part."""
        if post.position not in self.roles:
            return None
        role, others = self.roles[post.position], [used for unit, used in self.used[post.position].items() if unit != post.unit]
        return Share(role.low, role.high, role.few - sum(few for few, _ in others), role.many - sum(many for _, many in others))

    def take(self, post: Post, columns: Array) -> None:
        """Takes who joins a unit."""
        if post.position in self.roles:
            few, many = self.roles[post.position].beyond(columns[post.appointments].sum(), columns[post.promotions].sum())
            self.used[post.position][post.unit] = (float(few), float(many))


def _most(problem: Problem, name: str) -> float:
    """How much the one row of a name allows; a row that nothing can break is not there."""
    places = problem.places(name)
    return float(problem.upper[places[places >= 0]].sum()) if (places >= 0).any() else NO_LIMIT


def joiners(problem: Problem, post: Post, price: Prices, columns: Array, needed: Array, share: Share | None) -> Array:
    """Who joins a unit, whole people, in the order of `post.joiners`, on the best way that keeps the share from within.

    `columns` say who is promoted away, and who becomes ready; `share` is what the role's other units leave of its share, None where it has none.
    """
    unit = _Unit(problem, post, price, columns, needed, share)
    best, broken = _walked(unit, 0.0)
    for months_of_pay in SHARE_PRICES:
        if abs(broken) <= SLACK:
            break
        found, now = _walked(unit, months_of_pay * (unit.pay + sum(price.share)) * np.sign(broken))
        if abs(now) < abs(broken):
            best, broken = found, now
    return best


def _walked(unit: "_Unit", share_price: float) -> tuple[Array, float]:
    """Who joins on the best way, where everybody from outside costs so much more, and everybody promoted so much less; and how its share is broken."""
    ways, history = unit.nobody_yet(), []
    for month in range(len(unit.needed)):
        ways = _best(unit.next(ways, month, share_price))
        history.append(ways)
    joined = _read_back(history, len(unit.post.feeders))
    broken, unused = unit.share_kept(joined)
    best = np.lexsort((ways.cost + unused, np.round(np.abs(broken), 6)))[0]
    return np.asarray(joined[best].reshape(-1)), float(broken[best])


def _best(ways: _Ways) -> _Ways:
    """The cheapest of those that are about the same, the cheapest WAYS of them."""
    alike = np.rint(ways.people / LIKE) * 1e4 + np.rint(ways.tilt / LIKE_SHARE)
    chosen = cheapest(ways.cost, alike, WAYS)
    return _Ways(*(getattr(ways, name)[chosen] for name in _Ways.__annotations__))


def cheapest(cost: Array, alike: Array, most: int) -> Places:
    """Places of the cheapest of each kind, the cheapest so many of them, by cost; `alike` is one number for all of a kind."""
    order = np.lexsort((cost, alike))
    first = np.ones(len(order), dtype=bool)
    first[1:] = alike[order][1:] != alike[order][:-1]
    order = order[first]
    return np.asarray(order[np.argsort(cost[order], kind="stable")[:most]])


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
    """One unit, its prices, and what is known of those around it."""

    def __init__(self, problem: Problem, post: Post, price: Prices, columns: Array, needed: Array, share: Share | None) -> None:
        model = problem.model
        self.post, self.price, self.needed, self.model = post, price, needed, model
        self.drained = sum((columns[places] * size for places, size in post.drains), np.zeros(model.months))
        self.gained = _gained(problem, post, columns)
        self.pay = float(problem.price[post.in_post].mean())
        self.stay_ready = feeder_survival(model, post.role)[post.feeders] if post.role.feeder else np.zeros(0)
        self.share, self.aim = share, organisation.attempt_share(post.role) if share is not None else 0.0

    def nobody_yet(self) -> _Ways:
        """The way on which nobody has joined."""
        feeders = len(self.post.feeders)
        one = np.zeros(1)
        return _Ways(np.array([self.post.opening]), one, one, np.zeros((1, feeders)), np.zeros(1, dtype=np.intp), np.zeros((1, 1 + feeders)))

    def next(self, ways: _Ways, month: int, share_price: float) -> _Ways:
        """Every way on into a month, by every number promoted and from outside; without those on which too few are ready."""
        people = ways.people if month == 0 else self.post.stay * ways.people - self.drained[month - 1]
        most = int(max(1, np.ceil(self.needed[month] - 0.5 - people.min()) + 1))
        moves = np.array(list(self._moves(month, most)))
        staying = ways.ready * self.stay_ready if month else np.zeros_like(ways.ready)
        picked, allowed = _picked(staying, int(moves[:, 0].max()))
        move, way = np.nonzero(allowed[moves[:, 0]])
        promoted, outside = moves[move].T
        taken, there = picked[promoted, way], people[way] + promoted * self.post.lasting + outside
        spare = there - (self.needed[month] - HALF)
        cost = ways.cost[way] + share_price * (outside - promoted) + self.price.appointment[month] * outside + self.price.in_post[month] * there
        cost += np.where(spare > 0, self.price.spare[month] * spare, -self.price.open_post[month] * spare)
        if month:
            cost += taken @ self.price.promotions[:, month - 1]
        tilt = ways.tilt[way] + (0.0 if self.share is None else promoted * (1 - self.aim) - outside * self.aim)
        ready = staying[way] - taken + self.gained[:, month]
        return _Ways(there, cost, tilt, ready, way, np.column_stack([outside, taken]).astype(float))

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

    def share_kept(self, joined: Array) -> tuple[Array, Array]:
        """By how many people the share from within is broken on each way, and what the people that it would still allow are worth.

        Below zero where too many are promoted.
        """
        if self.share is None:
            return np.zeros(len(joined)), np.zeros(len(joined))
        few, many = self.share.beyond(joined[:, 0].sum(axis=1), joined[:, 1:].sum(axis=(1, 2)))
        broken = np.maximum(few - self.share.few, 0.0) - np.maximum(many - self.share.many, 0.0)
        worth_few, worth_many = self.price.share
        return broken, worth_few * np.maximum(self.share.few - few, 0.0) + worth_many * np.maximum(self.share.many - many, 0.0)


def _picked(ready: Array, most: int) -> tuple[Array, NDArray[np.bool_]]:
    """Who is promoted of the people ready [ways, feeders], by number promoted, one after the other from where most are ready; and whether so many are."""
    taken, allowed, ways = np.zeros((most + 1, *ready.shape)), np.ones((most + 1, len(ready)), dtype=bool), np.arange(len(ready))
    for promoted in range(1, most + 1):
        left = ready - taken[promoted - 1]
        best = left.argmax(axis=1)
        allowed[promoted] = allowed[promoted - 1] & (left[ways, best] >= 1 - SLACK)
        taken[promoted] = taken[promoted - 1]
        taken[promoted, ways, best] += 1
    return taken, allowed


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
