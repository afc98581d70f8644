"""
Make the table of the vault: the values of Secrets, encrypted, by their fingerprints.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """
    Make the table.
    """
    op.create_table(
        "sealed_values",
        sa.Column("fingerprint", _KEY, nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_sealed_values"),
    )
