"""The command line where a plan has begun: actuals, decisions to begin a search with, and a search that is stopped."""

import dataclasses
import os
import pty
import signal
import subprocess
import sys

import pandas as pd
import pytest

from planner import decisions as decided
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.decisions import nothing_decided
from planner.horizon import month_labels
from planner.optimiser import optimise
from planner.optimiser.beginning import BOUNDS, PHYSICS, beginning_faults
from planner.plan import project
from planner.report import actuals as report
from planner.report import export
from tests.conftest import planned, shipped
from tests.scenarios import build, changed, tiny
from tests.test_cli import FILES, ROOT, refused, run


def template(tmp_path, name="startup_4", gone=3):
    path = tmp_path / "hr.csv"
    path.write_bytes(export.to_csv(report.template(planned(shipped(name)), gone)))
    return path


# Actuals -------------------------------------------------------------------------------------------------------------------------------------


def test_roll_writes_the_scenario_that_goes_on_with_its_decisions_and_the_past_beside_the_plan(tmp_path):
    paths = {name: tmp_path / name for name in ("new.json", "tail.json", "beside.csv")}
    result = run(
        "roll", "startup_4", "--actuals", template(tmp_path), "--out", paths["new.json"], "--decisions-out", paths["tail.json"], "--beside", paths["beside.csv"]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Frontline at the end of Mar 2027: ")
    assert "as many started, as many left." in result.stdout
    assert f"from 2027-04 to 2029-12 written to {', '.join(map(str, paths.values()))}" in result.stdout
    after, plan = scenarios.load(paths["new.json"]), planned(shipped("startup_4"))
    assert month_labels(after.horizon) == plan.months[3:]
    again = project(after, decided.load(paths["tail.json"], after))
    assert again.cost == pytest.approx(plan.cost[3:], rel=1e-3)
    assert sorted(pd.read_csv(paths["beside.csv"]).month.unique()) == list(plan.months[:3])


def test_plan_goes_on_from_actuals_and_writes_the_past_beside_the_plan(tmp_path):
    result = run("plan", "startup_4", "--actuals", template(tmp_path), "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES | {"actuals.csv"}
    assert pd.read_csv(tmp_path / "out" / "headcount.csv").month.min() == "2027-04"
    assert result.stdout.startswith("Frontline at the end of Mar 2027")


def test_decisions_of_the_whole_plan_go_on_from_actuals(tmp_path):
    plan = planned(shipped("startup_4"))
    (tmp_path / "d.json").write_text(decided.to_json(plan.decisions, plan.scenario))
    result = run("plan", "startup_4", "--actuals", template(tmp_path), "--decisions", tmp_path / "d.json", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    starts = pd.read_csv(tmp_path / "out" / "headcount.csv").query("role == 'frontline'").start_heads.to_numpy()
    assert starts == pytest.approx(plan.frontline.starts[3:, 0])


def test_the_optimiser_goes_on_from_actuals(tmp_path):
    result = run("plan", "startup_4", "--actuals", template(tmp_path), "--optimise", "--time-limit", 5, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert pd.read_csv(tmp_path / "out" / "headcount.csv").month.min() == "2027-04"


@pytest.mark.parametrize("command", ["plan", "roll"])
def test_actuals_that_cannot_be_are_refused_and_nothing_is_written(tmp_path, command):
    (tmp_path / "hr.csv").write_text("month,group,starts,leavers,headcount\n2027-01,support,2,1,9\n2027-02,sales,0,0,9\n")
    refused(run(command, "startup_4", "--actuals", tmp_path / "hr.csv", "--out", tmp_path / "out"), "The actuals cannot be used", "there is no such group")
    (tmp_path / "hr.csv").write_text("month,group,starts,leavers,headcount\n2027-01,support,2,1,9\n")
    refused(run(command, "startup_4", "--actuals", tmp_path / "hr.csv", "--out", tmp_path / "out"), "support contradicts itself")
    refused(run(command, "startup_4", "--actuals", tmp_path / "none.csv", "--out", tmp_path / "out"), "none.csv: the file cannot be read")
    assert [path.name for path in tmp_path.iterdir()] == ["hr.csv"]


# Decisions to begin with -----------------------------------------------------------------------------------------------------------------------


def test_a_search_that_is_given_a_plan_ends_with_none_that_is_dearer(tmp_path):
    scenario = shipped("startup_4")
    found = optimise(scenario, 6, 1e-3)
    (tmp_path / "d.json").write_text(decided.to_json(found.decisions, scenario))
    result = run("plan", "startup_4", "--optimise", "--decisions", tmp_path / "d.json", "--time-limit", 1, "--out", tmp_path / "two")
    assert result.exit_code == 0, result.output
    charged = float(pd.read_csv(tmp_path / "two" / "cost.csv").amount.sum())
    assert charged <= found.charged + 1e-3


def test_the_baseline_is_a_plan_to_begin_with_wherever_it_keeps_every_limit():
    scenario = shipped("startup_4")
    assert beginning_faults(scenario, baseline(scenario), "--decisions") == []


def test_a_plan_that_cannot_be_carried_out_is_refused_with_what_it_breaks_and_when(tmp_path):
    scenario = build(tiny(12, 20))
    (tmp_path / "s.json").write_text(scenarios.to_json(scenario))
    starts = nothing_decided(scenario).starts
    starts[4], starts[0] = 60, 2
    wrong = dataclasses.replace(nothing_decided(scenario), starts=starts)
    (tmp_path / "d.json").write_text(decided.to_json(wrong, scenario))
    result = run("plan", tmp_path / "s.json", "--optimise", "--decisions", tmp_path / "d.json", "--out", tmp_path / "out")
    refused(
        result,
        "--decisions: it goes beyond the class sizes in 2027-01 and 2027-05",
        f"--decisions: {BOUNDS} in 2027-01",
        "Change the decisions of these months",
    )
    assert not (tmp_path / "out").exists()


def test_promotions_of_people_who_are_not_ready_are_told_as_such():
    scenario = build(changed(tiny(12, 20), ("organisation.roles.0.ready_share", 0.05)))
    promoted = {name: each.copy() for name, each in nothing_decided(scenario).promotions.items()}
    promoted["team_lead"][2:4] = 5
    faults = beginning_faults(scenario, dataclasses.replace(nothing_decided(scenario), promotions=promoted), "--decisions")
    assert faults[0].problem.startswith("it goes beyond the ready bench in 2027-03 and ")
    promoted["team_lead"][2:4] = 50
    faults = beginning_faults(scenario, dataclasses.replace(nothing_decided(scenario), promotions=promoted), "--decisions")
    assert any(fault.problem.startswith(f"{PHYSICS} in 2027-04") for fault in faults), faults


def test_a_plan_that_breaks_a_limit_is_taken_up_to_the_month_that_is_signed(tmp_path):
    scenario = shipped("startup_4")
    made = baseline(scenario)
    starts = made.starts.copy()
    starts[0, 0, 0] += 1
    (tmp_path / "d.json").write_text(decided.to_json(dataclasses.replace(made, starts=starts), scenario))
    command = ("plan", "startup_4", "--optimise", "--decisions", tmp_path / "d.json", "--time-limit", 3)
    refused(run(*command, "--out", tmp_path / "no"), "--decisions: ", "in 2027-01")
    result = run(*command, "--freeze", "2027-01", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert pd.read_csv(tmp_path / "out" / "headcount.csv").query("month == '2027-01' and role == 'frontline'").start_heads.sum() == starts[0].sum()


def test_the_help_says_what_decisions_do():
    assert "With --optimise the search begins with them" in " ".join(run("plan", "--help").stdout.replace("│", " ").split())


# Stopped -------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_search_that_is_stopped_keeps_its_best_plan_and_says_how_near_it_is(tmp_path, asked):
    """As Ctrl-C at a terminal, which reaches the processes beside the search as well."""
    command = [sys.executable, "-m", "planner", "plan", "centre_600", "--optimise", "--time-limit", "300", "--stop-at-gap", "0", "--out", str(tmp_path / "out")]
    ours, theirs = pty.openpty()
    search = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True, start_new_session=True)
    os.close(theirs)
    told = b""
    while b"above the cheapest" not in told:
        told += os.read(ours, 4096)
    os.killpg(search.pid, asked)
    output, _ = search.communicate(timeout=120)
    os.close(ours)
    assert search.returncode == 0
    assert b"Traceback" not in told
    assert "You stopped it after" in output
    assert "No plan can be more than" in output
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
