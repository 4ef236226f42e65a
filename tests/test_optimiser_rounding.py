"""Whole plans from the relaxation: a ladder of whole people who were ready, classes that find a room, and plans that meet every limit."""

import itertools

import numpy as np
import pytest

from planner import limits, organisation
from planner.optimiser import ladder, rounding
from planner.optimiser.joiners import Prices
from planner.optimiser.model import HALF, model
from planner.optimiser.posts import posts
from planner.optimiser.problem import problem
from planner.optimiser.relaxation import Relaxation
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


@pytest.mark.parametrize("name", ["centre_600"])
def test_the_ladder_is_whole_and_nobody_is_promoted_who_is_not_ready(name):
    relaxation = at_optimum(shipped(name))
    every = posts(relaxation.problem)
    assert ladder.decide(relaxation, every)
    joined = np.concatenate([relaxation.columns[post.joiners] for post in every])
    assert joined == pytest.approx(np.rint(joined), abs=1e-7)
    benches = np.concatenate([relaxation.problem.places(f"bench_{p}").ravel() for p, role in enumerate(relaxation.problem.model.roles) if role.feeder])
    assert not relaxation.problem.broken_rows(relaxation.columns)[benches].any()


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
    price = Prices(nothing + 900.0, nothing, nothing + 1_000.0, nothing, nothing + 2_000.0, nothing)
    needed = np.full(6, 3.0)
    found = ladder.joiners(relaxation, post, price, needed)

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
    every = posts(relaxation.problem)
    assert ladder.decide(relaxation, every)
    tolerance = relaxation.problem.model.scenario.optimisation.internal_share_tolerance
    for role in relaxation.problem.model.roles:
        if role.feeder and role.internal_share < 1:
            mine = [post for post in every if post.role.name == role.name]
            outside = sum(relaxation.columns[post.appointments].sum() for post in mine)
            within = sum(relaxation.columns[post.promotions].sum() for post in mine)
            share = organisation.attempt_share(role)
            assert within * (1 - share - tolerance) - outside * (share + tolerance) <= len(mine) + 1e-6
            assert outside * (share - tolerance) - within * (1 - share + tolerance) <= len(mine) + 1e-6


def test_joiners_that_were_opened_again_are_free():
    relaxation = at_optimum(build(two_sites(months=9)))
    every, before = posts(relaxation.problem), relaxation.bound
    assert ladder.decide(relaxation, every)
    ladder.reopen(relaxation, every)
    assert relaxation.solve()
    assert relaxation.bound == pytest.approx(before, rel=1e-7)


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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_the_first_plans_meet_every_limit_and_are_cheaper_than_the_baseline(name):
    scenario = shipped(name)
    relaxation = at_optimum(scenario)
    one, bound = relaxation.problem, relaxation.bound
    found = [rounding.with_best_fractions(one, columns) for columns in rounding.plans(relaxation, posts(one), NEVER)]
    allowed = [each[0] for each in found if each is not None and one.allows(each[0])]
    best = min(allowed, key=one.objective)
    plan = project(one.model.scenario, one.model.decisions_of(best), one.model.need)
    assert limits.broken(plan) == ()
    assert one.objective(one.model.columns_of(plan)) == pytest.approx(one.objective(best), rel=1e-6)
    assert bound < one.objective(best) < one.objective(one.model.known)


def test_after_its_plans_the_relaxation_is_as_it_was():
    relaxation = at_optimum(build(tiny(months=12, heads=30)))
    before = relaxation.bound
    assert len(list(rounding.plans(relaxation, posts(relaxation.problem), NEVER))) > 0
    assert relaxation.solve()
    assert relaxation.bound == pytest.approx(before, rel=1e-7)
