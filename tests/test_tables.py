"""The tables of a plan: columns to the letter, identities in every row, blanks instead of NaN, and a hiring plan that reconciles with cost."""

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest

from planner import decisions as decided
from planner import finance, hiring, horizon, parameters
from planner.baseline import baseline
from planner.organisation import FRONTLINE
from planner.plan import project
from planner.report import tables
from planner.workforce import start_response
from tests.conftest import planned, shipped

CONTRACT = {
    "requirement": "month, site, group, queue, contacts, aht_s, on_position_hours, binding_target, required_fte, required_heads",
    "headcount": "month, site, group, role, opening_heads, start_heads, promoted_in_heads, returned_heads, promoted_out_heads, washout_heads, "
    "leaver_heads, closing_heads, productive_fte, required_fte, shortage_fte, surplus_fte, overtime_fte, contractor_fte, all_hands_fte",
    "hiring_plan": "start_month, site, group, role, source, heads, open_requisition_by, class_start, productive_month, cost, currency",
    "training": "month, site, classes_started, classes_running, trainees, trainers_needed, trainers_available, rooms_needed, rooms_available, "
    "mentors_needed, mentors_available",
    "management": "month, site, role, required_heads, heads, led_heads, span, span_limit, vacancies, promoted_heads, external_heads, ready_bench, "
    "group, required_path_heads",
    "cost": "month, site, group, role, item, amount, currency",
}
KEYS = {
    "requirement": ["month", "site", "group", "queue"],
    "headcount": ["month", "site", "group", "role"],
    "hiring_plan": ["start_month", "site", "group", "role", "source"],
    "training": ["month", "site"],
    "management": ["month", "site", "role", "group"],
    "cost": ["month", "site", "group", "role", "item"],
    "recruiting": ["month", "source"],
    "limits": ["month", "group"],
    "unit_costs": ["month"],
}
TARGETS = {"service_level", "asa", "abandonment", "occupancy", "deadline", "stated", ""}
FTE_COLUMNS = ["productive_fte", "required_fte", "shortage_fte", "surplus_fte", "overtime_fte", "contractor_fte", "all_hands_fte"]


@pytest.fixture
def found(shipped_plan):
    return tables.tables(shipped_plan)


@pytest.fixture
def centre():
    return planned(shipped("centre_600"))


def test_the_tables_have_the_columns_of_the_contract_to_the_letter(found):
    assert {name: ", ".join(found[name].columns) for name in CONTRACT} == CONTRACT


def test_every_table_has_one_row_per_key(found):
    assert {name: int(frame.duplicated(KEYS[name]).sum()) for name, frame in found.items()} == dict.fromkeys(KEYS, 0)


def test_rows_go_month_by_month(found):
    for frame in found.values():
        assert frame.iloc[:, 0].is_monotonic_increasing


def test_no_table_holds_a_nan_or_an_infinite_number(found):
    for frame in found.values():
        for name in frame.columns:
            cells = frame[name].tolist()
            assert not any(isinstance(cell, float) and not np.isfinite(cell) for cell in cells), name


def test_in_every_row_of_headcount_closing_follows_from_opening_and_moves(found):
    rows = found["headcount"]
    closing = rows.opening_heads + rows.start_heads + rows.promoted_in_heads + rows.returned_heads
    closing = closing - rows.promoted_out_heads - rows.washout_heads - rows.leaver_heads
    assert np.abs(closing - rows.closing_heads).max() < 1e-6


def test_each_month_opens_with_what_the_month_before_closed_with(found):
    rows = found["headcount"]
    for _, path in rows.groupby(["site", "group", "role"]):
        assert np.abs(path.opening_heads.to_numpy()[1:] - path.closing_heads.to_numpy()[:-1]).max(initial=0) < 1e-6


def test_over_all_roles_of_a_month_promoted_in_and_returned_are_promoted_out(found):
    sums = found["headcount"].groupby("month")[["promoted_in_heads", "returned_heads", "promoted_out_heads"]].sum()
    assert np.abs(sums.promoted_in_heads + sums.returned_heads - sums.promoted_out_heads).max() < 1e-6


def test_shortage_and_surplus_follow_exactly_from_the_other_columns(found):
    rows = found["headcount"][found["headcount"].role == FRONTLINE].astype({name: float for name in FTE_COLUMNS})
    missing = rows.required_fte - rows.productive_fte - rows.overtime_fte - rows.contractor_fte - rows.all_hands_fte
    assert (rows.shortage_fte == missing.clip(lower=0)).all()
    assert (rows.surplus_fte == (-missing).clip(lower=0)).all()


