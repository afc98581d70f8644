"""
Owns how these tests ask what a refusal becomes: an attempt, and a Status as the API server sends it.
"""

import json
from typing import Any

from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt, Doing
from executor.kube.errors import from_refusal
from executor.kube.refusal import read_refusal

READ = Attempt(Doing.READ, "Deployment", "shop", "web")
DRY_RUN = Attempt(Doing.DRY_RUN, "Deployment", "shop", "web")
APPLY = Attempt(Doing.APPLY, "Deployment", "shop", "web")
CREATE = Attempt(Doing.DRY_RUN, "Pod", "shop", "web", verb="create")
EVICT = Attempt(Doing.DRY_RUN, "Pod", "shop", "web-1", verb="create", subresource="eviction")


def refused(
    attempt: Attempt,
    code: int,
    reason: str,
    message: str = "",
    *,
    causes: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    **details: Any,
) -> ClusterError:
    """
    Return what a Status becomes; its details name the object unless `name` says otherwise.
    """
    status = {
        "kind": "Status",
        "reason": reason,
        "message": message,
        "details": {"name": "web", "causes": causes or [], **details},
    }
    return from_refusal(attempt, read_refusal(code, json.dumps(status).encode(), headers or {}))
