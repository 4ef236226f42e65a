"""`report`: one HTML file, or a message and nothing."""

from typer.testing import CliRunner

from planner.cli import app
from planner.report import figures, printed
from tests.conftest import planned, shipped


def run(*words):
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_the_report_is_written_with_the_figures_of_the_plan(tmp_path):
    made = run("startup_4", "--out", tmp_path / "new" / "r.html")
    assert made.exit_code == 0, made.output
    plan = planned(shipped("startup_4"))
    text = (tmp_path / "new" / "r.html").read_text()
    assert all(metric.value in text for metric in figures.six(plan, plan))
    assert text == printed.report(plan, shipped("startup_4"))


def test_values_set_and_a_budget_reach_it(tmp_path):
    (tmp_path / "b.csv").write_text("month,item,amount\n2027-01,total,50000\n")
    made = run("startup_4", "--set", "levers.growth_monthly=0.02", "--budget", tmp_path / "b.csv", "--out", tmp_path / "r.html")
    assert made.exit_code == 0, made.output
    text = (tmp_path / "r.html").read_text()
    assert "Plan against budget" in text
    assert "Levers › Growth a month" in text


def test_what_is_wrong_is_told_and_nothing_is_written(tmp_path):
    (tmp_path / "b.csv").write_text("month,item,amount\n2027-01,rent,50000\n")
    for words in (("nowhere",), ("startup_4", "--budget", tmp_path / "b.csv"), ("startup_4", "--budget", tmp_path / "missing.csv")):
        made = run(*words, "--out", tmp_path / "r.html")
        assert made.exit_code == 2
        assert not (tmp_path / "r.html").exists()
