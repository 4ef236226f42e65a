"""Times the planner on the shipped scenarios: the requirement from volumes, the spreadsheet's decisions, the projection, and a lever's change.

    python bench/plan_speed.py

Medians of several runs in one process; the first requirement of a process is told apart.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from planner import requirement as needs
from planner.baseline import baseline
from planner.parameters import put
from planner.plan import project
from planner.scenario import Scenario, load

SCENARIOS = Path(__file__).parent.parent / "data" / "scenarios"


def milliseconds(work: Callable[[], object], runs: int = 7) -> float:
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(taken)


def forget() -> None:
    for name in ("pool_work", "pool_agents", "pool_need"):
        getattr(needs, name).cache_clear()


def from_volumes(scenario: Scenario) -> object:
    forget()
    return needs.requirement(scenario)


def lever(scenario: Scenario, path: str, value: float) -> Callable[[], object]:
    """A lever moved to a value it did not have before, from scenario to plan."""
    values = iter(range(1, 1000))

    def move() -> object:
        moved = put(scenario, path, value * (1 + next(values) / 1000))
        need = needs.requirement(moved)
        return project(moved, baseline(moved, need), need)

    return move


def main() -> None:
    header = ("scenario", "months x groups", "first", "requirement", "baseline", "project", "growth moved", "attrition moved")
    print("milliseconds; 'first' includes loading the compiled formulas")
    print("{:<13}{:>16}{:>9}{:>13}{:>10}{:>9}{:>14}{:>17}".format(*header))
    for name in ("startup_4", "centre_600", "growth_2000", "giant_50000"):
        scenario = load(SCENARIOS / f"{name}.json")
        begin = time.perf_counter()
        need = needs.requirement(scenario)
        first = (time.perf_counter() - begin) * 1e3
        decisions = baseline(scenario, need)
        figures = (
            first,
            milliseconds(lambda scenario=scenario: from_volumes(scenario)),
            milliseconds(lambda scenario=scenario, need=need: baseline(scenario, need)),
            milliseconds(lambda scenario=scenario, need=need, decisions=decisions: project(scenario, decisions, need)),
            milliseconds(lever(scenario, "levers.growth_monthly", 0.01)),
            milliseconds(lever(scenario, "levers.attrition_change", 0.1)),
        )
        size = f"{scenario.horizon.months} x {len(scenario.groups)}"
        print("{:<13}{:>16}{:>9.0f}{:>13.1f}{:>10.1f}{:>9.1f}{:>14.1f}{:>17.1f}".format(name, size, *figures))


if __name__ == "__main__":
    main()
