"""
Owns the tables, as they are at the head of the migrations (a test holds the two equal).

Documents are text and never JSON to the database: an event's `data` comes back as the very text that was written, so
its hash still holds, and both databases behave alike. No foreign keys: one transaction writes all of a batch.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()


class Key(sa.types.TypeDecorator[str]):
    """
    Text that is looked up: ids, and what callers choose. Any text can be stored and found again, in byte order.

    PostgreSQL takes no NUL character and neither database a lone surrogate, so these are spelt out. What is read back
    (ids, claims) is plain ASCII of ours, which this leaves as it is.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - given by SQLAlchemy
        """
        Spell out what cannot be stored; a backslash doubles, so that no two texts become one.
        """
        if value is None or (value.isascii() and value.isprintable() and "\\" not in value):
            return value
        return value.replace("\\", "\\\\").replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


KEY = Key().with_variant(Key(collation="C"), "postgresql")
"""Compared by bytes in PostgreSQL too, where the database's language would otherwise decide the order of ids."""

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", KEY, nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.Column("terminal", sa.Boolean, nullable=False),
    sa.Column("caller", KEY, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("last_sequence", sa.BigInteger, nullable=False),
    sa.Column("last_hash", sa.Text, nullable=False),
    sa.Column("view", sa.Text, nullable=False),
    sa.Column("finished_at", KEY),
    sa.PrimaryKeyConstraint("id", name="pk_runs"),
)

UNFINISHED = runs.c.terminal.is_(sa.false())
"""Written once, because a partial index serves only a query with the same condition."""

sa.Index("ix_runs_phase_id", runs.c.phase, runs.c.id)
sa.Index("ix_runs_caller_id", runs.c.caller, runs.c.id)
sa.Index("ix_runs_finished_at_phase", runs.c.finished_at, runs.c.phase)
sa.Index("ix_runs_unfinished", runs.c.id, sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)

events = sa.Table(
    "events",
    METADATA,
    sa.Column("run", KEY, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("step", sa.Text),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("run", "sequence", name="pk_events"),
)

run_labels = sa.Table(
    "run_labels",
    METADATA,
    sa.Column("key", KEY, nullable=False),
    sa.Column("value", KEY, nullable=False),
    sa.Column("run", KEY, nullable=False),
    sa.PrimaryKeyConstraint("key", "value", "run", name="pk_run_labels"),
)

run_namespaces = sa.Table(
    "run_namespaces",
    METADATA,
    sa.Column("namespace", KEY, nullable=False),
    sa.Column("run", KEY, nullable=False),
    sa.PrimaryKeyConstraint("namespace", "run", name="pk_run_namespaces"),
)

run_targets = sa.Table(
    "run_targets",
    METADATA,
    sa.Column("target", KEY, nullable=False),
    sa.Column("run", KEY, nullable=False),
    sa.Column("began_at", KEY, nullable=False),
    sa.PrimaryKeyConstraint("target", "run", name="pk_run_targets"),
    sa.Index("ix_run_targets_target_began_at", "target", "began_at", "run"),
)
"""Which runs wrote to what, or tried to, and since when."""

decisions = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", KEY, nullable=False),
    sa.Column("run", KEY),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("at", KEY, nullable=False, server_default=""),
    sa.Column("stage", KEY, nullable=False, server_default=""),
    sa.Column("effect", KEY, nullable=False, server_default=""),
    sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    # The order of a list, and what selects from it: neither needs the documents, which are large.
    sa.Index("ix_decisions_at", "at", "id", "stage", "effect"),
    sa.Index("ix_decisions_run_at", "run", "at", "id"),
)

claims = sa.Table(
    "claims",
    METADATA,
    sa.Column("key", KEY, nullable=False),
    sa.Column("run", KEY, nullable=False),
    sa.PrimaryKeyConstraint("key", name="pk_claims"),
    sa.Index("ix_claims_run", "run"),
)

idempotency = sa.Table(
    "idempotency",
    METADATA,
    sa.Column("caller", KEY, nullable=False),
    sa.Column("key", KEY, nullable=False),
    sa.Column("run", KEY, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency"),
)

sealed_values = sa.Table(
    "sealed_values",
    METADATA,
    sa.Column("fingerprint", KEY, nullable=False),
    sa.Column("ciphertext", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("fingerprint", name="pk_sealed_values"),
)
"""The values of Secrets, which no other table holds: what a restore or a change under way still needs."""

probes = sa.Table(
    "probes",
    METADATA,
    sa.Column("id", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_probes"),
)
"""Always empty: what readiness writes and takes back in one transaction."""
