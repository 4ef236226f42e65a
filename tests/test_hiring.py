"""The funnel, offers for a class, referrals, time to fill, and the work of hiring by month."""

import math
from dataclasses import astuple
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.hiring import (
    Funnel,
    Hiring,
    Source,
    applicants_per_start,
    expected_fill,
    expected_offers,
    fill_distribution,
    fill_probability,
    funnel_stages,
    hiring_faults,
    hours_kernel,
    interview_hours_per_start,
    interviewer_capacity_hours,
    lead_months,
    mean_time_to_fill_days,
    offers_for_class,
    open_requisition_by,
    recruiter_capacity_hours,
    recruiter_hours_per_start,
    referral_coverage,
    referral_growth,
    referral_starts_max,
    rounded,
    start_month_shares,
    starts_per_applicant,
    starts_per_offer,
    time_to_fill_days,
    work_by_month,
)
from planner.horizon import days_of_months

BOARDS = Source(name="boards")
SLOW = Source(name="boards", time_to_fill_median_days=35)
MONTH_DAYS = days_of_months(1.0)

conversions = st.floats(0.01, 1)
funnels = st.builds(Funnel, screened=conversions, interviewed=conversions, offered=conversions, accepted=conversions, started=conversions)
acceptances = st.floats(0.05, 1)


def referrals(rate, saturation=None, starts_per_referral=0.35):
    funnel = Funnel(screened=starts_per_referral, interviewed=1, offered=1, accepted=1, started=1)
    return Source(name="referrals", referrals_per_head_monthly=rate, referral_saturation=saturation, funnel=funnel)


def binomial_pmf(number, probability):
    return [math.comb(number, hits) * probability**hits * (1 - probability) ** (number - hits) for hits in range(number + 1)]


class TestFaults:
    def test_the_default_hiring_has_no_fault(self):
        assert hiring_faults(Hiring(), "hiring") == []

    def test_two_sources_of_one_name_are_told_once(self):
        (fault,) = hiring_faults(Hiring(sources=(BOARDS, SLOW, BOARDS)), "hiring")
        assert fault.place == "hiring.sources.boards"
        assert fault.value == "3 times"

    def test_a_funnel_that_nobody_passes_is_told(self):
        never = Funnel(screened=1e-5, interviewed=1e-5, offered=1e-5)
        (fault,) = hiring_faults(Hiring(sources=(Source(name="dreams", funnel=never),)), "hiring")
        assert fault.place == "hiring.sources.dreams.funnel"

    def test_a_saturation_without_referrals_is_told(self):
        (fault,) = hiring_faults(Hiring(sources=(Source(name="boards", referral_saturation=0.1),)), "hiring")
        assert fault.place == "hiring.sources.boards.referral_saturation"
        assert "referrals_per_head_monthly" in fault.remedy

    def test_referrals_that_saturate_are_no_fault(self):
        assert hiring_faults(Hiring(sources=(referrals(0.03, 0.1),)), "hiring") == []

    def test_all_faults_are_told_at_once(self):
        bad = Source(name="boards", referral_saturation=0.1, funnel=Funnel(screened=1e-13))
        assert len(hiring_faults(Hiring(sources=(bad, BOARDS)), "hiring")) == 3


