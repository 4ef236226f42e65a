"""The first schema: scenarios, versions, how they stand, their contents, the audit trail, the local user."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "content",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_content"),
    )
    _scenario()
    _version()
    _standing()
    _audit()
    op.create_table(
        "person",
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_person"),
    )


def _scenario() -> None:
    op.create_table(
        "scenario",
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("head", sa.Integer, nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("standing_by", sa.String(120), nullable=False),
        sa.Column("standing_at", sa.String(32), nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.Column("archived_by", sa.String(120)),
        sa.Column("archived_at", sa.String(32)),
        sa.PrimaryKeyConstraint("key", name="pk_scenario"),
    )
    op.create_index("ix_scenario_saved_at", "scenario", ["saved_at"])


def _version() -> None:
    op.create_table(
        "version",
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("program", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("key", "no", name="pk_version"),
        sa.ForeignKeyConstraint(["key"], ["scenario.key"], name="fk_version_key"),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name="fk_version_sha256"),
    )


def _standing() -> None:
    op.create_table(
        "standing",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standing"),
        sa.ForeignKeyConstraint(["key", "no"], ["version.key", "version.no"], name="fk_standing_key_no"),
    )
    op.create_index("ix_standing_key_no", "standing", ["key", "no"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("key", sa.String(16)),
        sa.Column("no", sa.Integer),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("token", name="uq_audit_token"),
    )


def downgrade() -> None:
    """Takes the tables away."""
    for name in ("person", "audit", "standing", "version", "scenario", "content"):
        op.drop_table(name)
