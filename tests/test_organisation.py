"""Spans, the ladder, promotion, the bench and lead time: worked numbers of model.md section 4, facts 29 to 32, oracles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner import organisation as org
from planner.organisation import Organisation, Role, UnderWay, UnitHeads

SPANS = (15, 7, 6)
MONTHS, UNITS = 12, 2
EXIT = st.floats(0, 0.3)
FLOWS = arrays(float, (MONTHS, UNITS), elements=st.floats(0, 20))
WHOLE_FLOWS = arrays(float, (MONTHS, UNITS), elements=st.integers(0, 9).map(float))
LED = 2_000 + 100 * np.arange(25)


def role(name="team_lead", **changes):
    return Role(**({"name": name, "span": 12, "monthly_pay": 5_000} | changes))


def faults(*roles, sites=("Porto", "Lodz"), groups=("sales", "care")):
    return org.organisation_faults(Organisation(roles=roles), sites, groups, "organisation")


# --- Spans


@pytest.mark.parametrize(
    ("frontline_heads", "positions", "share"),
    [
        (4, (1,), 0.25),
        (100, (7, 1), 0.080),
        (2_000, (134, 20, 4, 1), 0.0795),
        (50_000, (3334, 477, 80, 14, 3, 1), 0.0782),
    ],
)
def test_the_layers_and_their_overhead_are_those_of_the_model(frontline_heads, positions, share):
    assert org.layers(frontline_heads, SPANS) == positions
    assert org.overhead_share(frontline_heads, SPANS) == pytest.approx(share, abs=5e-5)


def test_nobody_to_lead_needs_no_layer():
    assert org.layers(0, SPANS) == ()


@pytest.mark.parametrize("spans", [(), (15, 1), (0, 7)])
def test_spans_that_never_end_in_one_person_are_refused(spans):
    with pytest.raises(ValueError, match="spans must be above 0"):
        org.layers(100, spans)


def test_the_overhead_of_nobody_is_refused():
    with pytest.raises(ValueError, match="undefined"):
        org.overhead_share(0, SPANS)


@given(st.integers(1, 60_000), st.integers(0, 500))
def test_no_layer_shrinks_when_the_frontline_grows(frontline_heads, more):
    before, after = org.layers(frontline_heads, SPANS), org.layers(frontline_heads + more, SPANS)
    assert len(after) >= len(before)
    assert all(large >= small for small, large in zip(before, after, strict=False))


def test_a_full_span_asks_for_no_further_leader_through_floating_arithmetic():
    assert 100 * (0.1 + 0.2) * 10 > 300
    assert org.required_leaders(100 * (0.1 + 0.2) * 10, 100) == 3
    assert org.required_leaders([0, 1, 100, 101], 100).tolist() == [0, 1, 1, 2]


def test_a_span_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        org.required_leaders(100, [12, 0])


@given(st.floats(0, 60_000), st.floats(0.5, 500))
def test_required_leaders_suffice_and_one_fewer_would_not(led_heads, span):
    needed = int(org.required_leaders(led_heads, span))
    assert needed * span >= led_heads - 1e-8 * span
    assert (needed - 1) * span < led_heads or needed == 0


def test_a_vacancy_opens_when_half_a_person_is_gone():
    assert org.vacancies(20, [21, 20, 19.51, 19.5, 19.0, 18.5]).tolist() == [0, 0, 0, 1, 1, 2]


def test_a_span_without_a_leader_is_masked_and_not_infinite():
    span = org.span_of([[100.0, 50.0]], [[8.0, 0.0]])
    assert span.mask.tolist() == [[False, True]]
    assert span.tolist() == [[12.5, None]]


# --- The ladder


def test_the_ladder_and_the_support_roles_keep_their_order():
    lead, trainer, manager = role(), role("trainer", kind="support"), role("manager")
    organisation = Organisation(roles=(lead, trainer, manager))
    assert org.ladder(organisation) == (lead, manager)
    assert org.support(organisation) == (trainer,)
    assert (org.first_leader(organisation), org.top_leader(organisation)) == (lead, manager)


def test_an_organisation_of_support_roles_has_no_leader():
    organisation = Organisation(roles=(role("trainer", kind="support"),))
    assert (org.first_leader(organisation), org.top_leader(organisation)) == (None, None)


@pytest.mark.parametrize(("scope", "units"), [("group", ("care", "sales", "chat")), ("site", ("Porto", "Lodz")), ("all", ("all",))])
def test_the_units_of_a_role_follow_its_scope(scope, units):
    groups = {"Lodz": ["chat"], "Porto": ["care", "sales"], "Empty": []}
    assert org.units_of(role(scope=scope), ["Porto", "Lodz"], groups) == units


def test_membership_gathers_heads_of_groups_into_sites_in_any_order():
    heads = np.array([[1.0, 2.0, 4.0]])
    assert (heads @ org.membership("group", "site", [1, 0, 1], 3)).tolist() == [[2.0, 5.0, 0.0]]
    assert (heads @ org.membership("group", "all", [1, 0, 1], 3)).tolist() == [[7.0]]
    assert (heads @ org.membership("site", "all", [1, 0], 3)).tolist() == [[7.0]]


@pytest.mark.parametrize("scope", org.SCOPES)
def test_each_unit_belongs_to_itself(scope):
    own = org.membership(scope, scope, [0, 0, 1], 2)
    assert np.array_equal(own, np.eye(len(own)))
    assert len(own) == {"group": 3, "site": 2, "all": 1}[scope]


def test_a_wide_unit_does_not_lie_in_a_narrow_one():
    with pytest.raises(ValueError, match="does not lie within"):
        org.membership("all", "site", [0], 1)


def test_opening_heads_are_put_in_the_order_of_the_units():
    lead = role(opening_heads=(UnitHeads(unit="Lodz", heads=2), UnitHeads(unit="Porto", heads=5)))
    assert org.opening_heads(lead, ["Porto", "Berlin", "Lodz"]).tolist() == [5.0, 0.0, 2.0]


# --- Faults


def test_a_sound_ladder_has_no_fault():
    lead = role(scope="group", feeder="frontline", opening_heads=(UnitHeads(unit="care", heads=3),))
    manager = role("manager", leads="team_lead", feeder="team_lead", opening_heads=(UnitHeads(unit="Lodz", heads=1),))
    executive = role("executive", scope="all", feeder="manager", opening_heads=(UnitHeads(unit="all", heads=1),))
    assert faults(lead, manager, executive, role("trainer", kind="support", scope="all")) == []


@pytest.mark.parametrize(
    ("roles", "place", "problem"),
    [
        ([role("frontline")], "organisation.roles.frontline.name", "take contacts"),
        ([role(), role()], "organisation.roles.team_lead.name", "two roles"),
        ([role(leads="nobody")], "organisation.roles.team_lead.leads", "no role 'nobody'"),
        ([role(feeder="nobody")], "organisation.roles.team_lead.feeder", "no role 'nobody'"),
        ([role(feeder="team_lead")], "organisation.roles.team_lead.feeder", "does not stand before"),
        ([role("manager", leads="team_lead"), role()], "organisation.roles.manager.leads", "does not stand before"),
        ([role(scope="all"), role("manager", feeder="team_lead")], "organisation.roles.manager.feeder", "narrower scope site"),
        ([role(), role("manager", scope="group", leads="team_lead")], "organisation.roles.manager.leads", "narrower scope group"),
        ([role(opening_heads=(UnitHeads(unit="care", heads=1),))], "organisation.roles.team_lead.opening_heads.0.unit", "not a unit"),
        ([role(opening_heads=(UnitHeads(unit="Lodz", heads=1),) * 2)], "organisation.roles.team_lead.opening_heads.1.unit", "twice"),
        ([role(scope="all", opening_heads=(UnitHeads(unit="Lodz", heads=1),))], "organisation.roles.team_lead.opening_heads.0.unit", "not a unit"),
    ],
)
def test_each_fault_of_a_role_is_told_at_its_place_with_a_remedy(roles, place, problem):
    (fault,) = faults(*roles)
    assert fault.place == place
    assert problem in fault.problem
    assert fault.remedy


def test_all_faults_are_told_at_once():
    wrong = role("frontline", leads="nobody", feeder="nobody", opening_heads=(UnitHeads(unit="Mars", heads=1),))
    assert len(faults(wrong)) == 4


# --- People in a role


def one_month_after_another(of, opening, starts, promoted_in, away, returned):
    """The recursion as house.md tells it, one unit and one month at a time."""
    rows = []
    for unit in range(UNITS):
        now = opening[unit]
        for month in range(MONTHS):
            heads = now + starts[month, unit]
            failed = of.promotion_failure * promoted_in[month, unit]
            leavers = heads * of.exit_probability_monthly + failed * (1 - of.return_share)
            out = away[month, unit] + failed * of.return_share
            closing = heads + promoted_in[month, unit] + returned[month, unit] - out - leavers
            rows.append((now, heads, leavers, out, closing))
            now = closing
    return np.array(rows).reshape(UNITS, MONTHS, 5).transpose(2, 1, 0)


@given(EXIT, st.floats(0, 0.9), st.floats(0, 1), FLOWS, FLOWS, FLOWS, FLOWS)
def test_the_path_of_a_role_equals_the_recursion_of_the_house(exits, failure, returns, starts, promoted_in, away, returned):
    of = role(exit_probability_monthly=exits, promotion_failure=failure, return_share=returns)
    path = org.role_path(of, [20.0, 0.0], starts, promoted_in, away, returned)
    expected = one_month_after_another(of, [20.0, 0.0], starts, promoted_in, away, returned)
    assert np.allclose([path.opening, path.heads, path.leavers, path.promoted_out, path.closing], expected, atol=1e-9)


@given(EXIT, FLOWS, FLOWS, FLOWS, FLOWS)
def test_each_row_of_a_role_adds_up(exits, starts, promoted_in, away, returned):
    path = org.role_path(role(exit_probability_monthly=exits), [5.0, 9.0], starts, promoted_in, away, returned)
    assert np.allclose(path.closing, path.opening + path.starts + path.promoted_in + path.returned - path.promoted_out - path.leavers, atol=1e-9)
    assert np.allclose(path.heads, path.opening + path.starts, atol=1e-9)
    assert np.array_equal(path.opening[1:], path.closing[:-1])


@given(EXIT, FLOWS, FLOWS)
def test_paths_of_a_role_superpose(exits, starts, promoted_in):
    of, none = role(exit_probability_monthly=exits), np.zeros((MONTHS, UNITS))
    both = org.role_path(of, [3.0, 4.0], starts, promoted_in, none, none)
    one = org.role_path(of, [3.0, 4.0], starts, none, none, none)
    other = org.role_path(of, [0.0, 0.0], none, promoted_in, none, none)
    assert np.allclose(both.closing, one.closing + other.closing, atol=1e-12 * max(1.0, both.closing.max()))


@given(FLOWS)
def test_without_exits_and_promotions_heads_are_opening_plus_starts(starts):
    none = np.zeros((MONTHS, UNITS))
    path = org.role_path(role(exit_probability_monthly=0), [5.0, 0.0], starts, none, none, none)
    assert np.allclose(path.heads, [5.0, 0.0] + starts.cumsum(axis=0))


@given(st.floats(0, 0.1), st.floats(0, 0.1), FLOWS)
def test_more_exits_never_leave_more_heads(low, more, starts):
    few, many = (org.heads_path(starts, [5.0, 5.0], exits) for exits in (low, low + more))
    assert np.all(many <= few + 1e-9)


@given(WHOLE_FLOWS, WHOLE_FLOWS, st.floats(0, 0.9), st.floats(0, 1))
def test_over_all_roles_promoted_in_and_returned_equal_promoted_out(into_lead, into_manager, failure, returns):
    lead = role(promotion_failure=failure, return_share=returns, feeder="frontline")
    manager = role("manager", promotion_failure=failure / 2, return_share=returns / 2, feeder="team_lead")
    none = np.zeros((MONTHS, UNITS))
    back_to_frontline, _ = org.failures(lead, into_lead)
    back_to_lead, _ = org.failures(manager, into_manager)
    leads = org.role_path(lead, [50.0, 50.0], none, into_lead, into_manager, back_to_lead)
    managers = org.role_path(manager, [9.0, 9.0], none, into_manager, none, none)
    came = leads.promoted_in + managers.promoted_in + leads.returned + managers.returned + back_to_frontline
    assert np.allclose(came, leads.promoted_out + managers.promoted_out + into_lead)


def test_failed_promotions_return_or_leave_and_nothing_else():
    returning, leaving = org.failures(role(promotion_failure=0.25, return_share=0.8), [0, 10, 20])
    assert returning.tolist() == pytest.approx([0, 2, 4])
    assert leaving.tolist() == pytest.approx([0, 0.5, 1])


def test_inputs_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="months and units"):
        org.role_path(role(), [1.0], np.zeros((3, 1)), np.zeros((3, 1)), np.zeros((2, 1)), np.zeros((3, 1)))


def test_promoting_more_people_than_there_are_is_found_by_month_and_unit():
    none, away = np.zeros((MONTHS, UNITS)), np.zeros((MONTHS, UNITS))
    away[4, 1] = 6.0
    assert org.first_overdrawn(org.role_path(role(exit_probability_monthly=0), [6.0, 5.0], none, none, away, none)) == (4, 1)
    assert org.first_overdrawn(org.role_path(role(exit_probability_monthly=0), [6.0, 6.0], none, none, away, none)) is None


def test_people_hired_outside_leave_by_exits_alone():
    starts = np.array([[2.0], [0.0], [1.0]])
    assert org.external_heads(starts, 0.1).ravel().tolist() == pytest.approx([2.0, 1.8, 2.62])


# --- The bench


@given(EXIT, WHOLE_FLOWS, WHOLE_FLOWS)
def test_the_bench_equals_its_recursion(exits, matured, attempts):
    ready, expected = np.array([8.0, 0.0]), []
    for month in range(MONTHS):
        expected.append(ready)
        ready = ready * (1 - exits) + 0.3 * matured[month] - attempts[month]
    assert np.allclose(org.ready_bench(role(ready_share=0.3), [8.0, 0.0], matured, attempts, exits), expected, atol=1e-9)


@given(st.lists(st.integers(0, 12), min_size=MONTHS, max_size=MONTHS), st.lists(st.integers(0, 30), min_size=MONTHS, max_size=MONTHS), EXIT)
def test_filling_from_the_bench_never_overdraws_it_and_fills_every_vacancy(opened, matured, exits):
    of = role(feeder="frontline", internal_share=0.8, ready_share=0.3)
    grown, attempts, carried = np.array(matured, dtype=float)[:, None], np.zeros((MONTHS, 1)), np.zeros(1)
    for month in range(MONTHS):
        ready = org.ready_bench(of, [3.0], grown, attempts, exits)[month]
        chosen = org.fill(of, [opened[month]], org.bench_available(ready, exits), carried)
        assert (chosen.promoted + chosen.external).tolist() == [opened[month]]
        assert chosen.promoted.min() >= 0
        assert chosen.external.min() >= 0
        attempts[month], carried = chosen.promoted, chosen.carried
    assert org.ready_bench(of, [3.0], grown, attempts, exits).min() >= -1e-8


def test_the_bench_gives_whole_people_who_are_still_there_at_the_months_end():
    assert org.bench_available([10.0, 10.0 / 0.9, 1.0, 0.0], 0.1).tolist() == [9, 10, 0, 0]


def test_promotions_are_held_back_by_the_bench_and_by_nothing_else():
    of = role(feeder="frontline", internal_share=1.0)
    assert org.fill(of, [5, 5, 0], [3, 9, 9], [0.0, 0.0, 0.0]).promoted.tolist() == [3, 5, 0]


def test_the_bench_counts_on_day_one_what_matured_in_the_months_before():
    matured = np.array([[10.0], [0.0], [0.0]])
    assert org.ready_bench(role(ready_share=0.5), [0.0], matured, np.zeros((3, 1)), 0.1).ravel().tolist() == pytest.approx([0.0, 5.0, 4.5])


def test_the_month_in_which_the_bench_runs_out_is_the_first_that_wants_more():
    ready, wanted = np.array([[9.0, 9.0], [4.0, 4.0], [1.0, 1.0]]), np.array([[3.0, 3.0], [4.0, 3.0], [0.0, 2.0]])
    assert org.bench_empty_month(ready, wanted) == 2
    assert org.bench_empty_month(ready, wanted / 2) is None


def test_people_mature_after_their_months_in_grade_and_as_many_exits():
    entrants = np.zeros((15, 1))
    entrants[1] = 100.0
    grown = org.matured(entrants, 0.02, 12)
    assert np.flatnonzero(grown).tolist() == [12]
    assert grown[12, 0] == pytest.approx(100 * 0.98**12)


@given(st.floats(1, 8), EXIT)
def test_a_fraction_of_a_month_is_split_between_two_months(months, exits):
    entrants = np.zeros((12, 1))
    entrants[0] = 10.0
    grown = org.matured(entrants, exits, months).ravel()
    assert grown.sum() == pytest.approx(10 * (1 - exits) ** months)
    assert grown @ np.arange(12) == pytest.approx(grown.sum() * (months - 1))


def test_a_time_in_grade_beyond_the_horizon_matures_nobody():
    assert org.matured(np.ones((6, 2)), 0.01, 24).sum() == 0


def test_without_a_feeder_all_vacancies_are_filled_outside():
    chosen = org.fill(role(feeder=None, internal_share=1.0), [4, 1], [9, 9], [0.0, 0.0])
    assert (chosen.promoted.tolist(), chosen.external.tolist()) == ([0, 0], [4, 1])


@pytest.mark.parametrize(("share", "failure"), [(0.6, 0.2), (0.8, 0.25), (0.0, 0.2), (1.0, 0.2)])
def test_single_vacancies_are_shared_out_so_that_the_internal_share_of_lasting_appointments_holds(share, failure):
    of, carried, promoted, external = role(feeder="frontline", internal_share=share, promotion_failure=failure), np.zeros(1), 0, 0
    for _ in range(2_000):
        chosen = org.fill(of, [1], [5], carried)
        promoted, external, carried = promoted + int(chosen.promoted[0]), external + int(chosen.external[0]), chosen.carried
    lasting = promoted * (1 - failure)
    assert lasting / (lasting + external) == pytest.approx(share, abs=1e-3)


# --- Lead time


def test_executives_needed_at_one_to_a_hundred_are_those_of_the_model():
    assert org.required_leaders(LED, 100)[[0, 6, 12, 24]].tolist() == [20, 26, 32, 44]


def test_hiring_ahead_takes_one_point_two_to_one_point_four_three_starts_a_month():
    starts = org.external_starts_ahead(org.required_leaders(LED, 100), 20, 0.01, 1, whole=False)
    assert starts[0] == 0
    assert starts[1] == pytest.approx(1.20)
    assert starts[24] == pytest.approx(1.43)
    assert starts.sum() == pytest.approx(31.6, abs=0.05)
    assert starts[1] == pytest.approx(float(org.vacancies_per_month(0.05, 0.01, 20)))


def test_hiring_ahead_in_whole_people_takes_thirty_two_starts():
    starts = org.external_starts_ahead(org.required_leaders(LED, 100), 20, 0.01, 1)
    assert starts.sum() == 32
    assert set(starts.tolist()) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("exits", "at_six", "at_end"), [(0.0, 130, 116), (0.01, 138, 122)])
def test_reacting_once_the_ratio_is_broken_drifts_as_the_model_says(exits, at_six, at_end, whole):
    starts = org.external_starts_when_broken(org.required_leaders(LED, 100), 20, exits, 6, whole)
    ratio = org.span_of(LED, org.heads_path(starts, 20, exits))
    assert ratio[6] == pytest.approx(at_six, abs=0.5)
    assert ratio[24] == pytest.approx(at_end, abs=0.5)
    assert ratio.max() == ratio[6]
    assert starts[:7].sum() == 0


@given(arrays(float, (MONTHS, UNITS), elements=st.floats(0, 3_000)), EXIT, st.integers(0, 5))
def test_hiring_ahead_never_breaks_the_ratio_from_the_lead_time_on(led, exits, lead_months):
    starts = org.external_starts_ahead(org.required_leaders(led, 100), [3.0, 0.0], exits, lead_months, whole=False)
    heads = org.heads_path(starts, [3.0, 0.0], exits)
    assert np.all(led[lead_months:] <= 100 * heads[lead_months:] + 1e-5)
    assert np.all(starts[:lead_months] == 0)
    assert np.all(starts >= 0)


@given(arrays(float, (MONTHS, UNITS), elements=st.floats(0, 3_000)), EXIT, st.integers(0, 5))
def test_hiring_ahead_in_whole_people_misses_less_than_half_a_person(led, exits, lead_months):
    needed = org.required_leaders(led, 100)
    starts = org.external_starts_ahead(needed, [3.0, 0.0], exits, lead_months)
    heads = org.heads_path(starts, [3.0, 0.0], exits)
    assert np.all(heads[lead_months:] > needed[lead_months:] - 0.5 - 1e-6)
    assert np.array_equal(starts, np.round(starts))


@given(arrays(float, (MONTHS,), elements=st.floats(0, 3_000)), EXIT)
def test_without_a_lead_time_reacting_is_as_good_as_planning_ahead(led, exits):
    needed = org.required_leaders(led, 100)
    ahead, broken = org.external_starts_ahead(needed, 3, exits, 0), org.external_starts_when_broken(needed, 3, exits, 0)
    assert np.array_equal(ahead, broken)
    assert np.all(org.vacancies(needed, org.heads_path(broken, 3, exits)) == 0)


def test_a_short_dip_does_not_stop_a_search_that_is_needed_again():
    needed = np.array([20, 20, 20, 22, 21, 22, 22])
    assert org.highest_within(needed, 2).tolist() == [20, 20, 20, 22, 22, 22, 22]
    starts = org.external_starts_ahead(needed, 20, 0.1, 2, whole=False)
    assert starts[4] == pytest.approx(2.2), "the post that the dip would have left empty is filled"
    assert starts[3:].tolist() == pytest.approx([22 - 20 * 0.9, 2.2, 2.2, 2.2])


def test_what_is_on_its_way_is_not_ordered_twice():
    starts = org.external_starts_when_broken(np.full(10, 5), 3, 0.0, 4)
    assert starts.tolist() == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]


def test_units_are_planned_side_by_side_as_they_are_alone():
    needed = org.required_leaders(np.stack([LED, LED[::-1], LED * 0], axis=1), 100)
    for plan in (org.external_starts_ahead, org.external_starts_when_broken):
        together = plan(needed, [20, 40, 0], 0.01, 3)
        alone = [plan(needed[:, unit], opening, 0.01, 3) for unit, opening in enumerate([20, 40, 0])]
        assert np.array_equal(together, np.stack(alone, axis=1))


# --- Closed forms

SUPERVISOR = role("team_lead", internal_share=0.8, promotion_failure=0.25, exit_probability_monthly=0.015)
EXECUTIVE = role("executive", internal_share=0.5, promotion_failure=0.25, exit_probability_monthly=0.01)


@pytest.mark.parametrize(("supervisors", "opened", "internal", "attempts"), [(2_000 / 15, 9.27, 7.41, 9.88), (134, 9.31, 7.45, 9.93)])
def test_the_flow_table_at_five_percent_growth_is_that_of_the_model(supervisors, opened, internal, attempts):
    top = org.promotion_flow(EXECUTIVE, 0.05, 20)
    assert (top.vacancies, top.internal) == (pytest.approx(1.20), pytest.approx(0.60))
    flow = org.promotion_flow(SUPERVISOR, 0.05, supervisors, top.drawn)
    assert (flow.vacancies, flow.internal, flow.attempts) == tuple(pytest.approx(x, abs=5e-3) for x in (opened, internal, attempts))


def test_frontline_hires_replace_seven_promoted_people_a_month():
    top = org.promotion_flow(EXECUTIVE, 0.05, 20)
    drawn = org.promotion_flow(SUPERVISOR, 0.05, 2_000 / 15, top.drawn).drawn
    assert drawn == pytest.approx(7.4, abs=0.05)
    assert org.vacancies_per_month(0.05, 0.03, 2_000, drawn) == pytest.approx(167.4, abs=0.05)


@given(st.floats(0, 1), st.floats(0, 0.9), st.floats(0, 1), st.floats(0, 500))
def test_internal_and_external_fill_make_up_the_vacancies(share, failure, returns, heads):
    of = role(internal_share=share, promotion_failure=failure, return_share=returns)
    flow = org.promotion_flow(of, 0.03, heads)
    assert flow.internal + flow.external == pytest.approx(flow.vacancies)
    returning, leaving = org.failures(of, flow.attempts)
    assert flow.internal + returning + leaving == pytest.approx(flow.attempts)
    assert flow.drawn == pytest.approx(flow.internal + leaving)


def test_one_executive_vacancy_causes_two_moves_and_half_a_frontline_hire():
    assert org.vacancy_chain_multiplier([0.6, 0.8, 0.0]) == pytest.approx(2.08)
    assert org.external_entries([0.6, 0.8, 0.0]).tolist() == pytest.approx([0.40, 0.12, 0.48])


@given(st.lists(st.floats(0, 1), min_size=0, max_size=5))
def test_the_vacancy_chain_is_the_inverse_matrix_and_ends_outside(shares):
    levels = [*shares, 0.0]
    chain = np.linalg.inv(np.eye(len(levels)) - np.diag(shares, k=1))
    assert np.allclose(org.vacancies_caused(levels), chain[0])
    assert org.external_entries(levels).sum() == pytest.approx(1.0)


def promotable(**changes):
    defaults = {"feeder": "frontline", "ready_share": 0.3, "promotion_failure": 0.25, "time_in_grade_months": 12, "exit_probability_monthly": 0.01}
    return role(**(defaults | changes))


@pytest.mark.parametrize(("months", "shares"), [(12, [2.31, 1.67, 1.13, 0.83, 0.55]), (24, [1.86, 1.17, 0.62, 0.36, 0.17])])
def test_the_largest_internal_share_falls_with_growth_as_in_the_model(months, shares):
    found = org.largest_internal_share(promotable(time_in_grade_months=months), [0, 0.01, 0.03, 0.05, 0.08], 0.015, 20 / 3)
    assert found.tolist() == pytest.approx(shares, abs=5e-3)


def simulated_internal_share(of, growth, feeder_exit, survivals, steps_a_month=1):
    """Cohort by cohort: everybody ready is tried, the feeder is hired back to s people per upper position, and both grow.

    Needs more than one lap of the gate to settle; `survivals` counts exits before promotion, in steps.
    """
    lose_lower, lose_upper, grow = feeder_exit / steps_a_month, of.exit_probability_monthly / steps_a_month, growth / steps_a_month
    upper, lower, waiting, share = 1.0, 20 / 3, np.zeros(survivals), 0.0
    for _ in range(10 * survivals):
        waiting[0], lower = 20 / 3 * upper - lower, 20 / 3 * upper
        waiting, lower = waiting * (1 - lose_lower), lower * (1 - lose_lower)
        tried = of.ready_share * waiting[-1]
        lasting = tried * (1 - of.promotion_failure)
        share = lasting / (upper * (1 + grow) - upper * (1 - lose_upper))
        lower -= tried * (1 - of.promotion_failure * of.return_share)
        waiting = np.roll(waiting, 1)
        upper *= 1 + grow
    return share


@pytest.mark.parametrize(
    ("steps", "survivals", "share"),
    [(1, 12, 0.84), (1, 13, 0.785), (20, 241, 0.828)],
    ids=["monthly steps, 12 survivals", "monthly steps, 13 survivals", "fine steps"],
)
def test_a_simulation_cohort_by_cohort_gives_the_shares_that_the_model_states(steps, survivals, share):
    found = simulated_internal_share(promotable(), 0.05, 0.015, survivals, steps)
    assert found == pytest.approx(share, abs=4e-3)


@pytest.mark.parametrize("returns", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("failure", [0.0, 0.25, 0.5])
def test_the_largest_internal_share_is_the_limit_of_fine_time_steps(failure, returns):
    of = promotable(promotion_failure=failure, return_share=returns)
    formula = float(org.largest_internal_share(of, 0.05, 0.015, 20 / 3))
    assert simulated_internal_share(of, 0.05, 0.015, 480, 40) == pytest.approx(formula, rel=2e-3)


GROWTH = st.floats(0, 0.1)
FEEDER_EXIT = st.floats(0.01, 0.05)


@given(GROWTH, FEEDER_EXIT, st.floats(0, 0.8), st.floats(0, 36))
def test_the_largest_internal_share_falls_with_time_in_grade_and_with_failure(growth, exits, failure, months):
    def share(**changes):
        of = promotable(**({"promotion_failure": failure, "time_in_grade_months": months} | changes))
        return float(org.largest_internal_share(of, growth, exits, 8, 0.01))

    assert share(time_in_grade_months=months + 1) < share()
    assert share(promotion_failure=failure + 0.1) < share()


@given(GROWTH, FEEDER_EXIT, st.floats(0, 1))
def test_the_largest_internal_share_falls_with_growth_where_the_feeder_leaves_faster(growth, exits, relative):
    of = promotable(exit_probability_monthly=exits * relative + 1e-4 * (1 - relative))
    slow, fast = org.largest_internal_share(of, [growth, growth + 0.01], exits, 8)
    assert fast < slow


@given(FEEDER_EXIT, FEEDER_EXIT)
def test_without_growth_the_largest_internal_share_is_the_ratio_of_leavers(lower, upper):
    of = promotable(exit_probability_monthly=upper)
    k = 0.3 * 0.75 * math.exp(-lower * 12)
    assert float(org.largest_internal_share(of, 0.0, lower, 8)) == pytest.approx(k * lower * 8 / ((1 - k) * upper))


@given(GROWTH, st.floats(0, 1))
def test_where_no_promotion_fails_it_does_not_matter_who_would_return(growth, returns):
    one, other = (promotable(promotion_failure=0.0, return_share=share) for share in (returns, 1.0))
    assert org.largest_internal_share(one, growth, 0.015, 8) == org.largest_internal_share(other, growth, 0.015, 8)
    assert org.promotion_flow(one, growth, 20).drawn == org.promotion_flow(other, growth, 20).drawn


@given(st.integers(0, 11), st.floats(0, 0.3), st.floats(0, 14))
def test_who_reaches_the_time_in_grade_in_one_month_is_that_months_row_of_all(month, leaving, months):
    entrants = np.arange(24.0).reshape(12, 2) % 7
    whole = org.matured(entrants, leaving, months)
    assert org.matured_in(month, entrants, leaving, months) == pytest.approx(whole[month], rel=1e-12, abs=1e-12)


# What is under way on the first day


def under_way(**given):
    return Role(name="lead", span=12, monthly_pay=5_000, scope="all", exit_probability_monthly=0.1, under_way=UnderWay.model_validate(given))


@pytest.mark.parametrize("time", [0, 1, 2, 2.5, 6])
def test_people_who_joined_lately_reach_the_time_in_grade_as_entrants_of_those_months_would(time):
    entrants = np.array([[4.0], [0.0], [6.0], [3.0], [0.0], [0.0], [0.0], [0.0]])
    whole = org.matured(entrants, 0.1, time)
    rows = [{"unit": "all", "months": 3 - month, "heads": float(entrants[month, 0]) * 0.9 ** (3 - month)} for month in (0, 2, 3)]
    assert org.opening_matured(under_way(in_grade=rows), ["all"], time, 5) == pytest.approx(whole[3:])


def test_who_has_the_time_in_grade_is_not_short_of_it():
    rows = [{"unit": "all", "months": months, "heads": 2} for months in (0, 5, 6, 7)]
    assert org.short_of_grade(under_way(in_grade=rows), ["all"], 6).tolist() == [4]


def test_people_from_outside_who_are_there_are_paid_the_premium_until_they_leave():
    assert org.external_heads(np.zeros((3, 1)), 0.1, [10.0]) == pytest.approx(np.array([[10.0], [9.0], [8.1]]))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"from_outside": [{"unit": "Porto", "heads": 1}]}, "under_way.from_outside.0.unit: 'Porto' is not a unit of a role with scope all"),
        ({"in_grade": [{"unit": "Porto", "months": 1, "heads": 1}]}, "under_way.in_grade.0.unit: 'Porto' is not a unit"),
        ({"signed": [{"unit": "Porto", "month": 1, "heads": 1}]}, "under_way.signed.0.unit: 'Porto' is not a unit"),
        ({"ready": [{"unit": "all", "heads": 1}]}, "Remove the row: nobody is promoted into this role."),
        ({"from_outside": [{"unit": "all", "heads": 1}, {"unit": "all", "heads": 1}]}, "under_way.from_outside.1.unit: 'all' is listed twice"),
        ({"from_outside": [{"unit": "all", "heads": 9}]}, "under_way.from_outside: 9 of the people in post in 'all', where 3 are"),
        ({"in_grade": [{"unit": "all", "months": 1, "heads": 2}, {"unit": "all", "months": 2, "heads": 2}]}, "under_way.in_grade: 4 of the people in post"),
    ],
)
def test_what_is_under_way_must_be_of_people_and_units_that_are_there(given, words):
    told = faults(under_way(**given).but(opening_heads=({"unit": "all", "heads": 3},)))
    assert any(words in str(fault) for fault in told), told
