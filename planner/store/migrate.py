"""The schema brought up to date, under a lock, in one transaction: several programs may start at once, and one that is stopped half-way leaves nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from planner.errors import Fault
from planner.store.engine import WRITES, writing
from planner.store.faults import LibraryError

FOLDER = Path(__file__).parent / "migrations"
REVISIONS = ("0001", "0002")
"""Every step, oldest first."""
NEWEST = REVISIONS[-1]
LOCK = 7_262_110_417


def revision_of(connection: Connection) -> str | None:
    """The step that the schema stands at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def bring_up_to_date(engine: Engine, place: str) -> None:
    """The schema at its newest step. Raises LibraryError where it belongs to a newer program."""
    with engine.connect() as connection:
        if revision_of(connection) == NEWEST:
            return
    move(engine, place, NEWEST)


def move(engine: Engine, place: str, target: str) -> None:
    """The schema moved to a step, up or down, under a lock. Who waited for the lock finds it done."""

    def carry_out(connection: Connection) -> None:
        found = revision_of(connection)
        if found is not None and found not in REVISIONS:
            raise LibraryError([Fault(place, "it was made by a newer program than this one", "Update the program; nothing has been changed.", f"form {found}")])
        if found != target:
            _run(connection, target, down=found is not None and REVISIONS.index(found) > (REVISIONS.index(target) if target in REVISIONS else -1))

    _locked(engine, carry_out)


def _locked(engine: Engine, work: Callable[[Connection], None]) -> None:
    """Does the work where nobody else does: PostgreSQL by a lock of ours, SQLite by its one lock for writing.

    SQLite makes some tables anew to change them, and would take their rows for deleted: it looks at the references when all is done.
    """
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            work(connection)
        return
    with engine.execution_options(**{WRITES: True}).connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                work(connection)
                _refuse_dangling(connection)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _refuse_dangling(connection: Connection) -> None:
    dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
    if dangling:
        raise RuntimeError(f"a step of the schema left {len(dangling)} references without their rows")


def _run(connection: Connection, target: str, down: bool) -> None:
    from alembic import command

    (command.downgrade if down else command.upgrade)(configuration(connection), target)


def configuration(connection: Connection) -> Any:
    """Alembic's settings, with the connection it is to use."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
