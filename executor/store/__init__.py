"""
The event log and what is indexed beside it: SQLAlchemy Core over SQLite (the default) or PostgreSQL.

What belongs here turns the engine's values into rows and back, in as few durable commits as possible: `opening.py`
opens a store, `store.py` is the port, `appending.py` is what one transaction does, `writer.py` commits many at once,
`vault.py` keeps the values of Secrets encrypted in the same database. It may import `executor.engine.ports` and
`executor.core`; it knows no cluster, no policy and no HTTP. A contract suite for each (`tests/contract`:
`test_run_store.py`, `test_vault.py`) holds SQLite, PostgreSQL and the in-memory fake to the same behaviour.
"""

from executor.store.opening import open_store
from executor.store.store import SqlStore

__all__ = ["SqlStore", "open_store"]
