"""Words: numbers for people, and the verdict as whole sentences over every shipped scenario and a grid of levers."""

import re
from dataclasses import fields

import numpy as np
import pytest

from planner.baseline import baseline
from planner.limits import what_stops_one_more_class
from planner.parameters import put, put_all, walk
from planner.plan import project
from planner.report import words
from planner.report.words import RatioBreak, Shortage, shortages, verdict
from planner.scenario import Levers
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, everything, office, role, tiny, two_sites
from tests.test_limits import STOPS, plan_of

ODD = re.compile(r"\b(nan|inf|none|null|-0)\b|_|  |\.\.|\{|\}|\bnp\.", re.IGNORECASE)


def assert_readable(sentences):
    for sentence in sentences:
        assert sentence.endswith("."), sentence
        assert not ODD.search(sentence), sentence
        assert sentence[0].isupper() or sentence[0].isdigit(), sentence
        for part in re.split(r"(?<=[a-z0-9])\. ", sentence.removesuffix(".")):
            assert part[0].isupper() or part[0].isdigit(), (part, sentence)


# --- Numbers


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (words.count(0.4), "0"),
        (words.count(-0.4), "0"),
        (words.count(1_234_567), "1,234,567"),
        (words.people(1), "1 person"),
        (words.people(0), "0 people"),
        (words.fte(9.94), "9.9 FTE"),
        (words.fte(9.96), "10 FTE"),
        (words.percent(0.0), "0 %"),
        (words.percent(0.125), "12 %"),
        (words.percent(0.0123), "1.2 %"),
        (words.percent(1.5), "150 %"),
        (words.money(999.6, "USD"), "$1.00 K"),
        (words.money(999_600, "USD"), "$1.00 M"),
        (words.money(0, "USD"), "$0"),
        (words.money(-1_240_000, "GBP"), "-£1.24 M"),
        (words.money(2_500_000_000, "SEK"), "SEK 2.50 B"),
        (words.money(123_400, "EUR"), "€123 K"),
        (words.unit_price(1_234.5, "SEK"), "SEK 1,234.50"),
        (words.ratio(12.04), "12:1"),
        (words.ratio(12.5), "12.5:1"),
        (words.ratio(130.4), "130:1"),
        (words.month_name("2027-12"), "Dec 2027"),
    ],
)
def test_numbers_are_written_for_people(told, text):
    assert told == text


@pytest.mark.parametrize("amount", [0.004, 0.5, 9.994, 9.996, 99.94, 99.96, 999, 1_000, 12_345, 999_499, 1e6, 9.99e8, 1e9, 1e12])
def test_money_has_at_most_three_digits_before_its_letter_up_to_a_thousand_billions(amount):
    text = words.money(amount, "USD")
    assert len(re.sub(r"\D", "", text)) <= 4
    assert text.startswith("$")


def test_every_name_of_a_parameter_becomes_a_title_without_underscores():
    names = {parameter.name for parameter in walk(build(everything()))} | set(Levers.model_fields)
    for name in names:
        title = words.title(name)
        assert "_" not in title
        assert title[0].isupper(), name


@pytest.mark.parametrize(("name", "text"), [("team_lead", "team leads"), ("qa", "QA people"), ("wfm_analyst", "WFM analysts"), ("hr", "HR people")])
def test_roles_have_a_plural(name, text):
    assert words.plural(name) == text


# --- The verdict

GRID = {
    "rest": {},
    "growth": {"levers.growth_monthly": 0.04},
    "decline": {"levers.growth_monthly": -0.1},
    "boom": {"levers.growth_monthly": 0.12},
    "freeze": {"levers.starts_max_monthly": 0},
    "attrition": {"levers.attrition_change": 2.0},
    "spans": {"levers.first_span": 3.0, "levers.top_span": 10.0},
    "shrinkage": {"levers.shrinkage_change": 1.0},
    "few": {"levers.starts_max_monthly": 3, "levers.growth_monthly": 0.02},
}


