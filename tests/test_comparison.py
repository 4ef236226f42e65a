"""Plans side by side: every measure is the plan's, parts add up to the whole, and what is written for people says the same."""

import numpy as np
import pandas as pd
import pytest

from planner import comparison, policies
from planner.comparison import MEASURES, Terms, compare, weigh
from planner.parameters import Unit
from planner.policies import culture, management, mentors, promotion, recruiting
from planner.report import policy_charts, policy_words
from planner.report.tables import headcount_table, management_table
from planner.scenario import changed as scenario_changed
from tests.conftest import SHIPPED, planned, shipped
from tests.scenarios import build, changed, tiny, two_sites

FIVE = {policy.name: policy.parameters() for policy in policies.POLICIES[:5]}


def values(found, measure):
    return found.row(measure).values


def test_measures_have_names_of_their_own_units_and_meanings():
    assert len({measure.name for measure in MEASURES}) == len({measure.title for measure in MEASURES}) == len(MEASURES)
    assert all(measure.unit.symbol and measure.meaning.endswith(".") for measure in MEASURES)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_measure_is_a_number_or_says_that_it_is_not_defined(name):
    found = compare((planned(shipped(name)),))
    assert found.names == (shipped(name).name,)
    assert all(value is None or np.isfinite(value) for row in found.rows for value in row.values)


def test_measures_are_the_figures_of_the_tables():
    plan = planned(shipped("growth_2000"))
    found = compare((plan,), size=5_000)
    heads = headcount_table(plan).query("role == 'frontline'")
    assert values(found, "starts")[0] == pytest.approx(heads["start_heads"].sum())
    assert values(found, "leavers")[0] == pytest.approx(heads["leaver_heads"].sum() + heads["washout_heads"].sum())
    assert values(found, "shortage_fte_months")[0] == pytest.approx(heads["shortage_fte"].sum())
    assert values(found, "promoted_from_frontline")[0] == pytest.approx((heads["promoted_out_heads"] - heads["returned_heads"]).sum() / 36)
    executives = management_table(plan).query("role == 'executive'")
    assert values(found, "widest_top_span")[0] == pytest.approx((executives["led_heads"] / executives["heads"]).max())
    leaders = management_table(plan).query("role in ('team_lead', 'manager', 'executive')")
    assert values(found, "leader_posts_open")[0] == leaders["vacancies"].sum()
    assert values(found, "spend")[0] == pytest.approx(plan.spend.sum())
    month = int(values(found, "months_to_size")[0])
    assert plan.frontline.heads[month].sum() >= 5_000 > plan.frontline.heads[month - 1].sum()


def test_a_size_that_is_not_reached_is_none_and_one_that_is_there_is_zero():
    plan = planned(shipped("growth_2000"))
    assert values(compare((plan,), size=9_999_999), "months_to_size") == (None,)
    assert values(compare((plan,), size=1), "months_to_size") == (0.0,)


def test_what_is_not_defined_is_none():
    empty = planned(build(changed(tiny(heads=0), ("groups.0.workforce.opening", []), ("organisation.roles.0.opening_heads", []))))
    for measure in ("growth", "leader_share_last", "mentor_share", "offers_lost_share", "hire_rate", "widest_top_span", "cost_per_fte_month"):
        assert values(compare((empty,)), measure) == (None,), measure


def test_months_over_the_line_follow_the_line():
    plan = planned(shipped("growth_2000"))
    share = comparison.new_share(plan)
    for line in (0.0, 0.2, 1 / 3, 1.0):
        assert values(compare((plan,), new_share_line=line), "months_over_line") == ((share > line).sum(),)


def test_plans_and_names_must_go_together():
    plan = planned(shipped("startup_4"))
    for given in ((), ("one", "two")):
        with pytest.raises(ValueError, match="compare one plan or more"):
            compare((plan,) if given else (), given)


# --- Policies


@pytest.mark.parametrize("name", ["startup_4", "growth_2000"])
def test_what_each_does_alone_and_what_they_do_together_add_up_to_the_whole_change(name):
    weighed = weigh(shipped(name), FIVE)
    for measure in ("starts", "spend", "shortage_fte_months", "under_6_worst"):
        without, together = weighed.values(measure)
        assert sum(weighed.parts(measure).values()) == pytest.approx(together - without, abs=1e-6)


