"""The journey of finance in a real browser: tables, workbook, report and screen with the same totals; a budget in, its variance out."""

import io
import re

import pandas as pd
import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from planner.report import words
from tests.browser.acts import downloaded, drop, metric, unzipped
from tests.browser.chromium import drawn, open_page, settle


def button(label: str) -> re.Pattern[str]:
    return re.compile(re.escape(label))


def sheet(book: bytes, title: str) -> pd.DataFrame:
    """The rows of a sheet that are data: its last is the totals."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(title).to_python()
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_screen_tables_workbook_and_report_agree_in_every_total_and_a_budget_comes_in(visit, tmp_path):
    page = visit("?scenario=centre_600&growth=0.01")
    hires, cost, verdict = metric(page, "Hires"), metric(page, "People cost"), page.get_by_role("heading", level=1).inner_text()

    open_page(page, "Downloads")
    tables = {name: pd.read_csv(file, keep_default_na=False) for name, file in unzipped(downloaded(page, button("All tables (zip")))}
    book, report = downloaded(page, button("Workbook (Excel)")), downloaded(page, button("Report (HTML")).decode()
    amounts = tables["cost"][tables["cost"].item != "shortage_price"].amount
    assert cost == words.money(amounts.sum(), "USD")
    headcount = tables["headcount"]
    starts = headcount[headcount.role == "frontline"].start_heads.sum()
    assert hires == words.people(starts)
    plan = tables["hiring_plan"]
    assert plan[plan.role == "frontline"].heads.sum() == starts
    assert f"{words.money(plan.cost.sum(), 'USD')} ({words.number(plan.cost.sum())} USD)" in page.inner_text("body")

    for title, name, column in (("Cost", "cost", "amount"), ("Hiring plan", "hiring_plan", "heads"), ("Hiring plan", "hiring_plan", "cost"),
                                ("Headcount", "headcount", "start_heads"), ("Requirement", "requirement", "contacts")):  # fmt: skip
        told = pd.to_numeric(sheet(book, title)[column], errors="coerce").to_numpy()
        wanted, rows = pd.to_numeric(tables[name][column]).sum(), len(tables[name])
        assert abs(told[:rows].sum() - wanted) <= 1e-6 * abs(wanted), (title, column)
        assert any(abs(total - wanted) <= 1e-6 * abs(wanted) for total in told[rows:]), (title, column, "the total of the sheet")
    text = " ".join(re.sub(r"<[^>]+>", " ", report).split())
    assert f"Hires {hires}" in text
    assert f"People cost {cost}" in text
    assert re.sub(r"^[a-z_]+\s", "", verdict) in text

    open_page(page, "Cost")
    by_month = pd.read_csv(io.BytesIO(downloaded(page, button("Template with the plan's own cost"))))
    assert abs(by_month.amount.sum() - amounts.sum()) <= len(by_month)
    by_month["amount"] = by_month.amount.where(by_month.item != "pay", (by_month.amount * 0.9).round())
    by_month.to_csv(tmp_path / "budget 2027.csv", index=False)
    drop(page, tmp_path / "budget 2027.csv")
    page.get_by_role("button", name="Hold the plan to it").wait_for()
    settle(page)
    over = amounts.sum() - by_month.amount.sum()
    assert f"the plan, at {cost}, is {words.money(over, 'USD')}" in page.inner_text("body")
    variance = pd.read_csv(io.BytesIO(downloaded(page, button("Variance by month and item (CSV)"))))
    assert abs(variance.variance.sum() - over) <= 1
    assert abs(variance.plan.sum() - amounts.sum()) <= 1

    open_page(page, "Downloads")
    held = sheet(downloaded(page, button("Workbook (Excel)")), "Budget variance")
    assert abs(pd.to_numeric(held.variance, errors="coerce").to_numpy()[: len(variance)].sum() - over) <= 1
    assert words.money(over, "USD") in downloaded(page, button("Report (HTML")).decode()
    open_page(page, "Cost")
    page.get_by_role("button", name="Remove the budget").click()
    page.get_by_role("button", name="Template with the plan's own cost").wait_for()


def test_a_faulty_budget_is_told_with_its_places_and_is_not_used(visit, tmp_path):
    page = visit("cost")
    (tmp_path / "faulty.csv").write_text("month,item,amount\n2027-01,pay,1000\n2027-13,pay,1000\n2027-02,pay,much\n")
    drop(page, tmp_path / "faulty.csv")
    page.get_by_text("2027-13").first.wait_for()
    settle(page)
    said = page.inner_text("body")
    assert "much" in said
    assert page.get_by_role("button", name="Hold the plan to it").count() == 0
    assert "Traceback" not in said


PICTURE = '[data-title^="Download"], [title^="Download"], [aria-label^="Download"]'
"""The button of a chart that saves it, by the name it tells; Plotly's own is a link that tells it beside itself."""


def test_a_chart_is_saved_as_a_picture_by_its_button(visit):
    page = visit("cost")
    drawn(page)
    chart = page.get_by_test_id("stMain").locator(".js-plotly-plot").first
    assert chart.locator(PICTURE).count() == 0, "charts carry no button unless it was asked for"
    page.get_by_role("button", name="Numbers and charts").click()
    page.get_by_text("Picture button on charts").click()
    settle(page)
    page.keyboard.press("Escape")
    drawn(page)
    chart.hover()
    with page.expect_download() as download:
        chart.locator(PICTURE).first.click()
    assert download.value.suggested_filename.startswith("frontline_")
    picture = Image.open(download.value.path())
    box = chart.bounding_box()
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(2 * box["width"], abs=4)
    assert len(picture.convert("RGB").getcolors(1 << 24)) > 20, "an empty picture"
