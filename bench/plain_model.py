"""The hiring problem as a modeller would write it first: the people of every cohort as columns of their own, month by month, and no help for the solver.

Same limits, same prices, same optimum as the product's model; only the frontline's paths are written as stocks that follow from the month before, where the
product substitutes impulse responses. No plan to begin with, no rows that tighten the bound.
"""

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pulp
from scipy import sparse

from planner.cohorts import QUANTITIES
from planner.optimiser.constraints import CONSTRAINTS, Rows
from planner.optimiser.model import Affine, Block, Model, model
from planner.optimiser.problem import Problem, column_names, problem, to_pulp
from planner.scenario import Scenario

HEADS = QUANTITIES.index("heads")
WITHIN = 1e-5
"""How far a solver's plan may be from a limit: PuLP calls a search that time ended solved, whether there is a plan or not."""


@dataclass(frozen=True, eq=False)
class Stocks(Model):
    """The model with a column for the people of every start month, group, source and month, and for those whom promotion took away."""

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """The product's columns, then the stocks."""
        found = dict(Model.blocks.func(self))  # type: ignore[attr-defined]
        start = max(block.stop for block in found.values())
        groups, sources, span = len(self.scenario.groups), len(self.lead), self.months + self.tail
        for k in range(self.months):
            for name, rows, units in ((f"stock_{k}", span - k, groups * sources), (f"gone_{k}", span - k - 1, groups)):
                found[name] = Block(
                    name, start, np.zeros((rows, units)) if name[0] == "s" else np.full((rows, units), -np.inf), np.full((rows, units), np.inf), False
                )
                start = found[name].stop
        return found

    @cached_property
    def stay(self) -> tuple[np.ndarray, np.ndarray]:
        """People left of one start [groups x sources, age] and of one settled person [groups, age]."""
        start = self.parts.start[HEADS]
        return start.reshape(-1, start.shape[2]), self.parts.settled[HEADS]

    def response(self, opening: np.ndarray, start: np.ndarray, settled: np.ndarray) -> Affine:
        """A frontline path: what each person in a stock brings at that age."""
        rows, groups = opening.shape[1], len(opening)
        total = Affine(opening.T.ravel(), sparse.csr_matrix((rows * groups, self.width)), (rows, groups))
        each = start.reshape(-1, start.shape[2]) / self.stay[0][:, : start.shape[2]]
        lost = settled / self.stay[1][:, : settled.shape[1]]
        to_group = np.repeat(np.eye(groups), len(self.lead), axis=0)
        for k in range(min(self.months, rows)):
            total = total + self._brought(f"stock_{k}", each, rows, k).by(to_group)
            if k + 1 < rows:
                total = total - self._brought(f"gone_{k}", lost, rows, k + 1)
        return total

    def _brought(self, name: str, each: np.ndarray, rows: int, first: int) -> Affine:
        """What a stock brings in the months from `first` on [rows, units]."""
        stock = self.column(name)
        kernel = np.eye(rows, stock.shape[0], k=-first)
        brought = np.zeros((rows, stock.shape[1]))
        brought[first:] = each[:, : rows - first].T
        return stock.over(kernel) * brought


def stocks(plain: Stocks) -> tuple[Rows, ...]:
    """People of every stock: who start, then those of the month before who stay."""
    found = []
    for k in range(plain.months):
        people, away = plain.stay
        found.append(_follows(plain, f"stock_{k}", people, plain.column("starts"), k))
        if plain.blocks[f"gone_{k}"].lower.size:
            found.append(_follows(plain, f"gone_{k}", away, plain.drained, k))
    return tuple(found)


def _follows(plain: Stocks, name: str, stay: np.ndarray, begins: Affine, k: int) -> Rows:
    stock = plain.column(name)
    rows, units = stock.shape
    left = np.zeros((rows, units))
    left[1:] = (stay[:, 1:rows] / stay[:, : rows - 1]).T
    first = np.zeros((rows, plain.months))
    first[0, k] = 1
    balance = stock - stock.later() * left - begins.over(first) * stay[:, :1].T
    nothing = np.zeros(balance.shape)
    return Rows(name, balance, nothing, nothing, physics=True)


def plain_problem(scenario: Scenario) -> Problem:
    """The problem of a scenario with its stocks."""
    given = model(scenario)
    return problem(Stocks(given.scenario, given.need, given.spreadsheet), (stocks, *CONSTRAINTS))


@dataclass(frozen=True)
class PlainAnswer:
    """What a solver made of the plain formulation: what its plan is charged (None: no plan), its own bound (None: it tells none), seconds with writing it."""

    charged: float | None
    bound: float | None
    seconds: float


def solved(one: Problem, solver: str, seconds: float, gap: float = 1e-3) -> PlainAnswer:
    """The plain formulation through PuLP, with its time limit and gap, as PuLP's manual does."""
    begun = time.perf_counter()
    lp = to_pulp(one)
    engine = (
        pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=gap, threads=1)
        if solver == "HiGHS"
        else pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, gapRel=gap, threads=1, _skip_v4_deprecation=True)
    )
    lp.solve(engine)
    took = time.perf_counter() - begun
    bound = float(lp.solverModel.getInfo().mip_dual_bound) if solver == "HiGHS" else None
    if lp.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return PlainAnswer(None, bound, took)
    values = {column.name: column.varValue or 0.0 for column in lp.variables()}
    columns = np.array([values.get(name, 0.0) for name in column_names(one)])
    met = not one.broken_rows(columns, WITHIN).any()
    return PlainAnswer(one.objective(columns) if met else None, bound, took)
