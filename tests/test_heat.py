"""The charts below a plan show the plan's own numbers, and the sentences beside them say the same."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plotly.graph_objects import Figure
from streamlit.testing.v1 import AppTest

from planner import demand, requirement
from planner.baseline import baseline
from planner.channels import Chat, Deferred, ServiceTarget, Voice
from planner.channels.single import hours_to_finish, single_batch, single_interval
from planner.parameters import walk
from planner.plan import Plan, project
from planner.queueing import erlang
from planner.report import heat, method
from planner.report.tables import TABLES
from planner.scenario import Scenario, load
from planner.ui import files, views

ROOT = Path(__file__).resolve().parents[1]


def scenario(name: str = "centre_600") -> Scenario:
    return load(ROOT / "data" / "scenarios" / f"{name}.json")


@cache
def plan(name: str = "centre_600") -> Plan:
    given = scenario(name)
    need = requirement.requirement(given)
    return project(given, baseline(given, need), need)


# One interval --------------------------------------------------------------------------------------------------------------------------------


def test_the_bracket_of_the_model_is_nineteen_with_patience_and_twenty_one_without() -> None:
    target = ServiceTarget(service_level=0.8, awt_s=20, max_abandonment=None, max_occupancy=None)
    patient = single_interval(Voice(kind="voice", patience_s=None, target=target), 100, 300, 30)
    hurried = single_interval(Voice(kind="voice", patience_s=180, target=target), 100, 300, 30)
    assert (hurried.agents, patient.agents) == (19, 21)
    assert round(float(hurried.service_level[hurried.at]), 4) == 0.8066
    assert round(float(patient.asa_s[patient.at]), 2) == 16.05
    assert round(float(patient.occupancy[patient.at]), 3) == 0.794


def test_the_curve_is_the_performance_of_each_number_of_agents() -> None:
    answer = single_interval(Voice(kind="voice"), 100, 300, 30)
    told = erlang.performance(100 * 300 / 1800, answer.around, 300, 20, 180)
    np.testing.assert_allclose(answer.service_level, told.service_level, rtol=1e-12)
    assert answer.around.tolist() == list(range(answer.agents - 5, answer.agents + 6))


@pytest.mark.parametrize("channel", [Voice(kind="voice"), Voice(kind="voice", patience_s=None), Chat(kind="chat")])
def test_one_agent_fewer_misses_what_is_said_to_decide(channel: Voice | Chat) -> None:
    answer = single_interval(channel, 80, 300, 30)
    limits, fewer = channel.target.limits(), answer.at - 1
    missed = {
        "service_level": answer.service_level[fewer] < limits["target"],
        "asa": answer.asa_s[fewer] > limits["max_asa_s"],
        "abandonment": answer.abandonment[fewer] > limits["max_abandonment"],
        "occupancy": answer.occupancy[fewer] > limits["max_occupancy"],
    }
    assert missed[answer.binding]


def test_chats_held_three_at_once_take_five_agents() -> None:
    target = ServiceTarget(service_level=0.8, awt_s=30, max_abandonment=None, max_occupancy=None)
    answer = single_interval(Chat(kind="chat", length_factors=(1, 1.25, 1.625), patience_s=240, target=target), 60, 480, 60)
    assert answer.agents == 5
    assert round(float(answer.service_level[answer.at]), 2) == 0.87


def test_no_contacts_need_nobody() -> None:
    answer = single_interval(Voice(kind="voice"), 0, 300, 30)
    assert (answer.agents, answer.binding) == (0, "")
    assert answer.service_level[answer.at] == 1


def test_the_agents_of_a_batch_finish_it_exactly_at_its_deadline() -> None:
    channel = Deferred(kind="deferred", deadline_hours=9)
    agents = single_batch(channel, 500, 400)
    assert hours_to_finish(channel, 500, 400, np.array([agents]))[0] == pytest.approx(9)


# Why a head is required ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["centre_600", "startup_4"])
def test_the_steps_of_a_group_sum_to_what_the_plan_requires(name: str) -> None:
    need = requirement.requirement(scenario(name))
    for position, group in enumerate(need.groups):
        steps = requirement.unfold_group(scenario(name), group)
        total = sum(getattr(steps, field) for field, _ in heat.STEPS)
        np.testing.assert_allclose(total, need.group_fte[:, position], atol=1e-9)
        np.testing.assert_allclose(steps.required_heads, need.group_heads[:, position], atol=1e-9)


def test_the_steps_follow_the_levers() -> None:
    moved = scenario().model_copy(update={"levers": scenario().levers.but(shrinkage_change=0.5)})
    before, after = (requirement.unfold_group(given, "service Columbus") for given in (scenario(), moved))
    assert (after.shrinkage_out_fte > before.shrinkage_out_fte).all()
    assert (after.workload_fte == before.workload_fte).all()


def test_a_group_that_states_its_people_has_nothing_to_unfold() -> None:
    stated = scenario("growth_2000")
    assert requirement.group_pools(stated, stated.groups[0].name) == ()
    with pytest.raises(ValueError, match="states its people"):
        requirement.unfold_group(stated, stated.groups[0].name)


def test_the_staircase_ends_at_the_required_people() -> None:
    steps = requirement.unfold_group(scenario(), "service Columbus")
    bar = heat.required_steps(steps, 3).data[0]
    ends = np.asarray(bar.base) + np.asarray(bar.x)
    assert ends[5] == pytest.approx(bar.x[6]) == pytest.approx(steps.required_fte[3])
    assert ends[7] == pytest.approx(bar.x[8]) == pytest.approx(steps.required_heads[3])


# The week ------------------------------------------------------------------------------------------------------------------------------------


def test_the_map_of_a_week_holds_the_agents_of_the_pool() -> None:
    (pool,) = requirement.group_pools(scenario(), "service Columbus")
    work, agents = requirement.pool_work(pool), requirement.pool_agents(pool).agents
    week = heat.month_week(agents, work.days, 0)
    drawn = np.array(heat.week_heat(week).data[0].z, dtype=float)
    assert np.nansum(drawn) == agents[0, :5].sum()
    assert drawn.shape == (5, 28)
    assert views.week_of(pool, 0).says.startswith(f"Most: {week.max():,.0f} agents on Monday at 10:00")


def test_a_month_of_weeks_and_holidays_holds_all_contacts() -> None:
    queue = scenario().queues[0]
    contacts = demand.contacts(queue, scenario().horizon)
    spread = demand.intervals(queue, scenario().horizon, contacts)
    week = heat.month_week(spread.contacts, spread.days, 4)
    holidays = (spread.contacts[4, 7:].sum(axis=1) * spread.days[4, 7:]).sum()
    assert week.sum(axis=1) @ spread.days[4, :7] + holidays == pytest.approx(contacts[4])


def test_a_closed_week_draws_nothing_and_does_not_fail() -> None:
    assert heat.week_heat(np.zeros((7, 48))).data[0].z.size == 0
    assert heat.day_curve(np.zeros((7, 48))).data == ()


# People --------------------------------------------------------------------------------------------------------------------------------------


def test_the_class_calendar_shows_every_start_of_the_plan() -> None:
    drawn = np.array(heat.class_calendar(plan()).data[0].z, dtype=float)
    assert np.nansum(drawn) == plan().frontline.starts.sum()
    assert views.calendar_frame(plan())["People"].str.replace(",", "").astype(int).sum() == plan().frontline.starts.sum()


def test_one_hire_is_told_as_the_impulse_response_has_it() -> None:
    source = plan().scenario.hiring.sources[0].name
    _, fte = views.one_start(plan().scenario, "service Columbus", source)
    assert f"never yields more than {fte.max():.2f} FTE" in views.one_start_in_words(fte)
    np.testing.assert_allclose(fte[: len(plan().months)], plan().parts.capacity_per_start[0, 0])


def test_bars_beyond_what_there_is_have_the_colour_of_shortage() -> None:
    bar = heat.needed_and_available(["2027-01", "2027-02"], np.array([3.0, 5.0]), np.array([4.0, 4.0]), "rooms").data[0]
    assert bar.marker.color[0] != bar.marker.color[1]
    assert views.load_in_words(plan(), np.array([3.0, 5.0]), np.array([4.0, 4.0]), "rooms") == "Short of 1 in Feb 2027: 5 needed, 4 there."


def test_the_funnel_ends_with_the_starts_of_the_plan_and_narrows() -> None:
    totals = list(heat.funnel_totals(plan()).values())
    assert totals[-1] == plan().decisions.starts.sum()
    assert totals == sorted(totals, reverse=True)


# Every figure --------------------------------------------------------------------------------------------------------------------------------


def figures(dark: bool) -> list[Figure]:
    given, (pool,) = plan(), requirement.group_pools(scenario(), "service Columbus")
    work = requirement.pool_work(pool)
    week, months = heat.month_week(requirement.pool_agents(pool).agents, work.days, 0), given.months
    response, fte = views.one_start(given.scenario, "service Columbus", given.scenario.hiring.sources[0].name)
    queue, answer = given.scenario.queues[0], single_interval(Voice(kind="voice"), 100, 300, 30)
    return [
        heat.week_heat(week, dark),
        heat.day_curve(week, dark),
        heat.class_calendar(given, dark),
        heat.heads_and_fte(given, dark),
        heat.funnel(given, dark),
        heat.one_start(response, fte, dark),
        heat.service_curve([("Erlang A", answer)], 0.8, dark),
        heat.finish_curve(np.arange(1.0, 9), np.arange(9.0, 1, -1), 4, dark),
        heat.contacts_and_handle_time(months, demand.contacts(queue, given.scenario.horizon), demand.aht_s(queue, given.scenario.horizon), dark),
        heat.required_steps(requirement.unfold_group(scenario(), "service Columbus"), 0, dark),
        heat.needed_and_available(months, given.training.classes_running[:, 0], given.training.rooms_available[:, 0], "rooms", dark),
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_lean_and_says_its_unit(dark: bool) -> None:
    for drawn in figures(dark):
        assert len(drawn.data) <= 7
        assert sum(np.size(trace.z if trace.type == "heatmap" else trace.y) for trace in drawn.data) <= 400


def test_light_and_dark_differ_in_colour_only() -> None:
    for light, dark in zip(figures(False), figures(True), strict=True):
        assert [trace.type for trace in light.data] == [trace.type for trace in dark.data]
        assert light.to_json() != dark.to_json()


# Files and method ----------------------------------------------------------------------------------------------------------------------------


def test_the_sentence_above_the_hiring_plan_has_the_totals_of_its_file() -> None:
    frame = files.frames(plan())["hiring_plan"]
    rows = [line.split(",") for line in files.csv_of(plan(), "hiring_plan").decode().splitlines()]
    heads, cost = rows[0].index("heads"), rows[0].index("cost")
    told = files.hiring_in_words(frame, "USD")
    assert f"{sum(float(row[heads]) for row in rows[1:]):,.0f} people" in told
    assert f"({sum(float(row[cost]) for row in rows[1:]):,.0f} USD)" in told


@pytest.mark.parametrize("name", [table.name for table in TABLES])
def test_every_column_of_a_preview_has_one_number_of_decimals(name: str) -> None:
    frame = files.frames(plan())[name]
    shown = files.preview(frame)
    for raw, title in zip(frame.columns, shown.columns, strict=True):
        if pd.api.types.is_numeric_dtype(frame[raw]):
            assert len({len(text.partition(".")[2]) for text in shown[title] if text}) <= 1, title


@pytest.mark.parametrize("name", ["requirement", "headcount", "hiring_plan", "training", "management", "cost", "recruiting"])
def test_a_preview_shows_no_name_of_the_program_and_no_raw_float(name: str) -> None:
    shown = files.preview(files.frames(plan())[name])
    assert not any("_" in str(column) for column in shown.columns)
    cells = [str(cell) for column in shown for cell in shown[column]]
    assert not any("nan" in cell.lower().split() or "_" in cell for cell in cells)
    assert not any(re.fullmatch(r"-?[\d,]+\.\d{3,}", cell) for cell in cells)


def test_every_parameter_of_a_scenario_stands_in_the_table_of_the_method() -> None:
    listed = {parameter.name for _, parameter in method.declarations()}
    assert {found.name for found in walk(scenario())} <= listed
    frame = views.parameters_frame("USD")
    assert set(frame["Basis"]) == {"Source", "Assumption", "Yours"}
    assert not frame.map(lambda cell: "_" in cell).any().any()


def test_every_topic_of_the_method_has_a_formula_an_assumption_and_a_source() -> None:
    assert all(topic.formulas and topic.assumes and topic.sources for topic in method.METHODS)


# The pages ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["centre_600", "growth_2000", "startup_4", "giant_50000"])
@pytest.mark.parametrize("page", ["staffing", "workforce", "downloads", "method", "demand", "assumptions"])
def test_every_page_draws_every_shipped_scenario(page: str, name: str) -> None:
    at = AppTest.from_file(str(ROOT / "planner" / "ui" / "pages" / f"{page}.py"), default_timeout=120)
    at.session_state["scenario"] = scenario(name)
    at.run()
    assert not at.exception
    assert not at.error
