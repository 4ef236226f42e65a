"""The library on the command line: its journeys, its refusals, its exit codes."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from planner import scenario as scenarios
from planner.store import LOCAL_RIGHTS, Person, open_library
from planner.store.start import opened
from tests.conftest import ROOT, shipped
from tests.test_cli import refused
from tests.test_cli import run as run_planner


@pytest.fixture(autouse=True)
def own_library(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", f"sqlite:///{tmp_path}/library.sqlite")
    yield
    opened.cache_clear()


def run(*arguments):
    return run_planner("library", *arguments)


def rows(result):
    assert result.exit_code == 0, result.output
    header, *lines = result.stdout.splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def saved(*arguments):
    result = run("save", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.rsplit(" ", 1)[1].strip().rpartition("@")[0]


def test_a_scenario_is_saved_listed_changed_compared_and_loaded(tmp_path):
    key = saved("startup_4", "--note", "first figures", "--label", "Board", "--label", "2027", "--author", "Ann")
    [line] = rows(run("list"))
    assert (line["key"], line["name"], line["version"], line["standing"], line["saved_by"], line["labels"]) == (
        key, "Startup 4", "1", "draft", "Ann", "2027, Board",
    )  # fmt: skip
    assert saved("startup_4", "--onto", "Startup 4", "--set", "finance.on_cost=0.3", "--note", "on-cost", "--author", "Ben") == key
    assert [(line["version"], line["author"], line["note"]) for line in rows(run("history", key))] == [("2", "Ben", "on-cost"), ("1", "Ann", "first figures")]
    [change] = rows(run("compare", f"{key}@1", key))
    assert change == {"path": "finance.on_cost", f"{key}@1": "0.25", f"{key}@2": "0.3"}
    out = tmp_path / "deep" / "loaded.json"
    assert "saved by Ann" in run("load", f"{key}@1", "--out", out).stdout
    assert scenarios.load(out) == shipped("startup_4")
    assert run_planner("plan", out, "--out", tmp_path / "plan").exit_code == 0


def test_a_version_of_the_library_is_planned_by_its_name_and_named_in_the_files(tmp_path):
    key = saved("startup_4", "--set", "name=Plan North")
    saved("startup_4", "--onto", key, "--set", "name=Plan North", "--set", "finance.on_cost=0.3")
    open_library().move(Person("Ann", LOCAL_RIGHTS), key, 2, "approved")
    for name, more, told in (
        ("Plan North@2", (), "In the library: Plan North, version 2 (approved)"),
        (f"{key}@", (), "In the library: Plan North, version 2 (approved)"),
        ("Plan North@1", (), "In the library: Plan North, version 1 (draft)"),
        ("Plan North@1", ("--set", "finance.on_cost=0.2"), "In the library: Plan North, changed since version 1"),
    ):
        assert run_planner("plan", name, "--out", tmp_path / "plan", *more).exit_code == 0
        assert told in (tmp_path / "plan" / "origin.txt").read_text().splitlines()
        assert run_planner("report", name, "--out", tmp_path / "report.html", *more).exit_code == 0
        assert told.removeprefix("In the library: ") in (tmp_path / "report.html").read_text()
    assert run_planner("plan", "startup_4", "--out", tmp_path / "other").exit_code == 0
    assert not (tmp_path / "other" / "origin.txt").exists()


def test_a_version_that_is_not_there_is_refused_by_every_command(tmp_path):
    key = saved("startup_4")
    refused(run_planner("plan", f"{key}@7", "--out", tmp_path / "out"), "there is no version 7; the newest is 1")
    refused(run_planner("report", "nothing@1", "--out", tmp_path / "out"), "none of this key or name")
    assert not (tmp_path / "out").exists()


def test_a_stale_save_ends_with_2_and_saves_nothing():
    key = saved("startup_4")
    saved("startup_4", "--onto", f"{key}@1", "--note", "meanwhile")
    refused(run("save", "startup_4", "--onto", f"{key}@1"), "saved version 2 since", "Nothing of yours is lost")
    assert [line["version"] for line in rows(run("history", key))] == ["2", "1"]


def test_search_and_archive():
    saved("startup_4", "--label", "Board")
    saved("startup_4", "--set", "name=Quiet")
    assert [line["name"] for line in rows(run("list", "--search", "board"))] == ["Startup 4"]
    assert [line["name"] for line in rows(run("list"))] == ["Quiet", "Startup 4"]
    assert rows(run("list", "--archived")) == []


def test_what_is_not_there_or_not_clear_is_refused(tmp_path):
    key = saved("startup_4")
    saved("startup_4")
    refused(run("load", "Startup 4", "--out", tmp_path / "x.json"), "several have this name", key)
    refused(run("load", "nothing", "--out", tmp_path / "x.json"), "none of this key or name")
    refused(run("load", f"{key}@7", "--out", tmp_path / "x.json"), "there is no version 7; the newest is 1")
    refused(run("save", "nothing_shipped"), "no such file")
    refused(run("save", "startup_4", "--onto", key, "--label", "x"), "--label")
    assert not (tmp_path / "x.json").exists()


def test_the_whole_library_is_backed_up_checked_and_brought_back(tmp_path, monkeypatch):
    key = saved("startup_4")
    assert "1 scenario, 1 version" in run("backup", tmp_path / "backup.sqlite").stdout
    saved("startup_4", "--onto", key)
    refused(run("restore", tmp_path / "backup.sqlite"), "--replace")
    result = run("restore", tmp_path / "backup.sqlite", "--replace", "--author", "Ann")
    assert result.exit_code == 0, result.output
    assert [line["version"] for line in rows(run("history", key))] == ["1"]
    [aside] = tmp_path.glob("backup_before_restore_*.sqlite")
    assert "2 versions" in result.stdout
    monkeypatch.setenv("PLANNER_DATABASE_URL", f"sqlite:///{aside}")
    assert [line["version"] for line in rows(run("history", key))] == ["2", "1"]
    assert "all whole" in run("check").stdout


def test_a_damaged_library_ends_with_2_and_says_what(tmp_path):
    import sqlite3

    saved("startup_4")
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        connection.execute("UPDATE scenario SET head = 3")
    connection.close()
    refused(run("check"), "The library is damaged", "3 versions")


def test_the_audit_trail_is_a_csv_that_no_spreadsheet_runs(tmp_path):
    saved("startup_4", "--set", "name==HYPERLINK(1)", "--author", "=cmd")
    run("audit", "--out", tmp_path / "audit.csv")
    trail = pd.read_csv(tmp_path / "audit.csv")
    assert trail.action.tolist() == ["saved as new"]
    assert (trail.person[0], trail.detail[0]) == ("'=cmd", "'=HYPERLINK(1)")


def test_a_real_process_lists_without_anything_set_up(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "planner", "library", "list"], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\t")[0] == "key"
    assert (tmp_path / "frontline-planner" / "library.sqlite").exists()


def test_a_place_that_cannot_be_used_ends_with_2(monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", "sqlite:////proc/nowhere/library.sqlite")
    refused(run("list"), "cannot be made", "PLANNER_DATABASE_URL")


def test_values_are_compared_as_json():
    one = saved("startup_4")
    other = saved("startup_4", "--set", 'groups.support.stated_heads={"start": 4, "add_monthly": 1}', "--set", "groups.support.serves=[]", "--set", "queues=[]")
    found = {row["path"]: row for row in rows(run("compare", one, other))}
    assert json.loads(found["queues.calls"][f"{one}@1"])["name"] == "calls"
    assert found["queues.calls"][f"{other}@1"] == ""
