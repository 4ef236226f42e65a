"""The forecast: made-up histories whose months to come are known, the city's ten years against two naives, and what is refused."""

import subprocess
import sys
import time
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.demand import Demand, Event, contacts
from planner.errors import InvalidScenario, InvalidVolumes
from planner.forecast import (
    HORIZONS,
    METHODS,
    QUANTILES,
    ForecastSettings,
    History,
    MarkedEvent,
    NewQueue,
    Overlay,
    Stopped,
    apply_overlay,
    backtest,
    forecast,
    histories,
    months_over,
    new_queue,
    use_forecast,
)
from planner.forecast.backtest import Spread, choose, log_quantiles, sigma, spread_of
from planner.forecast.days import View
from planner.forecast.methods import level_season
from planner.horizon import Horizon, public_holidays
from tests.conftest import ROOT, real_series

WEEK = np.array([1.3, 1.25, 1.2, 1.2, 1.15, 0.5, 0.4])
SEASON = np.array([1.0, 0.93, 1.0, 1.0, 1.05, 1.18, 1.08, 1.0, 0.97, 0.95, 0.95, 0.89])
CITY = ForecastSettings(country="CA", subdivision="BC")
README = {
    "level_season": (0.080, 0.088, 0.099, 0.123, 0.142, 0.165),
    "last_year": (0.118, 0.114, 0.114, 0.116, 0.143, 0.148),
}


def days_between(first, last):
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)


def made_up(dates, growth=0.0, holiday=0.5, noise=0.0, country="CA", subdivision="BC"):
    """Contacts of days by known weekday weights, season, holiday share and monthly growth."""
    years = tuple(range(dates[0].astype(date).year, dates[-1].astype(date).year + 1))
    free = np.isin(dates, np.array(sorted(public_holidays(country, subdivision, years)), dtype="datetime64[D]"))
    month = dates.astype("datetime64[M]").astype(int)
    usual = 1000 * WEEK[(dates.astype(int) + 3) % 7] * SEASON[month % 12] * np.where(free, holiday, 1.0) * np.exp(growth * (month - month[0]))
    return usual * np.exp(noise * np.random.default_rng(1).standard_normal(len(dates)))


def by_month(dates, values):
    return pd.Series(values).groupby(pd.DatetimeIndex(dates).to_period("M")).sum()


def city():
    table = pd.read_csv(real_series("city_311_daily_2009_2019.csv"))
    return History("city", table["date"].to_numpy(dtype="datetime64[D]"), table["offered"].to_numpy(dtype=float))


@lru_cache
def city_backtest():
    return backtest(city(), CITY)


