"""`plan`: work out the plan of a scenario and write its tables."""

from pathlib import Path
from typing import Annotated

import typer

import planner
from planner import decisions as decided
from planner.cli import optimise as optimiser
from planner.cli.shared import Answers, Changes, ScenarioName, Unusable, changed, find_scenario, pair, read_volumes, told, writing
from planner.errors import Fault
from planner.intake import use_volumes
from planner.report import export
from planner.scenario import Scenario


def plan_command(
    name: ScenarioName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the tables, made where it is missing.")],
    changes: Changes = None,
    volumes: Annotated[Path | None, typer.Option("--volumes", metavar="FILE", help="A volume file for the queues it names.")] = None,
    decisions: Annotated[Path | None, typer.Option("--decisions", metavar="FILE", help="Decisions as JSON. Without them the baseline decides.")] = None,
    assume: Answers = None,
    optimise: optimiser.Optimise = False,
    goal: optimiser.GoalName = "cheapest",
    service_floor: optimiser.Floor = None,
    budget: optimiser.Budget = None,
    within: optimiser.Within = 0.01,
    freeze: optimiser.Freeze = None,
    stop_at_gap: optimiser.StopAtGap = 1e-3,
    time_limit_s: optimiser.TimeLimit = 30.0,
) -> None:
    """Work out the plan of a scenario, write its tables as CSV and print the verdict."""
    with told():
        if assume and volumes is None:
            raise Unusable([Fault("--assume", "there is no volume file that could ask", "Give one with --volumes, or leave --assume out.")])
        wanted = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        if volumes is not None:
            wanted = use_volumes(wanted, read_volumes(volumes, wanted, assume)[0])
        if optimise:
            asked = optimiser.wish(goal, service_floor, budget, within, time_limit_s, stop_at_gap)
            made, found = optimiser.optimised(wanted, asked, freeze, decisions)
        else:
            made, found = _projected(wanted, decisions), ""
        words = f"{found}{_verdict(made)}"
        with writing(out):
            paths = export.write_tables(made, out)
    typer.echo(words)
    typer.echo(f"{len(paths)} tables in {out}: {', '.join(path.name for path in paths)}")


def _projected(wanted: Scenario, decisions: Path | None) -> "planner.Plan":
    return planner.project(wanted, None if decisions is None else decided.load(decisions, wanted))


def _verdict(made: "planner.Plan") -> str:
    from planner.report.words import verdict

    found = verdict(made)
    return "\n".join([f"{found.headline}.", *found.sentences])
