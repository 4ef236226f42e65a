"""Channels: agents by interval and what binds, against the queueing formulas and against the model's worked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.channels import BINDING, CHANNELS, Chat, Deferred, ServiceTarget, Voice, Work, binding_code, channel_faults, on_position_hours
from planner.channels.work import AgentsRequired
from planner.queueing import concurrency, erlang

EIGHTY_TWENTY = ServiceTarget(service_level=0.8, awt_s=20, max_abandonment=None, max_occupancy=None)
OPEN_WEEK = np.ones((7, 1), dtype=bool)


def work(contacts, aht_s=300.0, interval_s=1800.0, **more):
    """One month of one kind of day whose intervals have these contacts; every day of the week is open."""
    slots = np.atleast_1d(np.asarray(contacts, dtype=float))
    days = np.array([[4] * 7 + [0] * 7])
    spread = np.broadcast_to(slots, (1, 14, len(slots))) * (days > 0)[:, :, None]
    return Work(spread, np.array([aht_s]), days, np.ones((14, len(slots)), dtype=bool), interval_s, **more)


def agents(channel, contacts, **more):
    return channel.agents_required(work(contacts, **more)).agents[0, 0]


def bound(channel, contacts, **more):
    return [BINDING[code] if code >= 0 else "" for code in channel.agents_required(work(contacts, **more)).binding[0, 0]]


def voice(patience_s=180.0, **target):
    return Voice(kind="voice", patience_s=patience_s, target=EIGHTY_TWENTY.but(**target))


# --- Voice


def test_a_hundred_calls_in_half_an_hour_take_nineteen_agents_with_patience_and_twenty_one_without():
    assert agents(voice(), 100)[0] == 19
    assert agents(voice(patience_s=None), 100, aht_scv=1.0)[0] == 21


def test_calls_without_patience_wait_longer_where_handle_times_spread():
    spread = [agents(voice(patience_s=None, service_level=0.9), 600, aht_scv=scv)[0] for scv in (0.0, 1.0, 4.0, 8.0)]
    assert spread[0] < spread[1] < spread[2] < spread[3]


def test_with_patience_the_spread_of_handle_times_is_not_asked_for():
    assert agents(voice(), 100, aht_scv=0.0)[0] == agents(voice(), 100, aht_scv=8.0)[0]


def test_a_large_centre_that_promises_only_a_service_level_plans_to_lose_callers():
    contacts = 400 * 1800 / 300
    assert agents(voice(), contacts)[0] == 382
    assert agents(voice(max_abandonment=0.03), contacts)[0] == 395
    assert agents(voice(max_abandonment=0.02), contacts)[0] == 402
    assert agents(voice(max_occupancy=0.88), contacts)[0] == 455


@pytest.mark.parametrize(
    ("target", "binding"),
    [({}, "service_level"), ({"max_abandonment": 0.02}, "abandonment"), ({"max_occupancy": 0.8}, "occupancy"), ({"max_asa_s": 2.0}, "asa")],
)
def test_the_target_that_asks_for_the_last_agent_is_named(target, binding):
    assert bound(voice(**target), 400 * 6)[0] == binding


@pytest.mark.parametrize(("load", "cv", "planned", "expected"), [(100 / 6, 0.08, 19, 20), (100, 0.08, 100, 103), (400, 0.08, 382, 395), (400, 0.16, 382, 422)])
def test_staffing_for_expected_service_needs_more_than_the_planned_day(load, cv, planned, expected):
    assert agents(voice(), load * 6, day_cv=cv)[0] == planned
    assert agents(voice().but(staff_for="expected_service"), load * 6, day_cv=cv)[0] == expected


def test_a_day_without_forecast_error_needs_the_same_either_way():
    contacts = [0, 30, 100, 500]
    assert agents(voice().but(staff_for="expected_service"), contacts).tolist() == agents(voice(), contacts).tolist()


def test_no_contacts_need_nobody_and_nothing_binds():
    for channel in (voice(), voice(patience_s=None), Chat(kind="chat"), Deferred(kind="deferred")):
        required = channel.agents_required(work([0, 0, 0]))
        assert not required.agents.any()
        assert (required.binding == -1).all()


def test_voice_performance_is_that_of_the_queueing_formula():
    told = voice().performance(np.array([100.0]), 300.0, 1800.0, np.array([19]))
    assert told.service_level[0] == pytest.approx(0.8066, abs=5e-5)
    assert told.abandonment[0] == pytest.approx(0.0535, abs=5e-5)


@given(st.floats(0, 2_000), st.floats(30, 1_200), st.floats(0.5, 0.95))
def test_the_agents_required_meet_the_target_and_one_fewer_does_not(contacts, aht_s, target):
    channel = voice(service_level=target)
    needed = agents(channel, contacts, aht_s=aht_s)
    assert channel.performance(np.array([contacts]), aht_s, 1800.0, needed).service_level[0] >= target - 1e-9
    if needed[0] > 0:
        assert channel.performance(np.array([contacts]), aht_s, 1800.0, needed - 1).service_level[0] < target


# --- Chat


def test_sixty_chats_an_hour_take_ten_six_and_five_agents_at_one_two_and_three_at_once():
    target = ServiceTarget(service_level=0.8, awt_s=30, max_abandonment=None, max_occupancy=None)
    factors = ((1.0,), (1.0, 1.25), (1.0, 1.25, 1.625))
    chats = [Chat(kind="chat", length_factors=lengths, patience_s=240, target=target) for lengths in factors]
    assert [agents(chat, 30, aht_s=480.0)[0] for chat in chats] == [10, 6, 5]


def test_a_chat_held_alone_is_a_call():
    chat = Chat(kind="chat", length_factors=(1.0,), patience_s=180, target=EIGHTY_TWENTY)
    contacts = [3, 20, 100, 400]
    assert agents(chat, contacts).tolist() == agents(voice(), contacts).tolist()


def test_chat_performance_is_that_of_the_chain():
    chat = Chat(kind="chat", length_factors=(1.0, 1.25, 1.625), patience_s=240)
    told = chat.performance(np.array([30.0]), 480.0, 1800.0, np.array([5]))
    chain = concurrency.chat_performance(np.array([30 / 1800]), np.array([5]), (480.0, 600.0, 780.0), 240.0, 30.0)
    assert told.service_level[0] == chain.service_level[0] == pytest.approx(0.87, abs=0.005)


def test_a_chat_that_finishes_fewer_the_more_are_held_is_refused():
    (fault,) = channel_faults(Chat(kind="chat", length_factors=(1.0, 2.5)), "queues.chats.channel")
    assert fault.place == "queues.chats.channel.length_factors"


# --- Deferred


def test_deferred_work_of_the_model_takes_the_mean_of_its_week_where_deadlines_smooth_the_peak():
    arrivals = np.array([40, 60, 90, 120, 110, 80, 60, 40.0])
    one_day = work(np.zeros(24), aht_s=360.0, interval_s=3600.0)
    one_day.contacts.setflags(write=True)
    one_day.contacts[:, 0, :8], one_day.open[:] = arrivals, False
    one_day.open[0, :8] = True
    sizes = [Deferred(kind="deferred", deadline_hours=hours, max_occupancy=1.0).agents_required(one_day).agents[0, 0] for hours in (1, 3)]
    assert sizes[0][0] == pytest.approx(12.0)
    assert sizes[1][0] == pytest.approx(7.5)
    assert not sizes[1][8:].any()


def test_a_steady_flow_takes_its_workload_over_the_occupancy_whatever_the_deadline():
    for hours in (0.5, 4, 40):
        mail = Deferred(kind="deferred", deadline_hours=hours, max_occupancy=0.8)
        assert agents(mail, [20.0] * 4)[0] == pytest.approx(20 * 300 / 1800 / 0.8)


def test_the_longer_the_deadline_the_smaller_the_team_down_to_the_workload():
    contacts = [0, 80, 20, 0]
    sizes = [agents(Deferred(kind="deferred", deadline_hours=hours, max_occupancy=1), contacts)[0] for hours in (0.5, 1, 2, 10, 100)]
    assert sizes[0] == pytest.approx(80 * 300 / 1800)
    assert all(later <= earlier + 1e-12 for earlier, later in zip(sizes, sizes[1:], strict=False))
    assert sizes[-1] == pytest.approx(25 * 300 / 1800, rel=0.1)
    assert sizes[-1] >= 25 * 300 / 1800


def test_a_backlog_is_worked_off_in_the_first_month_only():
    month = work([10.0] * 4)
    two = Work(np.repeat(month.contacts, 2, axis=0), np.array([300.0, 300.0]), np.repeat(month.days, 2, axis=0), month.open, 1800.0)
    needed = Deferred(kind="deferred", opening_backlog=500, deadline_hours=10).agents_required(two).agents[:, 0, 0]
    assert needed[0] > 2 * needed[1]
    assert needed[1] == pytest.approx(10 * 300 / 1800 / 0.88)


def test_contacts_that_come_while_closed_wait_for_the_next_opening():
    night = work([10, 10, 10, 10.0])
    night.open[:, 2:] = False
    needed = Deferred(kind="deferred", deadline_hours=100, max_occupancy=1).agents_required(night).agents[0, 0]
    assert needed[2:].tolist() == [0, 0]
    assert needed[0] == pytest.approx(20 * 300 / 1800, rel=0.02)


# --- What is common


def test_hours_on_position_are_agents_times_intervals_of_all_days():
    three = np.zeros((1, 14, 2))
    three[0, :7] = [3, 5]
    assert on_position_hours(work([1, 1]), three).tolist() == [(3 + 5) * 28 * 0.5]


def test_what_binds_in_most_hours_binds_the_month():
    binding = np.full((1, 14, 3), -1, dtype=np.int8)
    binding[0, :7] = [0, 3, 3]
    agents_of_day = np.zeros((1, 14, 3))
    agents_of_day[0, :7] = [5, 2, 2]
    assert BINDING[binding_code(work([1, 1, 1]), AgentsRequired(agents_of_day, binding))[0]] == "service_level"
    agents_of_day[0, :7] = [5, 3, 3]
    assert BINDING[binding_code(work([1, 1, 1]), AgentsRequired(agents_of_day, binding))[0]] == "occupancy"


def test_every_channel_has_a_kind_of_its_own_and_names_only_known_targets():
    assert len({channel.model_fields["kind"].annotation for channel in CHANNELS}) == len(CHANNELS)
    assert (*erlang.TARGETS, "deadline", "stated") == BINDING


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({"service_level": 1.0}, "service_level"),
        ({"max_asa_s": 0}, "max_asa_s"),
        ({"max_abandonment": 0}, "max_abandonment"),
        ({"max_occupancy": 0}, "max_occupancy"),
    ],
)
def test_a_target_that_no_number_of_agents_meets_is_refused(target, field):
    (fault,) = channel_faults(voice(**target), "here")
    assert fault.place == f"here.target.{field}"


def test_a_channel_that_promises_nothing_is_refused():
    (fault,) = channel_faults(voice(service_level=None), "here")
    assert fault.problem == "nothing is promised"


def test_nobody_who_waits_for_ever_abandons_so_that_target_is_kept_for_free():
    assert channel_faults(voice(patience_s=None, max_abandonment=0), "here") == []
    assert agents(voice(patience_s=None, max_abandonment=0), 100, aht_scv=1.0)[0] == 21
