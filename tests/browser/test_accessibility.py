"""Every lever and field by keyboard, and named without markup; and one set of colours at a time."""

import time

from tests.browser.chromium import drawn, settle
from tests.browser.looks import colours, in_colours

PATIENCE_S = 10


def test_every_lever_is_reached_by_the_keyboard_and_named_without_markup(page):
    wanted = page.get_by_test_id("stSidebar").get_by_role("slider").evaluate_all("all => all.map(each => each.getAttribute('aria-label') || each.id)")
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(120):
        name = page.evaluate("document.activeElement.getAttribute('role') === 'slider' || document.activeElement.type === 'range' ? "
                             "(document.activeElement.getAttribute('aria-label') || document.activeElement.id) : ''")  # fmt: skip
        reached.add(name)
        page.keyboard.press("Tab")
    assert len(wanted) >= 7
    assert set(wanted) <= reached
    assert not [name for name in wanted if "[" in name or "_" in name]


def test_fields_of_the_assumptions_are_named_without_markup(visit):
    page = visit("assumptions")
    settle(page)
    names = page.get_by_role("spinbutton").evaluate_all("all => all.map(each => each.getAttribute('aria-label') || '')")
    assert len(names) > 10
    assert not [name for name in names if "badge" in name or "[" in name]


def test_a_theme_that_the_system_switches_reaches_charts_tables_and_text_of_an_open_page(visit):
    page = visit("demand", color_scheme="light")
    drawn(page)
    for scheme in ("dark", "light", "dark"):
        in_colours(page, scheme)
        until = time.monotonic() + PATIENCE_S
        while not in_one_theme(found := colours(page), scheme) and time.monotonic() < until:
            page.wait_for_timeout(100)
        assert in_one_theme(found, scheme), found


def in_one_theme(found, scheme) -> bool:
    """Whether there are letters of charts and of text, backgrounds and tables, and all of them are of one theme."""
    letters, grounds = found["axes"] + found["text"], found["pages"] + found["tables"]
    below, above = (grounds, letters) if scheme == "dark" else (letters, grounds)
    return all(found.values()) and max(below) < 128 < min(above)
