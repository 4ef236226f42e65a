"""The library in a real browser: one local user, then people who sign in at a mock provider on loopback, with their roles."""

import re
import warnings

import pytest

from planner import scenario as scenarios
from planner.store import LOCAL_RIGHTS, Person, open_library
from tests.browser import chromium
from tests.browser.test_journeys import open_page, press
from tests.conftest import shipped
from tests.test_store_discretion import with_secret_pay

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
pytestmark = pytest.mark.filterwarnings("ignore")

SECRET = re.compile(r"98[,.]?765|98\.8 K")


PATIENCE_S = 180
"""Several browsers and a provider beside the dashboard: on a busy machine a page takes its time."""


def calm(page):
    chromium.settle(page, PATIENCE_S)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('library')}/library.sqlite"


@pytest.fixture(scope="module")
def provider():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock as mock
    people = [mock.User(sub=name, claims={"email": name, "groups": groups}) for name, groups in PEOPLE.items()]
    with mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def address(provider, database, tmp_path_factory):
    """A dashboard where people sign in."""
    port, secrets = chromium.free_port(), tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text(SECRETS.format(address=f"http://127.0.0.1:{port}", provider=provider))
    with chromium.serving(
        chromium.ROOT / "app.py", f"--secrets.files={secrets}", "--server.fileWatcherType=none", port=port, PLANNER_DATABASE_URL=database
    ) as found:
        yield found


@pytest.fixture
def people(browser, address):
    """Opens a page as somebody, in a browser of his own."""
    contexts = []

    def arrive(name, path=""):
        context = browser.new_context(viewport={"width": 1440, "height": 1200}, accept_downloads=True)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        page.goto(address)
        sign_in(page, name)
        if path:
            page.goto(f"{address}{path}")
            calm(page)
        return page

    yield arrive
    for context in contexts:
        context.close()


def sign_in(page, name):
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Sign out").wait_for(timeout=PATIENCE_S * 1000)
    calm(page)


@pytest.fixture
def saved(database):
    """The key of a saved scenario whose every amount is a secret one."""
    library = open_library(database)
    key = library.create(ANN, with_secret_pay(shipped("centre_600").but(name="Shared case"))).key
    return library, key


def save_version(page, no, note):
    """Saves two changes with a note, once the page knows of both."""
    page.get_by_text("2 changes since").wait_for(timeout=PATIENCE_S * 1000)
    calm(page)
    page.get_by_label("What changed, and why").fill(note)
    page.keyboard.press("Tab")
    calm(page)
    page.get_by_role("button", name=f"Save version {no}").click()


def test_signing_in_and_out_at_a_provider(browser, address, people):
    page = people("ann@bank.example")
    assert "ann" in page.inner_text("body")
    assert "editor, approver" in page.inner_text("body")
    beside = page.context.new_page()
    beside.goto(address)
    beside.get_by_role("button", name="Sign out").wait_for(timeout=PATIENCE_S * 1000)
    beside.close()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end_session**", timeout=PATIENCE_S * 1000)
    page.goto(f"{address}/?scenario=anything")
    page.get_by_role("button", name="Sign in").wait_for(timeout=PATIENCE_S * 1000)
    calm(page)
    body = page.inner_text("body")
    assert "Sign in to see the plans" in body
    assert "open the link again" in body
    assert "People cost" not in body
    assert page.get_by_role("link", name="Overview").count() == 0


def test_who_has_no_role_is_told_so(people):
    page = people("zoe@bank.example")
    assert "No role yet" in page.inner_text("body")
    assert page.get_by_role("link", name="Overview").count() == 0


def test_two_people_change_one_scenario_and_both_changes_are_kept(people, saved):
    library, key = saved
    link = f"/library?scenario={key}&version=1"
    ann, ben = people("ann@bank.example", link), people("ben@bank.example", link)
    press(ben, "growth", 2)
    press(ben, "Attrition", 1)
    save_version(ben, 2, "growth from sales")
    ben.get_by_text("Version 2, saved by ben").wait_for(timeout=PATIENCE_S * 1000)

    press(ann, "growth", 4)
    press(ann, "Handle time", 3)
    save_version(ann, 2, "handle time")
    ann.get_by_text("ben@bank.example saved version 2 while you were changing version 1").wait_for(timeout=PATIENCE_S * 1000)
    calm(ann)
    assert library.entry(ANN, key).head == 2
    ann.get_by_text("Yours: 2 % a month").click()
    ann.get_by_role("button", name="Save both together").click()
    ann.get_by_text("Version 3, saved by ann").wait_for(timeout=PATIENCE_S * 1000)

    now = library.open(ANN, key)
    assert (now.version.author, now.version.no) == ("ann@bank.example", 3)
    levers = now.scenario.levers
    assert (levers.growth_monthly, levers.attrition_change, levers.aht_change) == (0.02, 0.05, 0.03)
    assert [version.author for version in library.history(ANN, key)] == ["ann@bank.example", "ben@bank.example", "ann@bank.example"]


