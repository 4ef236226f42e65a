"""`plan`: work out the plan of a scenario and write its tables."""

from pathlib import Path
from typing import Annotated

import typer

import planner
from planner import decisions as decided
from planner.cli import optimise as optimiser
from planner.cli import roll
from planner.cli.shared import Answers, Changes, ScenarioName, Unusable, changed, find_scenario, origin_of, pair, read_volumes, told, writing
from planner.errors import Fault
from planner.intake import use_volumes
from planner.report import export
from planner.report.stamp import Stamp, stamp
from planner.scenario import Scenario

DECISIONS = (
    "Decisions as JSON. Without them the baseline decides. With --optimise the search begins with them, and they must keep every limit; "
    "with --freeze they stand up to that month."
)


def plan_command(
    name: ScenarioName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the tables, made where it is missing.")],
    changes: Changes = None,
    volumes: Annotated[Path | None, typer.Option("--volumes", metavar="FILE", help="A volume file for the queues it names.")] = None,
    decisions: Annotated[Path | None, typer.Option("--decisions", metavar="FILE", help=DECISIONS)] = None,
    actuals: roll.ActualsFile = None,
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
        if assume and volumes is None and actuals is None:
            raise Unusable([Fault("--assume", "there is no volume file that could ask", "Give one with --volumes, or leave --assume out.")])
        wanted = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        if volumes is not None:
            wanted = use_volumes(wanted, read_volumes(volumes, wanted, assume)[0])
        taken = None if decisions is None else decided.load(decisions, wanted)
        happened = None if actuals is None else roll.happened(wanted, taken, actuals, assume)
        if happened is not None:
            wanted, taken = happened.rolled.scenario, taken and (happened.rolled.begun if optimise else happened.rolled.decisions)
        if optimise:
            asked = optimiser.wish(goal, service_floor, budget, within, time_limit_s, stop_at_gap)
            made, found = optimiser.optimised(wanted, asked, freeze, taken)
            whose = "the optimiser"
        else:
            made, found = planner.project(wanted, taken), ""
            whose = "the baseline" if decisions is None else decisions.name
        gone = [] if happened is None else happened.lines()
        words = "\n".join([*gone, f"{found}{_verdict(made)}"])
        with writing(out):
            paths = export.write_tables(made, out, _made(name, wanted, whose))
            if happened is not None:
                export.write_file(out / "actuals.csv", happened.table())
    typer.echo(words)
    typer.echo(f"{len(paths)} tables in {out}: {', '.join(path.name for path in paths)}")


def _made(name: str, wanted: Scenario, whose: str) -> Stamp | None:
    """What made the tables, where the scenario was named as one of the library; the other folders hold tables and nothing else."""
    origin = origin_of(name, wanted)
    return None if origin is None else stamp(wanted, origin, whose)


def _verdict(made: "planner.Plan") -> str:
    from planner.report.words import verdict

    found = verdict(made)
    return "\n".join([f"{found.headline}.", *found.sentences])
