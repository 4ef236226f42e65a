"""The plan against an oracle written from the definitions: ladder, bench, classes, recruiting and cost; and "+100 a month from 2,000"."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.baseline import baseline
from planner.decisions import Decisions, nothing_decided
from planner.errors import InvalidDecisions
from planner.parameters import put, put_all
from planner.plan import missing_fte, project, whole
from planner.requirement import requirement
from tests import recursion
from tests.conftest import planned, shipped
from tests.scenarios import FULLY_PROFICIENT, NO_TRAINING, NOBODY_LEAVES, build, changed, everything, role, tiny, two_sites
from tests.test_cohorts import by_recursion

MONTHS = 18
SCENARIO = build(two_sites(MONTHS))
GROUPS, SITES = ("sales", "care"), ("Austin", "Porto")
UNITS = {"team_lead": GROUPS, "manager": SITES, "executive": ("all",), "trainer": SITES, "recruiter": ("all",)}
FEEDER = {"team_lead": "frontline", "manager": "team_lead", "executive": "manager", "trainer": "frontline"}


def whole_numbers(shape, most):
    size = int(np.prod(shape))
    return st.lists(st.integers(0, most), min_size=size, max_size=size).map(lambda values: np.array(values, dtype=float).reshape(shape))


@st.composite
def decisions(draw):
    """Any decisions for SCENARIO; promotions few enough to leave settled people."""
    return Decisions(
        starts=draw(whole_numbers((MONTHS, 2, 2), 8)),
        classes=draw(whole_numbers((MONTHS, 2), 2)),
        overtime_fte=draw(whole_numbers((MONTHS, 2), 3)) / 2,
        contractor_fte=draw(whole_numbers((MONTHS, 2), 4)) / 4,
        promotions={name: draw(whole_numbers((MONTHS, len(UNITS.get(feeder, GROUPS))), 1)) for name, feeder in FEEDER.items()},
        appointments={name: draw(whole_numbers((MONTHS, len(units)), 2)) for name, units in UNITS.items()},
    )


def roles_by_name(scenario):
    return {each.name: each for each in scenario.organisation.roles}


def upper_unit(name, unit):
    """Which unit of a role the unit of its feeder is promoted into: by group, by site, or the only one."""
    return unit if len(UNITS[name]) > 1 else 0


def failing(each, attempts):
    return attempts * each.promotion_failure * each.return_share


def frontline_flows(decided, roles):
    """People promoted away from each group and people who fail and return, at each month's end."""
    away, back = np.zeros((MONTHS, 2)), np.zeros((MONTHS, 2))
    for name in ("team_lead", "trainer"):
        away += decided.promotions[name]
        back += failing(roles[name], decided.promotions[name])
    return away, back


def ladder_by_recursion(scenario, decided):
    """Every unit of every role by the oracle: {role: [unit rows by month]}, and the Role objects."""
    roles, found, kept = roles_by_name(scenario), {}, {}
    feeds = {feeder: name for name, feeder in FEEDER.items() if feeder != "frontline"}
    for name, units in UNITS.items():
        opening = {entry.unit: entry.heads for entry in roles[name].opening_heads}
        lines = [recursion.Role(roles[name], opening.get(unit, 0.0)) for unit in units]
        attempts = decided.promotions.get(name, np.zeros((MONTHS, len(units))))
        above = feeds.get(name)
        for month in range(MONTHS):
            for u, line in enumerate(lines):
                into = sum(attempts[month, f] for f in range(attempts.shape[1]) if upper_unit(name, f) == u)
                away = decided.promotions[above][month, u] if above else 0.0
                line.month(decided.appointments[name][month, u], into, away, failing(roles[above], away) if above else 0.0)
        found[name], kept[name] = [line.rows for line in lines], lines
    return found, kept


@settings(max_examples=20)
@given(decisions())
def test_every_role_is_the_month_by_month_recursion(decided):
    plan = project(SCENARIO, decided)
    found, _ = ladder_by_recursion(SCENARIO, decided)
    for months in plan.roles:
        for u, rows in enumerate(found[months.role.name]):
            for field in ("opening", "starts", "heads", "promoted_in", "returned", "promoted_out", "leavers", "closing"):
                assert np.allclose(getattr(months.path, field)[:, u], [row[field] for row in rows], rtol=0, atol=1e-9), (months.role.name, field)


@settings(max_examples=20)
@given(decisions())
def test_the_frontline_of_a_plan_is_the_recursion_under_its_promotions(decided):
    plan = project(SCENARIO, decided)
    away, back = frontline_flows(decided, roles_by_name(SCENARIO))
    for g, rows in enumerate(by_recursion(SCENARIO, decided.starts, away, back)):
        for name in ("heads", "closing", "productive_fte", "mentors_eligible", "leavers"):
            assert np.allclose(getattr(plan.frontline, name)[:, g], [row[name] for row in rows], rtol=0, atol=1e-9), name


