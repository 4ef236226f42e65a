"""The forecast on the page: its charts and sentences, the map of columns, and the way of a history from the file into the scenario."""

import json
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planner.forecast import Forecast, ForecastSettings, History, Overlay, Past, apply_overlay, backtest, forecast
from planner.horizon import Horizon, month_labels
from planner.intake import ColumnMap, Proposal, QueueVolumes, load_maps, profiles, read_volumes
from planner.intake.profile import grid_of
from planner.report import outlook as charts
from planner.scenario import Scenario
from planner.ui import mapping, outlook, outlook_use, proposals, upload
from planner.ui.glance import glance
from tests.conftest import ROOT, real_series, shipped

PAGE = ROOT / "planner" / "ui" / "pages" / "demand.py"
SEASON = np.array([1.0, 0.93, 1.0, 1.0, 1.05, 1.18, 1.08, 1.0, 0.97, 0.95, 0.95, 0.89])


def months_of(first: str, count: int) -> list[str]:
    return list(month_labels(Horizon(first_month=first, months=count)))


def monthly(count: int = 40, first: str = "2023-09", queue: str = "chat") -> History:
    dates = (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[D]")
    noise = np.exp(0.04 * np.random.default_rng(2).standard_normal(count))
    return History(queue, dates, 9000 * SEASON[(np.arange(count) + 8) % 12] * noise, np.full(count, 300.0))


def history_csv(count: int = 40, first: str = "2023-09", queue: str = "chat") -> bytes:
    found = monthly(count, first, queue)
    rows = zip(months_of(first, count), found.contacts, strict=True)
    return "\n".join(["month,queue,contacts,aht_s", *(f"{month},{queue},{contacts:.0f},300" for month, contacts in rows)]).encode()


@pytest.fixture(scope="module")
def found() -> Forecast:
    return forecast(monthly(), ForecastSettings(months=24))


def a_forecast(coverage: float = 0.8, naive: float = 0.2) -> Forecast:
    """A forecast put together by hand: two methods, errors that can be looked up."""
    rows = [(name, ahead, 30, error, 0.0, coverage, name == "ets") for name, error in (("ets", 0.1), ("last_year", naive)) for ahead in (1, 12)]
    table = pd.DataFrame(rows, columns=["method", "horizon", "origins", "rmse", "bias", "coverage_80", "chosen"])
    flat = np.full(12, 100.0)
    band = np.outer([70, 80, 90, 100, 110, 120, 130], np.ones(12))
    return Forecast(
        "chat", tuple(months_of("2027-01", 12)), flat, band, None, flat, band, None, "ets", "", {1: 0.1, 12: 0.1}, table, None, (), Past((), flat[:0], None)
    )


# Charts and sentences ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_the_bands_hold_each_other_and_the_line_starts_at_the_last_month_of_the_history(found, dark):
    history = monthly()
    drawn = charts.history_and_forecast(months_of("2023-09", 40), history.contacts, found, dark)
    bands = {trace.name: np.array(trace.y) for trace in drawn.data if trace.fill == "toself"}
    assert list(bands) == ["90 % of outcomes", "80 % of outcomes", "50 % of outcomes"]
    upper = [values[: 1 + len(found.months)] for values in bands.values()]
    assert (upper[0] >= upper[1]).all()
    assert (upper[1] >= upper[2]).all()
    line = next(trace for trace in drawn.data if trace.name == "Forecast")
    assert line.y[0] == history.contacts[-1]
    assert np.array_equal(line.y[1:], found.contacts)


def test_an_overlay_leaves_the_statistics_as_a_dashed_line_beside_it(found):
    shown = apply_overlay(found, Overlay(growth_annual=0.2))
    drawn = {trace.name: trace for trace in charts.history_and_forecast([], np.array([]), shown).data}
    assert drawn["Statistics alone"].line.dash == "dash"
    assert np.array_equal(drawn["Statistics alone"].y, found.contacts)
    assert drawn["Forecast with overlay"].y[11] == pytest.approx(1.2 * found.contacts[11])


def test_the_sentence_tells_the_year_to_come_against_the_year_before_and_the_band():
    told = charts.outlook_in_words(a_forecast(), np.full(24, 80.0))
    year = "1,200 contacts from Jan 2027 to Dec 2027, 25 % more than in the twelve months before."
    assert told == f"{year} In Dec 2027 eight of ten outcomes lie between 80 and 120."


def test_a_method_that_loses_against_last_year_is_told_so():
    assert charts.against_naive(a_forecast()) == "It beats the same month of last year at every distance."
    better = "The same month of last year was better a month ahead (5.0 % off against 10.0 %) and a year ahead (5.0 % off against 10.0 %)."
    assert charts.against_naive(a_forecast(naive=0.05)) == better
    assert better in charts.why(a_forecast(naive=0.05), picked=False)
    assert better in charts.why(a_forecast(naive=0.05), picked=True)
    equal = charts.against_naive(a_forecast(naive=a_forecast().error[1]))
    assert equal.startswith("The same month of last year was as good or better a month ahead (")


def test_a_method_that_lost_lately_is_told_so_even_where_it_won_on_the_whole():
    on_the_whole, lately = a_forecast(), a_forecast(naive=0.08).backtest
    lately.loc[lately["horizon"] == 1, "rmse"] = 0.05
    lately.loc[(lately["horizon"] == 1) & (lately["method"] == "last_year"), "rmse"] = 0.06
    beaten = "It beats the same month of last year at every distance."
    told = f"{beaten} In the later half of the past months tried, the same month of last year was better a year ahead (8.0 % off against 10.0 %)."
    assert charts.against_naive(replace(on_the_whole, recent_backtest=lately)) == told
    assert charts.against_naive(replace(on_the_whole, recent_backtest=lately.assign(origins=11))) == beaten


def test_the_later_half_of_the_back_test_is_measured_apart(found):
    months = backtest(monthly(), ForecastSettings(months=24)).months
    assert found.recent_backtest.query("horizon == 1 and method == 'ets'")["origins"].item() == len(months) - len(months) // 2


@pytest.mark.parametrize(("share", "told"), [(0.8, "held 80 % of outcomes."), (0.6, "where it is too narrow"), (0.95, "where it is too wide")])
def test_a_band_that_does_not_hold_is_told_so(share, told):
    assert told in charts.coverage_in_words(a_forecast(share))


def test_the_table_of_the_back_test_has_every_method_and_marks_the_one_used(found):
    table = charts.backtest_table(found.backtest, found.method)
    assert len(table) == found.backtest["method"].nunique() == 9
    assert table[""].tolist() == ["✓ used"] + [""] * 8
    assert table.loc[0, "Method"] == charts.SHORT[found.method]


def test_the_error_chart_draws_every_method_once_and_the_one_used_last(found):
    drawn = charts.error_by_horizon(found.backtest, found.method)
    assert len(drawn.data) == 8
    assert drawn.data[-1].name == charts.SHORT[found.method]
    assert drawn.data[-1].y[0] == pytest.approx(100 * found.error[1])


def test_a_history_too_short_for_an_error_says_so():
    short = forecast(monthly(14), ForecastSettings(months=6))
    assert "too short" in charts.error_in_words(short.error)
    assert "too short" in charts.why(short, picked=False)
    assert charts.coverage_in_words(short) == charts.against_naive(short) == ""


def test_no_name_of_the_program_stands_in_what_is_told_of_a_method(found):
    for name in (*charts.SHORT, found.method):
        if name != "as chosen":
            assert "_" not in charts.method_in_words(name)
    assert "_" not in charts.why(found, picked=True) + charts.why(found, picked=False)


# Profiles ------------------------------------------------------------------------------------------------------------------------------------


def test_the_profile_of_a_month_is_the_share_of_its_mean_day():
    days = np.arange("2027-01-01", "2027-03-01", dtype="datetime64[D]")
    times = (days[:, None] + np.array([8, 9]) * np.timedelta64(1, "h")).astype("datetime64[s]").ravel()
    shares = charts.profile_shares(profiles(grid_of(times, np.tile([30.0, 10.0], len(days)), 60)))
    assert shares.shape == (2, 24)
    assert shares[:, 8:10].tolist() == [[0.75, 0.25]] * 2
    assert np.allclose(shares.sum(axis=1), 1)


def test_the_map_of_daily_rows_has_weekdays_and_that_of_intervals_the_open_hours():
    days = np.arange("2027-01-04", "2027-02-01", dtype="datetime64[D]").astype("datetime64[s]")
    weekdays = charts.profile_heat(profiles(grid_of(days, np.ones(len(days)), 1440)))
    assert list(weekdays.data[0].x) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    hours = charts.profile_heat(profiles(grid_of(days + np.timedelta64(10, "h"), np.ones(len(days)), 30)), dark=True)
    assert list(hours.data[0].x) == ["10:00"]


def test_the_banks_peak_and_spread_are_those_of_its_documentation():
    calls = pd.read_csv(real_series("bank_calls_5min_2003.csv"), parse_dates=["interval_start"])
    half_hours = calls[calls.interval_start.dt.hour < 21].set_index("interval_start").calls.resample("30min").sum()
    half_hours = half_hours[half_hours > 0]
    rows = "\n".join(f"{start:%Y-%m-%d %H:%M},calls,{count},190" for start, count in half_hours.items())
    volumes, _ = read_volumes(f"start,queue,contacts,aht_s\n{rows}".encode(), "bank.csv")
    assert "1.47 times the mean" in outlook.spread_in_words(volumes, "calls", outlook.spread_of(volumes.grid("calls")))


# Columns -------------------------------------------------------------------------------------------------------------------------------------

DAYS_CSV = b"Date,Offered,AHT\n2027-01-04,310,200\n2027-01-05,290,210\n"


def test_a_map_left_as_suggested_stays_a_suggestion_and_a_changed_one_is_given_whole():
    seen = glance(DAYS_CSV, "days.csv", {})
    assert seen is not None
    assert seen.suggestion is not None
    assert seen.names == {"date": "Date", "offered": "Offered", "aht": "AHT"}
    assert mapping._answers(seen.suggestion, seen.suggestion) == {"columns": "suggested"}
    changed = ColumnMap(time="date", grain="day", contacts="aht", queue_name="chat")
    assert mapping._answers(changed, seen.suggestion) == {"columns": '{"time": "date", "grain": "day", "contacts": "aht"}', "queue": "chat"}


def test_a_table_without_a_header_has_nothing_to_show():
    assert glance(b"1,2\n3,4\n", "numbers.csv", {}) is None


# The page ------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def settings_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=120).run()


def dropped(data: bytes, name: str = "history.csv") -> AppTest:
    at = page()
    return at.file_uploader(key="scenario0.volumes").upload(name, data, "text/csv").run()


def pressed(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def finished(at: AppTest) -> AppTest:
    """The page once the forecast has ended; its own clock does not tick here."""
    for _ in range(240):
        if not any(button.label == "Stop" for button in at.button):
            return at
        time.sleep(0.5)
        at.run()
    raise AssertionError("the forecast did not end")


def test_a_history_is_forecast_and_used_for_its_queue_only(settings_folder):
    at = dropped(history_csv())
    assert "forecast the plan's months" in at.success[0].value
    assert not any(button.label == "Use in scenario" for button in at.button)
    before: Scenario = at.session_state["scenario"]
    assert at.number_input(key="scenario0.outlook.ForecastSettings.months").value == before.horizon.months
    at = finished(pressed(at, "Forecast"))
    assert not at.exception
    assert at.session_state["scenario"] == before
    at = pressed(at, "Use in scenario")
    after: Scenario = at.session_state["scenario"]
    changed = [queue.name for queue, old in zip(after.queues, before.queues, strict=True) if queue != old]
    assert changed == ["chat"]
    job = next(iter(at.session_state["scenario0.outlook.jobs"].values()))
    chat = next(queue for queue in after.queues if queue.name == "chat")
    assert chat.contacts_monthly == tuple(job.result().contacts[: after.horizon.months])
    assert chat.aht_monthly_s is not None
    assert any("from this forecast" in message.value for message in at.success)


def test_an_overlay_is_used_with_the_forecast(settings_folder):
    at = finished(pressed(dropped(history_csv()), "Forecast"))
    at.number_input(key="scenario0.outlook.Overlay.growth_annual").set_value(20.0).run()
    at = pressed(at, "Use in scenario")
    job = next(iter(at.session_state["scenario0.outlook.jobs"].values()))
    chat = next(queue for queue in at.session_state["scenario"].queues if queue.name == "chat")
    assert chat.contacts_monthly is not None
    assert chat.contacts_monthly[11] == pytest.approx(1.2 * job.result().contacts[11])


def test_a_forecast_can_be_stopped_and_nothing_of_it_is_used(settings_folder):
    at = pressed(dropped(history_csv()), "Forecast")
    before = at.session_state["scenario"]
    at = finished(pressed(at, "Stop"))
    assert any("was stopped" in message.value for message in at.info)
    assert at.session_state["scenario"] == before


def test_settings_that_cannot_be_used_are_told_and_nothing_runs(settings_folder):
    at = dropped(history_csv())
    at.text_input(key="scenario0.outlook.ForecastSettings.country").set_value("Canada").run()
    assert any("country" in message.value.lower() for message in at.error)
    assert next(button for button in at.button if button.label == "Forecast").disabled


def test_a_history_too_short_is_refused_in_words(settings_folder):
    at = finished(pressed(dropped(history_csv(5, "2026-06")), "Forecast"))
    assert not at.exception
    assert any("whole months" in message.value for message in at.error)


def test_an_unknown_table_is_mapped_remembered_and_known_again(settings_folder):
    days = pd.date_range("2025-01-01", "2026-12-31")
    data = "\n".join(["Date,Offered,AHT (s)", *(f"{day.date()},{300 + day.day_of_week},200" for day in days)]).encode()
    at = dropped(data, "days.csv")
    assert "stand for" in at.warning[0].value or "columns" in at.warning[0].value
    assert at.selectbox(key="scenario0.map.time").value == "date"
    assert at.selectbox(key="scenario0.map.contacts").value == "offered"
    at.selectbox(key="scenario0.map.queue_name").set_value("chat")
    at = pressed(at, "Read the file with these columns")
    while at.radio:
        for radio in at.radio:
            radio.set_value(radio.options[0])
        at = pressed(at, "Read the file with these answers")
    assert not at.exception
    assert [columns.queue_name for columns in load_maps(settings_folder / "frontline-planner").values()] == ["chat"]
    again = dropped(data, "more days.csv")
    assert "730 rows from 2025-01-01 to 2026-12-31, each of a day" in again.success[0].value
    again = pressed(again, "Change the columns")
    assert again.selectbox(key="scenario0.map.time").value == "date"
    assert load_maps(settings_folder / "frontline-planner") == {}


def test_queues_named_otherwise_are_matched_with_those_of_the_plan(settings_folder):
    centre = shipped("centre_600")
    data = history_csv(centre.horizon.months, centre.horizon.first_month, "Webchat EN")
    at = dropped(data)
    assert any("Correct what the table says" in message.value for message in at.error)
    at.selectbox(key="scenario0.names.Webchat EN").set_value("chat")
    at = pressed(at, "Read the file with these names")
    assert not at.error
    at = pressed(at, "Use in scenario")
    chat = next(queue for queue in at.session_state["scenario"].queues if queue.name == "chat")
    assert chat.contacts_monthly is not None
    assert len(chat.contacts_monthly) == centre.horizon.months


def test_a_file_within_the_plan_that_lacks_a_month_is_no_history():
    centre = shipped("centre_600")
    volumes, _ = read_volumes(history_csv(11, centre.horizon.first_month), "plan.csv")
    assert not upload.is_history(volumes, centre)
    volumes, _ = read_volumes(history_csv(30, "2024-01"), "history.csv")
    assert upload.is_history(volumes, centre)


@pytest.mark.parametrize(("last_day", "months"), [("2019-12-31", 12), ("2019-12-20", 13), ("2019-11-30", 13)])
def test_the_months_to_forecast_reach_from_the_last_whole_month_to_the_end_of_the_plan(last_day, months):
    days = np.arange(np.datetime64("2018-01-01"), np.datetime64(last_day) + 1)
    assert outlook.months_needed(History("calls", days, np.ones(len(days))), Horizon(first_month="2020-01", months=12)) == months


def test_the_history_drawn_has_the_whole_months_only():
    days = np.arange(np.datetime64("2018-01-15"), np.datetime64("2019-12-21"))
    months, totals = outlook.known_months(History("calls", days, np.full(len(days), 10.0)), ForecastSettings())
    assert (months[0], months[-1]) == ("2018-02", "2019-11")
    assert totals[:2].tolist() == [280.0, 310.0]


CAPACITY_PLAN = {
    "startBusinessUnitDate": "2027-01-04", "endBusinessUnitDate": "2027-12-26", "fullTimeEquivalentWeeklyHours": 38.5,
    "changes": [
        {"metric": "ShrinkagePercentage", "weekStartNumber": 1, "numberOfWeeks": 52, "value": 30, "staffingGroupIds": ["s1"]},
        {"metric": "AttritionPercentage", "weekStartNumber": 1, "numberOfWeeks": 52, "value": 3, "staffingGroupIds": ["s1"]},
    ],
}  # fmt: skip


def test_another_tools_plan_is_asked_about_shown_ticked_and_taken_as_one_step(settings_folder):
    at = dropped(json.dumps(CAPACITY_PLAN).encode(), "plan.json")
    group = at.session_state["scenario"].groups[0].name
    assert {radio.label.partition(" ")[0] for radio in at.radio} == {"Which", "The"}
    for radio in at.radio:
        radio.set_value(group if radio.label.startswith("Which") else "month")
    at = pressed(at, "Read the file with these answers")
    assert not at.exception
    ticks = {box.label.partition("**: ")[0].removeprefix("**"): box for box in at.checkbox}
    hours = next(box for name, box in ticks.items() if "Hours of a full-time week" in name)
    assert "40 hours → 38.5 hours" in hours.label
    before = at.session_state["scenario"]
    next(box for name, box in ticks.items() if "attrition" in name.lower()).uncheck().run()
    at = pressed(at, next(button.label for button in at.button if button.label.startswith("Take ")))
    after = at.session_state["scenario"]
    assert after.groups[0].staffing.weekly_hours == 38.5
    assert after.groups[0].staffing.shrinkage[0].fraction == 0.3
    assert after.groups[0].workforce.annual_attrition == before.groups[0].workforce.annual_attrition
    assert after.horizon == before.horizon
    assert len(at.session_state["history"]) == 1


def test_another_plan_with_other_months_takes_the_series_along():
    scenario = shipped("centre_600").but(queues=tuple(queue.but(contacts_monthly=(100.0,) * 36) for queue in shipped("centre_600").queues))
    chosen = (Proposal("horizon.months", 12, ""), Proposal("horizon.first_month", "2027-06", ""), Proposal("finance.on_cost", 0.5, ""))
    after = proposals.taken(scenario, chosen)
    assert (after.horizon.months, after.horizon.first_month, after.finance.on_cost) == (12, "2027-06", 0.5)
    assert after.queues[0].contacts_monthly == (100.0,) * 12


def test_a_template_with_plan_columns_gives_volumes_and_proposals(settings_folder):
    months = month_labels(shipped("centre_600").horizon)
    rows = [f"{month},{5_000 + number},300,32,410" for number, month in enumerate(months)]
    data = "\n".join(["Month,Forecast_Volume,AHT_Seconds,Shrinkage_Pct,Current_Headcount", *rows]).encode()
    at = dropped(data, "template.csv")
    for radio in at.radio:
        radio.set_value(radio.options[0])
    at = pressed(at, "Read the file with these answers")
    assert not at.exception
    assert any(radio.label.startswith("Which group") for radio in at.radio)
    assert any(button.label == "Use in scenario" for button in at.button)


def test_months_of_the_plan_that_are_over_are_said_and_used(settings_folder):
    at = finished(pressed(dropped(history_csv(44)), "Forecast"))
    assert any("are over: the plan takes what the history has" in caption.value for caption in at.caption)
    at = pressed(at, "Use in scenario")
    job = next(iter(at.session_state["scenario0.outlook.jobs"].values()))
    chat = next(queue for queue in at.session_state["scenario"].queues if queue.name == "chat")
    assert chat.contacts_monthly[:4] == pytest.approx(tuple(job.result().past.contacts[-4:]))
    assert chat.contacts_monthly[4] == job.result().contacts[0]


def test_days_offer_weekdays_and_the_spread_and_what_the_plan_refuses_says_why():
    scenario = shipped("centre_600")
    queue = scenario.queues[0]
    past = Past(("2026-12",), np.ones(1), None, (1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5), 0.25)
    shown = replace(a_forecast(), past=past)
    volumes = QueueVolumes(queue.name, ("2026-12",), (1.0,), (None,), week_profile=(1.0,) * 7, day_cv=0.061)
    found = outlook_use.offers(shown, queue, ForecastSettings(country="CA", subdivision="BC"), volumes)
    assert [offer.name for offer in found] == ["week", "holidays", "spread"]
    assert found[1].says == "Public holidays (CA, BC): 25 % of the contacts of their weekday"
    closed = queue.but(opening=queue.opening.but(days=(*queue.opening.days[:5], "closed", "closed")), week_profile=None)
    shut = scenario.but(queues=(closed, *scenario.queues[1:]))
    assert outlook_use.refusal(found[0], shut, closed) != ""
    assert outlook_use.refusal(found[2], scenario, queue) == ""


def test_a_new_queue_like_an_old_one_is_added_with_its_routing(settings_folder):
    at = finished(pressed(dropped(history_csv()), "Forecast"))
    before = at.session_state["scenario"]
    at.text_input(key="scenario0.outlook.NewQueue.name").set_value("Messaging")
    at.number_input(key="scenario0.outlook.NewQueue.share").set_value(40.0).run()
    assert not at.exception
    job = next(iter(at.session_state["scenario0.outlook.jobs"].values()))
    old = job.result().contacts
    at = pressed(at, "Use the new queue in the scenario")
    after = at.session_state["scenario"]
    new = after.queues[-1]
    assert (new.name, len(after.queues)) == ("Messaging", len(before.queues) + 1)
    assert new.contacts_monthly == pytest.approx(tuple(0.4 * old[: after.horizon.months]))
    shares = [{share.name: share.share for share in group.serves} for group in after.groups]
    assert [each.get("Messaging") for each in shares] == [each.get("chat") for each in shares]
    assert len(at.session_state["history"]) == 1
