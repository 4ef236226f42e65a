"""Whole plans from the relaxation: a ladder of whole people who were ready, classes that find a room, and plans that meet every limit."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner import limits, organisation
from planner.decisions import nothing_decided
from planner.optimiser import groups, ladder, rounding
from planner.optimiser.joiners import Prices, prices
from planner.optimiser.model import HALF, Frozen, feeder_survival, model
from planner.optimiser.posts import posts
from planner.optimiser.problem import problem
from planner.optimiser.relaxation import Held, Relaxation, carried
from planner.plan import project
from tests.conftest import shipped
from tests.scenarios import build, changed, tiny, two_sites

NEVER = lambda: False  # noqa: E731


def at_optimum(scenario):
    relaxation = Relaxation(problem(model(scenario)))
    assert relaxation.solve()
    return relaxation


# The ladder


def test_every_role_comes_after_the_roles_that_people_are_promoted_to_from_it():
    made = model(build(two_sites(months=6)))
    order = list(ladder.batches(made))
    assert set().union(*order) == set(range(len(made.roles)))
    place = {made.roles[position].name: number for number, batch in enumerate(order) for position in batch}
    for role in made.roles:
        if role.feeder in place:
            assert place[role.name] < place[role.feeder]


def test_whole_posts_are_those_of_the_spans():
    made = model(build(two_sites(months=6)))
    found = ladder.whole_posts(made, made.known)
    leads = made.blocks["counted frontline"].of(made.known)
    expected = np.maximum(np.ceil(leads / 12 - ladder.AVOIDED), made.blocks["posts team_lead"].lower)
    assert found["team_lead"].tolist() == expected.tolist()


def decided(relaxation):
    """Every post, and the columns with the ladder decided at a relaxation's optimum."""
    every, reduced = posts(relaxation.problem), np.maximum(relaxation.reduced, 0.0)
    price = [prices(relaxation, post, reduced) for post in every]
    needed = ladder.whole_posts(relaxation.problem.model, relaxation.columns)
    return every, ladder.decide(relaxation.problem, every, price, relaxation.columns, needed)


@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_the_ladder_is_whole_and_nobody_is_promoted_who_is_not_ready(name):
    relaxation = at_optimum(shipped(name))
    every, columns = decided(relaxation)
    joined = np.concatenate([columns[post.joiners] for post in every])
    assert joined == pytest.approx(np.rint(joined), abs=1e-7)
    one = relaxation.problem
    for post in every:
        columns[post.in_post] = carried(one, post.in_post, one.places(f"role_heads_{post.position}")[:, post.unit], post.stay, columns)
    for position, role in enumerate(one.model.roles):
        if role.feeder:
            block = one.model.blocks[f"ready {role.name}"]
            ready = np.arange(block.start, block.stop).reshape(block.shape)
            columns[ready] = carried(one, ready, one.places(f"ready_bench_{position}"), feeder_survival(one.model, role), columns)
            assert not one.broken_rows(columns)[one.places(f"bench_{position}")].any()


def test_posts_for_which_too_few_are_ready_are_told_from_the_others():
    relaxation = at_optimum(shipped("centre_600"))
    every, columns = decided(relaxation)
    executive = next(post for post in every if post.role.name == "executive")
    assert not ladder._overdrawn(relaxation.problem, executive, columns)
    columns[executive.promotions[:, 0]] = 50
    assert ladder._overdrawn(relaxation.problem, executive, columns)


