"""Every parameter matters: each declaration is changed in a scenario that uses every family, with levers moved and at rest, and some figure must change.

A parameter that several members hold (the span of every role) must matter in one of them; in others it may rightly be without effect.
"""

from collections import defaultdict
from functools import lru_cache
from typing import Literal, get_args, get_origin

import numpy as np
import pytest

from planner.baseline import baseline
from planner.errors import InvalidScenario
from planner.horizon import Horizon, OpeningHours
from planner.limits import limits
from planner.organisation import GradeHeads, Role, SignedHeads, UnitHeads
from planner.parameters import Parameter, Parameters, get, members, put, put_all, walk
from planner.plan import project
from planner.report.tables import tables
from planner.scenario import Queue, Share
from planner.staffing import Contract
from tests.scenarios import build, everything, office
from tests.test_parameters import classes
from tests.test_scenario_fuzz import arrays_of

MOVED = build(everything(14))
AT_REST = build(everything(14) | {"levers": {}})
WITHOUT_EFFECT = {
    "version": "it names the form of the document",
    "notes": "text for people",
    "zone": "needed only to read interval files with offsets",
    "name": "a name: it changes what rows are called, not what they hold",
}
ELSEWHERE = {"planner.optimisation": "weighed by the optimiser alone, whose tests move it"}
OTHER_TEXT = {
    "first_month": ("2027-02", "2027-04"), "country": ("DE", "US"), "subdivision": ("CA", "NY"), "currency": ("GBP", "USD"), "unit": (), "days": (),
    "site": ("Porto", "Austin"), "trainer_role": ("recruiter", "team_lead"), "recruiter_role": ("trainer",), "interviewer_role": ("manager",),
    "leads": ("frontline", "team_lead"), "feeder": ("team_lead", "frontline"), "from_month": ("2027-03", "2026-01"),
}  # fmt: skip


def figures(scenario):
    """Every array of a plan and of its limits."""
    plan = project(scenario, baseline(scenario))
    return plan, [*arrays_of(plan), *arrays_of(limits(plan))]


@lru_cache
def told(scenario):
    """Figures and tables of a scenario that others are held against."""
    plan, arrays = figures(scenario)
    return arrays, tables(plan)


def differs(scenario, other):
    """Whether any figure of the plan, of its limits or of its tables differs."""
    arrays, written = told(scenario)
    plan, others = figures(other)
    if len(arrays) != len(others) or any(one.shape != two.shape or not np.array_equal(one, two) for (_, one), (_, two) in zip(arrays, others, strict=True)):
        return True
    return any(not written[name].equals(table) for name, table in tables(plan).items())


