"""Plans side by side: their own numbers, on shared axes, each told apart."""

import re
from functools import lru_cache

import numpy as np
import pytest

from planner.report import sidebyside
from planner.report.sidebyside import COURSES
from planner.scenario import changed as with_changes
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, tiny


@lru_cache
def plans():
    centre = shipped("centre_600")
    faster = with_changes(centre, {"levers.growth_monthly": 0.01})
    return planned(centre), planned(faster), planned(shipped("growth_2000")), planned(shipped("startup_4"))


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
@pytest.mark.parametrize("dark", [False, True])
def test_a_course_is_each_plans_own_and_told_apart_by_colour_dash_and_letter(course, dark):
    chart = sidebyside.courses(plans(), course, dark)
    assert len(chart.data) == 4
    for trace, plan in zip(chart.data, plans(), strict=True):
        own = course.of(plan)
        np.testing.assert_allclose([np.nan if value is None else value for value in trace.y], own)
    assert len({trace.line.color for trace in chart.data}) == len({trace.line.dash for trace in chart.data}) == 4
    letters = [note.text for note in chart.layout.annotations if note.text.startswith("<b>")]
    assert letters == ["<b>A</b>", "<b>B</b>", "<b>C</b>", "<b>D</b>"]


def test_months_of_all_plans_share_one_axis():
    early, late = planned(build(tiny(6))), planned(build(changed(tiny(6), ("horizon.first_month", "2027-04"))))
    chart = sidebyside.courses((early, late), COURSES[0])
    assert chart.layout.xaxis.range[0] < "2027-01-01" < "2027-09-01" < chart.layout.xaxis.range[1]
    rows = sidebyside.behind((early, late), COURSES[0])
    assert len(rows["Month"]) == 9
    assert rows["B"][:3] == ["", "", ""]


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
def test_what_is_said_names_every_plan(course):
    said = sidebyside.course_in_words(plans(), course)
    assert [letter for letter in "ABCD" if re.search(rf"\b{letter} ", said)] == list("ABCD")
    assert not re.search(r"\d\.\d{3}|nan|_", said)


def test_a_scenario_without_leaders_has_no_ratio_to_draw():
    alone = planned(build(changed(tiny(6), ("organisation.roles.0.kind", "support"))))
    chart = sidebyside.courses((alone, planned(build(tiny(6)))), next(course for course in COURSES if course.name == "top_ratio"))
    assert all(value is None for value in chart.data[0].y)
    assert sidebyside.course_in_words((alone,), COURSES[3]) == "At worst: A none."


def test_the_limit_is_drawn_where_all_promise_the_same():
    ratio = COURSES[3]
    same, other = plans()[:2], (plans()[0], planned(with_changes(shipped("centre_600"), {"levers.top_span": 80.0})))
    assert [shape.y0 for shape in sidebyside.courses(same, ratio).layout.shapes] == [100.0]
    assert not sidebyside.courses(other, ratio).layout.shapes


def test_the_table_holds_each_plans_figures_and_the_change_against_the_first():
    found = sidebyside.figures(plans()[:2])
    columns = sidebyside.table(found)
    assert list(columns) == ["Figure", "A", "B", "B against A"]
    rows = dict(zip(columns["Figure"], zip(columns["A"], columns["B"], columns["B against A"], strict=True), strict=True))
    hired = [plan.frontline.starts.sum() for plan in plans()[:2]]
    assert rows["People hired"] == (f"{hired[0]:,.0f} people", f"{hired[1]:,.0f} people", f"+{hired[1] - hired[0]:,.0f} people")
    assert not [cell for column in columns.values() for cell in column if re.search(r"\d\.\d{3}|nan|_", cell)]


def test_money_of_two_currencies_is_not_held_against_each_other():
    euro = planned(build(changed(tiny(6), ("finance", {"currency": "EUR"}))))
    dollar = planned(build(tiny(6)))
    assert not sidebyside.same_currency((dollar, euro))
    columns = sidebyside.table(sidebyside.figures((dollar, euro)))
    paid = columns["Figure"].index("Paid over the plan")
    assert columns["B against A"][paid] == ""
    assert columns["B"][paid].startswith("€")


def test_a_file_holds_every_measure_unrounded():
    found = sidebyside.figures(plans()[:3])
    exact = sidebyside.exact(found)
    assert len(exact["figure"]) == len(found.rows)
    assert exact["C"][exact["figure"].index("spend")] == pytest.approx(plans()[2].spend.sum())
