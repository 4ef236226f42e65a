"""Handle-time policy: what a limit does to contacts, handle time, people and the scorecard, through the plan."""

import math

import numpy as np
import pytest

from planner import comparison, demand
from planner.demand import Demand, Limit, limit_effects
from planner.errors import InvalidScenario
from planner.horizon import Horizon
from planner.parameters import walk
from planner.policies import handle_time
from planner.policies.handle_time import POLICY, HandleTime, scorecards
from planner.queueing.handle_time import Ending, fresh_draws, handle_times
from planner.report import policy_words
from planner.requirement import requirement
from planner.scenario import changed, from_json, to_json
from tests.conftest import SHIPPED, planned, shipped
from tests.scenarios import build, office, tiny
from tests.test_scenario_fuzz import arrays_of

TWO_MONTHS = Horizon(first_month="2027-01", months=2)
LIMITED = Demand(base_contacts=10_000, aht_s=360, limit=Limit(limit_s=90, resolution=0.8, give_up=0.0, tail_share=0.0))
FREE = LIMITED.but(limit=Limit())


def steady(load_hourly=250.0, aht_s=360.0, **limit):
    """A group that serves one queue of 200 issues an hour, round the clock, without customers who hang up."""
    document = office(1)
    days = ["00:00-24:00"] * 7
    target = {"service_level": 0.8, "awt_s": 20, "max_abandonment": None, "max_occupancy": None}
    document["queues"] = [
        {
            "name": "calls", "channel": {"kind": "voice", "patience_s": None, "target": target}, "base_contacts": load_hourly * 24 * 31, "aht_s": aht_s,
            "aht_scv": 1.4, "opening": {"days": days}, "limit": limit,
        }
    ]  # fmt: skip
    document["groups"][0]["serves"] = [{"name": "calls"}]
    return build(document)


# Contacts and handle time --------------------------------------------------------------------------------------------------------------------


def test_a_limit_multiplies_contacts_by_the_repeats_it_causes_and_shortens_each():
    ratio = demand.contacts(LIMITED, TWO_MONTHS) / demand.contacts(FREE, TWO_MONTHS)
    assert ratio == pytest.approx(np.full(2, 8.05 / 1.25), rel=1e-3)
    assert demand.aht_s(LIMITED, TWO_MONTHS) == pytest.approx(np.full(2, 85.24), abs=0.01)
    assert demand.aht_scv(LIMITED, TWO_MONTHS) == pytest.approx(0.0253, abs=5e-5)
    assert demand.aht_scv(FREE, TWO_MONTHS) == 1.4


def test_handle_time_that_drifts_meets_the_limit_month_by_month():
    drifting = LIMITED.but(aht_monthly_s=(300, 500))
    times = [handle_times(mean, 1.4) for mean in (300, 500)]
    expected = [fresh_draws(each, Ending(90)).handle_time_s for each in times]
    assert demand.aht_s(drifting, TWO_MONTHS) == pytest.approx(expected)
    assert demand.unlimited_aht_s(drifting, TWO_MONTHS).tolist() == [300, 500]


def test_a_soft_target_lies_between_the_cap_and_no_limit():
    counts = [demand.contacts(LIMITED.but(limit=LIMITED.limit.but(share_ended=share)), TWO_MONTHS)[0] for share in (0, 0.3, 1)]
    assert counts[0] == pytest.approx(demand.contacts(FREE, TWO_MONTHS)[0])
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("repeats", ["fresh", "carried"])
def test_a_limit_that_ends_nothing_changes_nothing(share, repeats):
    limit = Limit(limit_s=86_400, repeats=repeats, share_ended=share, tail_index=19.0)
    limited = FREE.but(limit=limit)
    assert demand.contacts(limited, TWO_MONTHS) == pytest.approx(demand.contacts(FREE, TWO_MONTHS), rel=1e-6)
    assert demand.aht_s(limited, TWO_MONTHS) == pytest.approx(demand.aht_s(FREE, TWO_MONTHS), rel=1e-6)


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ({"limit_s": 60, "repeats": "carried"}, "no contact would get anywhere"),
        ({"limit_s": 90, "resolution": 0, "give_up": 0}, "never end"),
    ],
)
def test_a_limit_under_which_no_issue_ends_is_a_fault(limit, problem):
    document = office(1)
    document["queues"][0]["limit"] = limit
    with pytest.raises(InvalidScenario, match=problem) as told:
        build(document)
    assert told.value.faults[0].place == "queues.calls.limit.limit_s"


