"""Links: a saved version reopens exactly, levers on top are carried, and what does not exist or may not be seen is told."""

import pytest

from planner import scenario as scenarios
from planner.scenario import Levers
from planner.store import LOCAL_RIGHTS, Person, open_library
from planner.ui import link, session
from planner.ui.session import Saved
from tests.conftest import shipped
from tests.test_pages import in_order, opened, scenario_of, slider

ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
MOVED = Levers(growth_monthly=0.02, starts_max_monthly=40)


@pytest.fixture
def saved():
    """Version 1 of a saved scenario whose levers were moved when it was saved; version 2 is another."""
    library = open_library()
    scenario = shipped("startup_4").model_copy(update={"name": "Saved", "levers": MOVED})
    key = library.create(ANN, scenario).key
    library.save(ANN, key, 1, scenarios.changed(scenario, {"queues.calls.aht_s": 444.0}))
    return Saved(key, 1, scenario)


def test_a_link_reopens_exactly_the_version_it_names(saved):
    app = opened({"scenario": saved.key, "version": "1"})
    in_order(app)
    assert scenario_of(app) == saved.scenario
    assert app.session_state.saved == saved


def test_a_link_without_a_version_opens_the_newest(saved):
    app = opened({"scenario": saved.key})
    assert scenario_of(app).queues[0].aht_s == 444.0
    assert app.session_state.saved.no == 2


@pytest.mark.parametrize(
    "levers",
    [MOVED, Levers(), Levers(growth_monthly=0.02), Levers(growth_monthly=-0.01, starts_max_monthly=0), Levers(starts_max_monthly=40, aht_change=0.1)],
)
def test_levers_on_top_of_a_version_are_carried_also_where_they_are_back_at_rest(saved, levers):
    now = saved.scenario.model_copy(update={"levers": levers})
    address = link.written(now, saved)
    assert (address["scenario"], address["version"]) == (saved.key, "1")
    assert opened(address).session_state.scenario == now


def test_what_was_edited_cannot_be_carried(saved):
    assert link.written(saved.scenario.but(notes="other"), saved) == {}


def test_moving_a_lever_keeps_the_version_in_the_address(saved):
    app = opened({"scenario": saved.key, "version": "1"})
    slider(app, "levers.aht_change").set_value(10.0).run()
    assert link.written(scenario_of(app), app.session_state.saved) == {"scenario": saved.key, "version": "1", "aht": "0.1"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"scenario": "nothinghere"}, "not in the library, or may not be seen"),
        ({"version": "99"}, "there is no version 99; the newest is 2"),
        ({"version": "first"}, "there is no version 'first'"),
        ({"version": "0"}, "there is no version 0"),
        ({"version": "9" * 60}, "there is no version"),
        ({"scenario": "startup_4", "version": "1"}, "not in the library"),
        ({"scenario": "'; DROP TABLE scenario; --"}, "not in the library"),
    ],
)
def test_a_link_to_what_does_not_exist_says_so_and_the_planner_opens(saved, address, said):
    app = opened({"scenario": saved.key} | address)
    assert not app.exception
    assert [message for message in app.error if said in message.value], [message.value for message in app.error]
    assert scenario_of(app) == session.shipped_scenario(session.DEFAULT)


def test_a_library_that_cannot_be_reached_is_told_and_the_planner_opens(monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", "sqlite:////proc/nowhere/library.sqlite")
    app = opened({"scenario": "somekey"})
    assert not app.exception
    assert [message for message in app.error if "cannot be made" in message.value]
    assert scenario_of(app) == session.shipped_scenario(session.DEFAULT)


def test_a_shipped_scenario_needs_no_library(monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", "sqlite:////proc/nowhere/library.sqlite")
    in_order(opened({"scenario": "startup_4", "growth": "0.01"}))
