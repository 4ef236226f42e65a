"""The cheapest plan: relaxation, whole plans by rounding, better plans from those, and a search that proves, until time is up or the gap is closed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions
from planner.limits import limits
from planner.optimiser import bound as bounds
from planner.optimiser import rounding
from planner.optimiser.costs import shortage_price
from planner.optimiser.diagnose import Conflict, conflict
from planner.optimiser.model import Frozen, Model, model
from planner.optimiser.outcome import Kind, Outcome, Progress
from planner.optimiser.problem import Problem, columns_of, is_optimal, problem
from planner.optimiser.rounding import Relaxed
from planner.optimiser.solvers import Answer, Search, SolverName, Standing, solve
from planner.optimiser.worth import Worth, worths
from planner.plan import Plan, project
from planner.scenario import Scenario

Array = NDArray[np.float64]
SMALL = 700
"""Whole columns up to which the search that proves begins at once."""
CLOSED = 1e-9
THRESHOLD = 0.5
WORTH_IT = 1e-5


@dataclass(frozen=True, eq=False)
class Solution:
    """What the optimiser found, with the baseline beside it. Read plan and decisions only where the outcome has a plan: elsewhere they are None."""

    outcome: Outcome
    baseline: Plan
    plan: Plan | None = None
    bound: float | None = None
    """No plan is charged less than this: its cost and what open posts, surplus and capacity missing after the horizon are charged."""
    charged: float | None = None
    """What the plan is charged: its cost, and the charges besides."""
    baseline_charged: float | None = None
    unavoidable: float = 0.0
    """Money paid in any case: for people in post and starts signed, if nothing is decided."""
    binding: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Months in which each limit leaves no room for another one, by name; limits that never bind are left out."""
    worth: tuple[Worth, ...] = ()
    """What one more of each limit would save, the dearest first, by the relaxation; empty where there was no time to look."""
    conflict: Conflict | None = None
    """Why no plan meets every limit, where that is so."""
    seconds: float = 0.0

    @property
    def gap(self) -> float | None:
        """How far the plan may be above the cheapest, as a share of what it is charged."""
        return self.outcome.gap

    @property
    def decidable_gap(self) -> float | None:
        """The same, as a share of the cost that decisions can still change."""
        if self.charged is None or self.bound is None:
            return None
        open_to_change = self.charged - self.unavoidable
        return max(self.charged - self.bound, 0.0) / open_to_change if open_to_change > 0 else None

    @property
    def decisions(self) -> Decisions | None:
        """The decisions of the plan."""
        return self.plan.decisions if self.plan else None

    @property
    def saving(self) -> float | None:
        """What the plan costs less than the baseline."""
        return float(self.baseline.cost.sum() - self.plan.cost.sum()) if self.plan else None


