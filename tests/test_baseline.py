"""The spreadsheet's decisions: inside every limit, in whole people, leaders ahead of their ratio, promotions in the share asked for."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from planner import training
from planner.baseline import baseline, continued, look_ahead
from planner.checks import check
from planner.decisions import nothing_decided
from planner.errors import InvalidScenario
from planner.limits import broken
from planner.parameters import put, put_all
from planner.plan import project
from planner.requirement import requirement
from tests.conftest import planned, shipped
from tests.scenarios import FULLY_PROFICIENT, MONTH_IN_WEEKS, NO_TRAINING, NOBODY_LEAVES, build, changed, documents, everything, office, role, tiny, two_sites


def plan_of(scenario):
    return project(scenario, baseline(scenario))


def only_signed(scenario):
    """What comes even if nobody decides anything: the signed starts."""
    decided = nothing_decided(scenario)
    for g, group in enumerate(scenario.groups):
        site = next(site for site in scenario.sites if site.name == group.site)
        for month, people in enumerate(group.workforce.signed_starts):
            decided.starts[month, g, 0], decided.classes[month, g] = people, training.classes_for(people, site.training)
    return project(scenario, decided)


def new_breaches(plan):
    """Limits that the decisions break, without those that the scenario breaks by itself."""
    by_itself = {(breach.limit, breach.month, breach.unit) for breach in broken(only_signed(plan.scenario))}
    return [breach for breach in broken(plan) if (breach.limit, breach.month, breach.unit) not in by_itself]


def whole_people(decided):
    series = [decided.starts, decided.classes, *decided.promotions.values(), *decided.appointments.values()]
    return all(np.array_equal(values, np.floor(values)) and (values >= 0).all() for values in series)


def assert_sound(scenario):
    plan = plan_of(scenario)
    assert new_breaches(plan) == []
    assert whole_people(plan.decisions)
    assert [result for result in check(plan) if not result.holds] == []
    return plan


# --- Inside every limit

GRID = {
    "as it stands": {},
    "growth": {"levers.growth_monthly": 0.05},
    "decline": {"levers.growth_monthly": -0.05},
    "attrition": {"levers.attrition_change": 1.5, "levers.growth_monthly": 0.02},
    "no attrition": {"levers.attrition_change": -0.9},
    "freeze": {"levers.starts_max_monthly": 0},
    "few starts": {"levers.starts_max_monthly": 9, "levers.growth_monthly": 0.03},
    "spans": {"levers.first_span": 6.0, "levers.top_span": 40.0},
    "shrinkage": {"levers.shrinkage_change": 0.5},
    "nobody fails, nobody waits": {"organisation.roles.team_lead.promotion_failure": 0, "organisation.roles.team_lead.lead_time_months": 0},
    "all from within": {"organisation.roles.team_lead.internal_share": 1, "organisation.roles.team_lead.ready_share": 1},
}


@pytest.mark.parametrize("levers", GRID)
@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_the_baseline_of_a_shipped_scenario_never_breaks_a_limit(name, levers):
    plan = assert_sound(put_all(shipped(name), GRID[levers]))
    assert broken(plan) == ()


def test_the_baseline_of_the_giant_never_breaks_a_limit():
    plan = planned(shipped("giant_50000"))
    assert broken(plan) == ()
    assert whole_people(plan.decisions)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_the_baseline_of_a_generated_scenario_breaks_no_limit_that_the_scenario_keeps(document):
    assert_sound(build(document))


def eager(document):
    """The same scenario where all who can be promoted are, at once, and from the frontline into two roles."""
    for each in document["organisation"]["roles"]:
        each |= {"promotion_failure": 0, "time_in_grade_months": 0, "lead_time_months": 0}
    lead, trainer = document["organisation"]["roles"][0], document["organisation"]["roles"][3]
    lead |= {"internal_share": 1, "ready_share": 1, "opening_heads": []}
    trainer |= {"internal_share": 1, "ready_share": 1, "feeder": "frontline"}
    return document


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(documents(months=8).map(eager))
def test_nobody_is_promoted_before_the_first_day_or_twice(document):
    assert_sound(build(document))


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_the_baseline_of_hundreds_of_generated_scenarios_breaks_no_limit(document):
    assert_sound(build(document))


def test_the_baseline_where_every_family_is_used_breaks_no_limit():
    assert_sound(build(everything()))


@pytest.mark.parametrize("share", [0.7, 0.85, 0.95, 1.0])
def test_a_budget_is_kept_also_by_leaders_promotions_overtime_and_contracts_of_less_than_full_time(share):
    free = build(changed(two_sites(), ("groups.1.stated_heads", {"start": 75, "add_monthly": 6})))
    spend = plan_of(free).spend
    bound = put(free, "finance.budget_monthly", [float(spend.max() * share)] * 18)
    plan = assert_sound(bound)
    assert (plan.spend <= spend.max() * share + 1e-6).all() or broken(only_signed(bound))


def test_promotions_leave_the_classes_their_mentors():
    document = changed(
        tiny(18, heads=24, annual_attrition=0.3),
        ("groups.0.stated_heads", {"start": 24, "add_monthly": 1.5}),
        ("sites.0.training.mentor_share_max", 0.12),
        ("organisation.roles.0", role("team_lead", 3, {"care": 1}, scope="group", feeder="frontline", internal_share=1, ready_share=1, time_in_grade_months=0)),
    )
    plan = assert_sound(build(document))
    assert (plan.training.mentors_needed == plan.training.mentors_available)[plan.training.mentors_needed > 0].any(), "mentors are short"
    assert plan.frontline.promoted_out.sum() > 0


def test_signed_starts_of_later_months_keep_their_room():
    document = changed(
        tiny(12, heads=30, classroom_weeks=2 * MONTH_IN_WEEKS, signed_starts=[0, 0, 0, 5]),
        ("groups.0.stated_heads", {"start": 40}),
        ("sites.0.training.rooms", 1),
    )
    plan = assert_sound(build(document))
    assert plan.decisions.starts[3, 0, 0] == 5
    assert plan.decisions.starts[2, 0, 0] == 0, "the room is kept for the signed class"


# --- What it aims at


def test_zero_growth_and_zero_attrition_need_no_hires():
    document = tiny(24, heads=50, **NOBODY_LEAVES)
    for position in range(3):
        document["organisation"]["roles"][position]["exit_probability_monthly"] = 0
    roles = changed(document, ("organisation.roles.0.opening_heads.0.heads", 5))
    plan = plan_of(build(roles))
    assert not plan.frontline.starts.any()
    assert not any(months.appointed.any() or months.promoted.any() for months in plan.roles)
    assert not plan.shortage_fte.any()


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_a_hiring_freeze_gives_no_starts_but_the_signed_ones(name):
    scenario = put(shipped(name), "levers.starts_max_monthly", 0)
    decided = baseline(scenario)
    signed = sum(sum(group.workforce.signed_starts) for group in scenario.groups)
    assert decided.starts.sum() == signed


def test_a_freeze_is_lifted_by_nothing_but_the_lever():
    assert baseline(put(shipped("startup_4"), "levers.starts_max_monthly", 1)).starts.sum(axis=(1, 2)).max() == 1


def test_hires_follow_a_plan_that_needs_no_training_exactly():
    people = NO_TRAINING | NOBODY_LEAVES | FULLY_PROFICIENT
    document = changed(
        tiny(12, heads=100, **people),
        ("groups.0.stated_heads", {"start": 100, "add_monthly": 5}),
        ("sites.0.training", {"class_size_min": 1, "class_size_max": 10}),
        ("hiring.sources.0", {"name": "boards", "time_to_fill_median_days": 5}),
        ("organisation.roles.0", role("team_lead", 12, {"care": 20}, scope="group")),
    )
    plan = plan_of(build(document))
    assert plan.frontline.heads[:, 0].tolist() == pytest.approx([100 + 5 * month for month in range(12)])


def test_nobody_starts_before_the_time_to_fill():
    document = changed(tiny(12, heads=10), ("groups.0.stated_heads.start", 30), ("hiring.sources.0.time_to_fill_median_days", 80))
    starts = baseline(build(document)).starts.sum(axis=(1, 2))
    assert not starts[:5].any()
    assert starts[5] > 0


def test_people_start_in_whole_classes_of_permitted_size():
    for name in ("centre_600", "growth_2000", "startup_4"):
        plan = planned(shipped(name))
        for g, group in enumerate(plan.scenario.groups):
            given_training = next(site.training for site in plan.scenario.sites if site.name == group.site)
            later = slice(len(group.workforce.signed_starts), None)
            assert training.class_sizes_fit(plan.frontline.starts[later, g], plan.decisions.classes[later, g], given_training).all()


def test_four_people_grow_in_classes_of_one_with_at_most_one_in_two_mentoring():
    plan = planned(shipped("startup_4"))
    assert np.array_equal(plan.frontline.starts, plan.decisions.classes)
    assert (plan.training.mentors_needed <= np.ceil(0.5 * plan.frontline.mentors_eligible - 0.5)).all()
    assert plan.frontline.heads[-1, 0] > 7 * plan.frontline.heads[0, 0]
    assert not (plan.shortage_fte > 0.5).any()


def test_the_look_ahead_is_the_months_to_ninety_per_cent_of_the_peak():
    assert look_ahead(build(tiny()), 0) == 3
    assert look_ahead(build(tiny(**NO_TRAINING, **FULLY_PROFICIENT)), 0) == 0


def test_the_preferred_source_is_used_first_and_up_to_its_cap():
    document = changed(
        tiny(12, heads=20),
        ("groups.0.stated_heads.start", 45),
        ("hiring.sources", [{"name": "friends", "starts_max_monthly": 2}, {"name": "boards"}]),
    )
    starts = baseline(build(document)).starts[:, 0]
    assert starts[:, 0].max() == 2
    assert (starts[:, 0][starts[:, 1] > 0] == 2).all()
    assert starts[:, 1].sum() > 0


def test_sites_are_served_in_their_order_where_the_cap_on_starts_binds():
    document = changed(two_sites(12), ("groups.0.stated_heads", {"start": 150}), ("groups.1.stated_heads", {"start": 150}), ("hiring.starts_max_monthly", 6))
    starts = baseline(build(document)).starts.sum(axis=(0, 2))
    assert starts[0] > 5 * starts[1]
    swapped = changed(document, ("sites", document["sites"][::-1]))
    assert baseline(build(swapped)).starts.sum(axis=(0, 2))[1] > 5 * baseline(build(swapped)).starts.sum(axis=(0, 2))[0]


def test_overtime_comes_before_contractors_and_both_stay_within_their_caps():
    document = changed(tiny(6, heads=20), ("groups.0.stated_heads.start", 30), ("finance", {"overtime_max": 0.1, "contractors_max_fte": 3}))
    plan = plan_of(build(document))
    first = plan.decisions.overtime_fte[0, 0], plan.decisions.contractor_fte[0, 0], plan.shortage_fte[0, 0]
    assert first[0] == pytest.approx(0.1 * plan.frontline.productive_fte[0, 0])
    assert first[1] == 3
    assert first[2] > 0


# --- Leaders


def test_leaders_hold_their_ratio_from_their_lead_time_on():
    document = changed(
        tiny(24, heads=100),
        ("groups.0.stated_heads", {"start": 100, "add_monthly": 4}),
        ("organisation.roles.0", role("team_lead", 8, {"care": 10}, scope="group", lead_time_months=4)),
    )
    leads = plan_of(build(document)).role("team_lead")
    assert leads.vacancies[:4].any()
    assert not leads.vacancies[4:].any()


def quotas(plan, name):
    """Share of a role's appointments that last which came by promotion."""
    months = plan.role(name)
    lasting = months.promoted.sum() * (1 - months.role.promotion_failure)
    return lasting / (lasting + months.appointed.sum())


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.8])
@pytest.mark.parametrize("failure", [0.0, 0.2, 0.5])
def test_the_internal_share_is_reached_where_the_bench_is_deep_enough(share, failure):
    document = changed(
        tiny(36, heads=300),
        ("groups.0.stated_heads", {"start": 300, "add_monthly": 6}),
        ("sites.0.training", {"rooms": 9, "class_size_min": 1}),
        ("organisation.roles.1.opening_heads", [{"unit": "Porto", "heads": 15}]),
        ("organisation.roles.2.opening_heads", [{"unit": "all", "heads": 8}]),
        ("organisation.roles.0", role("team_lead", 10, {"care": 30}, scope="group", feeder="frontline", internal_share=share, promotion_failure=failure,
                                      lead_time_months=0, exit_probability_monthly=0.03)),
    )  # fmt: skip
    plan = plan_of(build(document))
    assert quotas(plan, "team_lead") == pytest.approx(share, abs=0.02)
    assert not plan.role("team_lead").vacancies.any()


