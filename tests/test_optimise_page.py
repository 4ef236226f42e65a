"""The hiring plan's page, driven in this process: searches beside it, what it says in every state, and the plan taken over by all pages."""

import io
import time

import pandas as pd
import pytest

from planner import scenario as scenarios
from planner.optimiser import Kind
from planner.ui import optimise, session
from tests.conftest import SHIPPED
from tests.test_pages import at_page, in_order, key, metrics, opened, scenario_of, slider, told


def page(name: str = "startup_4"):
    return at_page(opened({"scenario": name}), "optimise")


def choose(app, seconds: int = 5, **fields):
    app.selectbox(key="optimise.seconds").set_value(seconds)
    for name, value in fields.items():
        widget = app.number_input(key=key(app, f"optimise.{name}"))
        widget.set_value(value)
    return app.run()


def search(app, timeout_s: float = 240):
    """Finds a plan, waiting as a reader does."""
    app.button(key="optimise.find").click().run()
    return finished(app, timeout_s)


def finished(app, timeout_s: float = 240):
    until = time.monotonic() + timeout_s
    run = app.session_state.searches.last
    while not run.job.done and time.monotonic() < until:
        time.sleep(0.2)
    assert run.job.done
    return app.run()


def found_in(app):
    return app.session_state.searches.last.solution


def all_told(app) -> str:
    return " ".join([*told(app), *(message.value for message in (*app.warning, *app.info)), *(metric.label + metric.value for metric in app.metric)])


def test_before_any_search_the_page_says_what_there_is_to_beat():
    app = page()
    in_order(app)
    assert metrics(app)["Baseline costs"].startswith("$")
    assert not app.button(key="optimise.find").disabled


@pytest.mark.parametrize("name", [*SHIPPED[:3], pytest.param(SHIPPED[3], marks=pytest.mark.slow)])
def test_every_shipped_scenario_is_optimised_and_told_beside_the_baseline(name):
    app = search(choose(page(name), 5 if name != "giant_50000" else 10))
    in_order(app)
    found = found_in(app)
    assert found.outcome.kind in (Kind.PROVED_OPTIMAL, Kind.BEST_FOUND)
    assert found.charged <= found.baseline_charged
    text = all_told(app)
    assert "The baseline was better in" in text
    assert "Which limits bind" in text
    assert "What one more would be worth" in text
    assert {"Cost", "Saves", "Proved to within", "Months short"} <= set(metrics(app))
    if found.gap is None:
        assert "is not known" in text


def test_while_it_searches_the_page_shows_where_it_stands_and_can_be_left_and_stopped():
    app = page("centre_600")
    choose(app, 300)
    app.button(key="optimise.find").click().run()
    run = app.session_state.searches.last
    assert app.button(key="optimise.find").disabled
    assert not app.exception
    at_page(app, "organisation")
    in_order(app)
    until = time.monotonic() + 120
    while not run.job.told and time.monotonic() < until:
        time.sleep(0.1)
    at_page(app, "optimise")
    assert "Searching" in all_told(app)
    assert optimise.standing(run).startswith("Best plan so far")
    app.button(key="optimise.stop").click().run()
    assert run.job.stopping
    finished(app, 60)
    in_order(app)
    assert found_in(app).outcome.ended == "stopped"
    assert "You stopped it" in all_told(app)


def test_two_people_search_at_once_and_neither_sees_the_others():
    one, other = page("startup_4"), page("startup_4")
    choose(other, 5)
    slider(other, "levers.attrition_change").set_value(50.0).run()
    for app in (one, other):
        choose(app, 5)
        app.button(key="optimise.find").click().run()
    for app in (one, other):
        finished(app)
        in_order(app)
    for app in (one, other):
        assert found_in(app).plan.scenario == scenarios.moved(scenario_of(app))
    assert found_in(one).plan.scenario != found_in(other).plan.scenario