# Through the plan ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "agents", "cost"), [({}, 28, 4.2), ({"limit_s": 90, "resolution": 0.8, "give_up": 0, "tail_share": 0}, 39, 5.85)])
def test_what_a_resolution_costs_comes_out_of_the_plans_hours(limit, agents, cost):
    """With customers who hang up after three minutes, since the spread of handle time does not matter then: 28 agents and 39."""
    need, hours = requirement(changed(steady(**limit), {"queues.calls.channel.patience_s": 180})), 24 * 31
    on_position = need.on_position_hours[0, 0] / hours
    assert on_position == pytest.approx(agents)
    assert 30 * on_position / 200 == pytest.approx(cost)
    assert need.contacts[0, 0] / hours == pytest.approx(200 * (8.05 if limit else 1.25), rel=1e-3)


def test_people_of_the_plan_follow_the_work_that_a_limit_makes():
    free, cut = steady(), steady(limit_s=90, resolution=0.8, give_up=0, tail_share=0)
    assert requirement(cut).workload_hours[0, 0] / requirement(free).workload_hours[0, 0] == pytest.approx(686 / 450, rel=2e-3)
    assert requirement(cut).group_fte[0, 0] > 1.3 * requirement(free).group_fte[0, 0]


# The policy ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_the_neutral_policy_leaves_a_scenario_as_it_is(name):
    assert POLICY.apply(shipped(name), HandleTime.neutral()) is shipped(name)


def test_no_limit_on_queues_without_one_leaves_every_figure_as_it_was():
    scenario = shipped("centre_600")
    assert POLICY.apply(scenario, HandleTime(rule="no_limit")) is scenario
    soft = POLICY.apply(scenario, HandleTime(soft_share_ended=0.0))
    one, two = planned(scenario), planned(soft)
    for (name, here), (_, there) in zip(arrays_of(one), arrays_of(two), strict=True):
        assert here == pytest.approx(there, rel=1e-9, abs=1e-9), name


def test_only_telephone_queues_follow_the_rule_and_no_limit_takes_it_away():
    scenario = build(office(2))
    capped = POLICY.apply(scenario, HandleTime(rule="cap", limit_s=300))
    assert capped.queues[0].limit.limit_s == 300
    assert capped.queues[1].limit == Limit()
    ninety = POLICY.apply(scenario, HandleTime(rule="ninety_seconds")).queues[0].limit
    assert (ninety.limit_s, ninety.share_ended) == (90, 1)
    assert POLICY.apply(capped, HandleTime(rule="no_limit")) == scenario
    assert from_json(to_json(capped)) == capped


def test_the_scorecard_shows_calls_per_hour_and_cost_to_disagree():
    chosen = HandleTime(resolution=0.8, give_up=0.0, tail_share=0.0, lost_issue=40)
    cards = scorecards(steady(), chosen)
    free, cut = cards["no limit"][1], cards["90-second rule"][1]
    assert (free.agents, cut.agents) == (30, 42)
    assert (free.cost_per_resolution, cut.cost_per_resolution) == (pytest.approx(4.5), pytest.approx(6.3))
    assert cut.contacts_per_agent_hour > 4.5 * free.contacts_per_agent_hour
    assert cut.total_per_issue > free.total_per_issue
    order = sorted(cards, key=lambda name: cards[name][1].contacts_per_agent_hour)
    assert order == sorted(cards, key=lambda name: -cards[name][0].handle_time_s)


def test_the_figures_name_every_rule_and_the_long_calls():
    names = [figure.name for figure in POLICY.figures(steady(), HandleTime())]
    for rule in ("No limit", "Soft target", "Cap", "90-second rule"):
        assert {f"{rule}: calls per agent hour", f"{rule}: cost of a resolved issue", f"{rule}: cost and lost value of an issue"} <= set(names)
    assert "Service during a long call, this team" in names
    assert len(set(names)) == len(names)


