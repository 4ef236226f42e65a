"""Actuals on the hiring plan's page: a file is told against the plan, refused with its places, and gone on from in a way that can be undone."""

import io

import pandas as pd

from planner import decisions as decided
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.plan import project
from planner.report import actuals as report
from planner.report import export
from tests.conftest import planned, shipped
from tests.test_pages import at_page, key, opened, scenario_of, told


def page(name="centre_600"):
    return at_page(opened({"scenario": name}), "optimise")


def brought(app, content, name="hr.csv"):
    return app.file_uploader(key=key(app, "actuals.file")).upload(name, content, "text/csv").run()


def with_six_more_leavers(plan, months=2):
    """The plan's own figures, but for six more leavers in the first group's last month."""
    frame = report.template(plan, months)
    row = frame[(frame["role"] == "frontline") & (frame["month"] == plan.months[months - 1])].index[0]
    frame.loc[row, "leavers"] += 6
    frame.loc[row, "headcount"] -= 6
    return export.to_csv(frame)


def test_actuals_are_told_against_the_plan_and_gone_on_from():
    app, plan = page(), planned(shipped("centre_600"))
    app = brought(app, with_six_more_leavers(plan))
    assert not app.exception
    people = plan.frontline.closing[1].sum()
    assert any(f"{round(people - 6):,} people, the plan had {round(people):,}; as many started, 6 more left." in words for words in told(app))
    app = app.button(key="actuals.roll").click().run()
    assert not app.exception
    after = scenario_of(app)
    assert after.horizon == shipped("centre_600").horizon.model_copy(update={"first_month": "2027-03", "months": 34})
    assert project(after, baseline(after)).frontline.opening[0].sum() == round(float(people - 6), 2)
    app = app.button(key="undo").click().run()
    assert scenario_of(app) == shipped("centre_600")


def test_actuals_that_contradict_themselves_are_refused_with_their_place_and_nothing_changes():
    app = brought(page("startup_4"), b"month,group,starts,leavers,headcount\n2027-01,support,2,1,9\n")
    assert any("row 2, column headcount: support contradicts itself" in message.value for message in app.error)
    assert not [button for button in app.button if button.key == "actuals.roll"]
    assert scenario_of(app) == shipped("startup_4")


def test_decisions_in_use_go_on_with_the_scenario():
    plan = planned(shipped("startup_4"))
    app = page("startup_4")
    app.session_state.decisions = decided.to_json(plan.decisions, plan.scenario)
    app.session_state.decided_by = "the optimiser"
    app = brought(app.run(), export.to_csv(report.template(plan, 3)))
    app = app.button(key="actuals.roll").click().run()
    assert not app.exception
    after = scenario_of(app)
    kept = decided.from_json(app.session_state.decisions, after)
    assert (kept.starts == plan.decisions.starts[3:]).all()
    assert app.session_state.decided_by == "the optimiser"


def test_a_decimal_mark_that_two_readings_fit_is_asked_and_the_answer_holds():
    opening = {"groups.support.workforce.opening": [{"tenure_months": 5, "heads": 1234}]}
    app = page("startup_4")
    app.session_state.scenario = scenarios.changed(shipped("startup_4"), opening)
    app = brought(app.run(), b"month;group;starts;leavers;headcount\n2027-01;support;0;0;1.234\n")
    assert not app.exception
    choice = next(radio for radio in app.radio if "decimal" in radio.label.lower())
    choice.set_value("comma")
    app = next(button for button in app.button if button.label == "Read the file with these answers").click().run()
    assert any("1,234 people, the plan had" in words for words in told(app))


def test_the_template_is_the_plan_of_the_months_that_are_asked_for():
    frame = report.template(planned(shipped("startup_4")), 4)
    assert list(dict.fromkeys(frame["month"])) == ["2027-01", "2027-02", "2027-03", "2027-04"]
    assert pd.read_csv(io.BytesIO(export.to_csv(frame))).columns.tolist() == [
        "month",
        "group",
        "role",
        "starts",
        "promoted_in",
        "promoted_out",
        "leavers",
        "headcount",
    ]
