"""Series by month on the assumptions page: one table, one step, faults by their cell; and a horizon that says what it does before it does it."""

import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planner import demand
from planner import scenario as scenarios
from planner.ui import fields, members, months
from tests.conftest import ROOT, shipped

KIND = {kind.field: kind for kind in months.KINDS}


def with_contacts(name: str = "centre_600") -> scenarios.Scenario:
    """A scenario one of whose queues has its contacts by month."""
    scenario = shipped(name)
    queue = scenario.queues[0]
    return scenarios.changed(scenario, {f"queues.{queue.name}.contacts_monthly": tuple(float(v) for v in demand.contacts(queue, scenario.horizon).round())})


def page(scenario: scenarios.Scenario, area: str = "Months") -> AppTest:
    at = AppTest.from_file(str(ROOT / "planner" / "ui" / "pages" / "assumptions.py"), default_timeout=60)
    at.session_state["scenario"] = scenario
    at.run()
    at.segmented_control(key="assumptions.area").set_value(area).run()
    assert not at.exception
    return at


def edit(at: AppTest, field: str, rows: dict[int, dict[str, float | None]]) -> AppTest:
    key = f"scenario0.months.{field}.v0"
    at.session_state[key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    next(button for button in at.button if button.label == "Apply months").click().run()
    return at


# The table -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", months.KINDS, ids=lambda kind: kind.field)
def test_a_table_taken_as_it_stands_changes_nothing(shipped_scenario, kind):
    held = months.columns(shipped_scenario, kind)
    shown = months.frame(shipped_scenario, kind)
    assert len(shown) == shipped_scenario.horizon.months
    for name, parameter in held.items():
        again = fields.series_value("months", parameter, pd.DataFrame({parameter.name: shown[name]}))
        assert (again or None) == (parameter.value or None)


def test_every_series_by_month_of_a_scenario_is_in_one_of_the_tables(shipped_scenario):
    from planner import parameters

    shown = {parameter.path for kind in months.KINDS for parameter in months.columns(shipped_scenario, kind).values()}
    assert {each.path for each in parameters.walk(shipped_scenario) if each.name in members.SERIES} <= shown


def test_what_is_filled_in_is_what_the_plan_works_out():
    scenario = shipped("centre_600")
    fill = months.worked_out(scenario, KIND["contacts_monthly"])
    assert set(fill) == {f"queues.{queue.name}.contacts_monthly" for queue in scenario.queues}
    filled = scenarios.changed(scenario, dict(fill))
    times = scenarios.changed(scenario, dict(months.worked_out(scenario, KIND["aht_monthly_s"])))
    for before, after in zip(scenario.queues, times.queues, strict=True):
        np.testing.assert_allclose(demand.aht_s(after, scenario.horizon), demand.aht_s(before, scenario.horizon), atol=0.006)
    for before, after in zip(scenario.queues, filled.queues, strict=True):
        np.testing.assert_allclose(demand.contacts(after, scenario.horizon), demand.contacts(before, scenario.horizon), atol=0.05)
    assert months.worked_out(filled, KIND["contacts_monthly"]) == {}


def test_cells_of_two_queues_are_one_step_that_undo_takes_back():
    scenario = scenarios.changed(shipped("centre_600"), dict(months.worked_out(shipped("centre_600"), KIND["contacts_monthly"])))
    first, second = scenario.queues[0].name, scenario.queues[1].name
    at = edit(page(scenario), "contacts_monthly", {2: {first: 111.0}, 3: {second: 222.0}})
    assert not at.error
    taken = at.session_state["scenario"]
    assert (taken.queues[0].contacts_monthly[2], taken.queues[1].contacts_monthly[3]) == (111.0, 222.0)
    assert len(at.session_state["history"]) == 1


def columns_of(at: AppTest) -> dict[str, dict]:
    """How the browser is told to show each column of the table."""
    return json.loads(at.dataframe[0].proto.columns)


def test_a_column_has_one_number_of_decimals_and_the_stored_values_keep_theirs():
    scenario = scenarios.changed(shipped("centre_600"), dict(months.worked_out(shipped("centre_600"), KIND["contacts_monthly"])))
    first, second = scenario.queues[0], scenario.queues[1]
    assert any(value % 1 for value in first.contacts_monthly), "the example has no decimals to hide"
    at = page(scenario)
    shown = at.dataframe[0].value
    assert (shown.to_numpy() % 1 == 0).all()
    assert {columns_of(at)[queue.name]["type_config"]["step"] for queue in scenario.queues} == {1}
    edit(at, "contacts_monthly", {3: {second.name: 222.0}})
    assert at.session_state["scenario"].queues[0].contacts_monthly == first.contacts_monthly
    kept = at.session_state["scenario"].queues[1].contacts_monthly
    assert kept[3] == 222.0
    assert [value for month, value in enumerate(kept) if month != 3] == [value for month, value in enumerate(second.contacts_monthly) if month != 3]


def test_handle_times_are_shown_to_the_tenth_of_a_second_and_kept_as_they_are():
    scenario = scenarios.changed(shipped("centre_600"), {f"queues.{shipped('centre_600').queues[0].name}.aht_monthly_s": (283.26, *(300.0,) * 35)})
    at = page(scenario)
    at.segmented_control(key="scenario0.months.kind").set_value("Handle time").run()
    name = scenario.queues[0].name
    assert at.dataframe[0].value[name].tolist()[:2] == [283.3, 300.0]
    assert columns_of(at)[name]["type_config"]["step"] == 0.1
    edit(at, "aht_monthly_s", {1: {name: 290.5}})
    assert at.session_state["scenario"].queues[0].aht_monthly_s[:3] == (283.26, 290.5, 300.0)


def test_the_form_of_one_queue_shows_its_months_in_the_same_way():
    scenario = scenarios.changed(shipped("centre_600"), dict(months.worked_out(shipped("centre_600"), KIND["contacts_monthly"])))
    at = page(scenario, "Queues")
    shown = next(frame.value for frame in at.dataframe if "contacts_monthly" in frame.value.columns)
    assert (shown["contacts_monthly"].to_numpy() % 1 == 0).all()
    next(button for button in at.button if button.label == "Apply months").click().run()
    assert at.session_state["scenario"] == scenario


def test_an_empty_cell_is_told_with_its_month_and_queue_and_nothing_changes():
    scenario = with_contacts()
    at = edit(page(scenario), "contacts_monthly", {4: {scenario.queues[0].name: None}})
    told = f"Contacts by month of {scenario.queues[0].name}\\: May 2027 is empty. Fill every cell, or empty them all."
    assert [error.value for error in at.error] == [told]
    assert at.session_state["scenario"] == scenario


def test_a_cell_beyond_its_bounds_is_told_with_its_month():
    scenario = with_contacts()
    at = edit(page(scenario), "contacts_monthly", {1: {scenario.queues[0].name: -5.0}})
    assert len(at.error) == 1
    assert "Feb 2027" in at.error[0].value
    assert at.session_state["scenario"] == scenario


def test_a_budget_is_typed_into_an_empty_column_and_emptied_again():
    scenario = shipped("startup_4")
    at = page(scenario)
    at.segmented_control(key="scenario0.months.kind").set_value("Budget").run()
    edit(at, "budget_monthly", {month: {"Budget": 1000.0 * month} for month in range(scenario.horizon.months)})
    assert at.session_state["scenario"].finance.budget_monthly == tuple(1000.0 * month for month in range(36))


# The horizon ---------------------------------------------------------------------------------------------------------------------------------


def test_what_a_longer_a_shorter_and_a_later_horizon_do_is_said():
    scenario, name = with_contacts(), shipped("centre_600").queues[0].name
    assert any(line == f"Contacts by month of {name}: the 12 new months go on at the last figure." for line in members.horizon_effects(scenario, months=48))
    assert any(line == f"Contacts by month of {name}: the last 12 figures are lost." for line in members.horizon_effects(scenario, months=24))
    later = members.horizon_effects(scenario, first_month="2027-04")
    assert any("what stood at Jan 2027 then stands at Apr 2027" in line for line in later)
    assert members.horizon_effects(scenario, months=36) == ()


def test_what_is_said_is_what_happens(shipped_scenario):
    from planner import parameters

    for wanted in (12, 24, 48):
        said = members.horizon_effects(shipped_scenario, months=wanted)
        before = {each.path: each.value for each in parameters.walk(shipped_scenario) if each.name in members.SERIES and each.value}
        after = {each.path: each.value for each in parameters.walk(members.with_horizon(shipped_scenario, months=wanted)) if each.name in members.SERIES}
        changed = [path for path, value in before.items() if after[path] != value]
        assert bool(changed) == bool(said)


def test_a_horizon_that_touches_series_is_asked_first_and_taken_or_left():
    scenario = with_contacts()
    at = page(scenario, "Plan")
    at.number_input(key="scenario0.horizon.months").set_value(24).run()
    assert at.session_state["scenario"] == scenario
    assert any("the last 12 figures are lost" in warning.value for warning in at.warning)
    at.button(key="scenario0.horizon.months.no").click().run()
    assert not at.warning
    assert at.number_input(key="scenario0.horizon.months").value == 36
    at.number_input(key="scenario0.horizon.months").set_value(24).run()
    at.button(key="scenario0.horizon.months.yes").click().run()
    assert at.session_state["scenario"].horizon.months == 24
    assert len(at.session_state["scenario"].queues[0].contacts_monthly) == 24
    assert len(at.session_state["history"]) == 1


def test_a_horizon_that_touches_none_is_taken_at_once():
    at = page(shipped("startup_4"), "Plan")
    at.number_input(key="scenario0.horizon.months").set_value(24).run()
    assert at.session_state["scenario"].horizon.months == 24
    assert not at.warning
