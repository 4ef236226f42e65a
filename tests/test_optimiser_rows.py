"""Every constraint and every cost as a golden LP on a tiny model, and each constraint met and broken by a plan."""

import os
from pathlib import Path

import numpy as np
import pytest

from planner.optimiser.constraints import CONSTRAINTS
from planner.optimiser.costs import CHARGES, COSTS
from planner.optimiser.model import model
from planner.optimiser.problem import column_names, problem, to_pulp
from tests.scenarios import build, role, tiny

GOLDEN = Path(__file__).parent / "golden" / "lp"


def four_months():
    """One group, four months, every limit set: a source of referrals beside one with a cap, a budget, and all that the optimiser may be asked to keep."""
    document = tiny(months=4, heads=20, annual_attrition=0.5)
    document["hiring"] = {
        "sources": [
            {"name": "boards", "time_to_fill_median_days": 10, "starts_max_monthly": 8},
            {"name": "friends", "time_to_fill_median_days": 10, "referrals_per_head_monthly": 0.05, "referral_saturation": 0.02, "exit_multiplier": 0.85},
        ],
        "starts_max_monthly": 6,
    }
    document["groups"][0]["workforce"]["programme"] = {"tuition_monthly": 400.0}
    document["groups"][0]["all_hands"] = {"people": 6, "share_max": 0.0}
    document["finance"] = {"budget_monthly": [2_000_000.0] * 4, "contractors_max_fte": 2.0}
    document["optimisation"] = {
        "surplus_multiple": 0.1, "service_floor": 0.8, "largest_change": 4, "short_tenure_share_max": 0.4, "internal_share_tolerance": 0.2
    }  # fmt: skip
    lead = role("team_lead", 10, {"care": 2}, scope="group", feeder="frontline", lead_time_months=1, time_in_grade_months=1, search_cost=100.0)
    chief = role("manager", 5, {"Porto": 1}, leads="team_lead", feeder="team_lead", seek="when_broken", lead_time_months=1, time_in_grade_months=1)
    document["organisation"]["roles"] = [lead, chief, *document["organisation"]["roles"][1:]]
    return document


def made(constraints=(), items=(), charges=()):
    return problem(model(build(four_months())), constraints, items, charges)


def lp_text(one, folder):
    path = folder / "model.lp"
    to_pulp(one).writeLP(str(path))
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("term", [*CONSTRAINTS, *COSTS, *CHARGES], ids=lambda term: f"{term.__module__.rsplit('.', 1)[-1]}_{term.__name__}")
def test_every_constraint_and_cost_is_the_golden_lp(term, tmp_path):
    kind = term.__module__.rsplit(".", 1)[-1]
    one = made((term,)) if kind == "constraints" else made((), (term,))
    golden = GOLDEN / f"{kind}_{term.__name__}.lp"
    text = lp_text(one, tmp_path)
    if os.environ.get("GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_golden_lp_has_its_constraint_or_cost():
    known = {f"constraints_{each.__name__}" for each in CONSTRAINTS} | {f"costs_{each.__name__}" for each in (*COSTS, *CHARGES)}
    assert {path.stem for path in GOLDEN.glob("*.lp")} == known


def test_every_constraint_of_the_tiny_model_has_rows():
    empty = [each.__name__ for each in CONSTRAINTS if each(model(build(four_months()))) == ()]
    assert empty == []


def test_names_are_by_position_and_unique():
    one = made(CONSTRAINTS, COSTS, CHARGES)
    assert len(set(one.names)) == len(one.names)
    assert len(set(column_names(one))) == len(column_names(one))
    assert not any("care" in name or "Porto" in name or "boards" in name for name in one.names + column_names(one))


# Met and broken: one block of the baseline's columns is moved, and exactly the limit that watches it must see it


BREAKS = {
    "frontline_heads": ("heads", 1.0),
    "frontline_fte": ("productive", 1.0),
    "role_heads": ("in_post team_lead", 1.0),
    "ready_bench": ("ready team_lead", 1.0),
    "nobody_below_zero": ("in_post team_lead", -1_000.0),
    "counted_people": ("counted frontline", -1_000.0),
    "capacity": ("shortage", -1_000.0),
    "capacity_held": ("held_shortage", -1_000.0),
    "service_floor": ("shortage", 1_000.0),
    "class_size": ("starts", 1_000.0),
    "rooms": ("classes", 1_000.0),
    "trainers": ("taught", 1_000.0),
    "mentors": ("mentors", 1_000.0),
    "recruiters": ("starts", 1_000.0),
    "interviews": ("starts", 1_000.0),
    "sources": ("starts", 1_000.0),
    "starts": ("starts", 1_000.0),
    "largest_change": ("starts", None),
    "short_tenure": ("starts", 1_000.0),
    "spans": ("posts team_lead", -1_000.0),
    "searches": ("appointments manager", 1_000.0),
    "bench": ("promotions team_lead", 1_000.0),
    "internal_share": ("appointments team_lead", 1_000.0),
    "overtime": ("overtime", 1_000.0),
    "contractors": ("contractors", 1_000.0),
    "budget": ("contractors", 1_000_000.0),
}


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda each: each.__name__)
def test_each_limit_is_met_by_the_baseline_and_broken_by_a_plan_that_goes_too_far(constraint):
    one = made((constraint,))
    good = one.model.known
    assert not one.broken_rows(good).any()
    name, change = BREAKS[constraint.__name__]
    block, bad = one.model.blocks[name], good.copy()
    bad[block.start : block.stop] += np.where(np.arange(block.lower.size) >= block.lower.size / 2, 1_000.0, 0.0) if change is None else change
    assert one.broken_rows(bad).any()


def test_every_constraint_has_its_pair():
    assert set(BREAKS) == {each.__name__ for each in CONSTRAINTS}


def test_costs_and_charges_add_up_to_the_objective():
    one = made(CONSTRAINTS, COSTS, CHARGES)
    known = one.model.known
    parts = sum(float(each(one.model).at(known).sum()) for each in (*COSTS, *CHARGES))
    assert one.objective(known) == pytest.approx(parts)
    assert one.cost.at(known).sum() == pytest.approx(one.model.spreadsheet.cost.sum())
