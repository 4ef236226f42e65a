"""Plans and closed forms against people who live through them one by one, at random: within the confidence interval of many such lives."""

import numpy as np
import pytest

from planner import comparison, hiring, policies
from planner.organisation import Role, largest_internal_share
from planner.policies import culture, management, mentors, promotion, recruiting
from planner.training import largest_growth_back_to_back, months_to_grow
from planner.workforce import share_shorter_than
from tests import people
from tests.scenarios import MONTH_IN_WEEKS, build, changed, two_sites

LIVES = 300
WIDE = 4.5
"""Standard errors within which a mean must lie; hundreds of means are compared in one test."""


def scenario(months=24):
    """Two growing sites whose stages and tenures are whole months, and whose people are promoted once they have settled."""
    document = changed(
        two_sites(months), ("groups.1.stated_heads", {"start": 70, "add_monthly": 4}), ("groups.0.stated_heads", {"start": 85, "add_monthly": 3})
    )
    roles = document["organisation"]["roles"]
    for each in roles:
        if each.get("feeder") == "frontline":
            each["time_in_grade_months"] = 12
    return build(document)


CASES = {
    "nothing": {},
    "management": {"management": management.Management(top_span=80, first_span=9, seek="when_broken", tolerance=-0.1)},
    "promotion": {"promotion": promotion.Promotion(first_share=0.9, higher_share=0.3, promotion_failure=0.4, return_share=0.5)},
    "mentors": {"mentors": mentors.Mentors(share=0.3, mentees_per_mentor=1.0, loss=0.5, classroom_weeks=2 * MONTH_IN_WEEKS, nesting_weeks=3 * MONTH_IN_WEEKS)},
    "recruiting": {"recruiting": recruiting.Recruiting(more_recruiters=0.5, referrals_per_head_monthly=0.2, at_work_starts_max_monthly=3)},
    "culture": {"culture": culture.Culture(under_6_months_max=0.25)},
}
CASES["all five"] = {name: given for case in CASES.values() for name, given in case.items()}


def lives(of, decisions, runs=LIVES):
    rng = np.random.default_rng(20_27)
    found = [people.everybody(of, decisions, rng) for _ in range(runs)]
    return {name: np.stack([each[name] for each in found]) for name in found[0]}


def deviations(sample, expected):
    """Distance of the mean from what is expected, in standard errors; where every life is the same, it must be that."""
    error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    distance = sample.mean(axis=0) - expected
    alike = error < 1e-9
    assert np.abs(distance[alike]).max(initial=0) < 1e-6
    return np.abs(distance[~alike] / error[~alike])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_plan_under_a_policy_is_what_people_live_through_on_average(case):
    plan = comparison.planned(policies.switched(scenario(), CASES[case]))
    found = lives(plan.scenario, plan.decisions)
    expected = {"heads": plan.frontline.heads, "fte": plan.frontline.productive_fte / plan.parts.contract_fraction}
    if "promotion" not in case and case != "all five":
        expected["new"] = plan.frontline.under_6_months
    expected |= {months.role.name: months.path.heads for months in plan.roles}
    worst = {name: deviations(found[name], values).max() for name, values in expected.items()}
    assert worst == {name: pytest.approx(0, abs=WIDE) for name in worst}


@pytest.mark.slow
def test_each_policy_changes_the_plan_that_is_lived_through():
    plans = [comparison.planned(policies.switched(scenario(), case)) for case in CASES.values()]
    assert len({float(plan.cost.sum()) for plan in plans}) == len(CASES)