def test_roles_that_take_no_contacts_have_blank_fte_and_groups_have_none_blank(found):
    rows = found["headcount"]
    roles = rows.role != FRONTLINE
    assert rows.loc[roles, FTE_COLUMNS].isna().all(axis=None)
    assert not rows.loc[~roles, FTE_COLUMNS].isna().any(axis=None)


def test_the_table_says_the_same_shortage_as_the_plan(shipped_plan):
    assert tables.capacity(shipped_plan)["shortage_fte"] == pytest.approx(shipped_plan.shortage_fte, abs=1e-9)


def test_requirement_sums_to_the_required_fte_of_headcount(found):
    need = found["requirement"].groupby(["month", "group"]).required_fte.sum()
    told = found["headcount"][found["headcount"].role == FRONTLINE].set_index(["month", "group"]).required_fte.astype(float)
    pd.testing.assert_series_equal(need.sort_index(), told.sort_index(), check_names=False, check_dtype=False, rtol=1e-9)


def test_binding_targets_are_words_of_the_house(found):
    assert set(found["requirement"].binding_target) <= TARGETS


def test_a_group_that_states_its_heads_has_one_row_a_month_without_a_queue():
    plan = planned(shipped("growth_2000"))
    rows = tables.requirement_table(plan)
    assert len(rows) == len(plan.months) * len(plan.scenario.groups)
    assert set(rows.queue) == {""}
    assert set(rows.binding_target) == {"stated"}
    assert rows[["contacts", "aht_s", "on_position_hours"]].isna().all(axis=None)
    assert rows[rows.group == "north A"].required_heads.tolist()[:3] == [500, 525, 550]


def test_contacts_of_all_rows_are_the_contacts_of_the_queues(centre):
    from planner import demand

    asked = sum(demand.contacts(queue, centre.scenario.horizon).sum() for queue in centre.scenario.queues)
    assert float(tables.requirement_table(centre).contacts.sum()) == pytest.approx(asked)


# The hiring plan


def test_the_hiring_plan_holds_every_start_of_headcount(found):
    frontline = found["hiring_plan"].groupby(["start_month", "group", "role"]).heads.sum()
    starts = found["headcount"].set_index(["month", "group", "role"]).start_heads
    starts = starts.groupby(level=[0, 1, 2]).sum()
    assert found["hiring_plan"].heads.sum() == pytest.approx(found["headcount"].start_heads.sum())
    assert (starts[frontline.index] == frontline.to_numpy()).all()


def test_the_hiring_plan_reconciles_with_cost_item_by_item(shipped_plan):
    sides = tables.hiring_plan_reconciliation(shipped_plan)
    assert sides.hiring_plan.to_numpy() == pytest.approx(sides.cost.to_numpy(), rel=1e-6, abs=1e-6)
    assert tables.hiring_plan_table(shipped_plan).cost.sum() == pytest.approx(sides.cost.sum(), rel=1e-6)
    assert sides.set_index("item").hiring_plan["trainee_pay"] > 0


@pytest.mark.parametrize("seed", range(5))
def test_conservation_and_reconciliation_hold_for_any_decisions(centre, seed):
    chance, made = np.random.default_rng(seed), decided.nothing_decided(centre.scenario)
    for values in (made.starts, made.classes, *made.promotions.values(), *made.appointments.values()):
        values[:] = chance.integers(0, 3, values.shape)
    made.overtime_fte[:] = chance.random(made.overtime_fte.shape)
    plan = project(centre.scenario, made)
    rows, sides = tables.headcount_table(plan), tables.hiring_plan_reconciliation(plan)
    moves = rows.opening_heads + rows.start_heads + rows.promoted_in_heads + rows.returned_heads
    assert np.abs(moves - rows.promoted_out_heads - rows.washout_heads - rows.leaver_heads - rows.closing_heads).max() < 1e-6
    assert sides.hiring_plan.to_numpy() == pytest.approx(sides.cost.to_numpy(), rel=1e-6)
    assert tables.hiring_plan_table(plan).heads.sum() == rows.start_heads.sum()


def test_a_class_without_starts_is_told_apart_in_the_reconciliation(centre):
    nobody = decided.nothing_decided(centre.scenario)
    nobody.classes[3, 0] = 2
    sides = tables.hiring_plan_reconciliation(project(centre.scenario, nobody)).set_index("item")
    assert sides.loc["training", ["hiring_plan", "cost"]].tolist() == [0, 0]


