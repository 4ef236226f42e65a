"""Waterfalls stand where they should, and what is said of a bridge is what the bridge holds."""

import math
import re
from functools import lru_cache

import pytest

from planner.bridge import FIGURES, bridge
from planner.report import waterfall, words
from planner.report.waterfall import Stair
from planner.scenario import changed as with_changes
from tests.conftest import shipped
from tests.scenarios import build, office

STAIRS = (Stair("Before", 100.0, total=True), Stair("Volume", 30.0), Stair("Ramp", -10.0), Stair("After", 120.0, total=True))


@lru_cache
def found(name="startup_4"):
    before = shipped(name)
    after = with_changes(before, {"levers.growth_monthly": 0.02, "levers.attrition_change": 0.3, "finance.frontline_monthly_pay": 4_000.0})
    return bridge(before, after)


def test_each_bar_begins_where_the_one_before_ends():
    bars = waterfall.waterfall(STAIRS, False, words.count).data[0]
    assert list(bars.base) == [0.0, 100.0, 130.0, 0.0]
    assert list(bars.x) == [100.0, 30.0, -10.0, 120.0]
    assert list(bars.text) == ["100", "+30", "−10", "120"]


def test_colours_tell_totals_more_and_less_and_signs_tell_it_without_them():
    bars = waterfall.waterfall(STAIRS, False, words.count).data[0]
    turned = waterfall.waterfall(STAIRS, False, words.count, more_is_worse=False).data[0]
    assert len(set(bars.marker.color)) == 3
    assert bars.marker.color[1] == turned.marker.color[2]
    assert bars.marker.color[0] == bars.marker.color[3] == turned.marker.color[0]


def test_an_axis_that_does_not_begin_at_nothing_says_so():
    near = (Stair("Before", 1_000.0, total=True), Stair("Volume", 5.0), Stair("After", 1_005.0, total=True))
    far = (Stair("Before", 100.0, total=True), Stair("Volume", 80.0), Stair("After", 180.0, total=True))
    cut, whole = waterfall.waterfall(near, False, words.count), waterfall.waterfall(far, False, words.count)
    assert [note.text for note in cut.layout.annotations] == ["Cut off: bars begin at 995"]
    assert not whole.layout.annotations
    assert cut.layout.xaxis.range[0] < 1_000 < 1_005 < cut.layout.xaxis.range[1]


@pytest.mark.parametrize("figure", [figure.name for figure in FIGURES])
def test_the_stairs_of_a_bridge_end_where_the_later_plan_is(figure):
    first, *steps, last = waterfall.stairs_of(found(), figure)
    assert [stair.total for stair in (first, *steps, last)] == [True, *[False] * len(steps), True]
    assert math.fsum([first.amount, *(step.amount for step in steps)]) == pytest.approx(last.amount)
    sizes = [abs(step.amount) for step in steps]
    assert sizes == sorted(sizes, reverse=True)


def test_what_is_said_names_both_ends_the_difference_and_the_largest_cause_first():
    said = waterfall.says(found(), "spend")
    before, after = (words.money(float(plan.spend.sum()), "USD") for plan in (found().before, found().after))
    assert said.startswith(f"Paid over the plan: from {before} to {after}, +")
    amounts = found().amounts("spend")
    largest = max(amounts, key=lambda causes: abs(amounts[causes]))
    assert said.split(". ", 1)[1].startswith(waterfall.TITLES[largest[0]])


def test_a_figure_that_does_not_change_is_told_as_the_same():
    before = build(office(6))
    dearer = bridge(before, with_changes(before, {"finance.frontline_monthly_pay": 5_000.0}))
    assert waterfall.says(dearer, "required_heads_last").startswith("Required people at the end: the same in both, ")
    assert len(waterfall.bridge(dearer, "required_heads_last").data[0].y) == 2


def test_tables_hold_every_cause_and_sum_up():
    columns = waterfall.table(found())
    assert columns["Cause"][-1] == "Difference"
    assert {len(cells) for cells in columns.values()} == {len(found().parts) + 1}
    cells = [cell for column in columns.values() for cell in column]
    assert not [cell for cell in cells if re.search(r"\d\.\d{3}|nan|_", cell)]
    exact = waterfall.exact(found())
    assert exact["cause"] == ["before", "volume", "attrition", "pay", "after"]
    for figure in FIGURES:
        *parts, last = exact[figure.name]
        assert math.fsum(parts) == pytest.approx(last)


def test_names_of_both_ends_are_theirs():
    before = shipped("startup_4")
    named = bridge(before, with_changes(before, {"name": "Tomorrow", "levers.growth_monthly": 0.01}))
    stairs = waterfall.stairs_of(named, "starts")
    assert (stairs[0].label, stairs[-1].label) == ("Startup 4", "Tomorrow")
    same = waterfall.stairs_of(found(), "starts")
    assert (same[0].label, same[-1].label) == ("Startup 4, before", "Startup 4, after")


def test_causes_told_together_and_split_are_said_to_be():
    before = shipped("startup_4")
    after = with_changes(before, {"levers.growth_monthly": 0.02, "levers.attrition_change": 0.3, "finance.frontline_monthly_pay": 4_000.0})
    assert "split among them" in waterfall.note(bridge(before, after, most=2))
    assert "split" not in waterfall.note(found())
    assert "8 plans" in waterfall.note(found())


@pytest.mark.parametrize("value", [0.0, 0.004, -0.004, 12.3, -45_678.9])
def test_signs_stand_before_what_can_be_seen(value):
    text = waterfall.signed(value, lambda amount: f"{amount:.1f}")
    assert text[0] in ("+−" if abs(value) >= 0.05 else "0")


def test_two_totals_without_a_step_between_them_stand_on_the_ground():
    assert waterfall.waterfall([Stair("Before", 1.0, total=True), Stair("After", 0.98, total=True)], False, str).layout.xaxis.range[0] <= 0
