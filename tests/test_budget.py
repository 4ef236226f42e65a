"""A budget from finance: read whole or refused with every fault, and held against the plan to the cent."""

import contextlib
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import budget as budgets
from planner.budget import EVERYWHERE, TOTAL, UNPAID, Budget, InvalidBudget, Line, read_budget, read_budget_safely, variance
from planner.report import export, tables, words
from planner.report import variance as report
from tests.conftest import planned, shipped


@pytest.fixture(scope="module")
def centre():
    return planned(shipped("centre_600"))


def read(text: str, name: str = "budget.csv", **assume: str) -> Budget:
    return read_budget(text.encode(), name, shipped("centre_600"), assume)


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidBudget) as told:
        read(text)
    return [str(fault) for fault in told.value.faults]


# Reading -------------------------------------------------------------------------------------------------------------------------------------


def test_a_budget_by_month_and_item_is_read():
    found = read("month,item,amount\n2027-01,pay,1000\nFeb 2027,On-cost,250.5\n")
    assert found.lines == (Line("2027-01", EVERYWHERE, "pay", 1000.0), Line("2027-02", EVERYWHERE, "on_cost", 250.5))
    assert not found.by_site
    assert found.months == ("2027-01", "2027-02")


def test_sites_are_known_by_name_and_a_blank_one_belongs_to_none():
    found = read("month,site,item,amount\n2027-01,tampa,pay,10\n2027-01,,pay,5\n2027-01,all,hiring,1\n")
    assert [line.site for line in found.lines] == ["Tampa", EVERYWHERE, EVERYWHERE]
    assert found.by_site


def test_decimal_comma_and_semicolons_are_understood():
    assert read("month;item;amount\n2027-01;pay;1.234.567,50\n").lines[0].amount == 1_234_567.5


def test_an_amount_that_two_readings_fit_is_asked_and_the_answer_holds():
    text = "month;item;amount\n2027-01;pay;1.234\n"
    with pytest.raises(InvalidBudget) as told:
        read(text)
    assert [question.key for question in told.value.questions] == ["decimal"]
    assert read(text, decimal="comma").lines[0].amount == 1234.0
    assert read(text, decimal="point").lines[0].amount == 1.234


def test_every_fault_is_told_with_its_row_and_column():
    told = refused("month,item,amount,site\n2027-15,pay,10,Tampa\n2027-01,rent,10,Tampa\n2027-01,pay,-3,Tampa\n2027-01,pay,x,Moon\n2027-01,hiring,,Tampa\n")
    for place in ("row 2, column month", "row 3, column item", "row 4, column amount", "row 5, column amount", "row 5, column site", "row 6, column amount"):
        assert [line for line in told if place in line], (place, told)


def test_the_price_of_shortage_has_no_budget_and_a_misspelt_item_is_suggested():
    told = refused("month,item,amount\n2027-01,shortage_price,10\n2027-01,overtme,10\n")
    assert "value lost, not money paid" in told[0]
    assert "Did you mean overtime?" in told[1]


def test_a_row_that_stands_twice_and_totals_beside_items_are_refused():
    assert "stands there twice" in refused("month,item,amount\n2027-01,pay,1\n2027-01,Pay,2\n")[0]
    assert "counted twice" in refused("month,item,amount\n2027-01,total,1\n2027-01,Pay,2\n")[0]


def test_months_beyond_the_plan_are_told_and_none_within_it_is_refused():
    found = read("month,item,amount\n2026-12,pay,1\n2027-01,pay,2\n")
    assert any("outside the plan" in notice for notice in found.notices)
    assert "none of its months is planned" in refused("month,item,amount\n2020-01,pay,1\n")[0]


def test_amounts_beyond_a_thousand_million_are_budgets_of_other_currencies():
    assert read("month,item,amount\n2027-01,pay,5000000000\n").lines[0].amount == 5e9


def test_a_workbook_is_read_like_the_csv(centre):
    frame = report.template(centre)
    data = io.BytesIO()
    frame.to_excel(data, index=False, engine="xlsxwriter")
    assert read_budget(data.getvalue(), "b.xlsx", centre.scenario).lines == read_budget(export.to_csv(frame), "b.csv", centre.scenario).lines


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a,b\n1,2\n", b"month,item,amount\n"])
def test_what_is_no_budget_is_refused_in_words(data):
    with pytest.raises(InvalidBudget):
        read_budget(data, "b.csv", shipped("centre_600"))


