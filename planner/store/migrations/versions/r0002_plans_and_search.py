"""Hiring plans are kept with their version, and scenarios are found by name and label in any spelling of upper and lower case."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the plans; fills what is searched."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("program", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["key", "no"], ["version.key", "version.no"], name="fk_decisions_key_no"),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name="fk_decisions_sha256"),
    )
    op.create_index("ix_decisions_key_no", "decisions", ["key", "no"])
    op.add_column("scenario", sa.Column("search", sa.Text, nullable=False, server_default=""))
    _fill()


def _fill() -> None:
    scenario = sa.table("scenario", sa.column("key"), sa.column("name"), sa.column("labels"), sa.column("search"))
    connection = op.get_bind()
    for key, name, labels in connection.execute(sa.select(scenario.c.key, scenario.c.name, scenario.c.labels)).all():
        found = "\n".join([name, *json.loads(labels)]).casefold()
        connection.execute(sa.update(scenario).where(scenario.c.key == key).values(search=found))


def downgrade() -> None:
    """Takes both away again; the scenarios and their versions stay."""
    op.drop_column("scenario", "search")
    op.drop_table("decisions")
