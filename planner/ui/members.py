"""Changes that touch several places of a scenario at once: names, members, routing, horizon. Pure functions from scenario to scenario."""

import re
from typing import Any

from planner import parameters
from planner.channels import Voice
from planner.errors import Fault, InvalidScenario
from planner.horizon import Horizon
from planner.organisation import Role
from planner.report import words
from planner.scenario import Group, Queue, Scenario, Share

FAMILIES = {"sites": "sites", "queues": "queues", "groups": "groups", "sources": "hiring.sources", "roles": "organisation.roles"}
"""Families whose members are picked one by one, and where they stand."""
_UNITS = r"organisation\.roles\.[^.]+\.(opening_heads|under_way\.(from_outside|in_grade|ready|signed))\.\d+\.unit"
_REFERENCES = {
    "sites": re.compile(rf"groups\.[^.]+\.site|{_UNITS}"),
    "queues": re.compile(r"groups\.[^.]+\.serves\.[^.]+\.name|queues\.[^.]+\.transfers\.[^.]+\.name"),
    "groups": re.compile(_UNITS),
    "roles": re.compile(r"organisation\.roles\.[^.]+\.(leads|feeder)|sites\.[^.]+\.training\.trainer_role|hiring\.(recruiter|interviewer)_role"),
    "sources": re.compile(r"(?!)"),
}


def is_member_name(path: str) -> bool:
    """Whether a path is the name of a site, queue, group, source or role.

    >>> is_member_name("groups.sales.name"), is_member_name("name")
    (True, False)
    """
    return any(re.fullmatch(rf"{re.escape(place)}\.[^.]+\.name", path) for place in FAMILIES.values())


def family_of(path: str) -> str:
    """The family of a member's path."""
    return next(family for family, place in FAMILIES.items() if path.startswith(f"{place}."))


def renamed(scenario: Scenario, path: str, name: str) -> Scenario:
    """The scenario with a member renamed wherever it is named."""
    old, family = path.rsplit(".", 1)[1], family_of(path)
    if old == name:
        return scenario
    changes = {p.path: name for p in parameters.walk(scenario) if p.value == old and _REFERENCES[family].fullmatch(p.path)}
    return _with(scenario, changes | {f"{path}.name": name})


