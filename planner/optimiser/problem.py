"""The rows and costs of a model as one linear problem, and its two forms: a PuLP problem, and arrays for a solver that is called many times."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from planner.optimiser import costs
from planner.optimiser.constraints import CONSTRAINTS, Rows
from planner.optimiser.model import Affine, Model

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
FEASIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class Problem:
    """Rows, costs and columns of a model. `price` is what is minimised, one amount a column, and `fixed_price` what no decision changes."""

    model: Model
    rows: tuple[Rows, ...]
    cost: Affine
    charge: Affine
    price: Array
    fixed_price: float

    @cached_property
    def kept(self) -> Bools:
        """Which of all rows bound anything."""
        return np.concatenate([np.zeros(0, dtype=bool), *((np.isfinite(rows.lower) | np.isfinite(rows.upper)).ravel() for rows in self.rows)])

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """Coefficients [rows, columns]."""
        nothing = sparse.csr_matrix((0, self.model.width))
        return sparse.vstack([nothing, *(rows.quantity.matrix for rows in self.rows)], format="csr")[self.kept]

    @cached_property
    def lower(self) -> Array:
        """Least value of each row, constants taken off."""
        return np.concatenate([np.zeros(0), *(rows.lower.ravel() - rows.quantity.constant for rows in self.rows)])[self.kept]

    @cached_property
    def upper(self) -> Array:
        """Largest value of each row, constants taken off."""
        return np.concatenate([np.zeros(0), *(rows.upper.ravel() - rows.quantity.constant for rows in self.rows)])[self.kept]

    @cached_property
    def names(self) -> list[str]:
        """A name of each row: its limit, month and unit by position."""
        every = [f"{rows.name}_{t}_{u}" for rows in self.rows for t in range(rows.quantity.shape[0]) for u in range(rows.quantity.shape[1])]
        return [name for name, kept in zip(every, self.kept, strict=True) if kept]

    @cached_property
    def limit_of(self) -> NDArray[np.intp]:
        """The position in `rows` that each row comes from."""
        return np.repeat(np.arange(len(self.rows)), [rows.lower.size for rows in self.rows])[self.kept]

    def places(self, name: str) -> NDArray[np.intp]:
        """Where the rows of one name stand [months, units]; -1 where they bound nothing. Empty where there are no rows of that name."""
        first = 0
        numbers = np.where(self.kept, np.cumsum(self.kept) - 1, -1)
        for rows in self.rows:
            if rows.name == name:
                return np.asarray(numbers[first : first + rows.lower.size].reshape(rows.quantity.shape), dtype=np.intp)
            first += rows.lower.size
        return np.zeros((0, 0), dtype=np.intp)

    def objective(self, columns: Array) -> float:
        """What is minimised, at these columns."""
        return float(self.price @ columns + self.fixed_price)

    def broken_rows(self, columns: Array, hair: float = FEASIBLE) -> Bools:
        """Which rows these columns break."""
        values = self.matrix @ columns
        slack = hair * (1 + np.abs(values))
        return np.asarray((values < self.lower - slack) | (values > self.upper + slack))

    def allows(self, columns: Array) -> bool:
        """Whether these columns meet every row and bound, and are whole where they must be."""
        model = self.model
        whole = np.abs(columns - np.rint(columns))[model.whole].max(initial=0.0) <= FEASIBLE
        within = np.all((columns >= model.lower - FEASIBLE) & (columns <= model.upper + FEASIBLE))
        return bool(whole and within and not self.broken_rows(columns).any())


def problem(
    model: Model,
    constraints: tuple[Callable[[Model], tuple[Rows, ...]], ...] = CONSTRAINTS,
    items: tuple[costs.Cost, ...] = costs.COSTS,
    charges: tuple[costs.Cost, ...] = costs.CHARGES,
) -> Problem:
    """The problem of a model: the cheapest plan within the limits."""
    cost, charge = costs.added(model, items), costs.added(model, charges)
    both = cost + charge
    price = np.asarray(both.matrix.sum(axis=0), dtype=float).ravel()
    rows = tuple(row for constraint in constraints for row in constraint(model))
    return Problem(model, rows, cost, charge, price, float(both.constant.sum()))


# PuLP ----------------------------------------------------------------------------------------------------------------------------------------


def to_pulp(problem: Problem) -> pulp.LpProblem:
    """The problem in PuLP, columns and rows named by position: never by a user's text. Each knows its place in the problem as `index`."""
    lp = pulp.LpProblem("hiring", pulp.LpMinimize)
    columns = _pulp_columns(problem, lp)
    for position, column in enumerate(columns):
        column.index = position
    matrix = problem.matrix
    prices = {columns[j]: float(problem.price[j]) for j in np.flatnonzero(problem.price)}
    lp.setObjective(pulp.LpAffineExpression(prices, constant=problem.fixed_price))
    starts, indices, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    for i, name in enumerate(problem.names):
        here = slice(starts[i], starts[i + 1])
        row = pulp.LpAffineExpression(dict(zip([columns[j] for j in indices[here]], values[here], strict=True)))
        sense, side = _sense(float(problem.lower[i]), float(problem.upper[i]))
        constraint = pulp.LpConstraint(row, sense, name, side)
        constraint.index = i
        lp.addConstraint(constraint)
    return lp


