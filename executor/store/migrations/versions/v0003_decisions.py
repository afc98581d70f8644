"""
Make decisions be listed by time: what a list selects them by stands beside the document.

The step goes: nothing asked for it, and a decision about a whole plan has none.
"""

import sqlalchemy as sa
from alembic import op
from pydantic_core import from_json

revision = "0003"
down_revision = "0002"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COLUMNS = ("at", "stage", "effect")
_PAGE = 100
_DECISIONS = sa.table("decisions", *(sa.column(name) for name in ("id", "document", *_COLUMNS)))


def upgrade() -> None:
    """
    Add the columns, fill them from the documents, and index them.
    """
    for name in _COLUMNS:
        op.add_column("decisions", sa.Column(name, _KEY, nullable=False, server_default=""))
    _fill(op.get_bind())
    op.drop_column("decisions", "step")
    op.create_index("ix_decisions_at", "decisions", ["at", "id", "stage", "effect"])
    op.create_index("ix_decisions_run_at", "decisions", ["run", "at", "id"])


def _fill(connection: sa.Connection) -> None:
    # Read here and not by the database: PostgreSQL takes no JSON that holds a NUL, be it in another key.
    page = sa.select(_DECISIONS.c.id, _DECISIONS.c.document).order_by(_DECISIONS.c.id).limit(_PAGE)
    rows = connection.execute(page).all()
    while rows:
        for row in rows:
            document = from_json(row.document)
            values = {name: document[name] for name in _COLUMNS}
            connection.execute(sa.update(_DECISIONS).where(_DECISIONS.c.id == row.id).values(values))
        rows = connection.execute(page.where(_DECISIONS.c.id > rows[-1].id)).all()
