"""Frontline Planner: can this customer-service organisation grow like that, month by month, and what does it take?

One pipeline, two frozen values. A `Scenario` (all parameters in one document) says what is known and wanted; `Decisions` say what is done about it; `project`
makes a `Plan` of both. Contacts by interval become agents (queueing), hours, FTE and heads required (`requirement`); people in post, their leavers,
starts, training and ramp become heads and FTE in post (`cohorts`); the ladder leads and grows them (`organisation`); hiring, training and finance tell
what that takes and costs. `baseline` decides as a careful spreadsheet does, `optimise` finds the
cheapest plan. Dashboard, command line, files and tests are users of that one function. Each
module imports only those below it; what is named here is loaded on first use.

>>> import planner
>>> scenario = planner.load("data/scenarios/startup_4.json")
>>> sorted(planner.tables(planner.project(scenario)))
['cost', 'headcount', 'hiring_plan', 'limits', 'management', 'recruiting', 'requirement', 'training', 'unit_costs']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.comparison import Comparison as Comparison
    from planner.comparison import compare as compare
    from planner.decisions import Decisions as Decisions
    from planner.errors import InvalidDecisions as InvalidDecisions
    from planner.errors import InvalidScenario as InvalidScenario
    from planner.errors import InvalidVolumes as InvalidVolumes
    from planner.errors import PlannerError as PlannerError
    from planner.optimiser import Solution as Solution
    from planner.optimiser import optimise as optimise
    from planner.plan import Plan as Plan
    from planner.report.tables import tables as tables
    from planner.requirement import Requirement as Requirement
    from planner.scenario import Scenario as Scenario
    from planner.scenario import load as load

_HOMES = {
    "Comparison": "planner.comparison",
    "Decisions": "planner.decisions",
    "InvalidDecisions": "planner.errors",
    "InvalidScenario": "planner.errors",
    "InvalidVolumes": "planner.errors",
    "Plan": "planner.plan",
    "PlannerError": "planner.errors",
    "Requirement": "planner.requirement",
    "Scenario": "planner.scenario",
    "Solution": "planner.optimiser",
    "compare": "planner.comparison",
    "load": "planner.scenario",
    "optimise": "planner.optimiser",
    "tables": "planner.report.tables",
}
_ROOMS = ("baseline", "comparison", "decisions", "intake", "parameters", "policies", "queueing", "requirement", "scenario")
"""Modules that are part of the public API as they are, as `planner.baseline.baseline(scenario)`."""

__all__ = [  # noqa: F822
    "Comparison", "Decisions", "InvalidDecisions", "InvalidScenario", "InvalidVolumes", "Plan", "PlannerError", "Requirement", "Scenario", "Solution",
    "baseline", "compare", "comparison", "decisions", "intake", "load", "optimise", "parameters", "policies", "project", "queueing", "requirement",
    "scenario", "tables",
]  # fmt: skip


def project(scenario: "Scenario", decisions: "Decisions | None" = None) -> "Plan":
    """The plan that follows from a scenario and decisions; without decisions, from those that the baseline takes."""
    from planner import baseline, plan, requirement

    need = requirement.requirement(scenario)
    return plan.project(scenario, baseline.baseline(scenario, need) if decisions is None else decisions, need)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return import_module(f"planner.{name}")
    raise AttributeError(f"module 'planner' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
