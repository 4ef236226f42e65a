"""Months, days, opening hours and public holidays, against the standard library's calendar."""

import calendar
import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import horizon
from planner.errors import InvalidScenario
from planner.horizon import Horizon, OpeningHours

HORIZONS = st.builds(
    lambda year, month, months: Horizon(first_month=f"{year}-{month:02d}", months=months),
    st.integers(2020, 2040), st.integers(1, 12), st.integers(1, 40),
)
OPENINGS = st.builds(
    lambda open_week, country, share: OpeningHours(
        days=tuple("08:00-20:00" if is_open else "closed" for is_open in open_week), country=country, holiday_share=share
    ),
    st.tuples(*[st.booleans()] * 7), st.sampled_from([None, "DE", "US", "FR"]), st.sampled_from([0.0, 0.3]),
)


def days_of(plan: Horizon) -> list[tuple[int, date]]:
    """Every day of a horizon with its row, by the standard library."""
    year, month = map(int, plan.first_month.split("-"))
    found = []
    for row in range(plan.months):
        found += [(row, date(year, month, day)) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def test_labels_cross_the_year():
    assert horizon.month_labels(Horizon(first_month="2027-11", months=4)) == ("2027-11", "2027-12", "2028-01", "2028-02")


@given(HORIZONS)
def test_a_label_leads_back_to_its_row_and_its_calendar_month(plan):
    labels = horizon.month_labels(plan)
    assert [horizon.month_index(plan, label) for label in labels] == list(range(plan.months))
    assert horizon.calendar_months(plan).tolist() == [int(label[5:]) for label in labels]
    assert [f"{horizon.month_start(plan, row):%Y-%m-%d}" for row in range(plan.months)] == [f"{label}-01" for label in labels]


@given(HORIZONS, st.integers(-60, 200))
def test_rows_before_and_beyond_the_horizon_have_dates_that_lead_back(plan, row):
    start = horizon.month_start(plan, row)
    assert start.day == 1
    assert horizon.month_index(plan, f"{start:%Y-%m}") == row


def test_years_are_those_of_the_first_and_the_last_month():
    assert horizon.years(Horizon(first_month="2027-12", months=1)) == (2027,)
    assert horizon.years(Horizon(first_month="2027-12", months=14)) == (2027, 2028, 2029)


def test_four_weeks_are_a_little_less_than_a_month():
    assert horizon.months_of_weeks(4) == pytest.approx(4 * 7 * 12 / 365.25, abs=1e-15)
    assert horizon.months_of_weeks(4) == pytest.approx(0.91992, abs=1e-5)


def test_thirty_days_are_98_6_percent_of_a_month():
    assert horizon.months_of_days(30) == pytest.approx(0.98563, abs=1e-5)


@given(st.floats(0, 600))
def test_days_and_months_convert_both_ways(months):
    assert horizon.months_of_days(horizon.days_of_months(months)) == pytest.approx(months)


@given(HORIZONS)
def test_weekdays_are_counted_as_the_standard_library_counts_them(plan):
    expected = np.zeros(plan.months, dtype=int)
    for row, day in days_of(plan):
        expected[row] += day.weekday() < 5
    assert horizon.weekdays(plan).tolist() == expected.tolist()


def test_an_ordinary_year_pays_2088_hours_of_40_a_week():
    assert horizon.paid_hours(Horizon(first_month="2027-01", months=12), 40.0).sum() == 261 * 8


def test_paid_hours_average_173_9_a_month_over_28_years():
    months = [horizon.paid_hours(Horizon(first_month=f"{year}-01", months=12), 40.0).mean() for year in range(2027, 2055)]
    assert np.mean(months) == pytest.approx(365.25 * 8 * 5 / 7 / 12, abs=1e-9)


def test_paid_hours_follow_the_contract():
    plan = Horizon(first_month="2027-02", months=1)
    assert horizon.paid_hours(plan, 37.5).tolist() == [150.0]


def test_public_holidays_of_bavaria_are_more_than_those_of_germany():
    bavaria = horizon.public_holidays("DE", "BY", (2027,))
    assert date(2027, 1, 6) in bavaria
    assert bavaria > horizon.public_holidays("DE", None, (2027,))


def test_independence_day_on_a_sunday_is_free_on_the_monday():
    assert {date(2027, 7, 4), date(2027, 7, 5)} <= horizon.public_holidays("US", None, (2027,))


def test_without_a_country_there_are_no_public_holidays():
    assert horizon.public_holidays(None, None, (2027,)) == frozenset()


def test_public_holidays_are_worked_out_once():
    first = horizon.public_holidays("FR", None, (2027, 2028))
    assert horizon.public_holidays("FR", None, (2027, 2028)) is first


@pytest.mark.parametrize(
    ("country", "subdivision", "words"),
    [("DX", None, "DE, DJ, DK"), ("ZB", None, "ZA"), ("DE", "Bavaria", "BY"), ("US", "ca", "CA"), ("DE", "Hessen", "HE")],
)
def test_an_unknown_region_is_refused_with_the_nearest_codes(country, subdivision, words):
    with pytest.raises(InvalidScenario, match=rf"nearest codes are .*\b{words}\b"):
        horizon.public_holidays(country, subdivision, (2027,))


def test_a_subdivision_without_a_country_is_a_fault():
    faults = horizon.region_faults(None, "BY", "sites.Munich")
    assert [fault.place for fault in faults] == ["sites.Munich.subdivision"]


def test_a_country_without_subdivisions_says_so():
    (fault,) = horizon.region_faults("LU", "XX", "sites.one")
    assert fault.remedy == "Leave it empty: this country's calendar has no subdivisions."


@pytest.mark.parametrize(("country", "subdivision"), [(None, None), ("DE", None), ("DE", "BY"), ("GB", "SCT"), ("UK", None)])
def test_a_known_region_has_no_fault(country, subdivision):
    assert horizon.region_faults(country, subdivision, "sites.one") == []


@pytest.mark.parametrize(("country", "years"), [("DE", (2027, 2101)), ("IN", (2035, 2036))])
def test_a_calendar_that_ends_too_early_is_refused_and_not_taken_as_years_without_holidays(country, years):
    (fault,) = horizon.coverage_faults(country, None, years, "queues.sales.opening")
    assert fault.place == "queues.sales.opening.country"
    with pytest.raises(InvalidScenario, match="calendar of"):
        horizon.public_holidays(country, None, years)


def test_working_share_counts_only_holidays_from_monday_to_friday():
    plan = Horizon(first_month="2027-01", months=12)
    share = horizon.working_share(plan, "DE", "BY")
    assert share[0] == pytest.approx(1 - 2 / 21)
    assert share[11] == 1.0
    assert (1 - share) @ horizon.weekdays(plan) == pytest.approx(8)


@given(HORIZONS)
def test_without_a_country_every_weekday_is_worked(plan):
    assert horizon.working_share(plan, None, None).tolist() == [1.0] * plan.months


@settings(deadline=None, max_examples=60)
@given(HORIZONS, OPENINGS)
def test_day_counts_are_those_of_a_walk_through_the_calendar(plan, opening):
    expected = np.zeros((plan.months, 14), dtype=int)
    for row, day in days_of(plan):
        holiday = day in horizon.public_holidays(opening.country, None, (day.year,))
        if opening.days[day.weekday()] != "closed" and (not holiday or opening.holiday_share > 0):
            expected[row, day.weekday() + 7 * holiday] += 1
    assert horizon.day_counts(plan, opening).tolist() == expected.tolist()


def test_a_queue_open_on_holidays_is_open_on_every_day_of_the_year():
    opening = OpeningHours(days=("00:00-24:00",) * 7, country="US", holiday_share=0.4)
    assert horizon.day_counts(Horizon(first_month="2028-01", months=12), opening).sum() == 366


def test_open_slots_end_before_closing_time():
    slots = horizon.open_slots(OpeningHours(days=("07:00-21:00",) * 5 + ("00:00-24:00", "closed")), 30)
    assert slots.shape == (7, 48)
    assert np.flatnonzero(slots[0]).tolist() == list(range(14, 42))
    assert slots[5].all()
    assert not slots[6].any()


@pytest.mark.parametrize(("minutes", "count"), [(15, 96), (30, 48), (60, 24)])
def test_a_day_has_24_hours_of_intervals(minutes, count):
    assert horizon.interval_count(minutes) == count
    assert horizon.open_slots(OpeningHours(), minutes)[0].sum() * minutes == 12 * 60


def test_every_fault_of_the_opening_hours_is_told_at_once():
    opening = OpeningHours(days=("20:00-08:00", "08:10-20:00", "09:00-09:00", *("closed",) * 4), country="XX")
    faults = horizon.opening_faults(opening, 30, "queues.sales.opening")
    assert [fault.place.removeprefix("queues.sales.opening.") for fault in faults] == ["days.0", "days.1", "days.2", "country"]


def test_ten_past_eight_is_a_fault_for_half_hours_and_hours_but_a_quarter_past_fits_quarters():
    quarter = OpeningHours(days=("08:15-20:00",) + ("closed",) * 6)
    assert horizon.opening_faults(quarter, 15, "opening") == []
    assert len(horizon.opening_faults(quarter, 30, "opening")) == 1
    assert len(horizon.opening_faults(OpeningHours(days=("08:00-20:15",) + ("closed",) * 6), 30, "opening")) == 1


def test_a_queue_that_is_never_open_is_a_fault():
    (fault,) = horizon.opening_faults(OpeningHours(days=("closed",) * 7), 30, "opening")
    assert fault.problem == "every day is closed"


def test_slots_of_impossible_hours_are_refused():
    with pytest.raises(InvalidScenario, match="Monday closes before it opens"):
        horizon.open_slots(OpeningHours(days=("20:00-08:00",) + ("closed",) * 6), 30)


def test_classes_start_after_new_year_and_epiphany_in_bavaria():
    plan = Horizon(first_month="2025-01")
    assert horizon.first_workday(plan, 0, "DE", "BY") == date(2025, 1, 2)
    assert horizon.first_workday(plan, 0, None, None) == date(2025, 1, 1)
    assert horizon.first_workday(plan, -1, "DE", "BY") == date(2024, 12, 2)


@given(HORIZONS, st.integers(-12, 60))
def test_the_first_workday_has_only_free_days_before_it_in_its_month(plan, row):
    day = horizon.first_workday(plan, row, "US", None)
    free = [horizon.month_start(plan, row) + timedelta(days=step) for step in range(day.day - 1)]
    assert day.weekday() < 5
    assert day not in horizon.public_holidays("US", None, (day.year,))
    assert all(other.weekday() > 4 or other in horizon.public_holidays("US", None, (other.year,)) for other in free)


def test_days_before_goes_back_to_a_friday_and_over_a_holiday():
    assert horizon.days_before(date(2027, 3, 8), 36) == date(2027, 1, 29)
    assert horizon.days_before(date(2027, 4, 1), 3) == date(2027, 3, 29)
    assert horizon.days_before(date(2027, 4, 1), 3, "DE") == date(2027, 3, 25)


@given(st.dates(date(2024, 1, 1), date(2035, 1, 1)), st.floats(0, 400))
def test_days_before_leaves_at_least_the_time_and_at_most_a_weekend_more(day, days):
    early = horizon.days_before(day, days)
    assert early.weekday() < 5
    assert 0 <= (day - early).days - math.ceil(days) <= 2


def test_negative_days_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        horizon.days_before(date(2027, 1, 1), -1)


@pytest.mark.parametrize(
    "array",
    [
        horizon.calendar_months(Horizon(first_month="2027-01")),
        horizon.weekdays(Horizon(first_month="2027-01")),
        horizon.working_share(Horizon(first_month="2027-01"), "DE", None),
        horizon.day_counts(Horizon(first_month="2027-01"), OpeningHours()),
        horizon.open_slots(OpeningHours(), 30),
    ],
)
def test_remembered_arrays_cannot_be_changed(array):
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0
