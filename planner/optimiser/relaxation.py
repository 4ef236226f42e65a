"""The relaxation to fractions, kept in HiGHS to be solved again and again: thinned, and without the rows that hardly ever bind until they are broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.optimiser.model import feeder_survival
from planner.optimiser.problem import FEASIBLE, Arrays, Problem, add_rows, columns_of, engine, fix, is_optimal, watch
from planner.optimiser.thin import thinned
from planner.organisation import FRONTLINE

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
SELDOM = ("nobody_below_zero", "mentors", "interviews", "recruiters")
"""Limits whose rows are added once they are broken; so are those of people ready for a promotion from the frontline."""

FIRST = (("solver", "ipx"), ("presolve", "on"), ("simplex_scale_strategy", 0))
"""How it is solved first. Scaled, the basis that the interior point method ends with takes the simplex method thousands of steps to confirm."""
ROUGHLY = (("ipm_optimality_tolerance", 1e-2), ("run_crossover", "off"))
"""How it is solved where its columns and prices are a guide only."""
ROUGH_ROUNDS = 3
"""Times that it is then solved, at most, each with the rows that it broke before."""
THEN = (("solver", "simplex"), ("presolve", "off"))
"""How it is solved again, from where it stands."""


@dataclass(frozen=True, eq=False)
class Held:
    """Columns that are known, and their values: they are taken out of the rows."""

    columns: Places
    values: Array


class Relaxation:
    """A problem's relaxation in HiGHS. What it tells is to be read only after a `solve` that returned True."""

    def __init__(
        self, problem: Problem, left: Callable[[], float] = lambda: highspy.kHighsInf, stopped: Callable[[], bool] | None = None, held: Held | None = None
    ) -> None:
        self.problem, self._left = problem, left
        self._thin = thinned(problem) if held is None else _without(thinned(problem), held)
        self._waiting = _seldom(problem)
        self._benches, self._mentors = list(_frontline_benches(problem)), _mentors(problem)
        self._rows = np.flatnonzero(~self._waiting & ((np.diff(self._thin.matrix.indptr) > 0) | _broken_by_nothing(self._thin)))
        self.engine = engine(_only(self._thin, self._rows), problem.fixed_price)
        for option, value in FIRST:
            self.engine.setOptionValue(option, value)
        if stopped is not None:
            watch(self.engine, stopped)
        self.columns = np.zeros(problem.model.width)

    @property
    def optimal(self) -> bool:
        """Whether its last solve found its optimum."""
        return is_optimal(self.engine)

    @property
    def said(self) -> str:
        """HiGHS's own words on the last answer."""
        return str(self.engine.modelStatusToString(self.engine.getModelStatus()))

    @property
    def bound(self) -> float:
        """Its cost: no plan is charged less."""
        return float(self.engine.getObjectiveValue())

    @property
    def reduced(self) -> Array:
        """What one more of each column would cost beyond what it brings."""
        return np.array(self.engine.getSolution().col_dual)

    def price(self, places: Places) -> Array:
        """What one more of each row would cost, in the shape of `places`; 0 for rows that are not there."""
        prices = np.zeros(len(self.problem.lower) + 1)
        kept = self._rows >= 0
        prices[self._rows[kept]] = np.array(self.engine.getSolution().row_dual)[kept]
        return np.asarray(prices[places])

    def solve(self) -> bool:
        """Whether it has an optimum, found while there was time left; rows that it breaks are added until it breaks none."""
        while True:
            self.engine.setOptionValue("time_limit", self.engine.getRunTime() + max(self._left(), 0.0))
            self.engine.run()
            if not self.optimal:
                return False
            for option, value in THEN:
                self.engine.setOptionValue(option, value)
            self.columns = self._with_rest(columns_of(self.engine))
            broken = self._broken()
            if not broken.any():
                return True
            self._add(np.flatnonzero(broken))

    def solve_roughly(self) -> bool:
        """Whether the interior point method came near the optimum before time was up: its columns and prices then, not its cost, which is no bound.

        Prices between all those that are right, not at one end, guide whole plans better than those of the optimum, and are there in half the time.
        """
        for option, value in ROUGHLY:
            self.engine.setOptionValue(option, value)
        near = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kOptimal)
        for _ in range(ROUGH_ROUNDS):
            self.engine.setOptionValue("time_limit", self.engine.getRunTime() + max(self._left(), 0.0))
            self.engine.run()
            if self.engine.getModelStatus() not in near or not self.engine.getSolution().dual_valid:
                return False
            self.columns = self._with_rest(columns_of(self.engine))
            broken = self._broken()
            if not broken.any():
                break
            self._add(np.flatnonzero(broken))
        return True

    def fix(self, columns: Places, values: Array) -> None:
        """Holds columns at values."""
        fix(self.engine, columns.ravel(), values.ravel(), values.ravel())

    def bounded(self, columns: Places, lower: Array) -> None:
        """Holds columns at least values."""
        fix(self.engine, columns.ravel(), lower.ravel(), np.broadcast_to(highspy.kHighsInf, lower.size))

    def add(self, matrix: sparse.csr_matrix, lower: Array) -> None:
        """Further rows: matrix @ columns >= lower."""
        self._rows = np.concatenate([self._rows, np.full(len(lower), -1)])
        add_rows(self.engine, matrix, lower, np.full(len(lower), highspy.kHighsInf))

    def _add(self, places: Places) -> None:
        self._waiting[places] = False
        self._rows = np.concatenate([self._rows, places])
        add_rows(self.engine, self._thin.matrix[places], self._thin.row_lower[places], self._thin.row_upper[places])

    def _broken(self) -> Bools:
        """Rows that wait and are broken; of a bench all of its rows."""
        values, thin = self._thin.matrix @ self.columns, self._thin
        broken = self._waiting & ((values < thin.row_lower - FEASIBLE) | (values > thin.row_upper + FEASIBLE))
        for bench in self._benches:
            broken[bench.rows] = self._waiting[bench.rows] & (broken[bench.rows].any() or self.columns[bench.ready].min() < -FEASIBLE)
        broken[self._mentors.rows] = self._waiting[self._mentors.rows] & broken[self._mentors.rows].any()
        return np.asarray(broken)

    def _with_rest(self, columns: Array) -> Array:
        """The columns with the mentors and the people ready who follow from all others, where the rows that say so are not there yet."""
        if self._waiting[self._mentors.rows].any():
            columns[self._mentors.columns] = self._mentors.needed(self.problem, columns)
        for bench in self._benches:
            if self._waiting[bench.rows].any():
                columns[bench.ready] = carried(self.problem, bench.ready, bench.balance, bench.stay, columns)
        return columns


