"""`roll`: the scenario that goes on from what really happened in the first months; `plan --actuals` plans it at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

import planner
from planner import decisions as decided
from planner import scenario as scenarios
from planner.actuals import Actuals, Rolled, read_actuals_safely, rolled
from planner.cli.shared import Answers, Changes, ScenarioName, Unusable, answers_of, changed, find_scenario, pair, told, writing
from planner.decisions import Decisions
from planner.errors import Fault
from planner.horizon import month_labels
from planner.report import actuals as report
from planner.report import export
from planner.scenario import Scenario

HELP = "What happened in the first months: month, group, starts, leavers, headcount. The months that are left are planned from there."
ActualsFile = Annotated[Path | None, typer.Option("--actuals", metavar="FILE", help=HELP)]


@dataclass(frozen=True, eq=False)
class Happened:
    """Actuals, the plan that they are held against, and the scenario that goes on from them."""

    plan: "planner.Plan"
    actuals: Actuals
    rolled: Rolled

    def lines(self) -> list[str]:
        """What they come to against the plan, and what they leave open."""
        return [*report.lines(self.plan, self.actuals), *self.actuals.notices]

    def table(self) -> bytes:
        """Planned and actual figures of the months gone by, as CSV."""
        return export.to_csv(report.table(self.plan, self.actuals))


def happened(wanted: Scenario, decisions: Decisions | None, path: Path, assume: list[str] | None) -> Happened:
    """The actuals of a file, held against the plan of some decisions, the baseline's without any. Raises InvalidActuals."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unusable([Fault(str(path), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
    found = read_actuals_safely(content, path.name, wanted, answers_of(assume))
    plan = planner.project(wanted, decisions)
    return Happened(plan, found, rolled(wanted, plan.decisions, found))


def roll_command(
    name: ScenarioName,
    actuals: Annotated[Path, typer.Option("--actuals", metavar="FILE", help=HELP)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="Where to write the scenario that goes on from there.")],
    decisions: Annotated[
        Path | None, typer.Option("--decisions", metavar="FILE", help="Decisions that stood for the whole plan, as JSON. Without them the baseline's.")
    ] = None,
    decisions_out: Annotated[
        Path | None, typer.Option("--decisions-out", metavar="FILE.json", help="Where to write those of the months that are left.")
    ] = None,
    beside: Annotated[Path | None, typer.Option("--beside", metavar="FILE.csv", help="Where to write planned and actual figures side by side.")] = None,
    changes: Changes = None,
    assume: Answers = None,
) -> None:
    """Write the scenario that goes on from actuals: who is there, in training and signed, with volumes and pay as they are by then."""
    with told():
        wanted = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        found = happened(wanted, None if decisions is None else decided.load(decisions, wanted), actuals, assume)
        after = found.rolled.scenario
        files = {out: scenarios.to_json(after).encode()}
        files |= {} if decisions_out is None else {decisions_out: decided.to_json(found.rolled.decisions, after).encode()}
        files |= {} if beside is None else {beside: found.table()}
        for path, content in files.items():
            with writing(path):
                export.write_file(path, content)
    typer.echo("\n".join(found.lines()))
    labels = month_labels(after.horizon)
    typer.echo(f"{after.name} from {labels[0]} to {labels[-1]} written to {', '.join(map(str, files))}")
