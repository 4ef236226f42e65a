"""The library's tables. `scenario` holds the heads; everything else is only ever added to.

Moments are text in ISO form and UTC, so that both databases keep and sort them alike.
"""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

content = Table(
    "content",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
)
"""Documents of scenarios, volume series and hiring plans, each kept once by the hash of its text."""

scenario = Table(
    "scenario",
    metadata,
    Column("key", String(16), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("labels", Text, nullable=False),
    Column("search", Text, nullable=False, server_default=""),
    Column("head", Integer, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("standing_by", String(120), nullable=False),
    Column("standing_at", String(32), nullable=False),
    Column("saved_by", String(120), nullable=False),
    Column("saved_at", String(32), nullable=False),
    Column("archived_by", String(120)),
    Column("archived_at", String(32)),
    Index("ix_scenario_saved_at", "saved_at"),
)
"""The head of each scenario: its newest version, and how that stands."""

version = Table(
    "version",
    metadata,
    Column("key", String(16), ForeignKey("scenario.key"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("sha256", String(64), ForeignKey("content.sha256"), nullable=False),
    Column("author", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("program", String(32), nullable=False),
)

standing = Table(
    "standing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(16), nullable=False),
    Column("no", Integer, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("person", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("note", Text, nullable=False),
    ForeignKeyConstraint(["key", "no"], ["version.key", "version.no"]),
    Index("ix_standing_key_no", "key", "no"),
)
"""How each version stood: drafted, proposed, approved, locked, by whom and when."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(16), nullable=False),
    Column("no", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("sha256", String(64), ForeignKey("content.sha256"), nullable=False),
    Column("person", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("program", String(32), nullable=False),
    ForeignKeyConstraint(["key", "no"], ["version.key", "version.no"]),
    Index("ix_decisions_key_no", "key", "no"),
)
"""Hiring plans with the version of the scenario, and the program, that made them."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("person", String(120), nullable=False),
    Column("action", String(32), nullable=False),
    Column("key", String(16)),
    Column("no", Integer),
    Column("detail", Text, nullable=False),
    Column("token", String(32), nullable=False, unique=True),
)
"""Every change. The token names the attempt, so that one whose answer was lost is not carried out twice."""

person = Table(
    "person",
    metadata,
    Column("place", String(200), primary_key=True),
    Column("name", String(120), nullable=False),
)
"""The name of the one local user of each machine, where nobody signs in."""
