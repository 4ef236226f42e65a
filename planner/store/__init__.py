"""The scenario library: scenarios and their versions in a database, SQLite by default, PostgreSQL by URL. The only home of SQLAlchemy and Alembic.

A scenario has a head and append-only versions; their documents, volume series and hiring plans are kept once, by the hash of their content. Every change
is one transaction with its line in the audit trail: it is whole, or it is absent.
"""

from planner.store.faults import LibraryError, Missing, Refused, Stale
from planner.store.library import Entry, Kept, Library, Opened, Version
from planner.store.people import LOCAL_RIGHTS, Person
from planner.store.start import local_person, local_place, open_library

__all__ = [
    "LOCAL_RIGHTS",
    "Entry",
    "Kept",
    "Library",
    "LibraryError",
    "Missing",
    "Opened",
    "Person",
    "Refused",
    "Stale",
    "Version",
    "local_person",
    "local_place",
    "open_library",
]
