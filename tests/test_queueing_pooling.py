"""Teams together or apart, transfers and several skills: worked numbers, properties, and calls routed one by one."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.queueing import erlang
from planner.queueing.pooling import (
    Service,
    Transfers,
    agents_for,
    generalist_aht_s,
    generalists_for,
    largest_penalty,
    penalty_by_square_root,
    pooled_and_apart,
    safety_saved,
    subset_surplus,
    two_lines,
)

IMPATIENT = Service(patience_s=180)
FIRST = Transfers(contacts_hourly=300, first_s=240, handover_s=45, second_s=420, share=0.25)
A, B, BOTH = frozenset("a"), frozenset("b"), frozenset("ab")
TENS = {"a": 10.0, "b": 10.0}


@pytest.mark.parametrize(
    ("groups", "load", "apart", "pooled", "saving", "penalty", "impatient"),
    [
        (2, 10, 28, 25, 0.107, 0.165, 0.185), (4, 10, 56, 46, 0.179, 0.24, 0.25),
        (2, 50, 114, 108, 0.053, 0.059, 0.042), (4, 50, 228, 210, 0.079, 0.088, 0.070),
    ],
)  # fmt: skip
def test_the_table_of_pooling(groups, load, apart, pooled, saving, penalty, impatient):
    assert pooled_and_apart([load] * groups, 300) == (pooled, apart)
    assert 1 - pooled / apart == pytest.approx(saving, abs=5e-4)
    assert largest_penalty(groups * load, 300, apart) == pytest.approx(penalty, abs=1.5e-3)
    _, apart_impatient = pooled_and_apart([load] * groups, 300, IMPATIENT)
    assert largest_penalty(groups * load, 300, apart_impatient, IMPATIENT) == pytest.approx(impatient, abs=1.5e-3)


def test_pooling_to_one_target_saves_more_than_the_square_root_rule_which_is_conservative_about_the_penalty_too():
    for groups, load in ((2, 10), (4, 10), (2, 50), (4, 50)):
        pooled, apart = pooled_and_apart([load] * groups, 300)
        beta = (apart / groups - load) / math.sqrt(load)
        assert apart - pooled > safety_saved(groups, load, beta)
        assert 0 < penalty_by_square_root(groups, load, beta) < largest_penalty(groups * load, 300, apart)


def test_forty_specialists_against_thirty_one_generalists():
    lines = two_lines(FIRST)
    assert (lines.first_agents, lines.second_agents, lines.agents) == (26, 14, 40)
    assert lines.asa_s == pytest.approx(14.4, abs=0.05)
    assert lines.both_service_level == pytest.approx(0.756, abs=5e-4)
    assert generalist_aht_s(FIRST) == pytest.approx(309)
    assert generalists_for(FIRST) == 31
    assert largest_penalty(300 * 309 / 3600, 309, 40) == pytest.approx(0.335, abs=5e-4)


def test_without_transfers_two_lines_are_one():
    alone = FIRST._replace(share=0.0)
    assert two_lines(alone).agents == agents_for(300 * 240 / 3600, 240) == generalists_for(alone)


@given(st.floats(1, 80), st.integers(2, 6), st.floats(60, 900))
def test_the_largest_penalty_is_the_last_that_the_team_bears(load, groups, aht_s):
    pooled, apart = pooled_and_apart([load] * groups, aht_s)
    penalty = largest_penalty(load * groups, aht_s, apart)
    assert pooled <= apart
    assert agents_for(load * groups * (1 + penalty), aht_s * (1 + penalty)) <= apart
    assert agents_for(load * groups * (1 + penalty + 1e-6), aht_s * (1 + penalty + 1e-6)) > apart


def test_every_subset_of_contact_types_needs_its_agents():
    def enough(a, b, both):
        return min(subset_surplus({A: a, B: b, BOTH: both}, TENS, 300).values()) >= 0

    assert not any(enough(a, 25 - a, 0) for a in range(26)), "25 agents without cross-training are not enough"
    assert enough(14, 14, 0)
    assert all(enough(*some) for some in ((11, 11, 3), (10, 10, 5), (12, 12, 2), (0, 0, 25)))
    assert not enough(12, 12, 1)


def test_the_extremes_of_cross_training_are_exact():
    everybody = subset_surplus({BOTH: 25}, TENS, 300)
    assert everybody[BOTH] == 25 - agents_for(20, 300) == 0
    nobody = subset_surplus({A: 14, B: 14}, TENS, 300)
    assert (nobody[A], nobody[B]) == (0, 0)


def test_an_impossible_team_is_refused():
    with pytest.raises(ValueError, match="at least one agent"):
        largest_penalty(10, 300, 0)


# Calls one by one ----------------------------------------------------------------------------------------------------------------------------


def served_in_time(own, both, calls, random, load=10.0, aht=300.0, awt=20.0):
    """Share of calls of two equal types served within the wait, where some agents take both: own people first, longest wait first, call by call."""
    arrivals = np.cumsum(random.exponential(aht / (2 * load), calls))
    kinds, lengths = random.integers(0, 2, calls).tolist(), random.exponential(aht, calls).tolist()
    free = [own[0], own[1], both]
    queues: list[list[tuple[float, float]]] = [[], []]
    heads, ends, in_time = [0, 0], [], 0

    def waiting(kind):
        return len(queues[kind]) > heads[kind]

    def take(who, now):
        kinds_of = (who,) if who < 2 else (0, 1)
        open_kinds = [kind for kind in kinds_of if waiting(kind)]
        if not open_kinds:
            free[who] += 1
            return 0
        kind = min(open_kinds, key=lambda each: queues[each][heads[each]][0])
        came, length = queues[kind][heads[kind]]
        heads[kind] += 1
        heapq.heappush(ends, (now + length, who))
        return int(now - came <= awt)

    for now, kind, length in zip(arrivals.tolist(), kinds, lengths, strict=True):
        while ends and ends[0][0] <= now:
            end, who = heapq.heappop(ends)
            in_time += take(who, end)
        who = kind if free[kind] else 2 if free[2] else None
        if who is None:
            queues[kind].append((now, length))
        else:
            free[who] -= 1
            in_time += 1
            heapq.heappush(ends, (now + length, who))
    return in_time / calls


@pytest.mark.slow
@pytest.mark.parametrize(
    ("own", "both", "level"), [((10, 10), 5, 0.795), ((11, 11), 3, 0.767), ((12, 12), 2, 0.816), ((12, 12), 1, 0.724), ((12, 12), 0, None), ((0, 0), 24, 0.772)]
)
def test_cross_trained_teams_serve_as_the_worked_simulation_says(own, both, level):
    random = np.random.default_rng(11)
    runs = [served_in_time(own, both, 120_000, random) for _ in range(10)]
    error = 4 * np.std(runs, ddof=1) / math.sqrt(len(runs))
    expected = float(erlang.performance(10, 12, 300, 20).service_level) if level is None else level
    assert np.mean(runs) == pytest.approx(expected, abs=error + 0.005)
