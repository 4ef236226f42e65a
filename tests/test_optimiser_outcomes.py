"""How a search can end: every outcome provoked for real, each with its own words, and no value read behind a failed one."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pulp
import pytest

from planner.executor import Job
from planner.optimiser import Kind, beside, optimise, rounding
from planner.optimiser import solve as solving
from planner.optimiser.bound import no_cuts
from planner.optimiser.costs import CHARGES, COSTS, shortage_price
from planner.optimiser.diagnose import conflict
from planner.optimiser.failed import without_search
from planner.optimiser.model import model
from planner.optimiser.problem import problem
from planner.optimiser.relaxation import Relaxation
from planner.optimiser.solvers import Search, solve
from planner.optimiser.wish import Wish
from planner.parameters import put_all
from planner.report import optimum
from tests.conftest import shipped
from tests.scenarios import build
from tests.test_optimiser import conflicting, small, solved

ROOT = Path(__file__).parent.parent
FAILED = (Kind.NO_PLAN, Kind.NOTHING_FOUND, Kind.UNBOUNDED, Kind.SOLVER_MISSING, Kind.SOLVER_KILLED, Kind.SOLVER_FAILED)
NEVER = lambda: False  # noqa: E731


def nothing_is_read_behind(found):
    """A failed search shows its reason, the baseline, and no figure of a plan."""
    assert not found.outcome.has_plan
    for value in (found.plan, found.decisions, found.saving, found.gap, found.charged, found.decidable_gap):
        assert value is None
    assert found.binding == {}
    assert found.worth == ()
    assert found.baseline.cost.sum() > 0
    told = optimum.lines(found, Wish())
    assert told[0].endswith(".")
    assert not any(word in " ".join(told) for word in ("None", "nan", "inf", "Traceback"))
    return told


def running(scenario, **search):
    """A run that has not begun, on a problem of its own costs."""
    made = problem(model(scenario), **search)
    return solving._Run(made, time.monotonic(), 20.0, 0.0, "HiGHS", lambda _: None, NEVER)


def negative(made):
    """A price that pays for missing people."""
    return made.column("shortage").total() * -1.0


PAYING = (*(cost for cost in COSTS if cost is not shortage_price), negative)


# With a plan


def test_time_that_is_up_leaves_the_best_plan_and_says_so():
    found = optimise(shipped("startup_4"), time_limit_s=2.5, gap=0.0)
    assert (found.outcome.kind, found.outcome.ended) == (Kind.BEST_FOUND, "time")
    assert found.plan is not None
    assert "Its time was up after" in optimum.outcome(found, Wish()).sentence


def test_without_a_rough_optimum_plans_follow_the_relaxation_itself(monkeypatch):
    monkeypatch.setattr(Relaxation, "solve_roughly", lambda relaxation: False)
    run = solving._Run(problem(model(shipped("centre_600"))), time.monotonic(), 60.0, 0.04, "HiGHS", lambda _: None, NEVER)
    run.solution()
    assert run.value < run.problem.objective(run.model.known)
    assert run.gap <= 0.04


def test_a_plan_that_is_dearer_than_the_best_whatever_its_fractions_is_not_solved_for_them(monkeypatch):
    run, solved_for = running(build(small())), []
    within = rounding.with_best_fractions
    monkeypatch.setattr(rounding, "with_best_fractions", lambda made, columns: solved_for.append(columns) or within(made, columns))
    best = run._take_best_fractions(run.model.known)
    assert run.value == run.problem.objective(best)
    run.value *= 0.99
    assert len(solved_for) == 1
    assert run._take_best_fractions(best) is best
    assert len(solved_for) == 1


def test_a_search_that_somebody_stops_leaves_the_best_plan_and_says_so():
    begun = time.monotonic()
    found = optimise(shipped("startup_4"), time_limit_s=60, gap=0.0, stopped=lambda: time.monotonic() - begun > 2)
    assert (found.outcome.kind, found.outcome.ended) == (Kind.BEST_FOUND, "stopped")
    assert "You stopped it after" in optimum.outcome(found, Wish()).sentence


def test_a_proved_plan_says_that_none_is_cheaper():
    found = solved(small())
    assert (found.outcome.kind, found.outcome.ended) == (Kind.PROVED_OPTIMAL, "")
    assert optimum.outcome(found, Wish()).headline.startswith("Proved")


# Without one


def test_no_time_to_find_a_plan_where_the_baseline_is_none_is_told_as_such():
    document = small(("groups.0.stated_heads", {"start": 6, "add_monthly": 1}), ("optimisation", {"largest_change": 1}), months=8)
    found = optimise(build(document), time_limit_s=0.0)
    assert found.outcome.kind == Kind.NOTHING_FOUND
    assert "too short to find" in nothing_is_read_behind(found)[1]


def test_limits_that_clash_are_told_as_such():
    found = solved(conflicting())
    assert found.outcome.kind == Kind.NO_PLAN
    assert "cannot be staffed by hiring" in nothing_is_read_behind(found)[1]


def test_prices_that_pay_without_end_are_told_as_such():
    run = running(build(small()), items=PAYING, charges=CHARGES)
    found = run.solution()
    assert found.outcome.kind == Kind.UNBOUNDED
    assert "falls without end" in nothing_is_read_behind(found)[0]


@pytest.mark.parametrize("solver", ["HiGHS", "CBC"])
def test_a_problem_without_bound_or_plan_is_told_apart_by_each_solver(solver):
    search = Search(20.0, 0.0, None, no_cuts(model(build(small()))), NEVER, lambda _: None)
    unbounded = solve(problem(model(build(small())), items=PAYING), search, solver)
    impossible = solve(problem(model(build(conflicting()))), search, solver)
    assert unbounded.columns is None
    assert unbounded.failure == Kind.UNBOUNDED
    assert not unbounded.infeasible
    assert impossible.columns is None
    assert impossible.infeasible
    assert impossible.failure is None


# The solver goes on


@pytest.mark.parametrize("stopped", [False, True])
def test_a_solver_that_does_not_end_is_left_alone_and_the_best_plan_so_far_counts(monkeypatch, stopped):
    """With the fault that this guards against, it never ends."""
    for_ever = threading.Event()
    monkeypatch.setattr(solving, "solve", lambda *_: for_ever.wait())
    begun = []
    found = solving.optimise(
        build(small()), time_limit_s=60.0 if stopped else 1.0, gap=0.0, heard=begun.append, stopped=lambda: stopped and bool(begun), explain=False
    )
    assert found.plan is not None
    assert found.outcome.ended == ("stopped" if stopped else "time")
    for_ever.set()


# The solver is not there


@pytest.mark.parametrize("library", ["pulp", "highspy"])
def test_a_library_that_is_not_installed_is_told_as_such(library):
    program = f"""
