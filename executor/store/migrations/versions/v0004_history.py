"""
Make earlier runs be counted: when each ended, and what it wrote to.

Runs of before are not filled in: an hour later none of them would count.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """
    Add the column and the table.
    """
    op.add_column("runs", sa.Column("finished_at", _KEY, nullable=True))
    op.create_index("ix_runs_finished_at_phase", "runs", ["finished_at", "phase"])
    op.create_table(
        "run_targets",
        sa.Column("target", _KEY, nullable=False),
        sa.Column("run", _KEY, nullable=False),
        sa.Column("began_at", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("target", "run", name="pk_run_targets"),
    )
    op.create_index("ix_run_targets_target_began_at", "run_targets", ["target", "began_at", "run"])