@pytest.mark.parametrize("levers", GRID)
@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_every_verdict_is_made_of_whole_sentences(name, levers):
    plan = project(put_all(shipped(name), GRID[levers]), baseline(put_all(shipped(name), GRID[levers])))
    told = verdict(plan)
    assert_readable([*told.sentences, told.headline + "."])
    assert 2 <= len(told.sentences) <= 3
    assert_readable([words.shortage_sentence(plan, found) for found in shortages(plan)[::7]])
    assert_readable([words.ratio_sentence(plan, found) for found in words.ratio_breaks(plan)])
    assert "inf" not in " ".join(told.sentences)
    assert (told.tone == "good") == (not shortages(plan) and not words.ratio_breaks(plan))


def test_every_verdict_on_the_giant_is_made_of_whole_sentences():
    for plan in (planned(shipped("giant_50000")), planned(put(shipped("giant_50000"), "levers.starts_max_monthly", 0))):
        assert_readable(verdict(plan).sentences)


@pytest.mark.parametrize("document", [tiny(1), office(1), two_sites(3), everything(2)], ids=lambda document: document["name"])
def test_a_plan_of_few_months_has_a_verdict_too(document):
    plan = project(build(document), baseline(build(document)))
    assert_readable(verdict(plan).sentences)


def test_a_plan_that_holds_is_good_and_says_how_close_it_is():
    document = changed(tiny(6, heads=40), ("groups.0.stated_heads.start", 30), ("organisation.roles.0.opening_heads", [{"unit": "care", "heads": 6}]))
    told = verdict(project(build(document), baseline(build(document))))
    assert told.tone == "good"
    assert told.headline == "Yes, this growth holds for all 6 months"
    assert "the closest month is" in told.sentences[0]
    assert told.sentences[1] == "Every ratio holds, with up to 6 team leads."


def short_by(share):
    """A plan that is short by a share of its need in its first month only."""
    document = changed(
        tiny(4, heads=400, **{"tenure_bands": [{"up_to_months": None, "exit_probability_monthly": 0}]}),
        ("groups.0.stated_heads", {"path": [400 * (1 + share), 400, 400, 400]}),
        ("organisation.roles.0.opening_heads", [{"unit": "care", "heads": 60}]),
        ("organisation.roles.1.opening_heads", [{"unit": "Porto", "heads": 30}]),
        ("organisation.roles.2.opening_heads", [{"unit": "all", "heads": 10}]),
        ("finance", {"overtime_max": 0}),
    )
    return project(build(document), baseline(build(document)))


def test_a_little_short_is_to_be_watched_and_more_than_two_per_cent_is_bad():
    tones = [verdict(short_by(share)).tone for share in (0.0, 0.004, 0.015, 0.03)]
    assert tones == ["good", "good", "watch", "bad"]


def test_a_shortage_names_month_group_cause_and_remedy():
    told = verdict(short_by(0.03))
    assert told.headline == "No, not like this: short of people in 1 month, first in Jan 2027"
    assert told.sentences[0] == (
        "Short 12 FTE in Jan 2027 in care: the class that could help had to start in Aug 2026, and nobody hired today starts before Mar 2027. "
        "Bridge it with 12 FTE of contractors or more overtime, or lower the target."
    )


def test_a_ratio_that_breaks_is_told_with_its_drift():
    document = changed(
        tiny(6, heads=60),
        ("organisation.roles.0", role("team_lead", 10, {"care": 2}, scope="group", lead_time_months=3)),
        ("organisation.roles.1.opening_heads", [{"unit": "Porto", "heads": 10}]),
    )
    told = verdict(project(build(document), baseline(build(document))))
    assert told.tone == "bad"
    assert told.sentences[1].startswith("Team lead posts stand open in care between Jan 2027 and Mar 2027: the ratio drifts to 30:1 against 10:1")