class TestFunnel:
    def test_one_start_takes_eighteen_applicants(self):
        assert applicants_per_start(Funnel()) == pytest.approx(18.4, abs=0.05)

    def test_188_starts_take_these_people_at_each_stage(self):
        assert astuple(rounded(funnel_stages(Funnel(), 188))) == (3460, 1211, 545, 272, 204, 188)

    @given(funnel=funnels, starts=st.floats(0, 1e4))
    def test_the_product_of_the_conversions_leads_from_applicants_to_starts(self, funnel, starts):
        stages = funnel_stages(funnel, starts)
        assert float(stages.applicants) * starts_per_applicant(funnel) == pytest.approx(starts, rel=1e-12)
        assert float(stages.offers) * starts_per_offer(funnel) == pytest.approx(starts, rel=1e-12)
        assert float(stages.screens) == pytest.approx(float(stages.applicants) * funnel.screened, rel=1e-12)
        assert float(stages.offers) == pytest.approx(float(stages.interviews) * funnel.offered, rel=1e-12)

    @given(funnel=funnels, starts=st.lists(st.floats(0, 1e4), min_size=2, max_size=6))
    def test_no_stage_has_more_people_than_the_one_before(self, funnel, starts):
        stages = astuple(funnel_stages(funnel, starts))
        for earlier, later in zip(stages, stages[1:], strict=False):
            assert np.all(later <= earlier * (1 + 1e-12))

    def test_stages_keep_the_shape_of_the_starts(self):
        assert funnel_stages(Funnel(), np.ones((3, 2))).applicants.shape == (3, 2)

    def test_halves_are_rounded_up_and_totals_come_from_the_unrounded_numbers(self):
        stages = funnel_stages(Funnel(started=0.8), [2, 2])
        assert rounded(stages).acceptances.tolist() == [3, 3]
        assert float(stages.acceptances.sum()) == pytest.approx(5)

    def test_a_half_that_floats_miss_by_a_hair_is_rounded_up(self):
        people = rounded(funnel_stages(Funnel(started=0.3, accepted=1), 0.75 - 1e-16)).acceptances
        assert float(people) == 3.0


class TestHours:
    def test_188_starts_take_781_recruiter_hours_or_six_recruiters(self):
        hours = 188 * recruiter_hours_per_start(Hiring(), BOARDS)
        assert hours == pytest.approx(781, abs=0.5)
        assert hours / float(recruiter_capacity_hours(Hiring(), 1)) == pytest.approx(6.0, abs=0.05)

    def test_188_starts_take_1090_interviewer_hours_or_five_percent_of_134_team_leads(self):
        hours = 188 * interview_hours_per_start(Hiring(), BOARDS)
        assert hours == pytest.approx(1090, abs=0.5)
        assert hours / (134 * 150) == pytest.approx(0.054, abs=5e-4)
        assert hours <= float(interviewer_capacity_hours(Hiring(), 134))

    def test_interviewers_may_give_no_more_than_their_share(self):
        assert interviewer_capacity_hours(Hiring(interview_share_max=0.2), [0, 10]).tolist() == [0, 300]

    def test_each_figure_of_the_recruiters_work_counts(self):
        base = recruiter_hours_per_start(Hiring(), BOARDS)
        for name in ("hours_per_applicant", "hours_per_screen", "hours_per_offer"):
            assert recruiter_hours_per_start(Hiring(**{name: 2.0}), BOARDS) > base

    def test_preparation_and_panel_count_for_every_interview(self):
        alone = Hiring(interview_panel=1, interview_hours=1, interview_preparation_hours=0)
        interviews = float(funnel_stages(Funnel(), 1).interviews)
        assert interview_hours_per_start(alone, BOARDS) == pytest.approx(interviews)
        assert interview_hours_per_start(alone.but(interview_preparation_hours=0.5), BOARDS) == pytest.approx(1.5 * interviews)


