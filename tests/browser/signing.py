"""People who sign in at a mock provider on loopback, each with the roles that his groups give him."""

import contextlib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from planner.store import LOCAL_RIGHTS, Person
from tests.browser import chromium

PATIENCE_S = 180
"""Several browsers and a provider beside the dashboard: on a busy machine a page takes its time."""
ANN = Person("ann@bank.example", LOCAL_RIGHTS, sees_pay=True)
PEOPLE = {"ann@bank.example": ["planners", "board", "hr"], "ben@bank.example": ["planners", "hr"], "vic@bank.example": ["readers"], "zoe@bank.example": []}
SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "only for this test"
client_id = "planner"
client_secret = "only for this test"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[roles]
claim = "groups"
viewer = ["readers"]
editor = ["planners"]
approver = ["board"]
pay = ["hr"]
"""


def calm(page: Page) -> None:
    chromium.settle(page, PATIENCE_S)


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """The address of a provider that knows these people."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock as mock
    people = [mock.User(sub=name, claims={"email": name, "groups": groups}) for name, groups in PEOPLE.items()]
    with mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@contextlib.contextmanager
def serving(folder: Path, database: str) -> Iterator[str]:
    """A dashboard where people sign in, with its secrets in a folder of the test."""
    port, secrets = chromium.free_port(), folder / "secrets.toml"
    with provider() as found:
        secrets.write_text(SECRETS.format(address=f"http://127.0.0.1:{port}", provider=found))
        with chromium.serving(chromium.ROOT / "app.py", f"--secrets.files={secrets}", port=port, PLANNER_DATABASE_URL=database) as address:
            yield address


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Sign out").wait_for(timeout=PATIENCE_S * 1000)
    calm(page)


Arrive = Callable[..., Page]


@contextlib.contextmanager
def arrivals(browser: Browser, address: str, cookies: dict[str, Any]) -> Iterator[Arrive]:
    """Opens a page as somebody, in a browser of his own. Who has signed in once comes back with the cookie of then, kept in `cookies`, as people do."""
    contexts = []

    def arrive(name: str, path: str = "/", anew: bool = False) -> Page:
        known = None if anew else cookies.get(name)
        context = browser.new_context(viewport={"width": 1440, "height": 1200}, accept_downloads=True, storage_state=known)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        page.goto(f"{address}{path}" if known else address)
        if not known:
            sign_in(page, name)
            cookies[name] = context.storage_state()
            if path != "/":
                page.goto(f"{address}{path}")
        page.get_by_role("button", name="Sign out").wait_for()
        calm(page)
        return page

    yield arrive
    for context in contexts:
        context.close()
