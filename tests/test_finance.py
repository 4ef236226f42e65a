"""Pay, rates and cost terms: exact arithmetic, proportionality, faults at their place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner import finance as fin
from planner.errors import InvalidScenario
from planner.finance import ExchangeRate, Finance

LABELS = ["2027-11", "2027-12", "2028-01", "2028-02"]
AMOUNTS = arrays(float, (4, 3), elements=st.floats(0, 1e5))


def rate(currency, from_month, value):
    return ExchangeRate(currency=currency, from_month=from_month, rate=value)


# --- Pay rises


def test_pay_rises_in_the_thirteenth_and_the_twenty_fifth_month():
    index = fin.pay_index(36, 0.03)
    assert index.shape == (36,)
    assert np.flatnonzero(np.diff(index)).tolist() == [11, 23]
    assert index[[0, 12, 35]].tolist() == pytest.approx([1.0, 1.03, 1.0609])


def test_pay_without_a_rise_stays():
    assert fin.pay_index(30, 0.0).tolist() == [1.0] * 30


@given(st.integers(1, 60), st.floats(-0.5, 2))
def test_pay_compounds_year_by_year(months, rise):
    index, expected = fin.pay_index(months, rise), 1.0
    for month in range(months):
        expected *= 1 + rise if month and month % 12 == 0 else 1
        assert index[month] == pytest.approx(expected)


def test_pay_is_paid_in_the_currency_of_its_site_and_rises():
    rates = np.stack([np.ones(13), np.linspace(1.0, 1.2, 13)], axis=1)
    paid = fin.pay_path(Finance(pay_rise_annual=0.1), [3_000, 2_000], rates)
    assert paid[0].tolist() == pytest.approx([3_000, 2_000])
    assert paid[12].tolist() == pytest.approx([3_300, 2_640])


# --- Exchange rates


def test_the_reporting_currency_and_none_are_worth_one():
    for currency in (None, "USD"):
        assert fin.exchange_rates(Finance(), currency, LABELS).tolist() == [1.0] * 4


def test_a_rate_holds_from_its_month_until_the_next_in_any_order_of_entry():
    finance = Finance(rates=(rate("EUR", "2028-01", 1.0), rate("PHP", "2020-01", 0.02), rate("EUR", "2026-05", 1.1)))
    assert fin.exchange_rates(finance, "EUR", LABELS).tolist() == [1.1, 1.1, 1.0, 1.0]
    assert fin.exchange_rates(finance, "PHP", LABELS).tolist() == [0.02] * 4


def test_a_month_without_a_rate_is_refused_by_currency_and_month():
    finance = Finance(rates=(rate("EUR", "2028-01", 1.2),))
    with pytest.raises(InvalidScenario, match="no rate of EUR for 2027-11 to 2027-12"):
        fin.exchange_rates(finance, "EUR", LABELS)
    with pytest.raises(InvalidScenario, match="no rate of INR for 2027-11 to 2028-02"):
        fin.exchange_rates(finance, "INR", LABELS)


# --- Faults


def test_sound_finance_has_no_fault():
    finance = Finance(rates=(rate("EUR", "2027-11", 1.2),), budget_monthly=(1e6,) * 4)
    assert fin.finance_faults(finance, LABELS, [None, "USD", "EUR", "EUR"], "finance") == []


def test_a_budget_must_cover_the_horizon_exactly():
    for given_months in (3, 5):
        (fault,) = fin.finance_faults(Finance(budget_monthly=(1.0,) * given_months), LABELS, [], "finance")
        assert fault.place == "finance.budget_monthly"
        assert f"{given_months} months, the horizon 4" in fault.problem


def test_each_missing_currency_is_told_once_with_its_months():
    faults = fin.finance_faults(Finance(rates=(rate("EUR", "2027-12", 1.2),)), LABELS, ["EUR", "PHP", "EUR", None], "finance")
    assert [fault.place for fault in faults] == ["finance.rates", "finance.rates"]
    assert "EUR for 2027-11" in faults[0].problem
    assert "PHP for 2027-11 to 2028-02" in faults[1].problem


def test_two_rates_from_one_month_and_a_rate_of_the_reporting_currency_are_faults():
    finance = Finance(rates=(rate("EUR", "2027-01", 1.1), rate("EUR", "2027-01", 1.2), rate("USD", "2027-01", 1.0)))
    places = [fault.place for fault in fin.finance_faults(finance, LABELS, ["EUR"], "finance")]
    assert places == ["finance.rates.1.from_month", "finance.rates.2.currency"]


# --- Cost terms


@given(AMOUNTS, AMOUNTS)
def test_doubling_every_pay_doubles_the_pay_bill_and_all_that_hangs_on_it(fte, monthly_pay):
    def bill(paid):
        gross = fin.pay(fte, paid) + fin.external_premium_pay(fte, paid, 0.18)
        return gross, fin.on_cost(gross, 0.25), fin.overtime(Finance(), fte, paid), fin.shortage_price(Finance(), fte, paid)

    for once, twice in zip(bill(monthly_pay), bill(2 * monthly_pay), strict=True):
        assert once.shape == (4, 3)
        assert np.allclose(2 * once, twice, rtol=1e-12, atol=1e-100)


def test_a_pay_path_by_month_is_spread_over_groups():
    paid = fin.pay(np.full((2, 3), 10.0), np.array([[3_000.0], [3_090.0]]))
    assert paid.tolist() == [[30_000.0] * 3, [30_900.0] * 3]


def test_pay_and_its_on_cost_are_the_loaded_pay():
    assert fin.pay(7, 3_600) + fin.on_cost(fin.pay(7, 3_600), 0.25) == 7 * fin.loaded_pay(Finance(), 3_600)


def test_the_overtime_price_of_the_default_scenario_is_that_of_the_model():
    assert fin.overtime(Finance(), 1, 3_600) == 6_750
    assert fin.shortage_price(Finance(), 1, 3_600) == 3 * 4_500


def test_an_overtime_hour_costs_its_multiple_of_a_loaded_hour():
    finance = Finance(on_cost=0.4, overtime_multiple=2.0)
    assert fin.overtime(finance, 3, 1_000) == pytest.approx(3 * 1_000 * 2.0 * 1.4)


def test_a_shortage_is_priced_in_loaded_pay():
    assert fin.shortage_price(Finance(on_cost=0.1, shortage_multiple=5.0), 2, 1_000) == pytest.approx(2 * 1_100 * 5)


def test_people_from_outside_are_paid_their_premium_on_top():
    assert fin.external_premium_pay([0, 2], [5_000, 5_000], 0.18).tolist() == pytest.approx([0, 1_800])


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        (fin.contractor(Finance(contractor_monthly_cost=7_000), [1.5, 0]), [10_500, 0]),
        (fin.class_cost(Finance(cost_per_class=5_000), [2, 0]), [10_000, 0]),
        (fin.hiring([20, 0], 4_425), [88_500, 0]),
        (fin.search_cost([3, 0], 12_000), [36_000, 0]),
    ],
    ids=["contractor", "class_cost", "hiring", "search_cost"],
)
def test_outlays_are_quantity_times_price(cost, amount):
    assert cost.tolist() == amount


def test_the_items_are_those_of_the_cost_table():
    assert ", ".join(fin.ITEMS) == "pay, on_cost, hiring, training, tuition, overtime, contractor, management_search, shortage_price, other"


def test_attrition_costs_a_replacement_for_each_leaver_and_washout():
    assert fin.cost_of_attrition([10.5, 0], [2, 1], 9_000).tolist() == [112_500, 9_000]


def test_a_month_without_contacts_has_no_cost_per_contact():
    each = fin.cost_per_contact(np.array([450_000.0, 10.0]), np.array([100_000.0, 0.0]))
    assert each.tolist() == [4.5, None]


def test_pay_rises_first_after_the_months_that_are_said_and_every_twelfth_after_it():
    index = fin.pay_index(30, 0.1, first_rise_months=5)
    assert index[[0, 4, 5, 16, 17, 28, 29]] == pytest.approx([1, 1, 1.1, 1.1, 1.21, 1.21, 1.331])
    assert fin.pay_index(30, 0.1, 12).tolist() == fin.pay_index(30, 0.1).tolist()