class TestOffers:
    def test_twenty_seats_need_34_48_or_126_offers(self):
        offers = offers_for_class(20, [0.69, 0.5, 0.2], 0.9)
        assert offers.tolist() == [34, 48, 126]
        assert (offers * (1 - np.array([0.69, 0.5, 0.2]))).round(1).tolist() == [10.5, 24.0, 100.8]

    def test_the_mean_number_of_offers_for_twenty_seats_is_29(self):
        assert float(expected_offers(20, 0.69)) == pytest.approx(29, abs=0.05)

    def test_26_offers_fill_a_class_of_twenty_one_time_in_four(self):
        assert float(fill_probability(26, 20, 0.69)) == pytest.approx(0.26, abs=0.005)
        assert float(expected_fill(26, 20, 0.69)) == pytest.approx(17.7, abs=0.05)

    def test_a_passive_candidate_takes_ten_offers_and_sometimes_more_than_twenty(self):
        assert float(expected_offers(1, 0.1)) == pytest.approx(10)
        assert 1 - float(fill_probability(20, 1, 0.1)) == pytest.approx(0.12, abs=0.005)

    @given(seats=st.integers(0, 25), acceptance=st.floats(0.2, 1), certainty=st.floats(0.05, 0.99))
    def test_the_offers_are_those_that_counting_up_finds(self, seats, acceptance, certainty):
        offers = int(offers_for_class(seats, acceptance, certainty))
        assert sum(binomial_pmf(offers, acceptance)[seats:]) >= certainty - 1e-9
        assert offers == seats or sum(binomial_pmf(offers - 1, acceptance)[seats:]) < certainty + 1e-9

    @given(seats=st.lists(st.integers(0, 40), min_size=1, max_size=8), acceptance=acceptances)
    def test_offers_are_never_fewer_than_seats_and_equal_them_when_everyone_accepts(self, seats, acceptance):
        assert np.all(offers_for_class(seats, acceptance, 0.9) >= seats)
        assert offers_for_class(seats, 1.0, 0.9).tolist() == seats

    def test_an_array_of_seats_and_acceptances_gives_what_each_pair_gives(self):
        seats, shares = np.array([[0], [8], [20]]), np.array([0.3, 0.69])
        together = offers_for_class(seats, shares, 0.8)
        alone = [[int(offers_for_class(int(row[0]), float(share), 0.8)) for share in shares] for row in seats]
        assert together.tolist() == alone

    @given(offers=st.integers(0, 60), seats=st.integers(0, 60), acceptance=acceptances)
    def test_the_fill_of_a_class_has_the_binomial_distribution_cut_at_its_seats(self, offers, seats, acceptance):
        pmf = binomial_pmf(offers, acceptance)
        cut = [sum(pmf[hits] for hits in range(offers + 1) if min(hits, seats) == filled) for filled in range(seats + 1)]
        assert fill_distribution(offers, seats, acceptance) == pytest.approx(cut, abs=1e-11)
        mean = sum(filled * share for filled, share in enumerate(cut))
        assert float(expected_fill(offers, seats, acceptance)) == pytest.approx(mean, abs=1e-9)

    @given(offers=st.integers(0, 500), seats=st.integers(0, 200), acceptance=acceptances)
    def test_the_distribution_of_the_fill_sums_to_one(self, offers, seats, acceptance):
        distribution = fill_distribution(offers, seats, acceptance)
        assert float(distribution.sum()) == pytest.approx(1, abs=1e-12)
        assert np.all(distribution >= -1e-12)

    @given(seats=st.integers(1, 20), acceptance=st.floats(0.3, 1))
    def test_offers_made_one_by_one_until_the_class_is_full_have_the_negative_binomial_mean(self, seats, acceptance):
        unfilled = 1 - fill_probability(np.arange(2_000), seats, acceptance)
        assert float(unfilled.sum()) == pytest.approx(float(expected_offers(seats, acceptance)), rel=1e-9)

    @pytest.mark.parametrize("acceptance", [0.0, -0.1, 1.1, math.nan])
    def test_acceptances_that_are_no_probability_are_refused(self, acceptance):
        for refused in (lambda: offers_for_class(20, acceptance, 0.9), lambda: expected_offers(20, acceptance)):
            with pytest.raises(ValueError, match="acceptance"):
                refused()

    @pytest.mark.parametrize("certainty", [0.0, 1.0])
    def test_full_certainty_is_refused(self, certainty):
        with pytest.raises(ValueError, match="certainty"):
            offers_for_class(20, 0.69, certainty)


