"""The journeys of the three users in a real browser."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest

from planner import demand
from planner import scenario as scenarios
from planner.ui import navigation
from tests.browser.chromium import open_page, settle
from tests.conftest import ROOT, real_series


def metric(page, label: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue").inner_text()


def headline(page) -> str:
    """The verdict without the name of the icon before it."""
    text = page.get_by_role("heading", level=1).first.inner_text()
    return re.sub(r"^[a-z_]+\s", "", text)


def press(page, lever: str, times: int) -> None:
    slider = page.get_by_role("slider", name=lever)
    slider.focus()
    for _ in range(times):
        page.keyboard.press("ArrowRight")
    settle(page)


def test_moving_growth_changes_verdict_figures_and_chart(page):
    before = (headline(page), metric(page, "Hires"), page.locator(".js-plotly-plot .scatterlayer path.js-line").first.get_attribute("d"))
    press(page, "growth", 16)
    page.wait_for_function("text => !document.querySelector('h1').innerText.includes(text)", arg=before[0], timeout=30_000)
    settle(page)
    after = (headline(page), metric(page, "Hires"), page.locator(".js-plotly-plot .scatterlayer path.js-line").first.get_attribute("d"))
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert after[0].startswith("No, not like this")
    assert re.search(r"Short [\d,]+ FTE in \w{3} 20\d\d", page.inner_text("body"))


@pytest.mark.parametrize("name", ["Growth 2000", "Startup 4", "Giant 50000"])
def test_every_shipped_scenario_opens_with_its_verdict(page, name):
    page.get_by_role("combobox", name="Scenario").click()
    page.get_by_role("option", name=name).click()
    page.get_by_text(f"{name} ·").first.wait_for(timeout=60_000)
    settle(page)
    assert headline(page).startswith(("Yes", "Almost", "No"))
    assert int(metric(page, "Hires").split()[0].replace(",", "")) > 0


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark")])
def test_every_page_shows_itself_whole(browser, address, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    try:
        for name, _, _ in navigation.PAGES:
            page.goto(address if name == "overview" else f"{address}/{name}")
            settle(page)
            text = page.inner_text("body")
            assert "Traceback" not in text, name
            assert "Something went wrong" not in text, name
            assert page.get_by_test_id("stException").count() == 0, name
            assert not re.search(r"\bnan\b|\binf\b|\bNone\b|\d\.\d{5,}", text), (name, re.search(r".{40}(\bnan\b|\binf\b|\bNone\b|\d\.\d{5,}).{40}", text))
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), f"{name} is wider than the screen"
    finally:
        context.close()


def bank_year() -> bytes:
    """A year of half-hours made from the real series: every weekday of 2027 as the mean day of its weekday, in the own layout."""
    calls = pd.read_csv(real_series("bank_calls_5min_2003.csv"), parse_dates=["interval_start"])
    calls = calls[calls.interval_start.dt.hour < 21]
    half_hours = calls.groupby(calls.interval_start.dt.floor("30min")).calls.sum()
    mean = half_hours.groupby([half_hours.index.day_of_week, half_hours.index.strftime("%H:%M")]).mean().round()
    days = pd.bdate_range("2027-01-01", "2027-12-31")
    rows = [(f"{day.date()}T{clock}", "calls", int(mean[day.day_of_week, clock]), 190) for day in days for clock in mean[day.day_of_week].index]
    return pd.DataFrame(rows, columns=["start", "queue", "contacts", "aht_s"]).to_csv(index=False).encode()


def bank_scenario() -> str:
    """Twelve months of the shipped centre with the one queue that the bank's series fills."""
    document = json.loads((ROOT / "data" / "scenarios" / "centre_600.json").read_text())
    queue = next(queue for queue in document["queues"] if queue["name"] == "service calls")
    queue |= {"name": "calls", "opening": {"days": ["07:00-21:00"] * 5 + ["closed", "closed"]}}
    document["queues"] = [queue]
    document["groups"] = [group for group in document["groups"] if group["name"].startswith("service")]
    for group in document["groups"]:
        group["serves"][0]["name"] = "calls"
    for role in document["organisation"]["roles"]:
        kept = [unit for unit in role.get("opening_heads", []) if not unit["unit"].endswith(("Columbus", "Tampa")) or unit["unit"] in ("Columbus", "Tampa")]
        role["opening_heads"] = kept + [unit for unit in role.get("opening_heads", []) if unit["unit"].startswith("service")]
    document |= {"name": "Bank year", "horizon": {"first_month": "2027-01", "months": 12}}
    return json.dumps(document)


