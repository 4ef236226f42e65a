"""What one more of a limit is worth: the shadow price, and the same scenario solved again with one more."""

import pytest

from planner.optimiser.model import Frozen, model
from planner.optimiser.problem import problem
from planner.optimiser.rounding import relaxed
from planner.optimiser.worth import CONFIRMED, MENTOR_POINT, MONTH_OF_NOTICE, ONE_MORE, worths
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, tiny

NEVER = lambda: False  # noqa: E731


def crowded(*changes, months=12):
    """A centre that grows faster than its one small room trains people."""
    document = tiny(months=months, heads=10)
    document["sites"][0]["training"] |= {"rooms": 1, "class_size_max": 3, "mentor_share_max": 0.5}
    document["groups"][0]["stated_heads"] = {"start": 10, "add_monthly": 4}
    return changed(document, *changes)


def found_in(document, frozen=None):
    made = problem(model(build(document), frozen=frozen))
    return {(each.limit, each.one_more, each.unit): each for each in worths(made, made.model.known, 60.0, NEVER)}


def bound(document):
    return relaxed(problem(model(build(document))), 60)[1].bound


@pytest.mark.parametrize(
    ("limit", "unit", "tight", "path", "more"),
    [
        ("rooms", "Porto", (), "sites.0.training.rooms", 2),
        ("starts", "all", (("hiring.starts_max_monthly", 2),), "hiring.starts_max_monthly", 3),
        ("sources", "boards", (("hiring.sources.0.starts_max_monthly", 2),), "hiring.sources.0.starts_max_monthly", 3),
        ("contractors", "care", (("finance", {"contractors_max_fte": 1.0}),), "finance", {"contractors_max_fte": 2.0}),
    ],
)
def test_the_confirmed_worth_is_what_the_same_scenario_saves_when_it_has_one_more(limit, unit, tight, path, more):
    document = crowded(*tight)
    worth = found_in(document)[limit, ONE_MORE[limit], unit]
    assert worth.confirmed == pytest.approx(bound(document) - bound(changed(document, (path, more))), rel=1e-5)
    assert 0 < worth.confirmed <= worth.estimate * (1 + 1e-6)


def test_a_mentor_point_is_worth_what_one_point_more_of_mentors_saves():
    document = crowded(("sites.0.training.mentor_share_max", 0.1), ("sites.0.training.class_size_max", 6), ("sites.0.training.rooms", 4))
    worth = found_in(document)["mentors", MENTOR_POINT, "Porto"]
    again = bound(changed(document, ("sites.0.training.mentor_share_max", 0.11)))
    assert worth.confirmed == pytest.approx(bound(document) - again, rel=1e-4)
    assert worth.estimate > 0


def test_a_month_of_notice_is_worth_what_it_saves_to_start_people_a_month_earlier():
    """As with a time to fill of one month less, where recruiters and interviewers have hours to spare and the baseline's promotions play no part."""
    slow = crowded(("sites.0.training.rooms", 6), ("hiring.sources.0.time_to_fill_median_days", 40), ("hiring.interview_share_max", 1.0))
    slow["organisation"]["roles"][0].pop("feeder")
    slow["organisation"]["roles"][2]["opening_heads"][0]["heads"] = 9
    fast = changed(slow, ("hiring.sources.0.time_to_fill_median_days", 25))
    leads = [model(build(document)).lead[0] for document in (slow, fast)]
    assert leads[0] == leads[1] + 1
    worth = found_in(slow)["notice", MONTH_OF_NOTICE, "frontline hires"]
    assert worth.confirmed == pytest.approx(bound(slow) - bound(fast), rel=1e-3)


def test_notice_is_worth_nothing_once_those_months_are_signed():
    document = crowded()
    signed = Frozen(planned(build(document)).decisions, 6)
    assert ("notice", MONTH_OF_NOTICE, "frontline hires") not in found_in(document, signed)
    assert ("notice", MONTH_OF_NOTICE, "frontline hires") in found_in(document)


def test_a_thousand_more_of_budget_a_month_is_worth_something_where_the_budget_binds():
    document = crowded(("finance", {"budget_monthly": [130_000.0] * 12}))
    worth = found_in(document)["budget", ONE_MORE["budget"], "all"]
    again = bound(changed(document, ("finance", {"budget_monthly": [131_000.0] * 12})))
    assert worth.confirmed == pytest.approx(bound(document) - again, rel=1e-4)


def test_the_dearest_comes_first_and_the_largest_prices_are_confirmed():
    made = problem(model(shipped("growth_2000")))
    found = worths(made, made.model.known, 60.0, NEVER)
    told = [each.told for each in found]
    assert told == sorted(told, reverse=True)
    asked = [each for each in found if each.limit != "notice"]
    assert sum(each.confirmed is not None for each in asked) == CONFIRMED
    smallest = min(each.estimate for each in asked if each.confirmed is not None)
    assert all(each.estimate <= smallest + 1e-6 for each in asked if each.confirmed is None)
    assert {each.unit for each in found if each.limit == "notice"} == {"frontline hires", "leaders and support"}


def test_somebody_who_stops_is_told_nothing_that_was_not_looked_at():
    made = problem(model(build(crowded())))
    assert all(each.confirmed is None for each in worths(made, made.model.known, 60.0, lambda: True))