def bench_by_recursion(scenario, decided, name):
    """The ready bench of one role by unit of its feeder."""
    roles, feeder, grade = roles_by_name(scenario), FEEDER[name], int(roles_by_name(scenario)[name].time_in_grade_months)
    benches = []
    if feeder == "frontline":
        away, back = frontline_flows(decided, roles)
        for g, group in enumerate(scenario.groups):
            line = recursion.Frontline(group, scenario.sites[g].training, [1.0, 0.5], 1.0)
            bench = recursion.Bench(roles[name].ready_share * (line.settled + line.with_tenure(grade)))
            leave = recursion.monthly_probability(group.workforce, recursion.SETTLED)
            for month in range(MONTHS):
                matured = sum(each.by_tenure[grade] for each in line.lines if grade < len(each.by_tenure)) if month else 0.0
                bench.month(leave, roles[name].ready_share, matured, decided.promotions[name][month, g])
                line.month(decided.starts[month, g].tolist(), away[month, g], back[month, g])
            benches.append(bench.rows)
        return benches
    _, lines = ladder_by_recursion(scenario, decided)
    opening = {entry.unit: entry.heads for entry in roles[feeder].opening_heads}
    for u, unit in enumerate(UNITS[feeder]):
        bench = recursion.Bench(roles[name].ready_share * opening.get(unit, 0.0))
        for month in range(MONTHS):
            matured = lines[feeder][u].matured(month, grade)
            bench.month(roles[feeder].exit_probability_monthly, roles[name].ready_share, matured, decided.promotions[name][month, u])
        benches.append(bench.rows)
    return benches


@settings(max_examples=20)
@given(decisions())
def test_every_bench_is_the_recursion_of_the_model(decided):
    plan = project(SCENARIO, decided)
    for name in FEEDER:
        for u, rows in enumerate(bench_by_recursion(SCENARIO, decided, name)):
            assert np.allclose(plan.role(name).ready[:, u], rows, rtol=0, atol=1e-9), (name, u)


@settings(max_examples=20)
@given(decisions())
def test_required_leaders_are_those_of_whichever_frontline_is_larger(decided):
    plan = project(SCENARIO, decided)
    required = [[85] * MONTHS, [70 + 2 * month for month in range(MONTHS)]]
    heads = {unit: plan.frontline.heads[:, g] for g, unit in enumerate(GROUPS)}
    for month in range(MONTHS):
        larger = [max(heads[unit][month], required[g][month]) for g, unit in enumerate(GROUPS)]
        leads = [math.ceil(number / 12 - 1e-9) for number in larger]
        assert plan.role("team_lead").required[month].tolist() == leads
        assert plan.role("executive").required[month, 0] == math.ceil(sum(larger) / 100 - 1e-9)
        assert plan.role("executive").required_path[month, 0] == math.ceil((required[0][month] + required[1][month]) / 100 - 1e-9)
        most_leads = [max(leads[g], plan.role("team_lead").path.heads[month, g]) for g in range(2)]
        assert plan.role("manager").required[month].tolist() == [math.ceil(number / 7 - 1e-9) for number in most_leads]
        for name in UNITS:
            each = plan.role(name)
            filled = [max(0, needed - math.ceil(there - 0.5 - 1e-9)) for needed, there in zip(each.required[month], each.path.heads[month], strict=True)]
            assert each.vacancies[month].tolist() == filled


@settings(max_examples=20)
@given(decisions())
def test_classes_trainers_and_mentors_are_counted_month_by_month(decided):
    plan = project(SCENARIO, decided)
    for s in range(2):
        training = SCENARIO.sites[s].training
        for month in range(MONTHS):
            running = decided.classes[month, s] + (1 if month == 0 else 0)
            assert plan.training.classes_running[month, s] == running, "a class of one month, and five people in one class on day 1"
            assert plan.training.trainers_needed[month, s] == math.ceil(running * training.trainers_per_class)
            assert plan.training.mentors_needed[month, s] == math.ceil(plan.frontline.nesting[month, s] / training.mentees_per_mentor - 1e-9)
            eligible = plan.frontline.mentors_eligible[month, s] * training.mentor_share_max
            assert plan.training.mentors_available[month, s] == max(0, math.ceil(eligible - 0.5 - 1e-9))


