"""Checks: every one holds on the shipped plans, and every one finds the plan that was tampered with."""

from dataclasses import replace

import numpy as np
import pytest

from planner import checks
from planner.baseline import baseline
from planner.checks import CHECKS, check
from planner.plan import project
from tests.scenarios import build, everything, two_sites


@pytest.fixture(scope="module")
def plan():
    scenario = build(two_sites(8))
    return project(scenario, baseline(scenario))


@pytest.fixture(scope="module")
def served():
    scenario = build(everything(4))
    return project(scenario, baseline(scenario))


def test_every_check_holds_on_every_shipped_plan(shipped_plan):
    assert [result for result in check(shipped_plan) if not result.holds] == []


def test_every_check_holds_where_every_family_is_used(served):
    assert all(result.holds for result in check(served))


def nudged(array, by=1.0, place=0):
    copy = np.array(array)
    copy.flat[place] += by
    return copy


def with_people(plan, **arrays):
    return replace(plan, frontline=replace(plan.frontline, **arrays))


def with_path(plan, role, **arrays):
    roles = tuple(replace(each, path=replace(each.path, **arrays)) if each.role.name == role else each for each in plan.roles)
    return replace(plan, roles=roles)


def lower(array, place=0):
    copy = np.array(array)
    copy.flat[place] = -1.0
    return copy


TAMPERED = {
    "frontline_roll_forward": [
        lambda plan: with_people(plan, leavers=nudged(plan.frontline.leavers)),
        lambda plan: with_people(plan, returned=nudged(plan.frontline.returned, 1e-3)),
        lambda plan: with_people(plan, washout=nudged(plan.frontline.washout)),
        lambda plan: with_people(plan, promoted_out=nudged(plan.frontline.promoted_out)),
    ],
    "frontline_carried_over": [lambda plan: with_people(plan, heads=nudged(plan.frontline.heads, place=-1))],
    "roles_roll_forward": [
        lambda plan: with_path(plan, "manager", leavers=nudged(plan.role("manager").path.leavers)),
        lambda plan: with_path(plan, "executive", opening=nudged(plan.role("executive").path.opening, place=-1)),
    ],
    "promotions_balance": [
        lambda plan: with_path(plan, "manager", promoted_in=nudged(plan.role("manager").path.promoted_in)),
        lambda plan: with_people(plan, returned=nudged(plan.frontline.returned)),
    ],
    "nobody_below_zero": [
        lambda plan: with_people(plan, closing=lower(plan.frontline.closing)),
        lambda plan: with_path(plan, "trainer", closing=lower(plan.role("trainer").path.closing)),
    ],
    "capacity_balance": [],
    "training_heads_within_heads": [lambda plan: with_people(plan, training_heads=plan.frontline.heads + 1)],
    "starts_in_classes": [lambda plan: replace(plan, decisions=replace(plan.decisions, classes=0 * plan.decisions.classes))],
    "cost_follows_people": [
        lambda plan: with_people(plan, heads=nudged(plan.frontline.heads)),
        lambda plan: replace(plan, costs=tuple(replace(line, amount=line.amount * 1.01) if line.item == "on_cost" else line for line in plan.costs)),
    ],
}


@pytest.mark.parametrize(("name", "tamper"), [(name, tamper) for name, tampers in TAMPERED.items() for tamper in tampers])
def test_a_plan_that_was_tampered_with_fails_the_check(plan, name, tamper):
    results = {result.name: result for result in check(tamper(plan))}
    assert {result.name: result for result in check(plan)}[name].holds
    assert not results[name].holds
    assert results[name].residual > checks.TOLERANCE


def test_hours_that_do_not_make_the_fte_fail_their_check(served):
    need = served.requirement
    wrong = {"on_position_hours": nudged(need.on_position_hours, 10), "group_fte": nudged(need.group_fte), "net_hours": need.net_hours * 1.1}
    for changed in (replace(need, **{name: array}) for name, array in wrong.items()):
        results = {result.name: result for result in check(replace(served, requirement=changed))}
        assert not results["hours_told_by_queue"].holds


def test_participants_who_are_not_there_fail_their_check(monkeypatch):
    document = two_sites(6)
    for group in document["groups"]:
        group["workforce"] = group["workforce"] | {"programme": {"designed_exit_months": 3, "tuition_monthly": 400}}
    scenario = build(document)
    inside = project(scenario, baseline(scenario))
    assert {result.name: result for result in check(inside)}["participants_within_heads"].holds
    for name in ("participants", "designed_exits"):
        with monkeypatch.context() as patch:
            patch.setattr(type(inside), name, property(lambda self: self.frontline.heads + 1))
            assert not {result.name: result for result in check(inside)}["participants_within_heads"].holds


def test_shortage_that_is_not_what_is_missing_fails_its_check(plan, monkeypatch):
    monkeypatch.setattr(type(plan), "shortage_fte", property(lambda self: np.zeros_like(self.required_fte)))
    monkeypatch.setattr(type(plan), "surplus_fte", property(lambda self: np.zeros_like(self.required_fte)))
    assert not {result.name: result for result in check(plan)}["capacity_balance"].holds


def test_cost_that_is_not_the_sum_of_its_lines_fails_its_check(plan, monkeypatch):
    monkeypatch.setattr(type(plan), "cost", property(lambda self: np.ones(len(self.months))))
    assert not {result.name: result for result in check(plan)}["cost_follows_people"].holds


def test_every_check_is_tampered_with_here_and_says_what_it_holds():
    names = [each.__name__ for each in CHECKS]
    assert set(names) == set(TAMPERED) | {"hours_told_by_queue", "participants_within_heads"}
    assert len(set(names)) == len(names)
    for each in CHECKS:
        assert str(each.__doc__).strip().endswith(".")


def test_a_residual_of_nothing_at_all_holds():
    assert checks.Result("x", "y", 0.0).holds
    assert checks.Result("x", "y", checks.TOLERANCE).holds
    assert not checks.Result("x", "y", checks.TOLERANCE * 1.01).holds
