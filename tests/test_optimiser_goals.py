"""Other questions to the same model: best service in a budget, the smoothest plan, and what moved."""

import numpy as np
import pytest

from planner import limits
from planner import scenario as scenarios
from planner.decisions import as_started
from planner.errors import InvalidScenario
from planner.optimiser import Kind, optimise
from planner.optimiser.goals import best_service, largest_change, search, smoothest
from planner.optimiser.moves import comparable, moves
from planner.optimiser.wish import Wish, check
from planner.plan import project
from tests.conftest import planned, shipped
from tests.scenarios import build
from tests.test_optimiser import small


def growing(*changes):
    return build(small(("groups.0.stated_heads", {"start": 6, "add_monthly": 1}), *changes, months=8))


def test_the_best_service_in_a_budget_is_no_worse_than_the_cheapest_plans_and_stays_within_it():
    poor = growing(("finance", {"shortage_multiple": 0.5, "budget_monthly": [90_000.0] * 8}))
    cheapest, best = optimise(poor, time_limit_s=20, gap=0.0), best_service(poor, time_limit_s=20, gap=0.0)
    assert best.plan.shortage_fte.sum() < cheapest.plan.shortage_fte.sum() - 0.1
    assert (best.plan.spend <= 90_000.0 + 1e-3).all()
    assert limits.broken(best.plan) == ()


def test_best_service_needs_a_budget():
    with pytest.raises(InvalidScenario, match="no budget"):
        best_service(growing())


def test_the_smoothest_plan_changes_no_more_and_costs_little_more():
    scenario = growing()
    cheapest, smooth = optimise(scenario, time_limit_s=20, gap=0.0), smoothest(scenario, within=0.05, time_limit_s=40, gap=0.0)
    assert largest_change(smooth.decisions) <= largest_change(cheapest.decisions)
    assert smooth.charged <= cheapest.charged * 1.05
    assert limits.broken(smooth.plan) == ()


def test_what_moves_between_two_plans_adds_up_to_their_difference():
    scenario, other = growing(), growing(("finance", {"shortage_multiple": 0.0}))
    before, after = (optimise(each, time_limit_s=20, gap=0.0) for each in (scenario, other))
    assert after.outcome.kind == Kind.PROVED_OPTIMAL
    found = moves(scenario, before.decisions, after.decisions)
    starts = sum(move.after - move.before for move in found if move.kind == "starts")
    assert starts == pytest.approx(float(after.decisions.starts.sum() - before.decisions.starts.sum()))
    assert moves(scenario, before.decisions, before.decisions) == ()
    assert [move.month for move in found] == sorted(move.month for move in found)
    assert np.isfinite(starts)


# Wishes


@pytest.mark.parametrize("goal", ["cheapest", "service_floor", "best_service", "smoothest"])
def test_every_goal_finds_a_plan_within_every_limit_with_its_own_figure(goal):
    scenario = growing()
    wish = Wish(goal, service_floor=0.7 if goal == "service_floor" else None, budget_monthly=90_000.0 if goal == "best_service" else None, seconds=20, gap=0.0)
    found = search(scenario, wish)
    assert found.plan is not None
    assert limits.broken(found.plan) == ()
    again = project(scenario, found.decisions)
    assert float(again.cost.sum()) == pytest.approx(float(found.plan.cost.sum()), rel=1e-9)
    assert found.baseline.cost.sum() == pytest.approx(planned(scenario).cost.sum(), rel=0.2)


def test_a_service_floor_is_held_in_every_month_and_group():
    cheap = growing(("finance", {"shortage_multiple": 0.3}))
    free, held = (search(cheap, Wish(goal, floor, seconds=20, gap=0.0)) for goal, floor in (("cheapest", None), ("service_floor", 0.7)))
    served = [1 - (found.plan.shortage_fte / found.plan.required_fte).max() for found in (free, held)]
    assert served[0] < 0.7 <= served[1] + 1e-9
    assert held.charged >= free.charged


def test_a_plan_is_found_where_the_baseline_itself_breaks_a_limit():
    found = search(growing(("optimisation", {"largest_change": 2})), Wish(seconds=20, gap=0.0))
    assert found.outcome.kind == Kind.PROVED_OPTIMAL
    assert largest_change(found.baseline.decisions) > 2 >= largest_change(found.decisions)


