"""The public API: what others import, and that importing it costs nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import planner
from planner import decisions as decided
from planner.baseline import baseline
from planner.report.tables import TABLES

ROOT = Path(__file__).parent.parent
STARTUP = ROOT / "data" / "scenarios" / "startup_4.json"


def test_importing_the_planner_loads_no_library():
    code = "import planner, sys; print(sorted({'numpy', 'pandas', 'pydantic', 'scipy', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == "[]"


def test_from_load_to_tables_it_takes_three_calls():
    plan = planner.project(planner.load(STARTUP))
    assert isinstance(plan, planner.Plan)
    assert list(planner.tables(plan)) == [table.name for table in TABLES]


def test_without_decisions_the_baseline_decides():
    scenario = planner.load(str(STARTUP))
    assert np.array_equal(planner.project(scenario).decisions.starts, baseline(scenario).starts)


def test_given_decisions_are_taken():
    scenario = planner.load(STARTUP)
    nobody = decided.nothing_decided(scenario)
    assert planner.project(scenario, nobody).decisions is nobody


def test_scenario_and_decisions_are_json_both_ways():
    scenario = planner.load(STARTUP)
    assert planner.scenario.from_json(planner.scenario.to_json(scenario)) == scenario
    made = baseline(scenario)
    again = planner.decisions.from_json(planner.decisions.to_json(made, scenario), scenario)
    assert np.array_equal(again.starts, made.starts)
    assert planner.project(scenario, again).cost == pytest.approx(planner.project(scenario, made).cost)


def test_every_public_name_resolves():
    for name in planner.__all__:
        assert getattr(planner, name) is not None
    assert set(planner.__all__) <= set(dir(planner))


def test_the_queueing_formulas_are_where_the_contract_puts_them():
    from planner.queueing import erlang

    assert int(erlang.required_agents(20.0, 180.0, 0.8, 20.0)) == 24


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="optimize"):
        _ = planner.optimize