@dataclass(frozen=True, eq=False)
class _Bench:
    """The people ready for a role: their columns, the rows that say who they are [both months, units], all rows about them, and how they stay [units]."""

    ready: Places
    balance: Places
    rows: Places
    stay: Array


def _frontline_benches(problem: Problem) -> Iterator[_Bench]:
    """The benches that frontline people sit on: hardly ever empty, and a row and a column for each of their units and months."""
    model = problem.model
    for position, role in enumerate(model.roles):
        balance = problem.places(f"ready_bench_{position}")
        if role.feeder == FRONTLINE and balance.size:
            block = model.blocks[f"ready {role.name}"]
            ready = np.arange(block.start, block.stop).reshape(block.shape)
            rows = np.concatenate([balance.ravel(), problem.places(f"bench_{position}").ravel()])
            yield _Bench(ready, balance, rows, feeder_survival(model, role))


@dataclass(frozen=True, eq=False)
class _Mentors:
    """Mentors needed: their columns, the rows that say how many, and all rows about them."""

    columns: Places
    counting: Places
    rows: Places

    def needed(self, problem: Problem, columns: Array) -> Array:
        """As many as those rows ask for."""
        without = columns.copy()
        without[self.columns] = 0.0
        return np.asarray(np.maximum(problem.lower[self.counting] - problem.matrix[self.counting] @ without, 0.0))


def _mentors(problem: Problem) -> _Mentors:
    counting, within = problem.places("mentors_whole"), problem.places("mentors")
    kept = counting >= 0
    columns = problem.model.blocks["mentors"]
    places = np.arange(columns.start, columns.stop).reshape(columns.shape)
    return _Mentors(places[kept], counting[kept], np.concatenate([counting[kept], within[within >= 0]]))


def carried(problem: Problem, stock: Places, balance: Places, stay: Array | float, columns: Array) -> Array:
    """People in a stock in each month [months, units]: those of the month before who stay, and what all other columns add by the rows that balance it."""
    rows, without = balance.ravel(), columns.copy()
    without[stock] = 0.0
    added = (problem.matrix[rows] @ without - problem.lower[rows]).reshape(balance.shape)
    people = np.zeros_like(added)
    for month, each in enumerate(added):
        people[month] = each + (people[month - 1] * stay if month else 0.0)
    return np.asarray(people)


def _seldom(problem: Problem) -> Bools:
    """Rows that hardly ever bind."""
    limits = np.array([rows.limit for rows in problem.rows])[problem.limit_of]
    waiting = np.isin(limits, SELDOM)
    for bench in _frontline_benches(problem):
        waiting[bench.rows] = True
    return waiting


def _only(given: Arrays, rows: Places) -> Arrays:
    """A problem with some of its rows."""
    return Arrays(given.price, given.lower, given.upper, given.matrix[rows], given.row_lower[rows], given.row_upper[rows], given.whole)


def _without(given: Arrays, held: Held) -> Arrays:
    """The same problem with some columns known."""
    lower, upper, known, free = given.lower.copy(), given.upper.copy(), np.zeros(len(given.price)), np.ones(len(given.price))
    lower[held.columns] = upper[held.columns] = known[held.columns] = held.values
    free[held.columns] = 0.0
    taken, matrix = given.matrix @ known, (given.matrix @ sparse.diags(free)).tocsr()
    matrix.eliminate_zeros()
    return Arrays(given.price, lower, upper, matrix, given.row_lower - taken, given.row_upper - taken, given.whole)


def _broken_by_nothing(given: Arrays) -> Bools:
    """Rows that are broken where all their columns are nothing."""
    return np.asarray((given.row_lower > FEASIBLE) | (given.row_upper < -FEASIBLE))
