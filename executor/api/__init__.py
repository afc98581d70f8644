"""
The HTTP API: requests become calls of the engine's service, outcomes become responses.

What belongs here knows HTTP and nothing of clusters, policies or tables. `routes.py` is the table of everything that is
served, and `openapi.py` writes the API's own description from that same table; `problems.py` is the one table from
error to status. It may import `executor.engine` and `executor.core`. Tested over a real loopback server
(`tests/unit/api`), and by schemathesis from the OpenAPI document (`tests/integration`).
"""

from executor.api.app import build_app
from executor.api.server import build_runner

__all__ = ["build_app", "build_runner"]
