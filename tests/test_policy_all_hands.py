"""All-hands support: worked numbers, hours drawn person by person, the gain in peaks on a real day, and what the plan makes of it."""

import csv
import math
from datetime import datetime

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import finance, staffing
from planner.checks import check
from planner.errors import InvalidScenario
from planner.limits import broken
from planner.optimiser import optimise
from planner.optimiser.model import model
from planner.optimiser.problem import problem
from planner.policies import all_hands
from planner.policies.all_hands import POLICY, AllHandsPolicy
from planner.queueing import erlang
from planner.report.tables import tables
from planner.requirement import requirement
from planner.scenario import changed
from planner.staffing import AllHands
from tests.conftest import SHIPPED, planned, real_series, shipped
from tests.scenarios import build, office, tiny, two_sites
from tests.test_scenario_fuzz import arrays_of

NET = float(staffing.net_hours(2080 / 12, 0.15, 0.12, 0.90))
BREWER = AllHands(people=500)
IN_FOUR = AllHands(people=500, sessions_quarterly=4)
SMALL = AllHands(people=30, hours_quarterly=39, sessions_quarterly=13, proficiency=0.8)


# Worked numbers ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "hours", "effective", "fte"), [(BREWER, 1_333, 653, 5.6), (IN_FOUR, 1_333, 522, 4.5), (SMALL, 390, 247, 2.1)])
def test_hours_effective_hours_and_fte(given, hours, effective, fte):
    assert staffing.all_hands_hours(given) == pytest.approx(hours, abs=0.5)
    assert staffing.all_hands_effective_hours(given) == pytest.approx(effective, abs=0.6)
    assert staffing.all_hands_fte(given, NET) == pytest.approx(fte, abs=0.05)


def test_an_effective_hour_costs_143_dollars_and_one_of_the_frontline_a_quarter_of_it():
    each = finance.all_hands(staffing.all_hands_hours(BREWER), 70) / staffing.all_hands_effective_hours(BREWER)
    own = finance.loaded_pay(finance.Finance(), 3_600) / NET
    assert (each, own) == (pytest.approx(143, abs=0.2), pytest.approx(38.6, abs=0.05))
    assert each / own == pytest.approx(3.7, abs=0.05)


def test_training_is_that_of_every_year_and_of_newcomers():
    given = AllHands(people=120, training_hours_yearly=4, training_hours_first=8, annual_turnover=0.25)
    assert staffing.all_hands_training_hours(given) == 120 * (4 + 0.25 * 8) / 12


def test_people_at_once_are_hours_over_the_hours_open():
    assert staffing.all_hands_at_once(BREWER, 300) == pytest.approx(4.44, abs=0.01)
    with pytest.raises(ValueError, match="open some hours"):
        staffing.all_hands_at_once(BREWER, 0)


# Properties ----------------------------------------------------------------------------------------------------------------------------------


@given(st.floats(0, 1_000), st.floats(4, 100), st.integers(0, 6))
def test_more_sessions_of_the_same_hours_never_bring_more(people, hours, sessions):
    brought = [
        staffing.all_hands_effective_hours(AllHands(people=people, hours_quarterly=hours, sessions_quarterly=number)) for number in (sessions, sessions + 1)
    ]
    assert brought[1] <= brought[0]


def test_sessions_shorter_than_their_start_are_a_fault_and_bring_an_error():
    given = AllHands(people=5, hours_quarterly=1, sessions_quarterly=3)
    assert [fault.place for fault in staffing.all_hands_faults(given, "here")] == ["here.sessions_quarterly"]
    with pytest.raises(ValueError, match="shorter"):
        staffing.all_hands_effective_hours(given)
    document = tiny()
    document["groups"][0]["all_hands"] = {"people": 5, "hours_quarterly": 1, "sessions_quarterly": 3}
    with pytest.raises(InvalidScenario, match="shorter"):
        build(document)


# Person by person ----------------------------------------------------------------------------------------------------------------------------


def test_effective_hours_agree_with_sessions_drawn_person_by_person():
    """Everybody's sessions of a quarter fall on months at random, some do not take place, and each proficiency varies."""
    random, runs = np.random.default_rng(3), 300
    given = AllHands(people=80, hours_quarterly=10, sessions_quarterly=2, absence=0.1, proficiency=0.6)
    months = np.zeros(runs)
    for run in range(runs):
        for _ in range(80):
            for _ in range(2):
                takes_place, this_month = random.random() >= 0.1, random.integers(0, 3) == 0
                months[run] += (10 / 2 - 0.5) * random.uniform(0.4, 0.8) * (takes_place and this_month)
    error = 4 * months.std(ddof=1) / math.sqrt(runs)
    assert staffing.all_hands_effective_hours(given) == pytest.approx(months.mean(), abs=error)