def optimise(
    scenario: Scenario,
    time_limit_s: float = 30.0,
    gap: float = 1e-3,
    *,
    frozen: Frozen | None = None,
    solver: SolverName = "HiGHS",
    heard: Callable[[Progress], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Solution:
    """The cheapest plan of a scenario within its limits, as near to the cheapest of all as `gap` asks or the time allows.

    Never raises for what a solver answers: see `Solution.outcome`. `heard` is told of progress; `stopped` may end the search, and the best plan so far counts.
    """
    begun = time.monotonic()
    made = problem(model(scenario, frozen=frozen))
    return _Run(made, begun, time_limit_s, gap, solver, heard or _nobody_hears, stopped or _nobody_stops).solution()


def _nobody_hears(progress: Progress) -> None:
    """Progress that nobody asked for."""


def _nobody_stops() -> bool:
    return False


class _Run:
    """One search: the bound rises, the best plan falls."""

    def __init__(
        self, made: Problem, begun: float, seconds: float, gap: float, solver: SolverName, heard: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> None:
        self.problem, self.begun, self.seconds, self.asked, self.solver = made, begun, seconds, gap, solver
        self.heard, self.told_to_stop = heard, stopped
        self.bound, self.best = -np.inf, None if not made.allows(made.model.known) else made.model.known
        self.said, self.infeasible, self.failed = "", False, False
        self.cuts = bounds.no_cuts(made.model)
        self.clash: Conflict | None = None
        self.worth: tuple[Worth, ...] = ()
        self.solver_best = np.inf

    # State

    @property
    def model(self) -> Model:
        return self.problem.model

    @property
    def value(self) -> float:
        """What the best plan is charged."""
        return np.inf if self.best is None else self.problem.objective(self.best)

    @property
    def gap(self) -> float:
        """The gap of the best plan."""
        return max(self.value - self.bound, 0.0) / max(abs(self.value), 1e-9) if self.best is not None else np.inf

    def left(self) -> float:
        """Seconds left."""
        return self.seconds - (time.monotonic() - self.begun)

    def over(self) -> bool:
        """Whether the search should end."""
        return self.told_to_stop() or self.left() <= 0 or self.gap <= self.asked

    def tell(self) -> None:
        """Says where the search stands."""
        bound, best = (float(each) if np.isfinite(each) else None for each in (self.bound, min(self.value, self.solver_best)))
        self.heard(Progress(time.monotonic() - self.begun, bound, best))

    def raise_bound(self, bound: float) -> None:
        """Takes a better bound."""
        if bound > self.bound:
            self.bound = bound
            self.tell()

    def hear(self, standing: Standing) -> None:
        """Takes what the solver says of its search; its plan itself is read when the search has ended."""
        if standing.bound > self.bound or standing.best < self.solver_best:
            self.bound, self.solver_best = max(self.bound, standing.bound), min(self.solver_best, standing.best)
            self.tell()

    def take(self, columns: Array | None) -> None:
        """Takes a better plan, if it is one."""
        if columns is not None and self.problem.allows(columns) and self.problem.objective(columns) < self.value - CLOSED * abs(self.value):
            self.best = columns
            self.tell()

    # Search

    def solution(self) -> Solution:
        self.tell()
        if self.best is None and (clash := conflict(self.problem)) is not None:
            self.infeasible, self.clash = True, clash
        elif self.model.whole.sum() > SMALL and self.solver == "HiGHS":
            self._approach()
        elif self.solver == "HiGHS" and not self.over():
            self._tighten()
        if not self.infeasible and not self.over():
            self._prove()
        return self._told()

    def _approach(self) -> None:
        """Relaxation, rounding, and one neighbourhood after the other, with half of the time for what proves."""
        engine, found = rounding.relaxed(self.problem, max(self.left(), 0.0), self.told_to_stop)
        if found is None:
            self.said = engine.modelStatusToString(engine.getModelStatus())
            return
        self.raise_bound(found.bound)
        self._round(engine, found)
        if not self.over():
            self._tighten()
        until = self.left() / 2
        self._improve(lambda: self.over() or self.left() < until)

    def _round(self, engine: highspy.Highs, found: Relaxed) -> None:
        """Whole plans: hires by diving, the ladder around them, then hires again around the ladder, as long as that makes better plans."""
        hires, before = rounding.dive(self.problem, engine, found.columns, THRESHOLD, self.over), np.inf
        while hires is not None and not self.over():
            around = rounding.rest_decided(self.problem, hires)
            self._take_best_fractions(around)
            if self.value > before * (1 - WORTH_IT):
                return
            before = self.value
            hires = self._hires_around(engine, around)

    def _hires_around(self, engine: highspy.Highs, around: Array) -> Array | None:
        """Whole hires with promotions and appointments as they are in a plan."""
        rounding.with_roles(self.problem, engine, around)
        engine.run()
        if not is_optimal(engine):
            return None
        hires = rounding.dive(self.problem, engine, columns_of(engine), THRESHOLD, self.over)
        if hires is not None:
            self._take_best_fractions(rounding.replayed(self.problem, self.model.decisions_of(hires)))
        return hires

    def _take_best_fractions(self, columns: Array) -> None:
        self.take(columns)
        found = rounding.with_best_fractions(self.problem, columns)
        self.take(found[0] if found else None)

    def _tighten(self) -> None:
        engine, found = rounding.relaxed(self.problem, max(self.left(), 0.0), self.told_to_stop)
        if found is not None:
            self.raise_bound(found.bound)
            self.worth = worths(self.problem, engine, found, self.over)
            tightened, self.cuts = bounds.tightened(self.problem, engine, found, self.over)
            self.raise_bound(tightened.bound)

    def _improve(self, enough: Callable[[], bool]) -> None:
        """Decides one part anew after the other, until a whole round brings nothing."""
        while self.best is not None and not enough():
            before = self.value
            for free in rounding.neighbourhoods(self.problem):
                if enough():
                    return
                self.take(rounding.anew(self.problem, self.best, free, max(0.1, min(1.5, self.left())), enough))
            if self.value > before * (1 - 1e-5):
                return

    def _prove(self) -> None:
        """The search of the solver, from the best plan so far."""
        search = Search(max(self.left(), 0.1), self.asked, self.best, self.cuts, self.told_to_stop, self.hear)
        answer = solve(self.problem, search, self.solver)
        self.said, self.infeasible, self.failed = answer.said, answer.infeasible, answer.failed
        if answer.bound is not None:
            self.raise_bound(answer.bound)
        if answer.columns is not None:
            self._take_answer(answer)

    def _take_answer(self, answer: Answer) -> None:
        """The solver's plan, its whole numbers made exact."""
        assert answer.columns is not None
        found = rounding.with_best_fractions(self.problem, answer.columns)
        if found is not None:
            self.take(found[0])
        if answer.bound is None and self.solver == "CBC" and answer.said == "Optimal Solution Found":
            self.raise_bound(min(self.value, self.problem.objective(answer.columns)) * (1 - self.asked))

    # Result

    def _told(self) -> Solution:
        seconds = time.monotonic() - self.begun
        empty = Solution(self._outcome(), self.model.spreadsheet, seconds=seconds, baseline_charged=self.problem.objective(self.model.known))
        empty = replace(empty, conflict=self.clash, bound=float(self.bound) if np.isfinite(self.bound) else None)
        if self.best is None or not empty.outcome.has_plan:
            return empty
        plan = project(self.model.scenario, self.model.decisions_of(self.best), self.model.need)
        return replace(
            empty,
            plan=plan,
            charged=self.problem.objective(self.model.columns_of(plan)),
            unavoidable=float(self.problem.cost.at(self.model.forced).sum() - self._shortage_price()),
            binding=binding(plan),
            worth=self.worth,
        )

    def _shortage_price(self) -> float:
        return float(shortage_price(self.model).at(self.model.forced).sum())

    def _outcome(self) -> Outcome:
        if self.best is not None and not (self.failed and self.best is self.model.known):
            proved = self.gap <= max(self.asked, CLOSED)
            return Outcome(Kind.PROVED_OPTIMAL if proved else Kind.BEST_FOUND, gap=float(self.gap) if np.isfinite(self.gap) else None, said=self.said)
        if self.infeasible:
            return Outcome(Kind.NO_PLAN, limits=self.clash.limits if self.clash else (), said=self.said)
        return Outcome(Kind.SOLVER_FAILED if self.failed else Kind.NOTHING_FOUND, said=self.said)


def binding(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Months in which each limit is used up, by name; class sizes are left out, since every class has one."""
    found = {}
    for limit in limits(plan):
        full = (limit.used > 0) & np.isfinite(limit.available) & (limit.available - limit.used < _least(limit.name, limit.available))
        months = tuple(int(month) for month in np.flatnonzero(full.any(axis=1)))
        if months and limit.name != "class_size":
            found[limit.name] = months
    return found


def _least(name: str, available: Array) -> Array:
    """What one more would use at least: a whole one of what is counted, a hair of what is measured."""
    counted = {"rooms", "trainers", "mentors", "sources", "starts", "bench"}
    return np.where(name in counted, 1.0 - 1e-6, 1e-6 * (1 + np.abs(available)))

