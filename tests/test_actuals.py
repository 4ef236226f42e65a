"""Actuals and the scenario that goes on from them: what equals the plan gives the plan back, what contradicts itself is refused with every place."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import checks, scenario
from planner.actuals import Actuals, InvalidActuals, as_planned, read_actuals, read_actuals_safely, rolled
from planner.actuals.reading import all_rows, opening_of
from planner.actuals.rolling import staying_of
from planner.baseline import baseline
from planner.decisions import nothing_decided
from planner.horizon import month_labels
from planner.optimiser import optimise
from planner.optimiser.beginning import beginning_faults
from planner.organisation import FRONTLINE
from planner.parameters import put_all
from planner.plan import project
from planner.report import actuals as report
from planner.report import export
from tests.conftest import planned, shipped
from tests.scenarios import MONTH_IN_WEEKS, NO_TRAINING, NOBODY_LEAVES, build, changed, documents, tiny, two_sites

HEADER = "month,group,starts,leavers,headcount"


def figures(plan, first=0):
    """Everything of a plan that must go on as it was, from a month on."""
    found = {name: getattr(plan.frontline, name)[first:] for name in plan.frontline.__dataclass_fields__}
    found |= {name: getattr(plan, name)[first:] for name in ("required_fte", "shortage_fte", "cost", "spend", "participants", "designed_exits")}
    for each in plan.roles:
        found |= {each.role.name: each.path.heads[first:], f"{each.role.name} open": each.vacancies[first:]}
    return found


def assert_goes_on(plan, after, gone, relative=1e-7):
    """The plan after a roll is the rest of the plan before."""
    wanted, found = figures(plan, gone), figures(after)
    for name, values in wanted.items():
        assert found[name] == pytest.approx(values, rel=relative, abs=relative * max(1.0, float(np.abs(values).max()))), name


# What equals the plan --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [1, 3, 13])
@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_actuals_that_equal_the_plan_give_the_rest_of_the_plan(name, gone):
    given_scenario, plan = shipped(name), planned(shipped(name))
    found = rolled(given_scenario, plan.decisions, as_planned(plan, gone))
    after = project(found.scenario, found.decisions)
    assert after.months == plan.months[gone:]
    assert_goes_on(plan, after, gone)
    for before, each in zip(plan.roles, after.roles, strict=True):
        if before.ready is not None:
            assert each.ready[1:] == pytest.approx(before.ready[gone + 1 :], rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("gone", [1, 4, 11])
def test_levers_that_are_moved_stay_moved_and_growth_goes_on_from_where_it_was(gone):
    moved = scenario.changed(shipped("centre_600"), {"levers.growth_monthly": 0.01, "levers.aht_change": 0.05, "levers.first_span": 11, "levers.top_span": 90})
    plan = planned(moved)
    found = rolled(moved, plan.decisions, as_planned(plan, gone))
    assert found.scenario.levers == moved.levers
    assert_goes_on(plan, project(found.scenario, found.decisions), gone)


@pytest.mark.parametrize("gone", [1, 5, 12, 14])
def test_series_budgets_rises_of_pay_and_exchange_rates_go_on(gone):
    document = changed(
        two_sites(18),
        ("groups.0.stated_heads", {"path": [85 + month for month in range(18)]}),
        ("finance.budget_monthly", [1_000_000 + month for month in range(18)]),
        ("finance.first_rise_months", 5),
        ("levers", {"growth_monthly": 0.01}),
    )
    before = build(document)
    plan = project(before, baseline(before))
    found = rolled(before, plan.decisions, as_planned(plan, gone))
    assert_goes_on(plan, project(found.scenario, found.decisions), gone)
    assert found.scenario.finance.budget_monthly == tuple(1_000_000.0 + month for month in range(gone, 18))


@settings(max_examples=40)
@given(document=documents(), gone=st.integers(1, 13))
def test_whatever_the_scenario_actuals_that_equal_the_plan_give_its_people_and_leaders_back(document, gone):
    before = build(document)
    nobody_promoted = baseline(before)
    nobody_promoted = dataclasses.replace(nobody_promoted, promotions={name: 0 * each for name, each in nobody_promoted.promotions.items()})
    plan = project(before, nobody_promoted)
    found = rolled(before, nobody_promoted, as_planned(plan, gone))
    assert_goes_on(plan, project(found.scenario, found.decisions), gone)


@settings(max_examples=40)
@given(document=documents(), gone=st.integers(1, 13), seed=st.integers(0, 10_000))
def test_whatever_happened_the_plan_goes_on_from_the_headcount_there_was(document, gone, seed):
    before = build(document)
    plan = project(before, baseline(before))
    actuals = happened_otherwise(before, plan, gone, np.random.default_rng(seed))
    found = rolled(before, plan.decisions, actuals)
    after = project(found.scenario, baseline(found.scenario))
    last = {row: float(heads) for row, heads in zip(actuals.rows, actuals.headcount[-1], strict=True)}
    assert {row: heads for row, heads in opening_of(found.scenario).items() if row in last} == pytest.approx(last, abs=1e-6)
    for check in checks.CHECKS:
        assert np.abs(check(after)).max(initial=0.0) < 1e-6 * (1 + max(last.values())), check.__name__


def happened_otherwise(before, plan, gone, random):
    """Frontline actuals that keep conservation, with other starts and leavers than planned and nobody promoted."""
    groups = [(FRONTLINE, group.name) for group in before.groups]
    opening = np.array([opening_of(before)[row] for row in groups])
    starts = random.integers(0, 9, (gone, len(groups))).astype(float)
    there, headcount = opening, []
    for month in range(gone):
        there = (there + starts[month]) * random.uniform(0.7, 1.0, len(groups))
        headcount.append(there)
    nobody = np.zeros_like(starts)
    return Actuals("hr.csv", plan.months[:gone], tuple(groups), opening, starts, nobody, nobody, np.array(headcount))


# Who is there --------------------------------------------------------------------------------------------------------------------------------


def small(**workforce):
    return build(tiny(12, 20, **(workforce | {"opening": [{"tenure_months": 24, "heads": 10}]})))


def after_months(before, *months):
    """The scenario rolled over months of (starts, leavers) of the one group, where nothing was decided."""
    heads, rows = opening_of(before)[FRONTLINE, "care"], [(FRONTLINE, "care")]
    opening, closing = heads, []
    for starts, leavers in months:
        heads += starts - leavers
        closing.append([heads])
    starts = np.array([[started] for started, _ in months], dtype=float)
    nobody = np.zeros_like(starts)
    actuals = Actuals("hr.csv", month_labels(before.horizon)[: len(months)], tuple(rows), np.array([opening]), starts, nobody, nobody, np.array(closing))
    return rolled(before, nothing_decided(before), actuals).scenario


def test_people_who_started_last_month_are_kept_in_their_training():
    people = after_months(small(**NOBODY_LEAVES), (6, 0)).groups[0].workforce
    assert [(row.tenure_months, row.heads) for row in people.opening] == [(25.0, 10.0)]
    assert [(row.months_ago, row.heads) for row in people.earlier_starts] == [(1.0, 6.0)]


def test_people_who_have_left_nesting_are_counted_by_their_tenure():
    stages = {"classroom_washout": 0, "nesting_washout": 0}
    people = after_months(small(**NOBODY_LEAVES, **stages), (6, 0), (0, 0), (0, 0)).groups[0].workforce
    assert [(row.tenure_months, row.heads) for row in people.opening] == [(27.0, 10.0), (1.0, 6.0)]
    assert people.earlier_starts == ()


def test_a_class_of_which_nobody_left_where_washout_was_expected_is_still_whole():
    people = after_months(small(**NOBODY_LEAVES), (6, 0), (0, 0)).groups[0].workforce
    assert sum(row.heads for row in people.opening) == 16.0


def test_more_leavers_than_expected_are_taken_from_everybody_alike():
    leaves = {"tenure_bands": [{"up_to_months": None, "exit_probability_monthly": 0.1}]} | NO_TRAINING
    two_tenures = {"opening": [{"tenure_months": 24, "heads": 10}, {"tenure_months": 1, "heads": 30}]}
    people = after_months(build(tiny(12, 20, **leaves, **two_tenures)), (0, 20)).groups[0].workforce
    assert [(row.tenure_months, row.heads) for row in people.opening] == [(25.0, pytest.approx(5)), (2.0, pytest.approx(15))]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1)), min_size=1, max_size=6), st.floats(0, 1))
def test_leavers_are_dealt_out_to_the_last_and_nobody_falls_below_zero(cohorts, share):
    heads = np.array([people for people, _ in cohorts])
    expected = heads * [chance for _, chance in cohorts]
    leavers = share * float(heads.sum())
    left = staying_of(heads, expected, leavers)
    assert float(left.sum()) == pytest.approx(float(heads.sum()) - leavers, abs=1e-9)
    assert (left >= -1e-9).all()
    assert (left <= heads + 1e-9).all()


def test_leavers_as_expected_leave_everybody_as_the_model_does():
    assert staying_of(np.array([10.0, 90.0]), np.array([2.0, 3.0]), 5.0).tolist() == [8.0, 87.0]


def test_starts_on_their_way_by_the_lead_time_count_as_signed():
    before, gone = shipped("centre_600"), 3
    plan = planned(before)
    found = rolled(before, plan.decisions, as_planned(plan, gone))
    for g, group in enumerate(found.scenario.groups):
        signed = np.array(group.workforce.signed_starts)
        assert (signed <= plan.decisions.starts[gone : gone + len(signed), g].sum(axis=1)).all()
    assert any(group.workforce.signed_starts for group in found.scenario.groups)
    assert (baseline(found.scenario).starts[0].sum(axis=1) >= [(*group.workforce.signed_starts, 0)[0] for group in found.scenario.groups]).all()


def test_leaders_searched_for_before_come_as_they_signed():
    before, gone = shipped("growth_2000"), 2
    plan = planned(before)
    found = rolled(before, plan.decisions, as_planned(plan, gone))
    decided = baseline(found.scenario)
    for role in found.scenario.organisation.roles:
        coming = plan.decisions.appointments[role.name][gone : gone + role.lead_time_months]
        assert sum(row.heads for row in role.under_way.signed) == coming.sum()
        assert (decided.appointments[role.name][: len(coming)] >= coming).all()


def test_the_optimiser_takes_a_rolled_scenario_with_what_is_under_way():
    before = build(two_sites(12))
    plan = project(before, baseline(before))
    found = rolled(before, plan.decisions, as_planned(plan, 2))
    solution = optimise(found.scenario, 10, 0.01, earlier=found.begun)
    assert solution.plan is not None
    assert solution.charged <= solution.baseline_charged + 1e-6
    assert solution.plan.cost.sum() + solution.plan.decisions.starts.sum() > 0


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_what_was_decided_before_is_a_plan_to_begin_a_search_with(name):
    plan = planned(shipped(name))
    found = rolled(shipped(name), plan.decisions, as_planned(plan, 6))
    assert beginning_faults(found.scenario, found.begun, "decisions") == []


def test_more_promotions_than_people_out_of_nesting_are_refused():
    before = build(tiny(12, 20, opening=[], opening_classroom=10, classroom_weeks=3 * MONTH_IN_WEEKS))
    text = f"{HEADER},promoted_out\n2027-01,care,0,0,8,2\n"
    with pytest.raises(InvalidActuals, match="2 more people of 'care' are promoted away than have left nesting"):
        rolled(before, nothing_decided(before), read_actuals(text.encode(), "hr.csv", before))


# Reading -------------------------------------------------------------------------------------------------------------------------------------


def read(text, before=None, **assume):
    return read_actuals(text.encode(), "hr.csv", before or shipped("startup_4"), assume)


def refused(text, before=None):
    with pytest.raises(InvalidActuals) as told:
        read(text, before)
    return "\n".join(str(fault) for fault in told.value.faults)


def test_the_template_of_a_plan_is_read_as_that_plan():
    before = shipped("centre_600")
    plan = planned(before)
    found = read_actuals(export.to_csv(report.template(plan, 3)), "hr.csv", before)
    wanted = as_planned(plan, 3)
    assert found.rows == wanted.rows == all_rows(before)
    assert found.headcount == pytest.approx(wanted.headcount, abs=0.006)
    assert found.leavers == pytest.approx(wanted.leavers, abs=0.05)
    assert not any("says nothing" in notice for notice in found.notices)


def test_a_workbook_is_read_as_a_text_file_is():
    content = io.BytesIO()
    pd.DataFrame({"month": ["2027-01"], "group": ["support"], "starts": [2], "leavers": [1], "headcount": [5]}).to_excel(
        content, index=False, engine="xlsxwriter"
    )
    assert read_actuals_safely(content.getvalue(), "hr.xlsx", shipped("startup_4")).headcount.tolist() == [[5.0]]


def test_roles_of_which_the_file_says_nothing_are_named():
    assert "team_lead" in read(f"{HEADER}\n2027-01,support,2,1,5\n").notices[-1]


def test_roles_of_a_site_or_of_all_are_named_by_it():
    before = build(two_sites())
    opening = opening_of(before)
    rows = [f"2027-01,{unit},{role},0,0,{opening[role, unit]:g}" for role, unit in all_rows(before)]
    found = read("month,group,role,starts,leavers,headcount\n" + "\n".join(rows) + "\n", before)
    assert found.headcount[0].tolist() == [opening[row] for row in all_rows(before)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("month,group,starts\n2027-01,support,2\n", "no row has the columns month, group, starts, leavers, headcount"),
        (f"{HEADER},rooms\n2027-01,support,2,1,5,1\n", "column rooms: the layout has no such column"),
        (f"{HEADER}\n2027-01,sales,2,1,5\n", "row 2, column group: there is no such group (found 'sales'). Write one of: support"),
        (f"{HEADER},role\n2027-01,support,2,1,5,teamlead\n", "row 2, column role: there is no such role (found 'teamlead'). The nearest is 'team_lead'"),
        (f"{HEADER}\n2026-12,support,2,1,5\n", "column month: it is no month of the plan after which months are left"),
        (f"{HEADER}\n2029-12,support,2,1,5\n", "The months are 2027-01 to 2029-11"),
        (f"{HEADER}\nsoon,support,2,1,5\n", "column month"),
        (f"{HEADER}\n2027-01,support,,1,5\n", "column starts: the cell is blank"),
        (f"{HEADER}\n2027-01,support,2,1,\n", "column headcount: the cell is blank"),
        (f"{HEADER}\n2027-01,support,-2,1,5\n", "column starts: the number is negative"),
        (f"{HEADER}\n2027-01,support,2,1,5\n2027-01,support,2,1,5\n", "row 3: support stands there twice for the month. Keep this row, or row 2"),
        (f"{HEADER}\n2027-01,support,2,1,5\n2027-03,support,2,1,6\n", "hr.csv, 2027-02: the month has no row for support"),
        (f"{HEADER}\n2027-01,support,2,1,6\n", "support contradicts itself: 4 of the scenario's opening + 2 starts - 1 leavers = 5 (found 6)"),
        (f"{HEADER}\n2027-01,support,2,1,5\n2027-02,support,0,1,3\n", "row 3, column headcount: support contradicts itself: 5 of the month before"),
        (
            f"{HEADER},promoted_in,promoted_out\n2027-01,support,0,1,1,1,2\n",
            "0 starts - 1 leavers + 1 promoted in - 2 promoted out = 2",
        ),
        (f"{HEADER},promoted_in\n2027-01,support,0,9,0,5\n", "more people leave support, or are promoted out, than the 4 who were there"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(text, words):
    assert words in refused(text)


def test_all_contradictions_are_told_at_once():
    told = refused(f"{HEADER}\n2027-01,support,2,1,6\n2027-02,support,0,1,7\n2027-03,support,1,0,8\n")
    assert [words in told for words in ("row 2", "row 3", "row 4")] == [True, True, False]


def test_groups_that_are_missing_in_a_month_are_named():
    told = refused(f"{HEADER}\n2027-01,sales,0,0,85\n", build(two_sites()))
    assert "hr.csv, 2027-01: the month has no row for care" in told


def test_promotions_must_come_from_somewhere_where_every_role_is_told():
    before = build(two_sites())
    opening = opening_of(before)
    rows = [
        f"2027-01,{unit},{role},0,0,{opening[role, unit] + (unit == 'sales' and role == 'team_lead'):g},{int(unit == 'sales' and role == 'team_lead')}"
        for role, unit in all_rows(before)
    ]
    told = refused("month,group,role,starts,leavers,headcount,promoted_in\n" + "\n".join(rows) + "\n", before)
    assert told == "hr.csv, 2027-01: 0 people are promoted out and 1 in, over all groups and roles. Write each promotion in both rows."


def test_a_decimal_mark_that_two_readings_fit_is_asked():
    before = put_all(shipped("startup_4"), {"groups.support.workforce.opening": [{"tenure_months": 5, "heads": 1234}]})
    with pytest.raises(InvalidActuals) as told:
        read("month;group;starts;leavers;headcount\n2027-01;support;0;0;1.234\n", before)
    assert [question.key for question in told.value.questions] == ["decimal"]
    assert read("month;group;starts;leavers;headcount\n2027-01;support;0;0;1.234\n", before, decimal="comma").headcount.tolist() == [[1234.0]]


# In words ------------------------------------------------------------------------------------------------------------------------------------


def test_actuals_are_told_against_the_plan():
    plan = planned(shipped("centre_600"))
    actuals = as_planned(plan, 2)
    fewer = actuals.headcount.copy()
    fewer[-1, 1] -= 7
    told = report.lines(plan, dataclasses.replace(actuals, headcount=fewer))
    people = plan.frontline.closing[1].sum()
    assert told[0] == f"Frontline at the end of Feb 2027: {round(people - 7):,} people, the plan had {round(people):,}; as many started, 7 more left."
    assert told[1].startswith(f"{plan.scenario.groups[1].name}: ")
    assert len(told) == 2


def test_the_table_has_planned_and_actual_figures_of_every_month_and_row():
    plan = planned(shipped("startup_4"))
    frame = report.table(plan, as_planned(plan, 2))
    assert len(frame) == 2 * len(all_rows(plan.scenario))
    for name in ("starts", "leavers", "headcount"):
        assert frame[f"planned_{name}"].to_numpy() == pytest.approx(frame[f"actual_{name}"].to_numpy())