def _pulp_columns(problem: Problem, lp: pulp.LpProblem) -> list[pulp.LpVariable]:
    model = problem.model
    finite = [[float(value) if np.isfinite(value) else None for value in side] for side in (model.lower, model.upper)]
    kinds = (pulp.LpContinuous, pulp.LpInteger)
    return [
        lp.add_variable(name, low, high, cat=kinds[int(whole)])
        for name, low, high, whole in zip(column_names(problem), *finite, model.whole, strict=True)
    ]


def column_names(problem: Problem) -> list[str]:
    """A name of each column: its block, month and unit by position."""
    return [f"{_column_name(problem.model, name)}_{t}_{u}" for name, block in problem.model.blocks.items() for t, u in np.ndindex(block.shape)]


def _column_name(model: Model, block: str) -> str:
    """A block's name with roles told by position."""
    kind, _, role = block.partition(" ")
    names = [each.name for each in model.roles]
    return f"{kind}_{names.index(role)}" if role in names else block.replace(" ", "_")


def _sense(lower: float, upper: float) -> tuple[int, float]:
    if lower == upper:
        return pulp.LpConstraintEQ, upper
    return (pulp.LpConstraintLE, upper) if np.isfinite(upper) else (pulp.LpConstraintGE, lower)


# Arrays --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Arrays:
    """A linear problem as arrays: what a solver that is called many times is given."""

    price: Array
    lower: Array
    upper: Array
    matrix: sparse.csr_matrix
    row_lower: Array
    row_upper: Array
    whole: Bools


def arrays(problem: Problem, whole: Bools | None = None) -> Arrays:
    """The arrays of a problem; without `whole`, its relaxation to fractions."""
    model = problem.model
    none = np.zeros(model.width, dtype=bool)
    return Arrays(problem.price, model.lower, model.upper, problem.matrix, problem.lower, problem.upper, none if whole is None else whole)


def engine(given: Arrays, fixed_price: float = 0.0) -> highspy.Highs:
    """HiGHS with a problem loaded, silent and on one thread."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1)):
        solver.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(given.price), len(given.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = given.price, given.lower, given.upper
    lp.row_lower_, lp.row_upper_, lp.offset_ = given.row_lower, given.row_upper, fixed_price
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = given.matrix.indptr, given.matrix.indices, given.matrix.data
    if given.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(each)] for each in given.whole]
    solver.passModel(lp)
    return solver


def add_rows(solver: highspy.Highs, matrix: sparse.csr_matrix, lower: Array, upper: Array) -> None:
    """Rows added to a solver: lower <= matrix @ columns <= upper."""
    solver.addRows(len(lower), lower, upper, matrix.nnz, matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32), matrix.data)


def fix(solver: highspy.Highs, columns: NDArray[np.intp], lower: Array, upper: Array) -> None:
    """Bounds of some columns changed."""
    solver.changeColsBounds(len(columns), columns.astype(np.int32), np.asarray(lower, dtype=float), np.asarray(upper, dtype=float))


def is_optimal(solver: highspy.Highs) -> bool:
    """Whether the last answer is an optimum."""
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def columns_of(solver: highspy.Highs) -> Array:
    """The columns of the last answer; to be read only behind a good one."""
    return np.array(solver.getSolution().col_value)


def has_columns(solver: highspy.Highs) -> bool:
    """Whether the last answer is a plan: an optimum, or the best found when time ran out or somebody stopped it."""
    status, states = solver.getModelStatus(), highspy.HighsModelStatus
    good = (states.kOptimal, states.kTimeLimit, states.kInterrupt, states.kSolutionLimit)
    return status in good and int(solver.getInfo().primal_solution_status) == int(highspy.SolutionStatus.kSolutionStatusFeasible)


def start_from(solver: highspy.Highs, columns: Array) -> None:
    """Gives HiGHS a plan to begin with."""
    solution = highspy.HighsSolution()
    solution.col_value = columns.tolist()
    solver.setSolution(solution)


def watch(solver: highspy.Highs, stopped: Callable[[], bool], simplex: bool = False) -> None:
    """Lets somebody stop a search; within the simplex method, too, where that may take long."""

    def ask(event: Any) -> None:
        if stopped():
            event.interrupt()

    solver.cbMipInterrupt += ask
    solver.cbIpmInterrupt += ask
    if simplex:
        solver.cbSimplexInterrupt += ask
