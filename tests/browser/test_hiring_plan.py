"""A hiring plan looked for, stopped, used and taken away in a real browser, while somebody else looks at other pages and searches too."""

import re

import pandas as pd

from tests.browser.acts import metric
from tests.browser.chromium import open_page, settle


def open_plan(visit, scenario: str):
    page = visit(f"optimise?scenario={scenario}")
    page.get_by_role("button", name="Find the plan").wait_for()
    return page


def find(page, seconds: str) -> None:
    page.get_by_role("combobox", name="Search for").click()
    page.get_by_role("option", name=seconds, exact=True).click()
    settle(page)
    page.get_by_role("button", name="Find the plan").click()
    page.get_by_role("button", name="Stop and take the best so far").wait_for(timeout=60_000)


def done(page) -> None:
    page.get_by_role("button", name="Stop and take the best so far").wait_for(state="detached", timeout=300_000)
    settle(page)


def test_a_search_is_watched_left_stopped_used_and_taken_away_while_another_goes_on(visit):
    page, other = open_plan(visit, "centre_600"), open_plan(visit, "startup_4")
    find(page, "5 minutes")
    find(other, "10 seconds")
    page.get_by_text("Best plan so far").first.wait_for(timeout=180_000)
    page.locator(".js-plotly-plot .scatterlayer").first.wait_for(timeout=60_000)
    open_page(page, "Overview")
    page.get_by_text("Required and available people").wait_for(timeout=120_000)
    page.go_back()
    page.get_by_role("button", name="Stop and take the best so far").wait_for(timeout=120_000)
    page.get_by_role("button", name="Stop and take the best so far").click()
    done(page)
    assert re.search(r"You stopped it after", page.inner_text("body"))
    done(other)
    assert "Its time was up" in other.inner_text("body") or "Proved" in other.inner_text("body")

    with page.expect_download() as download:
        page.get_by_role("button", name="Hiring plan (CSV)").click()
    plan = pd.read_csv(download.value.path(), keep_default_na=False)
    heads = plan[plan.role == "frontline"].heads.sum()
    settle(page)
    page.get_by_role("button", name="Use this plan").click()
    page.get_by_role("button", name="All pages follow this plan").wait_for(timeout=60_000)
    open_page(page, "Overview")
    page.get_by_text("Required and available people").wait_for(timeout=120_000)
    settle(page)
    assert metric(page, "Hires").split()[0] == f"{heads:,.0f}"
    assert "decisions of the optimiser" in page.inner_text("body")
