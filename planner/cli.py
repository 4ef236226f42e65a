"""The command line: plan a scenario, read a volume file, list the parameters.

Exit codes: 0 done, 1 our fault, 2 the input is wrong or a question is open. On an error nothing is written, and the message goes to stderr.
"""

import difflib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

import planner
from planner import decisions as decided
from planner import parameters, scenario
from planner.errors import Fault, InvalidScenario, PlannerError
from planner.intake import Report, Volumes, read_file, use_volumes, write_own
from planner.report import export
from planner.scenario import Scenario

LARGE_BYTES = 64_000_000
SHIPPED = Path(__file__).resolve().parents[1] / "data" / "scenarios"

app = typer.Typer(
    help="Plan the people of a customer-service organisation, month by month.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.", show_default=False)]
Changes = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set one parameter; the value is JSON, else plain text. Repeatable.")]
Answers = Annotated[list[str] | None, typer.Option("--assume", metavar="QUESTION=ANSWER", help="Answer a question that the volume file raises. Repeatable.")]


class Unusable(PlannerError):
    """What was given on the command line cannot be used."""

    heading = "The command cannot be carried out"


# Commands ------------------------------------------------------------------------------------------------------------------------------------


@app.command("plan")
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
    with _told():
        if assume and volumes is None:
            raise Unusable([Fault("--assume", "there is no volume file that could ask", "Give one with --volumes, or leave --assume out.")])
        wanted = changed(find_scenario(name), [_pair(change, "--set") for change in changes or []])
        if volumes is not None:
            wanted = use_volumes(wanted, _volumes(volumes, wanted, assume)[0])
        if optimise and decisions is not None:
            raise Unusable([Fault("--optimise", "decisions are given as well", "Leave out --decisions, or --optimise.")])
        made, found = _optimised(wanted, time_limit_s) if optimise else (_projected(wanted, decisions), "")
        words = f"{found}{_verdict(made)}"
        with _writing(out):
            paths = export.write_tables(made, out)
    typer.echo(words)
    typer.echo(f"{len(paths)} tables in {out}: {', '.join(path.name for path in paths)}")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A volume file as planners hold it: CSV or XLSX.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write it in the planner's own layout.")],
    layout: Annotated[str | None, typer.Option("--format", metavar="NAME", help="Layout of the file. Without it the file is recognised.")] = None,
    assume: Answers = None,
) -> None:
    """Read a volume file into the planner's own layout, or print every fault or open question."""
    with _told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        volumes, report = _volumes(file, None, answers)
        with _writing(out):
            export.write_through(out, lambda opened: write_own(volumes, opened))
    typer.echo("\n".join([*report_lines(report), f"Written to {out}"]))


@app.command("forecast")
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

    with _told():
        answers = [*(assume or []), *([f"layout={layout}"] if layout else [])]
        volumes, _ = _volumes(file, None, answers)
        wanted = dict(_pair(change, "--set") for change in changes or [])
        settings = parameters.put_all(forecasts.ForecastSettings(), {path: value_of(text) for path, text in wanted.items()})
        made = tuple(forecasts.forecast(history, settings) for history in forecasts.histories(volumes.rows))
        months, band = outlook_tables.months_table(made), outlook_tables.band_table(made)
        beside = out.with_name(f"{out.stem}_band.csv")
        with _writing(out):
            export.write_file(out, export.to_csv(months))
            export.write_file(beside, export.to_csv(band))
    typer.echo("\n".join([line for each in made for line in outlook_tables.told(each)]))
    typer.echo(f"Written to {out} and {beside}")


@app.command("parameters")
def parameters_command(
    name: ScenarioName,
    text: Annotated[str, typer.Option("--filter", metavar="TEXT", help="Only parameters with this text in their path or help.")] = "",
) -> None:
    """List every parameter: path, value as --set takes it, unit, bounds, help; a line each, separated by tabs."""
    with _told():
        found = [parameter for parameter in parameters.walk(find_scenario(name)) if text.casefold() in f"{parameter.path} {parameter.help}".casefold()]
        if not found:
            raise Unusable([Fault("--filter", "no parameter has this text in its path or help", "Try a shorter one.", repr(text))])
    typer.echo("\n".join(["path\tvalue\tunit\tbounds\thelp", *map(parameter_line, found)]))


# Errors --------------------------------------------------------------------------------------------------------------------------------------


@contextmanager
def _told() -> Iterator[None]:
    """A fault of the input as a message on stderr and exit code 2. What is our fault goes through, and ends with 1."""
    try:
        yield
    except PlannerError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unusable([Fault(str(path), f"it cannot be written: {error.strerror}", "Choose another place with --out.")]) from None


# Input ---------------------------------------------------------------------------------------------------------------------------------------


def find_scenario(name: str) -> Scenario:
    """The scenario in a file, or the shipped one of that name. Raises InvalidScenario."""
    known = {path.stem: path for path in sorted(SHIPPED.glob("*.json"))}
    if name in known and not Path(name).is_file():
        return scenario.load(known[name])
    if not Path(name).exists() and Path(name).name == name:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        remedy = f"Did you mean '{close[0]}'? Shipped: {', '.join(known)}." if close else "Give the path of a scenario file."
        raise InvalidScenario([Fault(name, "there is no such file and no shipped scenario of that name", remedy)])
    return scenario.load(name)


def changed(given: Scenario, changes: list[tuple[str, str]]) -> Scenario:
    """The scenario with values set at dotted paths, all of them at once. Raises InvalidScenario with every fault, also of levers moved too far."""
    return scenario.changed(given, {path: value_of(text) for path, text in changes}) if changes else given


def value_of(text: str) -> Any:
    """A value as it is given to --set: JSON, else plain text.

    >>> value_of("0.8"), value_of("team_lead")
    (0.8, 'team_lead')
    """
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Unusable([Fault(option, "it takes a name and a value with = between them", f"Write {option} name=value.", repr(text))])
    return name.strip(), value.strip()


def _volumes(path: Path, given: Scenario | None, answers: list[str] | None) -> tuple[Volumes, Report]:
    assume = dict(_pair(answer, "--assume") for answer in answers or [])
    return read_file(path, given, assume=assume, progress=_progress(path))


def _progress(path: Path) -> Callable[[float], None]:
    """Tells on stderr how far the reading of a large file is; nothing for a small one."""
    told = set[int]()

    def tell(share: float) -> None:
        tenth = int(share * 10)
        if tenth not in told and path.stat().st_size > LARGE_BYTES:
            told.add(tenth)
            typer.echo(f"{path.name}: {tenth * 10} % read", err=True)

    return tell


# Output --------------------------------------------------------------------------------------------------------------------------------------


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


def report_lines(report: Report) -> list[str]:
    """What was read from a volume file, for the user to check."""
    contacts = sum(total for _, _, total, _ in report.totals)
    return [
        f"{report.file_name}: {report.rows:,} rows, layout {report.layout}, {report.first} to {report.last}, {contacts:,.0f} contacts",
        f"Queues: {', '.join(report.queues)}",
        *report.notices,
    ]


def parameter_line(parameter: parameters.Parameter) -> str:
    """One parameter as a line of text: path, JSON value, unit, bounds and help, separated by tabs."""
    value = "" if parameter.value is None else json.dumps(parameter.value, ensure_ascii=False, default=str)
    return "\t".join([parameter.path, value, parameter.unit.symbol, bounds(parameter), parameter.help])


def bounds(parameter: parameters.Parameter) -> str:
    """The bounds of a number in words; empty without any."""
    low, high = (None if bound is None else f"{bound:g}" for bound in (parameter.lower, parameter.upper))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else ""
