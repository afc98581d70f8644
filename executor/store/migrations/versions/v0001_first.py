"""
Make the tables of the first version: the event log, and what is indexed beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """
    Make all tables.
    """
    op.create_table(
        "claims",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_claims"),
    )
    op.create_index("ix_claims_run", "claims", ["run"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_table(
        "events",
        sa.Column("run", _KEY, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "sequence", name="pk_events"),
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", _KEY, nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency"),
    )
    op.create_table(
        "probes", sa.Column("id", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("id", name="pk_probes")
    )
    op.create_table(
        "run_labels",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("value", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", "value", "run", name="pk_run_labels"),
    )
    op.create_table(
        "run_namespaces",
        sa.Column("namespace", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("namespace", "run", name="pk_run_namespaces"),
    )
    op.create_table(
        "runs",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Boolean(), nullable=False),
        sa.Column("caller", _KEY, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_caller_id", "runs", ["caller", "id"], unique=False)
    op.create_index("ix_runs_phase_id", "runs", ["phase", "id"], unique=False)
    op.create_index(
        "ix_runs_unfinished",
        "runs",
        ["id"],
        sqlite_where=sa.text("terminal IS 0"),
        postgresql_where=sa.text("terminal IS false"),
    )
