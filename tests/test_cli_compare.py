"""`compare` and `seek` on the command line: journeys, files, exit codes, messages."""

import math

import pandas as pd
import pytest

from planner.bridge import FIGURES
from tests.conftest import planned, shipped
from tests.test_cli import refused, run


def test_two_scenarios_stand_side_by_side():
    result = run("compare", "startup_4", "startup_4", "--set", "levers.growth_monthly=0.02")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:3] == ["A: Startup 4", "B: Startup 4", "Figure\tA\tB\tB against A"]
    hired = next(line for line in lines if line.startswith("People hired\t")).split("\t")
    assert hired[1] == f"{planned(shipped('startup_4')).frontline.starts.sum():,.0f} people"
    assert hired[3].startswith("+")


def test_a_bridge_is_told_and_written_and_its_parts_sum_up(tmp_path):
    changes = ("--set", "levers.growth_monthly=0.02", "--set", "levers.attrition_change=0.3")
    result = run("compare", "startup_4", "startup_4", *changes, "--bridge", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Paid over the plan: from $" in result.stdout
    assert "bridge: 100 %" in result.stderr
    written = pd.read_csv(tmp_path / "out" / "bridge.csv").set_index("cause")
    assert list(written.index) == ["before", "volume", "attrition", "after"]
    for figure in FIGURES:
        column = written[figure.name]
        assert math.fsum(column[:-1]) == pytest.approx(column["after"], rel=1e-9, abs=1e-6)
    figures = pd.read_csv(tmp_path / "out" / "figures.csv").set_index("figure")
    assert figures.loc["spend", "A"] == pytest.approx(written.loc["before", "spend"])
    assert figures.loc["spend", "B"] == pytest.approx(written.loc["after", "spend"])


def test_four_can_be_compared_and_one_or_five_not():
    assert run("compare", *["startup_4"] * 4).exit_code == 0
    refused(run("compare", "startup_4"), "two to four scenarios")
    refused(run("compare", *["startup_4"] * 5), "two to four scenarios")


def test_a_bridge_between_different_structures_is_refused_in_words(tmp_path):
    result = refused(run("compare", "startup_4", "growth_2000", "--bridge", "--out", tmp_path / "out"), "There is no bridge between these two", "The groups")
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_seek_answers_in_words_and_writes_every_value(tmp_path):
    file = tmp_path / "growth.csv"
    result = run("seek", "startup_4", "--move", "growth", "--range", 0, 0.06, "--step", 0.02, "--out", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("What is the fastest growth that keeps the promised service")
    assert "The fastest growth: +" in result.stdout
    tried = pd.read_csv(file)
    assert {0.0, 0.02, 0.04, 0.06} <= set(tried["value"])
    assert list(tried["value"]) == sorted(tried["value"])


def test_conditions_and_the_end_are_taken_as_given():
    asked = ("--move", "first_span", "--end", "most", "--ratio", "team_lead", "--pay", 5e6, "--each", "year", "--within", "rooms", "--from", "2027-06")
    result = run("seek", "startup_4", *asked)
    assert result.exit_code == 0, result.output
    question = result.stdout.splitlines()[0]
    assert question == (
        "What is the widest span of the first leaders that keeps 8:1 for team leads, what is paid each year at $5.00 M or less and rooms within their limit?"
    )


def test_where_nothing_holds_it_ends_with_3():
    result = run("seek", "startup_4", "--move", "attrition", "--pay", 1000, "--range", 0, 0.5, "--step", 0.25)
    assert result.exit_code == 3
    assert "keeps that" in result.stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--move", "growth", "--from", "2040-01"), "no month of the plan"), (("--move", "growth", "--ratio", "bishop"), "no such role"),
        (("--move", "growth", "--within", "chairs"), "no such limit"), (("--move", "growth", "--range", 0.1, 0.0), "nothing to try"),
        (("--move", "growth", "--set", "levers.grwoth=1"), "levers"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(options, word, tmp_path):
    refused(run("seek", "startup_4", *options, "--out", tmp_path / "file.csv"), word)
    assert not (tmp_path / "file.csv").exists()
