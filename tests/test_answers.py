"""Answers in words: what was sought, what binds and when, whether it is one stretch, how finely it was looked for."""

import re

import pytest

from planner import goals
from planner.goals import Question, Ratio, Shortage, Spend, Within, lever, over, seek
from planner.report import answers
from planner.scenario import changed as with_changes
from tests.conftest import shipped
from tests.scenarios import build, changed, office, tiny
from tests.test_goals import Among, Lever

CLEAN = re.compile(r"\d\.\d{5}|\bnan\b|None|_|\(\)|  ")


def growing(**more):
    return build(changed(tiny(14, heads=30), ("groups.0.stated_heads.add_monthly", 0.5), ("sites.0.training.rooms", 1), *more.items()))


def told(scenario, name, *conditions, grid=None, first=4):
    question = Question(lever(scenario, name), conditions, first)
    found = seek(scenario, over(question, *grid) if grid else question)
    said = answers.verdict(found, scenario)
    text = " ".join([answers.question_words(question, scenario), said.headline, *said.sentences])
    assert not CLEAN.search(text), text
    return found, said


def test_the_question_of_the_executive_reads_as_asked():
    centre = shipped("centre_600")
    question = Question(lever(centre, "growth"), (Shortage(0.005), Ratio("executive")), 6)
    assert answers.question_words(question, centre) == (
        "What is the fastest growth that keeps the promised service (at most 0.5 % of the required FTE missing) and 100:1 for executives?"
    )
    budget = Question(lever(centre, "service"), (Spend(20e6, "year"), Within("rooms")), 0)
    asked = answers.question_words(budget, centre)
    assert asked == "What is the highest service level that keeps what is paid each year at $20.0 M or less and rooms within their limit?"


def test_a_span_that_a_lever_moves_is_the_one_told():
    moved = with_changes(shipped("centre_600"), {"levers.top_span": 80.0})
    assert "80:1 for executives" in answers.question_words(Question(lever(moved, "growth"), (Ratio("executive"),)), moved)


def test_the_answer_names_the_value_what_binds_and_its_month():
    found, said = told(growing(), "growth", Shortage(0.01), grid=(-0.02, 0.06, 0.01))
    value = answers.valued(found.question.lever, found.best.value)
    assert said.headline == f"The fastest growth: {value}"
    assert re.search(r"it breaks: .+ % of the required FTE are missing in \w{3} 20\d\d", " ".join(said.sentences))
    assert said.tone == "good"


def test_where_nothing_holds_the_least_demanding_end_tells_why():
    _, said = told(growing(), "attrition", Spend(10_000.0), grid=(-0.5, 0.5, 0.25))
    assert said.headline == "No attrition between −50 % and +50 % keeps that"
    assert said.sentences[0].startswith("Even at −50 %: the $10.0 K are spent by Jan 2027, and ")
    assert said.tone == "bad"


def test_at_the_end_of_the_range_it_is_said_that_nothing_binds():
    _, said = told(growing(), "starts", Shortage(1.0))
    assert "nothing binds before it" in " ".join(said.sentences)


def test_every_condition_that_fails_is_told():
    scenario = build(changed(tiny(8, heads=60), ("organisation.roles.0.opening_heads.0.heads", 1), ("groups.0.stated_heads.start", 120)))
    found, said = told(scenario, "growth", Shortage(0.0), Ratio("team_lead"), Spend(1.0, "year"), first=0, grid=(0.0, 0.02, 0.02))
    text = " ".join(said.sentences)
    assert found.best is None
    for piece in ("% of the required FTE are missing in Jan 2027", "team lead posts stand open", "of 2027 are spent by Jan 2027"):
        assert piece in text


def test_a_budget_of_each_year_names_the_year_it_is_spent_in_and_the_year_that_pays_most():
    scenario = build(changed(tiny(26, heads=30), ("groups.0.stated_heads.add_monthly", 1)))
    _, said = told(scenario, "growth", Spend(400_000.0, "year"), grid=(0.0, 0.02, 0.02))
    assert re.search(r"the \$400 K of 2027 are spent by \w{3} 2027, and \$[\d.]+ M more are paid in 2028\.", said.sentences[0])


def test_an_exceeded_limit_is_told():
    crowded = build(changed(tiny(6, heads=40), ("groups.0.workforce.opening_classroom", 20)))
    _, said = told(crowded, "growth", Within("rooms"), first=0, grid=(0.0, 0.02, 0.02))
    assert "Rooms are exceeded by 2.0 in Jan 2027." in said.sentences[0]


def test_two_stretches_are_told_as_two():
    chosen = Lever("growth", "levers.growth_monthly", -0.02, 0.05, 0.01, 0.001)
    steady = build(tiny(3, heads=100))
    found = seek(steady, Question(chosen, (Among(((-0.02, -0.01), (0.02, 0.03))),)))
    assert "What holds is not one stretch: −2.00 points a month to −1.00 points a month and +2.00 points a month to +3.00 points a month" in answers._stretches(
        found
    )


def test_a_stopped_search_says_so():
    question = Question(lever(growing(), "growth"), (Shortage(0.01),), 4)
    some = [trial for trial, _ in zip(goals.trials(growing(), question), range(2), strict=False)]
    said = answers.verdict(goals.answer(question, some), growing())
    assert "Stopped after 2 of" in " ".join(said.sentences)
    assert said.tone == "watch"
    assert answers.verdict(goals.answer(question, []), growing()).headline == "Nothing was tried"


def test_a_refused_value_is_told_with_its_reason():
    scenario = build(office(6))
    found, _ = told(scenario, "service", Spend(1e9), first=0, grid=(0.8, 1.0, 0.1))
    rows = dict(zip(answers.table(found, scenario)["Service level"], answers.table(found, scenario)["What fails"], strict=True))
    assert rows["100 %"] == "no number of agents serves every contact in time."


@pytest.mark.parametrize("name", ["growth", "attrition", "starts", "first_span", "top_span"])
def test_strip_table_and_file_hold_every_value_tried(name):
    scenario = growing()
    found, _ = told(scenario, name, Shortage(0.02), Ratio("team_lead"))
    grid = [trial for trial in found.trials if trial.value in found.question.lever.grid]
    cells = answers.strip(found, scenario).data[0]
    assert cells.z.shape == (2, len(grid))
    for row, condition in enumerate(found.question.conditions):
        assert [bool(cell) for cell in cells.z[row]] == [condition in [each.condition for each in trial.breaks] for trial in grid]
    table = answers.table(found, scenario)
    assert {len(column) for column in table.values()} == {len(found.trials)}
    assert not [cell for column in table.values() for cell in column if CLEAN.search(cell)]
    exact = answers.exact(found, scenario)
    assert list(exact) == ["value", "holds", "shortage_breaks_in", "shortage_worst", "ratio_team_lead_breaks_in", "ratio_team_lead_worst"]
    assert [bool(month) or bool(other) for month, other in zip(exact["shortage_breaks_in"], exact["ratio_team_lead_breaks_in"], strict=True)] == [
        not holds for holds in exact["holds"]
    ]


def test_every_lever_has_its_words():
    assert set(answers.LEVER_WORDS) == {make.__name__ for make in goals.LEVERS}
