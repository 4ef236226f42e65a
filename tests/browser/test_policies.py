"""Policies in a real browser: switched on together on the scenario of 2,000, what changed and why, a setting, and use in the scenario."""

import re

from planner import policies
from tests.browser.acts import metric
from tests.browser.chromium import settle

TITLES = {policy.name: policy.title for policy in policies.POLICIES}
ON = [name for name in ("management", "promotion", "mentors", "culture", "career_path") if name in TITLES]


def switch(page, name):
    page.get_by_text(TITLES[name], exact=True).first.click()
    settle(page)


def test_policies_on_the_scenario_of_2_000_tell_what_changed_and_why_and_can_be_taken_over(visit):
    page = visit("policies?scenario=growth_2000")
    assert page.get_by_text("No policy is on").is_visible()
    for name in ON:
        switch(page, name)
    text = page.inner_text("body")
    assert "What changes, and why" in text
    assert re.search(r"Better:.*new people at the most \(-", text)
    assert re.search(r"[\d,]+ people are hired instead of 9,016", text)
    assert "most of it by “" in text
    assert "“Scale the management team” changes nothing: the scenario does so already, or has nothing of the kind." in text
    assert page.locator(".js-plotly-plot").count() == 6
    for tab, said in (
        ("Each alone", "What each policy changes by itself"),
        ("Closed forms and assumptions", "How sure."),
        ("Searches for leaders", "The first search"),
        ("In the scenario", "What the policies write into the scenario"),
    ):
        page.get_by_role("tab", name=tab).click()
        settle(page)
        page.get_by_text(said).first.wait_for(timeout=30_000)
    page.get_by_role("button", name="Use in scenario").click()
    page.get_by_text("The scenario now holds").first.wait_for(timeout=30_000)
    settle(page)
    assert page.get_by_text("No policy is on").is_visible()
    assert page.get_by_role("button", name="Undo").is_enabled()


def test_a_setting_is_changed_where_the_policy_is_and_a_wrong_one_is_told(visit):
    page = visit("policies?scenario=growth_2000")
    switch(page, "culture")
    before = metric(page, "New people at the most")
    page.get_by_role("button", name="Settings").nth(list(TITLES).index("culture")).click()
    settle(page)
    field = page.get_by_role("spinbutton", name="Most new people")
    field.fill("20")
    field.press("Enter")
    settle(page)
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before, timeout=30_000)
    assert float(metric(page, "New people at the most").split()[0]) < float(before.split()[0])
    field.fill("400")
    field.press("Enter")
    settle(page)
    assert "must be less than or equal to" in page.inner_text("body")
