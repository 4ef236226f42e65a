"""The Policies page, driven in this process: switches alone and together, what it says, use in the scenario, undo."""

import pytest

from planner import comparison, policies
from planner.policies import culture, management, mentors
from planner.report import policy_words
from planner.ui import switches
from tests.conftest import shipped
from tests.test_pages import at_page, in_order, key, metrics, opened, scenario_of


def page(name="growth_2000"):
    return at_page(opened({"scenario": name}), "policies")


def switch(app, *names, on=True):
    for name in names:
        app.toggle(key=key(app, f"policies.switch.{name}")).set_value(on).run()
    return app


def given(app, **chosen):
    app.session_state[switches.GIVEN] = chosen
    return app


def test_nothing_is_on_at_first_and_every_policy_has_its_switch():
    app = page()
    in_order(app)
    assert [toggle.label for toggle in app.main.toggle] == [f"**{policy.title}**" for policy in policies.POLICIES]
    assert len(app.info) == 1
    assert not app.metric


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
@pytest.mark.parametrize("policy", [policy.name for policy in policies.POLICIES])
def test_every_policy_alone_fits_every_scenario(policy, name):
    app = switch(page(name), policy)
    in_order(app)
    assert 5 <= len(app.metric) <= 6


def test_all_together_are_told_as_the_comparison_has_them():
    app = switch(page(), *(policy.name for policy in policies.POLICIES))
    in_order(app)
    weighed = comparison.weigh(shipped("growth_2000"), {policy.name: policy.parameters() for policy in policies.POLICIES})
    said = " ".join(text.value for text in app.markdown).replace("\\$", "$")
    assert all(sentence.replace("~", "\\~") in said for sentence in policy_words.sentences(weighed))
    heads = policy_words.written(weighed.values("heads_last")[1], comparison.measure_named("heads_last").unit, "USD")
    assert metrics(app)["People at the end"] == heads


def test_switching_off_takes_it_back():
    app = switch(page(), "culture")
    assert app.metric
    switch(app, "culture", on=False)
    assert not app.metric


def test_the_parameters_set_here_count():
    app = given(page(), culture=culture.Culture(under_6_months_max=0.25))
    switch(app, "culture")
    worst = comparison.weigh(shipped("growth_2000"), {"culture": culture.Culture(under_6_months_max=0.25)}).values("under_6_worst")[1]
    assert metrics(app)["New people at the most"] == f"{worst:.1%}".replace("%", " %")


def test_switches_survive_other_pages_and_another_scenario():
    app = switch(page(), "culture")
    at_page(at_page(app, "cost"), "policies")
    assert app.metric
    app.selectbox(key=key(app, "picker")).set_value("startup_4").run()
    in_order(app)
    assert app.toggle(key=key(app, "policies.switch.culture")).value


def test_use_in_scenario_is_one_step_that_undo_takes_back():
    app = switch(given(page(), mentors=mentors.Mentors(share=0.1)), "mentors", "culture")
    app.button(key="policies.use").click().run()
    in_order(app)
    wanted = policies.switched(shipped("growth_2000"), {"mentors": mentors.Mentors(share=0.1), "culture": culture.Culture()})
    assert scenario_of(app) == wanted
    assert not any(toggle.value for toggle in app.toggle)
    app.button(key="undo").click().run()
    assert scenario_of(app) == shipped("growth_2000")


def test_a_policy_that_the_scenario_cannot_take_is_told_and_nothing_breaks():
    app = switch(given(page(), management=management.Management(top_span=0.01, tolerance=-0.5)), "management")
    assert not app.exception
    assert len(app.error) == 1
    assert not app.metric
    assert scenario_of(app) == shipped("growth_2000")


def test_levers_and_loaded_decisions_are_said_to_stay_out_of_it():
    app = opened({"scenario": "growth_2000", "attrition": "0.1"})
    at_page(app, "policies")
    switch(app, "promotion")
    in_order(app)
    assert any("Levers stay as they are" in text.value for text in app.caption)
