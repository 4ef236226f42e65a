"""Times the dashboard in headless Chromium: the first screen beside an empty page, and a lever's move.

    python -m bench.dashboard_speed

Server and browser share the machine, so take the ratios, not the seconds.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

EMPTY = "import streamlit as st\nst.set_page_config(layout='wide')\nst.metric('One number', 1)\n"


def first_screen(browser: Browser, address: str, wait_for: str) -> float:
    """Seconds from opening the address to the last thing drawn."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(wait_for, timeout=60_000)
    page.wait_for_selector(chromium.IDLE, timeout=60_000)
    taken = time.perf_counter() - begin
    context.close()
    return taken


def lever_moved(page: Page, name: str) -> float:
    """Seconds from a key press on a lever to the page at rest again."""
    lever = page.get_by_role("slider", name=name)
    before = page.get_by_test_id("stMetricValue").all_inner_texts()
    lever.focus()
    begin = time.perf_counter()
    page.keyboard.press("ArrowRight")
    while page.get_by_test_id("stMetricValue").all_inner_texts() == before and time.perf_counter() - begin < 30:
        page.wait_for_timeout(10)
    taken = time.perf_counter() - begin
    chromium.settle(page)
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        browser = chromium.launch(playwright)
        with chromium.serving(empty) as plain, chromium.serving() as address:
            charted = ".js-plotly-plot .main-svg"
            first_screen(browser, plain, '[data-testid="stMetric"]')
            cold = first_screen(browser, address, charted)
            screens = [
                (first_screen(browser, plain, '[data-testid="stMetric"]'), first_screen(browser, address, charted)) for _ in range(5)
            ]
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(address)
            chromium.settle(page)
            moves = [lever_moved(page, "growth") for _ in range(6)]
        browser.close()
    nothing, overview = (statistics.median(column) for column in zip(*screens, strict=True))
    print(f"first screen, very first visit      {cold:6.2f} s (formulas loaded, requirement worked out)")
    print(f"empty page                          {nothing:6.2f} s")
    print(f"overview, requirement known         {overview:6.2f} s   {overview / nothing:4.1f} times, {overview - nothing:+.2f} s")
    print(f"growth lever to new figures         {statistics.median(moves):6.2f} s (median of {len(moves)}, requirement worked out anew)")


if __name__ == "__main__":
    main()