def paid_hours(needed, blocks):
    """Fewest paid hours of 8-hour shifts with an unpaid half-hour in the middle and of 4-hour shifts, beside so many 2-hour blocks of half an agent."""
    lengths, covers = [], []
    for start in range(len(needed)):
        for hours, slots, pause in ((8, 17, 8), (4, 8, None)):
            if start + slots <= len(needed):
                cover = np.zeros(len(needed))
                cover[start : start + slots] = 1
                if pause is not None:
                    cover[start + pause] = 0
                lengths.append(hours)
                covers.append(cover)
    lp = pulp.LpProblem("day", pulp.LpMinimize)
    shifts = [lp.add_variable(f"shift_{place}", 0, None, cat=pulp.LpInteger) for place in range(len(covers))]
    helpers = [lp.add_variable(f"block_{place}", 0, None, cat=pulp.LpInteger) for place in range(len(needed) - 3)]
    lp.setObjective(pulp.lpSum(hours * shift for hours, shift in zip(lengths, shifts, strict=True)))
    for slot, agents in enumerate(needed):
        own = pulp.lpSum(shift for shift, cover in zip(shifts, covers, strict=True) if cover[slot])
        lp.addConstraint(own + 0.5 * pulp.lpSum(helpers[max(slot - 3, 0) : slot + 1]) >= int(agents))
    lp.addConstraint(pulp.lpSum(helpers) <= blocks)
    lp.solve(pulp.HiGHS(msg=False))
    return pulp.value(lp.objective)


