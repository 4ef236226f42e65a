"""Backup, restore and check of a whole library. A backup is one SQLite file, whichever database the library is in, and goes back into either."""

import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select, text

from planner import decisions as decided
from planner.errors import Fault, PlannerError
from planner.store import documents, tables
from planner.store.engine import engine_of, of_file, reading, writing
from planner.store.faults import LibraryError, Refused, told
from planner.store.library import Library, opened_in, written
from planner.store.migrate import bring_up_to_date, revision_of
from planner.store.people import Person, require

ROWS = 500
NUMBERED = (tables.standing, tables.decisions, tables.audit)
"""Tables whose rows the database numbers."""


@dataclass(frozen=True)
class Contents:
    """How much a library holds."""

    scenarios: int
    versions: int
    plans: int
    changes: int

    def __str__(self) -> str:
        counted = ((self.scenarios, "scenario"), (self.versions, "version"), (self.plans, "hiring plan"), (self.changes, "change"))
        return ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for number, name in counted)


def contents(library: Library) -> Contents:
    """How much the library holds."""
    with told(library.place), reading(library.engine) as connection:
        return _contents(connection)


def _contents(connection: Connection) -> Contents:
    counted = (tables.scenario, tables.version, tables.decisions, tables.audit)
    return Contents(*(int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in counted))


# Backup --------------------------------------------------------------------------------------------------------------------------------------


def backup(library: Library, file: Path) -> Contents:
    """The library as it stands at one moment, in one file. The file is written beside its place, checked and renamed: it is whole, or it is not there."""
    with _beside(file) as part:
        target = engine_of(of_file(part))
        with told(f"The backup {file}"):
            bring_up_to_date(target, f"The backup {file}")
            with told(library.place), reading(library.engine) as source, writing(target) as copy:
                _copy(source, copy)
                found = _contents(copy)
        _refuse_faults(check(Library(target, f"The backup {file}")))
        _close(target, part)
        os.replace(part, file)
    return found


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A place for a file before it takes its name; nothing stays there."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".planner-", dir=file.parent))
    except OSError as error:
        raise LibraryError([Fault(str(file), f"it cannot be written: {error.strerror}", "Choose another place.")]) from None
    try:
        yield folder / file.name
    except OSError as error:
        raise LibraryError([Fault(str(file), f"it cannot be written: {error.strerror}", "Free some space, or choose another place.")]) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _close(engine: Engine, part: Path) -> None:
    """Everything into the one file, and the file onto the disk."""
    engine.dispose()
    with sqlite3.connect(part) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with part.open("rb+") as opened:
        os.fsync(opened.fileno())


def _copy(source: Connection, target: Connection) -> None:
    for table in tables.metadata.sorted_tables:
        rows = source.execution_options(stream_results=True).execute(select(table)).mappings()
        for some in rows.partitions(ROWS):
            target.execute(insert(table), [dict(row) for row in some])


# Restore -------------------------------------------------------------------------------------------------------------------------------------


def restore(library: Library, file: Path, person: Person, replace: bool = False) -> Contents:
    """What a backup holds in place of what the library holds, in one transaction. Raises Refused where there is something and `replace` is not said."""
    require(person, "edit")
    with _opened_copy(file) as source, told(library.place), writing(library.engine) as target:
        _alone(target)
        there = _contents(target)
        if there.scenarios and not replace:
            raise Refused([Fault(library.place, f"it holds {there}", "Say --replace to put the backup in their place; they are backed up first.")])
        for table in reversed(tables.metadata.sorted_tables):
            target.execute(delete(table))
        _copy(source, target)
        _number_on(target)
        line = {"at": written(library.now()), "person": person.name, "action": "restored from a backup", "detail": file.name, "token": secrets.token_hex(16)}
        target.execute(insert(tables.audit).values(line))
        return _contents(target)


@contextmanager
def _opened_copy(file: Path) -> Iterator[Connection]:
    """A backup, copied so that it stays as it is, in today's schema and checked. Raises LibraryError."""
    with tempfile.TemporaryDirectory(prefix="planner-") as folder:
        copy = Path(folder) / "backup.sqlite"
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            raise LibraryError([Fault(str(file), f"it cannot be read: {error.strerror}", "Check its name.")]) from None
        engine, place = engine_of(of_file(copy)), f"The backup {file}"
        try:
            with told(place):
                _refuse_what_is_none(engine, file)
                bring_up_to_date(engine, place)
            _refuse_faults(check(Library(engine, place)))
            with reading(engine) as connection:
                yield connection
        finally:
            engine.dispose()


