"""What belongs to whom in a real browser: a scenario outlives pages, loading one replaces all of it, and nobody sees another's work."""

import json

import pytest

from planner import scenario as scenarios
from tests.browser.acts import headline, metric, open_scenario, press
from tests.browser.chromium import open_page, serving, settle
from tests.conftest import ROOT, shipped


def figures(page) -> list[str]:
    return [headline(page), *page.get_by_test_id("stMetricValue").all_inner_texts()]


def field(page, name: str):
    return page.get_by_role("spinbutton", name=name).first


def set_field(page, name: str, value: str) -> None:
    field(page, name).fill(value)
    field(page, name).press("Enter")
    settle(page)


def area(page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_text(name, exact=True).first.click()
    settle(page)


def test_an_edit_survives_pages_changes_the_plan_and_a_loaded_scenario_replaces_every_field(visit, tmp_path):
    page = visit()
    before = figures(page)
    open_page(page, "Assumptions")
    area(page, "Queues")
    handle_time = field(page, "Average handle time (s)")
    assert handle_time.input_value() == "275"
    set_field(page, "Average handle time (s)", "330")
    press(page, "Attrition", 2)
    for title in ("Cost", "Method", "Overview"):
        open_page(page, title)
    edited = figures(page)
    assert edited != before
    assert page.get_by_role("slider", name="Attrition").get_attribute("aria-valuenow") in ("10", None)
    open_page(page, "Assumptions")
    assert field(page, "Average handle time (s)").input_value() == "330"

    document = json.loads(scenarios.to_json(shipped("centre_600"))) | {"name": "Another"}
    document["queues"][0]["aht_s"] = 222.0
    (tmp_path / "another.json").write_text(json.dumps(document))
    open_page(page, "Overview")
    open_scenario(page, tmp_path / "another.json", "Another")
    assert "levers at rest" in page.inner_text("body")
    assert figures(page) not in (edited, before)
    open_page(page, "Assumptions")
    assert field(page, "Average handle time (s)").input_value() == "222"
    page.get_by_role("combobox", name="Scenario").click()
    page.get_by_role("option", name="Centre 600").click()
    settle(page)
    assert field(page, "Average handle time (s)").input_value() == "275"
    open_page(page, "Overview")
    assert figures(page) == before


def test_two_people_do_not_see_each_others_work(visit, tmp_path):
    ann, ben = visit(), visit()
    before = figures(ben)
    assert figures(ann) == before
    press(ann, "growth", 6)
    assert figures(ann) != before
    (tmp_path / "hers.json").write_text(scenarios.to_json(shipped("startup_4").but(name="Hers alone")))
    open_scenario(ann, tmp_path / "hers.json", "Hers alone")
    hers = figures(ann)
    press(ben, "Handle time", 1)
    his = figures(ben)
    assert before not in (his, hers)
    assert "Hers alone" not in ben.inner_text("body")
    ben.get_by_role("button", name="Undo").click()
    settle(ben)
    assert figures(ben) == before
    press(ann, "Attrition", 1)
    ann.get_by_role("button", name="Undo").click()
    settle(ann)
    assert figures(ann) == hers
    third = visit()
    assert figures(third) == before
    assert metric(third, "Hires") == metric(ben, "Hires")


# Long runs -----------------------------------------------------------------------------------------------------------------------------------

SLOW = """
import time

from planner.ui import session

if not hasattr(session, "quick"):
    session.quick = session.planned

    def planned(*given):
        time.sleep(SECONDS)
        return session.quick(*given)

    session.planned = planned
"""


@pytest.fixture
def slow_address(tmp_path):
    """The dashboard as it is, with every plan taking seconds."""
    for name in ("planner", "data", ".streamlit"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "app.py").write_text(SLOW.replace("SECONDS", "2.0") + (ROOT / "app.py").read_text())
    with serving(tmp_path / "app.py", XDG_CONFIG_HOME=str(tmp_path)) as found:
        yield found


def test_words_stand_on_the_screen_while_a_plan_takes_long_and_go_with_it(browser, slow_address):
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    page.goto(slow_address)
    status = page.get_by_role("status").filter(has_text="Working out the plan")
    status.wait_for()
    assert page.get_by_test_id("stMain").get_by_role("heading").count() == 0, "the plan was there already: the words came too late to be of use"
    settle(page)
    assert headline(page)
    assert status.count() == 0

    before = headline(page)
    slider = page.get_by_role("slider", name="growth")
    slider.focus()
    page.keyboard.press("ArrowRight")
    status.wait_for()
    assert headline(page) == before, "what was there stays while the new plan is worked out"
    settle(page)
    assert status.count() == 0
    page.context.close()


def test_without_the_chart_library_the_page_says_so_and_everything_else_stands(browser, address):
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.route("**/plotly.min.js*", lambda route: route.abort())
    page.goto(address)
    settle(page)
    assert headline(page)
    charts = page.locator(".planner-chart")
    assert charts.count() == 4
    assert set(charts.all_inner_texts()) == {"This chart could not be drawn. Load the page again; the numbers stand beneath it and in Downloads."}
    page.unroute("**/plotly.min.js*")
    press(page, "growth", 1)
    page.locator(".js-plotly-plot svg.main-svg").first.wait_for()
    page.context.close()