def test_without_alone_and_together_are_the_plans_of_their_scenarios():
    scenario = shipped("growth_2000")
    weighed = weigh(scenario, {"mentors": FIVE["mentors"], "management": FIVE["management"]})
    assert np.array_equal(weighed.without.cost, planned(scenario).cost)
    assert np.array_equal(weighed.together.cost, planned(policies.switched(scenario, dict(weighed.on))).cost)
    assert list(weighed.on) == ["management", "mentors"]
    assert weighed.comparison.names == ("Without", "Scale the management team", "Mentor-based training", "Together")
    assert weigh(scenario, {"mentors": FIVE["mentors"]}).comparison.names == ("Without", "With")


def test_no_policy_changes_no_measure():
    neutral = {policy.name: policy.parameters.neutral() for policy in policies.POLICIES}
    weighed = weigh(shipped("growth_2000"), neutral)
    assert all(row.values[0] == row.values[-1] for row in weighed.comparison.rows)
    told = policy_words.sentences(weighed)
    assert told[0] == "Nothing changes in the plan."
    assert len(told) == 1 + len(policies.POLICIES)


def test_the_line_of_the_policy_is_the_line_of_the_measure():
    weighed = weigh(shipped("growth_2000"), {"culture": culture.Culture(under_6_months_max=0.4)})
    assert weighed.terms == Terms(comparison.default_size(weighed.without), 0.4)


def test_closed_forms_stand_beside_what_the_plan_shows_for_the_same():
    weighed = weigh(shipped("growth_2000"), FIVE)
    found = comparison.figures(weighed)
    assert {each.policy for each in found} == set(FIVE)
    for each in found:
        assert each.measured == bool(each.figure.beside)
    share = next(each for each in found if each.figure.name == "Largest share from within: team lead")
    assert 0.55 < share.together < 0.65 < share.without
    assert {"internal_share", "promotions_monthly"} == set(comparison.ROLE_MEASURES)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_appointment_of_a_leader_has_its_search(name):
    plan = planned(shipped(name))
    found = comparison.searches(plan)
    assert sum(search.people for search in found) == values(compare((plan,)), "leaders_appointed")[0]
    assert all(search.begins == search.starts - plan.role(search.role).role.lead_time_months for search in found)


# --- In words


def test_sentences_tell_the_figures_and_which_policy_does_most_of_them():
    weighed = weigh(shipped("growth_2000"), FIVE)
    told = " ".join(policy_words.sentences(weighed))
    for measure in ("starts", "spend", "shortage_fte_months"):
        assert policy_words.written(weighed.values(measure)[1], comparison.measure_named(measure).unit, "USD").removesuffix(" people") in told
    assert "most of it by “Keep the message”" in told
    assert "“Scale the management team” changes nothing: the scenario does so already, or has nothing of the kind." in told
    better, worse = policy_words.better_and_worse(weighed)
    assert "new people at the most (-" in better
    assert "shortage (+" in worse


def test_what_searching_ahead_is_worth_is_told():
    weighed = weigh(shipped("growth_2000"), {"management": management.Management()})
    waits = planned(management.apply(shipped("growth_2000"), management.Management(seek="when_broken")))
    assert np.array_equal(weighed.waiting.cost, waits.cost)
    worst = comparison.widest_top_span(waits)
    assert worst > comparison.widest_top_span(weighed.together)
    assert f"would drift to {worst:.0f}:1 instead of 121:1" in policy_words.waiting_in_words(weighed)


