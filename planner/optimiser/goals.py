"""The questions that one model answers: the cheapest plan, the cheapest under a service floor, the best service that a budget pays, and the smoothest
plan that costs little more; with the first months as they were signed.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, Unpack

import numpy as np

from planner.decisions import Decisions
from planner.errors import InvalidScenario
from planner.optimiser.model import Frozen
from planner.optimiser.outcome import Kind, Outcome, Progress, Solution
from planner.optimiser.solve import optimise
from planner.optimiser.wish import Wish, budget_faults, wished
from planner.parameters import put_all
from planner.plan import project
from planner.requirement import requirement
from planner.scenario import Scenario

Hear = Callable[[Progress], None]
Ask = Callable[[], bool]
DEAREST = 100.0
"""Shortage as many times its pay: so dear that money is spent on nothing else first."""
SECONDS = 30.0
"""How long a search goes on where nobody says."""


class Course(TypedDict, total=False):
    """How a search is to go, as `optimise` takes it."""

    time_limit_s: float
    gap: float
    frozen: Frozen | None
    earlier: Decisions | None
    heard: Hear
    stopped: Ask


def search(
    scenario: Scenario,
    wish: Wish,
    taken: Decisions | None = None,
    heard: Hear = lambda _: None,
    stopped: Ask = lambda: False,
    earlier: Decisions | None = None,
) -> Solution:
    """What the wish asks for. `taken` are the decisions that stand in the first months, where some are frozen; `earlier` is a plan to begin with.

    Raises InvalidScenario where the wish does not fit the scenario: a budget that is missing, a figure out of bounds.
    """
    asked = wished(scenario, wish)
    frozen = Frozen(taken, wish.frozen_months) if taken is not None and wish.frozen_months else None
    course: Course = {"time_limit_s": wish.seconds, "gap": wish.gap, "frozen": frozen, "earlier": earlier, "heard": heard, "stopped": stopped}
    if wish.goal == "best_service":
        return best_service(asked, **course)
    return smoothest(asked, wish.within, **course) if wish.goal == "smoothest" else optimise(asked, **course)


def best_service(scenario: Scenario, **course: Unpack[Course]) -> Solution:
    """The plan with the least shortage that the budget pays: the cheapest at a price of shortage beyond all other prices.

    Bound, gap, charges and worth are told at that price; the plans are the scenario's own, with its own costs. Raises InvalidScenario without a budget.
    """
    if faults := budget_faults(scenario):
        raise InvalidScenario(faults)
    found = optimise(put_all(scenario, {"finance.shortage_multiple": DEAREST}), **course)
    need = requirement(scenario)
    own = replace(found, baseline=project(scenario, found.baseline.decisions, need))
    return replace(own, plan=project(scenario, found.decisions, need)) if found.decisions else own


def smoothest(scenario: Scenario, within: float = 0.01, **course: Unpack[Course]) -> Solution:
    """The plan whose starts change least from month to month (at the largest change) among those charged at most `within` more than the cheapest found.

    Halves the limit on the change as long as a plan under it stays within; each search has its part of the time, so a longer one may find a smoother plan.
    Bound and gap are against the cheapest plan of all, smooth or not.
    """
    begun, half = time.monotonic(), course.get("time_limit_s", SECONDS) / 2
    heard, stopped = course.get("heard", lambda _: None), course.get("stopped", bool)
    first: Course = {**course, "time_limit_s": half, "heard": _staged(heard, begun, "the cheapest plan")}
    cheapest = optimise(scenario, **first)
    if cheapest.decisions is None or cheapest.charged is None:
        return cheapest
    best, too_smooth, smooth = cheapest, -1, int(largest_change(cheapest.decisions))
    seconds = half / max(1, smooth.bit_length())
    while smooth - too_smooth > 1 and not stopped():
        middle = (smooth + too_smooth) // 2
        stage = f"at most {middle} more or fewer starts from month to month"
        next_one: Course = {**course, "time_limit_s": seconds, "earlier": None, "heard": _staged(heard, begun, stage)}
        found = optimise(_at_most(scenario, middle), **next_one, explain=False)
        if found.decisions is not None and found.charged is not None and found.charged <= cheapest.charged * (1 + within):
            best, smooth = found, min(middle, int(largest_change(found.decisions)))
        else:
            too_smooth = middle
    return _against(best, cheapest, time.monotonic() - begun, stopped())


def _at_most(scenario: Scenario, change: int) -> Scenario:
    return put_all(scenario, {"optimisation.largest_change": change})


def _staged(heard: Hear, begun: float, stage: str) -> Hear:
    """Progress of one of several searches, told with its stage and with the seconds of all."""
    before = time.monotonic() - begun
    return lambda progress: heard(replace(progress, seconds=progress.seconds + before, stage=stage))


def _against(smooth: Solution, cheapest: Solution, seconds: float, stopped: bool) -> Solution:
    """The smoothest plan told against the bound on the cheapest."""
    if smooth is cheapest or smooth.charged is None or cheapest.bound is None:
        return replace(smooth, seconds=seconds)
    gap = max(smooth.charged - cheapest.bound, 0.0) / max(abs(smooth.charged), 1e-9)
    outcome = Outcome(Kind.BEST_FOUND, gap=gap, said=smooth.outcome.said, ended="stopped" if stopped else "time")
    return replace(smooth, outcome=outcome, bound=cheapest.bound, baseline=cheapest.baseline, baseline_charged=cheapest.baseline_charged, seconds=seconds)


def largest_change(decisions: Decisions) -> float:
    """The largest change of starts from one month to the next, people, over all groups."""
    return float(np.abs(np.diff(decisions.starts.sum(axis=(1, 2)))).max(initial=0.0))
