"""Decisions: there and back as JSON, and every fault of a file told with its place."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from planner import decisions as deciding
from planner.baseline import baseline
from planner.decisions import as_started, begun_with, from_json, load, nothing_decided, role_named, to_json, units
from planner.errors import InvalidDecisions
from planner.plan import project
from tests.conftest import SHIPPED, planned, shipped
from tests.scenarios import build, everything, tiny, two_sites
from tests.test_plan import SCENARIO
from tests.test_plan import decisions as any_decisions


def faults_of(document, scenario=None):
    with pytest.raises(InvalidDecisions) as told:
        from_json(document if isinstance(document, str) else json.dumps(document), scenario or build(tiny()))
    return told.value.faults


def same(first, second):
    arrays = all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("starts", "classes", "overtime_fte", "contractor_fte"))
    pairs = [(getattr(first, name), getattr(second, name)) for name in ("promotions", "appointments")]
    return arrays and all(set(one) == set(two) and all(np.array_equal(one[role], two[role]) for role in one) for one, two in pairs)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_baseline_of_a_shipped_scenario_comes_back_from_its_json(name):
    decided = baseline(shipped(name))
    assert same(from_json(to_json(decided, shipped(name)), shipped(name)), decided)


@settings(max_examples=30)
@given(any_decisions())
def test_any_decisions_come_back_from_their_json_and_make_the_same_plan(decided):
    again = from_json(to_json(decided, SCENARIO), SCENARIO)
    assert same(again, decided)
    assert np.array_equal(project(SCENARIO, again).cost, project(SCENARIO, decided).cost)


def test_nothing_decided_is_an_almost_empty_file():
    scenario = build(two_sites())
    assert json.loads(to_json(nothing_decided(scenario), scenario)) == {"scenario": "Two sites", "first_month": "2027-01"}
    assert same(from_json("{}", scenario), nothing_decided(scenario))


def test_people_and_classes_are_written_whole_and_fte_as_they_are():
    scenario = build(tiny(2))
    decided = nothing_decided(scenario)
    decided.starts[1], decided.overtime_fte[0] = 3, 0.25
    text = to_json(decided, scenario)
    assert json.loads(text)["starts"] == {"care": {"boards": [0, 3]}}
    assert "3.0" not in text
    assert json.loads(text)["overtime_fte"] == {"care": [0.25, 0.0]}


def test_units_are_groups_sites_or_all_by_scope():
    scenario = build(two_sites())
    assert units(scenario, "frontline") == units(scenario, "team_lead") == ("sales", "care")
    assert units(scenario, "manager") == ("Austin", "Porto")
    assert units(scenario, "executive") == ("all",)
    assert role_named(scenario, "trainer").kind == "support"


def test_promotions_are_kept_by_unit_of_the_feeder_and_only_for_roles_that_have_one():
    decided = nothing_decided(build(everything(3)))
    assert set(decided.promotions) == {"team_lead", "manager", "executive", "trainer"}
    assert decided.promotions["trainer"].shape == (3, 5)
    assert decided.promotions["executive"].shape == (3, 2)
    assert set(decided.appointments) == {"team_lead", "manager", "executive", "trainer", "recruiter"}


# --- Faults


def test_every_fault_of_a_file_is_told_at_once_with_its_place():
    faults = faults_of(
        {
            "first_month": "2027-02",
            "starts": {"care": {"boards": [1] * 11, "board": [0] * 12}},
            "classes": {"care": [0.5, *[0] * 11]},
            "overtime_fte": {"care": [-1, "x", *[0] * 10]},
            "promotions": {"recruiter": {"all": [0] * 12}},
        }
    )
    assert [fault.place for fault in faults] == [
        "first_month", "starts.care.boards", "starts.care.board", "classes.care[0]", "overtime_fte.care[0]", "overtime_fte.care[1]", "promotions.recruiter.all",
    ]  # fmt: skip
    told = {fault.place: str(fault) for fault in faults}
    assert "12 months" in told["starts.care.boards"]
    assert "'starts.care.boards'" in told["starts.care.board"]
    assert "whole people or classes" in told["classes.care[0]"]
    assert told["overtime_fte.care[0]"] == "overtime_fte.care[0]: it must be FTE, 0 or more (found -1)."


@pytest.mark.parametrize("value", [None, True, "1", [1], {}, 1.5, -1, 1e9, float("nan"), float("inf")])
def test_what_is_no_number_of_people_is_refused(value):
    assert faults_of({"starts": {"care": {"boards": [value, *[0] * 11]}}})


@pytest.mark.parametrize("text", ["", "[]", "3", "{", "[" * 100_000, '{"starts": ' + "9" * 5_000 + "}"])
def test_text_that_is_no_set_of_decisions_is_refused(text):
    (fault,) = faults_of(text)
    assert fault.place == "decisions"


@pytest.mark.parametrize("document", [{"starts": 5}, {"starts": {"care": [1]}}, {"hires": {}}, {"starts": {"care": {"boards": {"x": []}}}}, {"starts": None}])
def test_a_file_of_another_form_is_refused_or_empty(document):
    if document == {"hires": {}}:
        assert same(from_json(json.dumps(document), build(tiny())), nothing_decided(build(tiny())))
    else:
        assert faults_of(document)


def test_decisions_of_another_scenario_name_the_nearest_series():
    other = build(two_sites())
    decided = baseline(other)
    faults = faults_of(to_json(decided, other))
    assert all("The nearest is" in fault.remedy or "months" in fault.problem for fault in faults)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    with pytest.raises(InvalidDecisions, match="none.json"):
        load(tmp_path / "none.json", build(tiny()))
    (tmp_path / "latin.json").write_bytes("\"é\"".encode("latin-1"))
    with pytest.raises(InvalidDecisions, match="UTF-8"):
        load(tmp_path / "latin.json", build(tiny()))


def test_every_series_of_the_decisions_has_a_path_of_its_own():
    scenario = build(everything(3))
    paths = [path for path, _, _ in deciding._series(nothing_decided(scenario), scenario)]
    assert len(paths) == len(set(paths)) == 5 * (3 + 3) + (5 + 5 + 5 + 2) + (5 + 2 + 1 + 2 + 1)


def test_first_months_of_one_and_the_rest_of_another():
    scenario = shipped("startup_4")
    one, other = planned(scenario).decisions, nothing_decided(scenario)
    joined = begun_with(one, 4, other)
    assert np.array_equal(joined.starts[:4], one.starts[:4])
    assert joined.starts[4:].sum() == 0
    assert all(np.array_equal(values[:4], one.appointments[role][:4]) and values[4:].sum() == 0 for role, values in joined.appointments.items())


def test_what_really_started_replaces_what_was_planned_source_by_source_in_classes_that_hold_it():
    scenario = shipped("centre_600")
    planned_starts = planned(scenario).decisions
    month, group = next(zip(*np.nonzero((planned_starts.starts > 0).sum(axis=2) > 1), strict=True), (2, 0))
    people = planned_starts.starts[: month + 1].sum(axis=2)
    people[month, group] += 5
    found = as_started(scenario, planned_starts, people)
    assert found.starts[month, group].sum() == people[month, group]
    assert (found.starts[month, group] >= planned_starts.starts[month, group]).all()
    assert np.array_equal(found.starts[month + 1 :], planned_starts.starts[month + 1 :])
    people[month, group] = 0
    assert as_started(scenario, planned_starts, people).classes[month, group] == 0


def test_nothing_changes_where_everybody_started_as_planned():
    scenario = shipped("startup_4")
    decisions = planned(scenario).decisions
    same = as_started(scenario, decisions, decisions.starts[:6].sum(axis=2))
    assert np.array_equal(same.starts, decisions.starts)
    assert np.array_equal(same.classes, decisions.classes)
