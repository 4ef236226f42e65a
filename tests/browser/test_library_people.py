"""Who may do what in the library, in a real browser: people who sign in at a mock provider on loopback, with their roles."""

import re

import pytest

from planner.ui import navigation, who
from tests.browser.chromium import open_page
from tests.browser.signing import ANN, PATIENCE_S, calm

pytestmark = pytest.mark.filterwarnings("ignore")

SECRET = re.compile(r"98[,.]?765|98\.8 K")


def test_signing_in_and_out_at_a_provider(signing_address, people):
    page = people("ann@bank.example", anew=True)
    assert "ann" in page.inner_text("body")
    assert "editor, approver" in page.inner_text("body")
    beside = page.context.new_page()
    beside.goto(signing_address)
    beside.get_by_role("button", name="Sign out").wait_for(timeout=PATIENCE_S * 1000)
    beside.close()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end_session**", timeout=PATIENCE_S * 1000)
    page.goto(f"{signing_address}/?scenario=anything")
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


def shows_no_amount(page):
    body = page.inner_text("body")
    assert "Traceback" not in body, page.url
    assert not SECRET.search(body), (page.url, SECRET.search(body))
    assert "People cost" not in body, page.url


def test_a_viewer_saves_nothing_and_gets_no_amount_whatever_page_or_link_he_opens(people, saved, signing_address):
    library, key = saved
    before = len(library.audit(ANN))
    page, received = people("vic@bank.example"), []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame if isinstance(frame, bytes) else str(frame).encode())))
    page.goto(f"{signing_address}/?scenario={key}")
    calm(page)
    shows_no_amount(page)
    for name, title, _ in navigation.PAGES:
        if name in who.WITHOUT_PAY and name not in ("overview", "calculator", "method"):
            open_page(page, title)
            shows_no_amount(page)
    for name, _, _ in navigation.PAGES:
        if name not in who.WITHOUT_PAY:
            page.goto(f"{signing_address}/{name}?scenario={key}")
            calm(page)
            shows_no_amount(page)
    page.goto(f"{signing_address}/library?scenario={key}")
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