def test_all_pages_follow_the_plan_once_it_is_used_and_the_baseline_again_when_not():
    app = search(choose(page(), 5))
    starts = float(found_in(app).plan.frontline.starts.sum())
    app.button(key="optimise.use").click().run()
    in_order(app)
    at_page(app, "overview")
    in_order(app)
    assert metrics(app)["Hires"].split()[0].replace(",", "") == f"{starts:.0f}"
    assert any("decisions of the optimiser" in text for text in told(app))
    at_page(app, "optimise")
    app.button(key="optimise.undecide").click().run()
    at_page(app, "overview")
    assert any("decisions of the baseline" in text for text in told(app))


def test_changed_assumptions_are_told_and_a_second_search_tells_which_decisions_move():
    app = search(choose(page(), 5))
    slider(app, "levers.attrition_change").set_value(40.0).run()
    text = all_told(app)
    assert "Assumptions have changed since this plan was found" in text
    assert "Change of attrition" in text
    assert "As it stands it would now cost" in text
    search(app)
    in_order(app)
    text = all_told(app)
    assert "What moved against the plan found before" in text
    assert "Assumptions have changed" not in text
    table = next(frame.value for frame in app.dataframe if "Decision" in frame.value.columns)
    assert {"Month", "Decision", "Where", "Before", "Now", "Change"} == set(table.columns)
    assert len(table) > 5


def test_another_scenario_on_screen_does_not_pass_for_the_one_that_was_searched():
    app = search(choose(page(), 5))
    app.selectbox(key=key(app, "picker")).set_value("growth_2000").run()
    at_page(app, "optimise")
    assert "which is not the scenario on screen" in all_told(app)
    assert app.button(key="optimise.use").disabled


def test_limits_that_clash_are_told_with_the_cheapest_way_out():
    app = page("centre_600")
    tight = scenarios.changed(scenario_of(app), {"finance.contractors_max_fte": 0.0, "finance.overtime_max": 0.0})
    app.session_state.scenario = tight
    app.segmented_control(key="optimise.goal").set_value("service_floor").run()
    app = search(choose(app, 5, floor=97))
    in_order(app)
    text = all_told(app)
    assert "No plan meets every limit" in text
    assert "cannot be staffed by hiring" in text
    assert "The cheapest way out by your priorities" in text
    assert "Proved to within" not in metrics(app)


def test_a_search_whose_process_dies_is_told_in_words():
    app = page("centre_600")
    choose(app, 300)
    app.button(key="optimise.find").click().run()
    run = app.session_state.searches.last
    until = time.monotonic() + 120
    while not run.job.told and time.monotonic() < until:
        time.sleep(0.1)
    run.job.end()
    finished(app, 60)
    in_order(app)
    assert "The solver was ended from outside" in all_told(app)


def test_signed_months_stand_in_the_plan_that_is_found():
    app = page()
    choose(app, 5, frozen=4)
    search(app)
    in_order(app)
    taken = session.planned(scenario_of(app)).decisions
    assert (found_in(app).decisions.starts[:4] == taken.starts[:4]).all()


def test_the_best_service_in_a_budget_asks_for_one():
    app = page()
    app.segmented_control(key="optimise.goal").set_value("best_service").run()
    search(choose(app, 5, budget=200_000.0))
    in_order(app)
    assert (found_in(app).plan.spend <= 200_000.0 + 1e-3).all()
    assert app.session_state.searches.last.wish.goal == "best_service"


def test_the_hiring_plan_that_downloads_respects_lead_times_and_holidays():
    from planner.hiring import FILL_CERTAINTY, time_to_fill_days
    from planner.horizon import first_workday
    from planner.ui import files

    app = search(choose(page("centre_600"), 5))
    plan = found_in(app).plan
    scenario = plan.scenario
    table = pd.read_csv(io.BytesIO(files.csv_of(plan, "hiring_plan")), keep_default_na=False)
    hires = table[table.role == "frontline"]
    assert hires.heads.sum() == plan.frontline.starts.sum()
    sites, sources = ({each.name: each for each in family} for family in (scenario.sites, scenario.hiring.sources))
    for row in hires.itertuples():
        month, site = plan.months.index(row.start_month), sites[row.site]
        begins = first_workday(scenario.horizon, month, site.country, site.subdivision)
        assert row.class_start == begins.isoformat()
        days = (begins - pd.Timestamp(row.open_requisition_by).date()).days
        assert days >= time_to_fill_days(sources[row.source], FILL_CERTAINTY) - 1e-9
