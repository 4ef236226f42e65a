"""`report`: a plan as one HTML file for print."""

from pathlib import Path
from typing import Annotated

import typer

import planner
from planner import decisions as decided
from planner.cli.shared import Changes, ScenarioName, Unusable, changed, find_scenario, origin_of, pair, told, writing
from planner.errors import Fault


def report_command(
    name: ScenarioName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="Where to write the report.")],
    changes: Changes = None,
    decisions: Annotated[Path | None, typer.Option("--decisions", metavar="FILE", help="Decisions as JSON. Without them the baseline decides.")] = None,
    budget: Annotated[Path | None, typer.Option("--budget", metavar="FILE", help="A budget by month and item to hold the plan against.")] = None,
) -> None:
    """Write a plan as a report for print: one HTML file with verdict, charts, hiring plan, cost, assumptions and method."""
    from planner import budget as budgets
    from planner.report import files, printed, stamp, words

    with told():
        wanted = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        held = None if budget is None else budgets.read_budget_safely(_content(budget), budget.name, wanted)
        made = planner.project(wanted, None if decisions is None else decided.load(decisions, wanted))
        origin = stamp.stamp(wanted, origin_of(name, wanted), "the baseline" if decisions is None else decisions.name)
        with writing(out):
            files.write_file(out, printed.report(made, wanted, origin, held).encode())
    typer.echo(f"{words.verdict(made).headline}.")
    typer.echo(f"Written to {out}. Open it in a browser; its print dialogue saves it as PDF.")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable([Fault(str(path), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
