"""The shipped scenarios: their plans keep within what they promise, and their tables are those of the golden files.

`make golden` (GOLDEN=1) writes the golden files anew: sums of every number column and counts of rows by table and year.
"""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from planner import scenario as scenarios
from planner.report import tables
from tests.conftest import SHIPPED, planned, shipped

GOLDEN = Path(__file__).parent / "golden" / "shipped"


def sums(plan):
    """Table, year, column and total: number columns by year, and the rows."""
    found = []
    for name, frame in tables.tables(plan).items():
        years = frame.iloc[:, 0].str[:4]
        for year in sorted(set(years)):
            part = frame[years == year]
            found.append((name, year, "rows", float(len(part))))
            found += [(name, year, column, float(part[column].sum())) for column in part.select_dtypes("number")]
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_the_tables_of_a_shipped_scenario_are_the_golden_ones(name):
    found, path = sums(planned(shipped(name))), GOLDEN / f"{name}.csv"
    if os.environ.get("GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["table,year,column,total", *(f"{table},{year},{column},{total:.9g}" for table, year, column, total in found)]) + "\n")
    with path.open(newline="") as file:
        golden = [(row["table"], row["year"], row["column"], float(row["total"])) for row in csv.DictReader(file)]
    assert [row[:3] for row in found] == [row[:3] for row in golden]
    differ = [(now[:3], was[3], now[3]) for now, was in zip(found, golden, strict=True) if now[3] != pytest.approx(was[3], rel=1e-6, abs=1e-6)]
    assert differ == []


def test_a_shipped_scenario_survives_its_own_file(shipped_scenario):
    assert scenarios.from_json(scenarios.to_json(shipped_scenario)) == shipped_scenario


def test_nobody_is_promoted_or_lost_who_was_not_there(shipped_plan):
    rows = tables.headcount_table(shipped_plan)
    for column in (name for name in rows.columns if name.endswith("_heads")):
        assert rows[column].min() >= -1e-6, column


def test_starts_and_classes_are_whole(shipped_plan):
    starts, classes = shipped_plan.decisions.starts, shipped_plan.decisions.classes
    assert np.array_equal(starts, np.rint(starts))
    assert np.array_equal(classes, np.rint(classes))
