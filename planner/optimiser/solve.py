"""The cheapest plan: relaxation, whole plans by rounding, better plans from those, and a search that proves, until time is up or the gap is closed."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.decisions import Decisions, fit
from planner.limits import limits
from planner.optimiser import bound as bounds
from planner.optimiser import groups, rounding
from planner.optimiser.costs import shortage_price
from planner.optimiser.diagnose import conflict
from planner.optimiser.joiners import extra, prices
from planner.optimiser.model import Frozen, Model, model
from planner.optimiser.outcome import Conflict, Ended, Kind, Outcome, Progress, Solution, Worth
from planner.optimiser.posts import Post, posts
from planner.optimiser.problem import Problem, problem
from planner.optimiser.relaxation import Relaxation
from planner.optimiser.solvers import Answer, Search, SolverName, Standing, solve
from planner.optimiser.worth import worths
from planner.plan import Plan, project
from planner.scenario import Scenario

Array = NDArray[np.float64]
SMALL = 400
"""Whole columns up to which the search that proves begins at once."""
CLOSED = 1e-9
NEARLY = 5e-4
"""How much dearer than the best plan one may be from which the search goes on."""
GRACE = 1.0
"""Seconds that the search that proves may take to end once it is told to: between two looks at the clock a solver can be at work for half a minute."""
IN_VAIN, IN_VAIN_SHARE = 1.0, 0.05
"""Seconds, or the part of all time where that is more, that hires are walked anew without a better plan before something else is tried."""
WALKED = 5
"""Of so many steps one in which hires are walked anew."""
PROVING = 0.3
"""Part of the time that is left, once there are whole plans, in which the solver searches and proves."""
EXPLAINING = 8.0
"""Most seconds to look, once the search has ended, at what one more of each limit is worth."""


def optimise(
    scenario: Scenario,
    time_limit_s: float = 30.0,
    gap: float = 1e-3,
    *,
    frozen: Frozen | None = None,
    earlier: Decisions | None = None,
    solver: SolverName = "HiGHS",
    heard: Callable[[Progress], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    explain: bool = True,
) -> Solution:
    """The cheapest plan of a scenario within its limits, as near to the cheapest of all as `gap` asks or the time allows.

    Never raises for what a solver answers: see `Solution.outcome`. `heard` is told of progress; `stopped` may end the search, and the best plan so far counts.
    `earlier`: a plan to begin with, where it is one of this scenario too; the search ends with none that is dearer.
    `explain`: whether to look, when it has ended, at what one more of each limit would be worth.
    """
    begun = time.monotonic()
    made = problem(model(scenario, frozen=frozen))
    run = _Run(made, begun, time_limit_s, gap, solver, heard or _nobody_hears, stopped or _nobody_stops)
    if earlier is not None and fit(made.model.scenario, earlier):
        run.take(rounding.replayed(made, earlier))
    found = run.solution()
    return replace(found, worth=run.worth()) if explain and found.plan is not None else found


def _nobody_hears(progress: Progress) -> None:
    """Progress that nobody asked for."""


def _nobody_stops() -> bool:
    return False


def _on_a_thread(work: Callable[[], Answer]) -> "Future[Answer]":
    """What a solve comes to, on a thread that only the end of the program waits for: a solver that is torn down at work takes the program's exit code along."""
    found: Future[Answer] = Future()

    def run() -> None:
        try:
            found.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is asked for
            found.set_exception(error)

    threading.Thread(target=run).start()
    return found