def test_whoever_joins_a_small_unit_is_found_as_by_counting_every_way_out():
    document = changed(
        tiny(months=6),
        ("organisation.roles.0.feeder", None),
        ("organisation.roles.0.exit_probability_monthly", 0.2),
        ("organisation.roles.0.lead_time_months", 1),
    )
    relaxation = at_optimum(build(document))
    post = posts(relaxation.problem)[0]
    nothing = np.zeros(6)
    price = Prices(nothing + 900.0, np.zeros((0, 6)), nothing + 1_000.0, nothing, nothing + 2_000.0, nothing)
    needed = np.full(6, 3.0)
    found = ladder.joiners(relaxation.problem, post, price, relaxation.columns, needed, None)

    def cost(joined):
        people, total = post.opening, 0.0
        for month, outside in enumerate(joined):
            people = people * (post.stay if month else 1) + outside
            total += 900.0 * outside + 1_000.0 * people + 2_000.0 * max(3 - HALF - people, 0)
        return total

    lowest = min(cost((0, *ways)) for ways in itertools.product(range(3), repeat=5))
    assert cost(found) == pytest.approx(lowest, rel=1e-9)
    assert found[0] == 0


def test_the_share_from_within_is_kept_over_the_horizon():
    relaxation = at_optimum(shipped("centre_600"))
    every, columns = decided(relaxation)
    tolerance = relaxation.problem.model.scenario.optimisation.internal_share_tolerance
    for role in relaxation.problem.model.roles:
        if role.feeder and role.internal_share < 1:
            mine = [post for post in every if post.role.name == role.name]
            outside = sum(columns[post.appointments].sum() for post in mine)
            within = sum(columns[post.promotions].sum() for post in mine)
            share = organisation.attempt_share(role)
            assert within * (1 - share - tolerance) - outside * (share + tolerance) <= len(mine) + 1e-6
            assert outside * (share - tolerance) - within * (1 - share + tolerance) <= len(mine) + 1e-6


def test_a_role_whose_people_are_too_few_within_is_filled_from_outside_at_a_price_until_its_share_is_kept():
    relaxation = at_optimum(shipped("centre_600"))
    every = posts(relaxation.problem)
    post = next(each for each in every if each.role.name == "manager")
    nothing = np.zeros(relaxation.problem.model.months)
    cheap_inside = Prices(nothing + 50_000.0, np.zeros_like(post.promotions, dtype=float), nothing, nothing, nothing + 20_000.0, nothing + 8_000.0)
    needed = np.full(len(nothing), post.opening + 3)
    share, tolerance = organisation.attempt_share(post.role), relaxation.problem.model.scenario.optimisation.internal_share_tolerance
    allowed = ladder.Share(share - tolerance, share + tolerance)
    found = ladder.joiners(relaxation.problem, post, cheap_inside, relaxation.columns, needed, allowed).reshape(1 + len(post.feeders), -1)
    outside, within = found[0].sum(), found[1:].sum()
    assert within * (1 - share - tolerance) - outside * (share + tolerance) <= 1 + 1e-6
    assert outside > 0


def test_what_a_share_would_still_allow_is_worth_its_price_on_the_side_that_has_one():
    relaxation = at_optimum(shipped("centre_600"))
    post = next(each for each in posts(relaxation.problem) if each.role.name == "manager")
    nothing = np.zeros(relaxation.problem.model.months)
    price = Prices(nothing, np.zeros_like(post.promotions, dtype=float), nothing, nothing, nothing, nothing, share=(1_000.0, 10.0))
    unit = ladder._Unit(relaxation.problem, post, price, relaxation.columns, nothing, ladder.Share(0.4, 0.6, 2.0, 3.0))
    joined = np.zeros((3, 1 + len(post.feeders), len(nothing)))
    joined[:, 0, 0], joined[:, 1, 0] = (5.0, 10.0, 0.0), (5.0, 0.0, 10.0)
    broken, unused = unit.share_kept(joined)
    assert broken == pytest.approx([0.0, 2.0, -1.0])
    assert unused == pytest.approx([3 * 1_000 + 4 * 10, 9 * 10, 8 * 1_000])


