"""`import` and `forecast`: volume files, plans of other tools, histories."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.shared import Answers, answers_of, find_scenario, pair, read_volumes, told, value_of, writing
from planner.report.files import write_file, write_through

if TYPE_CHECKING:
    from planner.intake import Proposal, Report, ScenarioInputs, Volumes
    from planner.scenario import Scenario

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, text, XLSX, JSON or Parquet, packed by gzip or not.", show_default=False)]
OUT = typer.Option(
    "--out",
    metavar="FILE",
    help="Where to write what was read: volumes as CSV in the planner's own layout, or with --scenario that scenario with every change taken, as JSON. "
    "Without it nothing is written.",
)
SCENARIO = typer.Option(
    "--scenario",
    metavar="SCENARIO",
    help="Read the file as another tool's plan for this scenario: a Genesys capacity plan, or heads and shrinkage of a WFM Labs template. "
    "The changes are told as plan --set takes them.",
)
FORMAT = typer.Option("--format", metavar="NAME", help="Layout of the file. Without it the file is recognised.")


def import_command(
    file: File,
    out: Annotated[Path | None, OUT] = None,
    layout: Annotated[str | None, FORMAT] = None,
    assume: Answers = None,
    scenario: Annotated[str | None, SCENARIO] = None,
) -> None:
    """Read a volume file into the planner's own layout, or another tool's plan into a scenario; or print every fault or open question."""
    with told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        if scenario is not None:
            lines = _proposals(file, find_scenario(scenario), answers, out)
        else:
            volumes, report = read_volumes(file, None, answers)
            lines = report_lines(report)
            if out is not None:
                _write(volumes, out)
    typer.echo("\n".join([*lines, f"Written to {out}" if out is not None else "Nothing is written: give a place with --out."]))


def _write(volumes: "Volumes", out: Path) -> None:
    from planner.intake import write_own

    with writing(out):
        write_through(out, lambda opened: write_own(volumes, opened))


def _proposals(file: Path, given: "Scenario", answers: list[str], out: Path | None) -> list[str]:
    """What another tool's plan proposes for a scenario, each with what it replaces; taken together in a scenario file."""
    from planner import scenario as scenarios

    found = _inputs(file, given, answers)
    taken = scenarios.changed(given, {proposal.path: proposal.value for proposal in found.proposals})
    if out is not None:
        with writing(out):
            write_file(out, scenarios.to_json(taken).encode())
    return [f"{found.file_name}: {len(found.proposals)} changes proposed for {given.name}", *proposal_lines(found.proposals), *found.notices]


def _inputs(file: Path, given: "Scenario", answers: list[str]) -> "ScenarioInputs":
    from planner.errors import Fault, InvalidVolumes
    from planner.intake import scenario_inputs_safely

    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidVolumes([Fault(str(file), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
    return scenario_inputs_safely(data, file.name, given, answers_of(answers))


def proposal_lines(proposals: "tuple[Proposal, ...]") -> Iterator[str]:
    """Each proposal as `plan` takes it, what the scenario has now, and what the proposal rests on."""
    for proposal in proposals:
        yield f"--set {shlex.quote(str(proposal))}\n    instead of {json.dumps(proposal.before, ensure_ascii=False)}: {proposal.why}"


def forecast_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A history of contacts by interval, day, week or month.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write the months, in the own layout; band and back-test beside it.")],
    layout: Annotated[str | None, FORMAT] = None,
    assume: Answers = None,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set one forecast setting, as months=24 or country=US.")] = None,
) -> None:
    """Forecast the contacts of every queue of a history, with a band and the errors of a back-test."""
    from planner import forecast as forecasts
    from planner import parameters
    from planner.report import export, outlook_tables

    with told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        volumes, _ = read_volumes(file, None, answers)
        wanted = dict(pair(change, "--set") for change in changes or [])
        settings = parameters.put_all(forecasts.ForecastSettings(), {path: value_of(text) for path, text in wanted.items()})
        made = tuple(forecasts.forecast(history, settings) for history in forecasts.histories(volumes.rows))
        tables = {out: outlook_tables.months_table(made), beside(out, "band"): outlook_tables.band_table(made)}
        tables[beside(out, "backtest")] = outlook_tables.backtest_table(made)
        with writing(out):
            for path, table in tables.items():
                write_file(path, export.to_csv(table))
    typer.echo("\n".join([line for each in made for line in outlook_tables.told(each)]))
    typer.echo(f"Written to {', '.join(str(path) for path in tables)}")


def beside(out: Path, what: str) -> Path:
    """A file beside another.

    >>> beside(Path("plan/months.csv"), "band").name
    'months_band.csv'
    """
    return out.with_name(f"{out.stem}_{what}.csv")


def report_lines(report: "Report") -> list[str]:
    """What was read from a volume file, for the user to check."""
    contacts = sum(total for _, _, total, _ in report.totals)
    return [
        f"{report.file_name}: {report.rows:,} rows, layout {report.layout}, {report.first} to {report.last}, {contacts:,.0f} contacts",
        f"Queues: {', '.join(report.queues)}",
        *report.notices,
    ]
