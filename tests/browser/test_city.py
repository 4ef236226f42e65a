"""The city's ten years of days dropped in, mapped, forecast, used and planned, in a real browser."""

import json
import re

from tests.browser.acts import bank_scenario, drop, metric, open_scenario
from tests.browser.chromium import open_page, settle
from tests.conftest import real_series

FIRST_YEAR = "2016"
"""Days before it are left out, so that the back-test has few origins and the forecast is fast."""


def city_scenario() -> str:
    """A year of the bank's centre with one queue, the city's line, planned for the year after the history."""
    document = json.loads(bank_scenario())
    queue = document["queues"][0]
    queue |= {"name": "city line", "opening": {"days": ["07:00-21:00"] * 7, "country": "CA", "subdivision": "BC"}, "events": []}
    for group in document["groups"]:
        group["serves"][0]["name"] = "city line"
    document |= {"name": "City year", "horizon": {"first_month": "2020-01", "months": 12}}
    return json.dumps(document)


def years_of_days(tmp_path):
    header, *rows = real_series("city_311_daily_2009_2019.csv").read_text().splitlines()
    file = tmp_path / "city days.csv"
    file.write_text("\n".join([header, *(row for row in rows if row >= FIRST_YEAR)]))
    return file


def test_the_citys_days_are_mapped_forecast_used_and_planned(page, tmp_path):
    file = years_of_days(tmp_path)
    (tmp_path / "city.json").write_text(city_scenario())
    open_scenario(page, tmp_path / "city.json", "City year")
    before = [metric(page, label) for label in ("Hires", "Cost")]

    open_page(page, "Demand")
    drop(page, file)
    page.get_by_role("button", name="Read the file with these columns").click(timeout=120_000)
    page.get_by_text("None: the plan keeps its own").click(timeout=120_000)
    page.get_by_role("button", name="Read the file with these answers").click()
    page.get_by_text("forecast the plan's months from it below").wait_for(timeout=120_000)
    settle(page)
    assert "Time: date. A row is a day. Contacts: offered. Queue: city line, the only one." in page.inner_text("body")
    assert page.get_by_role("button", name="Use in scenario").count() == 0

    page.get_by_role("button", name="Forecast", exact=True).click()
    page.get_by_text("Loading the forecaster").wait_for(timeout=120_000)
    page.get_by_text("How far it can be trusted").wait_for(timeout=180_000)
    settle(page)
    said = page.inner_text("body")
    assert re.search(r"Its error was \d.* a month ahead", said)
    assert re.search(r"[\d,]+ contacts from Jan 2020 to Dec 2020", said)
    page.get_by_role("button", name="Use in scenario").click()
    page.get_by_text("from this forecast").wait_for(timeout=120_000)
    settle(page)

    open_page(page, "Overview")
    after = [metric(page, label) for label in ("Hires", "Cost")]
    assert all(one != other for one, other in zip(before, after, strict=True))
