"""
Owns how alembic runs our migrations: on the connection it is given, inside the transaction that is already open.
"""

from alembic import context

from executor.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