def test_the_cost_of_one_hire_is_hiring_class_and_pay_until_nesting_ends(centre):
    scenario, one = centre.scenario, decided.nothing_decided(centre.scenario)
    one.starts[2, 1, 1], one.classes[2, 1] = 4, 1
    row = tables.hiring_plan_table(project(scenario, one)).iloc[0]
    group, source, given = scenario.groups[1], scenario.hiring.sources[1], scenario.finance
    in_training = start_response(group.workforce, 34, source.exit_multiplier).paid_training
    base = given.frontline_monthly_pay if group.monthly_pay is None else group.monthly_pay
    site = next(site for site in scenario.sites if site.name == group.site)
    contract = sum(contract.fte_fraction * contract.heads_share for contract in group.staffing.contracts)
    pay = sum(in_training[k] * base * site.pay_factor * contract * (1 + given.pay_rise_annual) ** ((2 + k) // 12) for k in range(34))
    assert row.cost == pytest.approx(4 * source.cost_per_hire + given.cost_per_class + 4 * pay * (1 + given.on_cost))


def test_pay_until_nesting_ends_stops_at_the_horizon(centre):
    scenario, last = centre.scenario, decided.nothing_decided(centre.scenario)
    last.starts[-1, 0, 0] = 10
    plan = project(scenario, last)
    first_month = start_response(scenario.groups[0].workforce, 1, scenario.hiring.sources[0].exit_multiplier).paid_training[0]
    assert tables.start_costs(plan).trainee_pay.sum() == pytest.approx(10 * first_month * tables.monthly_pay(scenario)[-1, 0] * plan.parts.contract_fraction[0])


def test_classes_start_on_a_workday_and_requisitions_open_the_time_to_fill_before(centre):
    rows = tables.hiring_plan_table(centre)
    frontline = rows[rows.role == FRONTLINE]
    sources = {source.name: source for source in centre.scenario.hiring.sources}
    assert len(frontline) > 20
    for row in frontline.itertuples():
        begins, opened = date.fromisoformat(row.class_start), date.fromisoformat(row.open_requisition_by)
        assert begins.strftime("%Y-%m") == row.start_month
        assert begins.weekday() < 5
        assert (begins - opened).days >= hiring.time_to_fill_days(sources[row.source], 0.9)
        assert (begins - opened).days < hiring.time_to_fill_days(sources[row.source], 0.9) + 7


def test_people_are_productive_in_the_first_month_with_ninety_percent_of_the_peak(centre):
    rows = tables.hiring_plan_table(centre)
    groups = {group.name: group for group in centre.scenario.groups}
    sources = {source.name: source for source in centre.scenario.hiring.sources}
    for row in rows[rows.role == FRONTLINE].itertuples():
        fte = start_response(groups[row.group].workforce, 60, sources[row.source].exit_multiplier).fte
        months = horizon.month_index(centre.scenario.horizon, row.productive_month) - horizon.month_index(centre.scenario.horizon, row.start_month)
        assert fte[months] >= 0.9 * fte.max() > fte[:months].max()


def test_months_beyond_the_horizon_go_on_by_name(centre):
    rows = tables.hiring_plan_table(centre)
    assert rows.productive_month.max() > centre.months[-1]


def test_appointments_open_their_search_the_lead_time_before_and_have_no_class(centre):
    rows = tables.hiring_plan_table(centre)
    leaders = rows[rows.role != FRONTLINE]
    roles = {months.role.name: months.role for months in centre.roles}
    assert set(leaders.source) == {"external"}
    assert set(leaders.class_start) == {""}
    assert (leaders.start_month == leaders.productive_month).all()
    for row in leaders.itertuples():
        start = horizon.month_index(centre.scenario.horizon, row.start_month)
        assert row.open_requisition_by == horizon.month_start(centre.scenario.horizon, start - roles[row.role].lead_time_months).isoformat()
        assert row.cost == row.heads * roles[row.role].search_cost


def test_a_plan_without_any_hire_has_an_empty_hiring_plan_with_all_columns(centre):
    plan = project(centre.scenario, decided.nothing_decided(centre.scenario))
    rows = tables.hiring_plan_table(plan)
    assert len(rows) == 0
    assert ", ".join(rows.columns) == CONTRACT["hiring_plan"]
    assert tables.cost_per_replacement(plan) is None
    assert tables.cost_of_attrition(plan).mask.all()
    assert tables.totals(plan).cost_of_attrition is None


# Training, management, recruiting, cost


def test_training_needs_are_whole_and_rooms_needed_are_the_classes_that_run(found):
    rows = found["training"]
    for name in rows.columns[2:]:
        if name != "trainees":
            assert pd.api.types.is_integer_dtype(rows[name]), name
    assert (rows.rooms_needed == rows.classes_running).all()


def test_management_has_a_row_for_every_unit_of_every_role(shipped_plan):
    rows = tables.management_table(shipped_plan)
    assert len(rows) == len(shipped_plan.months) * sum(len(months.units) for months in shipped_plan.roles)
    everywhere = {months.role.name for months in shipped_plan.roles if months.role.scope == "all"}
    assert set(rows[rows.role.isin(everywhere)].site) == {"all"}


def test_a_span_is_people_led_over_people_in_the_role_and_blank_without_any(found):
    rows = found["management"]
    led = rows.heads > 0
    assert rows[led].span.to_numpy(dtype=float) == pytest.approx((rows[led].led_heads / rows[led].heads).to_numpy())
    assert rows[~led].span.isna().all()


def test_the_bench_is_blank_where_nobody_is_promoted_and_sums_over_the_units_below(centre):
    rows = tables.management_table(centre)
    feeders = {months.role.name: months.role.feeder for months in centre.roles}
    for role, feeder in feeders.items():
        assert rows[rows.role == role].ready_bench.isna().all() == (feeder is None)
    for months in centre.roles:
        if months.ready is not None:
            told = rows[rows.role == months.role.name].groupby("month").ready_bench.sum().to_numpy(dtype=float)
            assert told == pytest.approx(months.ready.sum(axis=1))


def test_promotions_and_appointments_of_management_are_those_of_headcount(found):
    people = found["headcount"].set_index(["month", "site", "group", "role"])
    rows = found["management"].set_index(["month", "site", "group", "role"])
    assert (people.loc[rows.index].promoted_in_heads == rows.promoted_heads).all()
    assert (people.loc[rows.index].start_heads == rows.external_heads).all()


def test_offers_to_make_fill_the_starts_with_the_certainty_asked_for(centre):
    rows = tables.recruiting_table(centre)
    given = centre.scenario.hiring
    assert (rows.starts > 0).sum() > 20
    for row in rows.itertuples():
        source = next(source for source in given.sources if source.name == row.source)
        acceptance = source.funnel.accepted * source.funnel.started
        assert hiring.fill_probability(row.offers_to_make, row.starts, acceptance) >= given.class_fill_certainty
        if row.offers_to_make:
            assert hiring.fill_probability(row.offers_to_make - 1, row.starts, acceptance) < given.class_fill_certainty


def test_hours_by_source_add_up_to_the_plans_hours(shipped_plan):
    rows = tables.recruiting_table(shipped_plan).groupby("month")
    assert rows.recruiter_hours.sum().to_numpy() == pytest.approx(shipped_plan.recruiting.recruiter_hours)
    assert rows.interview_hours.sum().to_numpy() == pytest.approx(shipped_plan.recruiting.interview_hours)


def test_a_source_that_nothing_limits_has_a_blank_limit():
    plan = planned(shipped("centre_600"))
    unlimited = plan.scenario.hiring.sources[0].but(name="endless", starts_max_monthly=None, referrals_per_head_monthly=None, referral_saturation=None)
    scenario = plan.scenario.but(hiring=plan.scenario.hiring.but(sources=(unlimited,)))
    rows = tables.recruiting_table(project(scenario, decided.nothing_decided(scenario)))
    assert rows.starts_max.isna().tolist() == [month >= hiring.lead_months(unlimited) for month in range(len(plan.months))]


def test_cost_adds_up_to_the_cost_of_the_plan_month_by_month(shipped_plan):
    rows = tables.cost_table(shipped_plan)
    assert rows.groupby("month").amount.sum().to_numpy() == pytest.approx(shipped_plan.cost)
    assert set(rows.item) <= set(finance.ITEMS)
    assert set(rows.currency) == {shipped_plan.scenario.finance.currency}


def test_a_plan_that_costs_nothing_has_an_empty_cost_table(centre):
    plan = dataclasses.replace(centre, costs=())
    assert tables.cost_table(plan).shape == (0, 7)


def test_minus_zero_is_never_written(found):
    for frame in found.values():
        for name in frame.columns:
            if frame[name].dtype == float:
                assert not (np.signbit(frame[name]) & (frame[name] == 0)).any(), name


# Figures on screen


def test_cost_per_contact_is_spend_over_contacts_and_blank_without_contacts(centre):
    contacts = tables.requirement_table(centre).groupby("month").contacts.sum().to_numpy(dtype=float)
    assert tables.cost_per_contact(centre).filled(0) == pytest.approx(centre.spend / contacts)
    assert tables.cost_per_contact(planned(shipped("growth_2000"))).mask.all()
    assert tables.totals(planned(shipped("growth_2000"))).cost_per_contact is None


def test_cost_of_attrition_prices_who_left_at_what_a_hire_costs(centre):
    rows = tables.hiring_plan_table(centre)
    frontline = rows[rows.role == FRONTLINE]
    each = frontline.cost.sum() / frontline.heads.sum()
    people = tables.headcount_table(centre)
    people = people[people.role == FRONTLINE].groupby("month")[["leaver_heads", "washout_heads"]].sum().sum(axis=1).to_numpy()
    assert tables.cost_of_attrition(centre).filled(0) == pytest.approx(each * people)


def test_totals_agree_with_the_tables(shipped_plan):
    told, people = tables.totals(shipped_plan), tables.headcount_table(shipped_plan)
    frontline = people[people.role == FRONTLINE]
    assert told.starts == pytest.approx(frontline.start_heads.sum())
    assert told.closing_heads == pytest.approx(frontline[frontline.month == shipped_plan.months[-1]].closing_heads.sum())
    assert told.shortage_fte_months == pytest.approx(float(frontline.shortage_fte.sum()))
    assert told.spend + told.shortage_price == pytest.approx(told.cost) == pytest.approx(tables.cost_table(shipped_plan).amount.sum())
    assert told.opening_heads + told.starts - told.leavers - told.washouts - told.closing_heads == pytest.approx(
        float((frontline.promoted_out_heads - frontline.returned_heads).sum()), abs=1e-6
    )


def test_levers_reach_the_tables(centre):
    calm = shipped("startup_4")
    moved = parameters.put(calm, "levers.aht_change", 0.1)
    aht = [tables.requirement_table(project(scenario, baseline(scenario))).aht_s.to_numpy(dtype=float) for scenario in (calm, moved)]
    assert aht[1] == pytest.approx(1.1 * aht[0])


def test_the_tables_of_the_largest_scenario_are_made_within_a_second():
    import time

    plan = planned(shipped("giant_50000"))
    tables.tables(plan)
    begin = time.perf_counter()
    tables.tables(plan)
    assert time.perf_counter() - begin < 1


def test_unit_costs_are_the_ratios_of_their_own_columns_and_add_up_to_the_plan(shipped_plan):
    rows = tables.unit_costs_table(shipped_plan)
    ratios = (("cost_per_contact", "spend", "contacts"), ("cost_per_hire", "hiring_outlay", "start_heads"), ("cost_per_start", "start_cost", "start_heads"))
    for each, top, bottom in ratios:
        known = rows[bottom].to_numpy(dtype=float, na_value=0.0) > 0
        assert rows[each].isna().to_numpy().tolist() == (~known).tolist()
        assert rows[each][known].to_numpy(dtype=float) * rows[bottom][known].to_numpy(dtype=float) == pytest.approx(rows[top][known].to_numpy(dtype=float))
    assert rows.spend.sum() == pytest.approx(shipped_plan.spend.sum())
    hires = tables.hiring_plan_table(shipped_plan)
    assert rows.start_cost.sum() == pytest.approx(hires[hires.role == FRONTLINE].cost.sum())
    assert rows.hiring_outlay.sum() == pytest.approx(tables.item_total(shipped_plan, "hiring"))
    if rows.start_heads.sum():
        assert tables.cost_per_hire(shipped_plan) == pytest.approx(rows.hiring_outlay.sum() / rows.start_heads.sum())


def test_screen_csv_and_unit_costs_say_the_same():
    from planner.report import takeaways, words

    plan = planned(shipped("centre_600"))
    rows = tables.unit_costs_table(plan)
    assert takeaways.unit_costs(plan)["Cost per contact"][0] == words.unit_price(float(rows.spend.sum() / rows.contacts.sum()), "USD")
    assert takeaways.unit_costs(plan)["Cost per hire"][0] == words.money(float(rows.hiring_outlay.sum() / rows.start_heads.sum()), "USD")
