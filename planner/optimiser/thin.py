"""The same problem with fewer coefficients: what people once hired bring follows from what they brought the month before, so old starts need no coefficient.

A path is a sum of impulse responses, a lower triangle of coefficients. Where a response falls off by the same factor every month, each row less that factor
times the row of the month before has a coefficient for recent starts only. Rows are replaced by sums of rows, each with itself in full and others only from
before it, so that whoever meets the one set meets the other: no solution is lost, none is won.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.cohorts import QUANTITIES, cohorts
from planner.optimiser.model import LONG, Model
from planner.optimiser.problem import Arrays, Problem

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
NOTHING = 1e-11
"""A coefficient that is left over from a difference of equal ones."""
SAME = 1e-9
STILL_THERE = 1e-5
"""Part of a response that is large enough to tell its factor from."""


def thinned(problem: Problem, whole: Bools | None = None) -> Arrays:
    """The arrays of a problem with its frontline's paths and mentors thinned; without `whole`, its relaxation to fractions."""
    matrix, change = _rows(problem)
    none = np.zeros(problem.model.width, dtype=bool)
    bounds = problem.model.lower, problem.model.upper
    return Arrays(problem.price, *bounds, matrix, problem.lower + change, problem.upper + change, none if whole is None else whole)


@lru_cache(maxsize=4)
def _rows(problem: Problem) -> tuple[sparse.csr_matrix, Array]:
    """The thinned coefficients, and what is added to the sides of the rows."""
    operator = _recursion(problem) @ _less_heads(problem)
    matrix = (operator @ problem.matrix).tocsr()
    matrix.data[np.abs(matrix.data) < NOTHING] = 0.0
    matrix.eliminate_zeros()
    known = np.where(problem.lower == problem.upper, problem.lower, 0.0)
    return matrix, operator @ known - known


def _less_heads(problem: Problem) -> sparse.csr_matrix:
    """Takes from the rows of productive FTE, and of mentors, the rows of heads by what a settled person counts for there: old starts fall out of them."""
    model = problem.model
    heads, fte, mentors = (problem.places(name) for name in ("frontline_heads", "frontline_fte", "mentors"))
    share = np.array([site.training.mentor_share_max for site in model.scenario.sites])
    productive = _settled_fte(model)
    entries = [(fte[:, group], heads[:, group], -productive[group]) for group in range(len(model.sites))]
    entries += [(mentors[:, site], heads[:, group], share[site]) for group, site in enumerate(model.sites)]
    return _operator(problem, entries)


def _recursion(problem: Problem) -> sparse.csr_matrix:
    """Takes from each month's row of a path the months before, by the factors at which its responses fall off."""
    entries = []
    for name, factors in (("frontline_heads", _head_factors(problem.model)), ("frontline_fte", _ramp_factors(problem.model))):
        places = problem.places(name)
        for group, each in enumerate(factors):
            weights = np.poly(each) if each else np.ones(1)
            entries += [(places[lag:, group], places[:-lag, group], float(weights[lag])) for lag in range(1, len(weights))]
    return _operator(problem, entries)


def _operator(problem: Problem, entries: list[tuple[NDArray[np.intp], NDArray[np.intp], float]]) -> sparse.csr_matrix:
    """The identity on rows, and further rows added to some: (to, from, times)."""
    count = len(problem.lower)
    to, origin, values = [np.arange(count)], [np.arange(count)], [np.ones(count)]
    for rows, others, weight in entries:
        kept = (rows >= 0) & (others >= 0)
        to, origin, values = [*to, rows[kept]], [*origin, others[kept]], [*values, np.full(int(kept.sum()), weight)]
    return sparse.csr_matrix((np.concatenate(values), (np.concatenate(to), np.concatenate(origin))), shape=(count, count))


def _settled_fte(model: Model) -> Array:
    """Productive FTE of one settled head, by group."""
    long = cohorts(model.scenario, LONG)
    heads = long.start[QUANTITIES.index("heads")][:, 0, -1]
    return np.asarray(np.divide(long.capacity_per_start[:, 0, -1], heads, out=np.zeros_like(heads), where=heads > 0))


def _head_factors(model: Model) -> list[list[float]]:
    """By group: the factors at which heads fall off from month to month in the long run, by source, and of settled people."""
    long, row = cohorts(model.scenario, LONG), QUANTITIES.index("heads")
    both = zip(long.start[row], long.settled[row], strict=True)
    return [_apart([*(_last_factor(each) for each in starts), _last_factor(settled)]) for starts, settled in both]


def _ramp_factors(model: Model) -> list[list[float]]:
    """By group: the factors at which what new people lack in proficiency falls off from month to month, by source."""
    long = cohorts(model.scenario, LONG)
    lacking = long.capacity_per_start - long.start[QUANTITIES.index("heads")] * _settled_fte(model)[:, None, None]
    return [_apart([_last_factor(each) for each in starts]) for starts in lacking]


def _last_factor(response: Array) -> float:
    """What the last part of a response that is still there is, over the month before; 0 where there is none.

    >>> round(_last_factor(np.array([3.0, 1.0, 0.5, 0.25])), 3)
    0.5
    """
    there = np.flatnonzero(np.abs(response) > STILL_THERE)
    last = int(there[-1]) if len(there) else 0
    return float(response[last] / response[last - 1]) if last > 0 and abs(response[last - 1]) > STILL_THERE else 0.0


def _apart(factors: list[float]) -> list[float]:
    """Factors between 0 and 1 that differ.

    >>> _apart([0.5, 0.5, 0.9, 0.0])
    [0.5, 0.9]
    """
    found: list[float] = []
    for factor in sorted(factors):
        if 0 < factor < 1 and (not found or factor - found[-1] > SAME):
            found.append(factor)
    return found
