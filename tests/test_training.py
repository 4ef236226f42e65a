"""Classes, rooms, trainers, mentors, and the growth that mentors can carry."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.training import (
    Training,
    class_size_faults,
    class_sizes_fit,
    classes_for,
    classes_in_classroom,
    largest_growth_back_to_back,
    largest_growth_continuous,
    largest_growth_monthly,
    largest_growth_with_mentor_tenure,
    largest_growth_with_washout,
    mentoring_loss_fte,
    mentors_available,
    mentors_for_starts,
    mentors_needed,
    months_to_grow,
    required_mentor_share,
    rooms_response,
    starts_for_growth,
    trainees_per_qualified_head,
    trainers_needed,
    training_faults,
)

# k, c, D, q, w -> (a), (b), (c), (d), months from 4 to 50,000 with (c), with (d)
EXAMPLES = [
    ((2, 0.25, 2, 0.03, 0.15), (0.147, 0.152, 0.166, 0.169), 61, 60.5),
    ((4, 0.15, 2, 0.03, 0.15), (0.176, 0.182, 0.202, 0.205), 51, 50.7),
    ((1, 0.25, 1, 0.03, 0.15), (0.163, 0.165, 0.183, 0.183), 56, 56.3),
    ((1, 0.25, 3, 0.03, 0.20), (0.031, 0.033, 0.034, 0.036), 279, 265),
    ((1, 0.10, 3, 0.03, 0.20), (-0.004, -0.003, -0.003, -0.002), None, None),
]

kappas = st.floats(0, 10)
durations = st.floats(0.1, 12)
exits = st.floats(0, 0.3)
washouts = st.floats(0, 0.6)
trainings = st.builds(
    lambda low, more, mentees, share: Training(class_size_min=low, class_size_max=low + more, mentees_per_mentor=mentees, mentor_share_max=share),
    st.integers(1, 20), st.integers(0, 20), st.floats(0.5, 5), st.floats(0, 1),
)


def growths(k, c, d, q, w):
    kappa = trainees_per_qualified_head(k, c)
    return (
        largest_growth_continuous(kappa * (1 - w), d, q),
        largest_growth_with_washout(kappa, d, q, w),
        largest_growth_monthly(kappa, d, q, w),
        largest_growth_back_to_back(kappa, d, q, w),
    )


class TestParameters:
    def test_the_default_training_has_no_fault(self):
        assert training_faults(Training(), "sites.Austin.training") == []

    def test_a_smallest_class_above_the_largest_is_told_with_its_place_and_remedy(self):
        (fault,) = training_faults(Training(class_size_min=21), "sites.Austin.training")
        assert fault.place == "sites.Austin.training.class_size_min"
        assert "at most 20" in fault.remedy
        assert fault.value == "21"

    def test_classes_of_one_size_only_are_allowed(self):
        assert training_faults(Training(class_size_min=20), "sites.Austin.training") == []


class TestClasses:
    @given(starts=st.integers(0, 500), training=trainings)
    def test_the_fewest_classes_are_those_that_counting_finds(self, starts, training):
        counted = next(classes for classes in range(501) if classes * training.class_size_max >= starts)
        assert int(classes_for(starts, training)) == counted

    @given(starts=st.integers(0, 120), classes=st.integers(0, 8), training=trainings)
    def test_sizes_fit_exactly_when_people_can_be_dealt_out(self, starts, classes, training):
        reachable = {0}
        for _ in range(classes):
            reachable = {held + size for held in reachable for size in range(training.class_size_min, training.class_size_max + 1)}
        assert bool(class_sizes_fit(starts, classes, training)) == (starts in reachable)

    def test_sizes_are_judged_for_all_months_at_once(self):
        assert class_sizes_fit([16, 40, 41], [2, 2, 2], Training()).tolist() == [True, True, False]

    def test_a_class_that_does_not_fit_is_told_with_its_month_and_what_would(self):
        (fault,) = class_size_faults([8, 41, 0], [1, 2, 0], Training(), "decisions.classes.Austin")
        assert fault.place == "decisions.classes.Austin[1]"
        assert "16 to 40" in fault.remedy

    def test_classes_that_fit_are_no_fault(self):
        assert class_size_faults([8, 40, 0], [1, 2, 0], Training(), "decisions.classes.Austin") == []

    def test_people_in_no_class_and_classes_without_people_do_not_fit(self):
        assert not class_sizes_fit([1, 0], [0, 1], Training()).any()

    @pytest.mark.parametrize("starts", [-1.0, math.nan])
    def test_starts_below_zero_or_empty_are_refused(self, starts):
        with pytest.raises(ValueError, match="negative or empty"):
            classes_for([5, starts], Training())


class TestRooms:
    @pytest.mark.parametrize(
        ("classroom_months", "rooms"), [(0, [0, 0, 0, 0]), (0.92, [1, 0, 0, 0]), (1, [1, 0, 0, 0]), (1.01, [1, 1, 0, 0]), (3, [1, 1, 1, 0])]
    )
    def test_a_class_holds_a_room_in_every_month_it_touches(self, classroom_months, rooms):
        assert rooms_response(classroom_months, 4).tolist() == rooms

    def test_a_month_written_in_weeks_is_one_month_in_spite_of_rounding(self):
        weeks = 365.25 / 12 / 7
        assert rooms_response(weeks * 7 * 12 / 365.25 * (1 + 1e-15), 3).tolist() == [1, 0, 0]

    @given(started=st.lists(st.integers(0, 9), min_size=1, max_size=24), classroom_months=st.floats(0, 6))
    def test_classes_running_equal_a_count_class_by_class(self, started, classroom_months):
        months = len(started)
        counted = [sum(started[s] for s in range(t + 1) if t - s < classroom_months - 1e-9) for t in range(months)]
        assert classes_in_classroom(started, rooms_response(classroom_months, months)).tolist() == counted

    def test_trainers_are_rounded_up_to_whole_people(self):
        assert trainers_needed([0, 1, 2, 3], Training(trainers_per_class=0.4)).tolist() == [0, 1, 1, 2]

    def test_a_product_that_floats_miss_by_a_hair_is_not_rounded_up(self):
        assert 3 * 1.1 > 3.3
        assert int(trainers_needed(30, Training(trainers_per_class=1.1))) == 33


class TestMentors:
    @given(load=st.floats(0, 1e5), training=trainings)
    def test_mentors_needed_are_the_fewest_that_carry_the_nesters(self, load, training):
        mentors = int(mentors_needed(load, training))
        assert mentors * training.mentees_per_mentor >= load * (1 - 1e-12) - 1e-8
        assert mentors == 0 or (mentors - 1) * training.mentees_per_mentor < load

    @given(heads=st.floats(0, 1e5), training=trainings)
    def test_mentors_available_are_within_half_a_person_of_their_share(self, heads, training):
        exact = training.mentor_share_max * heads
        assert exact - 0.5 - 1e-8 <= int(mentors_available(heads, training)) <= exact + 0.5 + 1e-8

    def test_half_a_person_does_not_make_a_mentor(self):
        assert mentors_available([0, 3, 10 / 3, 3.4, 10, 11], Training()).tolist() == [0, 0, 0, 1, 1, 2]

    @given(heads=st.integers(0, 5_000))
    def test_mentors_available_follow_the_half_person_rule_of_vacancies_exactly(self, heads):
        exact = -((50 - 15 * heads) // 100)  # ceil(0.15 x heads - 0.5) in whole numbers
        assert int(mentors_available(heads, Training())) == exact

    @pytest.mark.parametrize(("growth", "share", "loss"), [(0, 0.031, 0.012), (0.02, 0.053, 0.021), (0.05, 0.087, 0.035), (0.10, 0.148, 0.059)])
    def test_required_mentor_shares_and_what_they_cost_in_capacity(self, growth, share, loss):
        required = required_mentor_share(growth, 0.03, 2, 2)
        assert required == pytest.approx(share, abs=5e-4)
        assert float(mentoring_loss_fte(2 * required, Training(mentor_loss=0.4))) == pytest.approx(loss, abs=5.1e-4)

    @given(growth=st.floats(0, 0.3), q=exits, d=durations, k=st.floats(0.5, 5))
    def test_the_required_share_is_the_one_with_which_that_growth_is_the_largest(self, growth, q, d, k):
        share = required_mentor_share(growth, q, d, k)
        assert largest_growth_continuous(trainees_per_qualified_head(k, share), d, q) == pytest.approx(growth, abs=1e-12)

    @pytest.mark.parametrize(("heads", "starts", "share"), [(100, 121, 1.212), (2_000, 188, 0.094), (50_000, 1_882, 0.038)])
    def test_a_hundred_more_a_month_is_impossible_for_a_hundred_people_and_easy_for_fifty_thousand(self, heads, starts, share):
        needed = starts_for_growth(100, heads, 0.03, 0.15)
        mentors = mentors_for_starts(needed, 2, 2)
        assert round(float(needed)) == round(float(mentors)) == starts
        assert float(mentors) / heads == pytest.approx(share, abs=5e-4)

    @given(heads=st.floats(4, 1e6), growth=st.floats(0, 0.3), q=exits, w=washouts)
    def test_the_mentor_share_of_a_rate_of_growth_does_not_depend_on_size(self, heads, growth, q, w):
        share = mentors_for_starts(starts_for_growth(growth * heads, heads, q, w), 2, 2) / heads
        assert float(share) == pytest.approx((growth + q) / (1 - w), rel=1e-12, abs=1e-15)

    @given(heads=st.floats(0, 1e6), added=st.floats(0, 1e4), q=exits, w=washouts)
    def test_the_starts_for_growth_add_what_they_should(self, heads, added, q, w):
        graduates = float(starts_for_growth(added, heads, q, w)) * (1 - w)
        assert heads - q * heads + graduates == pytest.approx(heads + added, rel=1e-12, abs=1e-9)

    def test_a_washout_of_everybody_cannot_be_made_up_for_by_starts(self):
        with pytest.raises(ValueError, match="washout"):
            starts_for_growth(100, 2_000, 0.03, 1.0)


class TestLargestGrowth:
    @pytest.mark.parametrize(("inputs", "expected"), [(row[0], row[1]) for row in EXAMPLES])
    def test_every_row_of_the_table(self, inputs, expected):
        assert growths(*inputs) == pytest.approx(expected, abs=5.1e-4)

    @pytest.mark.parametrize(("inputs", "staggered", "back_to_back"), [(row[0], row[2], row[3]) for row in EXAMPLES])
    def test_months_from_4_to_50_000(self, inputs, staggered, back_to_back):
        *_, monthly, cohorts = growths(*inputs)
        months, cohort_months = months_to_grow(4, 50_000, monthly), months_to_grow(4, 50_000, cohorts)
        assert (months is None, cohort_months is None) == (staggered is None, back_to_back is None)
        if months is not None and cohort_months is not None:
            assert round(months) == staggered
            assert cohort_months == pytest.approx(back_to_back, abs=0.5)

    @pytest.mark.parametrize(("inputs", "months"), [(EXAMPLES[0][0], 64), (EXAMPLES[1][0], 53.5), (EXAMPLES[2][0], 60)])
    def test_a_simulation_of_whole_people_needs_three_to_six_months_more(self, inputs, months):
        simulated = float(np.mean([_months_of_whole_people(*inputs, np.random.default_rng(seed)) for seed in range(200)]))
        assert simulated == pytest.approx(months, abs=1)
        cohorts = months_to_grow(4, 50_000, growths(*inputs)[3])
        assert cohorts is not None
        assert 2.5 <= simulated - cohorts <= 6

    @given(kappa=kappas, q=exits, w=washouts)
    def test_training_of_one_month_without_exits_grows_by_the_graduates(self, kappa, q, w):
        graduates = kappa * (1 - w)
        assert largest_growth_monthly(kappa, 1, 0.0, w) == pytest.approx(graduates, abs=1e-12)
        assert largest_growth_back_to_back(kappa, 1, 0.0, w) == pytest.approx(graduates, abs=1e-12)
        assert largest_growth_with_washout(kappa, 1, 0.0, w) == pytest.approx(math.log1p(graduates), abs=1e-12)

    @given(d=durations, q=exits, w=washouts, m=st.floats(0, 12))
    def test_without_mentors_people_only_leave(self, d, q, w, m):
        assert largest_growth_continuous(0, d, q) == pytest.approx(-q, abs=1e-12)
        assert largest_growth_with_washout(0, d, q, w) == pytest.approx(-q, abs=1e-12)
        assert largest_growth_monthly(0, d, q, w) == pytest.approx(-q, abs=1e-12)
        assert largest_growth_back_to_back(0, d, q, w) == pytest.approx(-q, abs=1e-12)
        assert largest_growth_with_mentor_tenure(0, d, q, m) == pytest.approx(-q, abs=1e-12)

    @given(kappa=kappas, d=durations, q=exits, w=washouts)
    def test_growth_with_washout_lies_between_its_two_bounds(self, kappa, d, q, w):
        growth, graduates = largest_growth_with_washout(kappa, d, q, w), kappa * (1 - w)
        assume(growth > 0)
        assert math.log1p(graduates) / d - q - 1e-12 <= growth <= graduates / d - q + 1e-12

    @given(kappa=st.floats(0.01, 5), d=st.floats(0.5, 6), q=exits, w=washouts)
    def test_growth_with_washout_balances_graduates_with_exits_and_growth(self, kappa, d, q, w):
        growth = largest_growth_with_washout(kappa, d, q, w)
        starts_now = growth + q  # graduates a month per qualified head, each started D months ago
        ages = (np.arange(20_000) + 0.5) * d / 20_000
        trainees = float(np.mean(starts_now * math.exp(growth * d) / (1 - w) * np.exp(-growth * ages)) * d)
        assert trainees == pytest.approx(kappa, rel=1e-6)

    @pytest.mark.parametrize("inputs", [row[0] for row in EXAMPLES])
    def test_staggered_classes_month_by_month_grow_at_the_monthly_rate_and_fill_the_mentors_exactly(self, inputs):
        k, c, d, q, w = inputs
        growth = growths(*inputs)[2]
        qualified = [1.0]
        starts = [(growth + q) / (1 - w) * (1 + growth) ** (s - 1 + d) for s in range(-d, 60)]
        for month in range(60):
            in_training = starts[month + 1 : month + d + 1]
            assert sum(in_training) == pytest.approx(k * c * qualified[-1], rel=1e-9)
            qualified.append(qualified[-1] * (1 - q) + in_training[0] * (1 - w))
        assert qualified[-1] == pytest.approx((1 + growth) ** 60, rel=1e-9)

    @pytest.mark.parametrize("inputs", [row[0] for row in EXAMPLES])
    def test_cohorts_back_to_back_month_by_month_grow_at_their_rate(self, inputs):
        k, c, d, q, w = inputs
        qualified = 1.0
        for _ in range(10):
            cohort = k * c * qualified
            for _ in range(d):
                qualified *= 1 - q
            qualified += cohort * (1 - w)
        assert qualified == pytest.approx((1 + growths(*inputs)[3]) ** (10 * d), rel=1e-9)

    @given(kappa=kappas, d=durations, q=exits)
    def test_a_mentor_tenure_of_nothing_changes_nothing(self, kappa, d, q):
        assert largest_growth_with_mentor_tenure(kappa, d, q, 0.0) == pytest.approx(largest_growth_continuous(kappa, d, q), abs=1e-11)

    @given(d=durations)
    def test_mentors_as_long_qualified_as_trained_give_the_golden_ratio(self, d):
        golden = math.log((1 + math.sqrt(5)) / 2)
        assert largest_growth_with_mentor_tenure(1.0, d, 0.0, d) == pytest.approx(golden / d, rel=1e-10)

    @given(kappa=st.floats(0.01, 10), d=durations, q=exits)
    def test_a_mentor_tenure_as_long_as_training_has_a_closed_form(self, kappa, d, q):
        closed = math.log((1 + math.sqrt(1 + 4 * kappa)) / 2) / d - q
        assert largest_growth_with_mentor_tenure(kappa, d, q, d) == pytest.approx(closed, abs=1e-10)

    @given(kappa=st.floats(0.01, 10), d=durations, m=st.floats(0, 24))
    def test_growth_with_mentor_tenure_solves_its_equation(self, kappa, d, m):
        births = largest_growth_with_mentor_tenure(kappa, d, 0.0, m)
        assert math.exp(births * (d + m)) - math.exp(births * m) == pytest.approx(kappa, rel=1e-9)

    def test_very_long_mentor_tenure_leaves_a_small_growth_instead_of_overflowing(self):
        assert 0 < largest_growth_with_mentor_tenure(50, 0.2, 0.0, 600) < 0.02

    @given(kappa=st.floats(0.01, 5), d=st.floats(0.5, 6), q=st.floats(0, 0.2), w=washouts)
    def test_more_trainees_per_head_raise_growth_and_more_exits_lower_it(self, kappa, d, q, w):
        base = growths(1, kappa, d, q, w)
        assert all(more > less for more, less in zip(growths(1, kappa * 1.1, d, q, w), base, strict=True))
        assert all(less < more for less, more in zip(growths(1, kappa, d, q + 0.01, w), base, strict=True))

    def test_share_allowed_and_share_eligible_multiply(self):
        assert trainees_per_qualified_head(2, 0.15, 0.8) == pytest.approx(0.24)

    @pytest.mark.parametrize("inputs", [(-0.1, 2, 0.03), (0.5, 0, 0.03), (0.5, 2, -0.01), (math.nan, 2, 0.03)])
    def test_impossible_inputs_are_refused_by_every_form(self, inputs):
        with pytest.raises(ValueError, match="training must take time"):
            largest_growth_continuous(*inputs)
        for growth in (largest_growth_with_washout, largest_growth_monthly, largest_growth_back_to_back, largest_growth_with_mentor_tenure):
            with pytest.raises(ValueError, match="training must take time"):
                growth(*inputs, 0.15)

    def test_a_probability_of_leaving_of_one_is_refused(self):
        for growth in (largest_growth_monthly, largest_growth_back_to_back):
            with pytest.raises(ValueError, match="below 1"):
                growth(0.5, 2, 1.0, 0.15)

    def test_a_washout_above_one_and_a_negative_tenure_are_refused(self):
        with pytest.raises(ValueError, match="washout"):
            largest_growth_with_washout(0.5, 2, 0.03, 1.1)
        with pytest.raises(ValueError, match="tenure"):
            largest_growth_with_mentor_tenure(0.5, 2, 0.03, -1)


class TestMonthsToGrow:
    @given(start=st.floats(1, 1e4), factor=st.floats(1.01, 1e5), growth=st.floats(0.001, 1))
    def test_that_many_months_of_growth_reach_the_goal(self, start, factor, growth):
        months = months_to_grow(start, start * factor, growth)
        assert months is not None
        assert start * (1 + growth) ** months == pytest.approx(start * factor, rel=1e-9)

    def test_shrinking_never_reaches_more_and_growth_never_reaches_less(self):
        assert months_to_grow(4, 50_000, -0.003) is None
        assert months_to_grow(4, 50_000, 0.0) is None
        assert months_to_grow(50_000, 4, 0.1) is None

    def test_shrinking_reaches_less(self):
        assert months_to_grow(100, 50, -0.5) == pytest.approx(1.0)

    def test_who_is_there_already_needs_no_month(self):
        assert months_to_grow(100, 100, 0.0) == 0.0

    @pytest.mark.parametrize("inputs", [(0, 10, 0.1), (10, 0, 0.1), (10, 20, -1.0)])
    def test_impossible_inputs_are_refused(self, inputs):
        with pytest.raises(ValueError, match="above"):
            months_to_grow(*inputs)


def _months_of_whole_people(k, c, d, q, w, rng):
    """Months until 4 people are 50,000: whole people, binomial exits, at least one mentor, who takes trainees whenever free."""
    qualified, months, cohorts = 4, 0, []
    while qualified < 50_000:
        free = k * max(1, math.floor(c * qualified)) - sum(people for _, people in cohorts)
        cohorts += [(months + d, free)] if free > 0 else []
        months += 1
        qualified -= rng.binomial(qualified, q)
        qualified += sum(rng.binomial(people, 1 - w) for end, people in cohorts if end == months)
        cohorts = [cohort for cohort in cohorts if cohort[0] > months]
    return months
