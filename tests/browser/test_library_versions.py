"""Versions in the library, in a real browser: two people at one scenario, links to a version, files out; and the page as one local user sees it."""

import re

import pytest

from planner import scenario as scenarios
from tests.browser.acts import press
from tests.browser.chromium import open_page
from tests.browser.looks import MIDDLE, findings, in_colours, resize, wrong_on
from tests.browser.signing import ANN, PATIENCE_S, calm

pytestmark = pytest.mark.filterwarnings("ignore")


def save_version(page, no, note):
    """Saves two changes with a note, once the page knows of both."""
    page.get_by_text("2 changes since").wait_for(timeout=PATIENCE_S * 1000)
    calm(page)
    page.get_by_label("What changed, and why").fill(note)
    page.keyboard.press("Tab")
    calm(page)
    page.get_by_role("button", name=f"Save version {no}").click()


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


def test_one_local_user_saves_and_finds_his_scenario_wide_and_narrow_light_and_dark(visit):
    page = visit("library")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="That is me").click()
    page.get_by_role("button", name="Save as").click()
    page.get_by_role("button", name="Save in the library").click()
    page.get_by_text("Version 1, saved by Ann").wait_for()
    page.keyboard.press("Escape")
    calm(page)
    open_page(page, "Overview")
    open_page(page, "Library")
    page.get_by_role("button", name="Centre 600").first.click()
    calm(page)
    assert "Version 1" in page.inner_text("body")
    assert wrong_on(page) == []
    assert not re.search(r"\bNone\b", page.inner_text("body"))
    in_colours(page, "dark")
    assert findings(page) == []
    resize(page, MIDDLE)
    assert wrong_on(page) == []
