"""
${message}.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """
    Make the change; there is no way back but the backup from before.
    """
    ${upgrades if upgrades else "raise NotImplementedError"}
