"""The requirement: a month of intervals to heads, by hand and on the real bank profile; pooling, shares, holidays, and what is worked out again."""

import csv
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import demand, horizon, staffing
from planner.parameters import put, put_all
from planner.requirement import binding_name, net_hours, pool_agents, pool_work, pools, requirement
from planner.workforce import start_response
from tests.conftest import planned, real_series, shipped
from tests.scenarios import build, changed, everything, office, tiny

ONLY_EIGHTY_TWENTY = {"service_level": 0.8, "awt_s": 20, "max_abandonment": None, "max_occupancy": None}


def one_queue(contacts, months=1, **queue):
    """A scenario of one group that serves one queue of calls, half-hours, weekdays from 7 to 21."""
    hours = {"days": ["07:00-21:00"] * 5 + ["closed"] * 2}
    channel = {"kind": "voice", "patience_s": 180, "target": ONLY_EIGHTY_TWENTY}
    document = {"name": "calls", "channel": channel, "aht_s": 300, "opening": hours, "base_contacts": contacts} | queue
    return build(
        changed(
            tiny(months),
            ("horizon.first_month", "2027-02"),
            ("groups.0.stated_heads", None),
            ("groups.0.serves", [{"name": "calls"}]),
            ("queues", [document]),
        )
    )


def bank_profile():
    """Mean calls of each half-hour of a day at the bank, 48 from midnight, the lone slot of 21:00 left out."""
    totals, days = defaultdict(float), set()
    with real_series("bank_calls_5min_2003.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            day, clock = row["interval_start"].split(" ")
            hour, minute = int(clock[:2]), int(clock[3:5])
            days.add(day)
            if hour < 21:
                totals[hour * 2 + minute // 30] += float(row["calls"])
    return [totals[slot] / len(days) for slot in range(48)]


# --- From interval to month, on the real profile


@pytest.mark.parametrize(("calls", "by_interval", "average"), [(810, 98.0, 7), (3_239.17, 307.0, 22), (32_391.7, 2_632.5, 188)])
def test_the_banks_day_takes_the_hours_of_the_model(calls, by_interval, average):
    profile, days = bank_profile(), 20
    assert sum(profile) == pytest.approx(32_391.7, abs=0.5)
    follows = requirement(one_queue(calls * days, day_profile=[profile]))
    assert follows.on_position_hours[0, 0] / days == pytest.approx(by_interval, abs=0.05)
    flat = requirement(one_queue(calls * days))
    assert flat.on_position_hours[0, 0] / days == pytest.approx(average * 14)


def test_workload_alone_understates_a_small_centre_by_a_third_and_overstates_a_large_one():
    profile = bank_profile()
    need = [requirement(one_queue(calls * 20, day_profile=[profile])) for calls in (810, 32_391.7)]
    shares = [each.workload_hours[0, 0] / each.on_position_hours[0, 0] for each in need]
    assert shares == pytest.approx([1 - 0.31, 1.025], abs=0.005)
    assert need[0].workload_hours[0, 0] / 20 == pytest.approx(67.5)


def test_hours_become_fte_by_the_stages_and_heads_by_the_contract_mix():
    contracts = [{"name": "full", "heads_share": 0.8, "fte_fraction": 1}, {"name": "half", "heads_share": 0.2, "fte_fraction": 0.5}]
    scenario = build(changed(office(1), ("groups.0.staffing", {"contracts": contracts})))
    need = requirement(scenario)
    paid = horizon.weekdays(scenario.horizon)[0] * 8
    assert need.net_hours[0, 0] == pytest.approx(paid * 0.85 * 0.88 * 0.90)
    assert need.fte[0].tolist() == pytest.approx((need.on_position_hours[0] / need.net_hours[0, 0]).tolist())
    assert need.heads[0].tolist() == pytest.approx((need.fte[0] / 0.9).tolist())
    assert need.group_fte[0, 0] == pytest.approx(need.fte[0].sum())


def test_no_shrinkage_and_full_efficiency_leave_the_paid_hours():
    scenario = build(changed(office(3), ("groups.0.staffing", {"shrinkage": [], "schedule_efficiency": 1})))
    assert net_hours(scenario.groups[0], scenario).tolist() == (horizon.weekdays(scenario.horizon) * 8).tolist()


def test_half_the_net_hours_double_the_fte():
    full, half = (requirement(build(changed(office(2), ("groups.0.staffing", {"weekly_hours": hours})))) for hours in (40, 20))
    assert np.allclose(half.group_fte, 2 * full.group_fte)


def test_what_is_required_is_never_less_than_the_workload_over_paid_hours():
    for name in ("startup_4", "centre_600"):
        need = planned(shipped(name)).requirement
        deferred = np.array([queue == "e-mail" or "mail" in queue for queue in need.row_queue])
        fte = need.workload_hours / need.net_hours[:, list(need.row_group)]
        assert (need.fte >= fte * np.where(deferred, 1, 0.5) - 1e-9).all()


def test_the_sum_over_day_types_is_the_month():
    scenario = build(everything())
    for group in scenario.groups:
        for pool in pools(group, {queue.name: queue for queue in scenario.queues}, scenario.horizon):
            work = pool_work(pool)
            total = np.einsum("tds,td->t", work.contacts, work.days)
            offered = sum(demand.contacts(queue, scenario.horizon) * share for queue, share in zip(pool.queues, pool.shares, strict=True))
            assert np.allclose(total, offered)


# --- Pools and shares


def test_shares_over_groups_add_up_to_the_queue():
    scenario = build(everything())
    need = requirement(build(everything() | {"levers": {}}))
    received = {transfer.name for queue in scenario.queues for transfer in queue.transfers}
    for queue in scenario.queues:
        rows = [row for row, name in enumerate(need.row_queue) if name == queue.name]
        assert np.allclose(need.contacts[:, rows].sum(axis=1), demand.contacts(queue, scenario.horizon)) == (queue.name not in received)


def pooled(pool, penalty=0.0, contacts=(2_000, 3_000)):
    queues = [
        {"name": name, "channel": {"kind": "voice", "target": ONLY_EIGHTY_TWENTY}, "base_contacts": volume, "aht_s": 300}
        for name, volume in zip(("sales", "care"), contacts, strict=True)
    ]
    document = changed(office(2), ("queues", queues), ("groups.0.serves", [{"name": "sales"}, {"name": "care"}]))
    return requirement(build(changed(document, ("groups.0.pooled", pool), ("groups.0.breadth_penalty", penalty))))


@settings(max_examples=40)
@given(st.integers(0, 40_000), st.integers(0, 40_000))
def test_one_pool_never_needs_more_hours_than_its_queues_apart(first, second):
    together, apart = pooled(True, contacts=(first, second)), pooled(False, contacts=(first, second))
    assert (together.on_position_hours.sum(axis=1) <= apart.on_position_hours.sum(axis=1) + 1e-9).all()
    assert np.allclose(together.workload_hours, apart.workload_hours)


def test_pooled_queues_with_different_holidays_keep_their_contacts_and_their_days():
    queues = [
        {"name": name, "channel": {"kind": "voice", "target": ONLY_EIGHTY_TWENTY}, "base_contacts": 30_000, "interval_minutes": minutes, "opening": opening}
        for name, minutes, opening in (
            ("here", 30, {"country": "US"}), ("there", 60, {"country": "DE", "holiday_share": 0.4}), ("everywhere", 15, {"days": ["08:00-20:00"] * 7})
        )
    ]  # fmt: skip
    serves = [{"name": queue["name"]} for queue in queues]
    scenario = build(changed(office(6), ("queues", queues), ("groups.0.serves", serves), ("groups.0.pooled", True)))
    (pool,) = pools(scenario.groups[0], {queue.name: queue for queue in scenario.queues}, scenario.horizon)
    work = pool_work(pool)
    assert np.allclose(np.einsum("tds,td->t", work.contacts, work.days), 90_000)
    assert work.days.sum(axis=1).tolist() == [31, 28, 31, 30, 31, 30], "one queue is open every day"
    assert work.interval_s == 900
    apart = requirement(build(changed(office(6), ("queues", queues), ("groups.0.serves", serves))))
    assert (requirement(scenario).on_position_hours.sum(axis=1) < apart.on_position_hours.sum(axis=1)).all()


def test_a_pool_tells_its_hours_by_queue_in_proportion_to_workload():
    together = pooled(True)
    assert np.allclose(together.on_position_hours[:, 1] / together.on_position_hours[:, 0], 1.5)


def test_breadth_lengthens_contacts_where_everyone_takes_all_and_nowhere_else():
    assert np.allclose(pooled(True, 0.1).aht_s, 330)
    assert np.allclose(pooled(False, 0.1).aht_s, 300)
    large = (60_000, 90_000)
    assert (pooled(True, 0.1, large).group_fte > pooled(True, 0, large).group_fte).all()


def test_a_group_of_one_queue_pays_no_penalty_for_breadth():
    scenario = one_queue(3_000)
    broad = put_all(scenario, {"groups.care.pooled": True, "groups.care.breadth_penalty": 0.3})
    assert np.array_equal(requirement(broad).group_fte, requirement(scenario).group_fte)


def test_a_penalty_of_twelve_per_cent_kills_what_pooling_gains_in_a_large_group():
    large = (60_000, 90_000)
    assert (pooled(True, 0, large).group_fte < pooled(False, 0, large).group_fte).all()
    assert (pooled(True, 0.12, large).group_fte > pooled(False, 0, large).group_fte).all()


def test_pools_are_by_channel_and_different_channels_add():
    scenario = build(everything() | {"levers": {}})
    group = scenario.groups[0]
    kinds = [[queue.channel.kind for queue in pool.queues] for pool in pools(group, {queue.name: queue for queue in scenario.queues}, scenario.horizon)]
    assert kinds == [["voice", "voice"], ["deferred"]]


def test_pooled_queues_that_promise_different_things_all_keep_their_promise():
    document = changed(
        office(1),
        ("queues", [
            {"name": "calm", "channel": {"kind": "voice", "target": {"service_level": 0.5, "awt_s": 120}}, "base_contacts": 3_000},
            {"name": "urgent", "channel": {"kind": "voice", "target": {"service_level": 0.95, "awt_s": 5}}, "base_contacts": 3_000},
        ]),
        ("groups.0.serves", [{"name": "calm"}, {"name": "urgent"}]),
        ("groups.0.pooled", True),
    )  # fmt: skip
    mixed = requirement(build(document))
    urgent = requirement(build(changed(document, ("queues.0.channel", document["queues"][1]["channel"]))))
    assert np.allclose(mixed.on_position_hours, urgent.on_position_hours)


# --- Which target binds


@pytest.mark.parametrize(
    ("change", "binding"),
    [
        ((), "service_level"),
        ((("queues.0.channel.target", ONLY_EIGHTY_TWENTY | {"max_abandonment": 0.01}),), "abandonment"),
        ((("queues.0.channel.target", ONLY_EIGHTY_TWENTY | {"max_asa_s": 1}),), "asa"),
        ((("queues.0.channel.target", ONLY_EIGHTY_TWENTY | {"max_occupancy": 0.5}),), "occupancy"),
        ((("queues.0.channel", {"kind": "deferred"}),), "deadline"),
        ((("groups.0.serves", []), ("queues", []), ("groups.0.stated_heads", {"start": 5})), "stated"),
        ((("queues.0.base_contacts", 0),), ""),
    ],
)
def test_the_target_that_binds_in_most_hours_is_named(change, binding):
    document = changed(
        office(1),
        ("queues", [{"name": "calls", "channel": {"kind": "voice", "patience_s": 180, "target": ONLY_EIGHTY_TWENTY}, "base_contacts": 20_000}]),
        ("groups.0.serves", [{"name": "calls"}]),
    )
    assert binding_name(requirement(build(changed(document, *change))).binding[0, 0]) == binding


# --- Calendar


def test_a_public_holiday_moves_the_months_contacts_to_the_other_days_and_takes_paid_time():
    plain = changed(office(5), ("horizon.first_month", "2027-03"), ("queues.0.follows_open_days", False))
    closed = changed(plain, ("queues.0.opening", {"country": "DE"}), ("queues.1.opening", {"country": "DE"}))
    without, queue_only = requirement(build(plain)), requirement(build(closed))
    assert np.allclose(without.contacts, queue_only.contacts)
    assert np.allclose(without.net_hours, queue_only.net_hours)
    both = requirement(build(changed(closed, ("sites.0.country", "DE"))))
    assert np.array_equal(both.on_position_hours, queue_only.on_position_hours)
    assert both.net_hours[0, 0] == pytest.approx(without.net_hours[0, 0] * 21 / 23), "Good Friday and Easter Monday of March 2027"
    assert both.net_hours[4, 0] == without.net_hours[4, 0], "July has none"


def test_contacts_that_follow_open_days_lose_those_of_a_closed_holiday():
    follow = changed(office(1), ("horizon.first_month", "2027-03"), ("queues.0.follows_open_days", True))
    with_holidays = changed(follow, ("queues.0.opening", {"country": "DE"}))
    before, after = (requirement(build(document)).contacts[0, 0] for document in (follow, with_holidays))
    assert after / before == pytest.approx(21 / 23)


def test_nobody_is_needed_on_closed_days():
    weekdays, week = one_queue(3_000), one_queue(3_000, opening={"days": ["07:00-21:00"] * 7})
    need = {name: requirement(scenario).on_position_hours[0, 0] for name, scenario in (("five", weekdays), ("seven", week))}
    five, seven = (
        pool_work(next(pools(scenario.groups[0], {"calls": scenario.queues[0]}, scenario.horizon))).days.sum() for scenario in (weekdays, week)
    )
    assert (five, seven) == (20, 28)
    assert need["seven"] > need["five"], "the same contacts thinned over more days take more hours"


# --- Deferred work and stated heads


def test_an_opening_backlog_asks_for_more_in_the_first_month_only():
    none, some = (requirement(build(changed(office(3), ("queues.1.channel.opening_backlog", waiting)))) for waiting in (0, 3_000))
    row = none.row_queue.index("mail")
    assert some.on_position_hours[0, row] > none.on_position_hours[0, row]
    assert np.array_equal(some.on_position_hours[1:], none.on_position_hours[1:])
    assert np.array_equal(some.contacts, none.contacts)


def test_a_backlog_is_shared_like_the_queues_contacts():
    half = changed(
        office(2),
        ("queues.1.channel.opening_backlog", 3_000),
        ("groups.0.serves", [{"name": "calls"}, {"name": "mail", "share": 0.5}]),
        ("groups.0.name", "first"),
        ("organisation.roles.0.opening_heads", []),
    )
    other = {"name": "second", "site": "Porto", "serves": [{"name": "mail", "share": 0.5}], "workforce": {}}
    two = requirement(build(half | {"groups": [*half["groups"], other]}))
    whole = requirement(build(changed(office(2), ("queues.1.channel.opening_backlog", 3_000))))
    mail = [row for row, queue in enumerate(two.row_queue) if queue == "mail"]
    assert np.allclose(two.on_position_hours[:, mail].sum(axis=1), whole.on_position_hours[:, whole.row_queue.index("mail")])


def test_stated_heads_bring_what_a_settled_group_of_that_size_brings():
    scenario = build(tiny())
    people = scenario.groups[0].workforce
    long = start_response(people, 3_000)
    brought = (long.fte - 0.35 / 2 * long.nesting).sum() / long.heads.sum()
    need = requirement(scenario)
    assert np.allclose(need.group_heads, 20)
    assert np.allclose(need.group_fte, 20 * brought)
    assert need.row_queue == ("",)


def test_stated_heads_of_people_who_never_leave_are_their_fte():
    document = changed(tiny(heads=50), ("groups.0.workforce.tenure_bands", [{"up_to_months": None, "exit_probability_monthly": 0}]))
    assert np.allclose(requirement(build(document)).group_fte, 50)


# --- Only what changed is worked out again


@pytest.mark.parametrize(
    ("lever", "value", "pools_again"),
    [
        ("attrition_change", 0.21, 0),
        ("shrinkage_change", 0.11, 0),
        ("starts_max_monthly", 7, 0),
        ("first_span", 8.5, 0),
        ("top_span", 77.0, 0),
        ("service_level", 0.77, 4),
        ("growth_monthly", 0.0123, 6),
        ("aht_change", 0.0321, 6),
    ],
)
def test_a_lever_works_out_again_only_the_pools_it_touches(lever, value, pools_again):
    scenario = build(everything(3) | {"levers": {}})
    requirement(scenario)
    before = pool_agents.cache_info().misses
    requirement(put(scenario, f"levers.{lever}", value))
    assert pool_agents.cache_info().misses - before == pools_again


def test_a_changed_queue_works_out_again_only_the_pools_that_serve_it():
    scenario = build(everything(3) | {"levers": {}})
    requirement(scenario)
    before = pool_agents.cache_info().misses
    requirement(put(scenario, "queues.chats.aht_s", 481.5))
    assert pool_agents.cache_info().misses - before == 1


def test_shrinkage_changes_fte_and_heads_but_no_hours():
    scenario = build(office(2))
    before, after = requirement(scenario), requirement(put(scenario, "levers.shrinkage_change", 0.2))
    assert np.array_equal(before.on_position_hours, after.on_position_hours)
    out, inside = 0.15 * 1.2, 0.12 * 1.2
    assert np.allclose(after.group_fte / before.group_fte, 0.85 * 0.88 / ((1 - out) * (1 - inside)))
    assert np.allclose(staffing.mean_contract_fraction(scenario.groups[0].staffing.contracts), 1)