import sys
sys.modules[{library!r}] = None
import planner
from planner.optimiser import beside
from planner.optimiser.wish import Wish
from planner.parameters import put_all
scenario = planner.load("data/scenarios/startup_4.json")
for found in (planner.optimise(scenario, time_limit_s=1), beside.searched(scenario, Wish(), None, None, print, bool)):
    print(found.outcome, found.plan is None, found.baseline is not None)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == [f"solver missing: {library} is not installed True True"] * 2, done.stderr


def test_the_command_line_says_in_words_that_the_solver_is_not_installed(tmp_path):
    program = f"""
import sys
sys.modules["pulp"] = None
sys.argv = ["planner", "plan", "startup_4", "--optimise", "--out", {str(tmp_path / "out")!r}]
from planner.cli import app
app()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "The solver is not installed." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_solver_whose_program_cannot_run_is_told_as_missing(monkeypatch):
    monkeypatch.setattr(pulp.PULP_CBC_CMD, "pulp_cbc_path", "/nowhere/cbc")
    found = solved(small(), solver="CBC")
    assert found.outcome.kind == Kind.SOLVER_MISSING
    assert "not installed" in nothing_is_read_behind(found)[0]


# The solver is killed


def children_of(pid: int) -> list[int]:
    """Processes that a process has begun, of all its threads."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def test_a_search_whose_process_is_killed_is_told_as_such():
    scenario = shipped("centre_600")
    job = beside.begin(scenario, Wish(seconds=60, gap=0.0))
    until = time.monotonic() + 60
    while not job.told and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(job.pid, signal.SIGKILL)
    while not job.done and time.monotonic() < until:
        time.sleep(0.05)
    found = beside.solution(job, scenario)
    assert found.outcome.kind == Kind.SOLVER_KILLED
    assert "ended from outside" in nothing_is_read_behind(found)[0]


def test_a_solver_program_that_is_killed_while_it_searches_is_told_as_such():
    killed = []

    def kill():
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            for child in children_of(os.getpid()):
                if Path(f"/proc/{child}/comm").read_text().startswith("cbc"):
                    os.kill(child, signal.SIGKILL)
                    killed.append(child)
            time.sleep(0.002)

    hunter = threading.Thread(target=kill)
    hunter.start()
    found = optimise(shipped("centre_600"), time_limit_s=30, gap=0.0, solver="CBC")
    hunter.join()
    assert killed
    assert found.outcome.kind == Kind.SOLVER_KILLED
    nothing_is_read_behind(found)


def test_a_search_that_wants_too_much_memory_is_told_as_killed():
    scenario = shipped("startup_4")
    job = Job(hoarding, scenario, memory_bytes=2_000_000_000)
    until = time.monotonic() + 60
    while not job.done and time.monotonic() < until:
        time.sleep(0.05)
    found = beside.solution(job, scenario)
    assert found.outcome.kind == Kind.SOLVER_KILLED
    assert "memory" in nothing_is_read_behind(found)[1]


def hoarding(scenario, tell, stopped):
    """Stands in for a solver that wants more memory than there is."""
    return without_search(scenario, Kind.NOTHING_FOUND, str(len(bytearray(4_000_000_000))))


def test_every_failure_has_words_of_its_own():
    scenario = shipped("startup_4")
    told = {kind: optimum.outcome(without_search(scenario, kind, "a reason"), Wish()) for kind in FAILED}
    assert len({each.headline for each in told.values()}) == len(FAILED)
    assert len({each.sentence for each in told.values()}) == len(FAILED)
    assert all(each.tone != "good" for each in told.values())
    for kind in FAILED:
        nothing_is_read_behind(without_search(scenario, kind, "a reason"))


def test_columns_of_a_failed_answer_are_not_there_to_be_read():
    search = Search(20.0, 0.0, None, no_cuts(model(build(small()))), NEVER, lambda _: None)
    for made in (problem(model(build(conflicting()))), problem(model(build(small())), items=PAYING)):
        answer = solve(made, search)
        assert answer.columns is None
        assert answer.bound is None
    good = solve(problem(model(build(small()))), search)
    assert np.isfinite(good.columns).all()


def test_who_stops_while_limits_are_found_that_clash_does_not_wait_for_them():
    asked = []

    def stopped():
        asked.append(True)
        return len(asked) > 1

    scenario = shipped("growth_2000")
    poor = put_all(scenario, {"finance.budget_monthly": (1_000.0,) * scenario.horizon.months})
    assert conflict(problem(model(poor)), stopped) is None
    assert asked
