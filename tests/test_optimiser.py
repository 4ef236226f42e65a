"""The cheapest plan: exact against brute force on small instances, never dearer than the baseline, replayed at the cost the solver tells."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import limits
from planner.optimiser import Frozen, Kind, bound, optimise
from planner.optimiser import rounding as roundings
from planner.optimiser.bound import no_cuts, separate, tightened
from planner.optimiser.model import model
from planner.optimiser.posts import posts
from planner.optimiser.problem import arrays, columns_of, engine, problem
from planner.optimiser.relaxation import Relaxation
from planner.optimiser.rounding import relaxed, replayed
from planner.plan import project
from tests.conftest import planned, shipped
from tests.scenarios import FULLY_PROFICIENT, NOBODY_LEAVES, build, changed, role, tiny, two_sites

NEVER = lambda: False  # noqa: E731


def small(*changes, months=4, heads=6, leaders=True):
    """One group that people leave by expectation, classes of 2 to 3, one room; with or without leaders to promote."""
    document = tiny(months=months, heads=heads, annual_attrition=0.6, classroom_washout=0, nesting_washout=0)
    document["sites"][0]["training"] = {"class_size_min": 2, "class_size_max": 3, "rooms": 1, "mentor_share_max": 0.5}
    document["hiring"]["sources"] = [{"name": "boards", "time_to_fill_median_days": 10}]
    if not leaders:
        document["organisation"]["roles"][0].pop("feeder")
    return changed(document, *changes)


def solved(document, **more):
    return optimise(build(document), **({"gap": 0.0, "time_limit_s": 60} | more))


# Exactness


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (("finance", {"shortage_multiple": 1.0}),),
        (("finance", {"contractors_max_fte": 1.0}),),
        (("groups.0.stated_heads", {"start": 6, "add_monthly": 1}),),
    ],
    ids=["as_it_is", "cheap_shortage", "contractors", "growing"],
)
def test_every_plan_counted_out_is_no_cheaper_than_the_optimum(changes):
    scenario = build(small(*changes, leaders=False))
    found = optimise(scenario, gap=0.0, time_limit_s=60)
    made = problem(model(scenario))
    plan = found.plan
    lowest = np.inf
    for people in itertools.product((0, 2, 3), repeat=3):
        decisions = plan.decisions
        starts, classes = np.zeros_like(decisions.starts), np.zeros_like(decisions.classes)
        starts[1:, 0, 0], classes[1:, 0] = people, np.ceil(np.array(people) / 3)
        given = type(decisions)(starts, classes, 0 * classes, 0 * classes, decisions.promotions, decisions.appointments)
        best = roundings.with_best_fractions(made, replayed(made, given))
        if best and made.allows(best[0]):
            lowest = min(lowest, made.objective(best[0]))
    assert found.outcome.kind == Kind.PROVED_OPTIMAL
    assert found.charged == pytest.approx(lowest, rel=1e-7)


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_the_model_charges_the_baseline_exactly_what_the_plan_costs(name):
    made = problem(model(shipped(name)))
    assert made.cost.at(made.model.known).sum(axis=1) == pytest.approx(planned(shipped(name)).cost, rel=1e-9)


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_the_baseline_meets_every_row(name):
    made = problem(model(shipped(name)))
    broken = [made.names[row] for row in np.flatnonzero(made.broken_rows(made.model.known))]
    assert broken == []


@pytest.mark.parametrize("document", [small(), tiny(months=8)], ids=["small", "tiny"])
def test_the_optimum_replayed_costs_what_the_solver_says(document):
    found = solved(document)
    made = problem(model(build(document)))
    again = project(build(document), found.decisions)
    assert float(again.cost.sum()) == pytest.approx(made.cost.at(made.model.columns_of(again)).sum(), rel=1e-6)
    assert found.bound <= found.charged * (1 + 1e-6)
    assert found.charged == pytest.approx(found.bound, rel=1e-6)
    assert limits.broken(again) == ()


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_a_short_search_replays_within_every_limit_and_is_never_dearer_than_the_baseline(name):
    found = optimise(shipped(name), time_limit_s=6)
    assert found.outcome.has_plan
    assert found.charged <= found.baseline_charged
    assert found.bound is None or found.bound <= found.charged
    assert limits.broken(found.plan) == ()
    made = problem(model(shipped(name)))
    assert made.objective(replayed(made, found.decisions)) == pytest.approx(found.charged, rel=1e-6)


def test_the_search_that_proves_agrees_between_the_two_solvers():
    assert solved(small(), solver="CBC").charged == pytest.approx(solved(small()).charged, rel=1e-6)


# Facts 43, 46, 49 of the model


def test_fractions_are_no_dearer_than_whole_people_and_those_no_dearer_than_the_baseline():
    made = problem(model(build(small())))
    _, fractions = relaxed(made, 60)
    found = solved(small())
    assert fractions.bound <= found.charged + 1e-6
    assert found.charged <= found.baseline_charged + 1e-6


@pytest.mark.parametrize(
    ("path", "value"),
    [("sites.0.training.rooms", 2), ("sites.0.training.class_size_max", 4), ("finance", {"contractors_max_fte": 2}), ("finance", {"overtime_max": 0.2})],
)
def test_more_room_never_costs_more(path, value):
    assert solved(small((path, value))).charged <= solved(small()).charged * (1 + 1e-9)


def test_doubling_every_price_leaves_the_optimum_optimal():
    dearer = small(("finance", {"frontline_monthly_pay": 7_200, "cost_per_class": 12_000, "contractor_monthly_cost": 13_000}))
    dearer["hiring"]["sources"][0]["cost_per_hire"] = 2 * 4_425
    for each in dearer["organisation"]["roles"]:
        each["monthly_pay"] *= 2
    assert solved(dearer).charged == pytest.approx(2 * solved(small()).charged, rel=1e-6)


def test_without_growth_and_leavers_nobody_is_hired():
    document = tiny(months=6, heads=10, **NOBODY_LEAVES, **FULLY_PROFICIENT)
    document["groups"][0]["workforce"]["opening"] = [{"tenure_months": 600, "heads": 10}]
    document["organisation"]["roles"] = [each | {"exit_probability_monthly": 0.0} for each in document["organisation"]["roles"]]
    found = solved(document)
    assert found.decisions.starts.sum() == 0
    assert sum(each.sum() for each in found.decisions.appointments.values()) == 0


def test_charges_for_what_is_missing_after_the_horizon_keep_people_until_the_end():
    held, free = solved(small(months=8)), solved(small(("optimisation", {"hold_after": False}), months=8))
    assert held.decisions.starts.sum() > free.decisions.starts.sum()


# The rows that tighten the bound


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_rows_that_tighten_the_bound_hold_for_whole_plans_and_raise_it(name):
    made = problem(model(shipped(name)))
    relaxation = Relaxation(made)
    assert relaxation.solve()
    before = relaxation.bound
    better, cuts = list(tightened(relaxation, posts(made), NEVER, rounds=2))[-1]
    assert better > before
    for columns in (made.model.known, made.model.forced):
        assert (cuts.matrix @ columns >= cuts.lower - 1e-6).all()


def test_a_whole_plan_breaks_no_tightening_row():
    made = problem(model(build(tiny(months=10))))
    assert len(separate(made.model, made.model.known, posts(made)).lower) == 0
    assert no_cuts(made.model).matrix.shape == (0, made.model.width)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_window_of_any_kind_is_broken_by_whole_people_whoever_joins_when(seed):
    made = problem(model(build(two_sites(months=14))))
    decisions, random = made.model.decisions_of(made.model.known), np.random.default_rng(seed)
    for appointments in decisions.appointments.values():
        appointments += random.poisson(0.4, appointments.shape)
    decisions.starts[3:] += random.poisson(1.0, decisions.starts[3:].shape)
    columns = replayed(made, decisions)
    for post in posts(made):
        for windows in (bound._from_least(post, columns), bound._from_posts(post, columns)):
            assert windows.breach.max() <= 1e-6


def test_windows_that_begin_with_the_posts_as_they_are_raise_the_bound_where_posts_grow(monkeypatch):
    made, raised = problem(model(build(changed(tiny(months=18, heads=40), ("groups.0.stated_heads", {"start": 40, "add_monthly": 3}))))), []
    for windows in (bound._from_posts, bound._from_least):
        monkeypatch.setattr(bound, "_from_posts", windows)
        relaxation = Relaxation(made)
        assert relaxation.solve()
        raised.append(list(tightened(relaxation, posts(made), NEVER))[-1][0])
    assert raised[0] > raised[1] * (1 + 1e-5)


def test_the_relaxation_is_a_bound_on_the_search_that_proves():
    made = problem(model(build(small())))
    whole = engine(arrays(made, made.model.whole), made.fixed_price)
    whole.run()
    assert relaxed(made, 60)[1].bound <= made.objective(columns_of(whole)) + 1e-6


# Outcomes


def test_a_search_without_time_is_told_as_such():
    found = optimise(build(small()), time_limit_s=0.0)
    assert found.outcome.kind == Kind.BEST_FOUND
    assert found.charged == pytest.approx(found.baseline_charged)


def test_a_budget_that_does_not_pay_the_people_in_post_leaves_no_plan():
    found = solved(small(("finance", {"budget_monthly": [1.0] * 4})))
    assert found.outcome.kind == Kind.NO_PLAN
    assert found.plan is None
    assert found.decisions is None
    assert found.saving is None
    assert found.gap is None


def test_a_search_that_is_stopped_keeps_its_best_plan():
    found = optimise(build(tiny(months=12)), stopped=lambda: True)
    assert found.outcome.kind == Kind.BEST_FOUND
    assert found.plan is not None


def test_a_search_that_is_stopped_on_its_way_ends_at_once_with_a_plan():
    begun = time.monotonic()
    found = optimise(shipped("startup_4"), time_limit_s=60, gap=0.0, stopped=lambda: time.monotonic() - begun > 2)
    assert time.monotonic() - begun < 20
    assert found.outcome.kind == Kind.BEST_FOUND
    assert found.bound < found.charged


def test_a_solver_that_fails_is_an_outcome(monkeypatch):
    def killed(self, lp, **more):
        raise RuntimeError("killed")

    monkeypatch.setattr("pulp.LpProblem.solve", killed)
    found = solved(small())
    assert found.outcome.kind == Kind.SOLVER_FAILED
    assert found.plan is None
    assert "killed" in found.outcome.said


def test_progress_rises_and_falls():
    told = []
    optimise(build(tiny(months=12)), time_limit_s=5, heard=told.append)
    bounds = [each.bound for each in told if each.bound is not None]
    plans = [each.best for each in told if each.best is not None]
    assert bounds == sorted(bounds)
    assert plans == sorted(plans, reverse=True)
    assert bounds


# Decisions already taken


def test_frozen_months_stay_as_they_are():
    document = small(months=8)
    before = solved(document)
    starts = np.zeros_like(before.decisions.starts)
    classes = np.zeros_like(before.decisions.classes)
    starts[1, 0, 0], classes[1, 0] = 2, 1
    taken = type(before.decisions)(
        starts, classes, before.decisions.overtime_fte * 0, before.decisions.contractor_fte * 0, before.decisions.promotions, before.decisions.appointments
    )
    found = solved(document, frozen=Frozen(taken, 3))
    assert found.decisions.starts[:3, 0, 0].tolist() == [0, 2, 0]
    assert found.charged >= before.charged - 1e-6


def test_a_role_filled_from_within_only_gets_nobody_from_outside():
    document = small(months=8)
    document["organisation"]["roles"][0] = role("team_lead", 4, {"care": 2}, scope="group", feeder="frontline", internal_share=1.0)
    assert solved(document).decisions.appointments["team_lead"].sum() == 0


# When no plan meets every limit


def conflicting(*changes, months=4):
    """Six people, ten wanted from the first month on, nobody can start before the second: no service floor can be held by hiring."""
    return small(("groups.0.stated_heads", {"start": 10}), ("optimisation", {"service_floor": 0.9}), *changes, months=months)


def test_a_service_floor_that_hiring_cannot_reach_in_time_is_the_clash():
    found = solved(conflicting())
    assert found.outcome.kind == Kind.NO_PLAN
    assert "service_floor" in found.outcome.limits
    assert "rooms" not in found.outcome.limits
    assert found.conflict.relaxations[0].limit == "service_floor"
    assert found.conflict.relaxations[0].months[0] == 0
    assert "FTE fewer than the service floor" in found.conflict.sentences[0]


def test_each_limit_of_the_clash_is_needed_for_it():
    found = solved(conflicting())
    assert set(found.outcome.limits) == {"service_floor", "overtime", "contractors"}
    enough = solved(conflicting(("finance", {"contractors_max_fte": 10.0})))
    assert enough.outcome.kind == Kind.PROVED_OPTIMAL


def test_priorities_decide_what_gives_way():
    poor = {"budget_monthly": [30_000.0] * 4, "contractors_max_fte": 10.0}
    cheap_money = [{"limit": "budget", "priority": 1}, {"limit": "service_floor", "priority": 900}]
    dear_money = [{"limit": "budget", "priority": 900}, {"limit": "service_floor", "priority": 1}]
    gave_way = []
    for negotiable in (cheap_money, dear_money):
        document = conflicting(("finance", poor))
        document["optimisation"]["negotiable"] = negotiable
        gave_way.append({each.limit for each in solved(document).conflict.relaxations})
    assert "budget" in gave_way[0]
    assert "service_floor" not in gave_way[0]
    assert "service_floor" in gave_way[1]


def test_nothing_clashes_where_there_is_a_plan():
    assert solved(small()).conflict is None


# What one more is worth


def test_one_more_room_saves_what_its_shadow_price_promises_at_most():
    document = tiny(months=12, heads=10)
    document["sites"][0]["training"] |= {"rooms": 1, "class_size_max": 3}
    document["groups"][0]["stated_heads"] = {"start": 10, "add_monthly": 4}
    found = solved(document, time_limit_s=20, gap=0.02)
    rooms = next(each for each in found.worth if each.limit == "rooms")
    assert rooms.unit == "Porto"
    assert 0 < rooms.confirmed <= rooms.estimate * (1 + 1e-6)
    document["sites"][0]["training"]["rooms"] = 2
    assert solved(document, time_limit_s=20, gap=0.02).bound < found.charged
    estimates = [each.estimate for each in found.worth]
    assert estimates == sorted(estimates, reverse=True)


def test_limits_that_bind_are_told_by_month():
    document = tiny(months=12, heads=10)
    document["sites"][0]["training"] |= {"rooms": 1, "class_size_max": 3}
    document["groups"][0]["stated_heads"] = {"start": 10, "add_monthly": 4}
    found = solved(document, time_limit_s=20, gap=0.02)
    assert len(found.binding["rooms"]) > 3
    assert "class_size" not in found.binding


def test_a_search_that_begins_with_an_earlier_plan_ends_with_none_that_is_dearer():
    scenario = shipped("centre_600")
    found = optimise(scenario, 6.0, explain=False)
    again = optimise(scenario, 1.0, earlier=found.decisions, explain=False)
    assert again.charged <= found.charged * (1 + 1e-9)
    other = optimise(build(small()), 5.0, earlier=found.decisions, explain=False)
    assert other.outcome.has_plan
