"""Contacts by month, day type and interval: against a walk through the calendar, and on a bank's real profile."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import demand, horizon
from planner.demand import Demand, Event
from planner.errors import InvalidScenario
from planner.horizon import Horizon, OpeningHours

YEAR = Horizon(first_month="2027-01", months=12)
BANK = Path(__file__).parents[2] / "shared" / "data" / "bank_calls_5min_2003.csv"
WEEKDAYS_9_TO_11 = OpeningHours(days=("09:00-11:00",) * 5 + ("09:00-10:00", "closed"))


def row(**weights: float) -> tuple[float, ...]:
    """A day of 24 hourly weights, given as h9=1."""
    return tuple(weights.get(f"h{hour}", 0.0) for hour in range(24))


def test_contacts_grow_by_the_month_and_breathe_with_the_calendar():
    season = (1.1, 0.9) + (1.0,) * 10
    path = demand.contacts(Demand(base_contacts=1000, growth_monthly=0.02, season=season), Horizon(first_month="2027-12", months=4))
    assert path.tolist() == pytest.approx([1000, 1000 * 1.02 * 1.1, 1000 * 1.02**2 * 0.9, 1000 * 1.02**3])


def test_a_series_replaces_base_growth_and_season():
    queue = Demand(contacts_monthly=(5, 6, 7), base_contacts=1000, growth_monthly=0.5, season=(2.0,) * 12)
    assert demand.contacts(queue, Horizon(first_month="2027-01", months=3)).tolist() == [5, 6, 7]


def test_events_multiply_where_they_overlap_and_act_on_a_series_too():
    events = (
        Event(name="launch", first_month="2027-02", months=2, contacts_change=0.5, aht_change=0.1),
        Event(name="outage", first_month="2027-03", months=1, contacts_change=1.0),
    )
    queue = Demand(contacts_monthly=(100,) * 4, events=events, aht_s=200)
    plan = Horizon(first_month="2027-01", months=4)
    assert demand.contacts(queue, plan).tolist() == pytest.approx([100, 150, 300, 100])
    assert demand.aht_s(queue, plan).tolist() == pytest.approx([200, 220, 220, 200])


@pytest.mark.parametrize(
    ("first", "months", "factors"),
    [("2026-11", 3, [2, 1, 1]), ("2027-03", 9, [1, 1, 2]), ("2026-01", 120, [2, 2, 2]), ("2026-12", 1, [1, 1, 1]), ("2027-04", 1, [1, 1, 1])],
)
def test_an_event_acts_on_its_months_inside_the_horizon(first, months, factors):
    queue = Demand(base_contacts=10, events=(Event(name="campaign", first_month=first, months=months, contacts_change=1.0),))
    assert demand.contacts(queue, Horizon(first_month="2027-01", months=3)).tolist() == [10 * factor for factor in factors]


@given(
    st.floats(1, 1e6), st.floats(-0.1, 0.1), st.lists(st.floats(0.1, 3), min_size=12, max_size=12),
    st.lists(st.tuples(st.integers(-5, 20), st.integers(1, 10), st.floats(-0.9, 2)), max_size=4),
)
def test_contacts_are_those_of_a_month_by_month_recursion(base, growth, season, dated):
    plan = Horizon(first_month="2027-04", months=14)
    events = tuple(
        Event(name=f"event {number}", first_month=f"{horizon.month_start(plan, first):%Y-%m}", months=months, contacts_change=change)
        for number, (first, months, change) in enumerate(dated)
    )
    queue = Demand(base_contacts=base, growth_monthly=growth, season=tuple(season), events=events)
    level, expected = base, []
    for month in range(14):
        value = level * season[(3 + month) % 12]
        for first, months, change in dated:
            value *= 1 + change if first <= month < first + months else 1
        expected.append(value)
        level *= 1 + growth
    np.testing.assert_allclose(demand.contacts(queue, plan), expected, rtol=1e-9)


def test_handle_time_drifts_to_its_annual_change_after_twelve_months():
    path = demand.aht_s(Demand(base_contacts=1, aht_s=300, aht_drift_annual=0.06), Horizon(first_month="2027-01", months=25))
    assert path[[0, 12, 24]].tolist() == pytest.approx([300, 318, 337.08])
    np.testing.assert_allclose(path[1:] / path[:-1], 1.06 ** (1 / 12))


def test_a_handle_time_series_replaces_figure_and_drift():
    queue = Demand(base_contacts=1, aht_s=300, aht_drift_annual=0.5, aht_monthly_s=(100, 110))
    assert demand.aht_s(queue, Horizon(first_month="2027-01", months=2)).tolist() == [100, 110]


def test_contacts_and_handle_time_refuse_a_series_that_does_not_cover_the_horizon():
    with pytest.raises(InvalidScenario, match=r"demand.contacts_monthly.*12 values, 2027-01 to 2027-12"):
        demand.contacts(Demand(contacts_monthly=(1, 2)), YEAR)
    with pytest.raises(InvalidScenario, match=r"demand.aht_monthly_s.*12 values"):
        demand.aht_s(Demand(base_contacts=1, aht_monthly_s=(1,) * 13), YEAR)


def test_pooled_handle_time_is_weighted_by_contacts_and_not_a_plain_mean():
    contacts, aht = np.array([[100.0, 300.0], [0.0, 50.0], [0.0, 0.0]]), np.array([[600.0, 200.0]] * 3)
    assert demand.pooled_aht_s(contacts, aht).tolist() == [300.0, 200.0, 400.0]


@given(st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(10, 2000)), min_size=1, max_size=5))
def test_pooled_handle_time_keeps_the_workload(queues):
    contacts, aht = np.array(queues).T
    assert demand.pooled_aht_s(contacts, aht) * contacts.sum() == pytest.approx(contacts @ aht)


OPENINGS = st.sampled_from(
    [
        OpeningHours(),
        OpeningHours(country="DE", subdivision="BY"),
        OpeningHours(days=("00:00-24:00",) * 7, country="US", holiday_share=0.4),
        OpeningHours(days=("09:00-17:00",) * 5 + ("10:00-14:00", "closed"), country="FR", holiday_share=1.0),
    ]
)


@settings(deadline=None)
@given(OPENINGS, st.sampled_from([15, 30, 60]), st.booleans(), st.lists(st.floats(0, 1e6), min_size=12, max_size=12))
def test_day_types_and_intervals_sum_to_the_month(opening, minutes, weighted, months):
    week = tuple(weight * is_open for weight, is_open in zip((1.2, 1, 0.9, 0.9, 0, 0.4, 0.3), horizon.open_days(opening), strict=True))
    queue = Demand(base_contacts=1, opening=opening, interval_minutes=minutes, week_profile=week if weighted else None)
    spread = demand.intervals(queue, YEAR, np.array(months))
    np.testing.assert_allclose((spread.days[:, :, None] * spread.contacts).sum(axis=(1, 2)), months, rtol=1e-12, atol=1e-9)
    assert (spread.contacts >= 0).all()
    assert not spread.contacts[:, ~np.tile(spread.open, (2, 1))].any()
    assert spread.interval_s == 60 * minutes


def test_the_spread_is_that_of_a_walk_through_every_day_of_the_year():
    opening = OpeningHours(days=("08:00-20:00",) * 5 + ("10:00-14:00", "closed"), country="DE", holiday_share=0.25)
    week = (1.3, 1.1, 1.0, 1.0, 0.9, 0.3, 0.0)
    bell = tuple(float(12 - abs(hour - 13)) if 8 <= hour < 20 else 0.0 for hour in range(24))
    spread = demand.intervals(Demand(base_contacts=1, opening=opening, interval_minutes=60, week_profile=week, day_profile=(bell,)), YEAR, np.full(12, 9e4))
    free = horizon.public_holidays("DE", None, (2027,))
    days = [date(2027, 1, 1) + timedelta(days=step) for step in range(365)]
    weight = {day: week[day.weekday()] * (0.25 if day in free else 1) for day in days}
    for day in days:
        month = sum(value for other, value in weight.items() if other.month == day.month)
        hours = range(8, 20) if day.weekday() < 5 else range(10, 14) if day.weekday() == 5 else range(0)
        own = sum(bell[hour] for hour in hours)
        expected = [9e4 * weight[day] / month * bell[hour] / own if hour in hours else 0 for hour in range(24)]
        kind = day.weekday() + 7 * (day in free)
        np.testing.assert_allclose(spread.contacts[day.month - 1, kind], expected, rtol=1e-12)


def test_a_holiday_has_its_share_of_the_same_weekday():
    opening = OpeningHours(days=("08:00-20:00",) * 7, country="US", holiday_share=0.3)
    july = demand.intervals(Demand(base_contacts=1, opening=opening), Horizon(first_month="2027-07", months=1), np.array([31_000.0]))
    assert july.days[0].tolist() == [3, 4, 4, 5, 5, 5, 3, 1, 0, 0, 0, 0, 0, 1]
    assert july.contacts[0, 7].sum() == pytest.approx(0.3 * july.contacts[0, 0].sum())


def test_a_day_type_that_does_not_occur_has_no_contacts():
    opening = OpeningHours(country="DE", holiday_share=0.5)
    spread = demand.intervals(Demand(base_contacts=1, opening=opening), YEAR, np.full(12, 1000.0))
    assert not spread.contacts[spread.days == 0].any()
    assert spread.contacts[spread.days > 0].any(axis=1).all()


def test_closed_holidays_move_their_contacts_to_the_open_days_of_the_month():
    december = Horizon(first_month="2026-12", months=1)
    ordinary = demand.intervals(Demand(base_contacts=1), december, np.array([2300.0])).contacts[0, 0].sum()
    with_christmas = demand.intervals(Demand(base_contacts=1, opening=OpeningHours(country="DE")), december, np.array([2300.0])).contacts[0, 0].sum()
    assert (ordinary, with_christmas) == pytest.approx((2300 / 23, 2300 / 22))


def test_a_share_of_the_contacts_has_the_same_share_of_every_interval():
    queue, months = Demand(base_contacts=1), np.linspace(100, 1200, 12)
    whole, part = demand.intervals(queue, YEAR, months), demand.intervals(queue, YEAR, 0.3 * months)
    np.testing.assert_allclose(part.contacts, 0.3 * whole.contacts)


def test_one_row_serves_every_day_within_its_own_hours():
    queue = Demand(base_contacts=1, opening=WEEKDAYS_9_TO_11, interval_minutes=60, day_profile=(row(h9=1, h10=3),))
    shares = demand.slot_shares(queue.opening, 60, queue.day_profile)
    assert shares[0, 9:11].tolist() == [0.25, 0.75]
    assert shares[5, 9:11].tolist() == [1.0, 0.0]
    assert shares.sum(axis=1).tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert demand.demand_faults(queue, YEAR, "queue") == []


def test_seven_rows_give_each_day_its_own_curve():
    rows = (row(h9=1, h10=1),) * 4 + (row(h9=1, h10=4), row(h9=2), row())
    queue = Demand(base_contacts=1, opening=WEEKDAYS_9_TO_11, interval_minutes=60, day_profile=rows)
    assert demand.demand_faults(queue, YEAR, "queue") == []
    assert demand.slot_shares(queue.opening, 60, rows)[4, 9:11].tolist() == [0.2, 0.8]


def places(**fields: object) -> list[str]:
    queue = Demand(**({"base_contacts": 1, "opening": WEEKDAYS_9_TO_11, "interval_minutes": 60} | fields))
    return [fault.place for fault in demand.demand_faults(queue, YEAR, "q")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"base_contacts": None}, ["q.base_contacts"]),
        ({"contacts_monthly": (1.0,) * 11}, ["q.contacts_monthly"]),
        ({"contacts_monthly": (1.0,) * 12}, []),
        ({"aht_monthly_s": (1.0,) * 13}, ["q.aht_monthly_s"]),
        ({"week_profile": (1, 1, 1, 1, 1, 1, 1)}, ["q.week_profile.6"]),
        ({"week_profile": (0,) * 7}, ["q.week_profile"]),
        ({"week_profile": (1, 0, 0, 0, 0, 0, 0)}, []),
        ({"day_profile": ((1.0,) * 48,)}, ["q.day_profile.0"]),
        ({"day_profile": (row(h9=1),) * 3}, ["q.day_profile"]),
        ({"day_profile": (row(h8=1, h9=1),)}, ["q.day_profile.0"]),
        ({"day_profile": (row(h10=1),)}, ["q.day_profile.0"]),
        ({"day_profile": (row(h9=1),) * 5 + (row(h9=1, h10=1), row())}, ["q.day_profile.5"]),
        ({"day_profile": (row(h9=1),) * 7}, ["q.day_profile.6"]),
        ({"day_profile": (row(h9=1),) * 4 + (row(), row(h9=1), row())}, ["q.day_profile.4"]),
        ({"opening": OpeningHours(days=("09:30-11:00",) * 7)}, [f"q.opening.days.{day}" for day in range(7)]),
        ({"opening": OpeningHours(country="XX")}, ["q.opening.country"]),
    ],
)
def test_each_fault_is_told_at_its_place(fields, expected):
    assert places(**fields) == expected


def test_all_faults_of_a_queue_are_told_at_once():
    found = places(
        contacts_monthly=(1.0,), aht_monthly_s=(1.0,), week_profile=(1,) * 7, day_profile=((1.0,) * 5,) * 2,
        opening=OpeningHours(days=("09:00-11:00",) * 6 + ("closed",), country="DE", subdivision="ZZ"),
    )
    assert found == [
        "q.contacts_monthly", "q.aht_monthly_s", "q.opening.subdivision", "q.day_profile.0", "q.day_profile.1", "q.day_profile", "q.week_profile.6",
    ]


def test_a_fault_names_the_hours_that_are_closed_and_the_saturday_without_weight():
    queue = Demand(base_contacts=1, opening=WEEKDAYS_9_TO_11, interval_minutes=60, day_profile=(row(h8=1, h10=1, h11=2),))
    closed, empty = demand.demand_faults(queue, YEAR, "q")
    assert closed.value == "08:00, 11:00"
    assert empty.problem == "Saturday is open but has no weight"


def test_a_calendar_that_ends_within_the_horizon_is_a_fault_of_the_queue():
    queue = Demand(base_contacts=1, opening=OpeningHours(country="IN"))
    (fault,) = demand.demand_faults(queue, Horizon(first_month="2035-06"), "q")
    assert fault.place == "q.opening.country"


def test_a_profile_that_does_not_fit_is_refused_and_not_cut_to_size():
    queue = Demand(base_contacts=1, opening=WEEKDAYS_9_TO_11, interval_minutes=60, day_profile=(row(h8=1, h9=1),))
    with pytest.raises(InvalidScenario, match="outside opening hours"):
        demand.intervals(queue, YEAR, np.ones(12))


def test_contacts_of_another_length_than_the_horizon_are_refused():
    with pytest.raises(ValueError, match="12 months"):
        demand.intervals(Demand(base_contacts=1), YEAR, np.ones(1))


def test_contacts_in_a_month_without_an_open_day_are_refused_and_no_contacts_are_fine(monkeypatch):
    june = Horizon(first_month="2031-06", months=2)
    all_june = frozenset(date(2031, 6, day) for day in range(1, 31))
    monkeypatch.setattr(horizon, "public_holidays", lambda *_: all_june)
    queue = Demand(base_contacts=1, opening=OpeningHours(country="AD"))
    assert demand.intervals(queue, june, np.array([0.0, 5.0])).contacts[0].sum() == 0
    with pytest.raises(InvalidScenario, match="2031-06 has contacts but no open day"):
        demand.intervals(queue, june, np.array([1.0, 5.0]))


@pytest.fixture(scope="module")
def bank() -> "pd.Series[float]":
    """The bank's calls by day and half-hour, without the lone 21:00 slot."""
    if not BANK.exists():
        pytest.skip("needs ../shared/data/bank_calls_5min_2003.csv")
    calls = pd.read_csv(BANK, parse_dates=["interval_start"]).set_index("interval_start")["calls"]
    return calls[calls.index.hour < 21].resample("30min").sum().loc[lambda found: (found.index.hour >= 7) & (found.index.hour < 21) & (found > 0)]


