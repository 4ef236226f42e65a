"""Policies: convictions as switches. Each is parameters, one function Scenario -> Scenario, and the closed-form figures it shows.

>>> from planner.scenario import load
>>> scenario = load("data/scenarios/growth_2000.json")
>>> executives = switched(scenario, {"management": management.Management(top_span=120)}).organisation.roles[2]
>>> executives.name, executives.span
('executive', 120.0)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from planner import parameters
from planner.errors import Fault, InvalidScenario
from planner.policies import all_hands, career_path, culture, generalists, handle_time, management, mentors, promotion, recruiting
from planner.policies.policy import Figure as Figure
from planner.policies.policy import Policy as Policy
from planner.policies.policy import PolicyParameters as PolicyParameters
from planner.scenario import Scenario, lever_faults

POLICIES: tuple[Policy[Any], ...] = (
    management.POLICY,
    promotion.POLICY,
    mentors.POLICY,
    recruiting.POLICY,
    culture.POLICY,
    career_path.POLICY,
    generalists.POLICY,
    handle_time.POLICY,
    all_hands.POLICY,
)
"""Every policy, in the order in which they are applied."""

On = Mapping[str, PolicyParameters]
"""The policies that are on, by name."""


def named(name: str) -> Policy[Any]:
    """The policy of that name. Raises InvalidScenario."""
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise InvalidScenario([Fault(name, "there is no policy of that name", f"Write one of: {', '.join(policy.name for policy in POLICIES)}.")])


def switched(scenario: Scenario, on: On) -> Scenario:
    """The scenario with the policies that are on, always applied in the order of POLICIES, whatever the order they were switched on in.

    One order for all, since two policies may write the same figure and the later one then has the last word; `order_sensitive` names such pairs.
    Raises InvalidScenario where a policy, or the levers on top of it, make of the scenario what no scenario may be.
    """
    unknown = [name for name in on if name not in {policy.name for policy in POLICIES}]
    for name in unknown:
        named(name)
    for policy in POLICIES:
        if policy.name in on:
            scenario = policy.apply(scenario, on[policy.name])
    faults = lever_faults(scenario) if on else []
    if faults:
        raise InvalidScenario(faults)
    return scenario


@dataclass(frozen=True)
class Write:
    """One figure of the scenario that policies change: its declaration before and after; None where it was not there, or is gone."""

    path: str
    before: parameters.Parameter | None
    after: parameters.Parameter | None


def writes(before: Scenario, after: Scenario) -> tuple[Write, ...]:
    """Every parameter that differs between two scenarios, in order of declaration; a member that is new or gone stands as one line.

    >>> from planner.scenario import load
    >>> scenario = load("data/scenarios/growth_2000.json")
    >>> [write.path for write in writes(scenario, switched(scenario, {"management": management.Management(top_span=120)}))]
    ['organisation.roles.executive.span']
    """
    if before == after:
        return ()
    here, there = ({parameter.path: parameter for parameter in parameters.walk(each)} for each in (before, after))
    changed = [path for path in dict.fromkeys((*there, *here)) if _value(here.get(path)) != _value(there.get(path))]
    return tuple(Write(path, here.get(path), there.get(path)) for path in _members_once(changed, here, there))


def _value(parameter: parameters.Parameter | None) -> tuple[Any, ...]:
    return () if parameter is None else (parameter.value,)


def _members_once(changed: list[str], here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    """The paths, those of a member that only one side has kept to the member's name."""
    told = set[str]()
    for path in changed:
        if path in here and path in there:
            yield path
            continue
        other = here if path in there else there
        keys = path.split(".")
        member = next((cut for cut in range(1, len(keys)) if not any(known.startswith(".".join(keys[:cut]) + ".") for known in other)), len(keys))
        name = ".".join(keys[:member])
        if name not in told:
            told.add(name)
            yield name


def order_sensitive(scenario: Scenario, on: On) -> tuple[tuple[str, str], ...]:
    """Pairs of policies that are on and give another scenario when the later one is applied first: where order matters.

    >>> from planner.scenario import load
    >>> order_sensitive(load("data/scenarios/growth_2000.json"), {policy.name: policy.parameters() for policy in (management.POLICY, promotion.POLICY)})
    ()
    """
    active = [policy for policy in POLICIES if policy.name in on]
    return tuple((first.name, second.name) for first, second in combinations(active, 2) if not _commute(scenario, first, second, on))


def _commute(scenario: Scenario, first: Policy[Any], second: Policy[Any], on: On) -> bool:
    one, other = on[first.name], on[second.name]
    try:
        return bool(second.apply(first.apply(scenario, one), other) == first.apply(second.apply(scenario, other), one))
    except InvalidScenario:
        return False
