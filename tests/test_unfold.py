"""Every number unfolds into steps that make exactly the number: held against the plan and its tables."""

import re
from math import prod

import numpy as np
import pytest

from planner.organisation import FRONTLINE
from planner.plan import project
from planner.report import unfold
from planner.report.tables import tables
from planner.report.unfold import Step, Unfolded, operated
from planner.scenario import changed as with_changes
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, everything, office, two_sites

MONTHS = (0, 5, 17, 35)


def plan_of(name):
    return planned(shipped(name))


def made(document):
    return planned(build(document))


PLANS = {name: lambda name=name: plan_of(name) for name in ("startup_4", "centre_600", "growth_2000")} | {
    "two sites": lambda: made(two_sites()), "everything": lambda: made(everything(14)), "office": lambda: made(office(8)),
}  # fmt: skip


@pytest.fixture(params=PLANS)
def plan(request):
    return PLANS[request.param]()


def months(plan):
    return [month for month in MONTHS if month < len(plan.months)]


# Required heads ------------------------------------------------------------------------------------------------------------------------------


def test_the_required_people_of_every_group_queue_and_month_are_those_of_the_table(plan):
    table = tables(plan)["requirement"].set_index(["month", "group", "queue"])
    for month in months(plan):
        for (label, group, queue), row in table.loc[[plan.months[month]]].iterrows():
            found = unfold.required_heads(plan, group, month, queue)
            assert label == plan.months[month]
            expected = row["required_heads"] if queue else row["required_fte"]
            assert found.result == pytest.approx(expected, rel=1e-12, abs=1e-12)
            assert found.running[-1 if not queue else -2] == pytest.approx(row["required_fte"], rel=1e-12) or not row["on_position_hours"]


def test_on_the_way_stand_workload_load_agents_and_hours_on_position():
    plan = plan_of("centre_600")
    found = unfold.required_heads(plan, "service Columbus", 20, "service calls")
    row = plan.requirement.row_queue.index("service calls")
    stands = dict(zip([step.makes for step in found.steps], found.running, strict=True))
    assert stands["contacts"] == plan.requirement.contacts[20, row]
    assert stands["h of handling"] == pytest.approx(plan.requirement.workload_hours[20, row])
    assert stands["h on position"] == pytest.approx(plan.requirement.on_position_hours[20, row])
    assert stands["agents"] > stands["erlangs"] > 0


def test_chats_held_at_once_take_agents_away():
    plan = plan_of("centre_600")
    step = next(step for step in unfold.required_heads(plan, "digital Columbus", 3, "chat").steps if step.unit == "agents")
    assert step.sign == "−"
    assert "at once" in step.label


def test_a_month_without_contacts_asks_for_nobody():
    plan = made(changed(office(6), ("queues.0.contacts_monthly", [0, 5_000, 5_000, 5_000, 5_000, 5_000])))
    assert unfold.required_heads(plan, "care", 0, "calls").result == 0
    assert unfold.required_heads(plan, "care", 1, "calls").result > 0


def test_levers_are_worked_in():
    moved = with_changes(shipped("centre_600"), {"levers.aht_change": 0.1, "levers.shrinkage_change": 0.2, "levers.growth_monthly": 0.01})
    plan = planned(moved)
    row = plan.requirement.row_queue.index("sales calls")
    assert unfold.required_heads(plan, "sales Columbus", 30, "sales calls").result == pytest.approx(plan.requirement.heads[30, row])


# People and FTE ------------------------------------------------------------------------------------------------------------------------------


def test_the_people_of_every_month_are_those_of_the_headcount_table(plan):
    table = tables(plan)["headcount"].set_index(["month", "group", "role"])
    for month in months(plan):
        for group in plan.scenario.groups:
            row = table.loc[(plan.months[month], group.name, FRONTLINE)]
            found = unfold.frontline_heads(plan, month, group.name)
            assert found.result == pytest.approx(row["closing_heads"], abs=1e-9)
            assert found.steps[0].amount == row["opening_heads"]
        assert unfold.frontline_heads(plan, month).result == pytest.approx(plan.frontline.closing[month].sum())
        for role in plan.roles:
            assert unfold.role_heads(plan, role.role.name, month).result == pytest.approx(role.path.closing[month].sum(), abs=1e-9)


