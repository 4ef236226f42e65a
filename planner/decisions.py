"""What we do about it: hires, classes, promotions, appointments, overtime and contractors by month, as one value and as a JSON file."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import training
from planner.errors import Fault, InvalidDecisions
from planner.organisation import FRONTLINE, Role
from planner.scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions month by month. People and classes are whole; overtime and contractors are FTE.

    `starts` [months, groups, sources]; `classes`, `overtime_fte`, `contractor_fte` [months, groups]; `promotions` by role [months, units of the role's
    feeder], counted as attempts; `appointments` from outside by role [months, units of the role], in the month of the first day.
    """

    starts: Array
    classes: Array
    overtime_fte: Array
    contractor_fte: Array
    promotions: dict[str, Array] = field(default_factory=dict)
    appointments: dict[str, Array] = field(default_factory=dict)


def units(scenario: Scenario, role: str) -> tuple[str, ...]:
    """The units a role exists in: groups, sites, or all. The frontline exists in groups."""
    scope = "group" if role == FRONTLINE else role_named(scenario, role).scope
    if scope == "group":
        return tuple(group.name for group in scenario.groups)
    return tuple(site.name for site in scenario.sites) if scope == "site" else ("all",)


def role_named(scenario: Scenario, name: str) -> Role:
    """The role of that name."""
    return next(role for role in scenario.organisation.roles if role.name == name)


def nothing_decided(scenario: Scenario) -> Decisions:
    """No hire, no promotion, no overtime: what happens if nobody decides anything."""
    months, groups, sources = scenario.horizon.months, len(scenario.groups), len(scenario.hiring.sources)
    roles = scenario.organisation.roles
    return Decisions(
        starts=np.zeros((months, groups, sources)),
        classes=np.zeros((months, groups)),
        overtime_fte=np.zeros((months, groups)),
        contractor_fte=np.zeros((months, groups)),
        promotions={role.name: np.zeros((months, len(units(scenario, role.feeder)))) for role in roles if role.feeder},
        appointments={role.name: np.zeros((months, len(units(scenario, role.name)))) for role in roles},
    )


def fit(scenario: Scenario, decisions: Decisions) -> bool:
    """Whether decisions are those of a scenario's months, groups, sources and roles."""
    own = nothing_decided(scenario)
    same = own.promotions.keys() == decisions.promotions.keys() and own.appointments.keys() == decisions.appointments.keys()
    return same and all(ours.shape == theirs.shape for ours, theirs in zip(_arrays(own), _arrays(decisions), strict=True))


def _arrays(decisions: Decisions) -> list[Array]:
    by_role = [named[name] for named in (decisions.promotions, decisions.appointments) for name in sorted(named)]
    return [decisions.starts, decisions.classes, decisions.overtime_fte, decisions.contractor_fte, *by_role]


def begun_with(first: Decisions, months: int, then: Decisions) -> Decisions:
    """The first months of one set of decisions and the months after them of another."""

    def joined(early: Array, late: Array) -> Array:
        return np.concatenate([early[:months], late[months:]])

    return Decisions(
        starts=joined(first.starts, then.starts),
        classes=joined(first.classes, then.classes),
        overtime_fte=joined(first.overtime_fte, then.overtime_fte),
        contractor_fte=joined(first.contractor_fte, then.contractor_fte),
        promotions={name: joined(first.promotions[name], values) for name, values in then.promotions.items()},
        appointments={name: joined(first.appointments[name], values) for name, values in then.appointments.items()},
    )


def as_started(scenario: Scenario, decisions: Decisions, people: Array) -> Decisions:
    """The decisions with the starts of the first months as they really were: people [months, groups].

    More people than planned, or fewer, are of the source with most of the group's starts of that month; a changed month has the classes that hold its people.
    """
    starts, classes = decisions.starts.copy(), decisions.classes.copy()
    sites = {site.name: site for site in scenario.sites}
    for month, group in zip(*np.nonzero(people != starts[: len(people)].sum(axis=2)), strict=True):
        given = _spread_over(starts[month, group], float(people[month, group]))
        starts[month, group] = given
        classes[month, group] = training.classes_for(given.sum(), sites[scenario.groups[group].site].training)
    return replace(decisions, starts=starts, classes=classes)


def _spread_over(by_source: Array, people: float) -> Array:
    """So many people over sources as they were planned, the largest first."""
    given, left = np.zeros_like(by_source), people
    for source in np.argsort(-by_source, kind="stable"):
        given[source] = min(by_source[source], left)
        left -= given[source]
    given[int(np.argmax(by_source))] += left
    return given


