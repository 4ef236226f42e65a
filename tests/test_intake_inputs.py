"""Plans of other tools as proposed changes of a scenario: what is read, what is asked, and that the changes can be made."""

import json
import math

import pytest

from planner import parameters
from planner.errors import InvalidVolumes
from planner.intake import OpenQuestions, ScenarioInputs, read_volumes, scenario_inputs
from planner.scenario import Scenario
from tests.conftest import shipped

PLAN = {
    "name": "2027", "description": "", "startBusinessUnitDate": "2027-01-04", "endBusinessUnitDate": "2027-06-27", "fullTimeEquivalentWeeklyHours": 38.5,
    "changes": [
        {"metric": "StartingWeeklyFullTimeEquivalentCount", "weekStartNumber": 1, "numberOfWeeks": 1, "value": 120, "staffingGroupIds": ["s1"]},
        {"metric": "NewHiresFullTimeEquivalentCount", "weekStartNumber": 2, "numberOfWeeks": 1, "value": 6, "staffingGroupIds": ["s1"]},
        {"metric": "NewHiresFullTimeEquivalentCount", "weekStartNumber": 6, "numberOfWeeks": 2, "value": 4, "staffingGroupIds": ["s1"]},
        {"metric": "AttritionPercentage", "weekStartNumber": 1, "numberOfWeeks": 26, "value": 3, "staffingGroupIds": ["s1"]},
        {"metric": "ShrinkagePercentage", "weekStartNumber": 1, "numberOfWeeks": 26, "value": 30, "staffingGroupIds": ["s1"]},
    ],
}  # fmt: skip


def one_group() -> Scenario:
    return shipped("startup_4").but(groups=shipped("startup_4").groups[:1])


def read(document: object, given: Scenario | None = None, **assume: str) -> ScenarioInputs:
    return scenario_inputs(document if isinstance(document, bytes) else json.dumps(document).encode(), "p.json", given or one_group(), assume)


def asked(document: object, **assume: str) -> dict[str, tuple[str, ...]]:
    with pytest.raises(OpenQuestions) as found:
        read(document, **assume)
    return {question.key: question.choices for question in found.value.questions}


def test_a_capacity_plan_proposes_horizon_hours_heads_starts_attrition_and_shrinkage():
    group = one_group().groups[0].name
    found = {proposal.path: proposal.value for proposal in read(PLAN, attrition_period="month").proposals}
    assert found == {
        "horizon.first_month": "2027-01", "horizon.months": 6,
        f"groups.{group}.staffing.weekly_hours": 38.5,
        f"groups.{group}.workforce.opening": [{"tenure_months": 12, "heads": 120.0}],
        f"groups.{group}.workforce.signed_starts": [6, 8],
        f"groups.{group}.workforce.annual_attrition": pytest.approx(-12 * math.log(0.97), abs=1e-6),
        f"groups.{group}.staffing.shrinkage": [{"name": "shrinkage", "where": "out", "fraction": 0.3}],
    }  # fmt: skip


def test_the_period_of_attrition_is_asked():
    assert asked(PLAN) == {"attrition_period": ("week", "month", "year")}
    path = f"groups.{one_group().groups[0].name}.workforce.annual_attrition"
    yearly = {period: {p.path: p.value for p in read(PLAN, attrition_period=period).proposals}[path] for period in ("week", "year")}
    assert yearly["year"] == 0.03
    assert yearly["week"] == pytest.approx(-math.log(0.97) * 365.25 / 7, abs=1e-6)


def test_percent_or_fraction_is_asked_where_both_fit():
    plan = PLAN | {"changes": [{"metric": "ShrinkagePercentage", "weekStartNumber": 1, "numberOfWeeks": 4, "value": 0.3}]}
    assert asked(plan) == {"percent": ("percent", "fraction")}
    assert [read(plan, percent=unit).proposals[-1].value[0]["fraction"] for unit in ("percent", "fraction")] == [0.003, 0.3]


def test_what_a_proposal_says_can_be_set():
    for proposal in read(PLAN, attrition_period="month").proposals:
        changed = one_group().model_dump(mode="json")
        parameters.get(one_group(), proposal.path)
        assert changed
        assert str(proposal) == f"{proposal.path}={json.dumps(proposal.value)}"


def test_monthly_results_go_before_changes():
    plan = PLAN | {"monthly": {"starting": [50, 51], "newHire": [2, 0], "shrinkage": [25, 35], "attrition": [2, 2]}}
    found = {proposal.path.split(".", 2)[-1]: proposal.value for proposal in read(plan, attrition_period="month").proposals}
    assert found["workforce.signed_starts"] == [2, 0]
    assert found["staffing.shrinkage"][0]["fraction"] == 0.3


def test_new_hires_that_are_no_whole_people_are_told_and_not_rounded():
    plan = PLAN | {"changes": [{"metric": "NewHiresFullTimeEquivalentCount", "weekStartNumber": 1, "numberOfWeeks": 1, "value": 2.5}]}
    found = read(plan)
    assert not [proposal for proposal in found.proposals if "signed_starts" in proposal.path]
    assert any("no whole people" in notice for notice in found.notices)


def test_several_staffing_groups_and_several_groups_are_asked_about():
    changes = [*PLAN["changes"], PLAN["changes"][0] | {"staffingGroupIds": ["s2"]}]
    assert asked(PLAN | {"changes": changes}, attrition_period="month") == {"staffing_group": ("s1", "s2")}
    big = shipped("centre_600")
    if len(big.groups) > 1:
        with pytest.raises(OpenQuestions) as found:
            read(PLAN, big, attrition_period="month")
        assert [question.key for question in found.value.questions] == ["group"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"startBusinessUnitDate": "04.01.2027"}, "this is not a date"),
        ({"changes": [{"metric": "Starting", "weekStartNumber": 1, "numberOfWeeks": 1, "value": 1}]}, "this is not a metric"),
        ({"changes": [{"metric": "ShrinkagePercentage", "weekStartNumber": 0, "numberOfWeeks": 1, "value": 1}]}, "whole numbers from 1"),
        ({"changes": [{"metric": "ShrinkagePercentage", "weekStartNumber": 1, "numberOfWeeks": 1, "value": 130}]}, "not between 0 and 100"),
        ({"monthly": {"starting": ["x"]}}, "not a list of numbers"),
    ],
)
def test_a_faulty_plan_is_refused(change, words):
    with pytest.raises(InvalidVolumes, match=words):
        read(PLAN | change, attrition_period="month")


def test_a_capacity_plan_is_no_volume_file_and_that_is_said():
    with pytest.raises(InvalidVolumes, match="capacity plan"):
        read_volumes(json.dumps(PLAN).encode(), "p.json")


@pytest.mark.parametrize(("cell", "questions"), [("30", set()), ("0.3", {"percent"})])
def test_shrinkage_of_the_wfm_labs_template_is_percent_or_asked(cell, questions):
    data = f"Month,Forecast_Volume,AHT_Seconds,Shrinkage_Pct,Current_Headcount\n2027-01,5,300,{cell},40\n2027-02,5,300,{cell},41\n".encode()
    if questions:
        assert set(asked(data)) == questions
    found = {p.path.split(".", 2)[-1]: p.value for p in read(data, **({"percent": "fraction"} if questions else {})).proposals}
    assert found["staffing.shrinkage"][0]["fraction"] == 0.3
    assert found["workforce.opening"] == [{"tenure_months": 12, "heads": 40.0}]
