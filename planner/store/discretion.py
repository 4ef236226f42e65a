"""Scenarios and plans without amounts of money, for those who may not see pay: the one place where it is decided what they do not see.

Pay follows from almost any amount (a total over its heads is a salary), so every amount goes, and with them the pay rise and the pay factor. What is not in
the value cannot be shown, exported or linked.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from planner.parameters import Parameter, put_all, walk
from planner.plan import Plan
from planner.scenario import Scenario

HIDDEN = "hidden"
TELLING = ("pay", "premium", "budget", "on_cost")
"""Words in the name of a figure that is no amount and yet tells how pay moves, or what there is to pay with."""


def is_pay(parameter: Parameter) -> bool:
    """Whether a parameter is an amount of money, or says how pay moves."""
    return parameter.unit.symbol == "money" or any(word in parameter.name for word in TELLING)


def pay_paths(scenario: Scenario) -> frozenset[str]:
    """The dotted path of every such parameter of a scenario."""
    return frozenset(parameter.path for parameter in walk(scenario) if is_pay(parameter))


def holds_pay(path: str, pay: frozenset[str]) -> bool:
    """Whether a path is one of those, or has one of them below it.

    >>> holds_pay("finance", frozenset({"finance.on_cost"})), holds_pay("finance.currency", frozenset({"finance.on_cost"}))
    (True, False)
    """
    return path in pay or any(each.startswith(f"{path}.") for each in pay)


@lru_cache(maxsize=64)
def without_pay(scenario: Scenario) -> Scenario:
    """The scenario without amounts: empty where they may be, else as the program has them by itself, else 0. Levers and all else stay."""
    return put_all(scenario, {parameter.path: _blank(parameter) for parameter in walk(scenario) if is_pay(parameter)})


def _blank(parameter: Parameter) -> Any:
    if parameter.optional:
        return None
    return 0.0 if parameter.default is None or parameter.unit.symbol == "money" else parameter.default


def with_pay_of(changed: Scenario, whole: Scenario) -> Scenario:
    """A scenario that was made from one without amounts, with the amounts of the whole one put back where they were left alone.

    A member that was renamed keeps its amounts: it is known by its place among the others.
    """
    hidden = {parameter.path: parameter.value for parameter in walk(without_pay(whole)) if is_pay(parameter)}
    kept = {parameter.path: parameter.value for parameter in walk(whole) if is_pay(parameter)}
    now = {parameter.path: parameter.value for parameter in walk(changed) if is_pay(parameter)}
    before = _renamed(changed, whole)
    homes = {path: path if path in kept else before(path) for path in now}
    back = {path: kept[home] for path, home in homes.items() if home in kept and now[path] == hidden[home]}
    return put_all(changed, back) if back else changed


def _renamed(changed: Scenario, whole: Scenario) -> Callable[[str], str]:
    """The path that a parameter had before its group, site, role or source was renamed."""
    pairs = {new: old for family in FAMILIES for new, old in _new_names(family(changed), family(whole)).items()}

    def before(path: str) -> str:
        return ".".join(pairs.get(key, key) for key in path.split("."))

    return before


def _new_names(now: tuple[Any, ...], then: tuple[Any, ...]) -> dict[str, str]:
    """The names that came where another went, place by place."""
    new, old = {member.name for member in now}, {member.name for member in then}
    pairs = zip(now, then, strict=False)
    return {one.name: other.name for one, other in pairs if one.name not in old and other.name not in new}


FAMILIES: tuple[Callable[[Scenario], tuple[Any, ...]], ...] = (
    lambda scenario: scenario.sites,
    lambda scenario: scenario.groups,
    lambda scenario: scenario.organisation.roles,
    lambda scenario: scenario.hiring.sources,
)
"""Families whose members have names and, somewhere below, amounts."""


@lru_cache(maxsize=24)
def plan_without_pay(plan: Plan) -> Plan:
    """The plan with the same people and without its cost."""
    return replace(plan, scenario=without_pay(plan.scenario), costs=())
