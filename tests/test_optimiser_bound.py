"""What no plan undercuts: the thinned rows are the same problem, rows left out come back, and whole joiners cost no more than the exact minimum."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.optimiser import joiners as whole
from planner.optimiser.joiners import extra
from planner.optimiser.model import HALF, model
from planner.optimiser.posts import posts
from planner.optimiser.problem import Arrays, arrays, columns_of, engine, is_optimal, problem
from planner.optimiser.relaxation import Relaxation
from planner.optimiser.rounding import relaxed
from planner.optimiser.thin import thinned
from tests.conftest import shipped
from tests.scenarios import build, changed, tiny, two_sites
from tests.test_optimiser import small

TWO_LEVELS = changed(
    tiny(months=7, heads=40),
    ("organisation.roles", [
        {"name": "team_lead", "span": 8, "scope": "group", "feeder": "frontline", "monthly_pay": 5_000, "exit_probability_monthly": 0.03,
         "opening_heads": [{"unit": "care", "heads": 5}]},
        {"name": "manager", "leads": "team_lead", "span": 3, "feeder": "team_lead", "monthly_pay": 8_000, "exit_probability_monthly": 0.04,
         "opening_heads": [{"unit": "Porto", "heads": 2}]},
        {"name": "trainer", "kind": "support", "span": 20, "monthly_pay": 5_000, "opening_heads": [{"unit": "Porto", "heads": 3}]},
        {"name": "recruiter", "kind": "support", "scope": "all", "span": 50, "monthly_pay": 5_000, "opening_heads": [{"unit": "all", "heads": 1}]},
    ]),
)  # fmt: skip


def made(document):
    return problem(model(build(document)))


def at_optimum(one):
    relaxation = Relaxation(one)
    assert relaxation.solve()
    return relaxation


# Fewer coefficients, the same problem


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_thinned_rows_have_fewer_coefficients_and_the_same_optimum(name):
    one = problem(model(shipped(name)))
    thin = thinned(one)
    assert thin.matrix.nnz < 0.6 * one.matrix.nnz
    solver = engine(thin, one.fixed_price)
    solver.run()
    assert is_optimal(solver)
    assert solver.getObjectiveValue() == pytest.approx(relaxed(one, 60)[1].bound, rel=1e-7)
    found = columns_of(solver)
    assert not one.broken_rows(found).any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_columns_that_meet_the_rows_meet_the_thinned_rows_and_the_other_way_round(seed):
    one = made(two_sites(months=9))
    thin = thinned(one)
    columns = np.random.default_rng(seed).uniform(0, 5, one.model.width)
    fixed = np.isin(one.limit_of, [position for position, rows in enumerate(one.rows) if rows.limit in ("frontline_heads", "frontline_fte")])
    for name in ("frontline_heads", "frontline_fte"):
        block, places = one.model.blocks[{"frontline_heads": "heads", "frontline_fte": "productive"}[name]], one.places(name)
        columns[block.start : block.stop] = 0
        columns[block.start : block.stop] = (one.matrix[places.ravel()] @ columns) - one.lower[places.ravel()]
    values, thin_values = one.matrix @ columns, thin.matrix @ columns
    assert values[fixed] == pytest.approx(one.lower[fixed], abs=1e-8)
    assert thin_values[fixed] == pytest.approx(thin.row_lower[fixed], abs=1e-7)
    bounded = np.isfinite(one.upper)
    assert (thin.row_upper - thin_values)[bounded] == pytest.approx((one.upper - values)[bounded], abs=1e-6)


# Rows that come back


@pytest.mark.parametrize("document", [small(), tiny(months=12), two_sites(months=12), TWO_LEVELS], ids=["small", "tiny", "two_sites", "two_levels"])
def test_a_relaxation_that_leaves_out_rows_until_they_are_broken_finds_the_same_optimum(document):
    one = made(document)
    relaxation = at_optimum(one)
    assert relaxation.bound == pytest.approx(relaxed(one, 60)[1].bound, rel=1e-7)
    assert not one.broken_rows(relaxation.columns).any()


def test_rows_that_are_broken_come_back():
    document = changed(tiny(months=12, heads=20), ("groups.0.stated_heads", {"start": 20, "add_monthly": 6}), ("sites.0.training.mentor_share_max", 0.02))
    one = made(document)
    assert not one.broken_rows(at_optimum(one).columns).any()


# Whole joiners


def exact(relaxation, post):
    """The least that one unit's whole joiners cost at the relaxation's prices, by the search of a solver: the oracle of the walk over cells."""
    one, mine = relaxation.problem, np.concatenate([post.joiners, post.in_post, post.posts, post.open_posts])
    drains = np.concatenate([np.zeros(0, dtype=int), *(places for places, _ in post.drains)])
    columns, rows = np.concatenate([mine, drains]), np.concatenate([one.places(f"role_heads_{post.position}")[:, post.unit], post.filled])
    reduced, spare = np.maximum(relaxation.reduced, 0.0), np.maximum(relaxation.price(post.filled), 0.0)
    price = np.concatenate([reduced[mine], np.zeros(len(drains))])
    constant = -reduced[post.posts] @ post.least
    matrix = one.matrix[rows][:, columns]
    filled = one.matrix[post.filled][:, columns]
    price = price + filled.T @ spare
    constant -= spare @ one.lower[post.filled]
    lower, upper = one.model.lower[columns], np.minimum(one.model.upper[columns], 12.0)
    solver = engine(Arrays(price, lower, upper, matrix.tocsr(), one.lower[rows], one.upper[rows], one.model.whole[columns]), constant)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    assert is_optimal(solver)
    return solver.getObjectiveValue()


@pytest.mark.parametrize("document", [small(months=6), TWO_LEVELS, changed(tiny(months=7), ("groups.0.stated_heads", {"start": 20, "add_monthly": 2}))])
def test_the_walk_over_cells_costs_no_more_than_the_exact_minimum_and_hardly_less(document):
    relaxation = at_optimum(made(document))
    for post in posts(relaxation.problem):
        price = whole.prices(relaxation, post, np.maximum(relaxation.reduced, 0.0))
        walked = whole.least(relaxation.problem.model, post, price, float(relaxation.columns[post.posts].max()))
        oracle = exact(relaxation, post)
        assert -1e-6 <= walked <= oracle + 1e-3 + 1e-6 * abs(oracle)
        if not post.drains:
            assert walked >= 0.8 * oracle - 50


def test_a_coarser_grid_is_a_weaker_bound_and_still_one(monkeypatch):
    relaxation = at_optimum(made(TWO_LEVELS))
    fine = extra(relaxation, posts(relaxation.problem))
    monkeypatch.setattr(whole, "CELLS", 512)
    assert 0 <= extra(relaxation, posts(relaxation.problem)) <= fine * 1.01 + 1e-6


@pytest.mark.parametrize(
    "document",
    [
        small(),
        small(("finance", {"contractors_max_fte": 1.0}), leaders=False),
        small(("groups.0.stated_heads", {"start": 6, "add_monthly": 1}), months=6),
        tiny(months=6, heads=10),
        tiny(months=8, heads=30),
    ],
    ids=["small", "contractors", "growing", "ten", "thirty"],
)
def test_the_bound_never_exceeds_the_optimum_that_a_solver_proves_by_itself(document):
    one = made(document)
    relaxation = at_optimum(one)
    bound = relaxation.bound + extra(relaxation, posts(one))
    solver = engine(arrays(one, one.model.whole), one.fixed_price)
    for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-6), ("time_limit", 60.0)):
        solver.setOptionValue(option, value)
    solver.run()
    assert is_optimal(solver)
    assert relaxation.bound <= bound <= solver.getObjectiveValue() * (1 + 1e-7)


@pytest.mark.parametrize("name", ["startup_4", "centre_600"])
def test_whole_joiners_raise_the_bound_and_no_known_plan_undercuts_it(name):
    relaxation = at_optimum(problem(model(shipped(name))))
    more = extra(relaxation, posts(relaxation.problem))
    assert more > 1e-3 * relaxation.bound
    assert relaxation.bound + more <= relaxation.problem.objective(relaxation.problem.model.known)


def test_prices_of_nothing_cost_nothing():
    relaxation = at_optimum(made(TWO_LEVELS))
    post = posts(relaxation.problem)[0]
    nothing = np.zeros(relaxation.problem.model.months)
    free = whole.Prices(nothing, np.zeros_like(post.promotions, dtype=float), nothing, nothing, nothing, nothing)
    assert whole.least(relaxation.problem.model, post, free, 8.0) == 0.0
    dear = replace(free, open_post=nothing + 1_000.0, appointment=nothing + 1e6, promotions=free.promotions + 1e6)
    assert whole.least(relaxation.problem.model, post, dear, 8.0) > 0.0


def test_whole_leaps_are_the_cheapest_of_any_number_of_steps():
    random, grid = np.random.default_rng(3), whole._Grid(2.0, 9.0)
    cells, above, price = random.uniform(0, 100, grid.count), 30.0, 4.0
    step = grid.per_person
    reach = [[cells[cell + steps * step] if cell + steps * step < grid.count else above for steps in range(9)] for cell in range(grid.count)]
    expected = [min(price * steps + cost for steps, cost in enumerate(costs)) for costs in reach]
    assert grid.leaps(cells, above, 1.0, price) == pytest.approx(np.array(expected))


@pytest.mark.parametrize(("post", "spare"), [(5.0, 2.0), (2.0, 5.0), (0.0, 3.0)])
def test_a_month_costs_what_the_cheapest_number_of_posts_costs(post, spare):
    relaxation = at_optimum(made(TWO_LEVELS))
    unit = posts(relaxation.problem)[0]
    flat = np.ones(relaxation.problem.model.months)
    price = whole.Prices(flat, np.zeros_like(unit.promotions, dtype=float), 7 * flat, post * flat, 11 * flat, spare * flat)
    people, least = np.linspace(0.0, unit.least[0] + 6, 500), unit.least[0]
    counts = least + np.arange(12)[:, None]
    beyond = people[None] - (counts - HALF)
    expected = (post * (counts - least) + np.where(beyond >= 0, spare * beyond, -11 * beyond)).min(axis=0) + 7 * people
    assert whole._month_cost(unit, price, 0, people) == pytest.approx(expected)


def test_the_plain_arrays_hold_the_same_prices_as_the_thin_ones():
    one = made(two_sites(months=6))
    assert (arrays(one).price == thinned(one).price).all()