def test_the_internal_shares_of_growth_2000_are_reached_where_its_benches_hold():
    plan = planned(shipped("growth_2000"))
    for name in ("team_lead", "trainer", "qa", "manager"):
        assert quotas(plan, name) == pytest.approx(plan.role(name).role.internal_share, abs=0.05), name
    assert quotas(plan, "executive") < 0.5, "its bench is empty for months"


@pytest.mark.parametrize("seek", ["ahead", "when_broken"])
def test_a_role_filled_only_from_within_never_gets_anyone_from_outside(seek):
    document = changed(two_sites(), ("organisation.roles.0.internal_share", 1), ("organisation.roles.0.seek", seek), ("organisation.roles.1.internal_share", 1))
    plan = plan_of(build(document))
    for name in ("team_lead", "manager"):
        assert not plan.role(name).appointed.any()
        assert plan.role(name).promoted.any()


def test_a_role_without_a_feeder_is_filled_from_outside_only():
    plan = planned(shipped("growth_2000"))
    assert "recruiter" not in plan.decisions.promotions
    assert plan.role("recruiter").appointed.any()


def test_an_empty_bench_is_made_up_for_from_outside():
    document = changed(
        tiny(12, heads=60), ("groups.0.stated_heads", {"start": 60, "add_monthly": 5}), ("organisation.roles.0.ready_share", 0), ("sites.0.training.rooms", 9)
    )
    leads = plan_of(build(document)).role("team_lead")
    assert not leads.promoted.any()
    assert leads.appointed.any()
    assert not leads.vacancies[3:].any()


