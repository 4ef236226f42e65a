"""`import` and `forecast`: volume files and histories."""

from pathlib import Path
from typing import Annotated

import typer

from planner import parameters
from planner.cli.shared import Answers, pair, read_volumes, told, value_of, writing
from planner.intake import Report, write_own
from planner.report import export


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A volume file as planners hold it: CSV or XLSX.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write it in the planner's own layout.")],
    layout: Annotated[str | None, typer.Option("--format", metavar="NAME", help="Layout of the file. Without it the file is recognised.")] = None,
    assume: Answers = None,
) -> None:
    """Read a volume file into the planner's own layout, or print every fault or open question."""
    with told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        volumes, report = read_volumes(file, None, answers)
        with writing(out):
            export.write_through(out, lambda opened: write_own(volumes, opened))
    typer.echo("\n".join([*report_lines(report), f"Written to {out}"]))


def forecast_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A history of contacts by interval, day, week or month.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write the months in the planner's own layout; the band goes beside it.")],
    layout: Annotated[str | None, typer.Option("--format", metavar="NAME", help="Layout of the file. Without it the file is recognised.")] = None,
    assume: Answers = None,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set one forecast setting, as months=24 or country=US.")] = None,
) -> None:
    """Forecast the contacts of every queue of a history, with a band and the errors of a back-test."""
    from planner import forecast as forecasts
    from planner.report import outlook_tables

    with told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        volumes, _ = read_volumes(file, None, answers)
        wanted = dict(pair(change, "--set") for change in changes or [])
        settings = parameters.put_all(forecasts.ForecastSettings(), {path: value_of(text) for path, text in wanted.items()})
        made = tuple(forecasts.forecast(history, settings) for history in forecasts.histories(volumes.rows))
        months, band = outlook_tables.months_table(made), outlook_tables.band_table(made)
        beside = out.with_name(f"{out.stem}_band.csv")
        with writing(out):
            export.write_file(out, export.to_csv(months))
            export.write_file(beside, export.to_csv(band))
    typer.echo("\n".join([line for each in made for line in outlook_tables.told(each)]))
    typer.echo(f"Written to {out} and {beside}")


def report_lines(report: Report) -> list[str]:
    """What was read from a volume file, for the user to check."""
    contacts = sum(total for _, _, total, _ in report.totals)
    return [
        f"{report.file_name}: {report.rows:,} rows, layout {report.layout}, {report.first} to {report.last}, {contacts:,.0f} contacts",
        f"Queues: {', '.join(report.queues)}",
        *report.notices,
    ]
