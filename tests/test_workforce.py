"""Cohorts: the worked numbers of the model, a month-by-month recursion and a fine-step walk of one person as oracles, and identities."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InvalidScenario
from planner.horizon import months_of_weeks
from planner.workforce import (
    EarlierStarts,
    Programme,
    Ramp,
    Response,
    TenureBand,
    TenureHeads,
    Workforce,
    blended_handle_time_multiplier,
    cohort_loss_probability_monthly,
    designed_exits,
    earlier_qualified,
    exit_probability_from_exposure,
    exit_probability_monthly,
    from_starts,
    heads_younger_than,
    month_survival,
    months_to_ninety_percent,
    multiplier_faults,
    opening_designed_exits,
    opening_reaching_tenure,
    opening_response,
    opening_with_tenure,
    opening_younger_than,
    peak_fte,
    proficiency,
    qualified_with_tenure,
    reaching_tenure,
    settled_exit_probability,
    settled_response,
    settled_yield,
    share_shorter_than,
    stable_share_shorter_than,
    start_response,
    steady_proficiency,
    survival,
    workforce_faults,
)

MONTH_IN_WEEKS = 365.25 / 84
MODEL = Workforce(classroom_weeks=MONTH_IN_WEEKS, nesting_weeks=MONTH_IN_WEEKS)
NO_TRAINING = {"classroom_weeks": 0, "nesting_weeks": 0, "classroom_washout": 0, "nesting_washout": 0}


def bands(*ends_and_probabilities):
    return tuple(TenureBand(up_to_months=end, exit_probability_monthly=probability) for end, probability in ends_and_probabilities)


def fractions(top=0.9):
    return st.floats(0, top).map(lambda x: round(x, 6))


def weeks_up_to(longest):
    return st.floats(0, longest).map(lambda x: round(x, 3))


@st.composite
def band_tuples(draw, whole_months=False):
    grid = st.integers(1, 40) if whole_months else st.floats(0.05, 40).map(lambda x: round(x, 4))
    ends = sorted(draw(st.lists(grid, max_size=3, unique=True)))
    return bands(*((end, draw(fractions(0.6))) for end in [*ends, None]))


@st.composite
def workforces(draw, weeks=None, whole_months=False):
    weeks = weeks_up_to(26) if weeks is None else weeks
    return Workforce(
        tenure_bands=draw(band_tuples(whole_months)),
        classroom_weeks=draw(weeks),
        nesting_weeks=draw(weeks),
        classroom_washout=draw(fractions()),
        nesting_washout=draw(fractions()),
        nesting_proficiency=draw(fractions(1.0)),
        ramp=Ramp(start=draw(st.floats(0.1, 1)), rate_monthly=draw(st.floats(0.01, 5)), final=draw(st.floats(0.1, 1.5))),
    )


def model_months(**changes):
    return workforces(weeks=st.just(MONTH_IN_WEEKS), whole_months=True)


def exit_probability(workforce, tenure):
    for band in workforce.tenure_bands:
        if band.up_to_months is None or tenure < band.up_to_months:
            return band.exit_probability_monthly
    raise AssertionError


def skill(ramp, tenure):
    return ramp.final - (ramp.final - ramp.start) * math.exp(-ramp.rate_monthly * tenure)


def recursion(workforce, starts):
    """Section 3.2 of the model, written as it stands there: one month of classroom, one of nesting, then people by whole months of tenure."""
    rows, nest, people = [], 0.0, []
    for classes in starts:
        fte = workforce.nesting_proficiency * nest + sum(n * skill(workforce.ramp, j) for j, n in enumerate(people))
        leavers = [n * exit_probability(workforce, j) for j, n in enumerate(people)]
        washout = classes * workforce.classroom_washout + nest * workforce.nesting_washout
        rows.append((classes + nest + sum(people), fte, nest, washout, sum(leavers)))
        people = [nest * (1 - workforce.nesting_washout), *(n - left for n, left in zip(people, leavers, strict=True))]
        nest = classes * (1 - workforce.classroom_washout)
    return np.array(rows).T


def fine_walk(workforce, months, steps=1000):
    """One start walked in steps of a thousandth of a month by the stated rules: time in stages, washouts at their ends, exits by hazard."""
    classroom, qualified = months_of_weeks(workforce.classroom_weeks), months_of_weeks(workforce.classroom_weeks) + months_of_weeks(workforce.nesting_weeks)
    fte, nesting, classes = np.zeros((3, months))
    passed = 1 - workforce.classroom_washout
    in_post, gone_at_month_end, opening = passed * (1 - workforce.nesting_washout), 1.0, np.zeros(months)
    for month in range(months):
        in_post, gone_at_month_end = in_post * gone_at_month_end, 1.0
        tenure_on_day_one = month - qualified
        opening[month] = in_post if tenure_on_day_one >= 0 else 0
        for step in range(steps):
            time = month + (step + 0.5) / steps
            if time < classroom:
                classes[month] += 1 / steps
            elif time < qualified:
                nesting[month] += passed / steps
                fte[month] += workforce.nesting_proficiency * passed / steps
            else:
                fte[month] += in_post * skill(workforce.ramp, max(tenure_on_day_one, 0)) / steps
                gone_at_month_end *= (1 - exit_probability(workforce, time - qualified)) ** (1 / steps)
    return classes, nesting, fte, opening


# Leaving


@pytest.mark.parametrize(("annual", "probability", "cohort"), [(0.30, 0.0247, 0.0293), (0.45, 0.0368, 0.0486)])
def test_annual_attrition_reads_in_two_ways(annual, probability, cohort):
    assert exit_probability_monthly(annual) == pytest.approx(probability, abs=5e-5)
    assert cohort_loss_probability_monthly(annual) == pytest.approx(cohort, abs=5e-5)


def test_an_attrition_of_one_hundred_percent_is_eight_percent_a_month_and_undefined_as_a_cohort_loss():
    assert exit_probability_monthly(1.0) == pytest.approx(0.0800, abs=5e-5)
    with pytest.raises(ValueError, match="below 1"):
        cohort_loss_probability_monthly(1.0)


def test_a_negative_attrition_is_refused():
    with pytest.raises(ValueError, match="negative"):
        exit_probability_monthly(-0.1)
    with pytest.raises(ValueError, match="at least 0"):
        cohort_loss_probability_monthly(-0.1)


def test_annual_attrition_replaces_the_bands():
    whole_year = survival(Workforce(annual_attrition=0.45), [0, 1, 12])
    assert whole_year == pytest.approx([1, math.exp(-0.45 / 12), math.exp(-0.45)])


def test_survival_within_whole_months_is_the_product_of_staying():
    assert survival(Workforce(), [1, 3, 6, 8]) == pytest.approx([0.95, 0.95**3, 0.95**3 * 0.965**3, 0.95**3 * 0.965**3 * 0.978**2], rel=1e-13)


def test_the_exit_multiplier_multiplies_the_probability_not_the_hazard():
    assert survival(Workforce(), 1, exit_multiplier=2) == pytest.approx(0.90, rel=1e-13)


def test_an_exit_multiplier_that_reaches_one_hundred_percent_is_refused_with_its_limit():
    fault = multiplier_faults(Workforce(), 20, "sources.board.exit_multiplier")[0]
    assert fault.place == "sources.board.exit_multiplier"
    assert "less than 20" in fault.remedy
    assert multiplier_faults(Workforce(), 19.9, "x") == []
    with pytest.raises(InvalidScenario, match="exit_multiplier"):
        start_response(Workforce(), 12, exit_multiplier=20)
    with pytest.raises(InvalidScenario, match="negative"):
        start_response(Workforce(), 12, exit_multiplier=-0.1)


def test_the_fitted_exit_probability_is_leavers_over_exposure_inside_its_gamma_interval():
    from scipy.stats import gamma

    estimate = exit_probability_from_exposure([25, 0], [1_000, 200])
    assert estimate.probability == pytest.approx([0.025, 0])
    assert estimate.lower == pytest.approx(gamma.ppf(0.025, [25.5, 0.5]) / [1_000, 200])
    assert estimate.upper == pytest.approx(gamma.ppf(0.975, [25.5, 0.5]) / [1_000, 200])


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    leavers = np.random.default_rng(7).poisson(0.03 * 800, size=20_000)
    estimate = exit_probability_from_exposure(leavers, 800, confidence=0.9)
    assert np.mean((estimate.lower < 0.03) & (estimate.upper > 0.03)) == pytest.approx(0.90, abs=0.02)


@pytest.mark.parametrize(("leavers", "exposure", "confidence"), [(-1, 10, 0.9), (1, 0, 0.9), (11, 10, 0.9), (1, 10, 1.0)])
def test_an_impossible_exposure_is_refused(leavers, exposure, confidence):
    with pytest.raises(ValueError, match="exposure"):
        exit_probability_from_exposure(leavers, exposure, confidence)


# Learning


def test_proficiency_begins_at_its_start_and_closes_ninety_percent_of_the_gap_in_four_point_six_months():
    assert proficiency(Ramp(), [0, math.log(10) / 0.5]) == pytest.approx([0.65, 1 - 0.035])
    assert math.log(10) / 0.5 == pytest.approx(4.6, abs=0.01)


def test_a_negative_tenure_is_refused():
    with pytest.raises(ValueError, match="tenure"):
        proficiency(Ramp(), -1)
    with pytest.raises(ValueError, match="tenure"):
        survival(Workforce(), -1)


def test_handle_time_blends_by_throughput_and_not_by_heads():
    assert blended_handle_time_multiplier([30, 70], [1.6, 1.0]) == pytest.approx(1.127, abs=5e-4)
    assert np.average([1.6, 1.0], weights=[30, 70]) == pytest.approx(1.18)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.2, 5)), min_size=1, max_size=6))
def test_the_blended_multiplier_never_exceeds_the_arithmetic_mean(kinds):
    heads, multipliers = np.array(kinds).T
    assert blended_handle_time_multiplier(heads, multipliers) <= np.average(multipliers, weights=heads) * (1 + 1e-12)


@pytest.mark.parametrize(("heads", "multipliers"), [([0, 0], [1, 1]), ([-1, 2], [1, 1]), ([1, 1], [1, 0])])
def test_a_blend_of_nobody_or_of_no_time_is_refused(heads, multipliers):
    with pytest.raises(ValueError, match="heads"):
        blended_handle_time_multiplier(heads, multipliers)


@pytest.mark.parametrize(("theta", "growth", "value"), [(0.03, 0, 0.9774), (0.03, 0.05, 0.9448), (0.015, 0, 0.9883)])
def test_steady_proficiency_has_whitts_numbers(theta, growth, value):
    assert steady_proficiency(theta, 0.5, 0.6, 1.0, growth) == pytest.approx(value, abs=5e-5)


def test_steady_proficiency_equals_a_long_simulation_of_one_seat_filled_again_and_again():
    lives = np.random.default_rng(1).exponential(1 / 0.03, size=400_000)
    earned = lives - 0.4 * -np.expm1(-0.5 * lives) / 0.5
    assert steady_proficiency(0.03, 0.5, 0.6, 1.0) == pytest.approx(earned.sum() / lives.sum(), abs=2e-4)


def test_steady_proficiency_under_growth_equals_quadrature():
    age = np.arange(0, 2_000, 0.001) + 0.0005
    weight = np.exp(-0.08 * age)
    assert steady_proficiency(0.03, 0.5, 0.6, 1.0, 0.05) == pytest.approx(np.average(1 - 0.4 * np.exp(-0.5 * age), weights=weight), abs=1e-6)


def test_steady_proficiency_refuses_a_workforce_that_neither_leaves_nor_learns():
    with pytest.raises(ValueError, match="kappa"):
        steady_proficiency(0.03, 0, 0.6, 1.0)


# The response of one start


def test_one_start_has_the_impulse_response_of_the_model():
    phi = start_response(MODEL, 10).fte
    assert phi.round(3).tolist() == [0, 0.352, 0.538, 0.619, 0.650, 0.654, 0.652, 0.641, 0.626, 0.617]


def test_one_start_never_yields_more_than_two_thirds_of_an_fte_and_peaks_after_five_months():
    response = start_response(MODEL, 60)
    assert peak_fte(response) == pytest.approx(0.654, abs=5e-4)
    assert int(np.argmax(response.fte)) == 5
    assert months_to_ninety_percent(response) == 3


def test_a_response_that_ends_within_training_has_no_peak():
    with pytest.raises(ValueError, match="too short"):
        months_to_ninety_percent(start_response(Workforce(classroom_weeks=26), 3))


def test_one_start_at_four_weeks_of_each_stage_can_be_followed_by_hand():
    response, end = start_response(Workforce(), 3), 2 * 4 * 84 / 365.25
    half = 4 * 84 / 365.25
    graduates = 0.88 * 0.94
    assert response.classroom == pytest.approx([half, 0, 0])
    assert response.nesting == pytest.approx([0.88 * (1 - half), 0.88 * (end - 1), 0])
    assert response.washout == pytest.approx([0.12, 0.88 * 0.06, 0])
    assert response.heads == pytest.approx([1, 0.88, graduates * 0.95 ** (2 - end)])
    assert response.fte == pytest.approx(
        [
            0.4 * 0.88 * (1 - half),
            0.4 * 0.88 * (end - 1) + graduates * (2 - end) * 0.65,
            graduates * 0.95 ** (2 - end) * (1 - 0.35 * math.exp(-0.5 * (2 - end))),
        ]
    )


@settings(deadline=None)
@given(model_months(), st.lists(st.integers(0, 50), min_size=1, max_size=48))
def test_superposition_of_starts_equals_the_monthly_recursion(workforce, starts):
    response = start_response(workforce, len(starts))
    ours = [from_starts(starts, array) for array in (response.heads, response.fte, response.nesting, response.washout, response.leavers)]
    assert np.array(ours) == pytest.approx(recursion(workforce, starts), rel=1e-12, abs=1e-12 * max(1, sum(starts)))


@settings(max_examples=12, deadline=None)
@given(workforces(weeks=weeks_up_to(20)))
def test_stages_of_any_length_equal_a_walk_in_thousandths_of_a_month(workforce):
    response = start_response(workforce, 12)
    classes, nesting, fte, qualified = fine_walk(workforce, 12)
    assert response.classroom == pytest.approx(classes, abs=1.1e-3)
    assert response.nesting == pytest.approx(nesting, abs=1.1e-3)
    assert response.fte == pytest.approx(fte, abs=4e-3)
    assert response.qualified_heads == pytest.approx(qualified, abs=4e-3)


@settings(deadline=None)
@given(workforces(), st.integers(1, 60), st.floats(0, 1.5))
def test_heads_roll_forward_and_nobody_is_lost_or_invented(workforce, months, multiplier):
    longer, response = start_response(workforce, months + 1, multiplier), start_response(workforce, months, multiplier)
    assert longer.heads[1:] == pytest.approx(response.heads - response.washout - response.leavers, abs=1e-12)
    assert 1 - response.washout.sum() - response.leavers.sum() == pytest.approx(longer.heads[-1], abs=1e-12)
    assert response.heads[0] == 1


@settings(deadline=None)
@given(workforces(), st.integers(1, 60))
def test_no_figure_of_a_response_is_negative_and_trainees_are_among_the_heads(workforce, months):
    response = start_response(workforce, months)
    for field in dataclasses.fields(Response):
        assert getattr(response, field.name).min() >= 0
    assert np.all(response.training_heads <= response.heads)
    assert response.paid_training == pytest.approx(response.classroom + response.nesting)


@settings(deadline=None)
@given(workforces(), st.integers(1, 40), st.integers(0, 20))
def test_a_longer_response_begins_like_a_shorter_one(workforce, months, more):
    assert np.array_equal(start_response(workforce, months + more).fte[:months], start_response(workforce, months).fte)


@settings(deadline=None)
@given(workforces())
def test_without_exits_and_washouts_everyone_stays(workforce):
    stay = workforce.but(tenure_bands=bands((None, 0)), classroom_washout=0, nesting_washout=0)
    assert start_response(stay, 60).heads.tolist() == [1.0] * 60


@settings(deadline=None)
@given(workforces())
def test_without_a_ramp_effective_fte_are_the_qualified_heads(workforce):
    flat = workforce.but(ramp=Ramp(start=1, final=1), nesting_proficiency=0)
    response = start_response(flat, 60)
    whole = response.training_heads == 0
    assert response.fte[whole] == pytest.approx(response.heads[whole])


@settings(deadline=None)
@given(workforces(), st.data())
def test_a_higher_exit_probability_anywhere_never_raises_later_capacity(workforce, data):
    position = data.draw(st.integers(0, len(workforce.tenure_bands) - 1))
    changed = list(workforce.tenure_bands)
    changed[position] = changed[position].but(exit_probability_monthly=changed[position].exit_probability_monthly + data.draw(st.floats(0, 0.3)))
    low, high = start_response(workforce, 60).fte, start_response(workforce.but(tenure_bands=tuple(changed)), 60).fte
    assert np.all(high <= low + 1e-12)


@settings(deadline=None)
@given(workforces(), fractions(0.5))
def test_a_higher_washout_never_raises_capacity(workforce, more):
    worse = workforce.but(nesting_washout=min(0.99, workforce.nesting_washout + more))
    assert np.all(start_response(worse, 60).fte <= start_response(workforce, 60).fte + 1e-12)


def test_a_higher_exit_multiplier_leaves_fewer_people():
    assert np.all(start_response(Workforce(), 36, 1.5).heads[2:] < start_response(Workforce(), 36).heads[2:])


def test_constant_starts_settle_at_starts_over_exit_probability():
    team = Workforce(annual_attrition=-12 * math.log(0.96), **NO_TRAINING)
    heads = from_starts(np.full(600, 10.0), start_response(team, 600).heads)
    assert heads[-1] == pytest.approx(10 / 0.04, rel=1e-9)


def test_constant_starts_through_training_settle_at_the_trainees_and_the_graduates_over_exit_probability():
    team = MODEL.but(tenure_bands=bands((None, 0.04)))
    heads = from_starts(np.full(600, 10.0), start_response(team, 600).heads)
    assert heads[-1] == pytest.approx(10 * (1 + 0.88 + 0.88 * 0.94 / 0.04), rel=1e-9)


@pytest.mark.parametrize("stage", ["classroom_weeks", "nesting_weeks"])
def test_capacity_and_trainee_load_are_continuous_where_a_stage_lasts_one_month(stage):
    exact = start_response(MODEL, 24)
    for change in (-1e-6, 1e-6):
        near = start_response(MODEL.but(**{stage: MONTH_IN_WEEKS * (1 + change)}), 24)
        for name in ("fte", "classroom", "nesting", "paid_training"):
            assert getattr(near, name) == pytest.approx(getattr(exact, name), abs=1e-5)


def test_a_stage_that_ends_with_a_month_loses_its_washouts_in_that_month_and_one_that_ends_later_in_the_next():
    assert start_response(MODEL, 3).washout == pytest.approx([0.12, 0.88 * 0.06, 0])
    later = start_response(MODEL.but(classroom_weeks=MONTH_IN_WEEKS * 1.001), 3)
    assert later.washout == pytest.approx([0, 0.12, 0.88 * 0.06])


def test_a_stage_that_ends_beyond_the_horizon_loses_nobody_within_it():
    assert start_response(MODEL.but(classroom_weeks=52), 6).washout.tolist() == [0] * 6


def test_without_a_classroom_its_washout_falls_in_the_first_month_before_any_capacity():
    response = start_response(MODEL.but(classroom_weeks=0), 3)
    assert response.heads == pytest.approx([1, 0.88 * 0.94, 0.88 * 0.94 * 0.95])
    assert response.washout == pytest.approx([0.12 + 0.88 * 0.06, 0, 0])
    assert response.fte == pytest.approx([0.4 * 0.88, 0.8272 * 0.65, 0.8272 * 0.95 * skill(Ramp(), 1)])
    assert response.training_heads == pytest.approx([1, 0, 0])


def test_without_nesting_people_go_from_the_classroom_to_the_ramp():
    response = start_response(MODEL.but(nesting_weeks=0), 3)
    assert response.nesting.tolist() == [0, 0, 0]
    assert response.washout == pytest.approx([1 - 0.88 * 0.94, 0, 0])
    assert response.fte[:2] == pytest.approx([0, 0.88 * 0.94 * 0.65])


def test_without_any_training_the_start_is_qualified_on_its_first_day():
    response = start_response(MODEL.but(classroom_weeks=0, nesting_weeks=0), 2)
    graduates = 0.88 * 0.94
    assert response.qualified_heads == pytest.approx([graduates, graduates * 0.95])
    assert response.heads == pytest.approx([1, graduates * 0.95])
    assert response.fte[0] == pytest.approx(graduates * 0.65)
    assert response.leavers[0] == pytest.approx(graduates * 0.05)


def test_responses_cannot_be_written_to():
    for response in (start_response(MODEL, 6), opening_response(MODEL, 6), settled_response(MODEL, 6)):
        with pytest.raises(ValueError, match="read-only"):
            response.heads[0] = 2


def test_equal_workforces_share_one_response():
    assert start_response(Workforce(), 24) is start_response(Workforce(), 24, 1)


def test_a_response_of_no_months_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        start_response(MODEL, 0)


def test_more_starts_than_response_months_are_refused():
    with pytest.raises(ValueError, match="3 months"):
        from_starts([1, 1, 1, 1], start_response(MODEL, 3).fte)


# The people there on day 1


OPENING = MODEL.but(opening=(TenureHeads(tenure_months=1.5, heads=40), TenureHeads(tenure_months=30, heads=60)), opening_classroom=8, opening_nesting=10)


def test_opening_people_are_the_sum_of_the_qualified_the_class_and_the_nesters():
    opening = opening_response(OPENING, 12)
    assert opening.heads[0] == pytest.approx(118)
    assert opening.heads[1] == pytest.approx(40 * 0.95 + 60 * 0.978 + 8 * 0.88 + 10 * 0.94)
    assert opening.training_heads[:3] == pytest.approx([18, 8 * 0.88, 0])
    assert opening.nesting[:3] == pytest.approx([10, 8 * 0.88, 0])
    assert opening.classroom[:2] == pytest.approx([8, 0])
    assert opening.washout[:3] == pytest.approx([8 * 0.12 + 10 * 0.06, 8 * 0.88 * 0.06, 0])
    assert opening.fte[0] == pytest.approx(40 * skill(Ramp(), 1.5) + 60 * skill(Ramp(), 30) + 10 * 0.4)


@settings(deadline=None)
@given(workforces(), st.lists(st.tuples(st.floats(0, 80), st.floats(0, 500)), max_size=6), st.floats(0, 50), st.floats(0, 50))
def test_opening_heads_roll_forward(workforce, rows, classroom, nesting):
    opening = tuple(TenureHeads(tenure_months=tenure, heads=heads) for tenure, heads in rows)
    response = opening_response(workforce.but(opening=opening, opening_classroom=classroom, opening_nesting=nesting), 24)
    assert response.heads[1:] == pytest.approx((response.heads - response.washout - response.leavers)[:-1], abs=1e-9)
    assert response.heads[0] == pytest.approx(sum(heads for _, heads in rows) + classroom + nesting)
    assert response.leavers.min() >= 0


@settings(deadline=None)
@given(workforces())
def test_opening_people_who_left_nesting_today_go_on_like_the_graduates_of_a_start(workforce):
    stay = workforce.but(classroom_weeks=0, nesting_weeks=0, classroom_washout=0, nesting_washout=0, opening=(TenureHeads(tenure_months=0, heads=1),))
    assert opening_response(stay, 36).fte == pytest.approx(start_response(stay, 36).fte)
    assert opening_response(stay, 36).heads == pytest.approx(start_response(stay, 36).heads)


def test_an_opening_class_is_a_start_of_month_0():
    team = Workforce(opening_classroom=3)
    for field in dataclasses.fields(Response):
        assert getattr(opening_response(team, 24), field.name) == pytest.approx(3 * getattr(start_response(team, 24), field.name))


def test_nobody_on_day_one_brings_nothing():
    assert opening_response(Workforce(), 12).heads.tolist() == [0.0] * 12


def test_very_high_exits_over_very_long_tenure_stay_finite():
    team = Workforce(tenure_bands=bands((None, 0.99)), opening=(TenureHeads(tenure_months=600, heads=100),))
    assert opening_response(team, 3).heads == pytest.approx([100, 1, 0.01])


def test_settled_people_are_at_final_proficiency_and_leave_as_the_last_band_says():
    settled = settled_response(Workforce(ramp=Ramp(final=1.1)), 4)
    assert settled.heads == pytest.approx(0.978 ** np.arange(4))
    assert settled.fte == pytest.approx(1.1 * 0.978 ** np.arange(4))
    assert settled.leavers == pytest.approx(0.022 * 0.978 ** np.arange(4))
    assert settled.training_heads.tolist() == settled.washout.tolist() == [0, 0, 0, 0]


def test_the_settled_exit_probability_is_the_last_bands_or_that_of_the_annual_attrition():
    assert settled_exit_probability(Workforce()) == 0.022
    assert settled_exit_probability(Workforce(annual_attrition=0.45)) == pytest.approx(0.0368, abs=5e-5)
    heads = settled_response(Workforce(annual_attrition=0.45), 2).heads
    assert heads[1] == pytest.approx(1 - settled_exit_probability(Workforce(annual_attrition=0.45)))


def test_opening_people_of_very_long_tenure_are_settled():
    team = Workforce(opening=(TenureHeads(tenure_months=600, heads=1),))
    assert opening_response(team, 36).fte == pytest.approx(settled_response(team, 36).fte)


def test_the_share_of_newcomers_forgets_how_the_plan_began():
    growth = 5 * 1.03 ** np.arange(400)
    young = from_starts(growth, heads_younger_than(start_response(MODEL, 400), 12))
    shares = []
    for tenure in (0, 200):
        team = MODEL.but(opening=(TenureHeads(tenure_months=tenure, heads=300),))
        total = from_starts(growth, start_response(team, 400).heads) + opening_response(team, 400).heads
        shares.append((young + opening_younger_than(team, 400, 12)) / total)
    assert shares[0][0] != pytest.approx(shares[1][0])
    assert shares[0][-1] == pytest.approx(shares[1][-1], rel=1e-6)


# Tenure: mentors, bench, newcomers


def test_those_with_tenure_are_the_survivors_who_left_nesting_long_enough_ago():
    assert qualified_with_tenure(MODEL, 6, 3) == pytest.approx([0, 0, 0, 0, 0, 0.8272 * 0.95**3])
    assert qualified_with_tenure(MODEL, 6, 3, 2.0)[5] == pytest.approx(0.8272 * 0.90**3)


@settings(deadline=None)
@given(workforces(), st.floats(0, 30))
def test_those_with_no_tenure_asked_for_are_all_qualified_heads(workforce, nesters):
    team = workforce.but(opening=(TenureHeads(tenure_months=2.5, heads=7),), opening_classroom=4, opening_nesting=nesters)
    assert qualified_with_tenure(team, 36, 0) == pytest.approx(start_response(team, 36).qualified_heads)
    assert opening_with_tenure(team, 36, 0) == pytest.approx(opening_response(team, 36).qualified_heads)


def test_opening_people_gain_the_tenure_in_their_own_month():
    assert opening_with_tenure(OPENING, 6, 3) == pytest.approx(
        [
            60,
            60 * 0.978,
            60 * 0.978**2 + 40 * 0.95**1.5 * 0.965**0.5,
            60 * 0.978**3 + 40 * 0.95**1.5 * 0.965**1.5,
            60 * 0.978**4 + 40 * 0.95**1.5 * 0.965**2.5 + 10 * 0.94 * 0.95**3,
            60 * 0.978**5 + 40 * 0.95**1.5 * 0.965**3 * 0.978**0.5 + 10 * 0.94 * 0.95**3 * 0.965 + 8 * 0.8272 * 0.95**3,
        ]
    )


def test_opening_people_reach_a_tenure_once_in_the_month_that_holds_the_moment():
    assert opening_reaching_tenure(OPENING, 6, 3) == pytest.approx([0, 40 * 0.95**1.5, 0, 0, 10 * 0.94 * 0.95**3, 8 * 0.8272 * 0.95**3])


def test_opening_people_who_have_the_tenure_on_the_first_day_do_not_reach_it_again():
    team = Workforce(opening=(TenureHeads(tenure_months=12, heads=50),))
    assert opening_reaching_tenure(team, 24, 12).tolist() == [0] * 24
    assert opening_with_tenure(team, 24, 12)[0] == 50


def test_a_start_reaches_a_tenure_once_with_its_survivors():
    reached = reaching_tenure(Workforce(), 24, 12)
    assert np.flatnonzero(reached).tolist() == [13]
    assert reached[13] == pytest.approx(0.8272 * 0.95**3 * 0.965**3 * 0.978**6)
    assert reaching_tenure(Workforce(), 13, 12).tolist() == [0] * 13


@settings(deadline=None)
@given(workforces(), st.floats(0, 24))
def test_those_who_reach_a_tenure_are_between_the_heads_before_and_after_that_moment(workforce, tenure):
    response, reached = start_response(workforce, 60), reaching_tenure(workforce, 60, tenure)
    month = int(np.flatnonzero(reached)[0])
    assert qualified_with_tenure(workforce, 60, tenure)[month + 1] <= reached.sum() + 1e-12
    assert reached.sum() <= response.heads[month] + 1e-12


def test_newcomers_are_counted_from_the_day_they_joined():
    young = heads_younger_than(start_response(MODEL, 12), 6)
    assert young[:6] == pytest.approx(start_response(MODEL, 12).heads[:6])
    assert young[6:].tolist() == [0] * 6
    assert opening_younger_than(OPENING, 6, 6) == pytest.approx(
        [
            40 + 8 + 10,
            40 * 0.95 + 8 * 0.88 + 10 * 0.94,
            40 * 0.95**1.5 * 0.965**0.5 + 8 * 0.8272 + 10 * 0.94 * 0.95,
            8 * 0.8272 * 0.95 + 10 * 0.94 * 0.95**2,
            8 * 0.8272 * 0.95**2 + 10 * 0.94 * 0.95**3,
            8 * 0.8272 * 0.95**3,
        ]
    )


@settings(deadline=None)
@given(workforces())
def test_everyone_is_younger_than_a_century(workforce):
    team = workforce.but(opening=(TenureHeads(tenure_months=2.5, heads=7),), opening_classroom=4, opening_nesting=3)
    assert opening_younger_than(team, 24, 1_200) == pytest.approx(opening_response(team, 24).heads)


# Shares under growth


@pytest.mark.parametrize(("months", "growth", "share"), [(6, 0.05, 0.381), (12, 0.05, 0.617), (6, 0, 0.165), (12, 0, 0.302)])
def test_the_tenure_share_has_the_numbers_of_the_model(months, growth, share):
    assert share_shorter_than(months, growth, 0.03) == pytest.approx(share, abs=5e-4)


def test_the_monthly_recursion_has_a_share_of_37_8_percent_and_38_1_with_a_hazard():
    for leave, growth, share in ((1 - 0.97, 0.05, 0.378), (-math.expm1(-0.03), math.expm1(0.05), 0.381)):
        team = Workforce(tenure_bands=bands((None, leave)), **NO_TRAINING)
        starts = (1 + growth) ** np.arange(200)
        response = start_response(team, 200)
        assert from_starts(starts, heads_younger_than(response, 6))[-1] / from_starts(starts, response.heads)[-1] == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize(("month", "share", "instantaneous"), [(6, 0.359, 0.337), (12, 0.323, 0.308), (24, 0.281, 0.271)])
def test_linear_growth_has_more_newcomers_than_the_instantaneous_formula_says(month, share, instantaneous):
    team = Workforce(tenure_bands=bands((None, 0.03)), opening=(TenureHeads(tenure_months=99, heads=2_000),), **NO_TRAINING)
    response, heads = start_response(team, 25), 2_000 + 100 * np.arange(25)
    starts = np.concatenate(([0], heads[1:] - 0.97 * heads[:-1]))
    assert from_starts(starts, response.heads) + opening_response(team, 25).heads == pytest.approx(heads)
    assert from_starts(starts, heads_younger_than(response, 6))[month] / heads[month] == pytest.approx(share, abs=5e-4)
    assert share_shorter_than(6, 100 / heads[month], 0.03) == pytest.approx(instantaneous, abs=5e-4)


@pytest.mark.parametrize(("growth", "share"), [(0, 0.126), (0.05, 0.370)])
def test_a_front_loaded_hazard_has_the_shares_of_the_model(growth, share):
    assert stable_share_shorter_than(6, growth, (3, 12), (0.07, 0.03, 0.02)) == pytest.approx(share, abs=5e-4)


@settings(deadline=None)
@given(st.floats(0, 60), st.floats(0, 0.2), st.floats(0.001, 0.3))
def test_with_one_hazard_both_share_formulas_agree(months, growth, hazard):
    assert stable_share_shorter_than(months, growth, (2, 7), (hazard,) * 3) == pytest.approx(share_shorter_than(months, growth, hazard), abs=1e-12)


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(0, 0.2), st.floats(0, 0.3), st.floats(0.001, 0.1))
def test_the_share_rises_with_months_growth_and_hazard_towards_one(months, growth, hazard, more):
    share = share_shorter_than(months, growth, hazard)
    assert share <= min(share_shorter_than(months + more, growth, hazard), share_shorter_than(months, growth + more, hazard)) <= 1
    assert share <= share_shorter_than(months, growth, hazard + more)
    assert share_shorter_than(1e6, more, hazard) == pytest.approx(1)
    assert share_shorter_than(months, 0, 0) == 0


def test_without_growth_the_share_is_one_minus_survival():
    assert share_shorter_than(6, 0, -math.log(0.95)) == pytest.approx(1 - survival(Workforce(tenure_bands=bands((None, 0.05))), 6))


def test_shares_of_a_shrinking_or_unordered_population_are_refused():
    with pytest.raises(ValueError, match="growth"):
        share_shorter_than(6, -0.05, 0.03)
    with pytest.raises(ValueError, match="growth"):
        stable_share_shorter_than(6, -0.05, (3,), (0.07, 0.03))
    with pytest.raises(ValueError, match="rise"):
        stable_share_shorter_than(6, 0.05, (12, 3), (0.07, 0.03, 0.02))
    with pytest.raises(ValueError, match="fewer"):
        stable_share_shorter_than(6, 0.05, (3,), (0.07, 0.03, 0.02))


# The yield in balance


@settings(deadline=None)
@given(workforces(weeks=weeks_up_to(12)), st.floats(0.5, 5), st.floats(0, 0.6))
def test_the_settled_yield_is_the_sum_over_a_very_long_response(workforce, mentees, loss):
    last = workforce.tenure_bands[-1].but(exit_probability_monthly=max(0.01, workforce.tenure_bands[-1].exit_probability_monthly))
    team = workforce.but(tenure_bands=(*workforce.tenure_bands[:-1], last))
    response = start_response(team, 4_000)
    assert settled_yield(team, mentees, loss) == pytest.approx((response.fte - loss * response.nesting / mentees).sum() / response.heads.sum(), rel=1e-9)


def test_the_settled_yield_of_washouts_without_training_counts_them_for_their_month():
    team = Workforce(tenure_bands=bands((None, 0.01)), classroom_weeks=0, nesting_weeks=0, classroom_washout=0, nesting_washout=0.5, ramp=Ramp(start=1))
    assert settled_yield(team, 2, 0.35) == pytest.approx(50 / 50.5, rel=1e-12)


def test_the_settled_yield_without_training_is_whitts_formula_in_whole_months():
    team = Workforce(tenure_bands=bands((None, 0.03)), **NO_TRAINING)
    assert settled_yield(team, 2, 0.35) == pytest.approx(1 - 0.35 * 0.03 / (1 - 0.97 * math.exp(-0.5)), rel=1e-12)


def test_the_settled_yield_falls_with_mentoring_and_rises_with_retention():
    assert settled_yield(Workforce(), 2, 0.5) < settled_yield(Workforce(), 2, 0.35) < settled_yield(Workforce(), 4, 0.35)
    assert settled_yield(Workforce(annual_attrition=0.2), 2, 0.35) > settled_yield(Workforce(annual_attrition=0.4), 2, 0.35)


def test_the_settled_yield_of_people_who_stay_for_ever_is_their_final_proficiency():
    team = Workforce(annual_attrition=0, ramp=Ramp(final=0.9))
    assert settled_yield(team, 2, 0.35) == 0.9
    almost = team.but(annual_attrition=1e-9)
    assert settled_yield(almost, 2, 0.35) == pytest.approx(0.9, abs=1e-6)


# Faults


def test_the_default_workforce_has_no_fault():
    assert workforce_faults(Workforce(), "groups.care.workforce") == []


@pytest.mark.parametrize(
    ("ends", "places"),
    [
        ((3, 3, None), ["w.tenure_bands.1.up_to_months"]),
        ((6, 3, 4, None), ["w.tenure_bands.1.up_to_months", "w.tenure_bands.2.up_to_months"]),
        ((3, None, None), ["w.tenure_bands.1.up_to_months"]),
        ((3, 6), ["w.tenure_bands.1.up_to_months"]),
        ((None, 2), ["w.tenure_bands.0.up_to_months", "w.tenure_bands.1.up_to_months"]),
    ],
)
def test_every_band_that_is_out_of_order_open_or_closed_is_named(ends, places):
    team = Workforce(tenure_bands=bands(*((end, 0.03) for end in ends)))
    faults = workforce_faults(team, "w")
    assert [fault.place for fault in faults] == places
    assert all(fault.remedy for fault in faults)


def test_a_response_of_faulty_bands_is_refused():
    with pytest.raises(InvalidScenario, match="the last band must be open"):
        start_response(Workforce(tenure_bands=bands((3, 0.05))), 12)


# People followed from before the first day


def earlier(people, months_ago, exit_multiplier=1.0, heads=1.0):
    """The same workforce with people who started so long before the first day."""
    row = EarlierStarts(months_ago=months_ago, heads=heads, exit_multiplier=exit_multiplier)
    return people.model_copy(update={"opening": (), "opening_classroom": 0.0, "opening_nesting": 0.0, "earlier_starts": (row,)})


STAGES = [(0, 0), (4, 4), (MONTH_IN_WEEKS, MONTH_IN_WEEKS), (9, 3), (2, 11)]


@given(stages=st.sampled_from(STAGES), age=st.integers(1, 12), multiplier=st.sampled_from([0.5, 1.0, 1.3]), designed=st.sampled_from([None, 3.0, 9.0]))
def test_whoever_started_before_the_plan_goes_on_as_the_rest_of_a_start(stages, age, multiplier, designed):
    programme = Programme(designed_exit_months=designed, exit_multiplier=0.8)
    people = Workforce(classroom_weeks=stages[0], nesting_weeks=stages[1], programme=programme)
    whole, months = start_response(people, 24, multiplier), 24 - age
    there = whole.heads[age]
    if there < 1e-12:
        return
    begun = earlier(people, age, multiplier)
    found = opening_response(begun, months)
    for field in dataclasses.fields(Response):
        assert getattr(found, field.name) == pytest.approx(getattr(whole, field.name)[age:] / there, abs=1e-9), field.name
    assert opening_with_tenure(begun, months, 3) == pytest.approx(qualified_with_tenure(people, 24, 3, multiplier)[age:] / there, abs=1e-9)
    assert opening_younger_than(begun, months, 6) == pytest.approx(heads_younger_than(whole, 6)[age:] / there, abs=1e-9)
    assert opening_designed_exits(begun, months) == pytest.approx(designed_exits(people, 24, multiplier)[age:] / there, abs=1e-9)
    assert earlier_qualified(begun, months) == pytest.approx(whole.qualified_heads[age:] / there, abs=1e-9)
    if designed is None:
        assert opening_reaching_tenure(begun, months, 4.3) == pytest.approx(reaching_tenure(people, 24, 4.3, multiplier)[age:] / there, abs=1e-9)


def test_people_of_a_tenure_are_the_same_whether_counted_by_it_or_from_their_first_day():
    nested = months_of_weeks(4) + months_of_weeks(4)
    by_tenure = Workforce(opening=(TenureHeads(tenure_months=5 - nested, heads=7),))
    found, same = opening_response(earlier(Workforce(), 5, heads=7), 12), opening_response(by_tenure, 12)
    for field in dataclasses.fields(Response):
        assert getattr(found, field.name) == pytest.approx(getattr(same, field.name), abs=1e-9), field.name


def test_a_fraction_of_a_month_since_the_first_day_is_kept():
    people = earlier(Workforce(classroom_weeks=MONTH_IN_WEEKS, nesting_weeks=MONTH_IN_WEEKS), 0.5)
    assert opening_response(people, 2).classroom == pytest.approx([0.5, 0])
    assert opening_response(people, 2).nesting == pytest.approx([0.88 * 0.5, 0.88 * 0.5])


def test_a_month_on_who_is_left_of_a_tenure():
    assert month_survival(Workforce(), 2.5) == pytest.approx(0.95**0.5 * 0.965**0.5)


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (earlier(Workforce(), 3, 50), "earlier_starts.0.exit_multiplier: it makes the monthly exit probability reach 100 %"),
        (earlier(Workforce(programme=Programme(designed_exit_months=6)), 9), "earlier_starts.0.months_ago: they left nesting 7.16 months ago"),
    ],
)
def test_people_followed_from_before_who_cannot_be_there_are_refused(people, words):
    assert any(words in str(fault) for fault in workforce_faults(people, "groups.care.workforce"))
