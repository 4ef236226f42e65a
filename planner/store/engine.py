"""Where the library is and how it is reached: one engine with what SQLite and PostgreSQL each need, transactions that read and transactions that write."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from planner.errors import Fault
from planner.store.faults import LibraryError

VARIABLE = "PLANNER_DATABASE_URL"
FILE = "library.sqlite"
BUSY_MS = 15_000
CONNECT_S = 5
WRITES = "planner_writes"


def folder(environment: Mapping[str, str], platform: str = sys.platform, home: Path | None = None) -> Path:
    """The folder in which this system keeps a program's data for one user.

    >>> str(folder({}, "linux", Path("/home/ann")))
    '/home/ann/.local/share/frontline-planner'
    """
    own = Path.home() if home is None else home
    if platform == "darwin":
        return own / "Library" / "Application Support" / "Frontline Planner"
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or own / "AppData" / "Local") / "Frontline Planner"
    return Path(environment.get("XDG_DATA_HOME") or own / ".local" / "share") / "frontline-planner"


def address(environment: Mapping[str, str] | None = None) -> URL:
    """The library's address: PLANNER_DATABASE_URL, else a file in the user's data folder. Raises LibraryError where it cannot be one."""
    environment = os.environ if environment is None else environment
    given = environment.get(VARIABLE, "").strip()
    return parsed(given) if given else of_file(folder(environment) / FILE)


def of_file(path: Path) -> URL:
    """The address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def parsed(text: str) -> URL:
    """An address from its text; PostgreSQL is reached by the driver that the planner brings. Raises LibraryError.

    >>> parsed("postgresql://ann@db/plans").drivername
    'postgresql+psycopg'
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise LibraryError([Fault(VARIABLE, "it is not an address of a database", "Write sqlite:////path/to/file or postgresql://user@host/name.")]) from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise LibraryError([Fault(VARIABLE, "the library is kept in a SQLite file or in PostgreSQL", "Write sqlite:////path/to/file or postgresql://...")])


def place_of(url: URL) -> str:
    """The library as people are told of it: no user and no password."""
    if url.get_backend_name() == "sqlite":
        return f"The library in {url.database}"
    return f"The library {url.database} on {url.host or url.query.get('host') or 'this machine'}"


def engine_of(url: URL) -> Engine:
    """The engine of an address. A SQLite file is made where it is missing; raises LibraryError where it cannot be."""
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database)).absolute()
        _make(file, url)
        engine = create_engine(url, creator=partial(_connect_sqlite, file))
        event.listen(engine, "checkout", partial(_same_file, file))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = {"connect_timeout": CONNECT_S, "application_name": "frontline-planner"}
    return create_engine(url, pool_pre_ping=True, connect_args={name: value for name, value in options.items() if name not in url.query})


def _make(file: Path, url: URL) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch()
    except OSError as error:
        problem = f"its file cannot be made: {error.strerror}"
        raise LibraryError([Fault(place_of(url), problem, f"Allow it, or let {VARIABLE} name another place.")]) from None


def _connect_sqlite(file: Path) -> sqlite3.Connection:
    """Many readers beside one writer; what is committed is on the disk, and not only handed to the system, before the save is told as done.

    The file is never made here: one that was taken away is missed, and not silently begun anew.
    """
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, check_same_thread=False, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    _write_ahead(connection)
    return connection


def _same_file(file: Path, _: sqlite3.Connection, record: Any, __: Any) -> None:
    """A connection to a file that was taken away or replaced would go on writing to what nobody sees any more: it is given up."""
    found = file.stat() if file.exists() else None
    now = found and (found.st_dev, found.st_ino)
    if record.info.setdefault("file", now) != now or now is None:
        raise DisconnectionError("the file is another one")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turns the log ahead of writing on. Two who do so at once on a new file are told busy without being made to wait, so they wait here."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """Who is going to write takes the lock at once: one who reads first and writes later would be told that the database is locked."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment of the library."""
    isolated = engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
    with isolated.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that changes the library: wholly, or not at all."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        yield connection
