"""What every command shares: scenarios by name, values as they are typed, errors as messages on stderr with exit code 2."""

import difflib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.errors import Fault, InvalidScenario, PlannerError

if TYPE_CHECKING:
    from planner.intake import Report, Volumes
    from planner.report.stamp import Origin
    from planner.scenario import Scenario
    from planner.store import Opened

LARGE_BYTES = 64_000_000
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "scenarios"

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, the name of a shipped scenario, or NAME@3 of the library.", show_default=False)
]
Changes = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set one parameter; the value is JSON, else plain text. Repeatable.")]
Answers = Annotated[list[str] | None, typer.Option("--assume", metavar="QUESTION=ANSWER", help="Answer a question that the volume file raises. Repeatable.")]


class Unusable(PlannerError):
    """What was given on the command line cannot be used."""

    heading = "The command cannot be carried out"


@contextmanager
def told() -> Iterator[None]:
    """A fault of the input as a message on stderr and exit code 2. What is our fault goes through, and ends with 1."""
    try:
        yield
    except PlannerError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Says where a file cannot be written, and why."""
    try:
        yield
    except OSError as error:
        raise Unusable([Fault(str(path), f"it cannot be written: {error.strerror}", "Choose another place with --out.")]) from None


def find_scenario(name: str) -> "Scenario":
    """The scenario in a file, the shipped one of that name, or NAME@3: version 3 in the library, the newest with NAME@. Raises PlannerError."""
    from planner import scenario  # it takes long to load, and an import does without

    known = {path.stem: path for path in sorted(SHIPPED.glob("*.json"))}
    if name in known and not Path(name).is_file():
        return scenario.load(known[name])
    if is_saved(name):
        return _opened(name).scenario
    if not Path(name).exists() and Path(name).name == name:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        remedy = f"Did you mean '{close[0]}'? Shipped: {', '.join(known)}." if close else "Give the path of a scenario file."
        raise InvalidScenario([Fault(name, "there is no such file and no shipped scenario of that name", remedy)])
    return scenario.load(name)


def is_saved(name: str) -> bool:
    """Whether a name is one of the library: NAME@3, KEY@3, or either with @ alone."""
    _, at, number = name.rpartition("@")
    return bool(at) and (not number or number.isdecimal()) and not Path(name).exists()


def _opened(name: str) -> "Opened":
    from planner.cli.library import find
    from planner.store import local_person, open_library

    kept = open_library()
    person = local_person(kept)
    return kept.open(person, *find(kept, person, name.removesuffix("@")))


def origin_of(name: str, wanted: "Scenario") -> "Origin | None":
    """The version of the library that was named, and whether the scenario that came of it still is that; None where none was named."""
    from planner.report.stamp import Origin

    if not is_saved(name):
        return None
    opened = _opened(name)
    return Origin(opened.scenario.name, opened.version.no, opened.version.standing, opened.scenario != wanted)


def changed(given: "Scenario", changes: list[tuple[str, str]]) -> "Scenario":
    """The scenario with values set at dotted paths, all of them at once. Raises InvalidScenario with every fault, also of levers moved too far."""
    from planner import scenario

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


def pair(text: str, option: str) -> tuple[str, str]:
    """A name and a value with = between them. Raises Unusable."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Unusable([Fault(option, "it takes a name and a value with = between them", f"Write {option} name=value.", repr(text))])
    return name.strip(), value.strip()


def answers_of(given: list[str] | None) -> dict[str, str]:
    """Answers to a file's questions by their key. Raises Unusable."""
    return dict(pair(answer, "--assume") for answer in given or [])


def read_volumes(path: Path, given: "Scenario | None", answers: list[str] | None) -> "tuple[Volumes, Report]":
    """A volume file with the answers to its questions, and the maps of columns that were confirmed before, here or on the demand page.

    A small file is parsed in a child process. Raises InvalidVolumes with every fault or open question.
    """
    from planner.intake import load_maps, maps_folder, read_file

    return read_file(path, given, assume=answers_of(answers), maps=load_maps(maps_folder()), progress=_progress(path))


def _progress(path: Path) -> Callable[[float], None]:
    """Tells on stderr how far the reading of a large file is; nothing for a small one."""
    told = set[int]()

    def tell(share: float) -> None:
        tenth = int(share * 10)
        if tenth not in told and path.stat().st_size > LARGE_BYTES:
            told.add(tenth)
            typer.echo(f"{path.name}: {tenth * 10} % read", err=True)

    return tell