def test_without_a_telephone_queue_there_is_nothing_to_tell_or_to_change():
    scenario = build(tiny())
    assert POLICY.apply(scenario, HandleTime()) is scenario
    assert [figure.value for figure in POLICY.figures(scenario, HandleTime())] == [None]
    assert scorecards(scenario, HandleTime()) == {}


def test_a_ladder_of_rules_is_what_the_limit_says():
    chosen = HandleTime(soft_share_ended=0.25, limit_s=600)
    limits = {rule: handle_time.limit_of(rule, chosen) for rule in handle_time.RULES}
    assert {rule: limit.limit_s for rule, limit in limits.items()} == {"no_limit": None, "soft_target": 600, "cap": 600, "ninety_seconds": 90}
    assert limits["soft_target"].share_ended == 0.25
    assert all(limit_effects(limit, 300, 1.4)[1].contacts_per_issue == pytest.approx(1 / (1 - 0.3 * 0.8)) for limit in limits.values())


def test_calls_drawn_one_by_one_make_the_contacts_and_the_work_of_the_plan():
    """20,000 issues, each call by itself, under a soft target whose unresolved customers mostly come back, against the plan's month."""
    scenario = steady(limit_s=240, share_ended=0.6, resolution=0.75, give_up=0.25, tail_share=0.02, tail_index=3.0)
    random, issues = np.random.default_rng(1), 20_000
    times = handle_times(360, 1.4, 0.02, 3.0)
    counts, seconds = np.zeros(issues), np.zeros(issues)
    for issue in range(issues):
        back = True
        while back:
            length = math.exp(times.mu + times.sigma * random.standard_normal())
            while length > times.tail_from_s:
                length = math.exp(times.mu + times.sigma * random.standard_normal())
            length = times.tail_from_s * random.random() ** (-1 / 3) if random.random() < 0.02 else length
            ended = length > 240 and random.random() < 0.6
            counts[issue] += 1
            seconds[issue] += 240 if ended else length
            resolved = not ended and random.random() < 0.75
            back = not resolved and random.random() >= 0.25
    need = requirement(scenario)
    plan_issues = 250 * 24 * 31 * (1 - 0.25 * 0.75)
    for drawn, planned_total in ((counts, need.contacts[0, 0]), (seconds / 3600, need.workload_hours[0, 0])):
        assert planned_total / plan_issues == pytest.approx(drawn.mean(), abs=4 * drawn.std() / math.sqrt(issues))


def test_every_parameter_of_a_limit_has_its_help():
    assert all(parameter.help for parameter in walk(Limit()))


def test_a_rule_that_looks_cheaper_is_told_with_the_issues_it_loses():
    scenario = shipped("centre_600")
    weighed = comparison.weigh(scenario, {"handle_time": HandleTime(rule="ninety_seconds")})
    before, after = weighed.values("issues_lost")
    queues = [queue for queue in weighed.together.scenario.queues if queue.limit.limit_s]
    assert before == 0
    assert after == pytest.approx(sum(demand.lost_issues(queue, scenario.horizon).sum() for queue in queues))
    assert weighed.values("spend")[1] < weighed.values("spend")[0], "fewer calls come back, since customers give up"
    assert "issues lost to a limit" in policy_words.better_and_worse(weighed)[1]
    assert any("never resolved because calls are ended early" in sentence for sentence in policy_words.sentences(weighed))


def test_nothing_is_lost_without_a_limit_or_where_nobody_gives_up():
    assert not demand.lost_issues(FREE, TWO_MONTHS).any()
    assert demand.lost_issues(LIMITED, TWO_MONTHS) == pytest.approx(np.zeros(2), abs=1e-6)
    some = LIMITED.but(limit=LIMITED.limit.but(give_up=0.3))
    issues = 10_000 * (1 - 0.2 * 0.7)
    assert demand.lost_issues(some, TWO_MONTHS)[0] / issues == pytest.approx(0.93 - 0.32, abs=0.005)
