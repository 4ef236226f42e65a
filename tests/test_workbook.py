"""The workbook: sheets that hold what the CSV files hold, totals as formulas whose values stand beside them, and nothing of a scenario that runs."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from planner import parameters
from planner import scenario as scenarios
from planner.baseline import baseline
from planner.plan import project
from planner.program import PROGRAM
from planner.report import export, tables, words
from planner.report.stamp import Origin, content_hash, stamp
from planner.report.workbook import RATIOS, SUMMED, shown, workbook
from tests.conftest import planned, shipped

ATTACK = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def centre():
    return planned(shipped("centre_600"))


@pytest.fixture(scope="module")
def centre_book(centre):
    return workbook(centre)


@pytest.fixture(scope="module")
def attacked():
    """A plan whose scenario, group, site and queue carry names that a spreadsheet would run."""
    attacks = {"support": "+cmd|' /C calc'!A0", "Office": "@SUM(1)", "calls": "-2+3", "Startup 4": ATTACK}

    def renamed(part, key=None):
        if isinstance(part, dict):
            return {key: renamed(value, key) for key, value in part.items()}
        if isinstance(part, list):
            return [renamed(value) for value in part]
        return attacks.get(part, part) if key in ("name", "site", "unit") else part

    scenario = scenarios.from_json(json.dumps(renamed(json.loads(scenarios.to_json(shipped("startup_4")))) | {"notes": "=1+1"}))
    return project(scenario, baseline(scenario))


def rows_of(data, title):
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(title).to_python()


def sheet(data, title):
    rows = rows_of(data, title)
    return pd.DataFrame(rows[1:], columns=rows[0])


def sheets_xml(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/")}


def formulas(data):
    return [found for name, text in sheets_xml(data).items() if "/worksheets/sheet" in name for found in re.findall(r"<f>(.*?)</f>", text)]


# What stands in it


def test_a_sheet_for_every_table_with_summary_months_and_charts_before_and_assumptions_behind(centre_book):
    titles = CalamineWorkbook.from_filelike(io.BytesIO(centre_book)).sheet_names
    assert titles == ["Summary", "By month", "Charts", *(table.title for table in tables.TABLES), "Assumptions", "Read me"]


def test_the_summary_tells_scenario_months_verdict_and_what_made_the_file(centre, centre_book):
    text = [[cell for cell in row if cell != ""] for row in rows_of(centre_book, "Summary")]
    assert ["Scenario", centre.scenario.name] in text
    assert ["Months", "2027-01 to 2029-12"] in text
    assert ["Scenario content (SHA-256)", content_hash(centre.scenario)] in text
    assert ["Program", f"Frontline Planner {PROGRAM}"] in text
    found = words.verdict(centre)
    assert [found.headline] in text
    assert all([sentence] in text for sentence in found.sentences)


def test_the_version_in_the_library_stands_in_it_where_there_is_one(centre):
    origin = Origin("Board plan", 7, "approved")
    text = rows_of(workbook(centre, made=stamp(centre.scenario, origin, "the optimiser")), "Summary")
    told = {row[0]: row[1] for row in text}
    assert told["In the library"] == "Board plan, version 7 (approved)"
    assert told["Decisions of"] == "the optimiser"
    assert "In the library" not in {row[0] for row in rows_of(workbook(centre), "Summary")}


def test_there_are_native_charts_over_the_sheet_by_month(centre_book):
    charts = [text for name, text in sheets_xml(centre_book).items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert all("'By month'!$B$2:$B$37" in charts[0] for _ in (1,))
    assert all(re.search(r"<c:f>'By month'!\$[A-Z]+\$2:\$[A-Z]+\$37</c:f>", text) for text in charts)


def test_workbook_and_csv_say_the_same_in_every_cell(centre, centre_book):
    for table in tables.TABLES:
        frame, rows = table.of(centre), sheet(centre_book, table.title)
        assert list(rows.columns) == list(frame.columns)
        for column in frame.select_dtypes("number"):
            told = pd.to_numeric(rows[column].iloc[: len(frame)]).to_numpy(dtype=float)
            assert told == pytest.approx(frame[column].to_numpy(dtype=float, na_value=np.nan), nan_ok=True), (table.name, column)
        for column in set(frame.select_dtypes(exclude="number")):
            assert [str(cell) for cell in rows[column].iloc[: len(frame)]] == frame[column].tolist(), (table.name, column)


def test_every_total_is_the_sum_of_the_csv_and_a_formula(shipped_plan):
    data = workbook(shipped_plan)
    for name, columns in SUMMED.items():
        table = next(table for table in tables.TABLES if table.name == name)
        frame = pd.read_csv(io.BytesIO(export.to_csv(table.of(shipped_plan))), keep_default_na=False, na_values=[""])
        last = sheet(data, table.title).iloc[-1]
        assert last.iloc[0] == "Total"
        for column in columns:
            assert last[column] == pytest.approx(frame[column].sum()), (name, column)
        for column, (over, under) in RATIOS.get(name, {}).items():
            divisor = frame[under].sum()
            assert last[column] == (pytest.approx(frame[over].sum() / divisor) if divisor else "")
    assert len(formulas(data)) > 100


def test_the_sheet_by_month_adds_up_to_the_plan(shipped_plan):
    rows = sheet(workbook(shipped_plan), "By month")
    months = rows.iloc[:-1]
    assert months["month"].tolist() == list(shipped_plan.months)
    paid = [column for column in rows.columns[7:] if not column.startswith("Price of shortage")]
    assert months[paid].astype(float).sum(axis=1).to_numpy() == pytest.approx(shipped_plan.spend)
    assert months["Required FTE"].astype(float).to_numpy() == pytest.approx(shipped_plan.required_fte.sum(axis=1))
    assert float(rows.iloc[-1]["Starts"]) == pytest.approx(shipped_plan.frontline.starts.sum())


def test_dates_are_dates(centre_book):
    rows = sheet(centre_book, "Hiring plan")
    assert all(isinstance(cell, date) for cell in rows.open_requisition_by.iloc[:-1])


def test_the_assumptions_list_every_parameter_with_its_basis_and_default(centre):
    scenario = parameters.put(shipped("centre_600"), "levers.aht_change", 0.05)
    rows = sheet(workbook(centre, scenario), "Assumptions").set_index("parameter")
    assert rows.index.tolist() == [parameter.path for parameter in parameters.walk(scenario)]
    assert rows.loc["levers.aht_change", ["value", "basis", "default"]].tolist() == [0.05, "yours", 0]
    assert rows.loc["levers.shrinkage_change", "basis"] == "assumption"
    assert set(rows.basis) == {"source", "assumption", "yours"}
    assert (rows.help != "").all()


def test_a_list_too_long_for_a_cell_is_cut_and_says_so():
    text = shown(((0.123456789,) * 48,) * 7)
    assert text.endswith("... (336 values)")
    assert len(text) < 32_767


# Nothing runs


def test_hostile_names_are_text_and_every_formula_is_the_workbooks_own(attacked):
    data = workbook(attacked)
    assert all(re.match(r"(SUM|SUMIFS|SUBTOTAL|IF)\(", formula) for formula in formulas(data))
    assert not [formula for formula in formulas(data) if re.search(r"cmd|calc|@|\|", formula)]
    told = {row[0]: row[1] for row in rows_of(data, "Summary") if row[0]}
    assert told["Scenario"] == ATTACK
    assert {row[0]: row[1] for row in rows_of(data, "Read me")}["Notes"] == "=1+1"
    assert "+cmd|' /C calc'!A0" in set(sheet(data, "Headcount").group)
    xml = sheets_xml(data)
    assert not any("<hyperlink" in text or "externalLink" in name or "ddeLink" in text for name, text in xml.items())
    assert not any(mark in text for name, text in xml.items() if "charts" in name for mark in ("cmd|", "@SUM"))


# In LibreOffice


def converted(data: bytes, folder: Path) -> bytes:
    """The workbook after LibreOffice has opened it and saved it again."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: soffice was not found")
    (folder / "in").mkdir()
    (folder / "in" / "plan.xlsx").write_bytes(data)
    command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    made = subprocess.run([*command, str(folder / "in" / "plan.xlsx")], capture_output=True, timeout=300, check=True)
    assert b"repair" not in made.stdout + made.stderr
    return (folder / "out" / "plan.xlsx").read_bytes()