class TestReferrals:
    def test_referrals_cover_a_third_of_the_need_at_any_size(self):
        assert referral_coverage(0.06, 0.35, 0.15, 0.03, 0.02) == pytest.approx(0.36, abs=0.005)

    def test_twice_the_referrals_alone_cover_attrition(self):
        assert referral_growth(0.12, 0.35, 0.15, 0.03) == pytest.approx(0.006, abs=5e-4)
        assert referral_growth(0.06, 0.35, 0.15, 0.03) < 0

    @given(rate=st.floats(0.001, 1), y=st.floats(0.01, 1), w=st.floats(0, 0.9), q=st.floats(0.001, 0.2))
    def test_at_the_growth_that_referrals_sustain_they_cover_exactly_the_need(self, rate, y, w, q):
        assert referral_coverage(rate, y, w, q, referral_growth(rate, y, w, q)) == pytest.approx(1, rel=1e-9)

    def test_coverage_of_no_need_is_refused(self):
        with pytest.raises(ValueError, match="nothing is needed"):
            referral_coverage(0.06, 0.35, 0.15, 0.03, -0.03)

    @given(rate=st.floats(0.001, 1), saturation=st.floats(0.001, 10), heads=st.floats(1, 1e5))
    def test_saturated_referrals_agree_with_the_rate_that_they_cause(self, rate, saturation, heads):
        starts = float(referral_starts_max(referrals(rate, saturation), heads))
        effective = rate / (1 + starts / (saturation * heads))
        assert starts == pytest.approx(effective * heads * 0.35, rel=1e-9)

    def test_at_the_saturation_the_rate_has_halved(self):
        source = referrals(0.2, 0.2 * 0.35 / 2)
        assert float(referral_starts_max(source, 100)) == pytest.approx(source.referral_saturation * 100)
        assert float(referral_starts_max(source, 100)) == pytest.approx(float(referral_starts_max(referrals(0.2), 100)) / 2)

    def test_without_saturation_every_referral_counts(self):
        assert referral_starts_max(referrals(0.06), [0, 1_000]) == pytest.approx([0, 21])
        assert float(referral_starts_max(referrals(0.06, 100.0), 1_000)) == pytest.approx(21, rel=1e-3)

    def test_a_rate_of_nothing_brings_nobody(self):
        assert float(referral_starts_max(referrals(0.0, 0.1), 1_000)) == 0.0

    def test_a_source_without_referrals_is_refused(self):
        with pytest.raises(ValueError, match="boards is not a referral source"):
            referral_starts_max(BOARDS, 1_000)


