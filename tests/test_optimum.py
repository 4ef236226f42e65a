"""What is said of a search: words, tables and charts that follow from the solution, and from nothing else."""

from dataclasses import replace
from functools import lru_cache
from typing import get_args

import numpy as np
import pytest
from plotly.graph_objects import Figure

from planner import limits
from planner import scenario as scenarios
from planner.optimisation import LimitName
from planner.optimiser import Kind, Outcome, Progress
from planner.optimiser.diagnose import NAMES, WORDS
from planner.optimiser.moves import Move, moves
from planner.optimiser.outcome import Worth
from planner.optimiser.wish import Wish
from planner.optimiser.worth import ONE_MORE
from planner.plan import project
from planner.report import optimum, optimum_charts, words
from tests.conftest import planned, shipped
from tests.scenarios import build
from tests.test_optimiser import conflicting, small, solved

TOLD = (Progress(0.5, None, None), Progress(1.0, None, 160e6), Progress(2.0, 150e6, 158e6), Progress(5.0, 153e6, 154e6))


@lru_cache
def found():
    """A plan that beats the baseline, proved within a second."""
    return solved(small(("groups.0.stated_heads", {"start": 6, "add_monthly": 1}), ("finance", {"contractors_max_fte": 0.5}), months=8))


@lru_cache
def proved():
    return solved(small())


# Words


def test_the_headline_tells_the_saving_and_the_sentence_both_gaps():
    solution = replace(found(), outcome=Outcome(Kind.BEST_FOUND, gap=0.0123, ended="time"), bound=100.0, charged=101.245, unavoidable=51.245)
    told = optimum.outcome(solution, Wish())
    assert words.money(solution.saving, "USD") in told.headline
    assert "1.2 % of it all, or 2.5 % of the money that decisions can still change" in told.sentence


def test_without_a_bound_the_nearness_is_not_known():
    solution = replace(found(), outcome=Outcome(Kind.BEST_FOUND, ended="time"), bound=None)
    assert "is not known" in optimum.outcome(solution, Wish()).sentence


def test_a_plan_that_is_the_baseline_is_not_called_better():
    same = replace(found(), plan=found().baseline)
    assert optimum.outcome(replace(same, outcome=Outcome(Kind.BEST_FOUND, gap=0.1, ended="time")), Wish()).headline == "Nothing better than the baseline yet"
    assert "already the cheapest" in optimum.outcome(replace(same, outcome=Outcome(Kind.PROVED_OPTIMAL, gap=0.0)), Wish()).headline
    assert optimum.baseline_was_better(same.plan, same.baseline) == "The baseline was better in nothing."


def test_the_best_service_is_not_told_in_money_that_nobody_pays():
    solution = replace(found(), outcome=Outcome(Kind.BEST_FOUND, gap=0.2, ended="time"))
    told = optimum.outcome(solution, Wish("best_service"))
    assert told.headline.startswith("Best service found")
    assert "priced beyond all else, no plan can be more than 20 % better" in told.sentence


def test_the_table_beside_the_baseline_adds_up():
    solution = found()
    amounts = optimum.amounts(solution.plan, solution.baseline)
    total = amounts.pop("All, price of shortage included")
    assert sum(ours for ours, _ in amounts.values()) == pytest.approx(total[0])
    assert sum(theirs for _, theirs in amounts.values()) == pytest.approx(total[1])
    assert total == (pytest.approx(solution.plan.cost.sum()), pytest.approx(solution.baseline.cost.sum()))
    table = optimum.beside_baseline(solution.plan, solution.baseline)
    assert len({len(column) for column in table.values()}) == 1


def test_where_the_baseline_is_better_is_said_item_by_item_and_in_months_short():
    scenario = shipped("centre_600")
    base = planned(scenario)
    decided = base.decisions
    worse = project(scenario, replace(decided, starts=decided.starts * 0, classes=decided.classes * 0))
    told = optimum.baseline_was_better(worse, base)
    assert "fewer months short" in told
    assert "FTE-months less missing" in told
    assert "the price of shortage" in told


def test_months_are_told_as_spans():
    labels = [f"2027-{month:02d}" for month in range(1, 13)] + [f"2028-{month:02d}" for month in range(1, 13)]
    assert optimum.spans_of((0,), labels) == "Jan 2027"
    assert optimum.spans_of((10, 11, 12), labels) == "Nov 2027 to Jan 2028"
    assert optimum.spans_of((0, 2, 4, 6, 8), labels).endswith("and 2 more times")


def test_every_limit_that_can_bind_or_clash_has_a_name_for_people():
    assert {limit.__name__ for limit in limits.LIMITS} <= set(optimum.LIMITS)
    assert set(ONE_MORE) | {"notice"} <= set(optimum.LIMITS)
    assert set(get_args(LimitName)) == set(NAMES) == set(WORDS)


