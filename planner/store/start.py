"""The library opened: its place found, its schema up to date."""

import getpass
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import URL

from planner.store import engine as engines
from planner.store.faults import told
from planner.store.library import Library, utc_now
from planner.store.migrate import bring_up_to_date
from planner.store.people import LOCAL_RIGHTS, Person


def open_library(url: str = "", environment: Mapping[str, str] | None = None) -> Library:
    """The library at an address, else at PLANNER_DATABASE_URL, else in the user's data folder; made where there is none. Raises LibraryError."""
    return opened(engines.parsed(url) if url else engines.address(environment))


@lru_cache(maxsize=8)
def opened(url: URL, now: Callable[[], datetime] = utc_now) -> Library:
    """The library at an address, opened once by this process."""
    place = engines.place_of(url)
    engine = engines.engine_of(url)
    with told(place):
        bring_up_to_date(engine, place)
    return Library(engine, place, now)


def local_place() -> str:
    """Which user of which machine this is, where nobody signs in."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def local_person(library: Library, name: str = "") -> Person:
    """The one user of a machine where nobody signs in: by the name given, else the one that was asked once, else the system's. May do everything."""
    return Person((name or library.local_name(local_place()) or getpass.getuser()).strip(), LOCAL_RIGHTS, sees_pay=True)
