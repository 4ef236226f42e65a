"""Other questions to the same model: best service in a budget, the smoothest plan, and what moved."""

import numpy as np
import pytest

from planner import limits
from planner.errors import InvalidScenario
from planner.optimiser import Kind, optimise
from planner.optimiser.goals import best_service, largest_change, moves, smoothest
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