def test_a_link_reopens_exactly_that_version_with_its_levers(people, saved):
    library, key = saved
    library.save(ANN, key, 1, scenarios.changed(library.open(ANN, key).scenario, {"queues.service calls.aht_s": 444.0}))
    page = people("ann@bank.example", f"/?scenario={key}&version=1&growth=0.02")
    assert page.get_by_role("slider", name="growth").get_attribute("value") == "2" or page.get_by_role("slider", name="growth").input_value() == "2"
    assert "Shared case (version 1)" in page.inner_text("body") or page.get_by_role("combobox", name="Scenario").input_value() == "Shared case (version 1)"
    press(page, "Handle time", 2)
    page.wait_for_url(re.compile(rf"scenario={key}&version=1.*aht=0.02"))
    missing = people("ann@bank.example", "/?scenario=nothinghere")
    assert "not in the library, or may not be seen" in missing.inner_text("body")


def test_only_an_approver_approves(people, saved):
    library, key = saved
    ben = people("ben@bank.example", f"/library?scenario={key}")
    ben.locator(f".st-key-library-row-{key} button").click()
    calm(ben)
    ben.get_by_role("button", name="Propose").click()
    ben.get_by_text("proposed by ben").first.wait_for(timeout=PATIENCE_S * 1000)
    assert ben.get_by_role("button", name="Approve").count() == 0
    ann = people("ann@bank.example", f"/library?scenario={key}")
    ann.locator(f".st-key-library-row-{key} button").click()
    ann.get_by_role("button", name="Approve").click()
    ann.get_by_text("approved by ann").first.wait_for(timeout=PATIENCE_S * 1000)
    assert library.history(ANN, key)[0].standing_by == "ann@bank.example"


def test_a_viewer_saves_nothing_and_gets_no_amount_whatever_page_or_link_he_opens(people, saved, address):
    library, key = saved
    before = len(library.audit(ANN))
    page, received = people("vic@bank.example"), []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame if isinstance(frame, bytes) else str(frame).encode())))
    for path in ("", "assumptions", "demand", "workforce", "organisation", "downloads", "library", "cost", "optimise", "compare", "policies"):
        page.goto(f"{address}/{path}?scenario={key}")
        calm(page)
        body = page.inner_text("body")
        assert "Traceback" not in body, path
        assert not SECRET.search(body), (path, SECRET.search(body))
        assert "People cost" not in body, path
    page.goto(f"{address}/library?scenario={key}")
    calm(page)
    page.locator(f".st-key-library-row-{key} button").click()
    calm(page)
    for label in ("Save", "Propose", "Approve", "Duplicate", "Archive", "JSON file", "Restore"):
        assert page.get_by_role("button", name=re.compile(f"^{label}")).count() == 0, label
    assert len(received) > 20
    assert not [frame for frame in received if SECRET.search(frame.decode("utf-8", "replace"))]
    assert len(library.audit(ANN)) == before


def test_the_same_pages_show_the_amount_to_who_may_see_it(people, saved):
    _, key = saved
    page = people("ben@bank.example", f"/assumptions?scenario={key}")
    page.get_by_text("Finance", exact=True).first.click()
    calm(page)
    assert SECRET.search(page.content())


def test_an_export_and_the_audit_trail_come_down_whole(people, saved, tmp_path):
    library, key = saved
    page = people("ann@bank.example", f"/library?scenario={key}")
    page.locator(f".st-key-library-row-{key} button").click()
    calm(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON file").click()
    assert scenarios.load(download.value.path()) == library.open(ANN, key).scenario
    page.get_by_role("button", name="Prepare the list").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Every change (CSV)").click()
    assert "saved as new" in download.value.path().read_text()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark")])
def test_the_page_shows_itself_whole(browser, width, scheme, tmp_path):
    """As one local user, without sign-in."""
    with chromium.serving(chromium.ROOT / "app.py", "--server.fileWatcherType=none", PLANNER_DATABASE_URL=f"sqlite:///{tmp_path}/library.sqlite") as local:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{local}/library")
        calm(page)
        page.get_by_label("Your name").fill("Ann")
        page.get_by_role("button", name="That is me").click()
        page.get_by_role("button", name="Save as").click()
        page.get_by_role("button", name="Save in the library").click()
        page.get_by_text("Version 1, saved by Ann").wait_for(timeout=PATIENCE_S * 1000)
        page.keyboard.press("Escape")
        calm(page)
        open_page(page, "Overview")
        page.goto(f"{local}/library")
        calm(page)
        page.get_by_role("button", name="Centre 600").click()
        calm(page)
        text = page.inner_text("body")
        assert "Something went wrong" not in text
        assert not re.search(r"\bnan\b|\bNone\b|\d\.\d{5,}", text)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        context.close()