def test_a_role_without_anyone_has_no_ratio_and_says_so():
    found = RatioBreak("executive", "all", 0, 2, np.inf, 100.0, 3)
    assert words.ratio_sentence(planned(shipped("growth_2000")), found) == "Executive posts stand open between Jan 2027 and Mar 2027: nobody is in post."


def test_a_post_that_only_the_required_people_ask_for_is_not_called_a_drift():
    found = RatioBreak("manager", "North", 0, 0, 6.0, 7.0, 1)
    told = words.ratio_sentence(planned(shipped("growth_2000")), found)
    assert told == "Manager posts stand open in North in Jan 2027: the people required ask for more at 7:1."


def test_an_empty_bench_is_named_with_its_month():
    plan = planned(shipped("growth_2000"))
    (executive,) = [month for name, month in words.empty_benches(plan) if name == "executive"]
    whole_people_ready = np.floor(plan.role("executive").ready + 1e-9).sum(axis=1)
    assert whole_people_ready[executive] == 0
    assert whole_people_ready[0] > 0
    assert f"The bench for executives is empty in {words.month_name(plan.months[executive])}" in " ".join(verdict(plan).sentences)


# --- Every limit's words

LIMITS_TOLD = {
    "time_to_fill": "nobody can be found, hired and trained sooner",
    "rooms": "the only room is taken at Porto",
    "trainers": "no trainer is free at Porto",
    "mentors": "no mentor is free at Porto",
    "recruiters": "recruiters have no hours left",
    "interviews": "team leads have no hours left for interviews",
    "sources": "the sources yield no more people",
    "starts": "no more starts are allowed",
    "budget": "the budget is spent",
}


@pytest.mark.parametrize("limit", LIMITS_TOLD)
def test_every_limit_is_told_in_words_with_a_remedy(limit):
    scenario, decided, month = STOPS[limit]
    plan = plan_of(scenario, **decided)
    assert what_stops_one_more_class(plan)[month][0] == limit
    assert words.limit_words(limit, plan, "care") == LIMITS_TOLD[limit]
    shortage = Shortage("care", 5, 3.0, limit, month, 2)
    assert_readable([words.remedy_words(limit, plan, shortage), words.shortage_sentence(plan, shortage)])


def test_every_limit_that_can_stop_a_class_has_words():
    assert set(STOPS) == set(LIMITS_TOLD)
    plan = plan_of(STOPS["rooms"][0])
    assert words.limit_words("", plan, "care") == "nothing forbade an earlier class"
    assert_readable([words.remedy_words("", plan, Shortage("care", 5, 3.0, "", 2, 2))])


def test_a_line_for_new_people_is_told_with_a_remedy():
    plan = plan_of(STOPS["rooms"][0])
    assert words.limit_words("short_tenure", plan, "care") == "too many people in care are new"
    assert_readable([words.remedy_words("short_tenure", plan, Shortage("care", 5, 3.0, "short_tenure", 2, 2))])


@pytest.mark.parametrize(("rooms", "text"), [(0, "there is no room"), (1, "the only room is"), (2, "both rooms are"), (3, "all 3 rooms are")])
def test_rooms_are_counted_in_words(rooms, text):
    plan = plan_of(put(STOPS["rooms"][0], "sites.Porto.training.rooms", rooms))
    assert words.limit_words("rooms", plan, "care").startswith(text)


def test_shortages_are_the_noticed_ones_the_earliest_first():
    plan = project(shipped("growth_2000"), baseline(put(shipped("growth_2000"), "levers.starts_max_monthly", 0)))
    found = shortages(plan)
    assert [each.month for each in found] == sorted(each.month for each in found)
    missing = plan.shortage_fte
    assert len(found) == int(((missing > 0.5) & (missing > 0.005 * plan.required_fte)).sum())
    assert {field.name for field in fields(found[0])} == {"group", "month", "fte", "limit", "since", "latest_start"}