def test_what_one_more_is_worth_is_told_with_how_it_is_known():
    one = Worth("rooms", "Tampa", "one training room", 500.0, 400.0)
    other = Worth("overtime", "sales", "one FTE of overtime", 300.0)
    table = optimum.worth_table(replace(found(), worth=(one, other)))
    assert table["Saves over the plan"] == ["$400", "$300"]
    assert table["Known by"] == ["solving again with one more", "its shadow price"]
    assert optimum.worth_words(replace(found(), worth=(one, other))) == "One training room (Tampa) would save most: $400 over the plan."
    assert "would save nothing" in optimum.worth_words(replace(found(), worth=()))


def test_changes_of_assumptions_are_told_with_both_values():
    before = shipped("centre_600")
    after = scenarios.changed(before, {"levers.attrition_change": 0.2, "finance.on_cost": 0.3})
    told = optimum.changes(before, after)
    assert any(line.startswith("Change of attrition: ") for line in told)
    assert any(line.startswith("On-cost: 0.25 → 0.3") for line in told)
    assert optimum.changes(before, before) == []


def test_moves_are_counted_by_kind_and_tell_how_many_more_start():
    solution = found()
    moved = moves(solution.baseline.scenario, solution.baseline.decisions, solution.decisions)
    told = optimum.moves_words(moved)
    assert told.startswith(f"{len(moved)} decisions in ")
    change = float(solution.decisions.starts.sum() - solution.baseline.decisions.starts.sum())
    assert f"{abs(change):,.0f}" in told or "As many people start" in told
    assert optimum.moves_words(()) == "No decision moves."
    table = optimum.moves_table(solution.baseline.months, (Move(0, "overtime", "care", 0.25, 1.5), Move(2, "starts", "care from boards", 4.0, 0.0)))
    assert table["Before"] == ["0.2", "4"]
    assert table["Change"] == ["+1.2", "-4.0"]


def test_the_lines_for_the_terminal_hold_everything_the_page_says():
    told = "\n".join(optimum.lines(found(), Wish()))
    for words_of in ("the baseline", "The baseline was better in", "No room for one more"):
        assert words_of in told
    clash = "\n".join(optimum.lines(solved(conflicting()), Wish()))
    assert "The limits that clash: service floor, overtime and contractors." in clash
    assert "The cheapest way out by your priorities:" in clash


# Charts


def drawable(figure: Figure) -> None:
    """Its properties are known to Plotly, and nothing in it is undefined."""
    Figure(figure.to_dict())
    for trace in figure.data:
        assert np.isfinite(np.array([value for value in trace["y"] if not isinstance(value, str)], dtype=float)).all()


@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_of_a_search_can_be_drawn(dark):
    solution = found()
    drawable(optimum_charts.gap_closing(TOLD, "USD", dark))
    drawable(optimum_charts.gap_closing(TOLD[:1], "USD", dark))
    drawable(optimum_charts.starts_beside(solution.plan, solution.baseline, "Baseline", dark))
    drawable(optimum_charts.binding_strip(solution, dark))
    drawable(optimum_charts.saved_by_item(solution.plan, solution.baseline, dark))


def test_the_gap_chart_draws_bound_and_best_where_they_are_known():
    figure = optimum_charts.gap_closing(TOLD, "USD")
    bound, best = figure.data
    assert list(bound["y"]) == [150e6, 153e6]
    assert list(best["y"]) == [160e6, 158e6, 154e6]
    assert list(best["x"]) == [1.0, 2.0, 5.0]


def test_the_strip_fills_the_months_in_which_a_limit_binds():
    solution = found()
    strip = optimum_charts.binding_strip(solution).data[0]
    filled = {name: tuple(np.flatnonzero(row)) for name, row in zip(strip["y"], strip["z"], strict=True)}
    assert filled == {optimum.LIMITS[name]: months for name, months in solution.binding.items()}


def test_bars_of_what_is_saved_are_the_differences_of_the_table():
    solution = found()
    bars = optimum_charts.saved_by_item(solution.plan, solution.baseline).data[0]
    amounts = optimum.amounts(solution.plan, solution.baseline)
    for name, value in zip(bars["y"], bars["x"], strict=True):
        ours, theirs = amounts[name]
        assert value == pytest.approx(theirs - ours)


def test_a_proved_small_plan_has_words_without_a_number_that_is_none():
    told = " ".join(optimum.lines(proved(), Wish()))
    assert "None" not in told
    assert "nan" not in told
    assert build(small()).finance.currency == "USD"
