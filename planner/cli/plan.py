"""`plan`: work out the plan of a scenario and write its tables."""

from pathlib import Path
from typing import Annotated

import typer

import planner
from planner import decisions as decided
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
    optimise: Annotated[bool, typer.Option("--optimise", help="Let the optimiser decide: the cheapest plan within every limit.")] = False,
    time_limit_s: Annotated[float, typer.Option("--time-limit", metavar="SECONDS", min=1, help="How long it may search.")] = 30.0,
) -> None:
    """Work out the plan of a scenario, write its tables as CSV and print the verdict."""
    with told():
        if assume and volumes is None:
            raise Unusable([Fault("--assume", "there is no volume file that could ask", "Give one with --volumes, or leave --assume out.")])
        wanted = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        if volumes is not None:
            wanted = use_volumes(wanted, read_volumes(volumes, wanted, assume)[0])
        if optimise and decisions is not None:
            raise Unusable([Fault("--optimise", "decisions are given as well", "Leave out --decisions, or --optimise.")])
        made, found = _optimised(wanted, time_limit_s) if optimise else (_projected(wanted, decisions), "")
        words = f"{found}{_verdict(made)}"
        with writing(out):
            paths = export.write_tables(made, out)
    typer.echo(words)
    typer.echo(f"{len(paths)} tables in {out}: {', '.join(path.name for path in paths)}")


def _projected(wanted: Scenario, decisions: Path | None) -> "planner.Plan":
    return planner.project(wanted, None if decisions is None else decided.load(decisions, wanted))


def _optimised(wanted: Scenario, time_limit_s: float) -> tuple["planner.Plan", str]:
    """The cheapest plan and what is said of it; exit code 3 where no plan meets every limit, 1 where the search brought none."""
    from planner.optimiser import Kind
    from planner.report import words

    solution = planner.optimise(wanted, time_limit_s=time_limit_s)
    if solution.plan is None:
        typer.echo(str(solution.outcome), err=True)
        if solution.conflict is not None:
            typer.echo("\n".join(solution.conflict.sentences), err=True)
        raise typer.Exit(3 if solution.outcome.kind == Kind.NO_PLAN else 1)
    currency = wanted.finance.currency
    costs = (words.money(float(plan.cost.sum()), currency) for plan in (solution.plan, solution.baseline))
    return solution.plan, "The optimiser: {}. It costs {}, the spreadsheet's plan {}.\n".format(solution.outcome, *costs)


def _verdict(made: "planner.Plan") -> str:
    from planner.report.words import verdict

    found = verdict(made)
    return "\n".join([f"{found.headline}.", *found.sentences])