@pytest.fixture(scope="module")
def bank_demand(bank) -> Demand:
    by_slot = bank.groupby(bank.index.hour * 2 + bank.index.minute // 30).sum().reindex(range(48), fill_value=0)
    by_day = bank.groupby(bank.index.date).sum()
    by_weekday = by_day.groupby([day.weekday() for day in by_day.index]).mean().reindex(range(7), fill_value=0)
    opening = OpeningHours(days=("07:00-21:00",) * 5 + ("closed",) * 2)
    return Demand(base_contacts=1, opening=opening, week_profile=tuple(by_weekday), day_profile=(tuple(by_slot.astype(float)),))


def test_the_bank_has_its_peak_at_ten_with_5_25_percent_of_the_day(bank_demand):
    month = Horizon(first_month="2027-02", months=1)
    spread = demand.intervals(bank_demand, month, np.array([20 * 32_391.7]))
    monday = spread.contacts[0, 0]
    assert demand.demand_faults(bank_demand, month, "bank") == []
    assert monday.argmax() == 20
    assert monday.max() / monday.sum() == pytest.approx(0.0525, abs=0.00005)
    assert monday.max() / monday[spread.open[0]].mean() == pytest.approx(1.47, abs=0.005)


def test_the_bank_has_its_monday_and_its_mean_day_in_a_month_of_four_weeks(bank_demand):
    spread = demand.intervals(bank_demand, Horizon(first_month="2027-02", months=1), np.array([4 * sum(bank_demand.week_profile)]))
    days = spread.contacts[0, :5].sum(axis=1)
    np.testing.assert_allclose(days, [36_339, 32_596, 30_728, 30_702, 31_919], atol=0.6)
    assert days.mean() == pytest.approx(32_457, abs=0.6)
