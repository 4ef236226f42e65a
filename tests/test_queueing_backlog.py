"""Deferred work: the closed form against a linear programme, a simulation slot by slot, and the printed example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.queueing.backlog import required_rate, required_rate_cyclic, serve_backlog

EXAMPLE = np.array([40.0, 60, 90, 120, 110, 80, 60, 40])
amounts = st.lists(st.floats(0, 100), min_size=1, max_size=14)
deadlines = st.integers(1, 6)
quick = settings(max_examples=80, deadline=None)


def smallest_rate_by_linear_programme(arrivals, deadline, opening=0.0) -> float:
    """min r with work done per slot at most r, never ahead of its arrival, and all arrived by slot s done by s + D - 1."""
    slots = len(arrivals)
    arrived = opening + np.cumsum(arrivals)
    below = np.tril(np.ones((slots, slots)))
    not_ahead = np.hstack([below, np.zeros((slots, 1))])
    within_rate = np.hstack([np.eye(slots), -np.ones((slots, 1))])
    in_time = [np.append(-below[s + deadline - 1], 0.0) for s in range(slots - deadline + 1)]
    due = [-arrived[s] for s in range(slots - deadline + 1)]
    return linprog(
        np.append(np.zeros(slots), 1.0),
        A_ub=np.vstack([not_ahead, within_rate, *in_time]),
        b_ub=np.concatenate([arrived, np.zeros(slots), due]),
        method="highs",
    ).fun


def test_the_example_needs_two_thirds_of_the_peak():
    assert required_rate(EXAMPLE, 3) == pytest.approx(200 / 3)
    assert required_rate(EXAMPLE, 1) == 120
    padded = np.append(EXAMPLE, np.zeros(2))
    assert smallest_rate_by_linear_programme(padded, 3) == pytest.approx(200 / 3)


def test_all_of_the_example_inside_its_eight_hours_needs_more():
    assert serve_backlog(EXAMPLE, 250 / 3).closing_backlog[-1] == pytest.approx(0, abs=1e-9)
    assert serve_backlog(EXAMPLE, 83).closing_backlog[-1] > 0
    assert serve_backlog(EXAMPLE, 200 / 3).closing_backlog[-1] <= EXAMPLE[-2:].sum()


@quick
@given(amounts, deadlines, st.one_of(st.just(0.0), st.floats(0, 300)))
def test_the_bound_is_the_optimum_of_the_linear_programme(arrivals, deadline, opening):
    # Slots after the last arrival let the late work become due inside the programme.
    padded = np.append(arrivals, np.zeros(deadline - 1))
    found = required_rate(arrivals, deadline, opening)
    assert found == pytest.approx(smallest_rate_by_linear_programme(padded, deadline, opening), rel=1e-6, abs=1e-6)


@quick
@given(amounts, st.floats(0, 300))
def test_immediate_work_needs_its_peak(arrivals, opening):
    assert required_rate(arrivals, 1) == pytest.approx(max(arrivals))
    assert required_rate_cyclic(arrivals, 1) == pytest.approx(max(arrivals))


@quick
@given(amounts, st.floats(0, 300))
def test_the_bound_falls_with_the_deadline_towards_nothing(arrivals, opening):
    rates = [required_rate(arrivals, deadline, opening) for deadline in (1, 2, 3, 5, 10, 1_000_000)]
    assert all(later <= sooner * (1 + 1e-12) for sooner, later in zip(rates, rates[1:], strict=False))
    assert rates[-1] < 0.01


@quick
@given(amounts, deadlines, st.floats(0, 200))
def test_serving_at_the_bound_keeps_every_deadline(arrivals, deadline, opening):
    padded = np.append(arrivals, np.zeros(deadline - 1))
    done = np.cumsum(serve_backlog(padded, required_rate(arrivals, deadline, opening), opening).processed)
    arrived = opening + np.cumsum(arrivals)
    assert np.all(done[deadline - 1 :] >= arrived - 1e-7)


@quick
@given(amounts, deadlines)
def test_a_repeating_week_needs_what_many_weeks_in_a_row_need(week, deadline):
    many = required_rate(np.tile(week, 60), deadline)
    cyclic = required_rate_cyclic(week, deadline)
    assert many <= cyclic * (1 + 1e-12)
    assert many >= cyclic * (1 - deadline / (60 * len(week)))


@quick
@given(amounts, st.floats(0, 200), st.floats(0, 200))
def test_what_comes_in_is_done_or_left(arrivals, capacity, opening):
    found = serve_backlog(arrivals, capacity, opening)
    before = np.append(opening, found.closing_backlog[:-1])
    np.testing.assert_allclose(before + arrivals - found.processed, found.closing_backlog, atol=1e-9)
    assert np.all(found.processed <= capacity)
    assert np.all(found.closing_backlog >= 0)


def test_a_deadline_between_slots_counts_the_slots_it_fills():
    assert required_rate(EXAMPLE, 3.9) == required_rate(EXAMPLE, 3)
    assert required_rate(EXAMPLE, 0.5) == required_rate(EXAMPLE, 1)


def test_months_are_independent():
    months = np.random.default_rng(1).uniform(0, 50, (60, 336))
    opening = np.arange(60.0)
    rates, cyclic = required_rate(months, 48, opening), required_rate_cyclic(months, 48)
    served = serve_backlog(months, rates[:, None], opening)
    assert rates.shape == cyclic.shape == (60,)
    assert served.processed.shape == months.shape
    for month in (0, 17, 59):
        assert rates[month] == required_rate(months[month], 48, opening[month])
        assert cyclic[month] == required_rate_cyclic(months[month], 48)
        np.testing.assert_array_equal(served.closing_backlog[month], serve_backlog(months[month], rates[month], opening[month])[1])


@pytest.mark.parametrize(
    ("arrivals", "deadline", "words"),
    [
        ([1.0, -1.0], 2, "arrivals must be a number, at least 0"),
        ([1.0, np.nan], 2, "arrivals must be a number"),
        ([], 2, "at least one slot"),
        (3.0, 2, "at least one slot"),
        ([1.0], 0, "deadline_slots must be a number, above 0"),
    ],
)
def test_work_and_deadlines_that_make_no_sense_are_refused(arrivals, deadline, words):
    with pytest.raises(ValueError, match=words):
        required_rate(arrivals, deadline)
