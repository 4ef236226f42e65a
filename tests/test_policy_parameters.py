"""Career path, generalists, handle time, all hands: every parameter matters, and all policies together keep every check."""

import itertools

import numpy as np
import pytest

from planner import comparison, policies
from planner.baseline import baseline
from planner.checks import check
from planner.plan import project
from planner.policies import POLICIES, all_hands, career_path, generalists, handle_time
from tests.conftest import shipped
from tests.scenarios import build, everything

MINE = (career_path, generalists, handle_time, all_hands)
SCENARIO = build(everything(14) | {"levers": {}})
OTHERS = {
    "designed_exit_months": 7.0, "leaving_factor": 0.9, "pay_premium": 0.3, "tuition_yearly": 25_000.0, "covers": "everyone", "cost_of_start": 15_000.0,
    "quality_multiple": 2.0, "completer_value": 50_000.0, "applicant_gain": 0.5, "largest_intake_monthly": 3, "stagger_months": 4,
    "pooled": False, "breadth_penalty": 0.5, "ramp_slowing": 0.6, "stages": 5, "attempt_monthly": 0.05, "pass_share": 0.2, "return_monthly": 0.1,
    "content_hours": 120.0, "growth_monthly": 0.06,
    "rule": "ninety_seconds", "limit_s": 200.0, "soft_share_ended": 0.9, "repeats": "carried", "resolution": 0.4, "give_up": 0.6, "restart_s": 20.0,
    "tail_share": 0.1, "tail_index": 2.2, "hourly_cost": 55.0, "lost_issue": 5.0, "long_call_hours": 2.0,
    "who": "executives", "other_people": 300.0, "hours_quarterly": 30.0, "sessions_quarterly": 3.0, "placed": "in_peaks", "peak_leverage": 1.2,
    "share_max": 0.001, "overhead_hours": 2.0, "absence": 0.4, "proficiency": 0.9, "training_hours_first": 40.0,
    "training_hours_yearly": 12.0, "annual_turnover": 0.6, "helpers_per_mentor": 1.0,
}  # fmt: skip
CUT = {"rule": "cap", "limit_s": 150.0}
WITH = {
    "restart_s": CUT | {"repeats": "carried"}, "resolution": CUT, "give_up": CUT, "repeats": CUT,
    "covers": {"designed_exit_months": 90.0}, "peak_leverage": {"placed": "in_peaks"},
}  # fmt: skip
"""What must be set besides, for a parameter to have something to act on."""
FIGURES_ONLY = ("cost_of_start", "quality_multiple", "completer_value", "stagger_months", "hourly_cost", "lost_issue", "long_call_hours", "helpers_per_mentor")
PARAMETERS = [(module, field) for module in MINE for field in module.POLICY.parameters.model_fields]


def twice(module, field):
    usual = module.POLICY.parameters(**WITH.get(field, {}))
    return usual, usual.but(**{field: OTHERS[field]})


@pytest.mark.parametrize(("module", "field"), PARAMETERS, ids=lambda each: each if isinstance(each, str) else each.POLICY.name)
def test_every_parameter_matters_to_a_plan_or_a_figure(module, field):
    usual, other = twice(module, field)
    plans = [comparison.planned(module.apply(SCENARIO, chosen)) for chosen in (usual, other)]
    figures = [module.figures(SCENARIO, chosen) for chosen in (usual, other)]
    to_the_plan = not np.array_equal(plans[0].cost, plans[1].cost)
    assert to_the_plan or figures[0] != figures[1]
    assert to_the_plan == (field not in FIGURES_ONLY or (module is all_hands and field == "hourly_cost"))


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_all_policies_together_keep_every_check(name):
    on = {policy.name: policy.parameters() for policy in POLICIES}
    scenario = policies.switched(shipped(name), on)
    assert [result for result in check(project(scenario, baseline(scenario))) if not result.holds] == []


def test_pairs_of_all_nine_whose_order_matters_are_those_that_read_what_the_other_writes():
    on = {policy.name: policy.parameters() for policy in POLICIES}
    found = {pair for name in ("startup_4", "centre_600", "growth_2000") for pair in policies.order_sensitive(shipped(name), on)}
    reads = {
        ("career_path", "generalists"),
        ("mentors", "generalists"),
        ("generalists", "handle_time"),
        ("generalists", "all_hands"),
        ("handle_time", "all_hands"),
    }
    assert found <= reads


def test_switching_the_four_on_in_any_order_gives_the_same_scenario():
    on = {module.POLICY.name: module.POLICY.parameters() for module in MINE}
    found = [policies.switched(shipped("centre_600"), {name: on[name] for name in order}) for order in itertools.permutations(on)]
    assert all(each == found[0] for each in found)