def test_the_safe_reading_says_the_same(centre):
    data = export.to_csv(report.template(centre))
    assert read_budget_safely(data, "b.csv", centre.scenario) == read_budget(data, "b.csv", centre.scenario)
    with pytest.raises(InvalidBudget, match="no row has the columns"):
        read_budget_safely(b"x,y\n1,2\n", "b.csv", centre.scenario)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_fault_of_the_file(data):
    with contextlib.suppress(InvalidBudget):
        assert read_budget(data, "b.csv", shipped("startup_4")).lines


# Variance ------------------------------------------------------------------------------------------------------------------------------------


def test_the_template_filled_with_the_plans_own_cost_has_no_variance_but_cents(shipped_plan):
    found = read_budget(export.to_csv(report.template(shipped_plan)), "b.csv", shipped_plan.scenario)
    assert np.abs(variance(shipped_plan, found).variance).max() <= 0.5 + 1e-9


def test_plan_and_variance_add_up_to_the_money_paid(shipped_plan):
    found = variance(shipped_plan, Budget("b", tuple(Line(month, EVERYWHERE, "pay", 7.0) for month in shipped_plan.months)))
    assert found.plan.sum(axis=1) == pytest.approx(shipped_plan.spend)
    assert (found.budget.sum(axis=1) + found.variance.sum(axis=1)) == pytest.approx(shipped_plan.spend)


def test_by_item_and_site_the_plan_is_that_of_the_cost_table(centre):
    lines = tuple(Line(month, site, "pay", 1.0) for month in centre.months for site in ("Columbus", "Tampa", EVERYWHERE))
    found = variance(centre, Budget("b", lines, by_site=True))
    cost = tables.cost_table(centre)
    for (site, item), column in zip(found.rows, found.plan.T, strict=True):
        rows = cost[(cost.site == site) & (cost.item == item)].groupby("month").amount.sum()
        assert column == pytest.approx(rows.reindex(list(centre.months), fill_value=0.0).to_numpy()), (site, item)
    assert UNPAID not in {item for _, item in found.rows}


def test_only_months_that_the_budget_covers_are_compared(centre):
    found = variance(centre, Budget("b", (Line("2027-03", EVERYWHERE, "pay", 5.0), Line("2026-01", EVERYWHERE, "pay", 5.0))))
    assert found.months == ("2027-03",)
    assert found.plan.sum() == pytest.approx(centre.spend[2])


def test_a_budget_of_totals_is_held_against_everything_paid(centre):
    found = variance(centre, Budget("b", tuple(Line(month, EVERYWHERE, TOTAL, 1e6) for month in centre.months)))
    assert found.rows == ((EVERYWHERE, TOTAL),)
    assert found.variance[:, 0] == pytest.approx(centre.spend - 1e6)


def test_plan_and_budget_without_a_month_in_common_cannot_be_compared(centre):
    with pytest.raises(ValueError, match="share no month"):
        variance(centre, Budget("b", (Line("2020-01", EVERYWHERE, "pay", 5.0),)))


def test_the_table_adds_up_and_is_blank_where_nothing_was_budgeted(centre):
    found = variance(centre, Budget("b", tuple(Line(month, EVERYWHERE, "pay", 3e6) for month in centre.months)))
    frame = report.variance_table(found, "USD")
    assert (frame.plan - frame.budget).to_numpy() == pytest.approx(frame.variance.to_numpy())
    assert frame.variance_share.isna().to_numpy().tolist() == (frame.budget == 0).tolist()
    again = pd.read_csv(io.BytesIO(export.to_csv(frame)))
    assert again.plan.sum() == pytest.approx(centre.spend.sum())
    assert not frame.duplicated(["month", "site", "item"]).any()


def test_words_chart_and_tables_say_the_same_sums(centre):
    found = variance(centre, Budget("b", tuple(Line(month, EVERYWHERE, "pay", 3e6) for month in centre.months)))
    says = report.in_words(found, "USD")
    assert words.money(float(centre.spend.sum()), "USD") in says
    assert words.money(float(found.variance.sum()), "USD") in says
    assert report.by_item(found, "USD")["Plan"][-1] == words.money(float(centre.spend.sum()), "USD")
    figure = report.chart(found, "USD")
    assert sum(sum(trace.y) for trace in figure.data[:2]) == pytest.approx(centre.spend.sum())
    assert sum(figure.data[2].y) == pytest.approx(36 * 3e6)


def test_what_was_not_budgeted_is_named_so(centre):
    found = variance(centre, Budget("b", tuple(Line(month, EVERYWHERE, "pay", 3e6) for month in centre.months)))
    rows = report.by_item(found, "USD")
    assert rows["Of the budget"][rows["Item"].index("Hiring")] == "not budgeted"
    assert budgets.item_named("management_search") == "management_search"
