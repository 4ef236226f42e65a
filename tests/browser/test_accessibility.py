"""No serious or critical finding of axe on any page, light and dark, wide and narrow; every lever by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from planner.ui import navigation
from tests.browser.chromium import settle

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
STREAMLITS_OWN = '[data-testid="stMetricChart"]'
"""The course in a figure's card is drawn by Streamlit's own metric, with an empty group of marks that nothing of ours can name; the card says it in words."""
SERIOUS = ("serious", "critical")


def findings(page) -> list[str]:
    found = Axe().run(page, context={"exclude": [[STREAMLITS_OWN]]}, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found if each["impact"] in SERIOUS for node in each["nodes"]]


def opened(browser, address: str, scheme: str, width: int):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    settle(page, 180)
    return context, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name, _, _ in navigation.PAGES])
def test_axe_finds_nothing_serious(browser, address, name, scheme):
    context, page = opened(browser, address if name == "overview" else f"{address}/{name}", scheme, 1440)
    try:
        page.wait_for_timeout(800)
        assert findings(page) == []
    finally:
        context.close()


@pytest.mark.parametrize("name", [name for name, _, _ in navigation.PAGES])
def test_nothing_is_wider_than_a_narrow_screen(browser, address, name):
    context, page = opened(browser, address if name == "overview" else f"{address}/{name}", "light", 420)
    try:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        assert page.get_by_role("heading", level=1).count() >= 1
    finally:
        context.close()


def test_every_lever_is_reached_by_the_keyboard_and_named_without_markup(page):
    wanted = page.get_by_test_id("stSidebar").get_by_role("slider").evaluate_all("all => all.map(each => each.getAttribute('aria-label') || each.id)")
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(120):
        name = page.evaluate("document.activeElement.getAttribute('role') === 'slider' || document.activeElement.type === 'range' ? "
                             "(document.activeElement.getAttribute('aria-label') || document.activeElement.id) : ''")  # fmt: skip
        reached.add(name)
        page.keyboard.press("Tab")
    assert set(wanted) <= reached
    assert not [name for name in wanted if "[" in name or "_" in name]


def test_fields_of_the_assumptions_are_named_without_markup(page, address):
    page.goto(f"{address}/assumptions")
    settle(page)
    names = page.get_by_role("spinbutton").evaluate_all("all => all.map(each => each.getAttribute('aria-label') || '')")
    assert names
    assert not [name for name in names if "badge" in name or "[" in name]
