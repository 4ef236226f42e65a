"""HiGHS and CBC through PuLP: the search that proves. PuLP's own words about it are not trusted, see `answer`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from planner.optimiser.bound import Cuts
from planner.optimiser.outcome import Kind
from planner.optimiser.problem import Problem, add_rows, arrays, column_names, columns_of, engine, has_columns, start_from, to_pulp, watch

Array = NDArray[np.float64]
SolverName = Literal["HiGHS", "CBC"]
LEFT_OVER = 1e-9


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver found: columns and bound where it has them, whether it says that there is no plan, and its own words."""

    columns: Array | None
    bound: float | None
    infeasible: bool
    said: str
    failure: Kind | None = None
    """How it failed, if it did."""


@dataclass(frozen=True)
class Standing:
    """Where the solver stands: the bound, and what its best plan is charged (infinite: none yet)."""

    bound: float
    best: float


@dataclass(frozen=True, eq=False)
class Search:
    """How long to search, how near is near enough, where to begin, who may stop it, and who hears of it."""

    seconds: float
    gap: float
    start: Array | None
    cuts: Cuts
    stopped: Callable[[], bool]
    heard: Callable[[Standing], None]


class StartedHiGHS(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS, given its rows in bulk, a plan to begin with, and somebody who may stop it: PuLP 3.3 has none of these."""

    def __init__(self, problem: Problem, search: Search) -> None:
        super().__init__(msg=False, threads=1, timeLimit=search.seconds, gapRel=search.gap)
        self.problem, self.search = problem, search

    def createAndConfigureSolver(self, lp: pulp.LpProblem) -> None:
        """HiGHS with the problem's rows and the further ones."""
        solver = lp.solverModel = engine(arrays(self.problem, self.problem.model.whole), self.problem.fixed_price)
        cuts = self.search.cuts
        if len(cuts.lower):
            add_rows(solver, cuts.matrix, cuts.lower, np.full(len(cuts.lower), highspy.kHighsInf))
        for option, value in (("time_limit", float(self.search.seconds)), ("mip_rel_gap", self.search.gap), ("mip_abs_gap", LEFT_OVER)):
            solver.setOptionValue(option, value)

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:
        """The plan to begin with, and the callbacks; rows and columns are there and know their places."""
        if self.search.start is not None:
            start_from(lp.solverModel, self.search.start)
        watch(lp.solverModel, self.search.stopped)
        lp.solverModel.cbMipInterrupt += self._tell

    def _tell(self, event: Any) -> None:
        self.search.heard(Standing(float(event.data_out.mip_dual_bound), float(event.data_out.mip_primal_bound)))


def solve(problem: Problem, search: Search, solver: SolverName = "HiGHS") -> Answer:
    """The problem solved by a solver of PuLP. Never raises for what a solver does: its failure is an answer."""
    try:
        lp = to_pulp(problem)
        if solver == "HiGHS":
            lp.solve(StartedHiGHS(problem, search))
            return _of_highs(problem, lp.solverModel)
        lp.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=search.seconds, gapRel=search.gap, threads=1, _skip_v4_deprecation=True))
        return _of_cbc(problem, lp)
    except (pulp.PulpError, OSError, RuntimeError, AttributeError) as error:
        return Answer(None, None, False, f"{solver}: {error}", _failure(str(error)))


def _failure(text: str) -> Kind:
    """How a solver failed, by the words of the error that PuLP raises for it."""
    words = text.casefold()
    if "cannot execute" in words or "not available" in words or "no such file" in words:
        return Kind.SOLVER_MISSING
    return Kind.SOLVER_KILLED if "error while trying to execute" in words else Kind.SOLVER_FAILED


def _of_highs(problem: Problem, solver: highspy.Highs) -> Answer:
    """HiGHS's answer by its own status: PuLP calls a search that time ended optimal."""
    status, states = solver.getModelStatus(), highspy.HighsModelStatus
    if status == states.kUnboundedOrInfeasible:
        solver.setOptionValue("presolve", "off")
        solver.run()
        status = solver.getModelStatus()
    said = solver.modelStatusToString(status)
    if status == states.kInfeasible:
        return Answer(None, None, True, said)
    if status in (states.kUnbounded, states.kUnboundedOrInfeasible):
        return Answer(None, None, False, said, Kind.UNBOUNDED)
    bound = float(solver.getInfo().mip_dual_bound) if problem.model.whole.any() else float(solver.getObjectiveValue())
    if has_columns(solver):
        return Answer(columns_of(solver), bound, False, said)
    ended = status in (states.kTimeLimit, states.kInterrupt)
    return Answer(None, bound if ended and np.isfinite(bound) else None, False, said, None if ended else Kind.SOLVER_FAILED)


def _of_cbc(problem: Problem, lp: pulp.LpProblem) -> Answer:
    """CBC's answer: it tells no bound through PuLP, so an optimum is its own bound, and anything else has none."""
    said = pulp.LpSolution[lp.sol_status]
    if lp.sol_status in (pulp.LpSolutionInfeasible,):
        return Answer(None, None, True, said)
    if lp.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return Answer(None, None, False, said, Kind.UNBOUNDED if lp.sol_status == pulp.LpSolutionUnbounded else None)
    values = {column.name: column.varValue or 0.0 for column in lp.variables()}
    columns = np.array([values.get(name, 0.0) for name in column_names(problem)])
    return Answer(columns, None, False, said)