def _series(decisions: Decisions, scenario: Scenario) -> Iterator[tuple[tuple[str, ...], Array, bool]]:
    """Every series of the decisions: its path in the file, its values [months] (a view), and whether they are whole."""
    groups, sources = [group.name for group in scenario.groups], [source.name for source in scenario.hiring.sources]
    for g, group in enumerate(groups):
        yield from ((("starts", group, source), decisions.starts[:, g, s], True) for s, source in enumerate(sources))
        yield ("classes", group), decisions.classes[:, g], True
        yield ("overtime_fte", group), decisions.overtime_fte[:, g], False
        yield ("contractor_fte", group), decisions.contractor_fte[:, g], False
    for kind, by_role in (("promotions", decisions.promotions), ("appointments", decisions.appointments)):
        for name, values in by_role.items():
            place = role_named(scenario, name).feeder if kind == "promotions" else name
            yield from (((kind, name, unit), values[:, u], True) for u, unit in enumerate(units(scenario, str(place))))


def to_json(decisions: Decisions, scenario: Scenario) -> str:
    """The decisions as JSON text: nested by kind, group or role, source or unit; a list of months each. Series of zeros are left out."""
    document: dict[str, Any] = {"scenario": scenario.name, "first_month": scenario.horizon.first_month}
    for path, values, whole in _series(decisions, scenario):
        if values.any():
            here = document
            for key in path[:-1]:
                here = here.setdefault(key, {})
            here[path[-1]] = [int(value) if whole else float(value) for value in values]
    return json.dumps(document, indent=1)


def from_json(text: str, scenario: Scenario) -> Decisions:
    """Decisions from JSON text. Raises InvalidDecisions with every fault: unknown names, wrong lengths, fractions of people."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidDecisions([Fault("decisions", "the file is not JSON", "Save it again from the planner.")]) from None
    if not isinstance(document, dict):
        raise InvalidDecisions([Fault("decisions", "the file is not a set of decisions", "It is one JSON object with starts, classes, promotions ...")])
    decisions = nothing_decided(scenario)
    known = {path: (values, whole) for path, values, whole in _series(decisions, scenario)}
    faults = _first_month_faults(document, scenario)
    for path, value in _leaves({key: part for key, part in document.items() if key not in ("scenario", "first_month")}):
        faults += _take(path, value, known)
    if faults:
        raise InvalidDecisions(faults)
    return decisions


def load(path: str | Path, scenario: Scenario) -> Decisions:
    """Decisions from a JSON file."""
    try:
        return from_json(Path(path).read_text(encoding="utf-8"), scenario)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidDecisions([Fault(str(path), f"the file cannot be read: {error}", "Check its name and that it is UTF-8 text.")]) from None


def _first_month_faults(document: dict[str, Any], scenario: Scenario) -> list[Fault]:
    first = document.get("first_month", scenario.horizon.first_month)
    if first == scenario.horizon.first_month:
        return []
    return [Fault("first_month", f"the decisions begin in {first}, the scenario in {scenario.horizon.first_month}", "Let both begin in the same month.")]


def _leaves(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, (*path, str(key)))
    else:
        yield path, part


def _take(path: tuple[str, ...], value: Any, known: dict[tuple[str, ...], tuple[Array, bool]]) -> list[Fault]:
    """Puts one series of the file into its place among the decisions, or says what is wrong with it."""
    place = ".".join(path) or "decisions"
    if path not in known:
        close = difflib.get_close_matches(place, [".".join(name) for name in known], n=1, cutoff=0.0)
        return [Fault(place, "the scenario has no such group, role, source or unit", f"The nearest is '{close[0]}'." if close else "")]
    target, whole = known[path]
    if not isinstance(value, list) or len(value) != len(target):
        return [Fault(place, f"it must be a list of {len(target)} months", "Give one value for each month of the plan.")]
    wrong = [month for month, item in enumerate(value) if not _is_amount(item, whole)]
    if wrong:
        kind = "whole people or classes" if whole else "FTE"
        return [Fault(f"{place}[{month}]", f"it must be {kind}, 0 or more", "", repr(value[month])) for month in wrong]
    target[:] = value
    return []


def _is_amount(item: Any, whole: bool) -> bool:
    number = isinstance(item, int | float) and not isinstance(item, bool) and 0 <= item <= 1e6
    return number and (not whole or float(item).is_integer())
