"""Handle times, limits on them, scorecards and long calls: worked numbers, identities, and calls drawn one by one."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.queueing import erlang
from planner.queueing.handle_time import (
    Ending,
    HandleTimes,
    Team,
    agents_per_second,
    carried_over,
    fresh_draws,
    handle_times,
    kimura_asa_s,
    lee_longton_asa_s,
    long_call,
    mean_ended_s,
    same_length_asa_s,
    scorecard,
    service_level_with_spread,
    share_longer,
    square_ended_s2,
    work_in_longer,
    work_in_longest,
)

CALLS = handle_times(360, 1.4)
BANK = handle_times(190, 1.36)
TAILED = BANK._replace(tail_share=0.01, tail_index=2.9)
LIMITS = [90, 180, 360, 720, 1800]
NO_LIMIT = Ending()


# Worked numbers ------------------------------------------------------------------------------------------------------------------------------


def test_a_cap_cuts_the_worked_shares_of_calls():
    assert math.exp(CALLS.mu) == pytest.approx(232, abs=0.5)
    assert share_longer(CALLS, LIMITS) == pytest.approx([0.845, 0.608, 0.320, 0.113, 0.014], abs=5e-4)
    assert mean_ended_s(CALLS, LIMITS) == pytest.approx([85, 150, 230, 300, 348], abs=0.5)
    assert square_ended_s2(CALLS, LIMITS) / mean_ended_s(CALLS, LIMITS) ** 2 - 1 == pytest.approx([0.025, 0.093, 0.252, 0.526, 0.988], abs=5e-4)


@pytest.mark.parametrize(
    ("limit", "contacts", "work", "carried", "carried_work", "resolved", "work_with_give_up"),
    [
        (math.inf, 1.25, 450, 1.00, 360, 0.93, 419),
        (720, 1.41, 423, 1.16, 370, 0.89, 377),
        (180, 3.19, 478, 3.08, 484, 0.60, 289),
        (90, 8.05, 686, 10.6, 935, 0.32, 220),
    ],
)
def test_the_table_of_repeats_by_cap(limit, contacts, work, carried, carried_work, resolved, work_with_give_up):
    fresh, going_on = fresh_draws(CALLS, Ending(limit)), carried_over(CALLS, Ending(limit))
    giving_up = fresh_draws(CALLS, Ending(limit, give_up=0.3))
    assert (fresh.contacts_per_issue, fresh.work_s) == (pytest.approx(contacts, abs=0.005), pytest.approx(work, abs=0.6))
    assert (going_on.contacts_per_issue, going_on.work_s) == (pytest.approx(carried, abs=0.05), pytest.approx(carried_work, abs=1.0))
    assert (giving_up.resolved_share, giving_up.work_s) == (pytest.approx(resolved, abs=0.005), pytest.approx(work_with_give_up, abs=0.6))


def test_a_restart_outside_the_cap_gives_half_the_contacts():
    effect = carried_over(CALLS, Ending(90, restart_within=False))
    assert (effect.contacts_per_issue, effect.work_s) == (pytest.approx(4.50, abs=0.005), pytest.approx(570, abs=0.5))


def test_calls_per_hour_look_better_while_a_resolution_costs_forty_per_cent_more():
    free, cut = (scorecard(fresh_draws(CALLS, Ending(limit)), Team(200)) for limit in (math.inf, 90))
    assert (free.agents, free.cost_per_resolution, round(free.contacts_per_agent_hour, 1)) == (30, pytest.approx(4.5), 8.3)
    assert (cut.agents, cut.cost_per_resolution, round(cut.contacts_per_agent_hour, 1)) == (42, pytest.approx(6.3), 38.3)
    assert cut.contacts_per_agent_hour / free.contacts_per_agent_hour == pytest.approx(4.6, abs=0.05)
    assert free.handle_time_s / cut.handle_time_s == pytest.approx(4.2, abs=0.05)
    assert cut.cost_per_resolution / free.cost_per_resolution == pytest.approx(1.4)


def test_the_same_with_customers_who_hang_up_and_with_value_lost():
    patient = [scorecard(fresh_draws(CALLS, Ending(limit)), Team(200, patience_s=180)).cost_per_resolution for limit in (math.inf, 90)]
    assert patient == [pytest.approx(4.2), pytest.approx(5.85)]
    lost = [scorecard(fresh_draws(CALLS, Ending(limit, give_up=0.3)), Team(200, lost_issue=40)).total_per_issue for limit in (math.inf, 90)]
    assert lost == [pytest.approx(6.99, abs=0.005), pytest.approx(29.40, abs=0.01)]


@pytest.mark.parametrize(
    ("load", "agents", "service"),
    [(100 / 6, 21, [0.826, 0.729, 0.903, 0.860]), (100, 108, [0.807, 0.760, 0.939, 0.928]), (200, 210, [0.807, 0.770, 0.961, 0.955])],
)
def test_an_eight_hour_call_hurts_a_small_team_most(load, agents, service):
    told = [long_call(load, agents, 300, 20, 8, 30, patience) for patience in (math.inf, 180)]
    assert (told[0].cost, told[0].contacts_displaced) == (240, 96)
    assert [level for call in told for level in (call.service_before, call.service_during)] == pytest.approx(service, abs=7e-4)


def test_a_lognormal_misses_the_longest_calls_and_a_tail_does_not():
    assert share_longer(BANK, 3600) == pytest.approx(1.4e-4, rel=0.05)
    assert share_longer(TAILED, 3600) == pytest.approx(2.9e-4, rel=0.03)
    assert share_longer(BANK, 8 * 3600) == pytest.approx(2e-9, rel=0.05)
    assert 3e-7 < share_longer(TAILED, 8 * 3600) < 9e-7


def test_the_shares_of_work_are_near_those_of_the_banks_log():
    """The log: 9 % of the work in the longest 1 % of calls, 38.5 % in the longest 10 %; 61 % of calls and 89 % of the work above 90 s."""
    assert work_in_longest(TAILED, 0.01) == pytest.approx(0.09, abs=0.006)
    assert work_in_longest(TAILED, 0.1) == pytest.approx(0.385, abs=0.025)
    assert share_longer(TAILED, 90) == pytest.approx(0.61, abs=0.03)
    assert work_in_longer(TAILED, 90) == pytest.approx(0.89, abs=0.015)


def test_the_marginal_price_of_a_second():
    agents = int(erlang.required_agents(100, 360, 0.8, 20))
    assert agents_per_second(1_000, 360, agents) == pytest.approx(0.290, abs=5e-4)


@pytest.mark.parametrize(
    ("agents", "occupancy", "scv", "simulated", "two_moments", "kimura"),
    [
        (20, 5 / 6, 0.25, 20.2, 19.0, 20.4),
        (20, 5 / 6, 1.4, 33.0, 36.5, 35.3),
        (20, 5 / 6, 4, 55.7, 76.1, 60.1),
        (20, 0.95, 1.4, 263, 272, 269),
        (100, 0.95, 4, 59.6, 76.0, 64.0),
    ],
)
def test_the_table_of_waits_by_spread(agents, occupancy, scv, simulated, two_moments, kimura):
    load = agents * occupancy
    assert lee_longton_asa_s(load, agents, 300, scv) == pytest.approx(two_moments, rel=2e-3)
    assert kimura_asa_s(load, agents, 300, scv) == pytest.approx(kimura, rel=2e-3)
    assert abs(kimura - simulated) <= abs(two_moments - simulated)


def test_service_with_spread_lies_between_the_simulation_and_plain_erlang():
    assert service_level_with_spread(100 / 6, 21, 300, 20, 4) == pytest.approx(0.793, abs=5e-4)
    assert service_level_with_spread(100 / 6, 21, 300, 20, 1) == pytest.approx(0.826, abs=5e-4)


# Identities ----------------------------------------------------------------------------------------------------------------------------------


spread = st.floats(0, 4)
tails = st.tuples(st.sampled_from([0, 0.005, 0.05]), st.floats(2.1, 6))
endings = st.builds(Ending, st.floats(70, 5_000), st.floats(0, 1), st.floats(0.1, 1), st.floats(0.05, 0.9), st.floats(0, 60), st.booleans())


@given(st.floats(30, 1_000), spread, tails)
def test_a_tail_leaves_the_mean_as_it_is(mean, scv, tail):
    times = handle_times(mean, scv, *tail)
    assert times.mean_s == pytest.approx(mean)
    assert mean_ended_s(times, 1e9) == pytest.approx(mean, rel=1e-4)


@given(st.floats(30, 1_000), st.floats(0.1, 4), tails, st.floats(10, 5_000))
def test_the_mean_of_ended_contacts_is_the_integral_of_those_still_going_on(mean, scv, tail, limit):
    times = handle_times(mean, scv, *tail)
    grid = np.linspace(0, limit, 40_001)
    assert mean_ended_s(times, limit) == pytest.approx(np.trapezoid(share_longer(times, grid), grid), rel=2e-4)
    assert square_ended_s2(times, limit) == pytest.approx(np.trapezoid(2 * grid * share_longer(times, grid), grid), rel=2e-4)


@given(endings, tails)
def test_a_limit_never_saves_work_where_an_issue_is_carried_over_and_nobody_gives_up(ending, tail):
    times = handle_times(360, 1.4, *tail)
    ending = ending._replace(give_up=0.0, limit_s=max(ending.limit_s, 2 * ending.restart_s))
    effect = carried_over(times, ending)
    assert effect.work_s >= times.mean_s * (1 - 1e-5)
    assert effect.contacts_per_issue >= 1
    assert effect.resolved_share == pytest.approx(1, abs=1e-5)


@given(endings)
def test_an_endless_limit_and_one_that_nobody_keeps_change_nothing(ending):
    for effect in (fresh_draws, carried_over):
        free = effect(CALLS, ending._replace(limit_s=math.inf))
        assert effect(CALLS, ending._replace(share_ended=0.0)) == pytest.approx(free)
        assert free.handle_time_s == pytest.approx(360)
        assert free.scv == pytest.approx(1.4)


@given(endings, st.floats(1.01, 3))
def test_a_longer_limit_never_resolves_less(ending, longer):
    later = ending._replace(limit_s=ending.limit_s * longer)
    for effect in (fresh_draws, carried_over):
        assert effect(CALLS, later).resolved_share >= effect(CALLS, ending).resolved_share - 1e-9


def test_one_agent_waits_as_pollaczek_and_khinchine_say():
    load, aht, scv = 0.7, 200.0, 2.3
    assert lee_longton_asa_s(load, 1, aht, scv) == pytest.approx((1 + scv) / 2 * load * aht / (1 - load))


def test_kimura_is_lee_and_longton_where_equal_lengths_wait_half_and_equal_lengths_at_no_spread():
    assert kimura_asa_s(0.7, 1, 200, 2.3) == pytest.approx(lee_longton_asa_s(0.7, 1, 200, 2.3))
    assert kimura_asa_s(17, 20, 300, 0) == pytest.approx(same_length_asa_s(17, 20, 300))


def test_what_makes_no_sense_is_refused():
    for wrong in (lambda: handle_times(0, 1), lambda: handle_times(300, 1, 1.0), lambda: mean_ended_s(CALLS, -1), lambda: work_in_longest(CALLS, 0)):
        with pytest.raises(ValueError, match="must|lies"):
            wrong()
    with pytest.raises(ValueError, match="nobody gives up"):
        fresh_draws(CALLS, Ending(90, resolution=0))
    with pytest.raises(ValueError, match="no contact would get anywhere"):
        carried_over(CALLS, Ending(60))


# Calls one by one ----------------------------------------------------------------------------------------------------------------------------


def drawn(times: HandleTimes, random: np.random.Generator, size: int):
    """Handle times, each drawn by hand: body below the quantile, power above it."""
    chance = random.random(size)
    lengths = np.exp(times.mu + times.sigma * random.standard_normal(size))
    if not times.tail_share:
        return lengths
    while (beyond := lengths > times.tail_from_s).any():
        lengths[beyond] = np.exp(times.mu + times.sigma * random.standard_normal(int(beyond.sum())))
    tail = times.tail_from_s * random.random(size) ** (-1 / times.tail_index)
    return np.where(chance < times.tail_share, tail, lengths)


def one_issue(length, again, ending, carried, random):
    """Contacts, work and whether it was resolved, of one issue: call by call."""
    contacts, work, left = 0, 0.0, length
    while True:
        start = ending.restart_s if carried and contacts else 0.0
        room = ending.limit_s - (start if ending.restart_within else 0.0)
        contacts += 1
        if left > room and random.random() < ending.share_ended:
            work += start + room
            left, resolved = left - room, False
        else:
            work += start + left
            resolved = carried or random.random() < ending.resolution
        if resolved or random.random() < ending.give_up:
            return contacts, work, resolved
        if not carried:
            left = again()


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize(
    "ending", [Ending(90, give_up=0.2), Ending(300, 0.4, 0.7, 0.1, 30.0, False), Ending(200, 0.8, 0.75, 0.3, 45.0), NO_LIMIT._replace(give_up=0.1)]
)
@pytest.mark.parametrize("tail", [0.0, 0.02])
def test_the_effect_agrees_with_issues_drawn_call_by_call(ending, carried, tail):
    times, random, size = handle_times(240, 1.4, tail, 3.5), np.random.default_rng(7), 20_000
    pool = iter(drawn(times, random, 40 * size))
    told = np.array([one_issue(next(pool), lambda: next(pool), ending, carried, random) for _ in range(size)], dtype=float)
    effect = carried_over(times, ending) if carried else fresh_draws(times, ending)
    expected = [effect.contacts_per_issue, effect.work_s, effect.resolved_share]
    error = told.std(axis=0) / math.sqrt(size)
    assert np.all(np.abs(told.mean(axis=0) - expected) <= 4 * error + 1e-9)


def waits(load, agents, lengths, random):
    """Mean wait of calls served in turn, one by one."""
    arrival, waited = 0.0, 0.0
    free = [0.0] * agents
    gaps = random.exponential(lengths.mean() / load, len(lengths))
    for gap, length in zip(gaps.tolist(), lengths.tolist(), strict=True):
        arrival += gap
        begin = max(arrival, free[0])
        waited += begin - arrival
        heapq.heapreplace(free, begin + length)
    return waited / len(lengths)


@pytest.mark.parametrize(("scv", "simulated"), [(0.25, 20.2), (1.4, 33.0), (4, 55.7)])
def test_the_simulated_waits_of_the_table_come_out_of_a_queue_of_single_calls(scv, simulated):
    random = np.random.default_rng(3)
    runs = [waits(50 / 3, 20, drawn(handle_times(300, scv), random, 400_000), random) for _ in range(8)]
    error = 4 * np.std(runs, ddof=1) / math.sqrt(len(runs))
    assert np.mean(runs) == pytest.approx(simulated, abs=error + 0.02 * simulated)
    assert kimura_asa_s(50 / 3, 20, 300, scv) == pytest.approx(np.mean(runs), rel=0.1)