def other_numbers(value):
    """Other values of a number, near ones first."""
    if isinstance(value, int):
        return [value + 1, value - 1, value * 2, value // 2, value + 6]
    return [value * 1.25, value * 0.75, value * 2, value * 0.3, value + 1, value / 50, value * 10]


def others(parameter: Parameter):
    """(path, value) of what a parameter could be instead."""
    value, path = parameter.value, parameter.path
    if isinstance(value, bool):
        yield path, not value
    elif parameter.is_number:
        yield from ((path, other) for other in other_numbers(value))
    elif get_origin(parameter.annotation) is Literal:
        yield from ((path, choice) for choice in get_args(parameter.annotation) if choice != value)
    elif isinstance(value, str):
        yield from ((path, text) for text in OTHER_TEXT.get(parameter.name, ()) if text != value)


def declarations(model=AT_REST, prefix=""):
    """(class, field) with the parameter at every place below a scenario."""
    for name in type(model).model_fields:
        value, path = getattr(model, name), f"{prefix}{name}"
        if isinstance(value, Parameters):
            yield from declarations(value, f"{path}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], Parameters):
            for key, member in members(value):
                yield from declarations(member, f"{path}.{key}.")
        else:
            yield (type(model), name), path


PARAMETERS = {parameter.path: parameter for parameter in (*walk(AT_REST), *(each for each in walk(MOVED) if each.path.startswith("levers")))}
PLACES = defaultdict(list)
for declaration, place in declarations():
    PLACES[declaration].append(place)


def entries(parameter):
    """The single entries of a season, a series or a profile: all twelve of a season, of others the first, the middle and the last that are not zero."""
    rows = parameter.value
    if rows and isinstance(rows[0], tuple):
        found = [(f"{parameter.path}.{row}.{place}", entry) for row, cells in enumerate(rows) for place, entry in enumerate(cells) if entry]
    else:
        found = [(f"{parameter.path}.{place}", entry) for place, entry in enumerate(rows) if entry and not isinstance(entry, str)]
    return found if len(found) == 12 else [found[place] for place in sorted({0, len(found) // 2, len(found) - 1})] if found else []


def matters(base, changes):
    """Whether one of the changes that the scenario allows changes some figure."""
    for path, value in changes:
        try:
            scenario = put(base, path, value)
        except InvalidScenario:
            continue
        if differs(base, scenario):
            return True
    return False


def _parts(annotation):
    return [found for part in get_args(annotation) for found in _parts(part)] or [annotation]


def is_moved(kind, name):
    return kind.__module__ not in ELSEWHERE and name not in WITHOUT_EFFECT


MAIL = "queues.mail"
TOGETHER = {
    (Horizon, "months"): (office(6), {}, {"horizon.months": 7}),
    (Queue, "interval_minutes"): (None, {f"{MAIL}.day_profile": None, f"{MAIL}.channel.deadline_hours": 10.5}, {f"{MAIL}.interval_minutes": 30}),
    (OpeningHours, "country"): (None, {"queues.impatient calls.opening.subdivision": None}, {"queues.impatient calls.opening.country": None}),
    (OpeningHours, "days"): (None, {}, {"queues.patient calls.opening.days": ["08:00-20:00"] * 5 + ["closed"] * 2}),
    (Share, "share"): (None, {}, {"groups.generalists.serves.mail.share": 0.7, "groups.digital.serves.mail.share": 0.3}),
    (Contract, "heads_share"): (
        None, {}, {"groups.generalists.staffing.contracts.full.heads_share": 0.5, "groups.generalists.staffing.contracts.part.heads_share": 0.5},
    ),
    (Role, "scope"): (None, {"organisation.roles.recruiter.opening_heads": []}, {"organisation.roles.recruiter.scope": "site"}),
    (GradeHeads, "unit"): (None, {}, {"organisation.roles.team_lead.under_way.in_grade.0.unit": "digital"}),
    (SignedHeads, "unit"): (None, {}, {"organisation.roles.manager.under_way.signed.0.unit": "Austin"}),
    (UnitHeads, "unit"): (
        None, {"organisation.roles.team_lead.opening_heads": [{"unit": "fraud", "heads": 9}]}, {"organisation.roles.team_lead.opening_heads.0.unit": "digital"},
    ),
}  # fmt: skip
GROUPS = {
    (kind, name)
    for kind in classes()
    for name, info in kind.model_fields.items()
    if any(isinstance(part, type) and issubclass(part, Parameters) for part in _parts(info.annotation))
}
SINGLE = {
    declaration: [place for place in places if next(others(PARAMETERS[place]), None)]
    for declaration, places in PLACES.items()
    if is_moved(*declaration) and declaration not in TOGETHER and not any(isinstance(PARAMETERS[place].value, tuple) for place in places)
}
SERIES = [
    (path, entry) for declaration, places in PLACES.items() if is_moved(*declaration)
    for place in places if isinstance(PARAMETERS[place].value, tuple) and any(value != 1 for value in PARAMETERS[place].value)
    for path, entry in entries(PARAMETERS[place])
]  # fmt: skip


@pytest.mark.parametrize("declaration", [pytest.param(each, id=f"{each[0].__name__}.{each[1]}") for each, places in SINGLE.items() if places])
def test_a_changed_parameter_changes_some_figure(declaration):
    bases = (MOVED, AT_REST) if declaration[0].__name__ != "Levers" else (MOVED,)
    assert any(matters(base, others(PARAMETERS[place])) for place in SINGLE[declaration] for base in bases)


@pytest.mark.parametrize(("path", "entry"), SERIES)
def test_a_changed_entry_of_a_season_a_series_or_a_profile_changes_some_figure(path, entry):
    assert matters(AT_REST, [(path, other) for other in other_numbers(entry)])


@pytest.mark.parametrize("declaration", [pytest.param(each, id=f"{each[0].__name__}.{each[1]}") for each in TOGETHER])
def test_what_can_only_be_changed_together_with_something_else_changes_some_figure(declaration):
    document, first, then = TOGETHER[declaration]
    base = put_all(AT_REST if document is None else build(document), first)
    other = put_all(base, then)
    assert other != base
    assert differs(base, other)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("queues.impatient calls.opening.subdivision", "CA"),
        ("queues.patient calls.channel.patience_s", 100),
        ("queues.impatient calls.channel.target.max_abandonment", None),
        ("queues.returns.channel.target.max_occupancy", 0.5),
        ("groups.specialists.workforce.annual_attrition", None),
        ("groups.generalists.monthly_pay", None),
        ("groups.back office.stated_heads.path", [40] * 14),
        ("hiring.sources.friends.referral_saturation", None),
        ("hiring.sources.agency.starts_max_monthly", None),
        ("finance.budget_monthly", [1_000_000] * 14),
        ("organisation.roles.team_lead.feeder", None),
        ("sites.Porto.currency", None),
        ("sites.Porto.country", None),
    ],
)
def test_what_is_emptied_or_given_changes_some_figure(path, value):
    assert get(AT_REST, path) != value
    assert differs(AT_REST, put(AT_REST, path, value))


def test_every_declared_parameter_is_moved_here_or_listed_as_without_effect():
    """So a new parameter cannot stay without a test: it must be given a value in tests/scenarios.py."""
    series = {each for each, places in PLACES.items() if any(isinstance(PARAMETERS[place].value, tuple) and PARAMETERS[place].value for place in places)}
    moved = {declaration for declaration, places in SINGLE.items() if places} | series | set(TOGETHER)
    declared = {(kind, name) for kind in classes() for name in kind.model_fields if is_moved(kind, name) and (kind, name) not in GROUPS}
    assert {f"{kind.__name__}.{name}" for kind, name in declared - moved} == {"Voice.kind", "Chat.kind", "Deferred.kind"}


def test_the_list_of_what_has_no_effect_is_short_and_each_has_a_reason():
    assert len(WITHOUT_EFFECT) == 4
    assert all((*WITHOUT_EFFECT.values(), *ELSEWHERE.values()))
    assert set(WITHOUT_EFFECT) <= {parameter.name for parameter in walk(AT_REST)}
