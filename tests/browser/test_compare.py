"""The executive compares, sees the bridge and asks how far growth can go, in a real browser."""

import re

from tests.browser.chromium import settle
from tests.browser.test_journeys import press


def test_an_executive_compares_bridges_and_asks_a_question(page, address):
    page.goto(f"{address}/compare?scenario=startup_4")
    page.get_by_role("heading", name="Compare").wait_for(timeout=60_000)
    settle(page)
    page.get_by_text("A · Startup 4 (as it is now)").first.wait_for()
    assert re.search(r"Paid over the plan: from \$[\d.]+ M to \$[\d.]+ M, \+\$", page.inner_text("body"))
    page.get_by_role("button", name="Find it").click()
    page.get_by_role("heading", name=re.compile("The fastest growth: ")).wait_for(timeout=120_000)
    page.get_by_role("button", name="Set the lever there").click()
    settle(page)
    page.wait_for_function("() => new URLSearchParams(location.search).get('growth') !== null", timeout=30_000)


def test_levers_moved_with_four_causes_are_bridged_at_the_touch_of_a_button(page, address):
    page.goto(f"{address}/compare?scenario=startup_4&growth=0.02&aht=0.1&attrition=0.2&shrinkage=0.1")
    button = page.get_by_role("button", name="Work out the bridge")
    button.wait_for(timeout=60_000)
    button.click()
    page.get_by_text("from 16 plans with the baseline's decisions").wait_for(timeout=120_000)
    settle(page)
    labels = page.locator(".js-plotly-plot .yaxislayer-above text").all_text_contents()
    assert {"Volume", "Handle time"} <= set(labels)


def test_a_lever_moved_on_the_page_moves_the_scenario_compared(page, address):
    page.goto(f"{address}/compare?scenario=startup_4")
    page.get_by_role("heading", name="Compare").wait_for(timeout=60_000)
    settle(page)
    press(page, "growth", 4)
    page.get_by_text("The two have the same figures in everything that a plan depends on.").wait_for(timeout=60_000)
    assert "Something went wrong" not in page.inner_text("body")
