"""The bridge: its parts sum to the difference, in whatever order causes change, and brute force over all orders finds the same."""

import math
from functools import lru_cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import bridge as bridges
from planner import parameters
from planner.baseline import baseline
from planner.bridge import CAUSES, FIGURES, SILENT, TITLES, NotComparable, bridge, cause_of, changed_causes, differences, shapley
from planner.plan import project
from planner.scenario import changed as with_changes
from planner.scenario import moved
from tests.conftest import shipped
from tests.scenarios import build, changed, everything, office, tiny, two_sites

STEPS = {
    "volume": {"queues.calls.base_contacts": 7_500.0},
    "handle_time": {"queues.calls.aht_s": 330.0, "queues.mail.aht_s": 380.0},
    "shrinkage": {"groups.care.staffing.shrinkage.breaks.fraction": 0.10},
    "attrition": {"groups.care.workforce.annual_attrition": 0.6},
    "pay": {"finance.frontline_monthly_pay": 3_900.0},
    "ratio": {"organisation.roles.team_lead.span": 8.0},
}


@lru_cache
def small():
    return build(office(8))


def after(*causes, of=None):
    return with_changes(of or small(), {path: value for cause in causes for path, value in STEPS[cause].items()})


def figures(scenario):
    plan = project(scenario, baseline(scenario))
    return np.array([figure.of(plan) for figure in FIGURES])


# The value -----------------------------------------------------------------------------------------------------------------------------------


def by_orders(values, players):
    """The mean effect of each player over all orders, one order after the other."""
    found = np.zeros((players, values.shape[1]))
    for order in permutations(range(players)):
        there = 0
        for player in order:
            found[player] += values[there | 1 << player] - values[there]
            there |= 1 << player
    return found / math.factorial(players)


@st.composite
def games(draw, most=5):
    players = draw(st.integers(0, most))
    rows = draw(st.lists(st.floats(-1e6, 1e6), min_size=2**players, max_size=2**players))
    return players, np.array(rows)[:, None]


@given(games())
def test_the_value_is_the_mean_over_all_orders_and_sums_to_the_difference(game):
    players, values = game
    found = shapley(values)
    np.testing.assert_allclose(found, by_orders(values, players), rtol=1e-9, atol=1e-6)
    assert found.sum() == pytest.approx(values[-1, 0] - values[0, 0], rel=1e-9, abs=1e-6)


@given(games(4), st.randoms())
def test_the_value_does_not_depend_on_how_players_are_numbered(game, random):
    players, values = game
    order = list(range(players))
    random.shuffle(order)
    renumbered = [sum((row >> order[at] & 1) << at for at in range(players)) for row in range(len(values))]
    turned = np.zeros_like(values)
    turned[renumbered] = values
    np.testing.assert_allclose(shapley(turned), shapley(values)[order], rtol=1e-9, atol=1e-6)


@given(games(4))
def test_a_player_who_never_matters_has_exactly_nothing(game):
    _, values = game
    found = shapley(np.concatenate([values, values]))
    assert found[-1, 0] == 0.0


# Causes --------------------------------------------------------------------------------------------------------------------------------------

EVERYTHING = build(everything(14))


def keys_of(parameter):
    return tuple(parameter.path.split("."))


def test_every_parameter_has_a_cause_and_every_cause_but_the_last_holds_a_parameter():
    found = {cause_of(keys_of(parameter)) for parameter in parameters.walk(EVERYTHING) if keys_of(parameter)[0] not in (*SILENT, "horizon", "levers")}
    assert found - set(TITLES) == set()
    assert set(TITLES) - found <= {"policy"}


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("queues.calls.base_contacts", "volume"), ("queues.calls.events.launch.contacts_change", "volume"), ("groups.care.stated_heads.start", "volume"),
        ("queues.calls.events.launch.aht_change", "handle_time"), ("queues.calls.aht_drift_annual", "handle_time"),
        ("queues.chat.channel.length_factors", "handle_time"),
        ("queues.calls.channel.target.service_level", "service"), ("queues.calls.channel.patience_s", "service"),
        ("queues.mail.channel.opening_backlog", "volume"),
        ("queues.calls.day_profile", "pattern"), ("groups.care.pooled", "routing"), ("groups.care.staffing.shrinkage.leave.fraction", "shrinkage"),
        ("groups.care.staffing.contracts", "schedule"), ("groups.care.workforce.tenure_bands.0.exit_probability_monthly", "attrition"),
        ("hiring.sources.boards.exit_multiplier", "attrition"), ("groups.care.workforce.ramp.start", "ramp"), ("sites.Porto.training.rooms", "training"),
        ("hiring.sources.boards.time_to_fill_median_days", "hiring"), ("organisation.roles.executive.span", "ratio"),
        ("organisation.roles.executive.internal_share", "ladder"), ("organisation.roles.executive.monthly_pay", "pay"),
        ("hiring.sources.boards.cost_per_hire", "pay"), ("finance.overtime_max", "flexibility"), ("groups.care.workforce.a_new_field", "policy"),
    ],
)  # fmt: skip
def test_a_parameter_belongs_to_the_nearest_place(path, cause):
    assert cause_of(tuple(path.split("."))) == cause


