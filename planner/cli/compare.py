"""`compare` and `seek`: scenarios side by side, the bridge from one to the other by cause, and how far a lever can go."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import typer

from planner.bridge import FIGURES, bridge
from planner.cli.shared import Changes, ScenarioName, Unusable, changed, find_scenario, pair, told, writing
from planner.comparison import planned
from planner.errors import Fault
from planner.goals import Condition, Question, Ratio, Shortage, Spend, Within, hiring_reaches, lever, over, seek
from planner.horizon import month_labels
from planner.organisation import top_leader
from planner.report import answers, export, sidebyside, waterfall
from planner.scenario import Scenario


def compare_command(
    names: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Two to four scenario files or names of shipped scenarios.", show_default=False)],
    by_cause: Annotated[bool, typer.Option("--bridge", help="Also the bridge from the first to the last, by cause.")] = False,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set one parameter of the last scenario. Repeatable.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for figures.csv and bridge.csv, made where it is missing.")] = None,
) -> None:
    """Hold two to four scenarios side by side, each planned with the baseline's decisions."""
    with told():
        scenarios = _several(names, changes)
        found = sidebyside.figures([planned(scenario) for scenario in scenarios])
        bridged = _bridge(scenarios[0], scenarios[-1]) if by_cause else None
        _write_into(out, {"figures.csv": pd.DataFrame(sidebyside.exact(found))} | ({"bridge.csv": pd.DataFrame(bridged[1])} if bridged else {}))
    typer.echo("\n".join(f"{letter}: {scenario.name}" for letter, scenario in zip(sidebyside.LETTERS, scenarios, strict=False)))
    typer.echo(_as_lines(sidebyside.table(found)))
    if bridged:
        typer.echo(bridged[0])


def _several(names: list[str], changes: list[str] | None) -> list[Scenario]:
    if not 2 <= len(names) <= 4:
        raise Unusable([Fault("compare", "it holds two to four scenarios side by side", "Name two, three or four.", str(len(names)))])
    *others, last = (find_scenario(name) for name in names)
    return [*others, changed(last, [pair(change, "--set") for change in changes or []])]


def _bridge(before: Scenario, after: Scenario) -> tuple[str, Mapping[str, Any]]:
    """The bridge in words, and unrounded for a file."""
    found = bridge(before, after, progress=_tenths("bridge"))
    lines = [waterfall.says(found, figure.name) for figure in FIGURES]
    return "\n".join([*lines, waterfall.note(found)]), waterfall.exact(found)


def _tenths(what: str) -> Callable[[float], None]:
    """Tells on stderr how far a longer piece of work is."""
    seen = {0}

    def tell(share: float) -> None:
        if (tenth := int(share * 10)) not in seen:
            seen.add(tenth)
            typer.echo(f"{what}: {tenth * 10} %", err=True)

    return tell


def _as_lines(columns: Mapping[str, list[str]]) -> str:
    """Columns as lines of text separated by tabs."""
    return "\n".join(["\t".join(columns), *("\t".join(row) for row in zip(*columns.values(), strict=True))])


def _write_into(folder: Path | None, frames: Mapping[str, pd.DataFrame]) -> None:
    if folder is not None:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, frame in frames.items():
                export.write_file(folder / name, export.to_csv(frame))


# Goals ---------------------------------------------------------------------------------------------------------------------------------------

LeverName = Literal["growth", "handle_time", "service", "attrition", "shrinkage", "starts", "first_span", "top_span"]
Money = Annotated[float | None, typer.Option("--pay", metavar="AMOUNT", min=0, help="Pay no more than this, in the scenario's currency.")]
Ratios = Annotated[list[str] | None, typer.Option("--ratio", metavar="ROLE", help="Keep the ratio of a role: no post of it open. Repeatable.")]
Limits = Annotated[list[str] | None, typer.Option("--within", metavar="LIMIT", help="Keep within a limit, as rooms or mentors. Repeatable.")]
Range = Annotated[tuple[float, float] | None, typer.Option("--range", metavar="LOW HIGH", help="Values to try, fractions as they are inside.")]


def seek_command(
    name: ScenarioName,
    move: Annotated[LeverName, typer.Option("--move", help="The lever.")],
    end: Annotated[Literal["most", "least"] | None, typer.Option("--end", help="Which end is sought; each lever has its own.")] = None,
    shortage: Annotated[float | None, typer.Option("--shortage", min=0, max=1, help="Most FTE missing, as a share of those required.")] = None,
    ratios: Ratios = None,
    pay: Money = None,
    each: Annotated[Literal["plan", "year"], typer.Option("--each", help="Whether that is over the plan or each year.")] = "plan",
    within: Limits = None,
    first: Annotated[str | None, typer.Option("--from", metavar="MONTH", help="First month that counts; else the first that hiring can change.")] = None,
    span: Range = None,
    step: Annotated[float | None, typer.Option("--step", min=0, help="Steps between the values tried.")] = None,
    changes: Changes = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="Every value tried, and what fails at it.")] = None,
) -> None:
    """Find how far one lever can go while conditions hold in every month; without conditions, service and the top ratio are kept."""
    with told():
        scenario = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        kept = _conditions(shortage, ratios, pay, each, within) or _usual(scenario)
        question = _question(scenario, move, end, kept, first)
        if span is not None or step is not None:
            low, high = span or (question.lever.low, question.lever.high)
            question = over(question, low, high, step)
        found = seek(scenario, question, _tenths("seek"))
        if out is not None:
            with writing(out):
                export.write_file(out, export.to_csv(pd.DataFrame(answers.exact(found, scenario))))
    said = answers.verdict(found, scenario)
    typer.echo("\n".join([answers.question_words(question, scenario), f"{said.headline}.", *said.sentences]))
    if found.best is None:
        raise typer.Exit(3)


def _conditions(
    shortage: float | None, ratios: list[str] | None, pay: float | None, each: Literal["plan", "year"], within: list[str] | None
) -> tuple[Condition, ...]:
    found: list[Condition] = [] if shortage is None else [Shortage(shortage)]
    found += [Ratio(role) for role in ratios or []]
    found += [] if pay is None else [Spend(pay, each)]
    return (*found, *(Within(limit) for limit in within or []))


def _usual(scenario: Scenario) -> tuple[Condition, ...]:
    top = top_leader(scenario.organisation)
    return (Shortage(), *([Ratio(top.name)] if top else []))


def _question(scenario: Scenario, move: str, end: Literal["most", "least"] | None, kept: tuple[Condition, ...], first: str | None) -> Question:
    chosen, months = lever(scenario, move), month_labels(scenario.horizon)
    if first is not None and first not in months:
        raise Unusable([Fault("--from", "it is no month of the plan", f"Write one from {months[0]} to {months[-1]}.", first)])
    start = hiring_reaches(scenario) if first is None else months.index(first)
    return Question(replace(chosen, wanted=end) if end else chosen, kept, start)
