"""What can go wrong with the library, in words: the disk, the file, the server, the schema, and somebody else's save."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from planner.errors import Fault, PlannerError

SAFE = "Nothing of it was saved; everything saved before is untouched."


class LibraryError(PlannerError):
    """The library cannot be read or written."""

    heading = "The library cannot be used"


class Missing(PlannerError):
    """There is no such scenario, version or plan."""

    heading = "It is not in the library"


class Refused(PlannerError):
    """The person may not do this, or the scenario does not allow it now."""

    heading = "This is not allowed"


class Stale(PlannerError):
    """Somebody saved in between: nothing has been written. `newest` is the version that stands now, `expected` the one the change was made on."""

    heading = "Somebody saved before you"

    def __init__(self, key: str, expected: int, newest: int, by: str) -> None:
        self.key, self.expected, self.newest, self.by = key, expected, newest, by
        problem = f"you changed version {expected}, and {by} has saved version {newest} since"
        super().__init__([Fault("The scenario", problem, "Nothing of yours is lost: look at both sides, then save again.")])


SQLITE = {
    sqlite3.SQLITE_FULL: ("there is no room left on the disk", "Free some space, then save again."),
    sqlite3.SQLITE_IOERR: ("the disk does not take or give the data", "Check the disk and its free space, then save again."),
    sqlite3.SQLITE_READONLY: ("its file, or the folder it is in, is read-only", "Allow writing to both, or let PLANNER_DATABASE_URL name another place."),
    sqlite3.SQLITE_CANTOPEN: (
        "its file cannot be opened", "Check that the folder exists and may be written to, or let PLANNER_DATABASE_URL name another place.",
    ),
    sqlite3.SQLITE_BUSY: ("somebody else has been writing to it for too long", "Try again in a moment."),
    sqlite3.SQLITE_LOCKED: ("somebody else has been writing to it for too long", "Try again in a moment."),
    sqlite3.SQLITE_CORRUPT: ("its file is damaged", "Bring back a backup: python -m planner library restore FILE."),
    sqlite3.SQLITE_NOTADB: ("its file is no library", "Let PLANNER_DATABASE_URL name another place, or bring back a backup."),
}  # fmt: skip
POSTGRESQL = {
    "53100": SQLITE[sqlite3.SQLITE_FULL],
    "25006": ("its server takes no changes now", "Ask whoever runs the database; reading still works."),
    "42501": ("its user may not read or change the tables", "Ask whoever runs the database for the rights."),
    "28P01": ("its server does not know the user or the password", "Correct PLANNER_DATABASE_URL."),
    "28000": ("its server does not admit the user", "Correct PLANNER_DATABASE_URL, or ask whoever runs the database."),
    "3D000": ("there is no such database on its server", "Make the database once, or correct PLANNER_DATABASE_URL."),
    "55P03": SQLITE[sqlite3.SQLITE_BUSY],
}
GREETINGS = (
    ("starting up", "57P03"), ("shutting down", "57P03"), ("recovery", "57P03"), ("password", "28P01"), ("pg_hba.conf", "28000"), ("role", "28000"),
    ("database", "3D000"),
)  # fmt: skip
"""What a server that turns a connection away says, and the state it means: such an error carries none. In another language it counts as no answer."""
GONE = ("its server does not answer", "Try again in a moment; if that does not help, check PLANNER_DATABASE_URL, or ask whoever runs the database.")
UNKNOWN = ("its database refused", "Run python -m planner library check, and ask whoever runs the database.")


def unsure(error: LibraryError) -> LibraryError:
    """The same of a change that a server was told to keep before it went away: it may have kept it, and nobody can say."""
    words = "Whether it was saved will show when the server is back: look at the history before you save again."
    return LibraryError([replace(fault, remedy=fault.remedy.replace(SAFE, words)) for fault in error.faults])


@contextmanager
def told(place: str) -> Iterator[None]:
    """Errors of the database as words for people. What is a fault of the program goes through."""
    try:
        yield
    except PoolTimeout:
        raise LibraryError([Fault(place, *SQLITE[sqlite3.SQLITE_BUSY])]) from None
    except DBAPIError as error:
        if not _is_ours(error):
            raise LibraryError([in_words(error, place)]) from error
        raise
    except SQLAlchemyError as error:
        raise LibraryError([Fault(place, "its address is not understood", "Correct PLANNER_DATABASE_URL.", str(error)[:120])]) from None


def in_words(error: DBAPIError, place: str) -> Fault:
    """One error of the database: where, what, and what to do."""
    if isinstance(error.orig, sqlite3.Error):
        problem, remedy = SQLITE.get(_sqlite_code(error.orig), UNKNOWN)
    else:
        problem, remedy = POSTGRESQL.get(_state(error), GONE if is_gone(error) else UNKNOWN)
    return Fault(place, problem, f"{remedy} {SAFE}")


def _sqlite_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _state(error: DBAPIError) -> str:
    """The five letters by which PostgreSQL names an error; empty where the connection broke or never came about."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    text = str(error.orig)
    return state or next((found for word, found in GREETINGS if "FATAL" in text and word in text), "")


def is_gone(error: BaseException | None) -> bool:
    """Whether the connection to a server was lost or never came about, so that the same work may be tried again on a new one."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = _state(error)
    lost = not state and type(error.orig).__name__ in ("OperationalError", "InterfaceError")
    return bool(error.connection_invalidated) or state.startswith(("57P", "08")) or lost


def _is_ours(error: DBAPIError) -> bool:
    """Whether the statement itself is wrong, which is a fault of the program and not of the place."""
    return type(error.orig).__name__ in ("ProgrammingError", "IntegrityError", "DataError") and _state(error) not in POSTGRESQL
