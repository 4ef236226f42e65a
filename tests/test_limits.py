"""Limits: each one kept and broken on a tiny plan, and the limit that stops the next class named rightly for every cause."""

import numpy as np
import pytest

from planner import limits
from planner.decisions import nothing_decided
from planner.limits import LIMITS, broken, what_stops_one_more_class
from planner.plan import project
from tests.scenarios import build, changed, role, tiny, two_sites

MONTHS = 8


def spacious(*changes):
    """A tiny scenario in which no limit is near, with some changes."""
    document = changed(
        tiny(MONTHS, heads=40),
        ("sites.0.training", {"class_size_min": 2, "class_size_max": 6, "rooms": 9, "mentor_share_max": 0.5}),
        ("organisation.roles", [
            role("team_lead", 10, {"care": 6}, scope="group", feeder="frontline", exit_probability_monthly=0),
            role("trainer", 20, {"Porto": 9}, kind="support", exit_probability_monthly=0),
            role("recruiter", 50, {"all": 4}, kind="support", scope="all", exit_probability_monthly=0),
        ]),
        ("finance", {"contractors_max_fte": 5}),
    )  # fmt: skip
    return build(changed(document, *changes))


def plan_of(scenario, **decided):
    """A plan under decisions given as {name: {month: value}}; everything else is left undecided."""
    decisions = nothing_decided(scenario)
    for name, by_month in decided.items():
        target = decisions.promotions["team_lead"] if name == "promotions" else getattr(decisions, name)
        for month, value in by_month.items():
            target[month] = value
    return project(scenario, decisions)


def breaches(plan):
    return {(breach.limit, breach.month, breach.unit) for breach in broken(plan)}


