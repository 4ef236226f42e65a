"""The ladder as a Markov chain: worked numbers, properties, and people who climb it one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.progression import (
    Progression,
    Stage,
    falls,
    is_maintainable,
    months_in_grades,
    months_of_one_stay,
    recruits_to_hold,
    rises,
    settled_ladder,
    settled_structure,
    transition_matrix,
)

CHAIN = np.array([[0.945, 0.020, 0], [0.010, 0.950, 0.015], [0, 0.010, 0.975]])


def ladder(*stages):
    return Progression(stages=tuple(Stage(name=f"stage {place}", **stage) for place, stage in enumerate(stages)))


chance = st.floats(0.01, 0.3)
ladders = st.lists(
    st.fixed_dictionaries(
        {"attempt_monthly": chance, "pass_share": st.floats(0.1, 1), "return_monthly": st.floats(0, 0.1), "exit_probability_monthly": chance}
    ),
    min_size=1, max_size=5,
).map(lambda stages: ladder(*stages))  # fmt: skip


def test_months_in_each_grade_from_entry():
    assert months_in_grades(CHAIN)[0] == pytest.approx([19.8, 9.0, 5.4], abs=0.05)


@pytest.mark.parametrize(("growth", "structure"), [(0, [57.9, 26.3, 15.8]), (0.02, [71.4, 21.4, 7.1]), (0.05, [80.3, 16.4, 3.3])])
def test_the_structure_that_growth_settles_to(growth, structure):
    assert 100 * settled_structure(CHAIN, growth) == pytest.approx(structure, abs=0.05)


def test_a_structure_that_asks_for_fewer_people_than_rise_into_a_grade_is_not_maintainable():
    assert recruits_to_hold(CHAIN, (0.80, 0.15, 0.05), 0.05)[1] == pytest.approx(-0.0015)
    assert not is_maintainable(CHAIN, (0.80, 0.15, 0.05), 0.05)
    assert is_maintainable(CHAIN, (0.70, 0.20, 0.10), 0.05)


def test_one_stay_in_a_stage_lasts_one_over_all_ways_out_of_it():
    stage = {"attempt_monthly": 0.2, "pass_share": 0.5, "exit_probability_monthly": 0.03, "return_monthly": 0.02}
    stays = months_of_one_stay(ladder(stage, stage, stage))
    assert stays == pytest.approx([1 / (0.1 + 0.03), 1 / (0.1 + 0.03 + 0.02), 1 / (0.03 + 0.02)])


@given(ladders, st.floats(0, 0.1))
def test_the_settled_structure_reproduces_itself_whatever_it_began_with(progression, growth):
    matrix = transition_matrix(progression)
    structure = settled_structure(matrix, growth)
    recruits = recruits_to_hold(matrix, structure.tolist(), growth)
    assert structure.sum() == pytest.approx(1)
    assert recruits[1:] == pytest.approx(np.zeros(len(recruits) - 1), abs=1e-12)
    people = np.full(len(matrix), 1 / len(matrix))
    for _ in range(3_000):
        people = people @ matrix
        people[0] += 1 + growth - people.sum()
        people /= 1 + growth
    assert people == pytest.approx(structure, abs=1e-6)


@given(ladders)
def test_growth_keeps_more_people_in_the_first_stage(progression):
    matrix = transition_matrix(progression)
    assert settled_structure(matrix, 0.05)[0] >= settled_structure(matrix, 0.0)[0] - 1e-12


@given(ladders)
def test_months_in_all_stages_together_are_one_over_leaving_where_all_leave_alike(progression):
    same = Progression(stages=tuple(stage.but(exit_probability_monthly=0.04) for stage in progression.stages))
    assert months_in_grades(transition_matrix(same))[0].sum() == pytest.approx(25)


def test_nobody_rises_from_the_last_stage_or_falls_from_the_first():
    same = ladder(*[{"attempt_monthly": 0.3, "return_monthly": 0.05}] * 3)
    assert rises(same).tolist()[-1] == 0
    assert falls(same).tolist()[0] == 0


def test_content_that_takes_no_time_takes_no_time_and_twice_as_much_takes_twice():
    one = settled_ladder(Progression(), 0.02).learning_hours_monthly
    stages = Progression().stages
    twice = Progression(stages=tuple(stage.but(content_hours=2 * stage.content_hours) for stage in stages))
    assert settled_ladder(twice, 0.02).learning_hours_monthly == pytest.approx(2 * one)
    none = Progression(stages=tuple(stage.but(content_hours=0) for stage in stages))
    assert settled_ladder(none, 0.02).learning_hours_monthly == 0


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="100 %"):
        transition_matrix(ladder({"attempt_monthly": 0.9, "pass_share": 1, "exit_probability_monthly": 0.9}, {}))
    with pytest.raises(ValueError, match="somebody must leave"):
        months_in_grades([[0.5, 0.5], [0, 1]])
    with pytest.raises(ValueError, match="no structure settles"):
        settled_structure(CHAIN, -0.5)
    for wrong in (lambda: months_in_grades([[1.5]]), lambda: settled_structure(CHAIN, 0, [1]), lambda: recruits_to_hold(CHAIN, (1, 1, 1), 0)):
        with pytest.raises(ValueError, match="matrix|mix|structure"):
            wrong()


# People one by one ---------------------------------------------------------------------------------------------------------------------------


def climbed(progression, random, months, entrants):
    """Months in each stage and hours learnt, of people who start in the first stage: person by person, attempt by attempt."""
    stages = progression.stages
    spent, hours = np.zeros((entrants, len(stages))), np.zeros(entrants)
    for person in range(entrants):
        here = 0
        hours[person] += stages[0].content_hours
        for _ in range(months):
            spent[person, here] += 1
            stage, luck = stages[here], random.random()
            if luck < stage.exit_probability_monthly:
                break
            back = stage.return_monthly if here else 0.0
            tries = stage.attempt_monthly if here + 1 < len(stages) else 0.0
            luck -= stage.exit_probability_monthly
            if luck < back:
                here -= 1
                hours[person] += 0.5 * stages[here].content_hours
            elif luck < back + tries and random.random() < stage.pass_share:
                here += 1
                hours[person] += stages[here].content_hours
    return spent, hours


def test_months_in_each_stage_and_learning_agree_with_people_who_climb_one_by_one():
    first, second = Stage(name="one", content_hours=10, return_monthly=0), Stage(name="two", return_monthly=0.05)
    progression = Progression(stages=(first, second, Stage(name="three", exit_probability_monthly=0.05)))
    people = 4_000
    spent, hours = climbed(progression, np.random.default_rng(5), 5_000, people)
    settled = settled_ladder(progression, 0.0)
    error = 4 * spent.std(axis=0) / math.sqrt(people)
    assert np.all(np.abs(spent.mean(axis=0) - settled.months) <= error)
    per_month = hours.sum() / spent.sum()
    spread = 4 * (hours - per_month * spent.sum(axis=1)).std() / math.sqrt(people) / spent.sum(axis=1).mean()
    assert settled.learning_hours_monthly == pytest.approx(per_month, abs=spread)


def test_the_structure_under_growth_agrees_with_a_growing_organisation_of_single_people():
    progression, random, growth = Progression(), np.random.default_rng(8), 0.03
    up, down = rises(progression), falls(progression)
    leave = np.array([stage.exit_probability_monthly for stage in progression.stages])
    people, shares = np.zeros(2_000, dtype=int), []
    for month in range(130):
        luck = random.random(len(people))
        left, fell = luck < leave[people], (luck >= leave[people]) & (luck < (leave + down)[people])
        rose = (luck >= (leave + down)[people]) & (luck < (leave + down + up)[people])
        target = round(2_000 * (1 + growth) ** (month + 1))
        stayed = (people + rose - fell)[~left]
        people = np.concatenate([stayed, np.zeros(max(target - len(stayed), 0), dtype=int)])
        if month >= 100:
            shares.append(np.bincount(people, minlength=3) / len(people))
    expected = settled_ladder(progression, growth).structure
    assert np.mean(shares, axis=0) == pytest.approx(expected, abs=4 * math.sqrt(0.25 / len(people)) + 0.004)