def _with(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    document = scenario.model_dump(mode="python", warnings=False)
    for path, value in changes.items():
        here: Any = document
        *keys, last = path.split(".")
        for key in keys:
            here = _listed(here, key)
        here[last] = value
    return parameters.build(Scenario, document)


def _listed(here: Any, key: str) -> Any:
    if isinstance(here, dict):
        return here[key]
    names = [str(member.get("name", place)) for place, member in enumerate(here)]
    return here[names.index(key) if key in names else int(key)]


def added(scenario: Scenario, family: str, like: str, name: str) -> Scenario:
    """The scenario with a copy of a member under a new name. A new group takes no people and no contacts, a new queue the routing of its model."""
    if not name or name in names(scenario, family):
        raise InvalidScenario([Fault(FAMILIES[family], "a new member needs a name of its own", "Write one that is not taken yet.", name)])
    model = next(member for member in parameters.get(scenario, FAMILIES[family]) if member.name == like)
    new = model.but(name=name)
    groups = scenario.groups
    if family == "groups":
        new = _without_people(new)
    if family == "queues":
        groups = tuple(
            group.but(serves=(*group.serves, *(Share(name=name, share=share.share) for share in group.serves if share.name == like))) for group in groups
        )
    return _with_family(scenario.model_copy(update={"groups": groups}), family, (*parameters.get(scenario, FAMILIES[family]), new))


def _without_people(group: Group) -> Group:
    stated = group.stated_heads and {"start": 0.0}
    people = group.workforce.but(opening=(), opening_classroom=0.0, opening_nesting=0.0, earlier_starts=(), signed_starts=())
    return group.but(serves=tuple(Share(name=share.name, share=0.0) for share in group.serves), stated_heads=stated, workforce=people)


def removed(scenario: Scenario, family: str, name: str) -> Scenario:
    """The scenario without a member. A queue's routing goes with it, and so do the leaders counted for a group or site."""
    left = tuple(member for member in parameters.get(scenario, FAMILIES[family]) if member.name != name)
    if family == "queues":
        groups = tuple(group.but(serves=tuple(share for share in group.serves if share.name != name)) for group in scenario.groups)
        scenario = scenario.model_copy(update={"groups": groups})
        left = tuple(queue.but(transfers=tuple(each for each in queue.transfers if each.name != name)) for queue in left)
    if family in ("groups", "sites"):
        roles = tuple(_without_unit(role, name) for role in scenario.organisation.roles)
        scenario = scenario.model_copy(update={"organisation": scenario.organisation.but(roles=roles)})
    return _with_family(scenario, family, left)


def _without_unit(role: Role, name: str) -> Role:
    """A role without the people of a unit."""
    given = role.under_way
    kept = {
        field: tuple(row for row in rows if row.unit != name)
        for field, rows in (("from_outside", given.from_outside), ("in_grade", given.in_grade), ("ready", given.ready), ("signed", given.signed))
    }
    return role.but(opening_heads=tuple(unit for unit in role.opening_heads if unit.unit != name), under_way=given.but(**kept))


def _with_family(scenario: Scenario, family: str, those: tuple[Any, ...]) -> Scenario:
    place = FAMILIES[family]
    if "." not in place:
        return _rebuilt(scenario, {family: those})
    part = place.split(".")[0]
    return _rebuilt(scenario, {part: getattr(scenario, part).model_copy(update={family: those})})


def _rebuilt(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    return parameters.build(Scenario, scenario.model_copy(update=changes).model_dump(mode="python", warnings=False))


def names(scenario: Scenario, family: str) -> tuple[str, ...]:
    """The names of a family's members."""
    return tuple(member.name for member in parameters.get(scenario, FAMILIES[family]))


def routing(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Who serves what: group -> queue -> share."""
    return {group.name: {share.name: share.share for share in group.serves} for group in scenario.groups}


def routed(scenario: Scenario, shares: dict[str, dict[str, float | None]]) -> Scenario:
    """The scenario with who serves what replaced: group -> queue -> share; queues without a share are not served."""
    groups = tuple(
        group.model_copy(update={"serves": tuple(Share(name=queue, share=share) for queue, share in shares[group.name].items() if share is not None)})
        for group in scenario.groups
    )
    return _rebuilt(scenario, {"groups": groups})


def stated(scenario: Scenario, name: str, start: float) -> Scenario:
    """The scenario in which a group states its required people; its contacts go to the others who serve them, in proportion."""
    leaving = next(group for group in scenario.groups if group.name == name)
    lost = {share.name: share.share for share in leaving.serves}
    groups = tuple(
        group.model_copy(update={"serves": (), "stated_heads": {"start": start}})
        if group.name == name
        else group.model_copy(update={"serves": tuple(_larger(share, lost.get(share.name, 0.0)) for share in group.serves)})
        for group in scenario.groups
    )
    return _rebuilt(scenario, {"groups": groups})


def _larger(share: Share, lost: float) -> Share:
    return share if not lost or lost >= 1 else Share(name=share.name, share=min(1.0, share.share / (1 - lost)))


def serving(scenario: Scenario, name: str, queue: str) -> Scenario:
    """The scenario in which a group no longer states its people but serves a queue, at first none of its contacts."""
    changes = {"serves": (Share(name=queue, share=0.0),), "stated_heads": None}
    return _rebuilt(scenario, {"groups": tuple(group.model_copy(update=changes) if group.name == name else group for group in scenario.groups)})


def first_queue(scenario: Scenario, name: str, contacts: float, group: str) -> Scenario:
    """The scenario with a telephone queue of so many contacts a month, all served by one group, which no longer states its people."""
    queue = Queue(name=name, channel=Voice(kind="voice"), base_contacts=contacts)
    changes = {"serves": (Share(name=name),), "stated_heads": None}
    groups = tuple(each.model_copy(update=changes) if each.name == group else each for each in scenario.groups)
    return _rebuilt(scenario, {"queues": (*scenario.queues, queue), "groups": groups})


SERIES = ("contacts_monthly", "aht_monthly_s", "path", "signed_starts", "budget_monthly")
"""Fields that hold a figure for each month of the horizon."""


def horizon_effects(scenario: Scenario, **changes: Any) -> tuple[str, ...]:
    """What another horizon does to the series by month, a sentence for each kind; empty where there are none, or nothing happens to them.

    >>> from planner.scenario import load
    >>> horizon_effects(load("data/scenarios/centre_600.json"), months=48)
    ()
    """
    months, first = changes.get("months", scenario.horizon.months), changes.get("first_month", scenario.horizon.first_month)
    if not isinstance(months, int) or not isinstance(first, str):
        return ()
    held: dict[str, list[tuple[str, int]]] = {}
    for parameter in parameters.walk(scenario):
        if parameter.name in SERIES and parameter.value:
            owner = next((step for step in parameter.path.split(".")[1:2] if not parameter.path.startswith("finance")), "")
            held.setdefault(parameter.name, []).append((owner, len(parameter.value)))
    sentences = (_effect(name, those, scenario.horizon, months, first) for name, those in held.items())
    return tuple(sentence for sentence in sentences if sentence)


def _effect(name: str, those: list[tuple[str, int]], horizon: Horizon, months: int, first: str) -> str:
    owners = [owner for owner, _ in those if owner]
    listed = ", ".join(owners[:3]) + (f" and {len(owners) - 3} more" if len(owners) > 3 else "")
    whose = f"{words.title(name)}{f' of {listed}' if owners else ''}"
    if first != horizon.first_month:
        now, then = words.month_name(horizon.first_month), words.month_name(first)
        return f"{whose}: the figures stay in their order, so that what stood at {now} then stands at {then}."
    cut, longest = months - horizon.months, max(length for _, length in those)
    if cut < 0 and longest > months:
        return f"{whose}: the last {longest - months} figures are lost."
    if cut > 0 and name != "signed_starts":
        return f"{whose}: the {cut} new months go on at the last figure."
    return ""


def with_horizon(scenario: Scenario, **changes: Any) -> Scenario:
    """The scenario over another horizon. Series by month are cut where the plan becomes shorter, and go on at their last figure where it becomes longer."""
    months = changes.get("months", scenario.horizon.months)
    series = (
        {p.path: _fitted(p.name, p.value, months) for p in parameters.walk(scenario) if p.name in SERIES and p.value}
        if isinstance(months, int) and 1 <= months <= 120
        else {}
    )
    signed = {
        f"organisation.roles.{role.name}.under_way.signed": [row for row in role.under_way.signed if row.month < months]
        for role in scenario.organisation.roles
        if isinstance(months, int) and role.under_way.signed
    }
    return _with(scenario, {f"horizon.{name}": value for name, value in changes.items()} | series | signed)


def _fitted(name: str, values: tuple[float, ...], months: int) -> tuple[float, ...]:
    missing = 0 if name == "signed_starts" else max(0, months - len(values))
    return (*values[:months], *(values[-1:] * missing))
