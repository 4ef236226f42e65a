"""Goal seeking finds what trying every value finds, also where what holds is no single stretch; conditions and edges."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import goals
from planner.baseline import baseline
from planner.errors import InvalidScenario
from planner.executor import Job
from planner.goals import CONDITIONS, LEVERS, Lever, Question, Ratio, Shortage, Spend, Within, broken, hiring_reaches, lever, over, seek
from planner.limits import LIMITS
from planner.plan import project
from planner.scenario import changed as with_changes
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, office, role, tiny, two_sites


@lru_cache
def growing():
    """A small group that may hire, under one leader role."""
    return build(changed(tiny(14, heads=30), ("groups.0.stated_heads.add_monthly", 0.5), ("sites.0.training.rooms", 1)))


def brute(scenario, question):
    """Every value of the grid that keeps every condition, tried one after the other."""
    found = []
    for value in question.lever.grid:
        try:
            tried = with_changes(scenario, {question.lever.path: int(value) if question.lever.name == "starts" else value})
        except InvalidScenario:
            continue
        plan = project(tried, baseline(tried))
        over_limit = [
            condition.course(plan)[0 if isinstance(condition, Spend) else question.first :].max() > condition.limit + 1e-9 * max(1, condition.limit)
            for condition in question.conditions
        ]
        if not any(over_limit):
            found.append(value)
    return found


def same_as_brute(scenario, question):
    answer, holding = seek(scenario, question), brute(scenario, question)
    on_grid = [trial.value for trial in answer.trials if trial.holds and trial.value in question.lever.grid]
    assert on_grid == holding
    assert (answer.best is None) == (not holding)
    if holding:
        end = max(holding) if question.lever.wanted == "most" else min(holding)
        assert abs(answer.best.value - end) < question.lever.step
        assert answer.best.value == end or question.lever.beyond(answer.best.value, end)
    return answer


COARSE = {
    "growth": (-0.02, 0.06, 0.01), "attrition": (-0.5, 2.0, 0.25), "starts": (0, 12, 2), "first_span": (5.0, 20.0, 1.0),
    "service": (0.5, 0.98, 0.06), "handle_time": (-0.3, 0.5, 0.1), "shrinkage": (-0.5, 1.0, 0.15),
}  # fmt: skip


def asked(scenario, name, *conditions, first=4, wanted=None):
    question = over(Question(lever(scenario, name), conditions, first), *COARSE[name])
    return replace(question, lever=replace(question.lever, wanted=wanted)) if wanted else question


@pytest.mark.parametrize("name", ["growth", "attrition", "starts", "first_span"])
@pytest.mark.parametrize(
    "conditions", [(Shortage(0.01),), (Shortage(0.05), Ratio("team_lead")), (Spend(2_300_000.0),), (Spend(1_950_000.0, "year"), Within("rooms"))]
)
def test_the_answer_is_that_of_trying_every_value(name, conditions):
    same_as_brute(growing(), asked(growing(), name, *conditions))


@pytest.mark.parametrize("name", ["service", "handle_time", "shrinkage"])
def test_the_answer_is_that_of_trying_every_value_where_people_come_from_contacts(name):
    scenario = build(office(10))
    same_as_brute(scenario, asked(scenario, name, Shortage(0.02)))


@pytest.mark.parametrize("wanted", ["most", "least"])
def test_both_ends_can_be_sought(wanted):
    answer = same_as_brute(growing(), asked(growing(), "growth", Shortage(0.02), wanted=wanted))
    assert answer.beyond is None or answer.question.lever.beyond(answer.beyond.value, answer.best.value)


# No single stretch ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Among:
    """Holds where the growth of the people required lies in one of some ranges: a condition whose answer is known without any plan."""

    ranges: tuple[tuple[float, float], ...]
    limit: float = 0.0

    def course(self, plan):
        growth = plan.requirement.group_heads[1].sum() / plan.requirement.group_heads[0].sum() - 1
        inside = any(low - 1e-7 <= growth <= high + 1e-7 for low, high in self.ranges)
        return np.zeros(len(plan.months)) if inside else np.ones(len(plan.months))

    def promised(self, _):
        return self.limit


STEADY = tiny(3, heads=100)
GRID = tuple(round(value / 100, 9) for value in range(-2, 6))


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(-0.03, 0.06), st.floats(0, 0.04)), max_size=3), st.sampled_from(["most", "least"]))
def test_where_what_holds_is_no_single_stretch_the_farthest_is_found_and_every_stretch_told(drawn, wanted):
    ranges = tuple((round(low, 4), round(low + length, 4)) for low, length in drawn)
    chosen = Lever("growth", "levers.growth_monthly", -0.02, 0.05, 0.01, 0.001, wanted)
    answer = same_as_brute(build(STEADY), Question(chosen, (Among(ranges),)))
    inside = [any(low - 1e-7 <= value <= high + 1e-7 for low, high in ranges) for value in GRID]
    runs = "".join("x" if each else " " for each in inside).split()
    assert len(answer.stretches) == len(runs)
    assert [round((high - low) / 0.01) + 1 for low, high in answer.stretches] == [len(run) for run in runs]
    assert answer.complete


def test_the_edge_is_found_to_the_finest_step():
    chosen = Lever("growth", "levers.growth_monthly", -0.02, 0.05, 0.01, 0.0001)
    answer = seek(build(STEADY), Question(chosen, (Among(((-1.0, 0.01237),)),)))
    assert answer.best.value == pytest.approx(0.0123)
    assert answer.beyond.value == pytest.approx(0.0124)
    assert answer.best.plan is not None
    assert all(trial.plan is None for trial in answer.trials)
    assert len(answer.trials) <= goals.expected(answer.question)


def test_at_the_end_of_the_range_nothing_binds_and_where_nothing_holds_there_is_no_answer():
    chosen = Lever("growth", "levers.growth_monthly", -0.02, 0.05, 0.01, 0.001)
    free, none = (seek(build(STEADY), Question(chosen, (Among(ranges),))) for ranges in (((-1.0, 1.0),), ()))
    assert (free.best.value, free.beyond) == (0.05, None)
    assert (none.best, none.beyond.value, none.stretches) == (None, -0.02, ())


# Conditions ----------------------------------------------------------------------------------------------------------------------------------


def test_shortage_is_told_as_a_share_with_its_first_and_its_worst_month():
    plan = planned(build(changed(tiny(6, heads=20), ("groups.0.stated_heads", {"path": [20, 20, 30, 40, 20, 20]}), ("finance", {"overtime_max": 0}))))
    course = Shortage(0.1).course(plan)
    np.testing.assert_allclose(course, plan.shortage_fte.sum(axis=1) / plan.required_fte.sum(axis=1))
    found = broken(Shortage(0.1), plan)
    assert (found.month, found.worst_month) == (2, 3)
    assert found.worst == course[3] > found.value == course[2] > 0.1
    assert broken(Shortage(0.1), plan, first=4) is None
    assert broken(Shortage(1.0), plan) is None


def test_a_ratio_is_kept_while_no_post_stands_open():
    short = planned(build(changed(tiny(6), ("organisation.roles.0", role("team_lead", 10, {"care": 1}, scope="group")))))
    found = broken(Ratio("team_lead"), short)
    assert (found.month, found.promised) == (0, 10)
    assert broken(Ratio("trainer"), short) is None


def test_spend_is_counted_from_the_beginning_of_the_plan_or_of_each_year():
    plan = planned(build(tiny(14)))
    whole, yearly = Spend(0.0).course(plan), Spend(0.0, "year").course(plan)
    assert whole[-1] == pytest.approx(plan.spend.sum())
    assert yearly[12] == pytest.approx(plan.spend[12])
    assert yearly[11] == pytest.approx(plan.spend[:12].sum())
    limit = float(plan.spend[:5].sum()) + 1
    assert broken(Spend(limit), plan).month == 5
    assert broken(Spend(limit), plan, first=9).month == 5
    assert broken(Spend(float(plan.spend[:12].sum()) + 1, "year"), plan) is None


def test_a_limit_is_exceeded_where_the_limits_of_the_plan_say_so():
    crowded = build(changed(tiny(6, heads=40), ("groups.0.workforce.opening_classroom", 20), ("sites.0.training.rooms", 2)))
    plan = planned(crowded)
    assert broken(Within("rooms"), plan).worst == 2
    assert broken(Within("recruiters"), plan) is None


def test_every_limit_of_a_plan_can_be_a_condition():
    plan = planned(build(two_sites(10)))
    for limit in LIMITS:
        course = Within(limit.__name__).course(plan)
        assert course.shape == (10,)
        assert (course > 0).any() == limit(plan).broken.any()


@pytest.mark.parametrize(
    ("conditions", "first", "place"),
    [((Ratio("bishop"),), 0, "bishop"), ((Within("chairs"),), 0, "chairs"), ((), 0, "The conditions"), ((Shortage(),), 14, "The first month")],
)
def test_what_is_not_there_is_refused_in_words(conditions, first, place):
    question = Question(lever(growing(), "growth"), conditions, first)
    with pytest.raises(InvalidScenario) as told:
        seek(growing(), question)
    assert [fault.place for fault in told.value.faults] == [place]


# Levers --------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000", "giant_50000"])
def test_every_lever_has_a_grid_within_what_a_scenario_admits(name):
    for make in LEVERS:
        made = make(shipped(name))
        assert made.name == make.__name__
        assert 8 <= len(made.grid) <= 60
        assert made.grid[0] == made.low
        assert made.grid[-1] <= made.high + 1e-9
        assert made.finest <= made.step
        with_changes(shipped(name), {made.path: int(made.grid[0]) if made.name == "starts" else made.grid[0]})


def test_a_scenario_without_leaders_has_no_span_to_move_and_an_unknown_lever_is_refused():
    alone = build(changed(tiny(), ("organisation.roles.0.kind", "support")))
    with pytest.raises(InvalidScenario, match="no leader"):
        lever(alone, "top_span")
    with pytest.raises(InvalidScenario, match="no such lever"):
        lever(alone, "mood")


def test_a_range_must_hold_something_to_try():
    question = Question(lever(growing(), "growth"), (Shortage(),))
    for low, high, step in ((0.05, -0.02, None), (0.0, 0.01, 0.05), (0.0, 0.01, 0.0)):
        with pytest.raises(InvalidScenario, match="nothing to try"):
            over(question, low, high, step)
    assert over(question, 0.0, 0.01, 0.005).lever.grid == (0.0, 0.005, 0.01)


def test_a_value_that_no_scenario_admits_counts_as_one_that_does_not_hold():
    scenario = build(office(6))
    question = over(Question(lever(scenario, "service"), (Spend(1e9),)), 0.8, 1.0, 0.1)
    answer = seek(scenario, question)
    refused = {trial.value: trial.refused for trial in answer.trials if trial.refused}
    assert list(refused) == [1.0]
    assert "no number of agents" in refused[1.0]
    assert answer.best.value == pytest.approx(0.999)


def test_hiring_reaches_the_month_after_search_and_ramp():
    assert hiring_reaches(shipped("centre_600")) == 6
    slow = changed(tiny(24), ("organisation.roles.0.lead_time_months", 15))
    assert hiring_reaches(build(slow)) == 15
    assert hiring_reaches(build(changed(slow, ("horizon.months", 6)))) == 5


# Stopped and beside --------------------------------------------------------------------------------------------------------------------------


def test_a_search_that_is_stopped_tells_what_it_knows():
    question = asked(growing(), "growth", Shortage(0.02))
    some = [trial for trial, _ in zip(goals.trials(growing(), question), range(3), strict=False)]
    answer = goals.answer(question, some)
    assert not answer.complete
    assert len(answer.trials) == 3
    asked_to_stop = goals.beside(growing(), question, lambda _: None, lambda: True)
    assert len(asked_to_stop.trials) == 1
    assert goals.answer(question, []).best is None


def test_a_job_of_its_own_finds_the_same_and_tells_how_far_it_is():
    question = asked(growing(), "growth", Shortage(0.02))
    job = Job(goals.beside, growing(), question)
    found, here = job.result(60), seek(growing(), question)
    assert [(trial.value, trial.breaks) for trial in found.trials] == [(trial.value, trial.breaks) for trial in here.trials]
    assert found.best.value == here.best.value
    assert job.told[-1] <= 1.0
    assert len(job.told) == len(here.trials)


def test_progress_rises():
    heard = []
    seek(growing(), asked(growing(), "first_span", Ratio("team_lead")), heard.append)
    assert heard == sorted(heard)
    assert 0 < heard[-1] <= 1


def test_the_families_are_complete():
    assert {made.__name__ for made in CONDITIONS} == {"Shortage", "Ratio", "Spend", "Within"}
    assert len({make.__name__ for make in LEVERS}) == len(LEVERS) == 8


@pytest.mark.slow
@pytest.mark.parametrize("name", ["growth", "attrition", "top_span"])
def test_the_centre_answers_as_brute_force_does(name):
    scenario = shipped("centre_600")
    same_as_brute(scenario, Question(lever(scenario, name), (Shortage(0.005), Ratio("executive")), hiring_reaches(scenario)))
