"""The charts: what they draw is what the plan says."""

import json

import numpy as np
import pytest
from plotly.graph_objects import Bar

from planner.plan import Plan
from planner.report import charts, takeaways, words
from planner.scenario import Levers
from planner.ui import session

SCENARIOS = ("startup_4", "centre_600", "growth_2000", "giant_50000")


@pytest.fixture(scope="module", params=SCENARIOS)
def plan(request) -> Plan:
    return session.planned(session.shipped_scenario(request.param))


@pytest.fixture(scope="module")
def short() -> Plan:
    """A plan with shortage: twice the growth."""
    scenario = session.shipped_scenario("growth_2000")
    return session.planned(scenario.model_copy(update={"levers": Levers(growth_monthly=0.02)}))


def trace(figure, name: str):
    return next(each for each in figure.data if each.name == name)


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.__name__)
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_of_every_shipped_scenario_is_lean_and_without_undefined_coordinates(plan, chart, dark):
    figure = chart(plan, dark)
    assert 0 < len(figure.data) <= 12
    for each in figure.data:
        if each.type in ("bar", "scatter") and each.showlegend is not True:
            assert len(each.y) <= 3 * len(plan.months)
            assert np.isfinite(np.array(each.y, dtype=float)).all()


def test_charts_differ_between_light_and_dark_only_in_their_look(plan):
    light, dark = charts.required_and_available(plan, False), charts.required_and_available(plan, True)
    assert list(trace(light, "Required").y) == list(trace(dark, "Required").y)
    assert trace(light, "Required").line.color != trace(dark, "Required").line.color


def test_the_lines_of_required_and_available_are_the_plans_fte(plan):
    figure = charts.required_and_available(plan)
    assert trace(figure, "Required").y == pytest.approx(plan.required_fte.sum(axis=1))
    assert trace(figure, "Available").y == pytest.approx(plan.available_fte.sum(axis=1))


def test_the_shade_is_as_deep_as_the_shortage_in_every_month(short):
    figure = charts.required_and_available(short)
    upper, lower = figure.data[0], figure.data[1]
    days = {day[:10]: top - bottom for day, top, bottom in zip(upper.x, upper.y, lower.y, strict=True) if day.endswith("01T00:00")}
    depth = [days[f"{month}-01"] for month in short.months]
    assert depth == pytest.approx(short.shortage_fte.sum(axis=1))


def test_the_shade_begins_where_the_lines_cross():
    x, upper, depth = charts._crossings(np.array([10.0, 10.0]), np.array([0.0, 3.0]), np.array([1.0, 0.0]))
    assert x == pytest.approx([0, 0.25, 1])
    assert upper == pytest.approx([10, 10, 10])
    assert depth == pytest.approx([0, 0, 3])


def test_the_shade_ends_where_the_lines_cross_again():
    x, _, depth = charts._crossings(np.array([10.0, 10.0]), np.array([3.0, 0.0]), np.array([0.0, 1.0]))
    assert x == pytest.approx([0, 0.75, 1])
    assert depth == pytest.approx([3, 0, 0])


def test_only_a_shortage_is_shaded(plan, short):
    assert len(charts.required_and_available(plan).data) == (4 if plan.shortage_fte.any() else 2)
    assert charts.required_and_available(short).data[1].fill == "tonexty"


def test_one_group_can_be_looked_at_alone(short):
    name = short.scenario.groups[1].name
    assert trace(charts.required_and_available(short, group=name), "Required").y == pytest.approx(short.required_fte[:, 1])


def test_the_worst_month_is_named_with_its_shortage(short):
    missing = short.shortage_fte.sum(axis=1)
    texts = [note.text for note in charts.required_and_available(short).layout.annotations]
    assert f"<b>Short {words.fte(missing.max())}</b> in {words.month_name(short.months[missing.argmax()])}" in texts


def test_a_cell_of_the_strip_stands_open_exactly_where_a_role_has_vacancies(plan):
    open_cells = np.asarray(charts.ratio_strip(plan).data[1].z, dtype=float)
    for row, role in enumerate(plan.roles[::-1]):
        assert (np.isfinite(open_cells[row]) == (role.vacancies > 0).any(axis=1)).all()


def test_every_cell_of_the_strip_is_drawn_once(plan):
    first, second = (np.isfinite(np.asarray(cells.z, dtype=float)) for cells in charts.ratio_strip(plan).data[:2])
    assert (first ^ second).all()


def test_the_span_of_a_month_is_the_widest_over_the_units(plan):
    for role in plan.roles:
        heads = role.path.heads
        by_hand = [
            max((led / people if people > 0 else np.inf) for led, people in zip(*row, strict=True) if led > 0 or people > 0)
            for row in zip(role.led, heads, strict=True)
        ]
        assert charts.span_by_month(role) == pytest.approx(by_hand)


def test_use_of_capacity_is_that_of_the_busiest_site():
    share, site = charts.busiest(np.array([[1.0, 3.0], [0.0, 0.0], [2.0, 0.0]]), np.array([[2.0, 4.0], [0.0, 1.0], [0.0, 1.0]]))
    assert share == pytest.approx([0.75, 0.0, np.inf])
    assert site.tolist() == [1, 0, 0]