@pytest.mark.parametrize(
    ("wish", "words"),
    [(Wish("best_service"), "no budget"), (Wish("service_floor", service_floor=1.2), "less than or equal to 1"), (Wish(budget_monthly=-1.0), "budget_monthly")],
)
def test_a_wish_that_does_not_fit_is_refused_before_the_search(wish, words):
    with pytest.raises(InvalidScenario, match=words):
        check(growing(), wish)


def test_the_smoothest_plan_is_told_against_the_bound_on_the_cheapest():
    scenario, stages = growing(), []
    cheapest = optimise(scenario, time_limit_s=20, gap=0.0)
    smooth = smoothest(scenario, within=0.5, time_limit_s=40, gap=0.0, heard=lambda progress: stages.append(progress.stage))
    assert smooth.bound == pytest.approx(cheapest.bound, rel=1e-6)
    assert smooth.gap == pytest.approx((smooth.charged - cheapest.bound) / smooth.charged, rel=1e-5)
    assert largest_change(smooth.decisions) < largest_change(cheapest.decisions)
    assert "the cheapest plan" in stages
    assert any("from month to month" in stage for stage in stages)


def test_the_smoothest_plan_ends_when_it_is_stopped():
    found = smoothest(growing(), within=0.5, time_limit_s=40, gap=0.0, stopped=lambda: True)
    assert found.plan is not None


# Signed months


def test_signed_months_stand_and_the_rest_is_planned_anew():
    scenario = growing()
    taken = planned(scenario).decisions
    found = search(scenario, Wish(seconds=20, gap=0.0, frozen_months=3), taken)
    for name in ("starts", "classes", "overtime_fte", "contractor_fte"):
        assert np.allclose(getattr(found.decisions, name)[:3], getattr(taken, name)[:3]), name
    for kind in ("promotions", "appointments"):
        for role, values in getattr(taken, kind).items():
            assert np.array_equal(getattr(found.decisions, kind)[role][:3], values[:3])
    free = search(scenario, Wish(seconds=20, gap=0.0))
    assert free.charged <= found.charged + 1e-6 <= found.baseline_charged + 2e-6


def test_what_really_started_stands_even_where_it_breaks_a_limit_and_the_rest_makes_up_for_it():
    scenario = growing()
    taken = planned(scenario).decisions
    nobody, many = as_started(scenario, taken, np.zeros((3, 1))), as_started(scenario, taken, np.array([[0.0], [9.0], [0.0]]))
    without, crowded = (search(scenario, Wish(seconds=20, gap=0.0, frozen_months=3), each) for each in (nobody, many))
    assert without.decisions.starts[:3].sum() == 0
    assert crowded.decisions.starts[:3, 0, 0].tolist() == [0, 9, 0]
    assert crowded.decisions.classes[1, 0] == 3
    assert without.decisions.starts[3:].sum() > crowded.decisions.starts[3:].sum()


def test_signed_people_who_did_not_come_are_not_counted_on():
    scenario = growing(("groups.0.workforce.signed_starts", [0, 3]))
    taken = as_started(scenario, planned(scenario).decisions, np.zeros((2, 1)))
    found = search(scenario, Wish(seconds=20, gap=0.0, frozen_months=2), taken)
    assert planned(scenario).decisions.starts[1].sum() >= 3
    assert found.decisions.starts[:2].sum() == 0
    assert found.baseline.decisions.starts[:2].sum() == 0
    assert found.charged <= found.baseline_charged + 1e-6


def test_the_whole_plan_signed_leaves_the_baseline():
    scenario = growing()
    found = search(scenario, Wish(seconds=20, gap=0.0, frozen_months=8), planned(scenario).decisions)
    assert found.saving == pytest.approx(0.0, abs=1e-6)
    assert found.charged == pytest.approx(found.baseline_charged)


def test_plans_are_comparable_over_the_same_months_groups_and_roles_only():
    scenario = shipped("startup_4")
    assert comparable(scenario, scenarios.changed(scenario, {"finance.on_cost": 0.3}))
    assert not comparable(scenario, scenarios.changed(scenario, {"horizon.months": scenario.horizon.months - 1}))
    assert not comparable(scenario, shipped("centre_600"))
