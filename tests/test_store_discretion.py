"""What those who may not see pay do not see: every amount of every scenario and plan, and what they change keeps the amounts as they are."""

import re

import numpy as np
import pandas as pd
import pytest

from planner import parameters
from planner import scenario as scenarios
from planner.parameters import walk
from planner.report import tables
from planner.store import discretion
from planner.ui import members
from tests.conftest import planned, shipped

SECRET = 98_765.4321


def with_secret_pay(scenario):
    """The scenario with one amount that stands nowhere else, in every place that holds an amount."""
    found = {
        parameter.path: (SECRET,) * len(parameter.value) if isinstance(parameter.value, tuple) else SECRET
        for parameter in walk(scenario)
        if parameter.unit.symbol == "money" and parameter.value is not None and (parameter.upper or SECRET) >= SECRET
    }
    return parameters.put_all(scenario, found)


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000", "giant_50000"])
def test_no_amount_is_left_in_a_scenario_and_everything_else_is(name):
    whole = with_secret_pay(shipped(name))
    seen = discretion.without_pay(whole)
    assert "98765" not in seen.model_dump_json()
    hidden = discretion.pay_paths(whole)
    assert {parameter.path: parameter.value for parameter in walk(seen) if parameter.path not in hidden} == {
        parameter.path: parameter.value for parameter in walk(whole) if parameter.path not in hidden
    }


def test_every_parameter_in_money_is_one_that_is_hidden():
    scenario = shipped("centre_600")
    money = {parameter.path for parameter in walk(scenario) if parameter.unit.symbol == "money" or re.search(r"pay|premium|budget", parameter.name)}
    assert money <= discretion.pay_paths(scenario)
    assert {"finance.frontline_monthly_pay", "finance.on_cost", "organisation.roles.team_lead.monthly_pay"} <= discretion.pay_paths(scenario)


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_a_plan_without_pay_has_the_same_people_and_no_cost(name):
    plan = planned(shipped(name))
    seen = discretion.plan_without_pay(plan)
    assert seen.costs == ()
    assert not seen.cost.any()
    np.testing.assert_array_equal(seen.frontline.heads, plan.frontline.heads)
    frames, whole = tables.tables(seen), tables.tables(plan)
    assert frames["cost"].empty
    assert frames["hiring_plan"]["cost"].isna().all()
    assert list(frames["hiring_plan"].columns) == list(whole["hiring_plan"].columns)
    for table in ("requirement", "headcount", "training", "management"):
        pd.testing.assert_frame_equal(frames[table], whole[table])


def test_what_is_changed_without_seeing_amounts_keeps_them():
    whole = with_secret_pay(shipped("centre_600"))
    seen = discretion.without_pay(whole)
    changed = scenarios.changed(seen, {"queues.service calls.aht_s": 400.0, "groups.service Columbus.staffing.schedule_efficiency": 0.8})
    back = discretion.with_pay_of(changed, whole)
    assert back == scenarios.changed(whole, {"queues.service calls.aht_s": 400.0, "groups.service Columbus.staffing.schedule_efficiency": 0.8})
    assert discretion.with_pay_of(seen, whole) == whole


def test_a_member_that_is_renamed_keeps_its_amounts():
    whole = with_secret_pay(shipped("centre_600"))
    for path, name in (("organisation.roles.team_lead", "team_coach"), (f"hiring.sources.{whole.hiring.sources[0].name}", "elsewhere")):
        renamed = members.renamed(discretion.without_pay(whole), path, name)
        assert discretion.with_pay_of(renamed, whole) == members.renamed(whole, path, name)


def test_a_member_that_is_taken_out_takes_no_amount_of_another_with_it():
    whole = shipped("centre_600")
    first, *others = whole.hiring.sources
    paid = whole.but(hiring=whole.hiring.but(sources=(first, *others, first.but(name="last", cost_per_hire=77.0))))
    seen = discretion.without_pay(paid)
    changed = seen.but(hiring=seen.hiring.but(sources=tuple(source for source in seen.hiring.sources if source.name != others[0].name)))
    back = discretion.with_pay_of(changed, paid)
    assert [source.cost_per_hire for source in back.hiring.sources] == [source.cost_per_hire for source in paid.hiring.sources if source.name != others[0].name]
