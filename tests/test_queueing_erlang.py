"""Erlang B, C and A against a 50-digit table, an explicit Markov chain, published examples, and the laws that they obey."""

import csv
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import expm

from planner.queueing import _arrays, erlang
from planner.queueing.erlang import TARGETS, performance, required_agents, required_with_binding

GOLDEN = Path(__file__).parent / "golden"
INF = math.inf

loads = st.floats(0.05, 400)
handle_times = st.floats(60, 900)
patiences = st.one_of(st.floats(10, 2000), st.just(INF))
waits = st.one_of(st.just(0.0), st.floats(1, 300))
goals = st.floats(0.05, 0.99)
quick = settings(max_examples=60, deadline=None)


def table(name: str) -> dict[str, np.ndarray]:
    """The columns of a golden file; text and blanks become NaN."""
    with (GOLDEN / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    def number(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return math.nan

    return {key: np.array([number(row[key]) for row in rows]) for key in rows[0]}


# --- the table -------------------------------------------------------------------------------------------------------


def test_erlang_b_matches_every_row_of_the_50_digit_table():
    rows = table("erlang_b")
    found = erlang.erlang_b(rows["offered_load_erlang"], rows["servers_count"])
    np.testing.assert_allclose(found, rows["blocking_prob"], rtol=1e-12, atol=1e-300)


def test_erlang_c_matches_every_row_of_the_50_digit_table():
    rows = table("erlang_c")
    a, n = rows["offered_load_erlang"], rows["agents_count"]
    np.testing.assert_allclose(erlang.erlang_c(a, n), rows["p_wait"], rtol=1e-12, atol=1e-300)
    found = performance(a, n, rows["aht_s"], 20)
    np.testing.assert_allclose(found.wait_probability, rows["p_wait"], rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(found.asa_s, rows["asa_s"], rtol=1e-12, atol=1e-300)
    stable = rows["stable_bool"] == 1
    np.testing.assert_allclose(found.occupancy[stable], rows["occupancy_frac"][stable], rtol=1e-12)


def test_fractional_agents_match_every_row_of_the_table():
    rows = table("erlang_bc_fractional_agents")
    a, n = rows["offered_load_erlang"], rows["agents_real"]
    found = performance(a, n, rows["aht_s"], rows["threshold_s"])
    np.testing.assert_allclose(erlang.erlang_b(a, n), rows["blocking_prob"], rtol=1e-12)
    np.testing.assert_allclose(erlang.erlang_c(a, n), rows["p_wait"], rtol=1e-12)
    np.testing.assert_allclose(found.asa_s, rows["asa_s"], rtol=1e-12)
    np.testing.assert_allclose(found.service_level, rows["service_level_frac"], rtol=0, atol=1e-12)


def test_erlang_c_service_level_matches_every_row_of_the_table():
    rows = table("erlang_c_sl")
    found = performance(rows["offered_load_erlang"], rows["agents_count"], rows["aht_s"], rows["threshold_s"])
    np.testing.assert_allclose(found.service_level, rows["service_level_frac"], rtol=0, atol=1e-12)


def test_erlang_a_matches_every_row_of_the_table():
    rows = table("erlang_a")
    found = performance(rows["offered_load_erlang"], rows["agents_count"], rows["aht_s"], 20, rows["mean_patience_s"])
    np.testing.assert_allclose(found.wait_probability, rows["p_wait"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.abandonment, rows["p_abandon"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.occupancy, rows["occupancy_frac"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.asa_s, rows["mean_wait_all_s"], rtol=1e-12, atol=1e-300)


def test_erlang_a_service_level_matches_every_row_of_the_table():
    rows = table("erlang_a_sl")
    found = performance(
        rows["offered_load_erlang"],
        rows["agents_count"],
        rows["aht_s"],
        rows["threshold_s"],
        rows["mean_patience_s"],
    )
    np.testing.assert_allclose(found.service_level, rows["sl_served_within_T_over_offered"], rtol=0, atol=1e-12)


def test_every_erlang_b_staffing_of_the_table_is_found():
    rows = table("staffing_erlang_b")
    found = erlang.required_servers_for_blocking(rows["offered_load_erlang"], rows["target_blocking_frac"])
    np.testing.assert_array_equal(found, rows["min_servers_count"])


def test_every_erlang_c_staffing_of_the_table_is_found():
    rows = table("staffing_erlang_c")
    found = required_agents(rows["offered_load_erlang"], rows["aht_s"], rows["target_service_level_frac"], rows["threshold_s"])
    np.testing.assert_array_equal(found, rows["min_agents_count"])


def test_every_erlang_a_staffing_of_the_table_is_found():
    rows = table("staffing_erlang_a")
    found = required_agents(
        rows["offered_load_erlang"],
        rows["aht_s"],
        rows["target_service_level_frac"],
        rows["threshold_s"],
        rows["mean_patience_s"],
    )
    np.testing.assert_array_equal(found, rows["min_agents_count"])


# --- an independent oracle: the Markov chain itself ------------------------------------------------------------------------


def stationary(generator: np.ndarray) -> np.ndarray:
    """The stationary law of a Markov chain by elimination without subtractions (Grassmann, Taksar & Heyman 1985)."""
    rates = generator.copy()
    for k in range(len(rates) - 1, 0, -1):
        rates[:k, k] /= rates[k, :k].sum()
        rates[:k, :k] += np.outer(rates[:k, k], rates[k, :k])
    pi = np.ones(len(rates))
    for k in range(1, len(rates)):
        pi[k] = pi[:k] @ rates[:k, k]
    return pi / pi.sum()


def markov_chain(load: float, n: int, aht_s: float, awt_s: float, patience_s: float) -> tuple[float, ...]:
    """(wait, service level, ASA, abandonment, occupancy) from a generator matrix, the tagged contact's wait by its matrix exponential."""
    arrive, serve, leave = load / aht_s, 1 / aht_s, 1 / patience_s
    size = n + 150
    up = np.full(size - 1, arrive)
    down = np.array([min(k, n) * serve + max(k - n, 0) * leave for k in range(1, size)])
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    pi = stationary(generator)
    ahead = size - n
    # A tagged contact with j ahead: one of them goes, it gives up, or (j = 0) an agent frees up and it is served.
    tagged = np.zeros((ahead + 2, ahead + 2))
    for j in range(ahead):
        tagged[j, j - 1 if j else ahead] += n * serve + j * leave
        tagged[j, ahead + 1] += leave
    tagged -= np.diag(tagged.sum(axis=1))
    served = expm(tagged * awt_s)[:ahead, ahead]
    waiting = np.maximum(np.arange(size) - n, 0) @ pi
    lost = leave * waiting / arrive
    busy = np.minimum(np.arange(size), n) @ pi
    return pi[n:].sum(), pi[:n].sum() + pi[n:] @ served, waiting / arrive, lost, busy / n


@pytest.mark.parametrize(
    ("load", "agents", "aht_s", "awt_s", "patience_s"),
    [
        (3.7, 4, 300, 20, 180),
        (3.7, 2, 300, 60, 90),
        (8, 11, 120, 0, 60),
        (10, 6, 240, 30, 240),
        (0.4, 1, 500, 100, 700),
    ],
)
def test_erlang_a_equals_its_markov_chain(load, agents, aht_s, awt_s, patience_s):
    expected = markov_chain(load, agents, aht_s, awt_s, patience_s)
    np.testing.assert_allclose(performance(load, agents, aht_s, awt_s, patience_s), expected, rtol=1e-10, atol=1e-12)


# --- examples in print ------------------------------------------------------------------------------------------------------


def test_the_textbook_values_of_erlang_b_and_c():
    assert erlang.erlang_b(5, 10) == pytest.approx(0.0183846, abs=5e-8)
    assert erlang.erlang_c(5, 10) == pytest.approx(0.0361054, abs=5e-8)


def test_a_hundred_calls_per_half_hour_need_21_agents_and_with_patience_19():
    load = 100 * 300 / 1800
    assert required_agents(load, 300, 0.8, 20) == 21
    assert required_agents(load, 300, 0.8, 20, 180) == 19
    found = performance(load, 20, 300, 20)
    assert (found.wait_probability, found.asa_s, found.service_level) == pytest.approx((0.3381, 30.4, 0.729), abs=0.05)
    found = performance(load, 19, 300, 20, 180)
    assert found[:2] + (found.abandonment,) == pytest.approx((0.2825, 0.8066, 0.0535), abs=5e-5)


@pytest.mark.parametrize(
    ("limits", "agents", "binding"),
    [
        ({}, 382, "service_level"),
        ({"max_abandonment": 0.03}, 395, "abandonment"),
        ({"max_abandonment": 0.02}, 402, "abandonment"),
        ({"max_occupancy": 0.88}, 455, "occupancy"),
        ({"max_asa_s": 1.0}, None, "asa"),
    ],
)
def test_a_large_centre_is_bound_by_the_target_that_needs_the_most(limits, agents, binding):
    found, why = required_with_binding(400, 300, 0.8, 20, 180, **limits)
    assert TARGETS[why] == binding
    assert agents is None or found == agents
    assert erlang.binding_target(400, found, 300, 0.8, 20, 180, **limits) == why


def test_erlang_a_searches_below_the_load_and_meets_a_cap_with_fewer():
    assert required_agents(500, 300, 0.8, 20, 60) == 425
    assert required_agents(500, 300, None, 20, 60, max_occupancy=0.95) == 523
    assert required_agents(500, 300, None, 20, max_occupancy=0.95) == 527


@pytest.mark.parametrize(
    ("load", "cv", "fixed", "realised", "expected", "ninety"),
    [
        (100 / 6, 0.08, 19, 0.793, 20, 21),
        (100, 0.08, 100, 0.755, 103, 110),
        (400, 0.08, 382, 0.700, 395, 421),
        (400, 0.16, 382, 0.597, 422, 460),
    ],
)
def test_a_random_day_needs_more_agents_than_its_mean(load, cv, fixed, realised, expected, ninety):
    assert required_agents(load, 300, 0.8, 20, 180) == fixed
    assert erlang.expected_service_level(load, fixed, 300, 20, 180, cv) == pytest.approx(realised, abs=5e-4)
    assert erlang.required_agents_expected(load, 300, 0.8, 20, 180, cv) == expected
    assert required_agents(stats.gamma.ppf(0.9, cv**-2, scale=load * cv**2), 300, 0.8, 20, 180) == ninety


def test_square_root_staffing_reproduces_the_printed_betas():
    wait = erlang.halfin_whitt_wait_probability(np.array([1.420, 1.062, 0.829, 0.506]))
    np.testing.assert_allclose(wait, [0.1, 0.2, 0.3, 0.5], atol=5e-4)
    agents = erlang.square_root_agents(np.array([16.67, 100, 400, 1000]), 1.062)
    np.testing.assert_allclose(agents, [21.0, 110.6, 421.2, 1033.6], atol=0.05)


def test_the_many_server_approximation_with_abandonment_reproduces_its_example():
    assert erlang.garnett(100, 105, 300, 180) == pytest.approx((0.271, 0.0230), abs=5e-4)
    exact = performance(100, 105, 300, 20, 180)
    assert (exact.wait_probability, exact.abandonment) == pytest.approx((0.285, 0.0238), abs=5e-4)


# --- laws (numbered as in the model) ------------------------------------------------------------------------------------------


@quick
@given(loads, st.integers(1, 450), handle_times, waits, patiences)
def test_more_agents_or_less_load_never_make_service_worse(load, agents, aht_s, awt_s, patience_s):
    base = performance(load, agents, aht_s, awt_s, patience_s)
    for better in (
        performance(load, agents + 1, aht_s, awt_s, patience_s),
        performance(load * 0.97, agents, aht_s, awt_s, patience_s),
    ):
        assert better.service_level >= base.service_level - 1e-12
        assert better.asa_s <= base.asa_s * (1 + 1e-12)
        assert better.abandonment <= base.abandonment + 1e-12
        assert better.occupancy <= base.occupancy + 1e-12


@quick
@given(loads, st.integers(0, 450))
def test_waiting_is_at_least_as_likely_as_blocking_and_certain_up_to_the_load(load, agents):
    wait = erlang.erlang_c(load, agents)
    assert wait >= erlang.erlang_b(load, agents) * (1 - 1e-12)
    assert (wait == 1.0) == (agents <= load)


def test_endless_patience_is_erlang_c_and_none_is_erlang_b():
    load = 100 / 6
    assert performance(load, 19, 300, 20, 1e10).service_level == pytest.approx(performance(load, 19, 300, 20).service_level, abs=1e-6)
    assert performance(load, 19, 300, 20).service_level == pytest.approx(0.5883, abs=5e-5)
    assert performance(load, 19, 300, 20, 1e-7).abandonment == pytest.approx(erlang.erlang_b(load, 19), abs=1e-6)


def test_patience_as_long_as_a_call_gives_a_poisson_number_of_contacts():
    load = 100 / 6
    assert performance(load, 19, 300, 20, 300).wait_probability == pytest.approx(stats.poisson.sf(18, load), abs=1e-13)


@quick
@given(loads, st.integers(1, 450), handle_times, st.floats(10, 2000))
def test_what_is_not_abandoned_is_carried_and_waits_obey_littles_law(load, agents, aht_s, patience_s):
    found = performance(load, agents, aht_s, 20, patience_s)
    assert found.occupancy * agents == pytest.approx(load * (1 - found.abandonment), rel=1e-10, abs=1e-12)
    assert found.asa_s == pytest.approx(found.abandonment * patience_s, rel=1e-12)


def test_an_overloaded_queue_loses_what_exceeds_its_capacity():
    lost = performance(25, 20, 300, 20, 180).abandonment
    assert lost == pytest.approx(0.223, abs=5e-4)
    assert performance(2500, 2000, 300, 20, 180).abandonment == pytest.approx(0.2, abs=1e-3)


@quick
@given(loads, handle_times, goals, waits, patiences, st.floats(0.1, 10))
def test_time_has_no_unit(load, aht_s, target, awt_s, patience_s, scale):
    found = performance(load, math.ceil(load) + 1, aht_s, awt_s, patience_s)
    scaled = performance(load, math.ceil(load) + 1, aht_s * scale, awt_s * scale, patience_s * scale)
    assert scaled.service_level == pytest.approx(found.service_level, abs=1e-11)
    assert scaled.asa_s == pytest.approx(found.asa_s * scale, rel=1e-9)


@quick
@given(st.floats(0.5, 200), st.floats(0.5, 200), handle_times, st.floats(0.8, 0.97), st.floats(0, 60), patiences)
def test_one_pool_never_needs_more_than_two(one, other, aht_s, target, awt_s, patience_s):
    together = required_agents(one + other, aht_s, target, awt_s, patience_s)
    assert together <= required_agents(one, aht_s, target, awt_s, patience_s) + required_agents(other, aht_s, target, awt_s, patience_s)


@quick
@given(loads, handle_times, waits, patiences)
def test_service_level_starts_at_one_minus_waiting_and_grows_with_time(load, aht_s, awt_s, patience_s):
    agents = math.ceil(load * 0.9) + 1
    at_once, later = performance(load, agents, aht_s, np.array([0.0, awt_s]), patience_s).service_level
    wait = performance(load, agents, aht_s, 0, patience_s).wait_probability
    assert at_once == pytest.approx(1 - wait, abs=1e-12)
    assert later >= at_once - 1e-12


limit_sets = st.fixed_dictionaries(
    {},
    optional={
        "max_occupancy": st.floats(0.3, 0.99),
        "max_abandonment": st.floats(0.001, 0.5),
        "max_asa_s": st.floats(0.5, 200),
    },
)


@settings(max_examples=200, deadline=None)
@given(loads, handle_times, st.one_of(st.none(), goals), waits, patiences, limit_sets)
def test_the_requirement_meets_every_target_and_one_fewer_misses_the_binding_one(load, aht_s, target, awt_s, patience_s, limits):
    agents, why = required_with_binding(load, aht_s, target, awt_s, patience_s, **limits)
    assert met(performance(load, agents, aht_s, awt_s, patience_s), target, limits)
    if agents > 0:
        fewer = performance(load, agents - 1, aht_s, awt_s, patience_s)
        unstable = patience_s == INF and agents - 1 <= load
        assert unstable or not met(fewer, target, limits)
        assert why == erlang.binding_target(load, agents, aht_s, target, awt_s, patience_s, **limits)
    else:
        assert why == -1


def met(found, target, limits) -> bool:
    return bool(
        found.service_level >= (target or 0.0)
        and found.occupancy <= limits.get("max_occupancy", 1.0)
        and found.abandonment <= limits.get("max_abandonment", 1.0)
        and found.asa_s <= limits.get("max_asa_s", INF)
    )


# --- batches ----------------------------------------------------------------------------------------------------------------------


def intervals(seed: int, size: int) -> dict[str, np.ndarray]:
    """Intervals as a plan has them: runs of equal parameters, repeated and zero loads, and some of everything."""
    rng = np.random.default_rng(seed)
    run = rng.integers(0, 6, size).cumsum() // 40 if seed % 2 else np.arange(size)
    runs = run.max() + 1
    return {
        "load": np.where(rng.random(size) < 0.05, 0.0, rng.choice(rng.uniform(0.1, 300, 150), size)),
        "aht_s": rng.uniform(120, 600, runs)[run],
        "target": rng.choice([0.0, 0.5, 0.8, 0.95], runs)[run],
        "awt_s": rng.choice([0.0, 20.0, 600.0], runs)[run],
        "patience_s": rng.choice([30.0, 180.0, 900.0, INF], runs)[run],
        "max_occupancy": rng.choice([0.8, 0.9, 1.0], runs)[run],
        "max_abandonment": rng.choice([0.02, 0.1, 1.0], runs)[run],
        "max_asa_s": rng.choice([5.0, 60.0, INF], runs)[run],
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_a_batch_gives_what_each_interval_gives_alone(seed):
    batch = intervals(seed, 1500)
    agents, why = required_with_binding(**batch)
    for i in range(0, agents.size, 3):
        alone = required_with_binding(**{key: values[i] for key, values in batch.items()})
        assert (agents[i], why[i]) == alone


def test_the_quick_search_agrees_with_the_exact_one_everywhere():
    rng = np.random.default_rng(5)
    load, aht_s = rng.uniform(0.1, 3000, 3000), rng.uniform(60, 900, 3000)
    found = required_agents(load, aht_s, 0.8, 20)
    assert np.all(performance(load, found, aht_s, 20).service_level >= 0.8)
    assert np.all(performance(load, found - 1, aht_s, 20).service_level < 0.8)
    found = required_agents(load, aht_s, 0.8, 20, 200)
    assert np.all(performance(load, found, aht_s, 20, 200).service_level >= 0.8)
    assert np.all(performance(load, found - 1, aht_s, 20, 200).service_level < 0.8)


@pytest.mark.parametrize("patience_s", [INF, 150.0])
def test_a_target_exactly_at_a_level_is_met_and_just_above_it_is_not(patience_s):
    for load in (0.3, 7.9, 8.0, 33.3, 250.0, 1500.0):
        agents = math.ceil(load) + 2
        level = performance(load, agents, 240, 15, patience_s).service_level
        assert required_agents(load, 240, level, 15, patience_s) == agents
        assert required_agents(load, 240, np.nextafter(level, 2), 15, patience_s) == agents + 1


@pytest.mark.parametrize(("low", "high"), [(8, 12), (12, 200), (200, 1100), (1100, 20_000)])
def test_the_quick_search_starts_closer_than_the_margin_it_rechecks(low, high):
    kernels = erlang._kernels()
    for load in np.random.default_rng(7).uniform(low, high, 200):
        nearest = int(load + 0.5)
        quick_start = kernels.inverse_blocking_near(nearest, load - nearest, erlang._diagonal())
        assert quick_start == pytest.approx(kernels.inverse_blocking(load, nearest, 0.0, 1.0), rel=kernels.CLOSE / 4)


def test_many_threads_may_ask_at_once():
    batch = intervals(1, 3000)
    expected, _ = required_with_binding(**batch)
    with ThreadPoolExecutor(6) as pool:
        for found, _ in pool.map(lambda _: required_with_binding(**batch), range(24)):
            np.testing.assert_array_equal(found, expected)


def test_large_batches_are_divided_and_keep_their_order(monkeypatch):
    load = np.random.default_rng(3).uniform(0, 200, 250_000)
    whole = required_agents(load, 300, 0.8, 20)
    whole_a = required_agents(load, 300, 0.8, 20, 180)
    monkeypatch.setattr(_arrays, "processors", lambda: 3)
    np.testing.assert_array_equal(required_agents(load, 300, 0.8, 20), whole)
    np.testing.assert_array_equal(required_agents(load, 300, 0.8, 20, 180), whole_a)


def test_numbers_give_numbers_and_arrays_broadcast():
    assert isinstance(required_agents(10, 300, 0.8, 20), int)
    assert isinstance(erlang.erlang_b(10, 12), float)
    assert isinstance(performance(10, 12, 300, 20).asa_s, float)
    assert required_agents(np.ones((3, 1)), 300, [0.5, 0.8], 20).shape == (3, 2)
    assert performance(np.ones((3, 1)), 2, 300, [10, 20], 60).service_level.shape == (3, 2)
    assert required_agents(np.array([]), 300, 0.8, 20).shape == (0,)
    assert required_agents(np.array([]), 300, 0.8, 20, 60).shape == (0,)


# --- edges and refusals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience_s", [INF, 180, None])
def test_without_load_nobody_waits_and_nobody_is_needed(patience_s):
    assert performance(0, 0, 300, 20, patience_s) == (0, 1, 0, 0, 0)
    agents, why = required_with_binding(0, 0, 0.8, 20, patience_s)
    assert (agents, why) == (0, -1)


def test_without_agents_everybody_waits_or_gives_up():
    assert performance(5, 0, 300, 20) == (1, 0, INF, 0, 1)
    assert performance(5, 0, 300, 20, 180) == (1, 0, 180, 1, 1)


def test_without_any_target_erlang_c_needs_stability_and_erlang_a_nobody():
    agents, why = required_with_binding(10, 300, None, 20)
    assert (agents, TARGETS[why]) == (11, "occupancy")
    assert required_with_binding(10, 300, 0, 20, 180) == (0, -1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": 1.0}, "target must be below 1"),
        ({"max_abandonment": 0.0}, "max_abandonment must be above 0"),
        ({"max_asa_s": 0.0}, "max_asa_s must be above 0"),
        ({"max_occupancy": 0.0}, "max_occupancy must be above 0"),
        ({"load": -1}, "load must be a number, at least 0"),
        ({"load": [1.0, math.nan]}, "load must be a number"),
        ({"load": INF}, "load must be a number"),
        ({"aht_s": 0}, "aht_s must be above 0 where there is load"),
        ({"awt_s": math.nan}, "awt_s must be a number"),
        ({"patience_s": 0}, "patience_s must be a number, above 0"),
        ({"target": math.nan}, "target must be a number"),
        ({"max_occupancy": 1.5}, "max_occupancy must be a number"),
        ({"max_occupancy": 1e-12}, "thousand million"),
    ],
)
def test_what_no_number_of_agents_meets_or_is_no_number_is_refused(changes, words):
    inputs = {"load": 10.0, "aht_s": 300.0, "target": 0.8, "awt_s": 20.0, "patience_s": 180.0} | changes
    with pytest.raises(ValueError, match=words):
        required_agents(**inputs)


def test_fractional_agents_with_patience_are_refused():
    with pytest.raises(ValueError, match="whole where patience is finite"):
        performance(10, 10.5, 300, 20, 180)
    with pytest.raises(ValueError, match="whole where the load is random"):
        erlang.expected_service_level(10, 10.5, 300, 20, 180, 0.1)


# --- random loads -----------------------------------------------------------------------------------------------------------------


def expected_by_summation(load, agents, aht_s, awt_s, patience_s, cv) -> tuple[float, ...]:
    """Call-weighted (service level, abandonment) over a fine grid of gamma quantiles' midpoints."""
    days = stats.gamma(cv**-2, scale=load * cv**2)
    edges = np.linspace(days.ppf(1e-14), days.isf(1e-14), 40_001)
    middle, step = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    weight = middle * days.pdf(middle) * step / load
    found = performance(middle, agents, aht_s, awt_s, patience_s)
    return float(weight @ found.service_level), float(weight @ found.abandonment)


@pytest.mark.parametrize(
    ("load", "agents", "patience_s", "cv"),
    [
        (0.5, 1, 180, 0.3),
        (16, 18, 60, 0.08),
        (60, 50, 600, 0.4),
        (60, 66, INF, 0.1),
        (300, 310, 180, 0.02),
        (5, 9, INF, 1.0),
    ],
)
def test_expected_performance_equals_a_fine_summation_over_days(load, agents, patience_s, cv):
    found = erlang.expected_performance(load, agents, 300, 20, patience_s, cv)
    level, lost = expected_by_summation(load, agents, 300, 20, patience_s, cv)
    assert found.service_level == pytest.approx(level, abs=2e-7)
    assert found.abandonment == pytest.approx(lost, abs=2e-7)
    if patience_s < INF:
        assert found.occupancy == pytest.approx(load * (1 - found.abandonment) / agents)


@quick
@given(
    st.floats(1, 150),
    handle_times,
    st.floats(0.3, 0.95),
    st.floats(30, 900),
    st.floats(0.02, 0.5),
    limit_sets,
)
def test_the_expected_requirement_is_the_fewest(load, aht_s, target, patience_s, cv, limits):
    agents, why = erlang.required_expected_with_binding(load, aht_s, target, 20, patience_s, cv, **limits)
    assert met(erlang.expected_performance(load, agents, aht_s, 20, patience_s, cv), target, limits)
    assert not met(erlang.expected_performance(load, agents - 1, aht_s, 20, patience_s, cv), target, limits)
    assert why >= 0


def test_a_certain_load_is_the_limit_of_a_random_one():
    batch = intervals(1, 400) | {"patience_s": np.full(400, 180.0)}
    certain = required_with_binding(**batch)
    again = erlang.required_expected_with_binding(**batch, day_cv=np.zeros(400))
    np.testing.assert_array_equal(certain, again)
    mixed = erlang.required_agents_expected(**batch, day_cv=np.where(np.arange(400) % 2, 0.0, 0.2))
    np.testing.assert_array_equal(mixed[1::2], certain[0][1::2])


def test_with_endless_patience_a_random_load_needs_more_than_its_mean():
    assert erlang.required_agents_expected(100, 300, None, 20, INF, 0.1) == 101
    assert erlang.required_agents_expected(100, 300, 0.8, 20, INF, 0.1) > required_agents(100, 300, 0.8, 20)
    with pytest.raises(ValueError, match="some days queue without end"):
        erlang.required_agents_expected(100, 300, 0.8, 20, INF, 0.1, max_asa_s=30)


def test_patience_is_queue_time_per_abandoned_contact():
    assert erlang.patience_from_log(50, 9000) == 180
    with pytest.raises(ValueError, match="at least one abandoned"):
        erlang.patience_from_log(0, 100)