def test_the_fte_of_every_group_and_month_are_what_is_available(plan):
    for month in months(plan):
        for at, group in enumerate(plan.scenario.groups):
            assert unfold.available_fte(plan, group.name, month).result == pytest.approx(plan.available_fte[month, at], abs=1e-9)


def test_people_who_learn_and_mentor_bring_less():
    found = unfold.available_fte(plan_of("centre_600"), "service Columbus", 4)
    learning, mentoring = (next(step for step in found.steps if step.label == label) for label in ("Still learning", "Mentoring"))
    assert (learning.sign, mentoring.sign) == ("−", "−")
    assert learning.amount > mentoring.amount > 0


# Cost ----------------------------------------------------------------------------------------------------------------------------------------


def test_the_cost_of_every_month_is_the_sum_of_people_times_rate(plan):
    table = tables(plan)["cost"]
    for month in months(plan):
        products = unfold.month_cost(plan, month)
        assert sum(product.amount for product in products) == pytest.approx(plan.cost[month], rel=1e-12)
        by_item = table[table.month == plan.months[month]].groupby("item").amount.sum()
        for item, amount in unfold.items(plan, month).items():
            assert amount == pytest.approx(by_item[item], rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_in_the_shipped_scenarios_nothing_is_left_unexplained(name):
    plan = plan_of(name)
    for month in months(plan):
        for product in unfold.month_cost(plan, month):
            assert product.amount == prod(factor.amount for factor in product.factors)
            assert product.why != "Premiums and programmes."
            assert product.factors[0].unit != "money"


def test_items_stand_by_size_with_what_nobody_pays_at_the_end():
    found = unfold.items(plan_of("centre_600"), 3)
    paid = [amount for item, amount in found.items() if item != "shortage_price"]
    assert paid == sorted(paid, reverse=True)
    assert list(found)[-1] == "shortage_price"


def test_one_item_can_be_looked_at_alone():
    plan = plan_of("centre_600")
    rows = unfold.cost_table(plan, 5, "hiring")
    assert set(rows["Item"]) == {"Hiring"}
    assert len(rows["Item"]) < len(unfold.cost_table(plan, 5)["Item"])


# For people ----------------------------------------------------------------------------------------------------------------------------------


def test_the_line_can_be_typed_into_a_calculator():
    found = unfold.required_heads(plan_of("centre_600"), "sales Columbus", 12, "sales calls")
    typed = ""
    for step in found.steps:
        typed = f"({typed}{step.sign}{step.amount!r})".replace("×", "*").replace("÷", "/").replace("−", "-")
    assert eval(typed) == pytest.approx(found.result)  # noqa: S307 - our own digits
    line = unfold.formula(found)
    assert line.count("(") == line.count(")") == 1
    assert line.endswith(unfold.written(found.result, "people"))


def test_brackets_stand_around_a_sum_that_is_multiplied():
    steps = (
        Step("", "", 10.0, "people", "people"),
        Step("", "−", 4.0, "people", "people"),
        Step("", "÷", 2.0, "share", "people"),
        Step("", "+", 0.0, "people", "people"),
    )
    assert unfold.formula(Unfolded("", steps)) == "(10 people − 4 people) ÷ 200 % = 3 people"


def test_operations():
    assert [operated(12.0, sign, 4.0) for sign in ("×", "÷", "+", "−", "")] == [48.0, 3.0, 16.0, 8.0, 4.0]


def test_tables_are_written_for_people(plan):
    group = plan.scenario.groups[0].name
    queue = next(iter(unfold.queues_of(plan, group)), "")
    behind = [
        unfold.table(unfold.required_heads(plan, group, 2, queue)), unfold.table(unfold.frontline_heads(plan, 2)),
        unfold.table(unfold.available_fte(plan, group, 2)), unfold.cost_table(plan, 2),
    ]  # fmt: skip
    for columns in behind:
        assert len({len(cells) for cells in columns.values()}) == 1
        cells = [cell for column in columns.values() for cell in column]
        assert not [cell for cell in cells if re.search(r"\d\.\d{3}|nan|inf|None|_", cell)]


def test_a_plan_of_other_decisions_unfolds_too():
    scenario = build(two_sites())
    base = planned(scenario)
    plan = project(scenario, base.decisions, base.requirement)
    assert np.isclose(sum(product.amount for product in unfold.month_cost(plan, 9)), plan.cost[9])