def test_what_one_unit_leaves_of_its_roles_share_another_may_use():
    relaxation = at_optimum(build(two_sites(months=9)))
    one, columns = relaxation.problem, relaxation.columns.copy()
    shares = ladder._Shares(one)
    position = next(iter(shares.roles))
    first, second = [post for post in posts(one) if post.position == position][:2]
    units, role = len(shares.used[position]), shares.roles[position]
    assert shares.left(second).few == pytest.approx(role.few / units)
    columns[first.appointments], columns[first.promotions] = 0.0, 0.0
    shares.take(first, columns)
    assert shares.left(second).few == pytest.approx(2 * role.few / units)
    columns[first.appointments] = 1.0
    shares.take(first, columns)
    assert shares.left(second).few == pytest.approx(2 * role.few / units - 9 * role.low)
    assert shares.left(second).many == pytest.approx(2 * role.many / units + 9 * role.high)


def test_a_share_without_a_row_allows_more_people_than_there_are_and_stays_a_number():
    relaxation = at_optimum(build(two_sites(months=9)))
    no_row = ladder._most(relaxation.problem, "internal_share_fewest_99")
    assert no_row == ladder.NO_LIMIT > 1e6
    share = ladder.Share(0.4, 0.6, no_row - no_row / 2, no_row)
    post = next(each for each in posts(relaxation.problem) if each.role.name == "manager")
    nothing = np.zeros(9)
    price = Prices(nothing, np.zeros_like(post.promotions, dtype=float), nothing, nothing, nothing, nothing, share=(0.0, 0.0))
    broken, unused = ladder._Unit(relaxation.problem, post, price, relaxation.columns, nothing, share).share_kept(np.ones((1, 1 + len(post.feeders), 9)))
    assert (broken.tolist(), unused.tolist()) == ([0.0], [0.0])


def test_what_is_held_is_known_and_the_rest_has_the_same_optimum():
    relaxation = at_optimum(build(two_sites(months=9)))
    one = relaxation.problem
    columns = np.flatnonzero(np.arange(one.model.width) % 7 == 0)
    held = Relaxation(one, held=Held(columns, relaxation.columns[columns]))
    assert held.solve()
    assert held.bound == pytest.approx(relaxation.bound, rel=1e-6)
    assert held.columns[columns] == pytest.approx(relaxation.columns[columns])


def test_what_is_held_and_cannot_be_has_no_optimum():
    relaxation = at_optimum(build(two_sites(months=9)))
    heads = relaxation.problem.model.blocks["heads"]
    places = np.arange(heads.start, heads.stop)
    assert not Relaxation(relaxation.problem, held=Held(places, relaxation.columns[places] + 500)).solve()


def test_a_rough_optimum_is_near_the_optimum_with_prices_and_is_none_when_time_is_up():
    exact = at_optimum(shipped("centre_600"))
    rough = Relaxation(exact.problem)
    assert rough.solve_roughly()
    assert exact.problem.objective(rough.columns) == pytest.approx(exact.bound, rel=0.02)
    assert not exact.problem.broken_rows(rough.columns, hair=0.01).any()
    capacity = exact.problem.places("capacity")
    assert rough.price(capacity).sum() == pytest.approx(exact.price(capacity).sum(), rel=0.1)
    assert not Relaxation(exact.problem, lambda: 0.0).solve_roughly()


def test_rows_that_a_rough_optimum_breaks_are_added_to_it():
    document = changed(tiny(months=12, heads=60), ("groups.0.stated_heads", {"start": 60, "add_monthly": 6}), ("sites.0.training.rooms", 9))
    document["sites"][0]["training"] |= {"mentor_share_max": 0.03, "mentor_tenure_months": 3}
    one = problem(model(build(document)))
    rough, waiting = Relaxation(one), Relaxation(one)._waiting.sum()
    assert rough.solve_roughly()
    assert rough._waiting.sum() < waiting
    assert not one.broken_rows(rough.columns, hair=0.05).any()


# Hires


def test_classes_that_find_no_room_wait_the_emptiest_first():
    document = two_sites(months=9)
    document["sites"] = [site | {"training": site["training"] | {"rooms": 1}} for site in document["sites"]]
    one = problem(model(build(document)))
    columns = np.zeros(one.model.width)
    starts = one.model.blocks["starts"]
    starts.of(columns)[2] = 5
    fit = rounding._that_fit(one, columns, 2, np.array([2.0, 1.0]))
    assert fit.tolist() == [1, 1]