@settings(max_examples=15)
@given(decisions())
def test_recruiting_hours_fall_evenly_in_the_months_before_a_start(decided):
    plan, hiring = project(SCENARIO, decided), SCENARIO.hiring
    offers = 1 / (0.75 * 0.92)
    each = 0.05 * offers / 0.5 / 0.45 / 0.35 + offers / 0.5 / 0.45 / 3 + 0.75 * offers
    hours = np.zeros(MONTHS + 2)
    for month in range(MONTHS):
        for before in (1, 2):
            hours[month - before] += decided.starts[month].sum() * each / 2
    assert np.allclose(plan.recruiting.recruiter_hours, hours[:MONTHS])
    assert np.allclose(plan.recruiting.recruiter_hours_available, plan.role("recruiter").path.heads.sum(axis=1) * hiring.recruiter_hours_monthly)
    assert np.allclose(plan.recruiting.interview_hours_available, plan.role("team_lead").path.heads.sum(axis=1) * 15)
    assert plan.recruiting.starts_max[:2].tolist() == [[0, 0], [0, 0]]
    assert np.isinf(plan.recruiting.starts_max[2:]).all()


# --- Cost


def euro(month):
    return 1.1 if month < 6 else 1.2


def rise(month):
    return 1.04 ** (month // 12)


def cost_by_hand(plan):
    """Every item of cost by (site, group, role, item) and month, from the plan's people and the scenario's prices."""
    decided, found = plan.decisions, {}
    for month in range(MONTHS):
        for g, (group, site) in enumerate(zip(GROUPS, SITES, strict=True)):
            pay = (3_600 if g == 0 else 2_900 * 0.6 * euro(month)) * rise(month)
            fraction = 1.0 if g == 0 else 0.85
            missing = plan.required_fte[month, g] - plan.frontline.productive_fte[month, g] - decided.overtime_fte[month, g] - decided.contractor_fte[month, g]
            items = {
                "pay": plan.frontline.heads[month, g] * fraction * pay,
                "on_cost": plan.frontline.heads[month, g] * fraction * pay * 0.25,
                "hiring": decided.starts[month, g] @ [4_000, 900],
                "training": decided.classes[month, g] * 6_000,
                "overtime": decided.overtime_fte[month, g] * pay * 1.25 * 1.5,
                "contractor": decided.contractor_fte[month, g] * 6_500,
                "shortage_price": (missing if missing > 1e-9 else 0) * pay * 1.25 * 3,
            }
            found |= {(site, group, "frontline", item, month): amount for item, amount in items.items()}
        for name, each in roles_by_name(plan.scenario).items():
            for u, unit in enumerate(UNITS[name]):
                where = {"group": (SITES[u], unit), "site": (unit, "all"), "all": ("all", "all")}[each.scope]
                pay = each.monthly_pay * rise(month) * (0.6 * euro(month) if where[0] == "Porto" else 1)
                outside = sum(
                    decided.appointments[name][before, u] * (1 - each.exit_probability_monthly) ** (month - before) for before in range(month + 1)
                )
                gross = plan.role(name).path.heads[month, u] * pay + outside * pay * each.external_premium
                items = {"pay": gross, "on_cost": gross * 0.25, "management_search": decided.appointments[name][month, u] * each.search_cost}
                found |= {(*where, name, item, month): amount for item, amount in items.items()}
    return found


@settings(max_examples=15)
@given(decisions())
def test_every_item_of_cost_is_recomputed_by_hand(decided):
    plan = project(SCENARIO, decided)
    expected = cost_by_hand(plan)
    told = {(line.site, line.group, line.role, line.item, month): line.amount[month] for line in plan.costs for month in range(MONTHS)}
    assert set(told) <= set(expected)
    for key, amount in expected.items():
        assert told.get(key, 0.0) == pytest.approx(amount, abs=1e-6, rel=1e-12), key
    assert plan.cost.sum() == pytest.approx(sum(expected.values()))
    assert plan.spend.sum() == pytest.approx(sum(amount for key, amount in expected.items() if key[3] != "shortage_price"))


def test_doubling_all_pay_doubles_the_pay_bill_and_nothing_else():
    scenario = build(everything())
    doubled = put_all(
        scenario,
        {parameter: 2 * value for parameter, value in (
            ("finance.frontline_monthly_pay", scenario.finance.frontline_monthly_pay),
            ("groups.generalists.monthly_pay", scenario.groups[0].monthly_pay),
            *((f"organisation.roles.{each.name}.monthly_pay", each.monthly_pay) for each in scenario.organisation.roles),
        )},
    )  # fmt: skip
    decided = baseline(scenario)
    before, after = project(scenario, decided), project(doubled, decided)
    for once, twice in zip(before.costs, after.costs, strict=True):
        factor = 2 if once.item in ("pay", "on_cost", "overtime", "shortage_price") else 1
        assert np.allclose(twice.amount, factor * once.amount), once.item


def test_a_plan_without_anyone_costs_nothing_in_every_month():
    empty = [(f"organisation.roles.{position}.opening_heads", []) for position in range(3)]
    nobody = build(changed(tiny(3, heads=0), *empty))
    plan = project(nobody, nothing_decided(nobody))
    assert plan.cost.tolist() == plan.spend.tolist() == [0, 0, 0]


# --- Shortage, starts, shapes


@settings(max_examples=15)
@given(decisions())
def test_required_is_available_and_missing_less_spare(decided):
    plan = project(SCENARIO, decided)
    assert np.allclose(plan.required_fte, plan.available_fte + plan.shortage_fte - plan.surplus_fte)
    assert (plan.shortage_fte * plan.surplus_fte == 0).all()
    assert (plan.shortage_fte >= 0).all()


def test_a_difference_of_rounding_is_no_shortage():
    assert missing_fte(np.array([5.0, 5.0]), np.array([5 - 1e-12, 4.0])).tolist() == [0, 1]


def test_half_a_person_gone_is_a_vacancy():
    assert whole(np.array([3.0, 2.6, 2.5, 2.4, 0.5 + 1e-12])).tolist() == [3, 3, 2, 2, 0]


def test_signed_starts_come_in_the_first_months_whatever_the_time_to_fill():
    scenario = build(tiny(6, signed_starts=[3, 4]))
    decided = baseline(scenario)
    assert decided.starts[:2, 0, 0].tolist() == [3, 4]
    assert decided.classes[:2, 0].tolist() == [1, 1]


def test_decisions_of_another_scenario_are_refused():
    with pytest.raises(InvalidDecisions, match="months, groups and sources"):
        project(SCENARIO, nothing_decided(build(tiny())))


def test_levers_are_worked_in_once():
    scenario = build(everything())
    plan = project(scenario, baseline(scenario))
    again = project(plan.scenario, plan.decisions)
    assert np.array_equal(plan.cost, again.cost)
    assert np.array_equal(plan.required_fte, again.required_fte)


def test_a_known_requirement_may_be_handed_in():
    scenario = build(two_sites(MONTHS))
    need = requirement(scenario)
    assert np.array_equal(project(scenario, baseline(scenario, need), need).cost, project(scenario, baseline(scenario)).cost)


def test_what_is_not_given_is_decided_by_nobody():
    plan = project(SCENARIO, nothing_decided(SCENARIO))
    assert not plan.frontline.starts.any()
    assert (np.diff(plan.frontline.heads, axis=0) < 0).all()


# --- 2,000 people, +100 a month


def test_growth_2000_needs_20_26_32_and_44_executives_for_the_required_path():
    path = planned(put(shipped("growth_2000"), "horizon.months", 36)).role("executive").required_path[:, 0]
    assert path[[0, 6, 12, 24]].tolist() == [20, 26, 32, 44]


def when_broken(months=25, exits=0.0):
    """2,000 people who never leave and need no training, +100 a month; executives are sought only once their ratio is broken, and take six months."""
    people = NO_TRAINING | NOBODY_LEAVES | FULLY_PROFICIENT
    document = changed(
        tiny(months, heads=2_000, **people),
        ("groups.0.stated_heads", {"start": 2_000, "add_monthly": 100}),
        ("sites.0.training", {"class_size_min": 1, "class_size_max": 100, "rooms": 5}),
        ("hiring.sources.0", {"name": "boards", "time_to_fill_median_days": 5}),
        ("organisation.roles.0", role("team_lead", 12, {"care": 200}, scope="group", lead_time_months=0)),
        ("organisation.roles.2", role("recruiter", 50, {"all": 60}, kind="support", scope="all", lead_time_months=0)),
    )
    executive = role("executive", 100, {"all": 20}, scope="all", seek="when_broken", lead_time_months=6, internal_share=0, exit_probability_monthly=exits)
    return build(changed(document, ("organisation.roles", [*document["organisation"]["roles"], executive])))


@pytest.mark.parametrize(("exits", "at_6", "at_24"), [(0.0, 130, 116), (0.01, 138, 122)])
def test_executives_sought_only_once_the_ratio_is_broken_drift_to_130_to_1_by_month_6(exits, at_6, at_24):
    scenario = when_broken(exits=exits)
    plan = project(scenario, baseline(scenario))
    assert plan.frontline.heads[:, 0].tolist() == pytest.approx([2_000 + 100 * month for month in range(25)])
    executives = plan.role("executive")
    drift = executives.led[:, 0] / executives.path.heads[:, 0]
    assert drift[[6, 24]].round().tolist() == [at_6, at_24]
    assert executives.required[[0, 6, 12, 24], 0].tolist() == [20, 26, 32, 44]


def test_executives_sought_ahead_hold_their_ratio_from_their_lead_time_on():
    scenario = put(when_broken(), "organisation.roles.executive.seek", "ahead")
    executives = project(scenario, baseline(scenario)).role("executive")
    assert executives.vacancies[:6, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert not executives.vacancies[6:].any()
