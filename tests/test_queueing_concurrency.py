"""Chat: its printed example, its Markov chain, and what it shares with a telephone queue."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from planner.queueing import erlang
from planner.queueing.concurrency import chat_performance, effective_concurrency, required_chat_agents
from planner.queueing.erlang import TARGETS

LENGTHS = (480.0, 600.0, 780.0)
INF = math.inf
quick = settings(max_examples=50, deadline=None)


def test_one_two_or_three_chats_at_once_need_ten_six_or_five_agents():
    found = [int(required_chat_agents(60 / 3600, LENGTHS[:k], 0.8, 30, 240)[0]) for k in (1, 2, 3)]
    assert found == [10, 6, 5]
    five = chat_performance(60 / 3600, 5, LENGTHS, 240, 30)
    assert five.service_level == pytest.approx(0.87, abs=0.005)
    assert five.chats_per_agent == pytest.approx(2.07, abs=0.005)


def test_effective_concurrency_is_less_than_the_number_of_chats():
    assert effective_concurrency(LENGTHS[:2]) == pytest.approx(1.60)
    assert effective_concurrency(LENGTHS) == pytest.approx(1.846, abs=5e-4)
    assert effective_concurrency((300,)) == 1.0


@quick
@given(
    st.floats(0.1, 200),
    st.integers(1, 220),
    st.floats(60, 900),
    st.floats(0, 200),
    st.one_of(st.just(INF), st.floats(10, 2000)),
)
def test_one_chat_at_a_time_is_the_telephone(load, agents, aht_s, awt_s, patience_s):
    chat = chat_performance(load / aht_s, agents, (aht_s,), patience_s, awt_s)
    phone = erlang.performance(load, agents, aht_s, awt_s, patience_s)
    np.testing.assert_allclose(chat[:2] + chat[3:5], phone[:2] + phone[3:], rtol=0, atol=1e-12)
    assert chat.asa_s == pytest.approx(phone.asa_s, rel=1e-10)
    assert chat.chats_per_agent == pytest.approx(phone.occupancy, abs=1e-12)
    assert chat.busy_share == pytest.approx(phone.occupancy, abs=1e-12)


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


def chat_chain(rate, n, lengths, patience_s, awt_s) -> tuple[float, ...]:
    """(wait, service level, ASA, abandonment, chats per agent, busy share) from the generator of the balanced chain."""
    slots = len(lengths)
    full, size = n * slots, n * slots + 120

    def complete(chats: int) -> float:
        held = [chats // n + (1 if i < chats % n else 0) for i in range(n)]
        return sum(k / lengths[k - 1] for k in held if k)

    generator = np.zeros((size, size))
    for k in range(size - 1):
        generator[k, k + 1] = rate
        generator[k + 1, k] = complete(min(k + 1, full)) + max(k + 1 - full, 0) / patience_s
    generator -= np.diag(generator.sum(axis=1))
    pi = stationary(generator)
    ahead = size - full
    tagged = np.zeros((ahead + 2, ahead + 2))
    for j in range(ahead):
        tagged[j, j - 1 if j else ahead] += complete(full) + j / patience_s
        tagged[j, ahead + 1] += 1 / patience_s
    tagged -= np.diag(tagged.sum(axis=1))
    served = expm(tagged * awt_s)[:ahead, ahead]
    states = np.arange(size)
    waiting = np.maximum(states - full, 0) @ pi
    return (
        pi[full:].sum(),
        pi[:full].sum() + pi[full:] @ served,
        waiting / rate,
        waiting / patience_s / rate,
        np.minimum(states, full) @ pi / n,
        np.minimum(states, n) @ pi / n,
    )


@pytest.mark.parametrize(
    ("rate_per_s", "agents", "lengths", "patience_s", "awt_s"),
    [
        (60 / 3600, 5, LENGTHS, 240, 30),
        (60 / 3600, 3, LENGTHS, 120, 60),
        (0.01, 2, (300.0, 450.0), 500, 0),
        (0.03, 4, (200, 250, 310, 400), 90, 20),
    ],
)
def test_chat_equals_its_markov_chain(rate_per_s, agents, lengths, patience_s, awt_s):
    found = chat_performance(rate_per_s, agents, lengths, patience_s, awt_s)
    expected = chat_chain(rate_per_s, agents, lengths, patience_s, awt_s)
    np.testing.assert_allclose(found[:4] + found[5:], expected, rtol=1e-10, atol=1e-12)
    assert found.occupancy == pytest.approx(rate_per_s * (1 - found.abandonment) * lengths[-1] / (agents * len(lengths)))


def test_endless_patience_is_the_limit_of_long_patience():
    patient = chat_performance(60 / 3600, 5, LENGTHS, None, 30)
    nearly = chat_performance(60 / 3600, 5, LENGTHS, 1e9, 30)
    np.testing.assert_allclose(patient, nearly, rtol=1e-4, atol=1e-6)
    assert chat_performance(60 / 3600, 4, LENGTHS, INF, 30) == (1, 0, INF, 0, 1, 3, 1)


@quick
@given(st.floats(0.001, 0.3), st.integers(1, 60), st.floats(30, 900), st.integers(1, 3))
def test_more_agents_never_serve_worse(rate_per_s, agents, patience_s, slots):
    fewer, more = (chat_performance(rate_per_s, n, LENGTHS[:slots], patience_s, 30) for n in (agents, agents + 1))
    assert more.service_level >= fewer.service_level - 1e-12
    assert more.abandonment <= fewer.abandonment + 1e-12
    assert more.occupancy <= fewer.occupancy + 1e-12


@quick
@given(
    st.floats(0.001, 0.3),
    st.floats(0.3, 0.95),
    st.one_of(st.just(INF), st.floats(30, 900)),
    st.sampled_from([LENGTHS, (480, 600), (480,), (480, 700, 780)]),
    st.floats(0.5, 1.0),
)
def test_the_chat_requirement_is_the_fewest(rate_per_s, target, patience_s, lengths, max_occupancy):
    agents, why = required_chat_agents(rate_per_s, lengths, target, 30, patience_s, max_occupancy=max_occupancy)
    enough = chat_performance(rate_per_s, agents, lengths, patience_s, 30)
    fewer = chat_performance(rate_per_s, agents - 1, lengths, patience_s, 30)
    assert enough.service_level >= target
    assert enough.occupancy <= max_occupancy
    assert fewer.service_level < target or fewer.occupancy > max_occupancy
    assert TARGETS[why] == ("service_level" if fewer.service_level < target else "occupancy")


def test_holding_more_chats_never_needs_more_agents():
    rates = np.linspace(0.001, 0.2, 40)
    one, two, three = (required_chat_agents(rates, LENGTHS[:k], 0.8, 30, 240)[0] for k in (1, 2, 3))
    assert np.all(two <= one)
    assert np.all(three <= two)


def test_a_batch_scales_lengths_by_interval_and_equals_single_answers():
    rng = np.random.default_rng(2)
    rates, scale = np.append(rng.uniform(0, 0.3, 300), 0.0), np.append(rng.uniform(300, 700, 300), 0.0)
    factors = (1.0, 1.25, 1.625)
    agents, why = required_chat_agents(rates, factors, 0.8, 30, 240, 40, 0.05, 0.9, length_scale=scale)
    assert (agents[-1], why[-1]) == (0, -1)
    for i in range(0, 300, 7):
        lengths = [scale[i] * factor for factor in factors]
        alone = required_chat_agents(rates[i], lengths, 0.8, 30, 240, 40, 0.05, 0.9)
        assert (agents[i], why[i]) == alone


def test_a_crowd_of_idle_agents_is_told_without_overflow():
    found = chat_performance(0.5, 3000, LENGTHS, 240, 30)
    assert found.wait_probability == 0
    assert found.service_level == 1
    assert found.chats_per_agent * 3000 == pytest.approx(0.5 * 480, rel=1e-6)


def test_without_chats_nobody_waits_and_without_agents_nobody_is_served():
    assert chat_performance(0, 0, LENGTHS, 240, 30) == (0, 1, 0, 0, 0, 0, 0)
    assert chat_performance(0.1, 0, LENGTHS, 240, 30)[:5] == (1, 0, 240, 1, 1)
    assert chat_performance(0.1, 0, LENGTHS, None, 30)[:5] == (1, 0, INF, 0, 1)


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ((480, 960), "completes no more per hour"),
        ((480, 600, 900), "length at 3 must be below 900"),
        ((), "must be a row"),
        ((0,), "above 0"),
        ((math.nan,), "must be a number"),
    ],
)
def test_lengths_that_make_a_further_chat_useless_are_refused(lengths, words):
    with pytest.raises(ValueError, match=words):
        chat_performance(0.01, 5, lengths, 240, 30)


def test_targets_that_no_number_of_agents_meets_are_refused():
    with pytest.raises(ValueError, match="target must be below 1"):
        required_chat_agents(0.01, LENGTHS, 1.0, 30, 240)
    with pytest.raises(ValueError, match="agents must be whole"):
        chat_performance(0.01, 2.5, LENGTHS, 240, 30)
