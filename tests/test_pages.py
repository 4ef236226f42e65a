"""The dashboard, driven in this process: every page on every shipped scenario, levers, loads, links, and what happens when something is wrong."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from planner import scenario as scenarios
from planner.report import figures
from planner.scenario import Levers
from planner.ui import levers, link, navigation, session

APP = "../app.py"
PAGES = [name for name, _, _ in navigation.PAGES]
TRACES = ("Traceback", "Error(", "planner.", "<class", "np.float", "nan")


def opened(address: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in (address or {}).items():
        app.query_params[name] = value
    return app.run()


def at_page(app: AppTest, page: str) -> AppTest:
    return app.switch_page(f"planner/ui/pages/{page}.py").run()


def scenario_of(app: AppTest) -> scenarios.Scenario:
    return app.session_state.scenario


def key(app: AppTest, path: str) -> str:
    """The key that a parameter's widget has after the loads so far."""
    picker = next(box.key for box in app.selectbox if box.key and box.key.endswith(".picker"))
    return picker.replace("picker", path)


def slider(app: AppTest, path: str):
    return app.slider(key=key(app, path))


def told(app: AppTest) -> list[str]:
    return [*(message.value for message in app.error), *(text.value for text in (*app.title, *app.caption, *app.markdown, *app.subheader))]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def in_order(app: AppTest) -> None:
    """Nothing failed, nothing was refused, and nothing of the program's inside is on screen."""
    assert not app.exception
    assert not app.error, [message.value for message in app.error]
    assert not [text for text in told(app) for trace in TRACES if trace in text]


def test_every_page_is_a_file_and_every_file_a_page():
    files = {path.stem for path in navigation.FOLDER.glob("*.py")} - {"__init__"}
    assert files == set(PAGES)


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_every_shipped_scenario(page, name):
    in_order(at_page(opened({"scenario": name}), page))


def test_the_first_screen_runs_on_the_giant():
    in_order(opened({"scenario": "giant_50000"}))


def charts_of(app):
    """The charts on screen, as they go to the browser."""
    return [json.loads(each.proto.bytes) for each in app.get("bidi_component") if each.proto.component_name == "planner.chart"]


def test_the_dashboard_opens_on_the_centre_with_a_verdict_six_figures_and_four_charts():
    app = opened()
    in_order(app)
    assert scenario_of(app) == session.shipped_scenario("centre_600")
    assert len(app.title) == 1
    assert len(app.metric) == 6
    assert len(charts_of(app)) == 4


def test_every_figure_of_the_first_screen_is_the_plans():
    app = opened({"scenario": "growth_2000"})
    plan = session.planned(session.shipped_scenario("growth_2000"))
    assert metrics(app) == {metric.label: metric.value for metric in figures.six(plan, plan)}


# Levers --------------------------------------------------------------------------------------------------------------------------------------


def test_a_lever_changes_the_scenario_the_figures_and_their_change_against_rest():
    app = opened()
    before = metrics(app)
    slider(app, "levers.growth_monthly").set_value(2.0).run()
    in_order(app)
    assert scenario_of(app).levers == Levers(growth_monthly=0.02)
    assert metrics(app)["Required at the peak"] != before["Required at the peak"]
    assert app.metric[0].delta.startswith("+")


@pytest.mark.parametrize(
    ("path", "shown", "inside"),
    [
        ("growth_monthly", 1.5, 0.015), ("aht_change", -10.0, -0.1), ("service_level", 90.0, 0.9), ("attrition_change", 20.0, 0.2),
        ("shrinkage_change", 10.0, 0.1), ("first_span", 15.0, 15.0), ("top_span", 80.0, 80.0),
    ],
)  # fmt: skip
def test_every_slider_moves_its_own_lever_and_no_other(path, shown, inside):
    app = opened()
    slider(app, f"levers.{path}").set_value(shown).run()
    in_order(app)
    assert scenario_of(app).levers == Levers(**{path: inside})


def test_a_slider_back_at_the_scenarios_own_value_leaves_no_lever_behind():
    app = opened()
    slider(app, "levers.top_span").set_value(80.0).run()
    slider(app, "levers.top_span").set_value(100.0).run()
    assert scenario_of(app).levers == Levers()


def test_the_service_slider_shows_the_scenarios_own_target_until_it_is_moved():
    app = opened()
    promised = {queue.channel.target.service_level for queue in scenario_of(app).queues if queue.channel.kind != "deferred"}
    assert slider(app, "levers.service_level").value == round(100 * min(promised))
    assert scenario_of(app).levers.service_level is None


def test_a_scenario_that_states_its_heads_offers_no_service_lever():
    app = opened({"scenario": "growth_2000"})
    assert "Service level target" not in [each.label for each in app.slider]


def test_presets_set_all_levers_and_reset_takes_them_back():
    app = opened()
    app.segmented_control(key=key(app, "preset")).set_value("Hiring freeze").run()
    assert scenario_of(app).levers == levers.PRESETS["Hiring freeze"]
    app.button(key="reset_levers").click().run()
    assert scenario_of(app).levers == Levers()
    in_order(app)


def test_spans_are_named_after_whom_the_role_leads():
    labels = [each.label for each in opened().slider]
    assert "Frontline people per team lead" in labels
    assert "Frontline people per executive" in labels