class _Run:
    """One search: the bound rises, the best plan falls."""

    def __init__(
        self, made: Problem, begun: float, seconds: float, gap: float, solver: SolverName, heard: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> None:
        self.problem, self.begun, self.seconds, self.asked, self.solver = made, begun, seconds, gap, solver
        self.heard, self.told_to_stop = heard, stopped
        self.bound, self.value = -np.inf, np.inf
        self.best: Array | None = None
        self.said, self.infeasible = "", False
        self.failure: Kind | None = None
        self.cuts = bounds.no_cuts(made.model)
        self.clash: Conflict | None = None
        self.terms = groups.every_terms()
        self.solver_best = np.inf
        self.saved_by_fractions = 1.0
        self.meanwhile: Callable[[], None] | None = None
        """What waits for the relaxation, to be looked after between two plans."""
        self.take(made.model.known)

    # State

    @property
    def model(self) -> Model:
        return self.problem.model

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

    def take(self, columns: Array | None) -> bool:
        """Takes a better plan, if it is one; says whether it is a plan at all."""
        if columns is None or not self.problem.allows(columns):
            return False
        charged = self.problem.objective(columns)
        if self.best is None or charged < self.value - CLOSED * abs(self.value):
            self.best, self.value = columns, charged
            self.tell()
        return True

    # Search

    def solution(self) -> Solution:
        self.tell()
        if self.best is None and (clash := conflict(self.problem, self.told_to_stop)) is not None:
            self.infeasible, self.clash = True, clash
        elif self.model.whole.sum() > SMALL and self.solver == "HiGHS":
            self._approach()
        elif self.solver == "HiGHS" and not self.over():
            self._tighten()
        if not self.infeasible and not self.over():
            self._prove()
        return self._told()

    def _approach(self) -> None:
        """The bound beside whole plans, and one neighbourhood after the other. Whoever stops the search does not wait for a solve that goes on."""
        every, beside = posts(self.problem), ThreadPoolExecutor(2)
        relaxation, roughly = (Relaxation(self.problem, self.left) for _ in range(2))
        tightened: list[Future[None]] = []

        def raised() -> None:
            """Once the relaxation is solved: whole joiners at once, since two threads of Python only get in each other's way, and HiGHS goes on beside."""
            if solved.done() and not tightened and not self.over():
                self._raised(relaxation, every)
                self.meanwhile = None
                tightened.append(beside.submit(self._tightened, relaxation, every))

        try:
            near, solved = beside.submit(roughly.solve_roughly), beside.submit(self._relaxed, relaxation)
            self.meanwhile = raised
            if self._waited(near, self.over) and (guide := roughly if near.result() else self._optimal(solved, relaxation)) is not None:
                self._plans(self._around(guide, every))
                until = self.left() * PROVING
                self._improve(lambda: self.over() or self.left() < until)
            if self._waited(solved, self.over):
                solved.result()
                raised()
            if tightened and self._waited(tightened[0], self.over):
                tightened[0].result()
        finally:
            self.meanwhile = None
            beside.shutdown(wait=False, cancel_futures=True)

    def _optimal(self, solved: "Future[None]", relaxation: Relaxation) -> Relaxation | None:
        """The relaxation once it has its optimum; None where it has none."""
        return relaxation if self._waited(solved, self.over) and relaxation.optimal else None

    def _around(self, relaxation: Relaxation, every: list[Post]) -> rounding.Around:
        """What whole plans are made from, by a relaxation."""
        reduced = np.maximum(relaxation.reduced, 0.0)
        each = [prices(relaxation, post, reduced) for post in every]
        return rounding.Around(self.problem, every, each, groups.guide(relaxation), relaxation.columns, self.left, self.over)

    def _look(self) -> None:
        """Looks after what waits for the relaxation."""
        if self.meanwhile is not None:
            self.meanwhile()

    def _waited(self, future: Future[Any], over: Callable[[], bool], grace: float = 0.0) -> bool:
        """Whether something beside has ended before it is over, or within some seconds of grace after that."""
        until = np.inf
        while not future.done() and time.monotonic() < until:
            wait([future], timeout=0.05)
            until = min(until, time.monotonic() + grace) if over() else np.inf
        return future.done()

    def _relaxed(self, relaxation: Relaxation) -> None:
        """The bound by the relaxation."""
        if relaxation.solve():
            self.raise_bound(relaxation.bound)
        else:
            self.said = relaxation.said

    def _raised(self, relaxation: Relaxation, every: list[Post]) -> None:
        """The bound by whole people who join."""
        if relaxation.optimal:
            self.raise_bound(relaxation.bound + extra(relaxation, every))

    def _tightened(self, relaxation: Relaxation, every: list[Post]) -> None:
        """The bound by rows that whole plans meet, which the search that proves keeps."""
        if relaxation.optimal:
            for bound, cuts in bounds.tightened(relaxation, every, self.over):
                self.cuts = cuts
                self.raise_bound(bound)

    def _plans(self, around: rounding.Around) -> None:
        """Whole plans: hires walked from hires rounded at once, and on from there, then hires around a ladder.

        Where there is none yet, around the baseline's ladder.
        """
        first, baseline = rounding.begun(around, around.columns), self.problem.objective(self.model.known)
        self._first_plans(around, first)
        self._walk(around)
        for found in rounding.plans(around, first):
            self._take_best_fractions(found)
        if self.value >= baseline:
            self._take_best_fractions(rounding.around_the_baseline(around))
        self._walk(around)

    def _first_plans(self, around: rounding.Around, first: rounding.Ladder) -> None:
        """A plan with hires walked from hires rounded at once, and classes exchanged; where that brings nothing, as they are walked, or rounded."""
        before = self.value
        for plan in rounding.firsts(around, first, next(self.terms)):
            for found in rounding.each_again(around, plan, times=1):
                if self._take_best_fractions(found) is None:
                    break
            if self.value < before or self.over():
                return

    def _walk(self, around: rounding.Around) -> None:
        """Exchanges classes from the best plan on, and from what comes of it while that is nearly as good, now and then with hires walked anew.

        It ends once that has been in vain for a while and nothing waits for the relaxation, which what comes next would keep waiting.
        """
        current, better, steps = self.best, time.monotonic(), 0
        while current is not None and not self.over() and (self.meanwhile or time.monotonic() - better <= max(IN_VAIN, IN_VAIN_SHARE * self.seconds)):
            self._look()
            before, found, terms = self.value, [], next(self.terms)
            steps += 1
            if steps % WALKED == 0:
                current = rounding.ladder_again(around, rounding.walked(around, current, terms))
            for plan in rounding.each_again(around, rounding.exchanged(around, current, terms), times=1):
                if self.over():
                    return
                found.append(self._take_best_fractions(plan))
            nearly = [each for each in found if each is not None and self.problem.objective(each) < self.value * (1 + NEARLY)]
            current = min(nearly, key=self.problem.objective, default=self.best)
            better = time.monotonic() if self.value < before else better

    def _take_best_fractions(self, columns: Array | None) -> Array | None:
        """Takes a plan, and the same with all that is not whole at its best, which it returns; None where that breaks a limit.

        A plan that would be dearer than the best even then, by what this saved before, is not solved for that.
        """
        self._look()
        if columns is None:
            return None
        charged = self.problem.objective(columns)
        if self.take(columns) and charged * (1 - self.saved_by_fractions) > self.value:
            return columns
        found = rounding.with_best_fractions(self.problem, columns)
        if not found or not self.take(found[0]):
            return None
        before = self.saved_by_fractions
        self.saved_by_fractions = max(1 - self.problem.objective(found[0]) / charged, before / 2 if before < 1 else 0.0)
        return found[0]

    def _tighten(self) -> None:
        """The bound before the search that proves of a small problem."""
        relaxation, every = Relaxation(self.problem, self.left, self.told_to_stop), posts(self.problem)
        self._relaxed(relaxation)
        self._raised(relaxation, every)
        self._tightened(relaxation, every)

    def _improve(self, enough: Callable[[], bool]) -> None:
        """Decides one part anew after the other, until a whole round brings nothing."""
        while self.best is not None and not enough():
            before = self.value
            for free in rounding.neighbourhoods(self.problem):
                if enough():
                    return
                self._look()
                self.take(rounding.anew(self.problem, self.best, free, max(0.1, min(1.5, self.left())), enough))
            if self.value > before * (1 - 1e-5):
                return

    def _prove(self) -> None:
        """The search of the solver, from the best plan so far."""
        left_alone = threading.Event()
        hear: Callable[[Standing], None] = lambda standing: None if left_alone.is_set() else self.hear(standing)  # noqa: E731
        found = _on_a_thread(lambda: solve(self.problem, self._search(left_alone.is_set, hear), self.solver))
        ended = self._waited(found, lambda: self.told_to_stop() or self.left() <= 0, GRACE)
        left_alone.set()
        if not ended:
            return
        answer = found.result()
        self.said, self.infeasible, self.failure = answer.said, answer.infeasible, answer.failure
        if answer.bound is not None:
            self.raise_bound(answer.bound)
        if answer.columns is not None:
            self._take_answer(answer)

    def _search(self, stopped: Callable[[], bool], hear: Callable[[Standing], None]) -> Search:
        over = lambda: stopped() or self.told_to_stop() or self.left() <= 0  # noqa: E731
        return Search(max(self.left(), 0.1), self.asked, self.best, self.cuts, over, hear)

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
        )

    def _shortage_price(self) -> float:
        return float(shortage_price(self.model).at(self.model.forced).sum())

    def worth(self) -> tuple[Worth, ...]:
        """What one more of each limit is worth; nothing where there is no plan, or somebody stopped the search."""
        return () if self.best is None or self.told_to_stop() else worths(self.problem, self.best, EXPLAINING, self.told_to_stop)

    def _outcome(self) -> Outcome:
        ended: Ended = "stopped" if self.told_to_stop() else "time"
        if self.failure == Kind.UNBOUNDED:
            return Outcome(Kind.UNBOUNDED, said=self.said)
        if self.best is not None and not (self.failure and self.best is self.model.known):
            gap = float(self.gap) if np.isfinite(self.gap) else None
            if self.gap <= max(self.asked, CLOSED):
                return Outcome(Kind.PROVED_OPTIMAL, gap=gap, said=self.said)
            return Outcome(Kind.BEST_FOUND, gap=gap, said=self.said, ended=ended)
        if self.infeasible:
            return Outcome(Kind.NO_PLAN, limits=self.clash.limits if self.clash else (), said=self.said)
        return Outcome(self.failure, said=self.said) if self.failure else Outcome(Kind.NOTHING_FOUND, said=self.said, ended=ended)


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