@pytest.mark.slow
@pytest.mark.parametrize(("mentees", "share", "training", "expected", "lived"), [(2, 0.25, 2, 60.5, 64), (4, 0.15, 2, 50.7, 53.5), (1, 0.25, 1, 56.3, 60)])
def test_four_people_whose_mentors_are_whole_become_50_000_a_few_months_later_than_divisible_ones(mentees, share, training, expected, lived):
    rng = np.random.default_rng(7)
    months = np.array([people.months_to_grow_with_mentors(mentees, share, training, 0.03, 0.15, 4, 50_000, rng) for _ in range(200)])
    assert months.max() < 120
    assert months.mean() == pytest.approx(lived, abs=0.5 + 4 * months.std() / np.sqrt(len(months)))
    growth = largest_growth_back_to_back(mentees * share, training, 0.03, 0.15)
    assert months_to_grow(4, 50_000, growth) == pytest.approx(expected, abs=0.1)


@pytest.mark.slow
def test_many_people_grow_as_fast_as_the_closed_form_says():
    """From 4,000 on, whole mentors hardly matter."""
    rng = np.random.default_rng(8)
    months = np.array([people.months_to_grow_with_mentors(2, 0.25, 2, 0.03, 0.15, 4_000, 2_000_000, rng) for _ in range(40)])
    growth = largest_growth_back_to_back(0.5, 2, 0.03, 0.15)
    assert months.mean() == pytest.approx(months_to_grow(4_000, 2_000_000, growth), abs=1.0)


@pytest.mark.parametrize(("months", "share"), [(12, 0.84), (13, 0.785)])
def test_people_of_a_growing_grade_fill_as_many_posts_as_the_largest_internal_share_says(months, share):
    rng = np.random.default_rng(9)
    lived = np.array([people.largest_internal_share(0.05, 0.015, 0.01, 20 / 3, 0.3, 0.25, months, rng) for _ in range(40)])
    assert lived.mean() == pytest.approx(share, abs=0.003 + 3 * lived.std() / np.sqrt(len(lived)))
    lead = Role(name="lead", span=15, monthly_pay=1, feeder="frontline", ready_share=0.3, promotion_failure=0.25, time_in_grade_months=12)
    assert float(largest_internal_share(lead, 0.05, 0.015, 20 / 3)) == pytest.approx(0.831, abs=5e-4)
    assert 0.785 < 0.831 < 0.842


@pytest.mark.parametrize(("months", "growth"), [(6, 0.05), (12, 0.05), (6, 0.0), (12, 0.0)])
def test_people_who_come_and_go_are_as_new_as_the_closed_form_says(months, growth):
    rng = np.random.default_rng(10)
    leave, grows = 1 - np.exp(-0.03), np.expm1(growth)
    lived = np.array([people.share_under(months, grows, leave, rng) for _ in range(30)])
    assert lived.mean() == pytest.approx(share_shorter_than(months, growth, 0.03), abs=1e-4 + 4 * lived.std() / np.sqrt(len(lived)))


def test_applicants_who_each_take_their_chances_start_as_often_as_the_funnel_says():
    rng, funnel = np.random.default_rng(11), hiring.Funnel()
    shares = (funnel.screened, funnel.interviewed, funnel.offered, funnel.accepted, funnel.started)
    lived = np.array([people.starts_from(3_460, shares, rng) for _ in range(400)])
    expected = hiring.funnel_stages(funnel, 3_460 * hiring.starts_per_applicant(funnel))
    stages = [expected.applicants, expected.screens, expected.interviews, expected.offers, expected.acceptances, expected.starts]
    error = lived.std(axis=0) / np.sqrt(len(lived))
    assert np.all(np.abs(lived.mean(axis=0) - np.array(stages, dtype=float)) <= 4 * error + 1e-9)


@pytest.mark.parametrize("probability", [0.69, 0.1])
def test_the_offers_made_fill_the_class_as_often_as_promised(probability):
    rng = np.random.default_rng(12)
    offers = int(hiring.offers_for_class(20, probability, 0.9))
    filled = (rng.random((4_000, offers)) < probability).sum(axis=1) >= 20
    promised = float(hiring.fill_probability(offers, 20, probability))
    assert promised >= 0.9 > float(hiring.fill_probability(offers - 1, 20, probability))
    assert filled.mean() == pytest.approx(promised, abs=4 * np.sqrt(promised * (1 - promised) / len(filled)))
