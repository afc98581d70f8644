"""
Owns bringing a database to the schema of this code: all missing migrations in one transaction, or none.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from executor.core.errors import StoreUnusable

_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x65786563_73746F72
"""Any number that only we use: replicas that start together migrate one after the other."""


def migrate(connection: sa.Connection) -> None:
    """
    Upgrade to the head; raises StoreUnusable for a schema that this code does not know.

    The caller begins and commits the transaction.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise StoreUnusable(
                f"the database of EXECUTOR_DATABASE_URL has encoding {encoding}, which cannot hold every text:"
                " create it with ENCODING 'UTF8' TEMPLATE template0"
            )
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    unknown = sorted(set(current) - known)
    if unknown:
        raise StoreUnusable(
            f"the database of EXECUTOR_DATABASE_URL was written by a newer executor (schema {unknown[0]}): start that"
            " version again, or restore the backup from before the upgrade"
        )
    command.upgrade(config, "head")