GROUP, SITE, EVERYONE = "care", "Porto", "all"
GROUPS = ("sales", "care")
CASES = {
    "class_size": (spacious(), {"starts": {3: 6}, "classes": {3: 1}}, {"starts": {3: 7}, "classes": {3: 1}}, 3, GROUP),
    "rooms": (spacious(("sites.0.training.rooms", 2)), {"classes": {3: 2}, "starts": {3: 4}}, {"classes": {3: 3}, "starts": {3: 6}}, 3, SITE),
    "trainers": (
        spacious(("organisation.roles.1.opening_heads", [{"unit": SITE, "heads": 2}])),
        {"classes": {3: 2}, "starts": {3: 4}}, {"classes": {3: 3}, "starts": {3: 6}}, 3, SITE,
    ),
    "mentors": (spacious(("sites.0.training.mentor_share_max", 0.1)), {"classes": {3: 2}, "starts": {3: 9}}, {"classes": {3: 2}, "starts": {3: 10}}, 4, SITE),
    "recruiters": (
        spacious(("hiring.recruiter_hours_monthly", 5)), {"classes": {3: 2}, "starts": {3: 9}}, {"classes": {3: 2}, "starts": {3: 10}}, 2, EVERYONE,
    ),
    "interviews": (
        spacious(("hiring.interview_share_max", 0.03)), {"classes": {3: 2}, "starts": {3: 9}}, {"classes": {3: 2}, "starts": {3: 10}}, 2, EVERYONE,
    ),
    "sources": (spacious(), {"classes": {2: 1}, "starts": {2: 6}}, {"classes": {1: 1}, "starts": {1: 6}}, 1, "boards"),
    "starts": (spacious(("hiring.starts_max_monthly", 5)), {"classes": {3: 1}, "starts": {3: 5}}, {"classes": {3: 1}, "starts": {3: 6}}, 3, EVERYONE),
    "bench": (spacious(), {"promotions": {0: 11}}, {"promotions": {0: 12}}, 0, "team_lead from care"),
    "overtime": (spacious(), {"overtime_fte": {3: 2.9}}, {"overtime_fte": {3: 3.1}}, 3, GROUP),
    "contractors": (spacious(), {"contractor_fte": {3: 5}}, {"contractor_fte": {3: 5.01}}, 3, GROUP),
    "budget": (spacious(("finance.budget_monthly", [300_000] * MONTHS)), {"contractor_fte": {3: 1.9}}, {"contractor_fte": {3: 2.1}}, 3, EVERYONE),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_decisions_up_to_a_limit_keep_it(name):
    scenario, kept, _, _, _ = CASES[name]
    assert breaches(plan_of(scenario, **kept)) == set()


@pytest.mark.parametrize("name", CASES)
def test_decisions_beyond_a_limit_break_it_and_no_other(name):
    scenario, _, beyond, month, unit = CASES[name]
    found = breaches(plan_of(scenario, **beyond))
    assert {limit for limit, _, _ in found} == {name}
    assert (name, month, unit) in found


@pytest.mark.parametrize("name", CASES)
def test_a_breach_tells_how_much_is_used_and_how_much_there_is(name):
    scenario, _, beyond, month, unit = CASES[name]
    (breach,) = [each for each in broken(plan_of(scenario, **beyond)) if (each.month, each.unit) == (month, unit)]
    assert breach.used > breach.available >= 0


def test_every_limit_is_broken_here():
    assert {limit.__name__ for limit in LIMITS} == set(CASES)


def test_limits_are_told_by_month_and_unit():
    plan = project(build(two_sites()), nothing_decided(build(two_sites())))
    for limit in limits.limits(plan):
        assert limit.used.shape == limit.available.shape == (18, len(limit.units)), limit.name
    pairs = [("team_lead", GROUPS), ("manager", GROUPS), ("executive", ("Austin", "Porto")), ("trainer", GROUPS)]
    assert limits.bench(plan).units == tuple(f"{name} from {unit}" for name, feeders in pairs for unit in feeders)


def test_too_few_people_for_the_classes_break_the_class_size_as_too_many_do():
    assert ("class_size", 3, GROUP) in breaches(plan_of(spacious(), starts={3: 3}, classes={3: 2}))


def test_signed_starts_need_no_time_to_fill_and_no_leave():
    scenario = spacious(("groups.0.workforce.signed_starts", [4, 4]), ("hiring.starts_max_monthly", 0))
    assert breaches(plan_of(scenario, starts={0: 4, 1: 4}, classes={0: 1, 1: 1})) == set()
    assert ("starts", 2, EVERYONE) in breaches(plan_of(scenario, starts={2: 4}, classes={2: 1}))


def test_what_is_not_limited_is_never_broken():
    plan = plan_of(spacious(), starts={3: 6}, classes={3: 1})
    for name in ("budget", "starts"):
        (limit,) = [limit for limit in limits.limits(plan) if limit.name == name]
        assert np.isinf(limit.available).all()


# --- What stops one more class

STOPS = {
    "time_to_fill": (spacious(("hiring.sources.0.time_to_fill_median_days", 300)), {}, 3),
    "rooms": (spacious(("sites.0.training.rooms", 1)), {"starts": {3: 6}, "classes": {3: 1}}, 3),
    "trainers": (spacious(("organisation.roles.1.opening_heads", [])), {}, 3),
    "mentors": (spacious(("sites.0.training.mentor_share_max", 0.02)), {"starts": {3: 2}, "classes": {3: 1}}, 3),
    "recruiters": (spacious(("organisation.roles.2.opening_heads", [])), {}, 3),
    "interviews": (spacious(("hiring.interview_share_max", 0)), {}, 3),
    "sources": (spacious(("hiring.sources.0.starts_max_monthly", 7)), {"starts": {3: 6}, "classes": {3: 1}}, 3),
    "starts": (spacious(("hiring.starts_max_monthly", 7)), {"starts": {3: 6}, "classes": {3: 1}}, 3),
    "budget": (spacious(("finance.budget_monthly", [300_000] * MONTHS)), {"contractor_fte": {3: 1}}, 3),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_stops_one_more_class_is_named(name):
    scenario, decided, month = STOPS[name]
    assert what_stops_one_more_class(plan_of(scenario, **decided))[month][0] == name


@pytest.mark.parametrize("name", ["rooms", "mentors", "sources", "starts"])
def test_a_limit_that_stops_the_next_class_is_not_broken_yet(name):
    scenario, decided, _ = STOPS[name]
    assert breaches(plan_of(scenario, **decided)) == set()


def test_nothing_stops_a_class_where_there_is_space_for_it():
    stops = what_stops_one_more_class(plan_of(spacious()))
    assert stops == (("time_to_fill",),) * 2 + (("",),) * 6


def test_one_more_class_that_nothing_stops_breaks_nothing():
    for scenario, decided, _ in STOPS.values():
        plan = plan_of(scenario, **decided)
        size = scenario.sites[0].training.class_size_min
        for month, (stop,) in enumerate(what_stops_one_more_class(plan)):
            starts, classes = plan.decisions.starts.copy(), plan.decisions.classes.copy()
            starts[month], classes[month] = starts[month] + size, classes[month] + 1
            more = project(scenario, type(plan.decisions)(starts, classes, plan.decisions.overtime_fte, plan.decisions.contractor_fte,
                                                          plan.decisions.promotions, plan.decisions.appointments))  # fmt: skip
            new = breaches(more) - breaches(plan)
            assert (not new) == (not stop), (stop, month, new)


def test_a_class_of_several_months_is_stopped_by_a_room_taken_later():
    scenario = spacious(("groups.0.workforce.classroom_weeks", 9), ("sites.0.training.rooms", 1))
    stops = [stop for (stop,) in what_stops_one_more_class(plan_of(scenario, starts={5: 6}, classes={5: 1}))]
    assert stops == ["time_to_fill", "time_to_fill", "", "rooms", "rooms", "rooms", "rooms", "rooms"]


def test_a_class_without_a_classroom_needs_neither_room_nor_trainer():
    scenario = spacious(("groups.0.workforce.classroom_weeks", 0), ("sites.0.training.rooms", 0), ("organisation.roles.1.opening_heads", []))
    assert what_stops_one_more_class(plan_of(scenario))[3] == ("",)


def test_too_many_new_people_stop_the_next_class_until_they_are_no_longer_new():
    scenario = spacious(("optimisation", {"short_tenure_share_max": 0.14}))
    stops = [stop for (stop,) in what_stops_one_more_class(plan_of(scenario, starts={2: 6}, classes={2: 1}))]
    assert stops == ["time_to_fill", "time_to_fill", *["short_tenure"] * 6]
    assert all(stop != "short_tenure" for (stop,) in what_stops_one_more_class(plan_of(spacious(), starts={2: 6}, classes={2: 1})))
