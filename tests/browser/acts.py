"""What readers do on the dashboard, and what they read from it."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page

from tests.browser.chromium import settle
from tests.conftest import ROOT, real_series


def metric(page: Page, label: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue").inner_text()


def headline(page: Page) -> str:
    """The verdict without the name of the icon before it."""
    text = page.get_by_role("heading", level=1).first.inner_text()
    return re.sub(r"^[a-z_]+\s", "", text)


def first_line(page: Page) -> str | None:
    """The first line that the first chart draws."""
    return page.locator(".js-plotly-plot .scatterlayer path.js-line").first.get_attribute("d")


def press(page: Page, lever: str, times: int) -> None:
    slider = page.get_by_role("slider", name=lever)
    slider.focus()
    for _ in range(times):
        page.keyboard.press("ArrowRight")
    settle(page)


def pick(page: Page, label: str, option: str) -> None:
    """Chooses an option of a select box, which lists only what fits what is typed."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def open_scenario(page: Page, file: Path, name: str) -> None:
    """Opens a scenario file from the sidebar."""
    page.get_by_role("button", name="Open or save").click()
    page.locator('[data-testid="stPopoverBody"] input[type=file]').set_input_files(file)
    page.get_by_text(f"{name} ·").first.wait_for()
    settle(page)
    page.keyboard.press("Escape")


def drop(page: Page, file: Path) -> None:
    """Drops a file where the page asks for one."""
    page.locator('[data-testid="stFileUploader"] input[type=file]').last.set_input_files(file)


def downloaded(page: Page, button: str | re.Pattern[str]) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).first.click()
    return download.value.path().read_bytes()


def unzipped(archive: bytes) -> Iterator[tuple[str, io.BytesIO]]:
    """The tables of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            if name.endswith(".csv"):
                yield name.rsplit("/", 1)[-1].removesuffix(".csv"), io.BytesIO(opened.read(name))


# The bank's year -----------------------------------------------------------------------------------------------------------------------------


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