class TestTimeToFill:
    def test_a_median_of_35_days_has_these_other_figures(self):
        assert time_to_fill_days(SLOW, 0.5) == pytest.approx(35)
        assert time_to_fill_days(SLOW, 0.9) == pytest.approx(66.4, abs=0.05)
        assert mean_time_to_fill_days(SLOW) == pytest.approx(39.7, abs=0.05)

    def test_with_half_the_interval_between_monthly_classes_it_is_55_days_to_the_class(self):
        assert mean_time_to_fill_days(SLOW) + MONTH_DAYS / 2 == pytest.approx(55, abs=0.5)

    @pytest.mark.parametrize(
        ("opened", "shares"), [("first_day", [0.389, 0.476, 0.107, 0.021, 0.005]), ("evenly", [0.106, 0.571, 0.256, 0.053, 0.011])]
    )
    def test_the_month_of_start_of_a_requisition(self, opened, shares):
        assert start_month_shares(35, 0.5, 5, opened) == pytest.approx(shares, abs=1.1e-3)

    def test_the_printed_shares_of_each_way_of_opening_to_their_last_digit(self):
        in_months_of_30_4_days = start_month_shares(35 * MONTH_DAYS / 30.4, 0.5, 5, "first_day")
        assert in_months_of_30_4_days.round(3).tolist() == [0.389, 0.476, 0.107, 0.021, 0.005]
        assert start_month_shares(35, 0.5, 5, "evenly").round(3).tolist() == [0.106, 0.571, 0.256, 0.053, 0.011]

    @pytest.mark.parametrize("opened", ["first_day", "evenly"])
    def test_a_simulation_of_requisitions_starts_in_the_same_months(self, opened):
        rng = np.random.default_rng(7)
        opening = rng.uniform(0, MONTH_DAYS, 400_000) if opened == "evenly" else 0.0
        starts = opening + rng.lognormal(math.log(28), 0.6, 400_000)
        counted = [np.mean((starts >= month * MONTH_DAYS) & (starts < (month + 1) * MONTH_DAYS)) for month in range(6)]
        assert start_month_shares(28, 0.6, 6, opened) == pytest.approx(counted, abs=0.004)

    @given(median=st.floats(1, 200), sigma=st.floats(0, 1), opened=st.sampled_from(["first_day", "evenly"]))
    def test_every_requisition_starts_sometime(self, median, sigma, opened):
        shares = start_month_shares(median, sigma, 2_000, opened)
        assert float(shares.sum()) == pytest.approx(1, abs=1e-6)
        assert np.all(shares >= -1e-9)

    def test_without_spread_everybody_starts_on_the_same_day(self):
        assert start_month_shares(40, 0, 4, "first_day").tolist() == [0, 1, 0, 0]
        assert start_month_shares(MONTH_DAYS / 4, 0, 3, "evenly") == pytest.approx([0.75, 0.25, 0])

    @given(median=st.floats(1, 300), sigma=st.floats(0, 1.5))
    def test_nine_requisitions_of_ten_are_filled_within_the_lead_and_not_a_month_earlier(self, median, sigma):
        lead = lead_months(Source(name="boards", time_to_fill_median_days=median, time_to_fill_sigma=sigma))
        shares = start_month_shares(median, sigma, lead, "first_day")
        assert float(shares.sum()) >= 0.9 - 1e-9
        assert float(shares[:-1].sum()) < 0.9 + 1e-9

    @pytest.mark.parametrize(("median", "sigma", "lead"), [(30, 0.5, 2), (35, 0.5, 3), (0.01, 0, 1), (365.25 / 12, 0, 1), (30.5, 0, 2), (365.25, 0, 12)])
    def test_leads_are_rounded_up_to_whole_months(self, median, sigma, lead):
        assert lead_months(Source(name="boards", time_to_fill_median_days=median, time_to_fill_sigma=sigma)) == lead

    def test_a_requisition_is_opened_the_ninetieth_percentile_before_the_start_on_a_workday(self):
        assert open_requisition_by(SLOW, date(2027, 6, 1)) == date(2027, 3, 26)
        assert (date(2027, 6, 1) - date(2027, 3, 26)).days == 67

    def test_a_requisition_is_not_opened_on_a_public_holiday(self):
        sure = Source(name="boards", time_to_fill_median_days=31, time_to_fill_sigma=0)
        assert open_requisition_by(sure, date(2027, 2, 1), "US") == date(2026, 12, 31)
        assert open_requisition_by(sure, date(2027, 2, 1)) == date(2027, 1, 1)

    @pytest.mark.parametrize("quantile", [0.0, 1.0])
    def test_certain_fill_is_refused(self, quantile):
        with pytest.raises(ValueError, match="quantile"):
            time_to_fill_days(SLOW, quantile)

    def test_a_median_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="median"):
            start_month_shares(0, 0.5, 3, "evenly")


class TestWorkByMonth:
    @given(lead=st.integers(0, 36))
    def test_the_hours_of_a_start_are_spread_completely(self, lead):
        kernel = hours_kernel(lead)
        assert len(kernel) == lead + 1
        assert float(kernel.sum()) == pytest.approx(1)

    @given(starts=st.lists(st.floats(0, 500), min_size=1, max_size=24), lead=st.integers(0, 30), hours=st.floats(0, 50))
    def test_work_falls_evenly_over_the_lead_before_the_start(self, starts, lead, hours):
        counted = np.zeros(len(starts))
        for month, people in enumerate(starts):
            for work_month in range(month - lead, month) if lead else [month]:
                if work_month >= 0:
                    counted[work_month] += people * hours / (lead or 1)
        assert work_by_month(starts, hours, lead) == pytest.approx(counted.tolist(), abs=1e-6)

    @given(starts=st.lists(st.integers(0, 500), min_size=1, max_size=24), lead=st.integers(0, 6))
    def test_no_work_is_lost_when_the_first_starts_come_after_the_lead(self, starts, lead):
        late = [0] * lead + starts
        assert float(work_by_month(late, 4.15, lead).sum()) == pytest.approx(4.15 * sum(starts), abs=1e-6)

    def test_work_before_the_first_month_is_past(self):
        assert work_by_month([12, 0, 0], 1.0, 3).tolist() == [0, 0, 0]
        assert work_by_month([0, 12, 0], 1.0, 3).tolist() == [4, 0, 0]

    def test_a_negative_lead_is_refused(self):
        with pytest.raises(ValueError, match="lead"):
            hours_kernel(-1)
