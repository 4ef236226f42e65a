"""The class calendar: every class in a room of its own, as many rooms as the plan says, everybody who starts in a class."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from planner.plan import project
from planner.report import gantt
from tests.conftest import planned, shipped
from tests.scenarios import MONTH_IN_WEEKS, build, changed, documents, tiny


def check(plan):
    for s, site in enumerate(plan.scenario.sites):
        found = gantt.classes(plan, site.name)
        running = [sum(each.month <= month < each.classroom_ends - 1e-9 or each.month == month for each in found) for month in range(len(plan.months))]
        if all(group.workforce.classroom_weeks for group in plan.scenario.groups):
            np.testing.assert_array_equal(running, plan.training.classes_running[:, s])
        for room in {each.room for each in found}:
            inside = sorted((each.month, each.classroom_ends) for each in found if each.room == room)
            assert all(until <= start + 1e-9 for (_, until), (start, _) in zip(inside, inside[1:], strict=False))
        groups = [g for g, group in enumerate(plan.scenario.groups) if group.site == site.name]
        decided = sum(each.people for each in found if not each.begun)
        assert decided == pytest.approx(plan.frontline.starts[:, groups][plan.decisions.classes[:, groups] > 0].sum())


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_every_class_has_a_room_and_everybody_a_class(name):
    plan = planned(shipped(name))
    check(plan)
    for site in plan.scenario.sites:
        most = max((each.room + 1 for each in gantt.classes(plan, site.name)), default=0)
        assert most <= site.training.rooms


@settings(max_examples=25)
@given(documents())
def test_rooms_in_use_are_those_of_the_plan_in_any_scenario(document):
    check(planned(build(document)))


def test_a_class_of_six_weeks_holds_its_room_into_the_next_month():
    plan = planned(build(changed(tiny(8, heads=20), ("groups.0.workforce.classroom_weeks", 1.5 * MONTH_IN_WEEKS), ("groups.0.stated_heads.add_monthly", 3))))
    check(plan)
    first = gantt.classes(plan, "Porto")[0]
    assert first.classroom_ends - first.month == pytest.approx(1.5)
    assert first.nesting_ends - first.classroom_ends == pytest.approx(1.0)


def test_people_spread_over_classes_as_evenly_as_whole_people_can():
    assert gantt._spread(38.0, 3) == [13.0, 13.0, 12.0]
    assert gantt._spread(0.0, 0) == []
    assert sum(gantt._spread(7.5, 2)) == 7.5


def test_a_class_beyond_the_rooms_is_drawn_and_told():
    scenario = build(changed(tiny(8, heads=20), ("sites.0.training.rooms", 1)))
    given = planned(scenario).decisions
    starts, classes = given.starts.copy(), given.classes.copy()
    starts[3, 0, 0], classes[3, 0] = 12, 3
    plan = project(scenario, replace(given, starts=starts, classes=classes))
    assert max(each.room for each in gantt.classes(plan, "Porto")) == 2
    assert "Rooms are short in Apr 2027: 3 needed, 1 there." in gantt.says(plan, "Porto")
    names = gantt.gantt(plan, "Porto").layout.yaxis.ticktext
    assert names == ("Room 1", "No room", "No room")


def test_the_chart_shows_the_classes_of_its_window_and_the_table_tells_them():
    plan = planned(shipped("centre_600"))
    for first in (0, 12, 24):
        shown = [each for each in gantt.classes(plan, "Columbus") if each.nesting_ends > first and each.month < first + 12]
        chart = gantt.gantt(plan, "Columbus", first)
        bars = [trace for trace in chart.data if trace.type == "bar" and trace.orientation == "h" and trace.showlegend is not False]
        assert sum(len(trace.x) for trace in bars) == len(shown)
        assert sorted(int(text) for trace in bars for text in trace.text) == sorted(round(each.people) for each in shown)
        assert {len(cells) for cells in gantt.table(plan, "Columbus", first).values()} == {len(shown)}


def test_rooms_and_trainers_beneath_are_the_plans():
    plan = planned(shipped("centre_600"))
    chart = gantt.gantt(plan, "Tampa", 12, dark=True)
    rooms, trainers = (next(trace for trace in chart.data if trace.type == "bar" and trace.yaxis == axis) for axis in ("y2", "y3"))
    np.testing.assert_array_equal(rooms.y, plan.training.classes_running[12:24, 1])
    np.testing.assert_array_equal(trainers.y, plan.training.trainers_needed[12:24, 1])


def test_a_site_without_classes_says_so():
    plan = planned(build(changed(tiny(6), ("levers", {"starts_max_monthly": 0}))))
    assert gantt.says(plan, "Porto") == "No class starts at Porto in these months."
    assert len(gantt.gantt(plan, "Porto").data) == 4


def test_a_window_at_the_end_of_the_plan_is_shorter():
    plan = planned(build(tiny(14)))
    assert len(gantt.gantt(plan, "Porto", 12).data) >= 4
    assert gantt.says(plan, "Porto", 12)