def test_the_order_of_a_scenario_decides_and_the_same_scenario_decides_alike():
    scenario = build(office())
    first, second = baseline(scenario), baseline(scenario, requirement(scenario))
    assert np.array_equal(first.starts, second.starts)
    assert np.array_equal(first.overtime_fte, second.overtime_fte)


# Decisions already taken


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
@pytest.mark.parametrize("months", [1, 5])
def test_first_months_that_are_taken_stand_and_the_rest_stays_within_every_limit(name, months):
    scenario = shipped(name)
    taken = planned(scenario).decisions
    decided = continued(scenario, taken, months)
    for kind in ("starts", "classes", "overtime_fte", "contractor_fte"):
        assert np.array_equal(getattr(decided, kind)[:months], getattr(taken, kind)[:months]), kind
    for kind in ("promotions", "appointments"):
        assert all(np.array_equal(getattr(decided, kind)[role][:months], values[:months]) for role, values in getattr(taken, kind).items())
    assert broken(project(scenario, decided)) == ()
    assert float(project(scenario, decided).cost.sum()) == pytest.approx(float(planned(scenario).cost.sum()), rel=0.01)


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_a_whole_plan_that_is_taken_is_that_plan(name):
    scenario = shipped(name)
    taken = planned(scenario).decisions
    decided = continued(scenario, taken, scenario.horizon.months)
    assert project(scenario, decided).cost == pytest.approx(planned(scenario).cost)


def test_people_who_have_signed_for_a_role_come_whatever_the_lead_time_and_are_counted():
    document = changed(two_sites(12), ("organisation.roles.1.under_way", {"signed": [{"unit": "Porto", "month": 1, "heads": 2}]}))
    plain, signed = (baseline(build(each)) for each in (two_sites(12), document))
    assert signed.appointments["manager"][1, 1] >= 2
    assert signed.appointments["manager"][:, 1].sum() < plain.appointments["manager"][:, 1].sum() + 3


def test_who_has_signed_for_a_role_beyond_the_plan_is_refused():
    with pytest.raises(InvalidScenario, match=r"under_way.signed.0.month: the plan has 12 months"):
        build(changed(two_sites(12), ("organisation.roles.1.under_way", {"signed": [{"unit": "Porto", "month": 12, "heads": 2}]})))


def test_the_ready_bench_that_is_given_is_the_one_of_the_first_month():
    document = changed(two_sites(12), ("organisation.roles.0.under_way", {"ready": [{"unit": "sales", "heads": 1.5}, {"unit": "care", "heads": 0}]}))
    scenario = build(document)
    assert project(scenario, baseline(scenario)).role("team_lead").ready[0].tolist() == [1.5, 0]
