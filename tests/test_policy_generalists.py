"""Generalists: transfers and pooling through the plan, the ladder, and the policy's switch."""

import math

import numpy as np
import pytest

from planner import demand
from planner.errors import InvalidScenario
from planner.policies import generalists
from planner.policies.generalists import LEARNING, POLICY, Generalists, progression
from planner.progression import settled_ladder
from planner.requirement import requirement
from planner.scenario import changed
from planner.ui import members
from tests.conftest import SHIPPED, planned, shipped
from tests.scenarios import build, everything, office, tiny
from tests.scenarios import changed as document_changed

HOURS = 24 * 31


def round_the_clock(name, hourly, aht_s, **more):
    target = {"service_level": 0.8, "awt_s": 20, "max_abandonment": None, "max_occupancy": None}
    return {
        "name": name, "channel": {"kind": "voice", "patience_s": None, "target": target}, "base_contacts": hourly * HOURS, "aht_s": aht_s, "aht_scv": 1.0,
        "opening": {"days": ["00:00-24:00"] * 7},
    } | more  # fmt: skip


def serving(*queues, **group):
    """One group that serves these queues, for January."""
    document = office(1)
    document["queues"] = list(queues)
    document["groups"][0] |= {"serves": [{"name": queue["name"]} for queue in queues]} | group
    return build(document)


def lines(**group):
    """A first line of 300 calls an hour that passes a quarter on to specialists who have no contacts of their own."""
    passed = [{"name": "second", "share": 0.25, "handover_s": 45, "first_saved": 0.6}]
    return serving(round_the_clock("first", 300, 240, transfers=passed), round_the_clock("second", 0, 420), **group)


def agents(scenario):
    """Agents of an average open hour, by queue."""
    return requirement(scenario).on_position_hours[0] / HOURS


# Transfers through the plan ------------------------------------------------------------------------------------------------------------------


def test_forty_specialists_against_thirty_one_generalists_come_out_of_the_plan():
    assert agents(lines()) == pytest.approx([26, 14])
    assert agents(lines(pooled=True)).sum() == pytest.approx(31)
    need = requirement(lines())
    assert need.contacts[0] / HOURS == pytest.approx([300, 75])
    assert need.aht_s[0] == pytest.approx([240 + 0.25 * 45, 465])


def test_generalists_stop_to_pay_at_a_third_more_handle_time():
    assert agents(lines(pooled=True, breadth_penalty=0.334)).sum() <= 40
    assert agents(lines(pooled=True, breadth_penalty=0.336)).sum() > 40


@pytest.mark.parametrize(("groups", "load", "apart", "pooled"), [(2, 10, 28, 25), (4, 10, 56, 46), (2, 50, 114, 108), (4, 50, 228, 210)])
def test_the_table_of_pooling_comes_out_of_the_plan(groups, load, apart, pooled):
    queues = [round_the_clock(f"work {place}", load * 12, 300) for place in range(groups)]
    assert agents(serving(*queues)).sum() == pytest.approx(apart)
    assert agents(serving(*queues, pooled=True)).sum() == pytest.approx(pooled)


def test_a_group_that_takes_one_of_the_queues_passes_on_to_another_group():
    document = office(1)
    passed = [{"name": "second", "share": 0.25}]
    document["queues"] = [round_the_clock("first", 300, 240, transfers=passed), round_the_clock("second", 40, 420)]
    document["groups"][0] |= {"serves": [{"name": "first", "share": 0.4}, {"name": "second", "share": 0.5}], "pooled": True}
    document["groups"].append(
        document["groups"][0] | {"name": "others", "serves": [{"name": "first", "share": 0.6}, {"name": "second", "share": 0.5}], "pooled": False}
    )
    need = requirement(build(document))
    rows = [(need.groups[group], queue) for group, queue in zip(need.row_group, need.row_queue, strict=True)]
    by_row = dict(zip(rows, need.contacts[0] / HOURS, strict=True))
    received = 300 * 0.25 * 0.6
    assert by_row["care", "second"] == pytest.approx(0.5 * (40 + received))
    assert by_row["others", "second"] == pytest.approx(0.5 * (40 + received))
    assert by_row["care", "first"] == pytest.approx(0.4 * 300)