def test_a_dive_leaves_whole_starts_and_classes():
    relaxation = at_optimum(build(tiny(months=12, heads=30)))
    hires = rounding.dive(relaxation, 0.9, NEVER)
    for name in rounding.HIRES:
        part = relaxation.problem.model.blocks[name].of(hires)
        assert part == pytest.approx(np.rint(part), abs=1e-6)


def test_a_dive_that_is_stopped_finds_nothing():
    assert rounding.dive(at_optimum(build(tiny(months=6))), 0.5, lambda: True) is None


# Plans


@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_gaps_filled_without_a_solver_cost_hardly_more_than_with_one_and_break_no_cap(name):
    relaxation = at_optimum(shipped(name))
    one, finance = relaxation.problem, relaxation.problem.model.scenario.finance
    plan = rounding.as_plan(one, rounding.with_hires_at_once(one, rounding.begun(around(relaxation), relaxation.columns).columns))
    best, _ = rounding.with_best_fractions(one, plan)
    assert one.objective(best) * (1 - 1e-12) <= one.objective(plan) <= 1.0001 * one.objective(best)
    overtime, contractors, shortage = (one.model.blocks[each].of(plan) for each in groups.FILLS)
    productive = one.model.productive.at(plan)[: one.model.months]
    assert np.all(overtime <= np.maximum(productive, 0) * finance.overtime_max + 1e-9)
    assert np.all(contractors <= finance.contractors_max_fte + 1e-9)
    assert overtime + contractors + shortage == pytest.approx(np.maximum(one.model.need.frontline_fte - productive, 0.0))


def test_overtime_and_contractors_of_months_that_are_fixed_stay_as_they_are():
    scenario = build(changed(tiny(months=6, heads=30), ("groups.0.stated_heads", {"start": 30, "add_monthly": 2})))
    decisions = nothing_decided(scenario)
    decisions.overtime_fte[:2, 0], decisions.contractor_fte[:2, 0] = (0.25, 0.5), (0.0, 0.75)
    one = problem(model(scenario, frozen=Frozen(decisions, 2)))
    filled = rounding.with_gaps_filled(one, one.model.known)
    assert one.model.blocks["overtime"].of(filled)[:2, 0].tolist() == [0.25, 0.5]
    assert one.model.blocks["contractors"].of(filled)[:2, 0].tolist() == [0.0, 0.75]
    assert one.model.blocks["overtime"].of(filled)[2:].sum() + one.model.blocks["contractors"].of(filled)[2:].sum() > 0


def test_what_costs_least_in_a_month_fills_its_gap_first():
    relaxation = at_optimum(build(changed(tiny(months=6, heads=30), ("finance", {"contractors_max_fte": 2.0, "overtime_max": 0.05}))))
    one = relaxation.problem
    blocks = {name: one.model.blocks[name] for name in groups.FILLS}
    prices_of = {name: blocks[name].of(one.price)[-1, 0] for name in groups.FILLS}
    columns = one.model.known.copy()
    one.model.blocks["starts"].of(columns)[:] = 0.0
    filled = rounding.with_gaps_filled(one, columns)
    amounts = {name: blocks[name].of(filled)[-1, 0] for name in sorted(prices_of, key=prices_of.get)}
    productive = one.model.productive.at(columns)[5, 0]
    most = {"overtime": 0.05 * productive, "contractors": 2.0, "shortage": np.inf}
    missing = one.model.need.frontline_fte[-1, 0] - productive
    assert missing > 0.5
    for name, amount in amounts.items():
        assert amount == pytest.approx(min(missing, most[name]))
        missing -= amount


def around(relaxation):
    reduced, every = np.maximum(relaxation.reduced, 0.0), posts(relaxation.problem)
    every_price = [prices(relaxation, post, reduced) for post in every]
    return rounding.Around(relaxation.problem, every, every_price, groups.guide(relaxation), relaxation.columns, lambda: 60.0, NEVER)


