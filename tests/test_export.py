"""Files: CSV that no spreadsheet runs, folders and zips without half a table."""

import csv
import io
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import scenario as scenarios
from planner.baseline import baseline
from planner.plan import project
from planner.report import export, tables
from planner.report.stamp import Origin, content_hash, stamp
from tests.conftest import planned, shipped

HOSTILE = "+cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def centre():
    return planned(shipped("centre_600"))


@pytest.fixture(scope="module")
def attacked():
    """A plan whose scenario, group, site and queue carry names that a spreadsheet would run."""
    attacks = {"support": HOSTILE, "Office": "@SUM(1)", "calls": "-2+3", "Startup 4": "=cmd|' /C calc'!A0"}

    def renamed(part, key=None):
        if isinstance(part, dict):
            return {key: renamed(value, key) for key, value in part.items()}
        if isinstance(part, list):
            return [renamed(value) for value in part]
        return attacks.get(part, part) if key in ("name", "site", "unit") else part

    scenario = scenarios.from_json(json.dumps(renamed(json.loads(scenarios.to_json(shipped("startup_4"))))))
    return project(scenario, baseline(scenario))


def read(data):
    return pd.read_csv(io.BytesIO(data), keep_default_na=False, na_values=[""])


BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  \t=", "\u00a0=", "\u3000=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufeff="]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_text_that_would_run_gets_an_apostrophe(beginning):
    written = export.to_csv(pd.DataFrame({beginning + "h": [beginning + "1+1"], "x": [1]}))
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [["'" + beginning + "h", "x"], ["'" + beginning + "1+1", "1"]]


@pytest.mark.parametrize("text", ["sales", "a=b", "2027-01", "3-4", "", "'quoted", "Köln", "電話"])
def test_a_harmless_text_stays_as_it_is(text):
    assert export.neutral(text) == text


@given(st.text(max_size=20))
def test_no_text_begins_as_a_formula_after_blanks(text):
    assert export.neutral(text).strip(" \t\r\n\u00a0\u3000\ufeff\u200b")[:1] not in {*"=+-@＝＋－＠"} - {""}


@pytest.mark.parametrize("text", ["a\r=1+1", "a\n=1+1", 'a"\r\n=1+1'])
def test_a_line_break_inside_a_text_begins_no_row(text):
    for data in (export.to_csv(pd.DataFrame({"h": [text], "x": [1]})), export.csv_for_spreadsheets(pd.DataFrame({"h": [text], "x": [1]}), decimal_comma=False)):
        assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [["h", "x"], [text, "1"]]


def test_headers_are_neutralised_too():
    assert export.to_csv(pd.DataFrame({"=1+1": [1]})) == b"'=1+1\n1\n"


def test_numbers_are_never_touched():
    assert export.to_csv(pd.DataFrame({"a": [-1.5, 2.0], "b": [-3, 4]})) == b"a,b\n-1.5,-3\n2.0,4\n"


def test_blank_cells_are_empty():
    frame = pd.DataFrame({"span": pd.array([1.5, None], dtype="Float64"), "queue": ["", "x"]})
    assert export.to_csv(frame) == b"span,queue\n1.5,\n,x\n"


def test_an_infinite_number_is_refused():
    with pytest.raises(ValueError, match="infinite"):
        export.to_csv(pd.DataFrame({"span": [np.inf]}))


def test_csv_has_no_bom_and_unix_lines_and_reads_back_to_the_same_numbers(shipped_plan):
    for name, frame in tables.tables(shipped_plan).items():
        data = export.to_csv(frame)
        assert not data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data
        assert b"nan" not in data.lower()
        assert b",inf" not in data
        again = read(data)
        assert list(again.columns) == list(frame.columns)
        for column in frame.select_dtypes("number"):
            np.testing.assert_array_equal(again[column].to_numpy(dtype=float), frame[column].to_numpy(dtype=float, na_value=np.nan), (name, column))


def test_for_spreadsheets_there_is_a_bom_and_windows_lines():
    frame = pd.DataFrame({"group": ["a"], "fte": pd.array([12.5], dtype="Float64"), "heads": [1.25]})
    assert export.csv_for_spreadsheets(frame, decimal_comma=False) == b"\xef\xbb\xbfgroup,fte,heads\r\na,12.5,1.25\r\n"
    assert export.csv_for_spreadsheets(frame, decimal_comma=True) == b"\xef\xbb\xbfgroup;fte;heads\r\na;12,5;1,25\r\n"


def test_hostile_names_are_neutral_in_every_csv(attacked):
    names = {HOSTILE, "@SUM(1)", "-2+3"}
    for name, frame in tables.tables(attacked).items():
        cells = {cell for column in read(export.to_csv(frame)).select_dtypes(exclude="number") for cell in read(export.to_csv(frame))[column]}
        assert not cells & names, name
        if "group" in frame and name != "cost":
            assert "'" + HOSTILE in cells


def test_the_zip_holds_every_table_and_is_the_same_each_time(centre):
    data = export.zip_of_tables(centre)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == [f"{table.name}.csv" for table in tables.TABLES]
        assert archive.read("cost.csv") == export.to_csv(tables.cost_table(centre))
    assert export.zip_of_tables(centre) == data


def test_what_made_the_tables_stands_beside_them_and_in_no_row_of_them(centre, tmp_path):
    made = stamp(centre.scenario, Origin("Plan North", 7, "approved"))
    with zipfile.ZipFile(io.BytesIO(export.zip_of_tables(centre, made))) as archive:
        assert archive.namelist() == [*(f"{table.name}.csv" for table in tables.TABLES), "origin.txt"]
        text = archive.read("origin.txt").decode()
        assert archive.read("cost.csv") == export.to_csv(tables.cost_table(centre))
    assert "In the library: Plan North, version 7 (approved)\n" in text
    assert f"Scenario content (SHA-256): {content_hash(centre.scenario)}\n" in text
    paths = export.write_tables(centre, tmp_path, made)
    assert [path.name for path in paths] == [f"{table.name}.csv" for table in tables.TABLES]
    assert (tmp_path / "origin.txt").read_text() == text


@pytest.mark.parametrize("name", ["../../etc/passwd", "=cmd|' /C calc'!A0", "a/b\\c\n", ""])
def test_a_hostile_name_of_a_scenario_makes_a_harmless_file_name(name):
    made = Origin(name, 7, "draft").in_file_name("hiring_plan.csv")
    assert re.fullmatch(r"hiring_plan_[a-z0-9_]+_version_7\.csv", made)


def test_tables_are_written_into_a_folder_that_is_made_and_nothing_else_is_left(centre, tmp_path):
    paths = export.write_tables(centre, tmp_path / "new" / "out")
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == sorted(path.name for path in paths)
    assert (tmp_path / "new" / "out" / "cost.csv").read_bytes() == export.to_csv(tables.cost_table(centre))


def test_tables_replace_those_of_before_and_leave_other_files_alone(centre, tmp_path):
    (tmp_path / "cost.csv").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    export.write_tables(centre, tmp_path)
    assert (tmp_path / "cost.csv").read_bytes().startswith(b"month,site")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_when_writing_fails_the_old_tables_stay_whole(centre, tmp_path, monkeypatch):
    export.write_tables(centre, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    written = []

    def full(path, content):
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        export.write_tables(centre, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