def test_blocks_placed_in_the_peaks_of_a_real_day_spare_two_paid_hours_for_each_effective_one():
    totals, days = np.zeros(28), set()
    with real_series("bank_calls_5min_2003.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            begin = datetime.fromisoformat(row["interval_start"])
            slot = (60 * begin.hour + begin.minute - 420) // 30
            days.add(begin.date())
            if slot < 28:
                totals[slot] += float(row["calls"])
    needed = erlang.required_agents(0.1 * totals / len(days) * 300 / 1800, 300, 0.8, 20, 180)
    assert needed.sum() / 2 == 307
    hours = [paid_hours(needed, blocks) for blocks in (0, 8, 14)]
    assert hours == pytest.approx([324, 308, 296])
    assert (hours[0] - hours[1]) / 8 == pytest.approx(AllHandsPolicy().peak_leverage)


# Through the plan ----------------------------------------------------------------------------------------------------------------------------


def served(**all_hands_of_group):
    document = office(6)
    document["queues"][0]["base_contacts"] = 60_000
    document["groups"][0]["all_hands"] = all_hands_of_group
    return build(document)


def test_the_plan_takes_what_they_bring_off_what_its_own_people_must_bring():
    given = {"people": 60, "hours_quarterly": 24, "sessions_quarterly": 3}
    need = requirement(served(**given))
    expected = staffing.all_hands_effective_hours(AllHands(**given)) / need.net_hours[:, 0]
    assert need.all_hands_fte[:, 0] == pytest.approx(expected)
    assert need.frontline_fte == pytest.approx(need.group_fte - need.all_hands_fte)
    assert need.group_fte == pytest.approx(requirement(served()).group_fte)
    plan = planned(served(**given))
    assert plan.shortage_fte.sum() < planned(served()).shortage_fte.sum()
    rows = tables(plan)["headcount"]
    assert rows[rows.role == "frontline"].all_hands_fte.to_numpy(dtype=float) == pytest.approx(expected)


def test_five_hundred_people_a_day_a_quarter_spare_5_6_fte_in_a_month_of_173_hours():
    """January 2027 has 21 weekdays: 168 paid hours and 113.1 net hours instead of 116.7."""
    need = requirement(served(people=500))
    january = need.net_hours[0, 0]
    assert need.all_hands_fte[0, 0] == pytest.approx(653.1 / january, abs=0.01)
    assert need.all_hands_fte[0, 0] * january / NET == pytest.approx(5.6, abs=0.05)


def test_they_bring_no_more_than_their_share_and_cost_their_hours_all_the_same():
    plan = planned(served(people=5_000, share_max=0.1))
    assert plan.all_hands_fte == pytest.approx(0.1 * plan.required_fte)
    line = next(line for line in plan.costs if line.item == "other")
    given = AllHands(people=5_000)
    assert line.amount == pytest.approx(np.full(6, 70 * (staffing.all_hands_hours(given) + staffing.all_hands_training_hours(given))))


def test_leaders_are_counted_for_the_groups_own_people():
    plan, plain = planned(served(people=400, share_max=0.5)), planned(served())
    assert plan.role("team_lead").required_path[0, 0] < plain.role("team_lead").required_path[0, 0]


def test_nobody_who_takes_part_changes_nothing():
    scenario = served()
    nobody = changed(scenario, {"groups.care.all_hands.hours_quarterly": 40, "groups.care.all_hands.people": 0})
    for (name, one), (_, two) in zip(arrays_of(planned(scenario)), arrays_of(planned(nobody)), strict=True):
        assert np.array_equal(one, two), name


def small():
    document = two_sites(6)
    for group in document["groups"]:
        group["stated_heads"] = {"start": 100}
        group["all_hands"] = {"people": 90, "peak_leverage": 1.5}
    document["finance"]["budget_monthly"] = [900_000] * 6
    return build(document)


def test_the_optimum_is_replayed_at_its_cost_within_the_budget():
    solution, one = optimise(small(), time_limit_s=60, gap=0.05), problem(model(small()))
    assert solution.plan is not None
    columns = one.model.columns_of(solution.plan)
    assert one.cost.at(columns).sum() == pytest.approx(solution.plan.cost.sum(), rel=1e-9)
    assert one.objective(columns) == pytest.approx(solution.charged, rel=1e-9)
    assert one.allows(columns)
    assert solution.plan.all_hands_fte.all()
    assert [breach for breach in broken(solution.plan) if breach.limit == "budget"] == []


# The policy ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_the_neutral_policy_leaves_a_scenario_as_it_is(name):
    assert POLICY.apply(shipped(name), AllHandsPolicy.neutral()) is shipped(name)


@pytest.mark.parametrize("name", ["growth_2000", "centre_600", "startup_4"])
def test_the_policy_on_a_shipped_scenario_keeps_every_check(name):
    plan = planned(POLICY.apply(shipped(name), AllHandsPolicy(other_people=50)))
    assert [result for result in check(plan) if not result.holds] == []
    assert plan.all_hands_fte.sum() > 0


def test_everyone_is_the_ladder_and_the_others_while_executives_are_its_top():
    scenario = shipped("growth_2000")
    everybody = sum(unit.heads for role in scenario.organisation.roles for unit in role.opening_heads)
    top = sum(unit.heads for role in scenario.organisation.roles if role.name == "executive" for unit in role.opening_heads)
    assert all_hands.people(scenario, AllHandsPolicy(other_people=70)) == everybody + 70
    assert all_hands.people(scenario, AllHandsPolicy(who="executives", other_people=70)) == top
    applied = POLICY.apply(scenario, AllHandsPolicy(other_people=70))
    assert sum(group.all_hands.people for group in applied.groups) == pytest.approx(everybody + 70)


def test_in_peaks_they_spare_twice_as_much():
    scenario = shipped("growth_2000")
    evenly, peaks = (requirement(POLICY.apply(scenario, AllHandsPolicy(placed=placed))).all_hands_fte for placed in ("evenly", "in_peaks"))
    assert peaks == pytest.approx(2 * evenly)


def told(scenario, chosen):
    return {figure.name: figure.value for figure in POLICY.figures(scenario, chosen)}


def test_the_figures_are_the_worked_numbers():
    document = tiny(heads=100)
    document["organisation"]["roles"] = [role | {"opening_heads": []} for role in document["organisation"]["roles"]]
    found = told(build(document), AllHandsPolicy(other_people=500))
    assert found["Effective hours a month"] == pytest.approx(653.1, abs=0.1)
    assert found["Cost of an effective hour"] == pytest.approx(143, abs=0.2)
    assert found["Own people spared, hours cut into four times as many sessions"] / found["Own people spared"] == pytest.approx(0.8)
    assert found["Cost of an effective hour, training included"] > found["Cost of an effective hour"]


def test_hours_that_bring_nothing_have_no_cost_each():
    found = told(shipped("startup_4"), AllHandsPolicy(hours_quarterly=8, sessions_quarterly=16))
    assert found["Cost of an effective hour"] is None
    assert found["Own people spared, hours cut into four times as many sessions"] is None