def every_plan(relaxation):
    made = around(relaxation)
    return rounding.plans(made, rounding.begun(made, relaxation.columns))


def best_of(one, plans):
    found = [rounding.with_best_fractions(one, columns) for columns in plans]
    return min((each[0] for each in found if each is not None and one.allows(each[0])), key=one.objective)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_the_first_plans_meet_every_limit_and_are_cheaper_than_the_baseline(name):
    relaxation = at_optimum(shipped(name))
    one, bound = relaxation.problem, relaxation.bound
    best = best_of(one, every_plan(relaxation))
    plan = project(one.model.scenario, one.model.decisions_of(best), one.model.need)
    assert limits.broken(plan) == ()
    assert one.objective(one.model.columns_of(plan)) == pytest.approx(one.objective(best), rel=1e-6)
    assert bound < one.objective(best) < one.objective(one.model.known)


def test_a_plan_around_the_ladder_of_the_baseline_meets_every_limit_too():
    relaxation = at_optimum(shipped("centre_600"))
    columns = rounding.around_the_baseline(around(relaxation))
    one = relaxation.problem
    best = best_of(one, [columns])
    assert limits.broken(project(one.model.scenario, one.model.decisions_of(best), one.model.need)) == ()


@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_hires_rounded_at_once_make_a_plan_within_every_limit_near_the_relaxation(name):
    relaxation = at_optimum(shipped(name))
    one = relaxation.problem
    rounded = rounding.with_hires_at_once(one, rounding.begun(around(relaxation), relaxation.columns).columns)
    found = rounding.as_plan(one, rounded)
    best, _ = rounding.with_best_fractions(one, found)
    assert one.allows(best)
    assert one.objective(best) < relaxation.bound * 1.04
    wanted, hired = (one.model.blocks["starts"].of(columns).sum() for columns in (relaxation.columns, best))
    assert hired == pytest.approx(wanted, rel=0.03)


@given(
    people=arrays(float, 4, elements=st.integers(0, 30).map(float)),
    kept=arrays(float, 4, elements=st.integers(0, 5).map(float)),
    share=st.floats(0, 1),
)
def test_people_taken_from_the_largest_sources_leave_what_is_kept(people, kept, share):
    people = people + kept
    number = float(np.floor(share * (people - kept).sum()))
    left = rounding._taken(people, number, kept)
    assert left.sum() == people.sum() - number
    assert np.all((left >= kept) & (left <= people))


def test_what_classes_leave_over_is_brought_along_by_a_source_without_a_cap_and_less_is_taken_from_all():
    starts = np.array([[2.0, 2.0], [1.0, 3.0], [0.0, 4.0]])
    rounding._brought_along(starts, np.array([3.0, -2.0, -9.0]), np.array([False, True]))
    assert starts == pytest.approx(np.array([[2.0, 5.0], [0.5, 1.5], [0.0, 0.0]]))


def test_referred_starts_that_heads_no_longer_refer_come_from_a_source_without_a_cap():
    one = problem(model(shipped("centre_600")))
    referred = next(n for n, source in enumerate(one.model.scenario.hiring.sources) if source.referrals_per_head_monthly is not None)
    decisions = one.model.decisions_of(one.model.known)
    month = 12
    hired = decisions.starts[month].sum()
    decisions.starts[month, 0, referred] += 40
    columns = rounding.replayed(one, decisions)
    assert one.broken_rows(columns)[one.places(f"sources_referred_{referred}")].any()
    kept = rounding.within_referrals(one, columns)
    assert not one.broken_rows(kept)[one.places(f"sources_referred_{referred}")].any()
    assert one.model.decisions_of(kept).starts[month].sum() == hired + 40


def test_after_its_plans_the_relaxation_is_as_it_was():
    relaxation = at_optimum(build(tiny(months=12, heads=30)))
    before = relaxation.bound
    assert len(list(every_plan(relaxation))) > 0
    assert relaxation.solve()
    assert relaxation.bound == pytest.approx(before, rel=1e-7)
