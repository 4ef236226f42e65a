"""The plain formulation that the benchmark stands beside is the same problem: same bound, same optimum, written as stocks of people."""

import importlib.util
import sys
from pathlib import Path

import pytest

from planner.optimiser.model import model
from planner.optimiser.problem import problem
from planner.optimiser.rounding import relaxed
from tests.scenarios import build, role, tiny
from tests.test_optimiser import small, solved

FILE = Path(__file__).parent.parent / "bench" / "plain_model.py"


@pytest.fixture(scope="module")
def plain():
    spec = importlib.util.spec_from_file_location("plain_model", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["plain_model"] = module
    spec.loader.exec_module(module)
    return module


def promoting():
    document = tiny(months=10, heads=20, annual_attrition=0.5)
    document["groups"][0]["stated_heads"] = {"start": 20, "add_monthly": 1}
    document["organisation"]["roles"][0] = role("team_lead", 4, {"care": 4}, scope="group", feeder="frontline", time_in_grade_months=1)
    return document


@pytest.mark.parametrize("document", [small(), small(months=8), promoting()], ids=["small", "longer", "promoting"])
def test_its_relaxation_has_the_same_bound(plain, document):
    one, other = plain.plain_problem(build(document)), problem(model(build(document)))
    assert relaxed(one, 60)[1].bound == pytest.approx(relaxed(other, 60)[1].bound, rel=1e-6)
    assert one.model.width > other.model.width


@pytest.mark.parametrize("solver", ["HiGHS", "CBC"])
def test_its_optimum_is_the_optimisers(plain, solver):
    answer = plain.solved(plain.plain_problem(build(small())), solver, 30.0, 0.0)
    assert answer.charged == pytest.approx(solved(small()).charged, rel=1e-6)


def test_a_search_that_found_no_plan_has_no_charge_to_read(plain):
    answer = plain.solved(plain.plain_problem(build(promoting())), "HiGHS", 1e-3, 0.0)
    assert answer.charged is None
