"""A better bound than the relaxation: people who join a role are whole, so a post that falls open between two months asks for a whole person.

For months k < t of a unit, whole arrivals A after k and up to t, posts P in t, s = stay^(t-k) (in post + open posts in k beyond least k) + open posts in t:
A - P + s >= r = -half - stay^(t-k) least k, and so, A and P being whole, A - P + s / f >= ceil(r) with f the fraction of r (mixed integer rounding).
k = -1 is the opening. Promotions count in full though some fail, and who is promoted on is left out: both only weaken the row.

The same with the posts Q in k as they are, not the least: u = stay^(t-k) (in post + open posts - Q + half in k) + open posts in t, and
A - P + Q - (1 - stay^(t-k)) (Q - least k) + u >= r = (1 - stay^(t-k)) (least k - half), all but u whole: A - P + Q + c (Q - least k) + u / f >= ceil(r)
with c = min(1, stay^(t-k) / f) - 1. Where posts grow with the frontline beyond the least, this is the stronger of the two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.optimiser.model import HALF, Model
from planner.optimiser.posts import Post
from planner.optimiser.relaxation import Relaxation

Array = NDArray[np.float64]
LEAST_FRACTION = 0.02
LEAST_BREACH = 1e-3


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows that every whole plan meets: matrix @ columns >= lower."""

    matrix: sparse.csr_matrix
    lower: Array

    def __add__(self, other: "Cuts") -> "Cuts":
        return Cuts(sparse.vstack([self.matrix, other.matrix], format="csr"), np.concatenate([self.lower, other.lower]))


def no_cuts(model: Model) -> Cuts:
    """No row."""
    return Cuts(sparse.csr_matrix((0, model.width)), np.zeros(0))


def separate(model: Model, columns: Array, every: list[Post]) -> Cuts:
    """The rows that fractions break most: of each kind one for each unit and month in which a window ends."""
    rows = [row for post in every for windows in (_from_least(post, columns), _from_posts(post, columns)) for row in _broken(model, windows)]
    sides = np.array([side for _, side in rows])
    return Cuts(sparse.vstack([no_cuts(model).matrix, *(row for row, _ in rows)], format="csr"), sides)


@dataclass(frozen=True, eq=False)
class _Windows:
    """Windows of one unit from the end of a month k to month t [months t, positions of k], by how much rows break there, and what makes their rows."""

    post: Post
    opening: int
    """Positions of k before the first month: 1 where the opening is one of them."""
    breach: Array
    fade: Array
    fraction: Array
    carry: Array
    """Coefficient of the posts in k."""
    side: Array


def _from_least(post: Post, columns: Array) -> _Windows:
    """Windows that begin with the least posts, or the opening."""
    months, needed = len(post.least), post.least - HALF
    floor = np.concatenate([[post.opening], needed])
    above = np.concatenate([[0.0], np.maximum(columns[post.in_post] + columns[post.open_posts] - needed, 0)])
    lag = np.arange(months)[:, None] + 1 - np.arange(months + 1)[None]
    lag[:, 0] -= 1
    fade = post.stay ** np.maximum(lag, 0)
    wanted = -HALF - fade * floor[None]
    fraction = _fraction(wanted)
    side = np.ceil(wanted)
    breach = side - (fade * above[None] + columns[post.open_posts][:, None]) / fraction - _arrived(post, columns, 1) + columns[post.posts][:, None]
    breach[:, 1:][lag[:, 1:] <= 0] = -np.inf
    breach[wanted - np.floor(wanted) < LEAST_FRACTION] = -np.inf
    beyond = np.concatenate([[0.0], needed])
    return _Windows(post, 1, breach, fade, fraction, np.zeros_like(fade), side + fade * beyond[None] / fraction)


def _from_posts(post: Post, columns: Array) -> _Windows:
    """Windows that begin with the posts of their first month."""
    months, posts = len(post.least), columns[post.posts]
    lag = np.arange(months)[:, None] - np.arange(months)[None]
    fade = post.stay ** np.maximum(lag, 0)
    wanted = (1 - fade) * (post.least - HALF)[None]
    fraction = _fraction(wanted)
    weaker = np.minimum(1.0, fade / fraction) - 1.0
    side = np.ceil(wanted) - fade * HALF / fraction + weaker * post.least[None]
    carry = 1.0 + weaker - fade / fraction
    held = (fade * (columns[post.in_post] + columns[post.open_posts])[None] + columns[post.open_posts][:, None]) / fraction
    breach = side - held - _arrived(post, columns, 0) + posts[:, None] - carry * posts[None]
    breach[(lag <= 0) | (wanted - np.floor(wanted) < LEAST_FRACTION)] = -np.inf
    return _Windows(post, 0, breach, fade, fraction, carry, side)


def _fraction(wanted: Array) -> Array:
    return np.asarray(np.maximum(wanted - np.floor(wanted), LEAST_FRACTION))


def _arrived(post: Post, columns: Array, opening: int) -> Array:
    """People who join in each window [months t, positions of k]."""
    arrived = np.concatenate([[0.0], np.cumsum(_arrivals(post, columns))])
    return np.asarray(arrived[1:, None] - arrived[1 - opening :][None])


def _broken(model: Model, windows: _Windows) -> Iterator[tuple[sparse.csr_matrix, float]]:
    """The row of the most broken window that ends in each month."""
    worst = windows.breach.argmax(axis=1)
    for end in np.flatnonzero(windows.breach.max(axis=1) > LEAST_BREACH):
        yield _row(model, windows, int(end), int(worst[end]))


def _arrivals(post: Post, columns: Array) -> Array:
    """People who join in each month, failures included."""
    total = columns[post.appointments].copy()
    total[1:] += columns[post.promotions].sum(axis=0)[:-1]
    return np.asarray(total)


def _row(model: Model, windows: _Windows, end: int, position: int) -> tuple[sparse.csr_matrix, float]:
    """One row, for the window from month k at a position to `end`."""
    post, begin = windows.post, position - windows.opening
    fade, fraction = windows.fade[end, position], windows.fraction[end, position]
    entries = {int(column): 1.0 for column in post.appointments[begin + 1 : end + 1]}
    for attempts in post.promotions:
        entries |= {int(column): 1.0 for column in attempts[max(begin, 0) : end]}
    entries |= {int(post.open_posts[end]): 1 / fraction, int(post.posts[end]): -1.0}
    if begin >= 0:
        entries |= {int(post.in_post[begin]): fade / fraction, int(post.open_posts[begin]): fade / fraction}
        entries[int(post.posts[begin])] = windows.carry[end, position]
    places = np.array(list(entries))
    row = sparse.csr_matrix((np.array(list(entries.values())), (np.zeros(len(places), dtype=int), places)), shape=(1, model.width))
    return row, float(windows.side[end, position])


def tightened(relaxation: Relaxation, every: list[Post], stopped: Callable[[], bool], rounds: int = 12) -> Iterator[tuple[float, Cuts]]:
    """The bound with the rows that the relaxation breaks added, and those rows, which the relaxation keeps: round by round, as long as that moves the bound."""
    model, cuts, bound = relaxation.problem.model, no_cuts(relaxation.problem.model), relaxation.bound
    for _ in range(rounds):
        broken = separate(model, relaxation.columns, every)
        if stopped() or not len(broken.lower):
            return
        relaxation.add(broken.matrix, broken.lower)
        if not relaxation.solve():
            return
        before, bound, cuts = bound, relaxation.bound, cuts + broken
        yield bound, cuts
        if bound < before * (1 + 1e-5):
            return