def test_differences_go_as_deep_as_both_have_the_same_members():
    one, two = build(office()), build(changed(office(), ("hiring.sources", [{"name": "friends"}]), ("queues.0.aht_s", 310)))
    assert differences(one, two) == (("queues", "calls", "aht_s"), ("hiring", "sources"))
    assert differences(one, one) == ()


def test_a_lever_is_told_as_the_cause_that_it_moves():
    levers = {"growth_monthly": "volume", "aht_change": "handle_time", "service_level": "service", "attrition_change": "attrition",
              "shrinkage_change": "shrinkage", "starts_max_monthly": "hiring", "first_span": "ratio"}  # fmt: skip
    values = {"growth_monthly": 0.01, "aht_change": 0.1, "service_level": 0.9, "attrition_change": 0.2, "shrinkage_change": 0.1, "starts_max_monthly": 3,
              "first_span": 9.0}  # fmt: skip
    for lever, cause in levers.items():
        assert list(changed_causes(small(), with_changes(small(), {f"levers.{lever}": values[lever]}))) == [cause]


def test_a_lever_and_the_figures_it_makes_are_the_same():
    moved_there = with_changes(small(), {"levers.aht_change": 0.1})
    assert changed_causes(moved_there, moved(moved_there)) == {}
    found = bridge(moved_there, moved(moved_there))
    assert found.parts == ()
    assert found.difference("spend") == 0


# Bridges -------------------------------------------------------------------------------------------------------------------------------------


def sums(found):
    for figure in FIGURES:
        parts = list(found.amounts(figure.name).values())
        scale = max(abs(figure.of(found.before)), abs(figure.of(found.after)), 1.0)
        assert math.fsum(parts) == pytest.approx(found.difference(figure.name), abs=1e-9 * scale)


def test_brute_force_over_all_orders_finds_the_same_parts():
    causes = ("volume", "handle_time", "attrition", "ratio")
    found = bridge(small(), after(*causes))
    brute = dict.fromkeys(causes, 0.0) | {}
    for order in permutations(causes):
        there = ()
        for cause in order:
            brute[cause] = brute[cause] + figures(after(*there, cause)) - figures(after(*there))
            there = (*there, cause)
    for cause in causes:
        for at, figure in enumerate(FIGURES):
            assert found.of(figure.name, cause) == pytest.approx(brute[cause][at] / 24, rel=1e-9, abs=1e-6)
    sums(found)


def test_a_cause_that_did_not_change_has_exactly_nothing():
    found = bridge(small(), after("volume", "pay"))
    untouched = set(TITLES) - {"volume", "pay"}
    assert all(found.of(figure.name, cause) == 0.0 for figure in FIGURES for cause in untouched)
    assert found.of("required_fte_peak", "pay") == 0.0


def test_the_way_back_is_the_way_there_with_the_other_sign():
    there, back = bridge(small(), after("volume", "shrinkage", "attrition")), bridge(after("volume", "shrinkage", "attrition"), small())
    for figure in FIGURES:
        for cause in ("volume", "shrinkage", "attrition"):
            assert there.of(figure.name, cause) == pytest.approx(-back.of(figure.name, cause), rel=1e-9, abs=1e-6)


@settings(max_examples=12)
@given(st.sets(st.sampled_from(sorted(STEPS)), min_size=1), st.integers(1, 6))
def test_the_parts_sum_to_the_difference_whatever_changed_and_however_few_play_alone(causes, most):
    found = bridge(small(), after(*sorted(causes)), most=most)
    assert {cause for part in found.parts for cause in part.causes} == causes
    sums(found)


def test_with_fewer_players_than_causes_the_largest_play_alone_and_the_small_split_what_they_bring_together():
    everyone = tuple(STEPS)
    exact, few = bridge(small(), after(*everyone)), bridge(small(), after(*everyone), most=3)
    alone = {part.causes for part in few.parts if not part.split}
    assert len(alone) == 2
    assert sum(part.split for part in few.parts) == 4
    small_ones = [part.causes[0] for part in few.parts if part.split]
    together = sum(few.of("spend", cause) for cause in small_ones)
    difference = exact.difference("spend")
    assert together == pytest.approx(sum(exact.of("spend", cause) for cause in small_ones), abs=0.1 * abs(difference))


def test_parts_stand_in_the_order_of_causes():
    found = bridge(small(), after(*STEPS))
    order = list(TITLES)
    places = [order.index(part.causes[0]) for part in found.parts]
    assert places == sorted(places)
    assert found.plans == 2 ** len(STEPS)


