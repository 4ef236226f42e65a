"""Every lever and field by keyboard, and named without markup."""

from tests.browser.chromium import settle


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
