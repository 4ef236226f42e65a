"""A better bound than the relaxation: people who join a role are whole, so a post that falls open between two months asks for a whole person.

For months k < t of a unit, whole arrivals A after k and up to t, posts P in t, s = stay^(t-k) (in post + open posts in k beyond least k) + open posts in t:
A - P + s >= r = -half - stay^(t-k) least k, and so, A and P being whole, A - P + s / f >= ceil(r) with f the fraction of r (mixed integer rounding).
k = -1 is the opening. Promotions count in full though some fail, and who is promoted on is left out: both only weaken the row.
"""

from collections.abc import Callable
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
    """The rows that fractions break most, one for each unit and month in which a window ends."""
    found = [_broken(model, columns, post) for post in every]
    return Cuts(sparse.vstack([no_cuts(model).matrix, *(cut.matrix for cut in found)], format="csr"), np.concatenate([cut.lower for cut in found]))


def _broken(model: Model, columns: Array, post: Post) -> Cuts:
    """The most broken window that ends in each month, of one unit."""
    months, needed = len(post.least), post.least - HALF
    arrived = np.concatenate([[0.0], np.cumsum(_arrivals(post, columns))])
    floor = np.concatenate([[post.opening], needed])
    above = np.concatenate([[0.0], np.maximum(columns[post.in_post] + columns[post.open_posts] - needed, 0)])
    lag = np.arange(months)[:, None] + 1 - np.arange(months + 1)[None]
    lag[:, 0] -= 1
    fade = post.stay ** np.maximum(lag, 0)
    wanted = -HALF - fade * floor[None]
    fraction = wanted - np.floor(wanted)
    held = (fade * above[None] + columns[post.open_posts][:, None]) / np.maximum(fraction, LEAST_FRACTION)
    breach = np.ceil(wanted) - held - (arrived[1:, None] - arrived[None]) + columns[post.posts][:, None]
    breach[:, 1:][lag[:, 1:] <= 0] = -np.inf
    breach[fraction < LEAST_FRACTION] = -np.inf
    worst = breach.argmax(axis=1)
    ends = np.flatnonzero(breach.max(axis=1) > LEAST_BREACH)
    rows = [_row(model, post, int(end), int(worst[end]), fade[end, worst[end]], wanted[end, worst[end]]) for end in ends]
    return Cuts(sparse.vstack([no_cuts(model).matrix, *(row for row, _ in rows)], format="csr"), np.array([side for _, side in rows]))


def _arrivals(post: Post, columns: Array) -> Array:
    """People who join in each month, failures included."""
    total = columns[post.appointments].copy()
    total[1:] += columns[post.promotions].sum(axis=0)[:-1]
    return np.asarray(total)


def _row(model: Model, post: Post, end: int, begin: int, fade: float, wanted: float) -> tuple[sparse.csr_matrix, float]:
    """One row, for the window from the month before position `begin` (0: the opening) to `end`."""
    fraction = wanted - np.floor(wanted)
    entries = {int(column): 1.0 for column in post.appointments[begin : end + 1]}
    for attempts in post.promotions:
        entries |= {int(column): 1.0 for column in attempts[max(begin - 1, 0) : end]}
    entries[int(post.open_posts[end])] = 1 / fraction
    entries[int(post.posts[end])] = -1.0
    side = float(np.ceil(wanted))
    if begin:
        entries[int(post.in_post[begin - 1])] = fade / fraction
        entries[int(post.open_posts[begin - 1])] = fade / fraction
        side += fade * (post.least[begin - 1] - HALF) / fraction
    places = np.array(list(entries))
    row = sparse.csr_matrix((np.array(list(entries.values())), (np.zeros(len(places), dtype=int), places)), shape=(1, model.width))
    return row, side


def tightened(relaxation: Relaxation, every: list[Post], stopped: Callable[[], bool], rounds: int = 12) -> tuple[float, Cuts]:
    """The bound with the rows that the relaxation breaks added, round by round, as long as that moves it; and the rows, which the relaxation keeps."""
    model, cuts, bound = relaxation.problem.model, no_cuts(relaxation.problem.model), relaxation.bound
    for _ in range(rounds):
        broken = separate(model, relaxation.columns, every)
        if stopped() or not len(broken.lower):
            break
        relaxation.add(broken.matrix, broken.lower)
        if not relaxation.solve():
            break
        before, bound, cuts = bound, relaxation.bound, cuts + broken
        if bound < before * (1 + 1e-5):
            break
    return bound, cuts