def test_progress_rises_to_the_end_and_what_it_raises_ends_the_work():
    heard = []
    bridge(small(), after("volume", "attrition"), progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0

    class Enough(Exception):
        pass

    def stop(_):
        raise Enough

    with pytest.raises(Enough):
        bridge(small(), after("volume"), progress=stop)


def test_prices_move_no_decision_where_no_budget_is_given():
    prices = {
        "finance.frontline_monthly_pay": 5_000.0, "finance.on_cost": 0.4, "finance.pay_rise_annual": 0.1, "finance.cost_per_class": 9_000.0,
        "finance.overtime_multiple": 2.0, "finance.contractor_monthly_cost": 9_000.0, "finance.shortage_multiple": 5.0, "sites.Porto.pay_factor": 0.9,
        "groups.care.monthly_pay": 4_000.0, "organisation.roles.team_lead.monthly_pay": 9_000.0, "organisation.roles.manager.external_premium": 0.5,
        "organisation.roles.manager.search_cost": 1_000.0, "hiring.sources.boards.cost_per_hire": 9_000.0,
    }  # fmt: skip
    before = build(two_sites())
    dearer = with_changes(before, prices)
    assert set(changed_causes(before, dearer)) == {"pay"}
    one, two = baseline(before), baseline(dearer)
    for name in ("starts", "classes", "overtime_fte", "contractor_fte"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert all(np.array_equal(one.appointments[role], two.appointments[role]) for role in one.appointments)


def test_under_a_budget_dearer_people_are_fewer_and_the_bridge_says_so():
    growing = with_changes(small(), STEPS["volume"])
    spend = project(growing, baseline(growing)).spend
    tight = {"finance.budget_monthly": (float(spend.max()),) * 8}
    before, dearer = with_changes(growing, tight), with_changes(growing, tight | STEPS["pay"])
    found = bridge(before, dearer)
    assert found.of("starts", "pay") == found.difference("starts") < 0


def test_causes_of_which_one_without_the_other_makes_no_scenario_are_told_together():
    coach = changed(office(8), ("organisation.roles.1.name", "coach"), ("sites.0.training.trainer_role", "coach"), ("queues.0.aht_s", 320))
    found = bridge(small(), build(coach))
    assert [part.causes for part in found.parts] == [("handle_time",), ("training", "ladder")]
    sums(found)


# Other structures ----------------------------------------------------------------------------------------------------------------------------


def test_scenarios_of_another_structure_are_told_apart_in_words_all_at_once():
    with pytest.raises(NotComparable) as told:
        bridge(shipped("centre_600"), shipped("giant_50000"))
    assert {fault.place for fault in told.value.faults} == {"The months", "The sites", "The queues", "The groups"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("horizon.months", 9), "The months"), (("finance.currency", "EUR"), "The currency"),
        (("queues.0.channel", {"kind": "chat"}), "calls"), (("sites.0.name", "Lisbon"), "The sites"),
    ],
)  # fmt: skip
def test_each_difference_of_structure_is_named(change, place):
    moves = (("groups.0.site", "Lisbon"), ("organisation.roles.1.opening_heads.0.unit", "Lisbon")) if place == "The sites" else ()
    with pytest.raises(NotComparable) as told:
        bridge(small(), build(changed(office(8), change, *moves)))
    assert [fault.place for fault in told.value.faults] == [place]
    assert all(fault.remedy for fault in told.value.faults)


def test_a_group_that_states_its_people_is_not_one_that_serves_queues():
    document = changed(office(8), ("groups.0.serves", []), ("groups.0.stated_heads", {"start": 12}))
    del document["queues"]
    stated = build(document | {"queues": []})
    with pytest.raises(NotComparable):
        bridge(small(), stated)
    same_queues = tiny(8, heads=12)
    assert bridge(build(same_queues), build(changed(same_queues, ("groups.0.stated_heads.start", 14)))).of("required_heads_last", "volume") == 2


def test_a_bridge_of_stated_people_with_growth_is_volume():
    before = shipped("growth_2000")
    found = bridge(before, with_changes(before, {"levers.growth_monthly": 0.005}))
    assert [part.causes for part in found.parts] == [("volume",)]
    sums(found)


@pytest.mark.slow
def test_the_centre_with_eleven_causes_sums_exactly():
    centre = shipped("centre_600")
    levers = {"growth_monthly": 0.01, "aht_change": 0.05, "attrition_change": 0.2, "shrinkage_change": 0.1, "first_span": 14.0, "service_level": 0.9}
    others = {
        "finance.frontline_monthly_pay": 3_800.0, "hiring.hours_per_screen": 0.5, "sites.Columbus.training.rooms": 4,
        "groups.sales Columbus.workforce.ramp.start": 0.5, "groups.sales Columbus.staffing.schedule_efficiency": 0.85,
    }  # fmt: skip
    found = bridge(centre, with_changes(centre, {f"levers.{name}": value for name, value in levers.items()} | others))
    assert len(found.parts) == 11
    assert found.of("spend", "volume") > found.of("spend", "handle_time") > found.of("spend", "shrinkage") > 0 > found.of("spend", "ratio")
    sums(found)


def test_causes_have_names_of_their_own_and_titles_for_people():
    assert len(TITLES) == len(CAUSES) == len({cause.title for cause in CAUSES})
    assert not [cause.title for cause in CAUSES if "_" in cause.title]
    assert bridges.MOST >= 6