def _refuse_what_is_none(engine: Engine, file: Path) -> None:
    """An empty file is an empty database, and would bring nothing back in place of everything."""
    with engine.connect() as connection:
        if revision_of(connection) is None:
            raise LibraryError([Fault(str(file), "it is no backup of a library", "Take one that library backup has written.")])


def _refuse_faults(faults: tuple[Fault, ...]) -> None:
    if faults:
        raise LibraryError(faults)


def _alone(connection: Connection) -> None:
    """Nobody else writes meanwhile; SQLite sees to that by itself."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables.metadata.sorted_tables)
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _number_on(connection: Connection) -> None:
    """New rows are numbered after those brought back; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        for table in NUMBERED:
            highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest, False)))


# Check ---------------------------------------------------------------------------------------------------------------------------------------


def check(library: Library) -> tuple[Fault, ...]:
    """Everything that is wrong with a library: a damaged file, gaps in the versions, contents that are not what their hash says, what does not open."""
    with told(library.place), reading(library.engine) as connection:
        damaged = _damage(connection, library.place)
        if damaged:
            return damaged
        return (*_gaps(connection), *_contents_faults(connection), *_versions_faults(connection), *_heads_faults(connection), *_plans_faults(connection))


def _damage(connection: Connection, place: str) -> tuple[Fault, ...]:
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    found += [f"a row of {row[0]} names one of {row[2]} that is not there" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return tuple(Fault(place, f"its file is damaged: {line}", "Bring back a backup.") for line in found[:20])


def _gaps(connection: Connection) -> Iterator[Fault]:
    own, head = tables.version, tables.scenario
    counted = select(own.c.key, func.count().label("many"), func.max(own.c.no).label("last")).group_by(own.c.key).subquery()
    query = select(head.c.key, head.c.name, head.c.head, counted.c.many, counted.c.last).join(counted, counted.c.key == head.c.key, isouter=True)
    for row in connection.execute(query):
        if row.many != row.head or row.last != row.head:
            yield _fault(row.name, f"it says that it has {row.head} versions, and there are {row.many or 0}, the last of number {row.last or 0}")


def _contents_faults(connection: Connection) -> Iterator[Fault]:
    for row in connection.execution_options(stream_results=True).execute(select(tables.content)):
        if documents.sha256(row.text) != row.sha256:
            yield _fault(f"A {row.kind}", f"its text is not what was saved as {row.sha256[:12]}")


def _versions_faults(connection: Connection) -> Iterator[Fault]:
    """Versions that name a series which is not there, or of which nobody knows how they stand."""
    own, stands = tables.version, tables.standing
    known = set(connection.execute(select(tables.content.c.sha256).where(tables.content.c.kind == "series")).scalars())
    query = select(own.c.key, own.c.no, tables.content.c.text).join(tables.content, tables.content.c.sha256 == own.c.sha256)
    for row in connection.execution_options(stream_results=True).execute(query):
        if documents.named_series(json.loads(row.text)) - known:
            yield _fault(f"Version {row.no} of {row.key}", "a volume series of it is missing")
    without = select(own.c.key, own.c.no).join(stands, (stands.c.key == own.c.key) & (stands.c.no == own.c.no), isouter=True).where(stands.c.id.is_(None))
    for key, no in connection.execute(without):
        yield _fault(f"Version {no} of {key}", "it is not known how it stands")


def _heads_faults(connection: Connection) -> Iterator[Fault]:
    for row in connection.execute(select(tables.scenario.c.key, tables.scenario.c.name)).all():
        try:
            opened_in(connection, row.key, None)
        except PlannerError as error:
            yield from (_fault(row.name, f"its newest version does not open: {fault.problem}") for fault in error.faults)


def _plans_faults(connection: Connection) -> Iterator[Fault]:
    own = tables.decisions
    query = select(own.c.key, own.c.no, own.c.name, tables.content.c.text).join(tables.content, tables.content.c.sha256 == own.c.sha256)
    for row in connection.execute(query).all():
        try:
            decided.from_json(row.text, opened_in(connection, row.key, row.no).scenario)
        except PlannerError as error:
            yield from (_fault(row.name, f"the hiring plan does not open: {fault.problem}") for fault in error.faults)


def _fault(place: str, problem: str) -> Fault:
    return Fault(place, problem, "Bring back a backup, or tell whoever looks after the program.")
