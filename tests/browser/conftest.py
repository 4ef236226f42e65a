import pytest
from playwright.sync_api import sync_playwright

from tests.browser import chromium


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if chromium.path() is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def address():
    with chromium.serving() as found:
        yield found


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        found = chromium.launch(playwright)
        yield found
        found.close()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(address)
    chromium.settle(opened)
    yield opened
    context.close()
