import pytest
from playwright.sync_api import sync_playwright

from planner.store import open_library
from tests.browser import chromium, signing
from tests.conftest import shipped
from tests.test_store_discretion import with_secret_pay

pytest.register_assert_rewrite("tests.browser.looks")

PATIENCE_S = 120
"""How long a test waits for what should come soon: on a busy machine a page takes its time."""


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if chromium.path() is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        found = chromium.launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def address(browser, tmp_path_factory):
    """One server for all tests of a worker, its first visit already made; it keeps what it remembers in a folder of the tests."""
    with chromium.serving(XDG_CONFIG_HOME=str(tmp_path_factory.mktemp("settings"))) as found:
        page = browser.new_page()
        page.goto(found)
        chromium.settle(page, PATIENCE_S)
        page.close()
        yield found


@pytest.fixture
def visit(browser, address):
    """Opens a path of the dashboard as somebody new, in a browser of his own."""
    contexts = []

    def arrive(path="", width=1440, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        page.goto(f"{address}/{path}")
        chromium.settle(page, PATIENCE_S)
        return page

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit):
    return visit()


@pytest.fixture(scope="module")
def looker(browser):
    """One page for all looks of a file: it keeps what the browser has loaded once."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


# People who sign in --------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('library')}/library.sqlite"


@pytest.fixture(scope="session")
def signing_address(database, tmp_path_factory):
    """A dashboard where people sign in, for all tests of a worker."""
    with signing.serving(tmp_path_factory.mktemp("secrets"), database) as found:
        yield found


@pytest.fixture(scope="session")
def cookies():
    return {}


@pytest.fixture
def people(browser, signing_address, cookies):
    with signing.arrivals(browser, signing_address, cookies) as arrive:
        yield arrive


@pytest.fixture
def saved(database):
    """The key of a saved scenario whose every amount is a secret one."""
    library = open_library(database)
    return library, library.create(signing.ANN, with_secret_pay(shipped("centre_600").but(name="Shared case"))).key
