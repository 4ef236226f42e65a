"""Times the dashboard in headless Chromium: the first screen beside an empty page, and a lever's move beside a page with one number and one small chart.

    python -m bench.dashboard_speed

Server and browser share the machine, so take the ratios, not the seconds.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

EMPTY = "import streamlit as st\nst.set_page_config(layout='wide')\nst.metric('One number', 1)\n"
SMALL = """import streamlit as st
st.set_page_config(layout='wide')
growth = st.sidebar.slider('Extra growth a month', -5.0, 10.0, 0.0, 0.5)
months = list(range(24))
st.metric('One number', f'{100 + growth:.1f}')
line = {'type': 'scatter', 'x': months, 'y': [100 * (1 + growth / 100) ** month for month in months]}
st.plotly_chart({'data': [line], 'layout': {'height': 300}})
"""
MOVES, LEVER = 15, "Extra growth a month"
AT_REST_MS = 600
"""A page is at rest when nothing of it has changed for so long."""
WATCH = """() => {
  const seen = window.seen = {moved: 0, figures: 0, first: 0, charts: 0, last: 0};
  const chart = node => node.closest('.js-plotly-plot');
  new MutationObserver(changes => {
    const now = performance.now();
    for (const change of changes) {
      const node = change.target.nodeType === 1 ? change.target : change.target.parentElement;
      if (!seen.moved || !node) continue;
      seen.last = now;
      if (node.closest('[data-testid=stMetricValue]')) seen.figures = now;
      const drawn = chart(node);
      if (drawn) {
        seen.charts = now;
        if (drawn === document.querySelector('.js-plotly-plot')) seen.first = now;
      }
    }
  }).observe(document.body, {childList: true, subtree: true, characterData: true, attributes: true});
  addEventListener('pointerup', () => Object.assign(seen, {moved: performance.now(), figures: 0, first: 0, charts: 0, last: 0}), true);
}"""
COURSE = (("figures", "new figures"), ("first", "first chart redrawn"), ("charts", "all charts redrawn"))


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


def moves(browser: Browser, address: str) -> dict[str, list[float]]:
    """Milliseconds from letting go of the growth lever to the last change of the figures, of the first chart and of all charts, move by move."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    chromium.settle(page)
    page.evaluate(WATCH)
    box = page.get_by_role("slider", name=LEVER).bounding_box()
    taken: dict[str, list[float]] = {what: [] for what, _ in COURSE}
    for move in range(MOVES + 1):
        _move(page, box["x"] + box["width"] * (0.42 + 0.03 * (move * 7 % 11)), box["y"] + box["height"] / 2)
        seen = page.evaluate("() => seen")
        if move:
            for what in taken:
                taken[what].append(seen[what] - seen["moved"])
    page.context.close()
    return taken


def _move(page: Page, across: float, down: float) -> None:
    """Lets go of the lever at a place of its track, and waits until the page is at rest."""
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(f"() => seen.figures && seen.charts && performance.now() - seen.last > {AT_REST_MS}", timeout=60_000, polling=50)


def tell_moves(small: dict[str, list[float]], overview: dict[str, list[float]]) -> None:
    print(f"\nlever let go, medians of {MOVES} moves    one number, one chart     overview of centre_600")
    for what, label in COURSE:
        print(f"{label:<38}{statistics.median(small[what]):12.0f} ms{statistics.median(overview[what]):24.0f} ms")


def tell_screens(cold: float, screens: Sequence[tuple[float, float]]) -> None:
    nothing, overview = (statistics.median(column) for column in zip(*screens, strict=True))
    print(f"first screen, very first visit      {cold:6.2f} s (formulas loaded, requirement worked out)")
    print(f"empty page                          {nothing:6.2f} s")
    print(f"overview, requirement known         {overview:6.2f} s   {overview / nothing:4.1f} times, {overview - nothing:+.2f} s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty, small = Path(folder) / "empty.py", Path(folder) / "small.py"
        empty.write_text(EMPTY)
        small.write_text(SMALL)
        browser, charted = chromium.launch(playwright), ".js-plotly-plot .main-svg"
        with chromium.serving(empty) as plain, chromium.serving(small) as beside, chromium.serving() as address:
            first_screen(browser, plain, '[data-testid="stMetric"]')
            cold = first_screen(browser, address, charted)
            metric = '[data-testid="stMetric"]'
            screens = [(first_screen(browser, plain, metric), first_screen(browser, address, charted)) for _ in range(5)]
            tell_screens(cold, screens)
            tell_moves(moves(browser, beside), moves(browser, address))
        browser.close()


if __name__ == "__main__":
    main()