def test_work_is_kept_when_contacts_are_passed_on():
    need, queues = requirement(lines()), lines().queues
    first = demand.contacts(queues[0], lines().horizon)[0]
    assert need.workload_hours[0].sum() == pytest.approx(first * (240 + 0.25 * 45 + 0.25 * 465) / 3600)


def test_transfers_of_nothing_change_nothing():
    plain = changed(lines(), {"queues.first.transfers": []})
    nothing = changed(lines(), {"queues.first.transfers.second.share": 0.0})
    assert requirement(nothing).on_position_hours[0] == pytest.approx(requirement(plain).on_position_hours[0])


@pytest.mark.parametrize(
    ("transfers", "problem"),
    [
        ([{"name": "nowhere", "share": 0.1}], "there is no queue 'nowhere'"),
        ([{"name": "first", "share": 0.1}], "there is no queue 'first'"),
        ([{"name": "second", "share": 0.1}, {"name": "second", "share": 0.2}], "stands there twice"),
        ([{"name": "second", "share": 0.8}, {"name": "third", "share": 0.4}], "times its contacts are passed on"),
    ],
)
def test_transfers_that_cannot_be_are_faults(transfers, problem):
    queues = round_the_clock("first", 30, 240, transfers=transfers), round_the_clock("second", 1, 420), round_the_clock("third", 1, 420)
    with pytest.raises(InvalidScenario, match=problem):
        serving(*queues)


def test_a_queue_that_is_renamed_or_removed_takes_the_transfers_to_it_along():
    renamed = members.renamed(lines(), "queues.second", "experts")
    assert renamed.queues[0].transfers[0].name == "experts"
    assert members.removed(renamed, "queues", "experts").queues[0].transfers == ()


def test_the_steps_of_a_group_unfold_to_what_it_needs_with_transfers():
    from planner.requirement import unfold_group

    for scenario in (lines(), lines(pooled=True)):
        assert unfold_group(scenario, "care").required_fte == pytest.approx(requirement(scenario).group_fte[:, 0])


def test_calls_drawn_one_by_one_make_the_loads_of_both_lines():
    random, calls = np.random.default_rng(9), 60_000
    first, second, pooled = np.zeros(calls), np.zeros(calls), np.zeros(calls)
    for call in range(calls):
        length = random.exponential(240)
        passed = random.random() < 0.25
        first[call] = length + (45 if passed else 0)
        hard = random.exponential(420) if passed else 0
        second[call] = 45 + hard if passed else 0
        pooled[call] = length + (hard - 0.6 * length if passed else 0)
    loads = requirement(lines()).workload_hours[0] / HOURS
    alone = requirement(lines(pooled=True)).workload_hours[0].sum() / HOURS
    for drawn, load in ((first, loads[0]), (second, loads[1]), (pooled, alone)):
        assert load == pytest.approx(300 * drawn.mean() / 3600, abs=4 * 300 / 3600 * drawn.std() / math.sqrt(calls))


# The policy ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_the_neutral_policy_leaves_a_scenario_as_it_is(name):
    assert POLICY.apply(shipped(name), Generalists.neutral()) is shipped(name)


def test_groups_with_several_queues_pool_learn_slower_and_take_time_to_learn():
    scenario = build(office(3))
    applied = POLICY.apply(scenario, Generalists(breadth_penalty=0.04, ramp_slowing=0.25, growth_monthly=0.0))
    group = applied.groups[0]
    assert (group.pooled, group.breadth_penalty) == (True, 0.04)
    assert group.workforce.ramp.rate_monthly == pytest.approx(0.75 * scenario.groups[0].workforce.ramp.rate_monthly)
    learning = next(item for item in group.staffing.shrinkage if item.name == LEARNING)
    hours = settled_ladder(progression(scenario, Generalists()), 0.0).learning_hours_monthly
    assert learning.fraction == pytest.approx(hours / (2080 / 12 * 0.85))
    assert learning.where == "in"
    assert POLICY.apply(applied, Generalists(breadth_penalty=0.04, ramp_slowing=0, growth_monthly=0.0)).groups[0].staffing == group.staffing