def test_a_year_of_interval_volumes_becomes_a_hiring_plan_that_adds_up_to_the_screen(page, tmp_path):
    volumes, file = bank_year(), tmp_path / "bank_year.csv"
    file.write_bytes(volumes)
    (tmp_path / "bank.json").write_text(bank_scenario())
    page.get_by_role("button", name="Open or save").click()
    page.locator('[data-testid="stPopoverBody"] input[type=file]').set_input_files(tmp_path / "bank.json")
    page.get_by_text("Bank year ·").first.wait_for(timeout=60_000)
    settle(page)
    hires_before = metric(page, "Hires")

    page.keyboard.press("Escape")
    open_page(page, "Demand")
    page.locator('[data-testid="stFileUploader"] input[type=file]').last.set_input_files(file)
    page.get_by_text("can be read").wait_for(timeout=60_000)
    page.get_by_role("button", name="Use in scenario").click()
    page.get_by_text("are in use").wait_for(timeout=60_000)
    settle(page)
    total = pd.read_csv(io.BytesIO(volumes)).contacts.sum()
    assert f"{total:,}" in page.inner_text("body")

    open_page(page, "Overview")
    hires = metric(page, "Hires")
    assert hires != hires_before
    open_page(page, "Downloads")
    with page.expect_download() as download:
        page.get_by_role("button", name="Hiring plan (CSV)").click()
    plan = pd.read_csv(download.value.path())
    frontline = plan[plan.role == "frontline"]
    assert f"{frontline.heads.sum():,.0f}" == hires.split()[0]
    with page.expect_download() as download:
        page.get_by_role("button", name="All tables (zip").click()
    tables = {name: pd.read_csv(file) for name, file in unzipped(download.value.path())}
    assert frontline.heads.sum() == tables["headcount"].query("role == 'frontline'").start_heads.sum()
    assert np.isclose(plan.heads.sum(), tables["headcount"].start_heads.sum())
    assert set(tables["requirement"].queue) == {"calls"}
    assert np.isclose(tables["requirement"].contacts.sum(), total)


def unzipped(path):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                yield name.rsplit("/", 1)[-1].removesuffix(".csv"), io.BytesIO(archive.read(name))


def test_a_faulty_volume_file_is_told_with_every_place_and_changes_nothing(page, tmp_path):
    open_page(page, "Demand")
    before = page.get_by_test_id("stDataFrame").first.inner_text()
    scenario = scenarios.load(ROOT / "data" / "scenarios" / "centre_600.json")
    contacts = demand.contacts(scenario.queues[0], scenario.horizon)
    months = [f"{2027 + month // 12}-{month % 12 + 1:02d}" for month in range(len(contacts))]
    lines = ["month,queue,contacts,aht_s", *(f"{month},service calls,{value:.0f},280" for month, value in zip(months, contacts, strict=True))]
    lines[5] = lines[5].replace("2027-05", "2027-15")
    lines.append("2027-01,no such queue,100,200")
    (tmp_path / "faulty.csv").write_text("\n".join(lines))
    page.locator('[data-testid="stFileUploader"] input[type=file]').last.set_input_files(tmp_path / "faulty.csv")
    page.get_by_text("Nothing of it has been used").wait_for(timeout=60_000)
    assert "faulty.csv has 2 faults" in page.inner_text("body")
    settle(page)
    assert page.get_by_role("button", name="Use in scenario").count() == 0
    assert page.get_by_test_id("stDataFrame").first.inner_text() == before
