"""The frontline as sums of impulse responses, against the month-by-month recursion, and the identities of cohorts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.cohorts import QUANTITIES, cohorts, drained, frontline, superposed
from planner.staffing import mean_contract_fraction
from planner.workforce import peak_fte, start_response
from tests import recursion
from tests.scenarios import FULLY_PROFICIENT, MONTH_IN_WEEKS, NO_TRAINING, NOBODY_LEAVES, build, changed, tiny, two_sites

MONTHS = 18
SCENARIO = build(two_sites(MONTHS))
COMPARED = (
    "opening", "starts", "heads", "promoted_out", "returned", "washout", "leavers", "closing", "productive_fte", "nesting", "training_heads", "paid_training",
    "mentors_eligible", "under_6_months", "under_12_months",
)  # fmt: skip


def starts_strategy(months=MONTHS, groups=2, sources=2, most=12):
    size = months * groups * sources
    return st.lists(st.integers(0, most), min_size=size, max_size=size).map(lambda values: np.array(values, dtype=float).reshape(months, groups, sources))


def flows_strategy(months=MONTHS, groups=2, most=2):
    size = months * groups
    return st.lists(st.floats(0, most), min_size=size, max_size=size).map(lambda values: np.array(values).reshape(months, groups))


def by_recursion(scenario, starts, promoted_out, returned):
    """The frontline of every group by the oracle: a list of rows by month, for each group."""
    training = {site.name: site.training for site in scenario.sites}
    multipliers = [source.exit_multiplier for source in scenario.hiring.sources]
    found = []
    for g, group in enumerate(scenario.groups):
        line = recursion.Frontline(group, training[group.site], multipliers, mean_contract_fraction(group.staffing.contracts))
        for month in range(len(starts)):
            line.month(starts[month, g].tolist(), promoted_out[month, g], returned[month, g])
        found.append(line.rows)
    return found


@settings(max_examples=60)
@given(starts_strategy(), flows_strategy(), flows_strategy(most=1))
def test_superposed_responses_are_the_month_by_month_recursion(starts, promoted_out, returned):
    people = frontline(cohorts(SCENARIO, MONTHS), starts, promoted_out, returned)
    for g, rows in enumerate(by_recursion(SCENARIO, starts, promoted_out, returned)):
        for name in COMPARED:
            told = getattr(people, name)[:, g]
            assert np.allclose(told, [row[name] for row in rows], rtol=0, atol=1e-9), (name, g)


def zeros(months=MONTHS, groups=2):
    return np.zeros((months, groups))


@settings(max_examples=40)
@given(starts_strategy(), starts_strategy(), flows_strategy())
def test_two_plans_add_up_to_the_plan_of_both(first, second, away):
    parts = cohorts(SCENARIO, MONTHS)
    one, two, both, none = (frontline(parts, *args) for args in (
        (first, away, zeros()), (second, zeros(), zeros()), (first + second, away, zeros()), (0 * first, zeros(), zeros())
    ))  # fmt: skip
    for name in ("heads", "washout", "leavers", "productive_fte", "nesting", "mentors_eligible", "under_6_months"):
        assert np.allclose(getattr(one, name) + getattr(two, name), getattr(both, name) + getattr(none, name)), name


@settings(max_examples=40)
@given(starts_strategy(), flows_strategy(), flows_strategy(most=1))
def test_people_are_conserved_month_by_month_and_over_the_whole_plan(starts, away, back):
    people = frontline(cohorts(SCENARIO, MONTHS), starts, away, back)
    assert np.allclose(people.closing, people.opening + people.starts - people.washout - people.leavers - people.promoted_out + people.returned)
    assert np.allclose(people.opening[1:], people.closing[:-1])
    gained = (people.starts - people.washout - people.leavers - people.promoted_out + people.returned).sum(axis=0)
    assert np.allclose(people.closing[-1], people.opening[0] + gained)


@settings(max_examples=30)
@given(starts_strategy(6, 1, 1))
def test_without_exits_and_washouts_heads_are_opening_and_starts(starts):
    people = dict(NOBODY_LEAVES, classroom_washout=0, nesting_washout=0)
    told = frontline(cohorts(build(tiny(6, **people)), 6), starts, zeros(6, 1), zeros(6, 1))
    assert np.allclose(told.heads[:, 0], 20 + starts.sum(axis=(1, 2)).cumsum())


def test_fully_proficient_people_without_training_bring_their_heads():
    document = changed(tiny(8, **NO_TRAINING, **FULLY_PROFICIENT), ("hiring.sources.0.exit_multiplier", 1.2))
    starts = np.zeros((8, 1, 1))
    starts[2] = 7
    told = frontline(cohorts(build(document), 8), starts, zeros(8, 1), zeros(8, 1))
    assert np.allclose(told.productive_fte, told.heads)


def test_one_start_of_the_model_never_brings_more_than_654_thousandths():
    document = changed(tiny(24), ("sites.0.training.mentor_loss", 0))
    parts = cohorts(build(document), 24)
    assert parts.capacity_per_start[0, 0, :10].round(3).tolist() == [0, 0.352, 0.538, 0.619, 0.650, 0.654, 0.652, 0.641, 0.626, 0.617]


def test_mentoring_costs_productive_fte_while_people_nest_and_only_then():
    with_loss, without = (cohorts(build(changed(tiny(6), ("sites.0.training.mentor_loss", loss))), 6).capacity_per_start[0, 0] for loss in (0.35, 0))
    assert (without - with_loss).round(6).tolist() == [0, round(0.88 * 0.35 / 2, 6), 0, 0, 0, 0]


@settings(max_examples=30)
@given(starts_strategy(12, 1, 1), st.sampled_from([0.1, 0.5, 1.5]), st.floats(0.01, 1))
def test_higher_attrition_anywhere_never_raises_later_capacity(starts, attrition, more):
    told = [
        frontline(cohorts(build(changed(tiny(12), ("groups.0.workforce.annual_attrition", rate))), 12), starts, zeros(12, 1), zeros(12, 1))
        for rate in (attrition, attrition + more)
    ]
    assert (told[1].productive_fte <= told[0].productive_fte + 1e-12).all()
    assert (told[1].heads <= told[0].heads + 1e-12).all()


def test_constant_hires_settle_at_hires_over_the_probability_of_leaving():
    leaving = {"tenure_bands": [{"up_to_months": None, "exit_probability_monthly": 0.1}]}
    scenario = build(tiny(120, heads=3, **NO_TRAINING, **leaving))
    told = frontline(cohorts(scenario, 120), np.full((120, 1, 1), 4.0), zeros(120, 1), zeros(120, 1))
    assert told.heads[-1, 0] == pytest.approx(4 / 0.1, rel=1e-4)


@settings(max_examples=30)
@given(starts_strategy())
def test_no_number_of_people_is_below_zero_where_nobody_is_promoted(starts):
    people = frontline(cohorts(SCENARIO, MONTHS), starts, zeros(), zeros())
    for name in COMPARED:
        assert (getattr(people, name) >= -1e-12).all(), name


def test_a_source_whose_people_stay_longer_keeps_more_of_them():
    parts = cohorts(SCENARIO, MONTHS)
    boards, friends = parts.start[QUANTITIES.index("heads"), 0]
    assert np.array_equal(boards[:3], friends[:3]), "nobody leaves before nesting ends"
    assert (friends[3:] > boards[3:]).all()


def test_what_leaves_at_a_months_end_is_missed_from_the_next_month_on():
    settled = np.ones((1, 1, 4))
    assert drained(np.array([[0.0], [2.0], [0.0], [0.0]]), settled)[0, 0].tolist() == [0, 0, 2, 2]
    assert superposed(np.array([[[0.0]], [[2.0]], [[0.0]], [[0.0]]]), np.ones((1, 1, 1, 4)))[0, 0].tolist() == [0, 2, 2, 2]


def test_the_response_of_a_start_is_that_of_the_workforce_room():
    parts = cohorts(SCENARIO, MONTHS)
    alone = start_response(SCENARIO.groups[1].workforce, MONTHS, 0.5)
    assert np.array_equal(parts.start[QUANTITIES.index("fte"), 1, 1], alone.fte)
    assert peak_fte(alone) == alone.fte.max()


def test_responses_are_worked_out_once_for_a_scenario():
    assert cohorts(SCENARIO, MONTHS) is cohorts(build(two_sites(MONTHS)), MONTHS)
    again = build(changed(two_sites(MONTHS), ("groups.0.workforce", two_sites()["groups"][0]["workforce"] | {"nesting_weeks": MONTH_IN_WEEKS / 2})))
    assert cohorts(again, MONTHS) is not cohorts(SCENARIO, MONTHS)