def test_levers_survive_page_switches():
    app = opened()
    slider(app, "levers.attrition_change").set_value(20.0).run()
    for page in ("cost", "organisation", "overview"):
        at_page(app, page)
        assert slider(app, "levers.attrition_change").value == 20.0
    assert scenario_of(app).levers.attrition_change == 0.2


@pytest.mark.parametrize(("name", "short", "value"), [("growth_2000", "growth", "1"), ("centre_600", "service", "1")])
def test_a_lever_moved_beyond_what_a_scenario_may_be_is_told_and_stays_at_rest(name, short, value):
    app = opened({"scenario": name, short: value})
    assert not app.exception
    assert [message for message in app.error if f"The link's {short}" in message.value]
    assert scenario_of(app) == session.shipped_scenario(name)


# Loading -------------------------------------------------------------------------------------------------------------------------------------


def test_loading_a_scenario_replaces_every_field():
    app = opened()
    slider(app, "levers.growth_monthly").set_value(2.0).run()
    app.selectbox(key=key(app, "picker")).set_value("growth_2000").run()
    in_order(app)
    assert scenario_of(app) == session.shipped_scenario("growth_2000")
    assert slider(app, "levers.growth_monthly").value == 0
    app.selectbox(key=key(app, "picker")).set_value("startup_4").run()
    assert scenario_of(app) == session.shipped_scenario("startup_4")


def upload(app: AppTest, content: bytes) -> AppTest:
    return app.file_uploader(key=key(app, "upload")).upload("mine.json", content, "application/json").run()


def test_a_scenario_file_is_taken_over_and_can_be_undone():
    mine = session.shipped_scenario("startup_4").but(name="Mine", notes="")
    app = upload(opened(), scenarios.to_json(mine).encode())
    in_order(app)
    assert scenario_of(app) == mine
    app.button(key="undo").click().run()
    assert scenario_of(app) == session.shipped_scenario("centre_600")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"not json", b"[]", b'{"name": "x", "growht": 1}', json.dumps({"version": 99}).encode()])
def test_a_wrong_file_is_told_and_nothing_changes(content):
    app = upload(opened(), content)
    assert not app.exception
    assert len(app.error) == 1
    assert scenario_of(app) == session.shipped_scenario("centre_600")


def test_undo_goes_back_lever_by_lever():
    app = opened()
    slider(app, "levers.growth_monthly").set_value(1.0).run()
    slider(app, "levers.growth_monthly").set_value(2.0).run()
    app.button(key="undo").click().run()
    assert scenario_of(app).levers.growth_monthly == 0.01
    assert slider(app, "levers.growth_monthly").value == 1.0
    app.button(key="undo").click().run()
    assert scenario_of(app).levers == Levers()
    assert app.button(key="undo").disabled


# Links ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_link_opens_its_scenario_with_its_levers():
    app = opened({"scenario": "growth_2000", "growth": "0.02", "top_span": "120"})
    in_order(app)
    assert session.at_rest(scenario_of(app)) == session.shipped_scenario("growth_2000")
    assert scenario_of(app).levers == Levers(growth_monthly=0.02, top_span=120)


@pytest.mark.parametrize(
    "address",
    [{"scenario": "nowhere"}, {"growth": "fast"}, {"growth": "9"}, {"starts": "-1"}, {"growth": "nan"}, {"colour": "red"}, {"service": "1"}],
)
def test_a_bad_value_in_a_link_is_told_and_the_rest_is_used(address):
    app = opened({"aht": "0.1"} | address)
    assert not app.exception
    assert len(app.error) == 1
    assert scenario_of(app).levers == Levers(aht_change=0.1)


@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_what_is_written_into_the_address_reads_back_as_the_same_scenario(name):
    moved = session.shipped_scenario(name).model_copy(update={"levers": Levers(growth_monthly=0.015, starts_max_monthly=40, first_span=11)})
    assert link.read(link.written(moved)) == (moved, None, ())


def test_the_address_is_empty_at_rest_and_for_a_scenario_it_cannot_carry():
    home = session.shipped_scenario(session.DEFAULT)
    assert link.written(home) == {}
    assert link.written(home.but(name="Mine")) == {}


# Session -------------------------------------------------------------------------------------------------------------------------------------


def test_several_values_are_set_at_once_or_not_at_all():
    home = session.shipped_scenario("startup_4")
    months = home.horizon.months
    new = scenarios.changed(home, {"horizon.months": months - 6, "finance.budget_monthly": (1000.0,) * (months - 6), "queues.calls.aht_s": 400.0})
    assert (new.horizon.months, new.queues[0].aht_s) == (months - 6, 400.0)
    with pytest.raises(scenarios.InvalidScenario):
        scenarios.changed(home, {"queues.calls.aht_s": 400.0, "finance.on_cost": 7.0})


def test_a_lever_leaves_everything_else_the_same_object():
    home = session.shipped_scenario("centre_600")
    new = scenarios.changed(home, {"levers.growth_monthly": 0.01})
    assert new.queues is home.queues
    assert new.groups is home.groups


def test_a_plan_is_worked_out_once_for_all_sessions():
    opened()
    before = session.planned.cache_info()
    opened()
    assert session.planned.cache_info().misses == before.misses


def test_an_error_nobody_foresaw_is_met_with_a_way_out(monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(figures, "six", broken)
    app = opened()
    assert not app.exception
    assert [message for message in app.error if "Your scenario is safe" in message.value]
    assert not [text for text in told(app) if "secret detail" in text]
    assert [button for button in app.get("download_button") if button.proto.label == "Download the scenario"]
