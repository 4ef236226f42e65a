"""Hires walked group by group: what a way costs is what its plan costs, the best is hardly dearer than the cheapest, rooms and what is taken are kept."""

from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.decisions import nothing_decided
from planner.optimiser import groups, rounding, walk
from planner.optimiser.joiners import prices
from planner.optimiser.model import Frozen, model
from planner.optimiser.posts import posts
from planner.optimiser.problem import problem
from planner.optimiser.relaxation import Relaxation
from planner.plan import classes_running
from tests.conftest import shipped
from tests.scenarios import build, changed, tiny, two_sites

NEVER = lambda: False  # noqa: E731
GROWING = ("groups.0.stated_heads", {"start": 30, "add_monthly": 1})
EXACTLY = groups.Terms(pay=0.0, post=0.0, open_post=1.0, avoided=1e-9)


def at_optimum(scenario, frozen=None):
    relaxation = Relaxation(problem(model(scenario, frozen=frozen)))
    assert relaxation.solve()
    return relaxation


def around(relaxation):
    reduced, every = np.maximum(relaxation.reduced, 0.0), posts(relaxation.problem)
    every_price = [prices(relaxation, post, reduced) for post in every]
    return rounding.Around(relaxation.problem, every, every_price, groups.guide(relaxation), relaxation.columns, lambda: 60.0, NEVER)


def at_once(relaxation):
    return rounding.with_hires_at_once(relaxation.problem, rounding.begun(around(relaxation), relaxation.columns).columns)


def group_of(relaxation, columns, terms=None):
    one = relaxation.problem
    leads = groups.open_leads(one, 0) if terms is None else groups.settled_leads(one, columns, 0, terms)
    return groups.Group(one, groups.guide(relaxation), 0, leads, columns, one.model.path("heads").at(columns)[:, 0], one.model.productive.at(columns)[:, 0])


def people_of(one, columns):
    return one.model.blocks["starts"].of(columns).reshape(one.model.months, len(one.model.sites), -1).sum(axis=2)


# One group


def test_at_the_relaxations_prices_a_start_costs_what_it_costs_to_find_somebody_and_a_seat_in_a_class():
    relaxation = at_optimum(build(changed(tiny(heads=30), GROWING)))
    unit, one = group_of(relaxation, relaxation.columns), relaxation.problem
    hired = np.flatnonzero(people_of(one, relaxation.columns)[:, 0] > 1e-6)
    assert len(hired) > 5
    own = one.model.blocks["starts"].of(one.price)[hired, 0] + unit.class_price[hired] / unit.largest
    assert unit.start_price[hired] == pytest.approx(own, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0, 2, 3, 5, 6, 8, 11]), min_size=10, max_size=10))
def test_what_a_way_costs_is_what_its_plan_costs_with_the_same_leaders(people):
    relaxation = at_optimum(build(changed(tiny(heads=30), GROWING)))
    one, base = relaxation.problem, at_once(relaxation)
    base = rounding.replayed(one, one.model.decisions_of(base))
    unit, costs, objectives = group_of(relaxation, base, EXACTLY), [], []
    for starts in (people_of(one, base)[:, 0], np.array([0, 0, *people], dtype=float)):
        columns = base.copy()
        one.model.blocks["starts"].of(columns)[:, 0], one.model.blocks["classes"].of(columns)[:, 0] = starts, unit.classes(starts)
        columns = rounding.replayed(one, one.model.decisions_of(columns))
        costs.append(walk._cost(unit, starts))
        missing = one.model.need.frontline_fte - one.model.blocks["productive"].of(columns)
        filled = _filled(one, columns, np.maximum(missing, 0.0)[:, 0])
        objectives.append(one.objective(filled))
    assert costs[1] - costs[0] == pytest.approx(objectives[1] - objectives[0], abs=1e-6 * objectives[0])


def _filled(one, columns, missing):
    """The columns with what is missing filled by what costs least: overtime up to its share, then contractors, then shortage."""
    columns, finance = columns.copy(), one.model.scenario.finance
    blocks = {name: one.model.blocks[name] for name in ("overtime", "contractors", "shortage")}
    most = {
        "overtime": np.maximum(one.model.blocks["productive"].of(columns)[:, 0], 0) * finance.overtime_max,
        "contractors": np.full(len(missing), finance.contractors_max_fte),
        "shortage": np.full(len(missing), np.inf),
    }
    for name in sorted(blocks, key=lambda name: float(blocks[name].of(one.price)[0, 0])):
        taken = np.minimum(missing, most[name])
        blocks[name].of(columns)[:, 0], missing = taken, missing - taken
    return columns


@pytest.mark.parametrize(
    "changes",
    [
        (GROWING,),
        (("groups.0.stated_heads", {"start": 30, "add_monthly": 2}),),
        (GROWING, ("sites.0.training.rooms", 1)),
        (GROWING, ("finance", {"contractors_max_fte": 1.0})),
    ],
    ids=["growing", "faster", "one_room", "contractors"],
)
def test_the_way_found_is_hardly_dearer_than_the_cheapest_of_all(changes):
    relaxation = at_optimum(build(changed(tiny(months=6, heads=30), *changes)))
    unit, one = group_of(relaxation, relaxation.columns), relaxation.problem
    rooms = groups.Rooms(one.model, np.zeros((6, 1)))
    starts, cost = walk._walked(unit, rooms.left[:, 0], rooms.kernels[:, 0])
    ways, sizes = walk._nobody_yet(unit, rooms.left[:, 0]), np.array([0.0, *range(2, 13)])
    for month in range(6):
        choices = sizes if unit.most[month] > 0 else np.zeros(1)
        way, choice = (each.ravel() for each in np.meshgrid(np.arange(len(ways.cost)), choices, indexing="ij"))
        ways = walk._with(unit, ways, way, month, choice, rooms.kernels[:, 0])
        fits = (ways.rooms.min(axis=1) >= 0) & (choice >= unit.classes(choice) * unit.smallest)
        ways = walk._Ways(*(getattr(ways, name)[fits] for name in walk._Ways.__annotations__))
    cheapest = float((ways.cost + unit.after_all(ways.productive)).min())
    nobody = walk._cost(unit, np.zeros(6))
    assert len(ways.cost) > 1_000
    assert cost == pytest.approx(walk._cost(unit, starts), rel=1e-12)
    assert cheapest - 1e-6 <= cost <= cheapest + 0.02 * (nobody - cheapest)


