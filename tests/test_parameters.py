"""Parameters: paths, bounds, faults told all at once, and the help, unit and basis that every declaration carries."""

import types
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import parameters
from planner.errors import InvalidScenario
from planner.parameters import Parameters, get, put, walk
from planner.scenario import Scenario
from planner.training import Training
from tests.conftest import shipped
from tests.scenarios import build, changed, everything, tiny


def faults_of(call):
    with pytest.raises(InvalidScenario) as told:
        call()
    return told.value.faults


@pytest.fixture(scope="module")
def small():
    return build(tiny())


@pytest.fixture(scope="module")
def full():
    return build(everything())


# --- Paths


def test_every_walked_path_can_be_read_and_gives_the_walked_value(full):
    for parameter in walk(full):
        assert get(full, parameter.path) == parameter.value, parameter.path


def test_every_walked_path_can_be_written_with_its_own_value_and_changes_nothing(small):
    for parameter in walk(small):
        assert put(small, parameter.path, parameter.value) == small, parameter.path


def test_walked_paths_are_distinct_and_in_order_of_declaration(full):
    paths = [parameter.path for parameter in walk(full)]
    assert len(set(paths)) == len(paths)
    assert paths.index("horizon.first_month") < paths.index("sites.Austin.name") < paths.index("levers.top_span")


def test_members_are_named_by_their_name_and_nameless_ones_by_their_position(full):
    paths = {parameter.path for parameter in walk(full)}
    assert "queues.chats.channel.target.awt_s" in paths
    assert "groups.generalists.workforce.tenure_bands.1.exit_probability_monthly" in paths


def test_a_member_may_also_be_written_by_its_position(small):
    assert put(small, "organisation.roles.1.span", 25).organisation.roles[1].span == 25
    assert put(small, "organisation.roles.trainer.span", 25) == put(small, "organisation.roles.1.span", 25)


def test_put_leaves_the_scenario_it_was_given(small):
    other = put(small, "groups.care.workforce.classroom_washout", 0.5)
    assert (small.groups[0].workforce.classroom_washout, other.groups[0].workforce.classroom_washout) == (0.12, 0.5)


def test_a_single_month_of_a_series_can_be_written(full):
    other = put(full, "queues.patient calls.contacts_monthly.3", 1.0)
    assert other.queues[1].contacts_monthly[2:5] == (full.queues[1].contacts_monthly[2], 1.0, full.queues[1].contacts_monthly[4])


def test_a_whole_member_can_be_replaced(small):
    source = {"name": "friends", "referrals_per_head_monthly": 0.05}
    assert put(small, "hiring.sources", [source]).hiring.sources[0].referrals_per_head_monthly == 0.05


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("levers.grwoth_monthly", "levers.growth_monthly"),
        ("groups.car.workforce.annual_attrition", "groups.care.workforce.annual_attrition"),
        ("organisation.roles.teamlead.span", "organisation.roles.team_lead.span"),
        ("sites.Porto.training.room", "sites.Porto.training.rooms"),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest_name(small, path, nearest):
    for call in (lambda: get(small, path), lambda: put(small, path, 1)):
        (fault,) = faults_of(call)
        assert fault.place == path
        assert f"'{nearest}'" in fault.remedy


NOWHERE = ["", ".", "levers.", "levers..growth", "sites.Porto.training.rooms.x", "sites.²", "sites.-1", "sites.7", "levers.growth_monthly.0"]


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_leads_nowhere_is_refused_not_crashed_upon(small, path):
    assert faults_of(lambda: get(small, path))
    assert faults_of(lambda: put(small, path, 1))


@given(st.text(max_size=30))
def test_any_text_as_a_path_is_either_a_parameter_or_refused(path):
    scenario = shipped("startup_4")
    if path not in Scenario.model_fields:
        (fault,) = faults_of(lambda: get(scenario, path))
        assert fault.place == path