def test_a_single_policy_needs_no_why():
    weighed = weigh(shipped("growth_2000"), {"promotion": promotion.Promotion()})
    assert "most of it by" not in " ".join(policy_words.sentences(weighed))


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_nothing_of_the_programs_inside_is_written(name):
    weighed = weigh(shipped(name), FIVE)
    beside = comparison.figures(weighed)
    tables = [
        policy_words.side_by_side(weighed),
        policy_words.each_alone(weighed),
        policy_words.written_changes(weighed),
        policy_words.searches_table(weighed.together),
    ]
    tables += [policy_words.figures_beside(beside, policy, weighed) for policy in weighed.on]
    texts = [
        *policy_words.sentences(weighed),
        *(cell for table in tables for column in table.values() for cell in column),
        policy_words.order_in_words(weighed),
    ]
    for text in texts:
        assert isinstance(text, str)
        assert not any(mark in text for mark in ("None", "nan", "inf ", "_", "np.", "  ", "..")), text
    assert all(len({len(column) for column in table.values()}) <= 1 for table in tables)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.087, Unit("%", 100), "8.7 %"), (0.166, Unit("% a month", 100), "16.6 % a month"), (60.9, Unit("months"), "60.9 months"),
        (1.0, Unit("months"), "1 month"), (1.2, Unit("people a month"), "1.20 people a month"), (130.0, Unit("to 1"), "130:1"), (0.622, Unit(""), "0.62"),
        (44.0, Unit("people"), "44 people"), (1.24e6, Unit("money"), "$1.24 M"), (None, Unit("months"), "never"), ("2026-08", Unit(""), "Aug 2026"),
        (781.0, Unit("h"), "781 h"), (3.0, Unit("month"), "Apr 2027"),
    ],
)  # fmt: skip
def test_figures_are_written_for_people(value, unit, text):
    months = tuple(f"2027-{month:02d}" for month in range(1, 13))
    assert policy_words.written(value, unit, "USD", months) == text


def test_order_is_told_pair_by_pair_where_it_matters(monkeypatch):
    on = {"management": management.Management(), "mentors": mentors.Mentors()}
    assert "does not matter" in policy_words.order_in_words(weigh(shipped("growth_2000"), on))
    monkeypatch.setattr(policies, "order_sensitive", lambda *_: (("management", "mentors"),))
    assert "“Scale the management team” before “Mentor-based training”" in policy_words.order_in_words(weigh(shipped("growth_2000"), on, size=77))


# --- Files and charts


def test_tables_for_files_hold_every_figure_as_it_is():
    weighed = weigh(shipped("growth_2000"), FIVE)
    table = policy_words.comparison_table(weighed.comparison)
    assert len(table) == len(MEASURES) * 7
    row = table[(table.plan == "Together") & (table.measure == "under_6_last")].iloc[0]
    assert (row["value"], row["unit"]) == (weighed.values("under_6_last")[1], "fraction")
    figures = policy_words.figures_table(weighed)
    assert list(figures.columns) == ["policy", "figure", "unit", "value", "text", "plan_without", "plan_with", "meaning", "source"]
    assert pd.api.types.is_float_dtype(figures["value"])
    assert len(figures) == len(comparison.figures(weighed))


def test_charts_draw_both_plans_and_say_where_they_part():
    weighed = weigh(shipped("growth_2000"), FIVE)
    for course in policy_charts.courses(weighed):
        drawn = policy_charts.draw(course, weighed.together.months, dark=False)
        assert [trace.name for trace in drawn.data] == ["Without", "With"]
        assert np.array_equal(np.array(drawn.data[1].y, dtype=float), course.together, equal_nan=True)
        assert policy_charts.in_words(course, weighed.together)
        assert len(policy_charts.behind(course, weighed.together)["Month"]) == 36
    same = weigh(shipped("growth_2000"), {"management": management.Management()})
    assert policy_charts.in_words(policy_charts.people(same), same.together) == "The same without and with."


def test_a_scenario_without_leaders_draws_no_ratio():
    document = changed(tiny(), ("hiring.interviewer_role", "trainer"))
    document["organisation"]["roles"] = [role for role in document["organisation"]["roles"] if role["name"] != "team_lead"]
    weighed = weigh(build(document), {"recruiting": recruiting.Recruiting()})
    assert [course.name for course in policy_charts.courses(weighed)] == ["people", "shortage", "new_people", "money"]
    assert policy_words.sentences(weighed)
    assert policy_words.searches_in_words(weighed.together) == "No leader comes from outside."


def test_levers_stay_on_top_of_policies():
    levered = scenario_changed(shipped("growth_2000"), {"levers.attrition_change": 0.5})
    weighed = weigh(levered, {"mentors": mentors.Mentors()})
    assert weighed.values("leavers")[0] > values(compare((planned(shipped("growth_2000")),)), "leavers")[0]
    assert weighed.switched.levers == levered.levers


def test_two_sites_with_promotions_are_weighed_too():
    weighed = weigh(build(two_sites()), FIVE)
    assert weighed.comparison.names[-1] == "Together"
