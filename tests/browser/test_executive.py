"""The executive's journey in a real browser: a link, the answer, levers, scenarios side by side, a bridge, a question, and a link to hand on."""

import re

from tests.browser.acts import first_line, headline, metric, press
from tests.browser.chromium import open_page, settle


def sentences(page) -> str:
    return page.inner_text('[data-testid="stMain"]')


def figures(page) -> list[str]:
    """Every figure of the first screen."""
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def test_a_link_answers_at_once_and_levers_move_verdict_figures_and_chart_together(visit, address):
    page = visit("?scenario=centre_600&growth=0.02")
    assert headline(page).startswith("No, not like this: short of people")
    assert re.search(r"Short [\d,]+ FTE in \w{3} 20\d\d, .*: all 3 rooms are taken at Columbus from \w{3} 20\d\d\.", sentences(page))
    assert "One more room at Columbus" in sentences(page)

    assert page.locator(".planner-spark").evaluate_all("each => each.map(one => one.naturalWidth > 0 && one.clientHeight > 0)") == [True] * 6

    before = (headline(page), figures(page), first_line(page))
    press(page, "growth", 6)
    page.wait_for_function("text => !document.querySelector('h1').innerText.includes(text)", arg=before[0])
    settle(page)
    after = (headline(page), figures(page), first_line(page))
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "growth=0.05" in page.url

    reopened = visit(page.url.removeprefix(f"{address}/"))
    assert (headline(reopened), figures(reopened), first_line(reopened)) == after


def test_four_scenarios_stand_side_by_side_and_the_bridge_between_two_sums_to_their_difference(visit):
    page = visit("?scenario=startup_4&growth=0.02")
    open_page(page, "Compare")
    for option in ("Startup 4, downturn", "Startup 4, hiring freeze"):
        page.get_by_role("combobox", name="Two to four scenarios").click()
        page.get_by_role("option", name=option).click()
        settle(page)
    page.keyboard.press("Escape")
    said = sentences(page)
    for letter, name in zip("ABCD", ("levers at rest", "(as it is now)", "downturn", "hiring freeze"), strict=True):
        assert re.search(rf"{letter} · Startup 4,? {re.escape(name)}", said)
    assert re.search(r"At the end: A [\d,]+ people; B [\d,]+ people; C [\d,]+ people; D [\d,]+ people\.", said)
    assert page.get_by_text("A · Startup 4, levers at rest").count() >= 1

    told = re.search(r"Paid over the plan: from \$([\d.]+) M to \$([\d.]+) M, \+\$([\d.]+) (K|M)\. Volume \+\$([\d.]+) (K|M)\.", said)
    assert told, said
    first, last, change, size, volume, _ = told.groups()
    gap = float(change) * (0.001 if size == "K" else 1)
    assert abs(float(last) - float(first) - gap) <= 0.011
    assert volume == change


def test_levers_moved_with_four_causes_are_bridged_at_the_touch_of_a_button(visit):
    page = visit("compare?scenario=startup_4&growth=0.02&aht=0.1&attrition=0.2&shrinkage=0.1")
    page.get_by_role("button", name="Work out the bridge").click()
    page.get_by_text("from 16 plans with the baseline's decisions").wait_for()
    settle(page)
    labels = page.locator(".js-plotly-plot .yaxislayer-above text").all_text_contents()
    assert {"Volume", "Handle time"} <= set(labels)


def test_a_question_is_answered_and_the_lever_set_where_the_answer_is(visit):
    page = visit("compare?scenario=startup_4")
    page.get_by_role("button", name="Find it").click()
    page.get_by_role("heading", name=re.compile("The fastest growth: ")).wait_for()
    page.get_by_role("button", name="Set the lever there").click()
    settle(page)
    page.wait_for_function("() => new URLSearchParams(location.search).get('growth') !== null")
    open_page(page, "Overview")
    assert "levers moved" in sentences(page)


def test_a_lever_moved_on_the_page_moves_the_scenario_compared(visit):
    page = visit("compare?scenario=startup_4")
    press(page, "growth", 4)
    page.get_by_text("The two have the same figures in everything that a plan depends on.").wait_for()
    assert "Something went wrong" not in page.inner_text("body")


def test_every_shipped_scenario_opens_with_its_verdict(page):
    for name in ("Growth 2000", "Startup 4", "Giant 50000"):
        page.get_by_role("combobox", name="Scenario").click()
        page.get_by_role("option", name=name).click()
        page.get_by_text(f"{name} ·").first.wait_for()
        settle(page)
        assert headline(page).startswith(("Yes", "Almost", "No")), name
        assert int(metric(page, "Hires").split()[0].replace(",", "")) > 0, name
