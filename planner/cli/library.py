"""`library`: saved scenarios listed, saved, loaded and compared; the whole library backed up, restored and checked."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from planner.cli.shared import Changes, ScenarioName, Unusable, changed, find_scenario, pair, told, writing
from planner.errors import Fault
from planner.store import Library, Missing, Person, keeping, local_person, open_library
from planner.store.differences import ABSENT

library = typer.Typer(
    help="Saved scenarios: list, save, load, compare; backup, restore, check. In the user's data folder, or where PLANNER_DATABASE_URL says.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Saved = Annotated[str, typer.Argument(metavar="SAVED", help="Key or name of a saved scenario; with @3 behind it, version 3.", show_default=False)]
Author = Annotated[str, typer.Option("--author", metavar="NAME", help="Whose name the change carries. Without it yours, as the dashboard asked it.")]


@library.command("list")
def list_command(
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="Only scenarios with these words in name or labels.")] = "",
    archived: Annotated[bool, typer.Option("--archived", help="Those that were archived.")] = False,
) -> None:
    """List saved scenarios, the last saved first; a line each, separated by tabs."""
    with told():
        kept, person = _here()
        found = kept.list(person, search, archived)
    rows = [(each.key, each.name, each.head, each.standing, each.saved_by, _moment(each.saved_at), ", ".join(each.labels)) for each in found]
    _table(("key", "name", "version", "standing", "saved_by", "saved_at", "labels"), rows)


@library.command("history")
def history_command(saved: Saved) -> None:
    """List every version of a saved scenario, the newest first."""
    with told():
        kept, person = _here()
        found = kept.history(person, find(kept, person, saved)[0])
    rows = [(each.no, each.standing, each.author, _moment(each.at), each.sha256[:12], each.program, each.note) for each in found]
    _table(("version", "standing", "author", "at", "content", "program", "note"), rows)


@library.command("save")
def save_command(
    name: ScenarioName,
    onto: Annotated[
        str, typer.Option("--onto", metavar="SAVED", help="Save as the next version of this; with @3, only if 3 is still the newest. Without it: as new.")
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What changed, and why.")] = "",
    labels: Annotated[list[str] | None, typer.Option("--label", metavar="TEXT", help="A label of a new scenario. Repeatable.")] = None,
    changes: Changes = None,
    author: Author = "",
) -> None:
    """Save a scenario file, or a shipped scenario, in the library."""
    with told():
        kept, person = _here(author)
        scenario = changed(find_scenario(name), [pair(change, "--set") for change in changes or []])
        if onto and labels:
            raise Unusable([Fault("--label", "labels are given to a new scenario", "Leave out --label, or --onto.")])
        version = _save_onto(kept, person, onto, scenario, note) if onto else kept.create(person, scenario, note, labels or ())
    typer.echo(f"{scenario.name}: version {version.no} saved as {version.key}@{version.no}")


def _save_onto(kept: Library, person: Person, onto: str, scenario: Any, note: str) -> Any:
    key, no = find(kept, person, onto)
    return kept.save(person, key, no or kept.entry(person, key).head, scenario, note)


@library.command("load")
def load_command(
    saved: Saved,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="Where to write it, volume series and all.")],
) -> None:
    """Write a saved scenario as a file that every other command takes."""
    with told():
        kept, person = _here()
        key, no = find(kept, person, saved)
        version, text = kept.open(person, key, no).version, kept.export(person, key, no)
        with writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            _write(out, text)
    typer.echo(f"{version.key}@{version.no}, {version.standing}, saved by {version.author} on {_moment(version.at)}; written to {out}")


def _write(out: Path, text: str) -> None:
    from planner.report import export

    export.write_file(out, text.encode())


@library.command("compare")
def compare_command(
    before: Saved,
    after: Annotated[str, typer.Argument(metavar="OTHER", help="Another, or another version: the newest without a number.", show_default=False)],
) -> None:
    """Print what differs between two saved scenarios, field by field; separated by tabs."""
    with told():
        kept, person = _here()
        sides = [kept.open(person, *find(kept, person, each)) for each in (before, after)]
        found = kept.differences(person, sides[0].scenario, sides[1].scenario)
    names = [f"{side.version.key}@{side.version.no}" for side in sides]
    _table(("path", *names), [(change.path, *map(_value, (change.before, change.after))) for change in found])


def _value(value: Any) -> str:
    return "" if value is ABSENT else json.dumps(value, ensure_ascii=False)


@library.command("audit")
def audit_command(out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write every change that was ever made.")]) -> None:
    """Write the audit trail."""
    import pandas as pd

    from planner.report import export

    with told():
        kept, person = _here()
        lines = kept.audit(person)
        columns = ["at", "person", "action", "key", "no", "detail"]
        rows = [(_moment(line.at), line.person, line.action, line.key or "", "" if line.no is None else str(line.no), line.detail) for line in lines]
        with writing(out):
            export.write_file(out, export.to_csv(pd.DataFrame(rows, columns=columns)))
    typer.echo(f"{len(lines)} changes written to {out}")


@library.command("backup")
def backup_command(file: Annotated[Path, typer.Argument(metavar="FILE", help="One file that holds the whole library.", show_default=False)]) -> None:
    """Write the whole library into one file, as it stands at one moment. The file is checked before it takes its name."""
    with told():
        found = keeping.backup(_here()[0], file)
    typer.echo(f"{found} written to {file}")


@library.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What library backup has written.", show_default=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Also where the library holds something: that is backed up beside FILE first.")] = False,
    author: Author = "",
) -> None:
    """Bring a whole library back from a backup, into SQLite or PostgreSQL, wholly or not at all."""
    with told():
        kept, person = _here(author)
        aside = file.with_name(f"{file.stem}_before_restore_{datetime.now(UTC):%Y%m%dT%H%M%S}.sqlite")
        there = keeping.contents(kept)
        if replace and there.scenarios:
            keeping.backup(kept, aside)
            typer.echo(f"{there} written to {aside}")
        found = keeping.restore(kept, file, person, replace)
    typer.echo(f"{found} brought back from {file}")


@library.command("check")
def check_command() -> None:
    """Check the whole library: every content against its hash, every history for gaps, every newest version and hiring plan for opening."""
    with told():
        kept, _ = _here()
        faults = keeping.check(kept)
        if faults:
            raise Damaged(faults)
        found = keeping.contents(kept)
    typer.echo(f"{kept.place}: {found}, all whole")


class Damaged(Unusable):
    """Something in the library is not as it was saved."""

    heading = "The library is damaged"


def _here(author: str = "") -> tuple[Library, Person]:
    kept = open_library()
    return kept, local_person(kept, author)


def find(kept: Library, person: Person, text: str) -> tuple[str, int | None]:
    """Key and version of what was typed: KEY, NAME, KEY@3 or NAME@3. Raises Missing."""
    name, at, number = text.rpartition("@")
    wanted, no = (name, int(number)) if at and number.isdecimal() else (text, None)
    try:
        return kept.entry(person, wanted).key, no
    except Missing:
        named = [each.key for archived in (False, True) for each in kept.list(person, "", archived) if each.name == wanted]
    if len(named) == 1:
        return named[0], no
    problem = "several have this name" if named else "there is none of this key or name"
    raise Missing([Fault(wanted, problem, f"Give a key: {', '.join(named)}." if named else "python -m planner library list names them.")])


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    typer.echo("\n".join("\t".join(" ".join(str(cell).split()) for cell in row) for row in (header, *rows)))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