def test_the_bars_of_cost_add_up_to_the_cost_of_every_month(plan):
    bars = [np.array(each.y) for each in charts.cost_stack(plan).data if each.type == "bar"]
    assert sum(bars) == pytest.approx(plan.cost)


def test_a_budget_is_drawn_as_a_line_of_its_own():
    scenario = session.shipped_scenario("startup_4")
    months = scenario.horizon.months
    given = scenario.model_copy(update={"finance": scenario.finance.but(budget_monthly=(50_000.0,) * months)})
    assert "Budget" not in [each.name for each in charts.cost_stack(session.planned(scenario)).data]
    assert list(trace(charts.cost_stack(session.planned(given)), "Budget").y) == [50_000.0] * months


def test_the_flows_add_up_to_the_net_change_of_the_frontline(plan):
    people = plan.frontline
    assert trace(charts.headcount_flows(plan), "Net change").y == pytest.approx((people.closing - people.opening).sum(axis=1), abs=1e-6)


def test_money_ticks_carry_no_idle_zeros():
    assert [charts.short_money(amount, "USD") for amount in (0, 500, 2_500_000, 5e6, 100e6)] == ["$0", "$500", "$2.5 M", "$5 M", "$100 M"]


def test_end_labels_of_lines_that_meet_are_kept_apart():
    shifts = charts._apart([100.0, 101.0], 200.0, 300)
    assert (101 * 1.5 + shifts[1]) - (100 * 1.5 + shifts[0]) >= 16 - 1e-9


@pytest.mark.parametrize("look", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_every_line_and_figure_stands_out_against_its_ground(look):
    for colour in (*look.series, look.required, look.available, look.short):
        assert contrast(colour, look.page) >= 3
    assert contrast(look.soft, look.page) >= 4.5
    for ink, ground in ((look.on_within, look.within), (look.on_within, look.near), (look.on_over, look.over)):
        assert contrast(ink, ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast of two colours after WCAG 2.1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# What is said of the charts ------------------------------------------------------------------------------------------------------------------


def test_every_takeaway_is_a_sentence_without_raw_numbers_or_python_names(plan):
    chosen = (takeaways.required_and_available, takeaways.ratio_strip, takeaways.ready_bench, takeaways.training_load, takeaways.cost_stack)
    said = [say(plan) for say in chosen] + [takeaways.role(months, plan) for months in plan.roles]
    for sentence in said:
        assert sentence.endswith(".")
        assert not sentence[0].islower()
        assert not any(trace in sentence for trace in ("_", "nan", "inf ", "np.", "0000"))


def test_the_data_behind_every_chart_has_a_row_for_every_month_and_is_written_for_people(plan):
    chosen = (
        takeaways.required_and_available_behind,
        takeaways.ratio_strip_behind,
        takeaways.ready_bench_behind,
        takeaways.training_load_behind,
        takeaways.cost_stack_behind,
    )
    behind = [rows(plan) for rows in chosen] + [takeaways.role_behind(months, plan) for months in plan.roles]
    for rows in behind:
        assert all(len(cells) == len(plan.months) for cells in rows.values())
        assert all(isinstance(cell, str) and len(cell) < 40 for cells in rows.values() for cell in cells)


def test_the_years_of_the_cost_table_add_up_to_what_is_paid(plan):
    table = takeaways.yearly_by_item(plan)
    assert table["Item"][-1] == "Paid"
    assert table["All"][-1] == words.money(float(plan.spend.sum()), plan.scenario.finance.currency)
    assert list(table)[1:-1] == sorted({month[:4] for month in plan.months})


def test_a_hiring_freeze_is_told_as_months_short():
    scenario = session.shipped_scenario("centre_600")
    plan = session.planned(scenario.model_copy(update={"levers": Levers(starts_max_monthly=0)}))
    short = int((plan.shortage_fte.sum(axis=1) >= words.SHORT_FTE).sum())
    assert takeaways.required_and_available(plan).startswith(f"{short} of {len(plan.months)} months are short")


def test_a_figure_goes_to_the_page_whatever_its_parts_are_made_of():
    parts = [Bar(x=["a"], y=[1.0]), {"type": "scatter", "x": np.array(["2027-01"], dtype=object), "y": np.array([1.0, np.nan])}]
    drawn = charts.Figure(data=parts, layout={"height": 300})
    told = json.loads(charts.written(drawn, "what it says", {"displayModeBar": False}))
    assert told == {
        "data": [{"type": "bar", "x": ["a"], "y": [1.0]}, {"type": "scatter", "x": ["2027-01"], "y": [1.0, None]}],
        "layout": {"height": 300},
        "says": "what it says",
        "config": {"displayModeBar": False},
    }


def test_the_script_that_draws_comes_with_plotly():
    assert charts.SCRIPT.read_text(encoding="utf-8")[:400].count("plotly.js v") == 1