# --- Values


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("levers.growth_monthly", 3, "less than or equal to 1"),
        ("levers.growth_monthly", -3, "greater than or equal to -0.5"),
        ("organisation.roles.trainer.span", 0, "greater than or equal to 0.01"),
        ("sites.Porto.training.rooms", 1.5, "integer"),
        ("sites.Porto.training.rooms", "many", "integer"),
        ("horizon.months", 121, "less than or equal to 120"),
        ("horizon.first_month", "2027-13", "right form"),
        ("organisation.roles.trainer.scope", "planet", "'group', 'site' or 'all'"),
        ("levers.growth_monthly", float("nan"), "finite"),
        ("levers.growth_monthly", float("inf"), "finite"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_place_bounds_and_value(small, path, value, words):
    (fault,) = faults_of(lambda: put(small, path, value))
    assert fault.place == path
    assert words in fault.problem
    assert repr(value)[:5] in str(fault)


def test_but_gives_a_changed_copy_and_refuses_as_put_does():
    assert Training().but(rooms=5) == Training(rooms=5)
    (fault,) = faults_of(lambda: Training().but(rooms=-1))
    assert fault.place == "rooms"


def test_all_faults_are_told_at_once_each_with_its_path():
    document = changed(
        tiny(),
        ("horizon.months", 0),
        ("sites.0.training.rooms", -1),
        ("sites.0.training.romos", 1),
        ("groups.0.workforce.opening.0.heads", "x"),
        ("organisation.roles.1.span", 0),
        ("hiring.sources.0.funnel", {"screened": 2}),
    )
    del document["name"]
    faults = faults_of(lambda: build(document))
    assert {fault.place for fault in faults} == {
        "name",
        "horizon.months",
        "sites.Porto.training.rooms",
        "sites.Porto.training.romos",
        "groups.care.workforce.opening.0.heads",
        "organisation.roles.trainer.span",
        "hiring.sources.boards.funnel.screened",
    }
    by_place = {fault.place: str(fault) for fault in faults}
    assert by_place["name"] == "name: a value is missing. Give one."
    assert by_place["sites.Porto.training.romos"] == "sites.Porto.training.romos: there is no such parameter (found 1). Remove it, or correct its name."


def test_a_channel_is_told_apart_by_its_kind_and_its_faults_have_no_kind_in_their_path():
    document = everything()
    document["queues"][0]["channel"]["patience_s"] = -1
    document["queues"][2]["channel"]["target"]["awt_s"] = "soon"
    assert [fault.place for fault in faults_of(lambda: build(document))] == ["queues.impatient calls.channel.patience_s", "queues.chats.channel.target.awt_s"]


def test_an_unknown_kind_of_channel_is_refused_with_the_kinds_there_are():
    document = everything()
    document["queues"][0]["channel"] = {"kind": "fax"}
    (fault,) = faults_of(lambda: build(document))
    assert fault.place == "queues.impatient calls.channel"
    assert all(kind in str(fault) for kind in ("voice", "chat", "deferred"))


def test_percentages_are_fractions_inside_and_scaled_only_on_screen(full):
    units = {parameter.path: parameter.unit for parameter in walk(full)}
    assert (units["levers.growth_monthly"].symbol, units["levers.growth_monthly"].screen_factor) == ("% a month", 100)
    assert units["queues.chats.aht_s"].screen_factor == 1
    for parameter in walk(full):
        assert (parameter.unit.screen_factor == 100) == ("%" in parameter.unit.symbol), parameter.path


def test_bounds_are_read_from_the_declaration_also_of_optional_values(full):
    found = {parameter.path: parameter for parameter in walk(full)}
    assert (found["horizon.months"].lower, found["horizon.months"].upper) == (1, 120)
    assert (found["levers.first_span"].lower, found["levers.first_span"].upper) == (0.01, 100_000)
    assert found["levers.first_span"].optional
    assert not found["levers.growth_monthly"].optional
    assert found["levers.growth_monthly"].default == 0


# --- Every declaration


def classes(kind=Scenario, seen=None):
    """Every parameter class that a scenario can hold."""
    seen = {} if seen is None else seen
    if kind not in seen:
        seen[kind] = True
        for info in kind.model_fields.values():
            for part in _classes_in(info.annotation):
                classes(part, seen)
    return list(seen)


def _classes_in(annotation):
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        return [annotation]
    return [found for part in get_args(annotation) if part is not annotation for found in _classes_in(part)]


FIELDS = [pytest.param(kind, name, id=f"{kind.__name__}.{name}") for kind in classes() for name in kind.model_fields]


def test_the_declarations_reach_every_room():
    rooms = {kind.__module__.split(".")[1] for kind in classes()}
    assert rooms >= {"scenario", "horizon", "demand", "channels", "staffing", "workforce", "training", "hiring", "organisation", "finance"}


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_parameter_says_what_it_is_and_ends_with_its_basis(kind, name):
    text = " ".join((kind.model_fields[name].description or "").split())
    marks = [mark for mark in ("Source:", "Assumption:", "Yours:", "Yours.") if mark in text]
    assert marks, f"{text!r} names no basis"
    last = max(text.rindex(mark) for mark in marks)
    assert last > 10, "there is no help before the basis"
    assert text.endswith("."), text
    assert text[0].isupper(), text


def _bare(annotation):
    """The bare types of an annotation, `X | None`, a tuple's items and Annotated undone."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType, tuple):
        return [bare for part in get_args(annotation) if part is not Ellipsis for bare in _bare(part)]
    return [annotation]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_number_has_a_unit(kind, name):
    info = kind.model_fields[name]
    metadata = parameters._unwrap(info)[1]
    is_number = any(bare in (int, float) for bare in _bare(info.annotation))
    unitless = {"version", "season", "week_profile", "day_profile", "length_factors"}
    if is_number and name not in unitless:
        assert any(isinstance(item, parameters.Unit) for item in metadata)


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_number_is_bounded_below(kind, name):
    info = kind.model_fields[name]
    if any(bare in (int, float) for bare in _bare(info.annotation)) and name not in ("day_profile", "length_factors"):
        described = parameters.describe(name, name, None, info)
        assert described.lower is not None


@pytest.mark.parametrize("kind", classes())
def test_every_parameter_class_is_frozen_and_closed(kind):
    assert kind.model_config["frozen"]
    assert kind.model_config["extra"] == "forbid"
    assert not kind.model_config["allow_inf_nan"]


def test_nothing_of_a_scenario_can_be_set_in_place(small):
    with pytest.raises(Exception, match="frozen"):
        small.groups[0].workforce.classroom_washout = 0.5


def test_a_scenario_can_be_a_key(full):
    assert {full: 1}[build(everything())] == 1


def test_names_in_paths_cannot_hold_the_signs_of_a_path():
    for sign in ".[]=\n":
        assert faults_of(lambda sign=sign: build(changed(tiny(), ("sites.0.name", f"a{sign}b"))))


def test_literals_are_told_with_their_choices():
    described = {parameter.name: parameter for parameter in walk(build(tiny()).organisation)}
    assert get_origin(described["scope"].annotation) is Literal