def test_posts_beyond_the_leaders_in_post_are_charged_together_with_the_people_of_other_groups():
    each, whole, post = np.array([0.0, 2.0]), np.array([50.0, 900.0]), np.array([1.0, 10.0])
    leads = groups.Leads(np.array([10.0, 100.0]), each, post, whole, 0.0, np.array([[0.0], [75.0]]), np.array([[2.5], [1.0]]))
    cost = leads.cost(slice(0, 1), np.array([[20.0], [25.0], [26.0], [31.0]]))[:, 0]
    posts = np.array([2 + 10.0, 3 + 10.0, 3 + 20.0, 4 + 20.0])
    assert cost == pytest.approx(posts + np.array([40.0, 50 + 25.0, 52 + 25.0 + 900, 62 + 75.0 + 900]))


# All groups


@pytest.mark.parametrize(("name", "near"), [("centre_600", 1.03), ("growth_2000", 1.015)])
def test_walked_hires_make_a_plan_within_every_limit_near_the_relaxation(name, near):
    relaxation = at_optimum(shipped(name))
    one = relaxation.problem
    walked, _ = rounding.with_best_fractions(one, rounding.walked(around(relaxation), at_once(relaxation)))
    assert one.allows(walked)
    assert relaxation.bound < one.objective(walked) < near * relaxation.bound


def test_hires_walked_on_from_a_plan_with_its_leaders_make_it_cheaper():
    relaxation = at_optimum(shipped("centre_600"))
    one, made = relaxation.problem, around(relaxation)
    first = rounding.as_plan(one, at_once(relaxation))
    found = [rounding.with_best_fractions(one, each) for each in (first, rounding.walked(made, first, groups.TERMS[0]))]
    objectives = [one.objective(each[0]) for each in found]
    assert one.allows(found[1][0])
    assert objectives[1] < 0.999 * objectives[0]


def test_walked_classes_are_of_permitted_size_and_find_rooms_beside_each_other():
    document = two_sites(months=18)
    document["sites"] = [site | {"training": site["training"] | {"rooms": 1, "class_size_min": 3, "class_size_max": 8}} for site in document["sites"]]
    document["groups"] = [group | {"stated_heads": {"start": 80, "add_monthly": 2}} for group in document["groups"]]
    relaxation = at_optimum(build(document))
    one = relaxation.problem
    found = walk.hires(one, groups.guide(relaxation), at_once(relaxation), NEVER)
    starts, classes = people_of(one, found), one.model.blocks["classes"].of(found)
    assert starts.sum() > 50
    assert np.all(starts <= classes * 8)
    assert np.all(starts >= classes * 3)
    assert np.all(classes_running(one.model.scenario, classes) @ one.model.at_site <= 1 + 1e-9)


def test_what_is_taken_already_stays_as_it_is():
    scenario = build(changed(tiny(heads=30), GROWING, ("groups.0.workforce.signed_starts", [0, 3, 2])))
    decisions = nothing_decided(scenario)
    decisions.starts[:3, 0, 0], decisions.classes[:3, 0] = (0, 3, 4), (0, 1, 1)
    relaxation = at_optimum(scenario, Frozen(decisions, 3))
    found = walk.hires(relaxation.problem, groups.guide(relaxation), at_once(relaxation), NEVER)
    assert people_of(relaxation.problem, found)[:3, 0].tolist() == [0, 3, 4]
    assert relaxation.problem.model.blocks["classes"].of(found)[:3, 0].tolist() == [0, 1, 1]
    assert people_of(relaxation.problem, found)[3:].sum() > 0


def test_a_walk_that_is_stopped_keeps_the_hires_that_it_began_with():
    relaxation = at_optimum(build(changed(two_sites(months=12))))
    before = at_once(relaxation)
    found = walk.hires(relaxation.problem, groups.guide(relaxation), before, lambda: True)
    assert people_of(relaxation.problem, found).tolist() == people_of(relaxation.problem, before).tolist()
    assert relaxation.problem.model.blocks["classes"].of(found).tolist() == relaxation.problem.model.blocks["classes"].of(before).tolist()


def test_people_are_found_by_sources_with_a_cap_as_far_as_the_relaxation_takes_them_and_then_by_one_without():
    relaxation = at_optimum(shipped("centre_600"))
    model_, given = relaxation.problem.model, groups.guide(relaxation)
    starts = people_of(relaxation.problem, at_once(relaxation))
    found = groups.by_source(model_, given, starts)
    capped = groups.capped(model_)
    assert found.sum(axis=2).tolist() == starts.tolist()
    assert np.all(found[:, :, capped].sum(axis=1) <= np.maximum(given.starts[:, :, capped].sum(axis=1), model_.signed.sum(axis=1)[:, None]) + 1e-6)


def test_terms_have_no_end_differ_and_are_the_same_at_every_call():
    first, again = (list(islice(groups.every_terms(), 40)) for _ in range(2))
    assert first == again
    assert all(one != other for one, other in pairwise(first))
