"""The command line: its journeys, its exit codes, its messages; nothing is written on an error."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from planner import cli, decisions, parameters
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.cli.shared import changed
from planner.horizon import month_labels
from planner.intake import ColumnMap, maps_folder, read_volumes, remember_map
from planner.report.tables import TABLES
from tests.conftest import planned, shipped
from tests.test_intake_hostile import small_bomb

ROOT = Path(__file__).parent.parent
FILES = {f"{table.name}.csv" for table in TABLES}


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def refused(result, *words):
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    return result


def monthly(scenario, contacts=1_000):
    rows = [f"{label},{queue.name},{contacts},300" for queue in scenario.queues for label in month_labels(scenario.horizon)]
    return "\n".join(["month,queue,contacts,aht_s", *rows]) + "\n"


def test_plan_writes_every_table_and_prints_the_verdict(tmp_path):
    result = run("plan", "startup_4", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert f"{len(TABLES)} tables in" in result.stdout
    assert result.stderr == ""


def test_a_real_process_plans_a_scenario_file_and_ends_with_0(tmp_path):
    command = [sys.executable, "-m", "planner", "plan", "data/scenarios/startup_4.json", "--set", "finance.on_cost=0.3", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    cost = pd.read_csv(tmp_path / "cost.csv")
    sums = cost[cost.role == "frontline"].groupby("item").amount.sum()
    assert sums["on_cost"] == pytest.approx(0.3 * sums["pay"])


def test_a_real_process_refuses_a_bad_path_with_2_and_writes_nothing(tmp_path):
    command = [sys.executable, "-m", "planner", "plan", "startup_4", "--set", "finance.on_csot=0.3", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Did you mean 'finance.on_cost'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_value_out_of_bounds_is_refused_with_the_bound(tmp_path):
    refused(run("plan", "startup_4", "--set", "finance.on_cost=25", "--out", tmp_path / "out"), "finance.on_cost", "less than or equal to 1", "found 25")
    assert not (tmp_path / "out").exists()


def test_all_faults_are_told_at_once(tmp_path):
    result = run("plan", "startup_4", "--set", "finance.on_cost=25", "--set", "queues.cals.aht_s=1", "--set", "horizon.months=0", "--out", tmp_path)
    refused(result, "finance.on_cost", "queues.calls.aht_s", "horizon.months")


def test_values_that_only_hold_together_are_set_together(tmp_path):
    stated = ["--set", 'groups.support.stated_heads={"start": 4, "add_monthly": 1}', "--set", "groups.support.serves=[]", "--set", "queues=[]"]
    result = run("plan", "startup_4", *stated, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert pd.read_csv(tmp_path / "requirement.csv").required_heads.tolist()[:3] == [4, 5, 6]


def test_a_value_that_is_no_json_is_plain_text(tmp_path):
    assert changed(shipped("startup_4"), [("name", "Four friends")]).name == "Four friends"
    refused(run("plan", "startup_4", "--set", "hiring.recruiter_role=nobody", "--out", tmp_path / "out"), "there is no role 'nobody'")


def test_a_change_below_something_replaced_is_refused():
    with pytest.raises(scenarios.InvalidScenario, match="another change has replaced"):
        changed(shipped("startup_4"), [("finance", "7"), ("finance.on_cost", "0.3")])


def test_setting_one_value_is_the_same_as_putting_it():
    scenario = shipped("startup_4")
    for path, value in (("queues.calls.aht_s", 420.0), ("sites.Office.training.rooms", 3), ("queues.calls.channel.target.awt_s", 45.0)):
        assert changed(scenario, [(path, json.dumps(value))]) == parameters.put(scenario, path, value)


def test_a_lever_moved_too_far_is_refused(tmp_path):
    refused(run("plan", "centre_600", "--set", "levers.shrinkage_change=9", "--out", tmp_path / "out"), "shrinkage")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", ["finance.on_cost", "=3", ""])
def test_a_set_without_a_path_or_a_value_is_refused(change, tmp_path):
    refused(run("plan", "startup_4", "--set", change, "--out", tmp_path / "out"), "--set")


def test_an_unknown_scenario_is_refused_with_the_nearest_name(tmp_path):
    refused(run("plan", "centre_60", "--out", tmp_path / "out"), "Did you mean 'centre_600'?")


def test_a_missing_file_and_a_folder_and_a_file_that_is_no_json_are_refused(tmp_path):
    (tmp_path / "broken.json").write_text('{"name": ')
    for place in (tmp_path / "none.json", tmp_path, tmp_path / "broken.json"):
        refused(run("plan", place, "--out", tmp_path / "out"), str(place))
    assert not (tmp_path / "out").exists()


def test_usage_errors_end_with_2(tmp_path):
    refused(run("plan", "startup_4"), "Missing option '--out'")
    refused(run("plan", "startup_4", "--out", tmp_path, "--sett", "a=1"), "No such option")
    assert run("nothing").exit_code == 2


def test_a_place_that_cannot_be_written_is_told_not_traced(tmp_path):
    (tmp_path / "file").write_text("mine")
    refused(run("plan", "startup_4", "--out", tmp_path / "file"), "cannot be written", "--out")
    assert (tmp_path / "file").read_text() == "mine"


def test_our_own_fault_ends_with_1_and_writes_nothing(tmp_path, monkeypatch):
    def broken(plan):
        raise RuntimeError("ours")

    monkeypatch.setattr("planner.cli.plan._verdict", broken)
    result = run("plan", "startup_4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_decisions_of_a_file_are_taken(tmp_path):
    scenario = shipped("startup_4")
    made = baseline(scenario)
    made.starts[:] = 0
    made.classes[:] = 0
    (tmp_path / "decisions.json").write_text(decisions.to_json(made, scenario))
    assert run("plan", "startup_4", "--decisions", tmp_path / "decisions.json", "--out", tmp_path / "out").exit_code == 0
    people = pd.read_csv(tmp_path / "out" / "headcount.csv")
    assert people[people.role == "frontline"].start_heads.sum() == 0


def test_decisions_of_another_scenario_are_refused(tmp_path):
    (tmp_path / "decisions.json").write_text('{"starts": {"elsewhere": {"boards": [1]}}}')
    refused(run("plan", "startup_4", "--decisions", tmp_path / "decisions.json", "--out", tmp_path / "out"), "no such group")


def test_volumes_replace_the_queues_they_name(tmp_path):
    scenario = shipped("startup_4")
    (tmp_path / "volumes.csv").write_text(monthly(scenario, 750))
    result = run("plan", "startup_4", "--volumes", tmp_path / "volumes.csv", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    need = pd.read_csv(tmp_path / "out" / "requirement.csv")
    assert need.contacts.tolist() == pytest.approx([750] * len(need))
    assert set(need.aht_s.round(9)) == {300}


def test_faulty_volumes_are_refused_with_every_fault(tmp_path):
    (tmp_path / "volumes.csv").write_text("month,queue,contacts,aht_s\n2027-01,calls,-1,300\n2027-13,calls,5,300\n")
    refused(run("plan", "startup_4", "--volumes", tmp_path / "volumes.csv", "--out", tmp_path / "out"), "row 2", "row 3")
    assert not (tmp_path / "out").exists()


def test_an_answer_without_a_volume_file_is_refused(tmp_path):
    refused(run("plan", "startup_4", "--assume", "decimal=comma", "--out", tmp_path / "out"), "--volumes")


def test_import_writes_the_own_layout_and_tells_what_it_read(tmp_path):
    (tmp_path / "in.csv").write_text("month;queue;contacts;aht_s\n2027-01;sales;1000;300\n2027-02;sales;1100;310\n")
    result = run("import", tmp_path / "in.csv", "--out", tmp_path / "new" / "own.csv")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "own.csv").read_text() == "month,queue,contacts,aht_s\n2027-01,sales,1000,300\n2027-02,sales,1100,310\n"
    assert "2 rows" in result.stdout
    assert "2,100 contacts" in result.stdout


def test_an_open_question_ends_with_2_and_its_answer_opens_it(tmp_path):
    (tmp_path / "in.csv").write_text("start;queue;contacts;aht_s\n03/04/2027 08:00;sales;10;300\n03/04/2027 08:30;sales;12;300\n")
    refused(run("import", tmp_path / "in.csv", "--out", tmp_path / "own.csv"), "--assume date_order=")
    assert not (tmp_path / "own.csv").exists()
    result = run("import", tmp_path / "in.csv", "--assume", "date_order=day", "--out", tmp_path / "own.csv")
    assert result.exit_code == 0, result.output
    assert "2027-04-03" in (tmp_path / "own.csv").read_text()


def test_a_layout_can_be_named_and_an_unknown_one_is_refused(tmp_path):
    (tmp_path / "in.csv").write_text("month,queue,contacts,aht_s\n2027-01,sales,1000,300\n")
    assert run("import", tmp_path / "in.csv", "--format", "own_monthly", "--out", tmp_path / "own.csv").exit_code == 0
    refused(run("import", tmp_path / "in.csv", "--format", "punched_cards", "--out", tmp_path / "other.csv"), "own_monthly")
    refused(run("import", tmp_path / "none.csv", "--out", tmp_path / "other.csv"), "cannot be read")
    assert not (tmp_path / "other.csv").exists()


def test_without_a_place_an_import_only_tells(tmp_path):
    (tmp_path / "in.csv").write_text("month,queue,contacts,aht_s\n2027-01,sales,1000,300\n")
    result = run("import", tmp_path / "in.csv")
    assert (result.exit_code, [path.name for path in tmp_path.iterdir()]) == (0, ["in.csv"])
    assert "1,000 contacts" in result.stdout
    assert "Nothing is written" in result.stdout


def test_a_file_that_kills_its_reader_is_refused_with_words(tmp_path):
    (tmp_path / "bomb.xlsx").write_bytes(small_bomb())
    refused(run("import", tmp_path / "bomb.xlsx", "--out", tmp_path / "own.csv"), "the sheets reach over")
    refused(run("plan", "startup_4", "--volumes", tmp_path / "bomb.xlsx", "--out", tmp_path / "out"), "the sheets reach over")
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.xlsx"]


def test_a_small_file_is_read_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("planner.intake.safely.MOST_SECONDS", 1e-9)
    monkeypatch.setattr("planner.intake.safely.apart.__defaults__", (1e-9,))
    (tmp_path / "in.csv").write_text("month,queue,contacts,aht_s\n2027-01,sales,1000,300\n")
    refused(run("import", tmp_path / "in.csv"), "takes more than")


def test_columns_confirmed_on_the_demand_page_are_known_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "in.csv").write_text("day,team,came,talk\n2027-01-04,sales,310,250\n2027-01-05,sales,290,260\n")
    refused(run("import", tmp_path / "in.csv"), "--assume columns=")
    columns = ColumnMap(time="day", grain="day", contacts="came", queue="team", handle=("talk",))
    answered = run("import", tmp_path / "in.csv", "--assume", f"columns={columns.to_json()}")
    assert answered.exit_code == 0, answered.stderr
    volumes, _ = read_volumes((tmp_path / "in.csv").read_bytes(), "in.csv", assume={"columns": columns.to_json()})
    remember_map(maps_folder(), volumes.shape, columns)
    assert run("import", tmp_path / "in.csv").exit_code == 0
    (maps_folder() / "column_maps.json").write_text("damaged")
    refused(run("import", tmp_path / "in.csv"), "the maps of columns cannot be read")


CAPACITY_PLAN = {
    "startBusinessUnitDate": "2027-01-04", "endBusinessUnitDate": "2027-12-26", "fullTimeEquivalentWeeklyHours": 38.5,
    "changes": [{"metric": "ShrinkagePercentage", "weekStartNumber": 1, "numberOfWeeks": 52, "value": 30, "staffingGroupIds": ["s1"]}],
}  # fmt: skip


def test_a_capacity_plan_is_told_as_changes_that_plan_takes_and_written_as_a_scenario(tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(CAPACITY_PLAN))
    refused(run("import", tmp_path / "plan.json"), "capacity plan", "--scenario")
    result = run("import", tmp_path / "plan.json", "--scenario", "startup_4", "--out", tmp_path / "mine.json")
    assert result.exit_code == 0, result.stderr
    sets = [shlex.split(line)[1] for line in result.stdout.splitlines() if line.startswith("--set ")]
    assert "groups.support.staffing.weekly_hours=38.5" in sets
    assert "instead of 40" in result.stdout
    taken = scenarios.load(tmp_path / "mine.json")
    assert taken == changed(shipped("startup_4"), [tuple(each.split("=", 1)) for each in sets])
    assert taken.horizon.months == 12
    planned_too = run("plan", "startup_4", *(word for each in sets for word in ("--set", each)), "--out", tmp_path / "out")
    assert planned_too.exit_code == 0, planned_too.stderr


def test_a_plan_of_another_tool_asks_what_it_leaves_open(tmp_path):
    attrition = {"metric": "AttritionPercentage", "weekStartNumber": 1, "numberOfWeeks": 4, "value": 3}
    (tmp_path / "plan.json").write_text(json.dumps(CAPACITY_PLAN | {"changes": [attrition]}))
    refused(run("import", tmp_path / "plan.json", "--scenario", "startup_4"), "--assume attrition_period=")
    result = run("import", tmp_path / "plan.json", "--scenario", "startup_4", "--assume", "attrition_period=month")
    assert "annual_attrition=0.3655" in result.stdout
    refused(run("import", tmp_path / "none.json", "--scenario", "startup_4"), "cannot be read")


def test_parameters_are_listed_so_that_set_takes_them():
    result = run("parameters", "startup_4")
    rows = [line.split("\t") for line in result.stdout.splitlines()[1:]]
    scenario = shipped("startup_4")
    assert [row[0] for row in rows] == [parameter.path for parameter in parameters.walk(scenario)]
    values = [(path, value) for path, value, *_ in rows if value]
    assert changed(scenario, values) == scenario


def test_the_filter_keeps_matching_parameters_with_bounds_and_help():
    lines = run("parameters", "startup_4", "--filter", "ON_COST").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].split("\t")[:4] == ["finance.on_cost", "0.25", "%", "0 to 1"]
    refused(run("parameters", "startup_4", "--filter", "no such thing"), "--filter")


def test_a_history_becomes_months_and_a_band(tmp_path):
    out = tmp_path / "months.csv"
    result = run("forecast", ROOT / "data" / "volumes" / "centre_600_monthly.csv", "--set", "months=3", "--out", out)
    assert result.exit_code == 0
    months, band = pd.read_csv(out), pd.read_csv(tmp_path / "months_band.csv")
    assert list(months.columns) == ["month", "queue", "contacts", "aht_s"]
    assert months.groupby("queue").month.apply(list).map(tuple).unique().tolist() == [("2030-01", "2030-02", "2030-03")]
    assert (band.p05 < band.p50).all()
    assert (band.p50 < band.p95).all()
    tested = pd.read_csv(tmp_path / "months_backtest.csv")
    assert {"last_year", "level_season", "combination", "as chosen"} <= set(tested.method)
    assert set(tested.horizon) == {1, 3, 6, 12}
    assert "typical error by months ahead" in result.stdout
    assert "the same month of last year" in result.stdout


def test_a_forecast_setting_out_of_bounds_is_refused(tmp_path):
    refused(run("forecast", ROOT / "data" / "volumes" / "centre_600_monthly.csv", "--set", "months=99", "--out", tmp_path / "x.csv"), "months")


def test_the_optimiser_decides_where_it_is_asked_to(tmp_path):
    out = tmp_path / "out"
    result = run("plan", "startup_4", "--set", "horizon.months=8", "--optimise", "--time-limit", "5", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Proved")
    baseline_cost = planned(scenarios.changed(shipped("startup_4"), {"horizon.months": 8})).cost.sum()
    assert pd.read_csv(out / "cost.csv").amount.sum() <= baseline_cost + 1e-6


def test_a_plan_that_no_limit_allows_ends_with_3(tmp_path):
    changes = ("horizon.months=4", "finance.budget_monthly=[0,0,0,0]", "optimisation.negotiable=[]")
    result = run("plan", "startup_4", *(word for change in changes for word in ("--set", change)), "--optimise", "--out", tmp_path)
    assert result.exit_code == 3
    assert "No plan meets every limit" in result.stderr
    assert not any(tmp_path.iterdir())


# The optimiser


def test_the_optimiser_tells_what_the_page_says_and_writes_its_plan(tmp_path):
    result = run("plan", "startup_4", "--optimise", "--time-limit", 6, "--stop-at-gap", 0.01, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    for words in ("the baseline", "The baseline was better in", "No room for one more", "would save", f"{len(TABLES)} tables in"):
        assert words in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_a_gap_that_is_wide_enough_ends_the_search_at_once(tmp_path):
    result = run("plan", "startup_4", "--optimise", "--time-limit", 60, "--stop-at-gap", 0.5, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Its time was up" not in result.stdout
    assert "Found and proved in" in result.stdout


def test_no_plan_within_every_limit_ends_with_3_and_says_what_clashes_and_what_would_do(tmp_path):
    tight = ["--set", "finance.contractors_max_fte=0", "--set", "finance.overtime_max=0", "--goal", "service-floor", "--service-floor", 0.97]
    result = run("plan", "centre_600", "--optimise", "--time-limit", 5, *tight, "--out", tmp_path / "out")
    assert result.exit_code == 3
    for words in (
        "No plan meets every limit.",
        "cannot be staffed by hiring",
        "The limits that clash: service floor",
        "The cheapest way out by your priorities:",
    ):
        assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_signed_months_stand_up_to_the_month_that_is_named(tmp_path):
    base, frozen = tmp_path / "base", tmp_path / "frozen"
    assert run("plan", "startup_4", "--out", base).exit_code == 0
    result = run("plan", "startup_4", "--optimise", "--time-limit", 5, "--freeze", "2027-06", "--out", frozen)
    assert result.exit_code == 0, result.output
    first, second = (pd.read_csv(folder / "hiring_plan.csv").query("start_month <= '2027-06'") for folder in (base, frozen))
    assert first.drop(columns="cost").reset_index(drop=True).equals(second.drop(columns="cost").reset_index(drop=True))


def test_a_budget_is_kept_for_the_best_service(tmp_path):
    result = run("plan", "startup_4", "--optimise", "--goal", "best-service", "--budget", 200_000, "--time-limit", 5, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    cost = pd.read_csv(tmp_path / "out" / "cost.csv")
    assert (cost[cost.item != "shortage_price"].groupby("month").amount.sum() <= 200_000 + 1e-3).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--freeze", "2037-01"), "Give one of 2027-01 to 2029-11"),
        (("--freeze", "2029-12"), "Give one of 2027-01 to 2029-11"),
        (("--goal", "best-service"), "there is no budget to keep"),
        (("--decisions", "nowhere.json"), "nowhere.json: the file cannot be read"),
    ],
)
def test_options_of_the_optimiser_that_cannot_be_followed_are_refused(tmp_path, options, words):
    refused(run("plan", "startup_4", "--optimise", *options, "--out", tmp_path / "out"), words)


def test_a_goal_that_nobody_knows_is_refused(tmp_path):
    assert run("plan", "startup_4", "--optimise", "--goal", "cheap", "--out", tmp_path / "out").exit_code == 2
