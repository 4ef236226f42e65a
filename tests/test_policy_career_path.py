"""Career path: worked numbers, echoes through the plan, cost through the plan, the optimiser, and people who pass through it one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import finance, workforce
from planner.baseline import baseline
from planner.checks import check
from planner.cohorts import echo_months
from planner.decisions import nothing_decided
from planner.errors import InvalidScenario
from planner.optimiser import optimise
from planner.optimiser.model import model
from planner.optimiser.problem import problem
from planner.plan import project
from planner.policies import career_path
from planner.policies.career_path import POLICY, CareerPath, Job, leaving_by_month
from planner.report import takeaways
from planner.scenario import changed
from planner.workforce import Programme, Ramp, TenureBand, TenureHeads, Workforce, ready_exit_probability, settled_response
from tests.conftest import SHIPPED, planned, shipped
from tests.scenarios import FULLY_PROFICIENT, MONTH_IN_WEEKS, NO_TRAINING, build, everything, tiny, two_sites
from tests.test_scenario_fuzz import arrays_of

PAY, START = 4_500.0, 9_000.0
STANDARD = Job(0.035, None, START, PAY, Ramp())


def one_percent(exit_probability=0.01, **programme):
    """People without training of whom 1 % leave a month, and their programme."""
    bands = {"tenure_bands": [{"up_to_months": None, "exit_probability_monthly": exit_probability}]}
    return NO_TRAINING | bands | {"programme": programme}


def with_people(months, **people):
    """A scenario of one group without anybody in post, whose starts cost $9,000 and whose people cost $4,500 a month."""
    document = tiny(months, heads=0)
    document["groups"][0]["workforce"] = people
    document["hiring"]["sources"][0]["cost_per_hire"] = START
    document["finance"] = {"frontline_monthly_pay": PAY / 1.25, "pay_rise_annual": 0, "cost_per_class": 0}
    return build(document)


def started(scenario, starts):
    """The plan of a scenario in which nothing is decided but these starts."""
    decisions = nothing_decided(scenario)
    decisions.starts[: len(starts), 0, 0] = starts
    decisions.classes[: len(starts), 0] = np.sign(starts)
    return project(scenario, decisions)


# Worked numbers ------------------------------------------------------------------------------------------------------------------------------


def test_the_standard_job():
    assert STANDARD.stay_months == pytest.approx(28.6, abs=0.05)
    assert STANDARD.cost_per_effective_month == pytest.approx(4_928, abs=0.5)


@pytest.mark.parametrize(
    ("months", "premium", "tuition", "stay", "cost", "quality"),
    [(36, 0.15, 25_000, 30.2, 7_732, 1.57), (12, 0.15, 25_000, 11.3, 8_573, 1.74), (36, 0.15, 5_250, 30.2, 6_047, 1.23), (36, 0, 5_250, 30.2, 5_357, 1.09)],
)
def test_the_table_of_designs(months, premium, tuition, stay, cost, quality):
    inside = Job(0.01, months, START, PAY * (1 + premium) + tuition / 12, Ramp())
    assert inside.stay_months == pytest.approx(stay, abs=0.05)
    assert inside.cost_per_effective_month == pytest.approx(cost, abs=0.5)
    assert finance.break_even_quality(inside.cost_per_effective_month, STANDARD.cost_per_effective_month) == pytest.approx(quality, abs=0.005)


@pytest.mark.parametrize(("premium", "tuition"), [(0.0, 18), (0.15, -657)])
def test_retention_alone_pays_for_eighteen_dollars_a_month_at_most(premium, tuition):
    inside = Job(0.01, 36, START, PAY * (1 + premium), Ramp())
    even = finance.break_even_tuition(STANDARD.cost_per_effective_month, START, PAY * (1 + premium), inside.stay_months, inside.effective_months)
    assert even == pytest.approx(tuition, abs=0.5)
    at_even = Job(0.01, 36, START, PAY * (1 + premium) + even, Ramp())
    assert at_even.cost_per_effective_month == pytest.approx(STANDARD.cost_per_effective_month)


def test_what_each_participant_and_completer_must_be_worth():
    inside = Job(0.01, 36, START, PAY * 1.15 + 25_000 / 12, Ramp())
    extra = (inside.cost_per_effective_month - STANDARD.cost_per_effective_month) * inside.effective_months
    each = finance.break_even_completer(inside.cost_per_effective_month, STANDARD.cost_per_effective_month, inside.effective_months, inside.completion)
    assert (extra, each) == (pytest.approx(82_800, abs=50), pytest.approx(118_700, abs=50))
    assert inside.completion == pytest.approx(0.70, abs=0.005)


def test_a_short_designed_stay_turns_seats_over_more_often_than_the_standard_job():
    assert 12 / Job(0.01, 12, 0, 0, Ramp()).stay_months > 12 / STANDARD.stay_months


@given(st.floats(0, 0.2), st.floats(1, 120))
def test_nobody_stays_longer_than_designed_nor_than_leaving_allows(hazard, months):
    stay = workforce.mean_stay_months(hazard, months)
    assert stay <= min(months, 1 / hazard if hazard else math.inf) * (1 + 1e-12)
    assert workforce.effective_stay_months(hazard, Ramp(), months) <= stay


# Through the plan ----------------------------------------------------------------------------------------------------------------------------


def test_the_echo_of_forty_starts_comes_back_in_month_36_at_21_times_the_mean():
    scenario = with_people(109, **one_percent(designed_exit_months=36))
    leaving = workforce.start_response(scenario.groups[0].workforce, 109).leavers
    plan = started(scenario, workforce.replacement_starts(leaving, 40, 109))
    starts, mean = plan.frontline.starts[:, 0], 40 / float(workforce.start_response(scenario.groups[0].workforce, 109).heads.sum())
    assert plan.frontline.heads[:, 0] == pytest.approx(np.full(109, 40.0))
    assert [starts[month] for month in (1, 35, 36, 72, 108)] == pytest.approx([0.4, 0.4, 28.3, 20.1, 14.4], abs=0.05)
    assert mean == pytest.approx(1.32, abs=0.005)
    assert starts[36] / mean == pytest.approx(21, abs=0.5)
    assert np.flatnonzero(echo_months(plan.designed_exits[:, 0])).tolist() == [35, 71, 107]
    assert plan.designed_exits[35, 0] == pytest.approx(28.3 - 0.4, abs=0.05)


def test_the_spreadsheets_plan_hires_the_echo_too():
    document = tiny(42, heads=400, **one_percent(designed_exit_months=24))
    document["groups"][0]["workforce"]["opening"] = []
    document["groups"][0]["workforce"]["signed_starts"] = [400]
    document["sites"][0]["training"] |= {"class_size_max": 400, "rooms": 40}
    document["organisation"]["roles"][1]["opening_heads"] = [{"unit": "Porto", "heads": 60}]
    document["organisation"]["roles"][2] |= {"opening_heads": [{"unit": "all", "heads": 80}]}
    document["organisation"]["roles"][0]["opening_heads"] = [{"unit": "care", "heads": 60}]
    document["hiring"]["interview_share_max"] = 1.0
    plan = planned(build(document))
    assert plan.frontline.leavers[23, 0] > 15 * plan.frontline.leavers[:23, 0].mean()
    assert plan.frontline.starts[20:27, 0].sum() > 0.6 * 400


def cost_by_the_plan(horizon, **programme):
    """Cost of an effective month of a thousand starts whose whole stay, or ten years of it, lies in the plan."""
    leave = programme.pop("leave")
    plan = started(with_people(horizon, **one_percent(-math.expm1(-leave), **programme)), [1_000])
    outlay = sum(line.amount.sum() for line in plan.costs if line.role == "frontline" and line.item != "shortage_price")
    return float(outlay / plan.frontline.productive_fte.sum()), {line.item for line in plan.costs}


@pytest.mark.parametrize(
    ("months", "premium", "tuition", "cost", "quality"),
    [
        (36, 0.15, 25_000, 7_732, 1.57), (12, 0.15, 25_000, 8_573, 1.74), (36, 0.15, 5_250, 6_047, 1.23), (36, 0, 5_250, 5_357, 1.09),
        (36, 0, 12 * 18.28, 4_928, 1.0),
    ],
)  # fmt: skip
def test_the_cost_of_an_effective_month_and_the_quality_it_asks_for_come_out_of_the_plan(months, premium, tuition, cost, quality):
    """The plan reads proficiency on day 1 of each month, so a month costs a little more than in continuous time: as much in both jobs."""
    standard, _ = cost_by_the_plan(120, leave=0.035)
    inside, items = cost_by_the_plan(40, leave=0.01, designed_exit_months=months, pay_premium=premium, tuition_monthly=tuition / 12)
    assert inside == pytest.approx(cost, rel=0.02)
    assert inside / standard == pytest.approx(quality, abs=0.02)
    assert items >= {"tuition", "pay", "on_cost", "hiring"}


def test_everybody_is_gone_after_the_designed_exit_and_all_are_told_as_leavers():
    scenario = with_people(30, **one_percent(designed_exit_months=12))
    plan = started(scenario, [50])
    assert plan.frontline.heads[12:, 0] == pytest.approx(np.zeros(18))
    assert plan.frontline.leavers.sum() == pytest.approx(50)
    assert plan.designed_exits.sum() == pytest.approx(50 * 0.99**12)


def test_a_programme_for_everyone_takes_people_in_post_by_their_tenure():
    people = one_percent(designed_exit_months=12, covers="everyone", tuition_monthly=100) | {"opening": [{"tenure_months": 9, "heads": 30}]}
    plan = started(with_people(6, **people), [])
    assert plan.frontline.heads[:, 0] == pytest.approx([30, 29.7, 29.403, 0, 0, 0])
    assert plan.designed_exits[:, 0] == pytest.approx([0, 0, 30 * 0.99**3, 0, 0, 0])
    tuition = next(line for line in plan.costs if line.item == "tuition")
    assert tuition.amount == pytest.approx([3_000, 2_970, 2_940.3, 0, 0, 0])


def test_people_in_post_are_outside_a_programme_for_new_people():
    people = one_percent(designed_exit_months=12, tuition_monthly=100) | {"opening": [{"tenure_months": 20, "heads": 30}]}
    plan = started(with_people(6, **people), [])
    assert plan.frontline.heads[-1, 0] == pytest.approx(30 * 0.99**5)
    assert not plan.participants.any()


def test_somebody_in_post_beyond_the_designed_exit_is_a_fault():
    document = tiny(6, heads=5)
    document["groups"][0]["workforce"]["programme"] = {"designed_exit_months": 36, "covers": "everyone"}
    with pytest.raises(InvalidScenario, match="has been there for 600 months"):
        build(document)


def test_a_programme_that_makes_people_leave_with_certainty_is_a_fault():
    document = tiny(6, heads=5)
    document["groups"][0]["workforce"]["programme"] = {"exit_multiplier": 30}
    with pytest.raises(InvalidScenario, match="reach 100"):
        build(document)


def test_settled_people_of_a_programme_for_everyone_are_gone_when_the_longest_time_is_up():
    people = Workforce(programme=Programme(designed_exit_months=18, covers="everyone"))
    heads = settled_response(people, 24).heads
    assert np.all(np.diff(heads) <= 0)
    assert heads[11] > 0
    assert not heads[12:].any()
    assert settled_response(people.but(programme=Programme(designed_exit_months=18)), 24) is not None
    assert settled_response(people.but(programme=Programme(designed_exit_months=18)), 24).heads[23] > 0.5


def test_a_bench_empties_by_the_designed_exit():
    assert ready_exit_probability(Workforce(), 12) == 0.022
    assert ready_exit_probability(Workforce(programme=Programme(designed_exit_months=13)), 12) == pytest.approx(1.0, abs=1e-9)
    assert ready_exit_probability(Workforce(programme=Programme(designed_exit_months=10)), 12) == 0.022


def test_a_settled_group_of_a_programme_brings_less_where_people_leave_before_they_are_good():
    standard = workforce.settled_yield(Workforce(), 2, 0.35)
    short = workforce.settled_yield(Workforce(programme=Programme(designed_exit_months=6)), 2, 0.35)
    long = workforce.settled_yield(Workforce(programme=Programme(designed_exit_months=600)), 2, 0.35)
    assert short < standard
    assert long == pytest.approx(standard, abs=1e-3)


# Nothing switched on, checks, the optimiser --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_the_neutral_policy_leaves_a_scenario_as_it_is(name):
    assert POLICY.apply(shipped(name), CareerPath.neutral()) is shipped(name)


def test_a_programme_without_effects_leaves_every_figure_as_it_was():
    scenario = build(everything(14) | {"levers": {}})
    plain = tuple(group.but(workforce=group.workforce.but(programme=Programme())) for group in scenario.groups)
    covers = tuple(group.but(workforce=group.workforce.but(programme=Programme(covers="everyone"))) for group in scenario.groups)
    plans = [project(each, baseline(each)) for each in (scenario.but(groups=plain), scenario.but(groups=covers))]
    names = [name for name, _ in arrays_of(plans[0])]
    assert names
    for (name, one), (_, two) in zip(arrays_of(plans[0]), arrays_of(plans[1]), strict=True):
        assert np.array_equal(one, two), name


@pytest.mark.parametrize("name", ["growth_2000", "centre_600", "startup_4"])
def test_the_policy_on_a_shipped_scenario_keeps_every_check(name):
    plan = planned(POLICY.apply(shipped(name), CareerPath()))
    assert [result for result in check(plan) if not result.holds] == []
    items = {line.item for line in plan.costs}
    assert "tuition" in items
    assert plan.participants[-1].sum() > 0


def small(covers):
    document = two_sites(10)
    for group in document["groups"]:
        group["stated_heads"] = {"start": 100}
        group["workforce"] = group["workforce"] | {
            "opening": [{"tenure_months": 0.5 + place, "heads": 9} for place in range(8)],
            "programme": {"designed_exit_months": 9, "pay_premium": 0.15, "tuition_monthly": 400, "exit_multiplier": 0.6, "covers": covers},
        }
        group["all_hands"] = {"people": 60, "peak_leverage": 1.5}
    return build(document)


@pytest.mark.parametrize("covers", ["new", "everyone"])
def test_the_optimum_is_replayed_at_its_cost(covers):
    scenario = small(covers)
    solution = optimise(scenario, time_limit_s=60, gap=0.02)
    assert solution.plan is not None
    assert [result for result in check(solution.plan) if not result.holds] == []
    one = problem(model(scenario))
    columns = one.model.columns_of(solution.plan)
    assert one.cost.at(columns).sum() == pytest.approx(solution.plan.cost.sum(), rel=1e-9)
    assert one.objective(columns) == pytest.approx(solution.charged, rel=1e-9)
    assert one.allows(columns)
    assert solution.plan.participants.any()


@pytest.mark.parametrize("covers", ["new", "everyone"])
def test_the_spreadsheets_plan_costs_in_the_optimiser_what_it_costs(covers):
    one = model(small(covers))
    told = problem(one)
    assert told.cost.at(one.known).sum(axis=1) == pytest.approx(one.spreadsheet.cost, rel=1e-9)


# People one by one ---------------------------------------------------------------------------------------------------------------------------


def passed_through(random, runs, months, starts, washouts, bands, factor, designed):
    """Heads on day 1 and designed exits of each month and run, from people who train two months and pass through: one by one."""
    heads, by_design = np.zeros((runs, months)), np.zeros((runs, months))
    for run in range(runs):
        for begun, people in starts:
            for _ in range(people):
                there, seat = begun, None
                for stage, lost in enumerate(washouts):
                    if begun + stage < months:
                        heads[run, begun + stage] += 1
                    if random.random() < lost:
                        break
                    there = begun + stage + 1
                else:
                    seat = there
                month = there
                while seat is not None and month < months:
                    heads[run, month] += 1
                    tenure = month - seat
                    leave = factor * next(chance for end, chance in bands if end is None or tenure < end)
                    if random.random() < leave:
                        break
                    if tenure + 1 == designed:
                        by_design[run, month] += 1
                        break
                    month += 1
    return heads, by_design


def test_heads_and_designed_exits_agree_with_people_one_by_one():
    bands, months, starts, runs = [(3, 0.08), (None, 0.04)], 20, [(0, 30), (1, 5), (4, 10)], 400
    people = Workforce(
        classroom_weeks=MONTH_IN_WEEKS, nesting_weeks=MONTH_IN_WEEKS, classroom_washout=0.2, nesting_washout=0.1,
        tenure_bands=tuple(TenureBand(up_to_months=end, exit_probability_monthly=chance) for end, chance in bands),
        programme=Programme(designed_exit_months=7, exit_multiplier=0.5),
    )  # fmt: skip
    response, exits = workforce.start_response(people, months), workforce.designed_exits(people, months)
    path = np.zeros(months)
    for month, number in starts:
        path[month] = number
    expected = [workforce.from_starts(path, array) for array in (response.heads, exits)]
    told = passed_through(np.random.default_rng(2), runs, months, starts, (0.2, 0.1), bands, 0.5, 7)
    for values, mean in zip(told, expected, strict=True):
        error = 4.5 * values.std(axis=0, ddof=1) / math.sqrt(runs)
        assert np.all(np.abs(values.mean(axis=0) - mean) <= error + 1e-9)


def test_the_cost_of_an_effective_month_agrees_with_single_stays():
    random, hazard, designed = np.random.default_rng(4), 0.01, 36.0
    stays = np.minimum(random.exponential(1 / hazard, 40_000), designed)
    ramp = Ramp()
    effective = ramp.final * stays - (ramp.final - ramp.start) * (1 - np.exp(-ramp.rate_monthly * stays)) / ramp.rate_monthly
    cost = START + 7_258.33 * stays
    inside = Job(hazard, designed, START, 7_258.33, ramp)
    ratio = cost.sum() / effective.sum()
    error = 4 * (cost - ratio * effective).std() / math.sqrt(len(stays)) / effective.mean()
    assert inside.cost_per_effective_month == pytest.approx(ratio, abs=error)
    assert inside.completion == pytest.approx((stays == designed).mean(), abs=4 * math.sqrt(0.25 / len(stays)))


def test_the_echo_agrees_with_people_replaced_one_by_one():
    random, runs, designed = np.random.default_rng(6), 500, 12
    echoes = np.zeros((runs, 30))
    for run in range(runs):
        tenures = np.zeros(40, dtype=int)
        echoes[run, 0] = 40
        for month in range(29):
            gone = (random.random(40) < 0.03) | (tenures + 1 == designed)
            tenures = np.where(gone, 0, tenures + 1)
            echoes[run, month + 1] = gone.sum()
    stay = 0.97 ** np.arange(designed)
    expected = workforce.replacement_starts([*(stay[:-1] - stay[1:]), stay[-1]], 40, 30)
    assert np.all(np.abs(echoes.mean(axis=0) - expected) <= 4.5 * echoes.std(axis=0, ddof=1) / math.sqrt(runs) + 1e-9)


# Figures -------------------------------------------------------------------------------------------------------------------------------------


def told(scenario, chosen):
    return {figure.name: figure.value for figure in POLICY.figures(scenario, chosen)}


def test_the_figures_are_those_of_the_closed_forms():
    scenario = changed(shipped("growth_2000"), {"finance.frontline_monthly_pay": 3_600, "finance.on_cost": 0.25})
    chosen = CareerPath(cost_of_start=START)
    standard, inside = career_path.jobs(scenario, chosen)
    found = told(scenario, chosen)
    assert found["Break-even quality"] == pytest.approx(inside.cost_per_effective_month / standard.cost_per_effective_month)
    assert inside.exit_hazard_monthly == pytest.approx(0.3 * standard.exit_hazard_monthly)
    assert found["First echo against the mean"] > 5 * found["The same, staggered over 12 months"]


def test_without_leaving_or_a_designed_exit_there_is_nothing_to_tell():
    document = tiny(6, heads=20, **FULLY_PROFICIENT, tenure_bands=[{"up_to_months": None, "exit_probability_monthly": 0}])
    assert told(build(document), CareerPath()) == {"Cost of an effective month": None}
    assert "First echo of one intake" not in told(shipped("growth_2000"), CareerPath(designed_exit_months=None))


def test_staggering_caps_the_starts_of_a_month_and_applicants_raise_what_sources_yield():
    scenario = shipped("growth_2000")
    applied = POLICY.apply(scenario, CareerPath(largest_intake_monthly=12, applicant_gain=0.5))
    assert applied.hiring.starts_max_monthly == 12
    for before, after in zip(scenario.hiring.sources, applied.hiring.sources, strict=True):
        if before.referrals_per_head_monthly:
            assert after.referrals_per_head_monthly == pytest.approx(1.5 * before.referrals_per_head_monthly)
        if before.starts_max_monthly:
            assert after.starts_max_monthly == round(1.5 * before.starts_max_monthly)


def test_leaving_by_month_is_the_whole_intake():
    assert leaving_by_month(0.02, 17.5).sum() == pytest.approx(1)
    assert len(leaving_by_month(0.02, 17.5)) == 18


def test_people_in_post_with_less_than_the_designed_tenure_are_opening_people():
    people = Workforce(opening=(TenureHeads(tenure_months=3, heads=10),), programme=Programme(designed_exit_months=5, covers="everyone"))
    assert workforce.opening_designed_exits(people, 4)[1] == pytest.approx(10 * (1 - 0.035) ** 2)
    assert workforce.opening_response(people, 4).heads[2:].tolist() == [0, 0]


def test_the_plan_flags_the_month_of_an_echo_in_words():
    scenario = with_people(40, **one_percent(designed_exit_months=36))
    leaving = workforce.start_response(scenario.groups[0].workforce, 40).leavers
    said = takeaways.required_and_available(started(scenario, workforce.replacement_starts(leaving, 40, 40)))
    assert "An echo: 28 people leave by design in Dec 2029" in said
    assert "echo" not in takeaways.required_and_available(started(with_people(40, **one_percent()), [40]))


def test_leaving_next_to_nothing_is_a_stay_of_the_designed_length():
    assert [workforce.mean_stay_months(hazard, 100) for hazard in (0, 5e-324, 1e-300, 1e-18)] == pytest.approx([100] * 4)
