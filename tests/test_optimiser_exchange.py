"""Hires exchanged: what a change costs is what its plan costs, groups change places in scarce rooms, sizes, rooms and what is taken are kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.optimiser import exchange, groups, rounding
from planner.optimiser.model import Frozen
from planner.plan import classes_running
from tests.conftest import shipped
from tests.scenarios import build, changed, role, tiny
from tests.test_optimiser_walk import EXACTLY, GROWING, NEVER, around, at_once, at_optimum, nothing_decided, people_of


def two_groups(months=9, rooms=1, growth=1):
    """Two groups of one site, of which the second grows by so many people a month, with so many rooms for their classes."""
    document = changed(tiny(months=months, heads=30), GROWING, ("sites.0.training.rooms", rooms))
    document["groups"].append(document["groups"][0] | {"name": "sales", "stated_heads": {"start": 30, "add_monthly": growth}})
    document["organisation"]["roles"][0] = role("team_lead", 10, {"care": 3, "sales": 3}, scope="group", feeder="frontline")
    return build(document)


def market(relaxation, columns, terms=EXACTLY):
    one = relaxation.problem
    heads, productive = one.model.path("heads").at(columns), one.model.productive.at(columns)
    units = [
        groups.Group(one, groups.guide(relaxation), group, groups.settled_leads(one, columns, group, terms), columns, heads[:, group], productive[:, group])
        for group in range(len(one.model.sites))
    ]
    return exchange._Market(units, people_of(one, columns), groups.Rooms(one.model, one.model.blocks["classes"].of(columns)))


def plan_with(one, columns, group, starts, classes):
    """The plan with other starts of one group, gaps filled by what costs least."""
    changed_ = columns.copy()
    one.model.blocks["starts"].of(changed_)[:, group], one.model.blocks["classes"].of(changed_)[:, group] = starts, classes
    return rounding.as_plan(one, changed_)


# Changes


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_what_a_change_costs_is_what_its_plan_costs_with_the_same_leaders(pick):
    relaxation = at_optimum(build(changed(tiny(heads=30), GROWING)))
    one, base = relaxation.problem, rounding.as_plan(relaxation.problem, at_once(relaxation))
    hired = market(relaxation, base).hired[0]
    place = pick % len(hired.changes.cost)
    plans = [plan_with(one, base, 0, starts, hired.unit.classes(starts)) for starts in (hired.starts, hired.after(place))]
    before, after = (one.objective(plan) for plan in plans)
    assert hired.changes.cost[place] == pytest.approx(after - before, abs=1e-6 * before)


def test_every_kind_of_change_is_there_and_no_other():
    relaxation = at_optimum(build(changed(tiny(heads=30), GROWING)))
    hired = market(relaxation, rounding.as_plan(relaxation.problem, at_once(relaxation))).hired[0]
    changes, starts = hired.changes, hired.starts
    class_leaves, class_comes = changes.fewer > 0, changes.more >= hired.unit.smallest
    assert (class_leaves & class_comes & (changes.out < changes.into)).any()
    assert (class_leaves & class_comes & (changes.out > changes.into)).any()
    assert (class_leaves & (changes.more == 0)).any()
    assert (~class_leaves & class_comes & (starts[changes.into] == 0)).any()
    assert {-1.0, 1.0} <= set(changes.more[~class_leaves & (starts[changes.into] > 0)])
    for place in range(len(changes.cost)):
        after = hired.after(place)
        classes = hired.unit.classes(after)
        assert np.all((after >= classes * hired.unit.smallest) & (after <= classes * hired.unit.largest) & (after >= 0))


def test_the_table_of_changes_holds_the_cheapest_by_the_rooms_that_they_leave_and_need():
    relaxation = at_optimum(two_groups())
    hired = market(relaxation, rounding.as_plan(relaxation.problem, at_once(relaxation))).hired[0]
    left, needed = exchange._rooms_of(hired.unit, hired.starts, hired.changes)
    for month, other in {*zip(left.tolist(), needed.tolist(), strict=True)}:
        same = (left == month) & (needed == other)
        assert hired.cheapest[month, other] == hired.changes.cost[same].min() == hired.changes.cost[hired.place[month, other]]
        before, after = (hired.unit.classes(starts) for starts in (hired.starts, hired.after(int(hired.place[month, other]))))
        assert month == 9 or after[month] < before[month]
        assert other == 9 or after[other] > before[other]


# Exchanges


def test_two_groups_that_have_each_others_places_in_the_one_room_change_them():
    relaxation = at_optimum(two_groups(growth=3))
    one = relaxation.problem
    found = exchange.hires(one, groups.guide(relaxation), rounding.as_plan(one, at_once(relaxation)), NEVER, EXACTLY)
    good = rounding.as_plan(one, found)
    months, people = np.flatnonzero(people_of(one, good).sum(axis=1)), people_of(one, good)
    assert set(people[months].argmax(axis=1)) == {0, 1}
    mixed = good.copy()
    one.model.blocks["starts"].of(mixed)[months] = people[months][:, ::-1]
    one.model.blocks["classes"].of(mixed)[months] = one.model.blocks["classes"].of(good)[months][:, ::-1]
    mixed = rounding.as_plan(one, mixed)
    trade = market(relaxation, mixed)
    made = []
    while (best := [each for each in _all_best(trade) if each[0] < -1e-6]) and len(made) < 50:
        made.append(min(best, key=lambda each: each[0])[1])
        assert trade.exchange(1e-6)
    assert any(len(changes) == 2 for changes in made)
    again = rounding.as_plan(one, exchange.hires(one, groups.guide(relaxation), mixed, NEVER, EXACTLY))
    assert one.objective(again) < one.objective(mixed)
    assert one.objective(again) <= 1.01 * one.objective(good)


def _all_best(trade):
    return [trade._best(together) for together in trade._together()]


def test_exchanges_end_when_none_saves_anything_and_each_saves_what_it_says():
    relaxation = at_optimum(two_groups())
    base = rounding.as_plan(relaxation.problem, at_once(relaxation))
    trade, costs = market(relaxation, base), []
    while (cheapest := min(best for best, _ in _all_best(trade))) < -1e-6 and len(costs) < 200:
        before = [hired.starts for hired in trade.hired]
        assert trade.exchange(1e-6)
        saved = sum(_cost(hired.unit, starts) - _cost(hired.unit, hired.starts) for hired, starts in zip(trade.hired, before, strict=True))
        assert saved == pytest.approx(-cheapest)
        costs.append(saved)
    assert costs
    assert not trade.exchange(1e-6)
    assert all(best >= -1e-6 for best, _ in _all_best(trade))
    assert np.all(trade.rooms.left >= -1e-9)


def _cost(unit, starts):
    """What starts cost, by the paths of people."""
    heads, productive = groups.path(unit.heads, unit.heads_each, starts), groups.path(unit.productive, unit.fte_each, starts)
    months = np.arange(unit.months)
    cost = unit.months_cost(slice(None), heads[None], productive[None, : unit.months]).sum() + unit.after_all(productive[None])[0]
    return float(cost + sum(unit.paid(month, starts[month]) for month in months))


@pytest.mark.parametrize("name", ["centre_600", "growth_2000"])
def test_exchanged_hires_make_a_plan_cheaper_within_every_limit(name):
    relaxation = at_optimum(shipped(name))
    one, made = relaxation.problem, around(relaxation)
    first = rounding.ladder_again(made, rounding.walked(made, at_once(relaxation)))
    plans = [rounding.with_best_fractions(one, each) for each in (first, rounding.exchanged(made, first, groups.TERMS[0]))]
    assert one.allows(plans[1][0])
    assert relaxation.bound < one.objective(plans[1][0]) < one.objective(plans[0][0])


def test_exchanged_classes_are_of_permitted_size_find_their_rooms_and_leave_what_is_taken():
    scenario = two_groups(months=12)
    decisions = nothing_decided(scenario)
    decisions.starts[:3, 0, 0], decisions.classes[:3, 0] = (0, 3, 4), (0, 1, 1)
    relaxation = at_optimum(scenario, Frozen(decisions, 3))
    one = relaxation.problem
    found = exchange.hires(one, groups.guide(relaxation), rounding.as_plan(one, at_once(relaxation)), NEVER, groups.TERMS[0])
    people, classes = people_of(one, found), one.model.blocks["classes"].of(found)
    assert people[:3].tolist() == [[0, 0], [3, 0], [4, 0]]
    assert people[3:].sum() > 0
    assert np.all((people >= 2 * classes) & (people <= 6 * classes))
    assert np.all(classes_running(scenario, classes) @ one.model.at_site <= 1 + 1e-9)


def test_exchanges_that_are_stopped_leave_the_hires_as_they_are():
    relaxation = at_optimum(two_groups())
    before = rounding.as_plan(relaxation.problem, at_once(relaxation))
    found = exchange.hires(relaxation.problem, groups.guide(relaxation), before, lambda: True, EXACTLY)
    assert people_of(relaxation.problem, found).tolist() == people_of(relaxation.problem, before).tolist()
    assert relaxation.problem.model.blocks["classes"].of(found).tolist() == relaxation.problem.model.blocks["classes"].of(before).tolist()
