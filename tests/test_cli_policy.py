"""`policy` on the command line: what it prints and writes, and what it refuses."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from planner import comparison, policies
from planner import scenario as scenarios
from planner.cli import app
from planner.policies import mentors
from tests.conftest import shipped


def run(*words):
    return CliRunner().invoke(app, ["policy", *words])


def test_without_any_on_it_lists_every_policy_with_its_parameters():
    found = run("startup_4")
    assert found.exit_code == 0
    for policy in policies.POLICIES:
        assert f"{policy.name}: {policy.title}. {policy.conviction}" in found.stdout
        assert all(f"  {policy.name}.{field}\t" in found.stdout for field in policy.parameters.model_fields)


def test_it_tells_what_changes_and_writes_the_figures(tmp_path):
    found = run("growth_2000", "--on", "mentors", "--on", "management", "--set", "mentors.share=0.1", "--out", str(tmp_path / "new"), "--size", "5000")
    assert found.exit_code == 0, found.stderr
    given = {"management": policies.named("management").parameters(), "mentors": mentors.Mentors(share=0.1)}
    weighed = comparison.weigh(shipped("growth_2000"), given, 5_000.0)
    assert "Mentor-based training assumes: Mentoring lasts as long as nesting" in found.stdout
    assert "The order of the policies does not matter here" in found.stdout
    table = pd.read_csv(tmp_path / "new" / "comparison.csv")
    assert set(table["plan"]) == set(weighed.comparison.names)
    together = table[table["plan"] == "Together"].set_index("measure")["value"]
    assert together["starts"] == pytest.approx(weighed.values("starts")[1])
    assert together["months_to_size"] == weighed.values("months_to_size")[1]
    assert len(pd.read_csv(tmp_path / "new" / "figures.csv")) == len(comparison.figures(weighed))
    assert scenarios.load(tmp_path / "new" / "scenario.json") == weighed.switched


def test_a_setting_of_the_scenario_goes_to_the_scenario():
    plain, fewer = (run("startup_4", "--on", "culture", *more).stdout for more in ((), ("--set", "levers.attrition_change=0.5")))
    assert plain != fewer


def test_the_order_on_the_line_does_not_matter():
    first, second = (run("growth_2000", "--on", one, "--on", other).stdout for one, other in (("mentors", "culture"), ("culture", "mentors")))
    assert first == second


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere", "--on", "mentors"), "there is no such file"),
        (("startup_4", "--on", "mentor"), "there is no policy of that name"),
        (("startup_4", "--set", "mentors.share=0.1"), "Add --on mentors"),
        (("startup_4", "--on", "mentors", "--set", "mentors.share=2"), "mentors.share"),
        (("startup_4", "--on", "mentors", "--set", "mentors.shares=0.1"), "Did you mean"),
        (("startup_4", "--on", "mentors", "--set", "mentors.share"), "it takes a name and a value"),
        (("startup_4", "--out", "x"), "no policy is on"),
        (("startup_4", "--on", "mentors", "--set", "queues.calls.aht_s=-1"), "queues.calls.aht_s"),
    ],
)
def test_what_cannot_be_done_is_told_with_exit_code_2(words, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(*words)
    assert found.exit_code == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr
    assert not list(tmp_path.iterdir())


def test_two_faults_are_told_at_once():
    found = run("startup_4", "--on", "mentors", "--on", "culture", "--set", "mentors.share=2", "--set", "culture.decay_monthly=-1")
    assert "mentors.share" in found.stderr
    assert "culture.decay_monthly" in found.stderr