def test_groups_with_one_queue_or_stated_people_stay_as_they_are():
    scenario = build(tiny())
    assert POLICY.apply(scenario, Generalists()) is scenario


def test_the_plan_shows_what_learning_and_breadth_cost():
    scenario = build(document_changed(office(3), ("queues.1.channel", {"kind": "voice"}), ("queues.1.base_contacts", 30_000)))
    free = POLICY.apply(scenario, Generalists(breadth_penalty=0.0, ramp_slowing=0.0, content_hours=0.0))
    broad = POLICY.apply(scenario, Generalists(breadth_penalty=0.3, ramp_slowing=0.0, content_hours=0.0))
    learning = POLICY.apply(scenario, Generalists(breadth_penalty=0.0, ramp_slowing=0.0, content_hours=80.0))
    apart, together, penalised, learnt = (requirement(each).group_fte[0, 0] for each in (scenario, free, broad, learning))
    assert together < apart < penalised
    assert learnt > together
    assert planned(learning).shortage_fte.sum() >= planned(free).shortage_fte.sum()


def told(scenario, chosen=None):
    return {figure.name: figure.value for figure in POLICY.figures(scenario, chosen or Generalists())}


def test_the_figures_are_those_of_the_closed_forms():
    queues = [round_the_clock(f"work {place}", 120, 300) for place in range(4)]
    found = told(serving(*queues), Generalists(breadth_penalty=0.3))
    assert (found["Agents apart"], found["Agents together"]) == (56, 46)
    assert found["Penalty at which specialists win"] == pytest.approx(0.24, abs=1e-3)
    assert found["Agents together, with the penalty of breadth"] > 56
    passed = told(lines(), Generalists(breadth_penalty=0))
    assert (passed["Agents of first line and specialists"], passed["Agents who do it all"]) == (40, 31)
    assert passed["Penalty at which first line and specialists win"] == pytest.approx(0.335, abs=5e-4)


def test_a_pooled_group_is_told_apart_as_well():
    queues = [round_the_clock(f"work {place}", 120, 300) for place in range(2)]
    assert told(serving(*queues)) == told(serving(*queues, pooled=True))


def test_the_ladder_that_growth_leaves_has_more_people_on_the_last_stage_when_growth_stops():
    found = told(shipped("growth_2000"), Generalists(growth_monthly=0.05))
    assert found["Share in third work without growth"] > found["Share in third work at 5.0% growth a month"]
    assert sum(value for name, value in found.items() if "without growth" in name) == pytest.approx(1)


def test_a_ladder_that_cannot_settle_is_refused_and_not_told():
    scenario = build(office(3))
    for wrong in (Generalists(growth_monthly=-0.4), Generalists(attempt_monthly=0.95, pass_share=1.0, return_monthly=0.5)):
        with pytest.raises(InvalidScenario, match="generalists.growth_monthly"):
            POLICY.apply(scenario, wrong)
        assert told(scenario, wrong)["Months in each stage"] is None


def test_where_nobody_leaves_or_serves_two_queues_it_is_said():
    document = tiny(6, heads=20, tenure_bands=[{"up_to_months": None, "exit_probability_monthly": 0}])
    assert told(build(document)) == {"Agents together": None, "Months in each stage": None}
    document = office(3)
    document["groups"][0]["workforce"]["tenure_bands"] = [{"up_to_months": None, "exit_probability_monthly": 0}]
    assert all(item.name != LEARNING for item in POLICY.apply(build(document), Generalists()).groups[0].staffing.shrinkage)
    assert generalists.passed_on(build(everything(3))) is not None
