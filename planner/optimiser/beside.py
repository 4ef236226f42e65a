"""A search in a process of its own, beside the page that began it: whatever happens to it, there is a solution whose outcome says so."""

from typing import TYPE_CHECKING

from planner.decisions import Decisions
from planner.executor import ChildFailed, Job
from planner.optimiser.failed import without_search
from planner.optimiser.outcome import Kind, Progress, Solution
from planner.optimiser.wish import Wish, check
from planner.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from planner.optimiser.goals import search

    MISSING = ""
except ImportError as _error:
    MISSING = f"{_error.name or _error} is not installed"

GRACE = 180.0
"""Seconds beyond its time after which a search is ended: building the model and explaining the plan take some of them."""
OFTEN = 0.2
"""Seconds between two words of progress."""
FAILURES = {"died": Kind.SOLVER_KILLED, "memory": Kind.SOLVER_KILLED, "time": Kind.SOLVER_KILLED, "error": Kind.SOLVER_FAILED, "stopped": Kind.NOTHING_FOUND}


def begin(scenario: Scenario, wish: Wish, taken: Decisions | None = None, earlier: Decisions | None = None) -> Job[Solution]:
    """A search, begun, from an earlier plan where there is one. Its `told` is its `Progress`.

    Raises InvalidScenario where the wish does not fit the scenario.
    """
    check(scenario, wish)
    return Job(searched, scenario, wish, taken, earlier, timeout_s=wish.seconds + GRACE)


def searched(
    scenario: Scenario,
    wish: Wish,
    taken: Decisions | None,
    earlier: Decisions | None,
    tell: "Callable[[Progress], None]",
    stopped: "Callable[[], bool]",
) -> Solution:
    """Runs in the child: the search, its progress told not too often, the last of it always."""
    if MISSING:
        return without_search(scenario, Kind.SOLVER_MISSING, MISSING)
    last: list[Progress] = []
    told_at = [-OFTEN]

    def heard(progress: Progress) -> None:
        last[:] = [progress]
        if progress.seconds - told_at[0] >= OFTEN:
            told_at[0] = progress.seconds
            tell(last.pop())

    found = search(scenario, wish, taken, heard, stopped, earlier)
    for progress in last:
        tell(progress)
    return found


def solution(job: Job[Solution], scenario: Scenario) -> Solution:
    """What a search that is done has found; where its process died, that."""
    try:
        return job.result()
    except ChildFailed as failure:
        return without_search(scenario, FAILURES[failure.reason], str(failure), job.seconds)
