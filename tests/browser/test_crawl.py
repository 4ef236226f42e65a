"""A thousand random clicks and inputs over all pages: no error that is ours, nothing of the program's inside, nothing wider than the screen."""

import os
import random
import re

import pytest
from playwright.sync_api import Error, Locator, Page

from planner.ui import navigation
from tests.browser.chromium import settle
from tests.browser.looks import wrong_on

STEPS = int(os.environ.get("CRAWL_STEPS", "40"))
SEED = int(os.environ.get("CRAWL_SEED", "7"))
A_PAGE = 25
"""Steps on one page before the next."""
CONTROLS = (
    "button:visible:not([disabled])", "input[type=number]:visible:not([disabled])", "input[type=range]:visible", "input[type=text]:visible:not([disabled])",
    "[role=combobox]:visible", "[role=tab]:visible", "[role=radio]:visible", "summary:visible",
)  # fmt: skip
LEFT_ALONE = re.compile(r"download|upload|browse|rerun|clear cache|print|record|sign|fullscreen|deploy", re.IGNORECASE)
"""Controls that leave the page, open a dialogue of the system, or write files: they have tests of their own."""
NUMBERS = ("0", "1", "-5", "17", "99.5", "1000", "1e9", "", "0.001")


def act(page: Page, chance: random.Random) -> str:
    """One random act on one random control; what was done."""
    kind = chance.choice(CONTROLS)
    places = page.locator(f"[data-testid=stMain] {kind}, [data-testid=stSidebar] {kind}, [data-testid=stPopoverBody] {kind}")
    number = places.count()
    if not number:
        return "nothing there"
    control = places.nth(chance.randrange(number))
    name = (control.get_attribute("aria-label", timeout=2_000) or control.inner_text(timeout=2_000) or "")[:60]
    if LEFT_ALONE.search(name):
        return f"left {name} alone"
    _do(page, control, kind, chance)
    return f"{kind} {name!r}"


def _do(page: Page, control: Locator, kind: str, chance: random.Random) -> None:
    if "range" in kind:
        control.focus(timeout=2_000)
        page.keyboard.press(chance.choice(("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End")))
    elif "number" in kind or "text" in kind:
        control.fill(chance.choice(NUMBERS if "number" in kind else (*NUMBERS, "=1+1", "<b>x</b>", "sales")), timeout=2_000)
        control.press("Enter", timeout=2_000)
    else:
        control.click(timeout=2_000)
        options = page.get_by_role("option")
        if options.count():
            options.nth(chance.randrange(options.count())).click(timeout=2_000)


@pytest.mark.slow
def test_random_clicks_find_nothing_wrong(browser, address):
    chance, done = random.Random(SEED), []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    names = [name for name, _, _ in navigation.PAGES]
    try:
        for step in range(STEPS):
            if step % A_PAGE == 0:
                name = names[(step // A_PAGE) % len(names)]
                page.goto(f"{address}/{'' if name == 'overview' else name}")
                settle(page, 180)
                done = [f"page {name}"]
            try:
                done.append(act(page, chance))
            except Error as missed:  # the control went away or lay beneath another: no fault of the page
                done.append(f"missed: {str(missed)[:60]}")
            settle(page, 180)
            assert wrong_on(page) == [], (step, done[-12:])
            page.keyboard.press("Escape")
    finally:
        context.close()
