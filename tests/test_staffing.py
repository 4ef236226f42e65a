"""On-position hours to FTE to heads: the worked numbers, the identities, and the steps that say why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import staffing
from planner.horizon import Horizon, calendar_months, paid_hours, working_share
from planner.staffing import Contract, PaidTime, Shrinkage, Staffing

PAID = 2080 / 12
SHARES = st.floats(0, 0.9)
EFFICIENCIES = st.floats(0.3, 1)
HOURS = st.floats(0, 1e6)


def test_twelve_thousand_hours_need_102_84_fte_and_114_3_heads():
    net = staffing.net_hours(PAID, 0.15, 0.12, 0.90)
    fte = staffing.paid_fte(12_000, net)
    assert net == pytest.approx(116.69, abs=0.005)
    assert fte == pytest.approx(102.84, abs=0.005)
    assert staffing.heads(fte, 0.9) == pytest.approx(114.3, abs=0.05)


def test_shrinkage_is_neither_added_nor_marked_up():
    fte = staffing.paid_fte(12_000, staffing.net_hours(PAID, 0.15, 0.12, 0.90))
    added = 12_000 / (PAID * (1 - 0.27) * 0.90)
    marked_up = 12_000 / (PAID * 0.90) * 1.27
    assert added == pytest.approx(105.4, abs=0.05)
    assert marked_up == pytest.approx(97.7, abs=0.05)
    assert marked_up < fte < added
    assert marked_up / fte - 1 == pytest.approx(-0.05, abs=0.001)


def test_nested_absence_takes_the_same_people_when_counted_person_by_person():
    """A thousand paid hours in turn: absent ones leave, then pauses leave the present ones, then shifts lose."""
    present = [hour for hour in range(10_000) if hour % 100 >= 15]
    on_position = [hour for index, hour in enumerate(present) if index % 25 >= 3]
    used = [hour for index, hour in enumerate(on_position) if index % 10 != 0]
    assert staffing.net_hours(10_000.0, 0.15, 0.12, 0.90) == pytest.approx(len(used))


@given(HOURS, st.floats(1, 200))
def test_without_any_loss_fte_are_hours_over_paid_hours(hours, paid):
    assert staffing.paid_fte(hours, staffing.net_hours(paid, 0.0, 0.0, 1.0)) == hours / paid


@given(HOURS, SHARES, SHARES, EFFICIENCIES)
def test_fte_are_never_fewer_than_the_hours_over_paid_hours(hours, out, inside, efficiency):
    assert staffing.paid_fte(hours, staffing.net_hours(PAID, out, inside, efficiency)) >= hours / PAID * (1 - 1e-12)


@given(HOURS, SHARES, SHARES, EFFICIENCIES)
def test_twice_the_net_hours_need_half_the_fte(hours, out, inside, efficiency):
    net = staffing.net_hours(PAID, out, inside, efficiency)
    assert staffing.paid_fte(hours, 2 * net) == pytest.approx(staffing.paid_fte(hours, net) / 2)


@pytest.mark.parametrize("losses", [(1.0, 0.1, 0.9), (0.1, 1.2, 0.9), (-0.1, 0.1, 0.9), (0.1, 0.1, 0.0), (0.1, 0.1, 1.1), (float("nan"), 0.1, 0.9)])
def test_losses_that_leave_no_time_are_refused(losses):
    with pytest.raises(ValueError, match="must be|efficiency"):
        staffing.net_hours(PAID, *losses)


def test_hours_cannot_be_covered_by_fte_without_net_hours():
    with pytest.raises(ValueError, match="above 0"):
        staffing.paid_fte(10.0, np.array([100.0, 0.0]))


def test_heads_need_a_contract():
    with pytest.raises(ValueError, match="contract fraction"):
        staffing.heads(10.0, 0.0)


def test_the_default_shrinkage_is_15_percent_out_and_12_percent_in_all_year():
    out, inside = staffing.shrinkage_shares(Staffing(), np.arange(1, 13))
    np.testing.assert_allclose(out, 0.15)
    np.testing.assert_allclose(inside, 0.12)


def test_leave_follows_its_season_by_calendar_month_and_not_by_row():
    leave = Shrinkage(name="leave", where="out", fraction=0.10, season=(0.5,) * 6 + (2.0, 2.0) + (0.75,) * 4)
    group = Staffing(shrinkage=(leave, Shrinkage(name="sick", where="out", fraction=0.05)))
    out, inside = staffing.shrinkage_shares(group, calendar_months(Horizon(first_month="2027-06", months=4)))
    np.testing.assert_allclose(out, [0.10, 0.25, 0.25, 0.125])
    np.testing.assert_allclose(inside, 0.0)


def test_the_mean_contract_of_four_in_five_full_time_is_nine_tenths():
    contracts = (Contract(name="full", heads_share=0.8, fte_fraction=1.0), Contract(name="half", heads_share=0.2, fte_fraction=0.5))
    assert staffing.mean_contract_fraction(contracts) == pytest.approx(0.9)
    people = 1000 * np.array([0.8, 0.2])
    assert staffing.heads(people @ [1.0, 0.5], 0.9) == pytest.approx(1000)


def test_the_default_staffing_has_no_fault():
    assert staffing.staffing_faults(Staffing(), "groups.sales.staffing") == []


def test_a_stage_that_takes_all_time_in_august_is_a_fault_that_names_august():
    leave = Shrinkage(name="leave", where="out", fraction=0.4, season=(1.0,) * 7 + (2.5,) + (1.0,) * 4)
    (fault,) = staffing.staffing_faults(Staffing(shrinkage=(leave,)), "groups.sales.staffing")
    assert fault.place == "groups.sales.staffing.shrinkage"
    assert "out of office leaves no time in calendar month 8" in fault.problem


def test_every_fault_of_staffing_is_told_at_once():
    full = [Shrinkage(name=f"{where}{part}", where=where, fraction=0.5) for where in ("out", "in") for part in (1, 2)]
    group = Staffing(shrinkage=tuple(full), contracts=(Contract(name="full", heads_share=0.9, fte_fraction=1.0),))
    assert [fault.place for fault in staffing.staffing_faults(group, "s")] == ["s.shrinkage", "s.shrinkage", "s.contracts"]


@pytest.mark.parametrize(("share", "count"), [(0.5, 0), (0.5 + 9e-7, 0), (0.5 + 2e-6, 1), (0.4, 1)])
def test_contract_shares_sum_to_one_within_a_millionth(share, count):
    contracts = (Contract(name="full", heads_share=0.5, fte_fraction=1.0), Contract(name="half", heads_share=share, fte_fraction=0.5))
    assert len(staffing.staffing_faults(Staffing(contracts=contracts), "s")) == count


def test_a_holiday_month_needs_more_fte_for_the_same_hours():
    plan = Horizon(first_month="2027-05", months=2)
    paid = staffing.paid_time(Staffing(), calendar_months(plan), paid_hours(plan, 40.0), working_share(plan, "DE", None))
    assert paid.net_hours[0] == pytest.approx(21 * 8 * (19 / 21) * 0.85 * 0.88 * 0.9)
    assert paid.net_hours[1] == pytest.approx(22 * 8 * 0.85 * 0.88 * 0.9)


def one_month(paid: float, working: float, out: float, inside: float, efficiency: float) -> PaidTime:
    return PaidTime(np.array([paid]), np.array([working]), np.array([out]), np.array([inside]), efficiency)


@given(HOURS, HOURS, st.tuples(st.floats(0.5, 1), SHARES, SHARES, EFFICIENCIES), st.floats(0.2, 1.5))
def test_the_steps_sum_to_the_required_fte_and_heads(workload, on_position, losses, fraction):
    paid = one_month(PAID, *losses)
    steps = staffing.unfold(np.array([workload]), np.array([on_position]), paid, fraction)
    parts = [steps.workload_fte, steps.safety_fte, steps.shrinkage_out_fte, steps.shrinkage_in_fte, steps.schedule_loss_fte, steps.public_holiday_fte]
    scale = 1e-9 * (1 + workload + on_position)
    required = staffing.paid_fte(on_position, paid.net_hours)
    np.testing.assert_allclose(sum(parts), required, atol=scale)
    np.testing.assert_allclose(steps.required_fte, required)
    np.testing.assert_allclose(sum(parts) + steps.contract_mix_heads, staffing.heads(required, fraction), atol=scale)
    assert all((part >= -scale).all() for part in parts[2:])


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ("shrinkage_out_fte", {"out": 0.0}),
        ("shrinkage_in_fte", {"inside": 0.0}),
        ("schedule_loss_fte", {"efficiency": 1.0}),
        ("public_holiday_fte", {"working": 1.0}),
    ],
)
def test_each_step_is_empty_without_its_cause_and_only_then(step, changes):
    losses = {"working": 0.95, "out": 0.15, "inside": 0.12, "efficiency": 0.9}
    work = (np.array([10_000.0]), np.array([12_000.0]))
    assert getattr(staffing.unfold(*work, one_month(PAID, **losses), 0.9), step)[0] > 1
    assert getattr(staffing.unfold(*work, one_month(PAID, **(losses | changes)), 0.9), step)[0] == pytest.approx(0, abs=1e-12)


def test_the_last_step_is_what_leaving_it_out_would_save():
    work = (np.array([10_000.0]), np.array([12_000.0]))
    with_holidays = staffing.unfold(*work, one_month(PAID, 0.9, 0.15, 0.12, 0.9), 1.0)
    without = staffing.unfold(*work, one_month(PAID, 1.0, 0.15, 0.12, 0.9), 1.0)
    np.testing.assert_allclose(with_holidays.public_holiday_fte, with_holidays.required_fte - without.required_fte)


def test_workload_is_contacts_times_handle_time():
    assert staffing.workload_hours(810 * 28, 300) == pytest.approx(67.5 * 28)


def test_safety_staff_is_negative_where_customers_give_up():
    steps = staffing.unfold(np.array([2_700.0]), np.array([2_632.5]), one_month(PAID, 1.0, 0.0, 0.0, 1.0), 1.0)
    assert steps.safety_fte[0] == pytest.approx(-67.5 / PAID)