def monthly(count, first="2020-01", value=1000.0):
    dates = (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[D]")
    return History("sales", dates, np.full(count, value) * SEASON[np.arange(count) % 12])


def faults_of(history, how=None):
    with pytest.raises(InvalidVolumes) as caught:
        forecast(history, how)
    return [str(fault) for fault in caught.value.faults]


# --- what the method must find where the truth is known


def test_a_history_without_noise_is_continued_to_the_contact():
    past, to_come = days_between("2021-01-01", "2024-12-31"), days_between("2025-01-01", "2025-12-31")
    found = forecast(History("sales", past, made_up(past)), CITY.but(months=12))
    truth = by_month(np.concatenate([past, to_come]), made_up(np.concatenate([past, to_come])))["2025"]
    assert found.months[0] == "2025-01"
    assert found.contacts == pytest.approx(truth.to_numpy(), rel=0.004)


def test_days_of_the_month_are_told_from_ups_and_downs():
    past, to_come = days_between("2021-01-01", "2024-12-31"), days_between("2025-01-01", "2025-12-31")
    truth = by_month(np.concatenate([past, to_come]), made_up(np.concatenate([past, to_come])))["2025"].to_numpy()
    history = History("sales", past, made_up(past))
    with_days = forecast(history, CITY.but(months=12, method="level_rates")).contacts
    without = forecast(history, CITY.but(months=12, method="level_season")).contacts
    assert np.abs(np.log(with_days / truth)).max() < 0.005 < 0.02 < np.abs(np.log(without / truth)).max()


def test_the_measured_weights_are_told():
    past = days_between("2021-01-01", "2024-12-31")
    notice = next(text for text in forecast(History("sales", past, made_up(past)), CITY.but(months=1)).notices if text.startswith("Weight"))
    assert "Monday 1.30" in notice
    assert "Sunday 0.40" in notice
    assert "public holiday 50% of its weekday" in notice


def test_steady_growth_is_followed_because_the_back_test_shows_that_the_combination_lags():
    past = days_between("2020-01-01", "2024-12-31")
    found = forecast(History("sales", past, made_up(past, growth=0.03)), CITY.but(months=6))
    to_come = np.concatenate([past, days_between("2025-01-01", "2025-06-30")])
    truth = by_month(to_come, made_up(to_come, growth=0.03))["2025"].to_numpy()
    assert found.method != "combination"
    assert found.contacts == pytest.approx(truth, rel=0.05)


def test_an_excluded_outage_leaves_no_trace():
    past = days_between("2021-01-01", "2024-12-31")
    calm = made_up(past)
    struck = np.where((past >= np.datetime64("2024-03-04")) & (past <= np.datetime64("2024-04-26")), 5.0, calm)
    strike = MarkedEvent(name="strike", first_day=date(2024, 3, 4), last_day=date(2024, 4, 26))
    plain = forecast(History("sales", past, calm), CITY.but(months=12)).contacts
    marked = forecast(History("sales", past, struck), CITY.but(months=12, events=(strike,))).contacts
    assert marked == pytest.approx(plain, rel=0.02)
    assert forecast(History("sales", past, struck), CITY.but(months=12)).contacts != pytest.approx(plain, rel=0.02)


def test_a_campaign_of_the_past_is_measured_and_given_to_the_one_to_come():
    past = days_between("2021-01-01", "2024-12-31")
    spans = [(date(year, 5, 2), date(year, 5, 11)) for year in (2022, 2023, 2024, 2025)]
    events = tuple(MarkedEvent(name="campaign", first_day=first, last_day=last, treatment="estimate") for first, last in spans)
    busy = np.any([(past >= np.datetime64(first)) & (past <= np.datetime64(last)) for first, last in spans], axis=0)
    with_campaign = History("sales", past, made_up(past) * np.where(busy, 2.0, 1.0))
    found = forecast(with_campaign, CITY.but(months=12, events=events))
    without = forecast(with_campaign, CITY.but(months=12, events=events[:3]))
    assert any("'campaign' brings 2.0" in notice for notice in found.notices)
    may = list(found.months).index("2025-05")
    assert found.contacts[may] / without.contacts[may] == pytest.approx(1 + 10 / 31, abs=0.06)
    assert np.delete(found.contacts, may) == pytest.approx(np.delete(without.contacts, may))


def test_weeks_and_months_of_the_same_days_lead_to_nearly_the_same_forecast():
    past = days_between("2020-12-28", "2024-12-29")
    daily = made_up(past, noise=0.03)
    weekly = History("sales", past[::7], daily.reshape(-1, 7).sum(axis=1))
    sums = by_month(past, daily)
    months = History("sales", sums.index[1:-1].to_timestamp().to_numpy().astype("datetime64[D]"), sums.to_numpy()[1:-1])
    how = CITY.but(months=12, week_weights=tuple(WEEK), holiday_share=0.5)
    by_day = forecast(History("sales", past[:-29], daily[:-29]), how)
    assert weekly.every == "week"
    assert months.every == "month"
    assert forecast(months, how).months == by_day.months
    assert forecast(months, how).contacts == pytest.approx(by_day.contacts, rel=1e-6)
    by_week = forecast(weekly, how)
    shared = {month: place for place, month in enumerate(by_day.months)}
    common = [(value, by_day.contacts[shared[month]]) for month, value in zip(by_week.months, by_week.contacts, strict=True) if month in shared]
    assert len(common) >= 11
    assert [mine for mine, _ in common] == pytest.approx([theirs for _, theirs in common], rel=0.03)


def test_closed_weekends_and_holidays_without_rows_are_no_gaps():
    past = days_between("2021-01-01", "2024-12-31")
    free = np.isin(past, np.array(sorted(public_holidays("CA", "BC", (2021, 2022, 2023, 2024))), dtype="datetime64[D]"))
    opened = ((past.astype(int) + 3) % 7 < 5) & ~free
    found = forecast(History("sales", past[opened], made_up(past)[opened]), CITY.but(months=12))
    to_come = days_between("2025-01-01", "2025-12-31")
    shut = np.isin(to_come, np.array(sorted(public_holidays("CA", "BC", (2025,))), dtype="datetime64[D]")) | ((to_come.astype(int) + 3) % 7 >= 5)
    everything = np.concatenate([past, to_come])
    truth = by_month(to_come, np.where(shut, 0.0, made_up(everything)[len(past) :]))
    assert found.contacts == pytest.approx(truth.to_numpy(), rel=0.005)
    assert "No row on any Saturday, Sunday: taken as closed." in found.notices


def test_handle_time_is_weighted_by_contacts_and_forecast_by_itself():
    past = days_between("2021-01-01", "2024-12-31")
    offered = made_up(past)
    sunday = (past.astype(int) + 3) % 7 == 6
    found = forecast(History("sales", past, offered, np.where(sunday, 600.0, 300.0)), CITY.but(months=12))
    share = offered[sunday].sum() / offered.sum()
    assert found.aht_s == pytest.approx(300 + 300 * share, rel=0.03)
    assert found.aht_method in METHODS
    assert list(found.aht_backtest.columns) == list(found.backtest.columns)


def test_five_years_ahead_the_band_only_grows():
    past = days_between("2019-01-01", "2024-12-31")
    found = forecast(History("sales", past, made_up(past, noise=0.1)), CITY.but(months=60))
    width = found.quantiles[5] / found.quantiles[1]
    assert found.quantiles.shape == (len(QUANTILES), 60)
    assert (np.diff(found.quantiles, axis=0) > 0).all()
    assert (np.diff(width) >= -1e-12).all()
    assert found.quantiles[3] == pytest.approx(found.contacts)


@given(st.floats(0.01, 1000))
@settings(max_examples=20)
def test_the_two_naives_scale_with_the_history(scale):
    totals = monthly(40).contacts * (1 + 0.1 * np.random.default_rng(2).random(40))
    one, many = (level_season(View(totals * factor, np.log(totals), np.zeros(52)), 12) for factor in (1, scale))
    assert many - one == pytest.approx(np.log(scale), abs=1e-9)


def test_a_constant_history_stays_constant_with_a_band_of_no_width():
    found = forecast(monthly(60), ForecastSettings(months=12))
    assert found.contacts == pytest.approx(1000 * SEASON, rel=1e-3)


# --- choice and band


def test_the_choice_keeps_the_combination_unless_another_is_a_twentieth_better():
    errors = np.full((len(METHODS), 30, 24), 0.1)
    errors[2] = 0.096
    assert METHODS[choose(errors)] == "combination"
    errors[2] = 0.094
    assert METHODS[choose(errors)] == METHODS[2]


def test_a_method_that_failed_somewhere_is_not_chosen():
    errors = np.full((len(METHODS), 30, 24), 0.1)
    errors[2] = 0.01
    errors[2, 5] = np.nan
    assert METHODS[choose(errors)] == "combination"


def test_the_spread_finds_a_variance_that_grows_by_a_line():
    ahead = np.arange(1, 25)
    exact = np.sqrt(0.002 + 0.0005 * ahead) * np.ones((60, 1))
    found = spread_of(exact)
    assert (found.level, found.drift) == pytest.approx((0.002, 0.0005))
    assert sigma(found, ahead) == pytest.approx(exact[0])


def test_few_errors_that_do_not_overlap_widen_the_band_as_student_does():
    half = log_quantiles(Spread(1.0, 0.0, 24.0), np.array([1, 2, 4, 24]), (0.9,))[0]
    assert half == pytest.approx([1.3178, 1.3562, 1.4398, 1.8856], abs=1e-4)


def test_an_origin_knows_nothing_of_what_came_after_it():
    past = days_between("2020-01-01", "2024-12-31")
    offered = made_up(past, noise=0.2)
    later = np.where(past >= np.datetime64("2023-07-01"), 3 * offered, offered)
    one, other = (backtest(History("sales", past, values), CITY) for values in (offered, later))
    known = [month <= "2023-07" for month in one.months]
    assert one.chosen[: sum(known)] == other.chosen[: sum(known)]
    first = np.flatnonzero(known)[-1]
    assert (one.errors - other.errors)[:, first, 0] == pytest.approx(-np.log(3), abs=0.01)
    before = sum(month < "2023-07" for month in one.months)
    assert np.array_equal(one.errors[:, :before, 0], other.errors[:, :before, 0])


def test_the_back_test_is_shown_whole():
    frame = forecast(monthly(60), ForecastSettings(months=3)).backtest
    assert list(frame.columns) == ["method", "horizon", "origins", "rmse", "bias", "coverage_80", "chosen"]
    assert set(frame["method"]) == {*METHODS, "as chosen"}
    assert set(frame["horizon"]) == set(HORIZONS)
    assert frame["origins"].tolist() == [36, 34, 31, 25, 13] * (len(METHODS) + 1)
    assert set(frame.loc[frame["chosen"], "method"]) == {forecast(monthly(60), ForecastSettings(months=3)).method}


def test_progress_rises_to_one_and_cancelling_stops_at_once():
    told = []
    history = History("sales", monthly(36).dates, monthly(36).contacts, np.full(36, 300.0))
    forecast(history, ForecastSettings(months=3), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    asked = []
    with pytest.raises(Stopped, match="stopped"):
        forecast(history, ForecastSettings(months=3), cancelled=lambda: asked.append(1) or len(asked) == 3)
    assert len(asked) == 3


# --- the city, against the two naives of its README


def naive_errors(totals, ahead):
    """The two naives of the README, by a plain loop over origins from 2014-01 to 2019-12: an oracle of its own."""
    found = {"level_season": [], "last_year": []}
    for origin in pd.period_range("2014-01", "2019-12", freq="M"):
        target = origin + ahead - 1
        if target > totals.index[-1]:
            continue
        known = totals[totals.index < origin]
        index = (known / known.rolling(12, center=True).mean()).groupby(known.index.month).mean()
        last = target - 12 * (-(-ahead // 12))
        found["level_season"].append(np.log(totals[target] / (known.iloc[-12:].mean() * index[target.month])))
        found["last_year"].append(np.log(totals[target] / totals[last]))
    return {name: float(np.sqrt(np.mean(np.square(errors)))) for name, errors in found.items()}


@pytest.mark.parametrize(("place", "ahead"), list(enumerate((1, 3, 6, 12, 18, 24))))
def test_the_naives_of_the_readme_come_back_to_the_third_decimal(place, ahead):
    history = city()
    errors = naive_errors(by_month(history.dates, history.contacts)["2009-07":], ahead)
    assert {name: round(error, 3) for name, error in errors.items()} == {name: row[place] for name, row in README.items()}


def test_the_back_test_has_the_same_naives_over_the_same_origins():
    frame = city_backtest().frame("2014-01", "2019-12")
    for name in README:
        mine = frame[frame["method"] == name]
        assert mine["origins"].tolist() == [72, 70, 67, 61, 49]
        assert mine["rmse"].round(3).tolist() == [README[name][place] for place in (0, 1, 2, 3, 5)]


def test_the_city_is_forecast_better_than_by_both_naives_at_1_3_6_and_12_months():
    frame = city_backtest().frame("2014-01", "2019-12")
    mine = frame[frame["method"] == "as chosen"].set_index("horizon")["rmse"]
    for place, ahead in enumerate((1, 3, 6, 12)):
        assert mine[ahead] < min(README["level_season"][place], README["last_year"][place]), ahead
    assert mine[1] < 0.065
    assert mine[12] < 0.1157


def test_two_years_ahead_the_city_is_not_forecast_better_than_by_last_year():
    """Said plainly: at 24 months the level had turned, and repeating the last known year (.148) beats the choice."""
    mine = city_backtest().frame("2014-01", "2019-12").set_index(["method", "horizon"])["rmse"]
    assert README["last_year"][5] < mine["as chosen", 24] < README["level_season"][5]


def test_the_80_percent_band_of_the_city_holds_between_72_and_88_percent():
    frame = city_backtest().frame("2014-01", "2019-12")
    mine = frame[frame["method"] == "as chosen"].set_index("horizon")["coverage_80"]
    assert all(0.72 <= mine[ahead] <= 0.88 for ahead in HORIZONS), mine
    tested = city_backtest()
    kept = [month >= "2014-01" for month in tested.months]
    assert 0.72 <= np.nanmean(tested.inside[-1, kept]) <= 0.88


def test_ten_years_of_days_take_seconds():
    history = city()
    forecast(monthly(26), ForecastSettings(months=3))  # the library is loaded once a process
    start = time.process_time()
    found = forecast(history, CITY.but(months=60))
    assert time.process_time() - start < 8
    assert found.months[0] == "2020-01"
    assert "2009-06 is not whole and was left out." in found.notices
    assert any("2 days have no figures (2010-03, 2013-03)" in notice for notice in found.notices)
    assert found.error[1] < found.error[12]


# --- what is refused, and what is told


def test_all_faults_of_a_history_are_told_at_once():
    dates = np.array(["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[D]")
    history = History("sales", dates, np.array([10.0, -1.0, 5.0, np.nan, 7.0]), np.array([300.0, 300.0, 300.0, 300.0, 0.0]))
    told = faults_of(history)
    assert told == [
        "sales, 2024-01-03: contacts are not a number (found nan). Give the figure, or leave the row out.",
        "sales, 2024-01-02: contacts are below 0 (found -1). Correct the figure, or leave the row out.",
        "sales, 2024-01-02: the date comes more than once. Keep one row for each date, or add them up.",
        "sales, 2024-01-04: handle time is not above 0 (found 0). Give seconds above 0.",
    ]


def test_a_thousand_faults_of_one_kind_are_counted_beyond_ten():
    past = days_between("2021-01-01", "2024-12-31")
    told = faults_of(History("sales", past, -made_up(past)))
    assert len(told) == 11
    assert told[-1] == f"sales: contacts are below 0 in {len(past) - 10} further rows. Correct the figure, or leave the row out."


@pytest.mark.parametrize(("rows", "words"), [(0, "the history is empty"), (5, "5 whole months and needs 12")])
def test_too_little_history_says_how_many_months_are_needed_for_what(rows, words):
    told = " ".join(faults_of(monthly(rows)))
    assert words in told
    assert rows == 0 or "24 a season, 36 a choice by back-test" in told


def test_different_lengths_are_refused():
    assert "not equally many" in faults_of(History("sales", monthly(30).dates, np.ones(29)))[0]


def test_gaps_and_empty_months_are_told_with_their_months():
    past = days_between("2021-01-01", "2024-12-31")
    offered = made_up(past)
    months = past.astype("datetime64[M]")
    gap, empty = months == np.datetime64("2022-03"), months == np.datetime64("2023-05")
    told = faults_of(History("sales", past[~gap], np.where(empty, 0.0, offered)[~gap]), CITY)
    assert told == [
        "sales, 2022-03: less than half of the month has figures. Add the missing rows, or start the history after the gap.",
        "sales, 2023-05: a whole month without contacts. Correct it, start the history later, or mark the days as an event to exclude.",
    ]


def test_a_long_stretch_of_zeros_is_refused_and_a_short_one_told():
    past = days_between("2021-01-01", "2024-12-31")
    long = np.where((past >= np.datetime64("2023-05-10")) & (past < np.datetime64("2023-06-10")), 0.0, made_up(past))
    assert "open days in a row without contacts" in faults_of(History("sales", past, long), CITY)[0]
    short = np.where((past >= np.datetime64("2023-05-10")) & (past < np.datetime64("2023-05-13")), 0.0, made_up(past))
    notices = forecast(History("sales", past, short), CITY.but(months=1)).notices
    assert any(notice.startswith("3 open days have no contacts") for notice in notices)


def test_one_to_two_years_are_forecast_from_last_years_months_with_an_assumed_band():
    found = forecast(monthly(18), ForecastSettings(months=12))
    assert found.method == "last_rates"
    assert found.months[0] == "2021-07"
    assert found.contacts[:6] == pytest.approx(monthly(18).contacts[6:12], rel=0.04)
    assert any("the band is assumed" in notice for notice in found.notices)
    assert np.log(found.quantiles[5] / found.contacts)[0] == pytest.approx(1.2816 * np.hypot(0.09, 0.035), rel=1e-3)
    assert len(found.backtest) == 0


def test_settings_that_cannot_be_are_told_together():
    events = (MarkedEvent(name="strike", first_day=date(2024, 2, 2), last_day=date(2024, 2, 1)),)
    with pytest.raises(InvalidScenario) as caught:
        forecast(monthly(30), ForecastSettings(country="ZZ", week_weights=(0,) * 7, events=events))
    assert [fault.place for fault in caught.value.faults] == ["forecast.country", "forecast.week_weights", "forecast.events.strike.last_day"]


def test_a_method_set_by_the_planner_is_used_and_told():
    found = forecast(monthly(48), ForecastSettings(months=3, method="last_year"))
    assert found.method == "last_year"
    assert found.contacts == pytest.approx(monthly(48).contacts[36:39])
    assert any("as you set it" in notice for notice in found.notices)


# --- the planner's overlay, new queues, and the way into a scenario


def test_the_overlay_stands_beside_the_statistics_and_can_be_changed():
    plain = forecast(monthly(48), ForecastSettings(months=12))
    launch = Event(name="launch", first_month="2024-03", months=2, contacts_change=0.5, aht_change=0.1)
    with_overlay = apply_overlay(plain, Overlay(growth_annual=0.12, events=(launch,)))
    assert np.array_equal(with_overlay.contacts, plain.contacts)
    factor = with_overlay.overlay_contacts / plain.contacts
    assert factor[11] == pytest.approx(1.12)
    assert factor[[2, 3, 4]] == pytest.approx([1.12 ** (3 / 12) * 1.5, 1.12 ** (4 / 12) * 1.5, 1.12 ** (5 / 12)])
    assert with_overlay.overlay_quantiles[6] == pytest.approx(plain.quantiles[6] * factor)
    assert np.array_equal(apply_overlay(with_overlay, Overlay()).overlay_contacts, plain.contacts)


def test_handle_time_drifts_and_moves_with_events_of_the_overlay():
    history = History("sales", monthly(48).dates, monthly(48).contacts, np.full(48, 300.0))
    launch = Event(name="launch", first_month="2024-01", aht_change=0.1)
    found = forecast(history, ForecastSettings(months=12, overlay=Overlay(aht_drift_annual=-0.1, events=(launch,))))
    assert found.aht_s == pytest.approx(np.full(12, 300.0), rel=1e-3)
    assert found.overlay_aht_s[[0, 11]] == pytest.approx([300 * 1.1 * 0.9 ** (1 / 12), 270], rel=1e-3)


def test_a_new_queue_starts_like_an_old_one_and_grows_by_equal_steps():
    old = forecast(monthly(48), ForecastSettings(months=6))
    new = new_queue(old, NewQueue(name="chat", share=0.4, first_month="2024-03", ramp_months=1), Overlay(growth_annual=0.1))
    assert new.queue == "chat"
    assert new.contacts / old.contacts == pytest.approx([0, 0, 0.2, 0.4, 0.4, 0.4])
    assert new.overlay_contacts[5] == pytest.approx(0.4 * old.contacts[5] * 1.1**0.5)
    assert "not measured" in new.notices[0]


def test_a_forecast_fills_the_demand_of_a_scenario():
    history = History("sales", monthly(48).dates, monthly(48).contacts, np.full(48, 300.0))
    found = forecast(history, ForecastSettings(months=24, overlay=Overlay(growth_annual=0.2)))
    horizon = Horizon(first_month="2024-04", months=12)
    demand = Demand(base_contacts=1).but(**use_forecast(found, horizon))
    assert contacts(demand, horizon) == pytest.approx(found.overlay_contacts[3:15])
    assert demand.aht_monthly_s == pytest.approx(found.overlay_aht_s[3:15])


def test_months_of_the_plan_that_are_over_are_taken_as_they_were():
    history = History("sales", monthly(48).dates, monthly(48).contacts, np.arange(48) + 300.0)
    found = forecast(history, ForecastSettings(months=24, overlay=Overlay(growth_annual=0.2)))
    horizon = Horizon(first_month="2023-10", months=12)
    demand = Demand(base_contacts=1).but(**use_forecast(found, horizon))
    assert contacts(demand, horizon)[:3] == pytest.approx(history.contacts[-3:])
    assert contacts(demand, horizon)[3:] == pytest.approx(found.overlay_contacts[:9])
    assert demand.aht_monthly_s[:3] == pytest.approx((345.0, 346.0, 347.0))
    assert months_over(found, horizon) == ("2023-10", "2023-11", "2023-12")


def test_a_new_queue_that_began_among_the_months_that_are_over_has_its_share_of_them():
    old = forecast(monthly(48), ForecastSettings(months=12))
    new = new_queue(old, NewQueue(name="chat", share=0.5, first_month="2023-11", ramp_months=1))
    update = use_forecast(new, Horizon(first_month="2023-10", months=6))
    assert update["contacts_monthly"][:3] == pytest.approx((0.0, 0.25 * old.past.contacts[-2], 0.5 * old.past.contacts[-1]))
    assert update["contacts_monthly"][3:] == pytest.approx(tuple(0.5 * old.contacts[:3]))


def test_days_show_what_weekdays_and_holidays_weigh_and_months_do_not():
    days = np.arange("2020-01-01", "2024-01-01", dtype="datetime64[D]")
    free = np.isin(days, [np.datetime64(day) for day in public_holidays("DE", None, (2020, 2021, 2022, 2023))])
    weekend = (days.astype(int) + 3) % 7 >= 5
    found = forecast(History("sales", days, np.where(free, 0.3, 1.0) * np.where(weekend, 50.0, 100.0)), ForecastSettings(months=1, country="DE"))
    assert found.past.week_weights == pytest.approx((7 / 6,) * 5 + (7 / 12,) * 2)
    assert found.past.holiday_share == pytest.approx(0.3)
    assert (forecast(monthly(48), ForecastSettings(months=1)).past.week_weights, found.past.months[-1]) == (None, "2023-12")


@pytest.mark.parametrize("horizon", [Horizon(first_month="2019-12", months=3), Horizon(first_month="2024-10", months=12)])
def test_a_forecast_that_does_not_reach_the_plan_is_refused(horizon):
    found = forecast(monthly(48), ForecastSettings(months=12))
    with pytest.raises(InvalidScenario, match="2024-01 to 2024-12"):
        use_forecast(found, horizon)


def test_rows_of_a_file_become_one_history_for_each_queue():
    times = pd.to_datetime(["2024-01-01 08:00", "2024-01-01 08:30", "2024-01-02 08:00", "2024-01-01 09:00"])
    frame = pd.DataFrame({"queue": ["b", "b", "b", "a"], "time": times, "contacts": [10.0, 30.0, 0.0, 5.0], "aht_s": [100.0, 300.0, np.nan, 200.0]})
    a, b = histories(frame)
    assert (a.queue, b.queue) == ("a", "b")
    assert b.contacts.tolist() == [40.0, 0.0]
    assert b.aht_s == pytest.approx([250.0, np.nan], nan_ok=True)


def test_importing_the_forecast_loads_neither_pandas_nor_the_library():
    code = "import sys, planner.forecast; print([name for name in ('pandas', 'statsforecast', 'scipy.stats') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
