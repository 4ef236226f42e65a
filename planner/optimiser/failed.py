"""What is told where the solver is not installed, or died with the search: the baseline stands alone."""

from collections.abc import Callable
from typing import Any

from planner.baseline import baseline
from planner.optimiser.outcome import Kind, Outcome, Solution
from planner.plan import project
from planner.requirement import requirement
from planner.scenario import Scenario


def without_search(scenario: Scenario, kind: Kind, said: str = "", seconds: float = 0.0) -> Solution:
    """The outcome of a search that brought nothing to read, with the baseline."""
    need = requirement(scenario)
    return Solution(Outcome(kind, said=said), project(scenario, baseline(scenario, need), need), seconds=seconds)


def missing(error: ImportError) -> Callable[..., Solution]:
    """What stands in for `optimise` where a library that it needs is not installed."""

    def optimise(scenario: Scenario, *_: Any, **__: Any) -> Solution:
        return without_search(scenario, Kind.SOLVER_MISSING, f"{error.name or error} is not installed")

    return optimise