def without_values(data: bytes) -> bytes:
    """The workbook without the values that stand beside its formulas, so that a reader must work them out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if "/worksheets/sheet" in name:
                content = re.sub(rb"(</f>)<v>.*?</v>", rb"\1", content)
            target.writestr(name, content)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["startup_4", "growth_2000"])
def test_libreoffice_opens_the_workbook_and_works_out_the_same_values(name, tmp_path):
    data = workbook(planned(shipped(name)))
    (tmp_path / "kept").mkdir()
    (tmp_path / "anew").mkdir()
    kept, anew = converted(data, tmp_path / "kept"), converted(without_values(data), tmp_path / "anew")
    ours = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for theirs in (CalamineWorkbook.from_filelike(io.BytesIO(kept)), CalamineWorkbook.from_filelike(io.BytesIO(anew))):
        assert theirs.sheet_names == ours.sheet_names
        for title in ours.sheet_names:
            pairs = zip(ours.get_sheet_by_name(title).to_python(), theirs.get_sheet_by_name(title).to_python(), strict=False)
            for mine, his in pairs:
                for one, other in zip(mine, his, strict=False):
                    assert other == (pytest.approx(one, rel=1e-9, abs=1e-6) if isinstance(one, float) else one), (title, mine, his)
    assert sum(name.startswith("xl/charts/chart") for name in zipfile.ZipFile(io.BytesIO(kept)).namelist()) == 3


@pytest.mark.slow
def test_libreoffice_runs_nothing_of_a_hostile_name(attacked, tmp_path):
    found = converted(workbook(attacked), tmp_path)
    assert {row[0]: row[1] for row in rows_of(found, "Summary") if row[0]}["Scenario"] == ATTACK
    assert not [formula for formula in formulas(found) if re.search(r"cmd|calc|@", formula)]
