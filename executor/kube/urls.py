"""
Owns the last look at a URL before a request leaves: it is exactly what was meant, and a dry run is marked as one.

`web#` would cut `?dryRun=All` off and turn a dry run into a write, `..` would reach other objects. The core checks and
quotes names; here every path is checked again, letter by letter, and yarl is kept from normalising it.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from yarl import URL

from executor.core.change import Change
from executor.core.errors import UnsafeRequest
from executor.core.target import object_path
from executor.kube.attempt import Attempt, Doing

Query = Sequence[tuple[str, str]]

_SEGMENT = r"[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?"
_PATH = re.compile(rf"(/{_SEGMENT})+\Z")


def path_of(change: Change) -> str:
    """
    Return the path a change goes to; raises UnsafeRequest when it is not that of the change's own target.
    """
    if change.path != object_path(change.target):
        raise UnsafeRequest("a change whose path is not its target's; nothing was sent. Submit the plan again.")
    return change.path


def url_of(host: str, attempt: Attempt, path: str, query: Query) -> URL:
    """
    Return the URL of a request; raises UnsafeRequest for one that must not be sent.
    """
    if _PATH.match(path) is None:
        raise UnsafeRequest(f"{attempt.doing}: a path that no object of Kubernetes has; nothing was sent.")
    wanted = urlencode(query, quote_via=quote, safe="")
    url = URL(f"{host}{path}?{wanted}" if wanted else host + path, encoded=True)
    if not url.raw_path.endswith(path) or url.raw_query_string != wanted or url.raw_fragment:
        raise UnsafeRequest(f"{attempt.doing}: the URL does not say what was meant; nothing was sent.")
    return url


def last_look(attempt: Attempt, url: URL) -> None:
    """
    Raise UnsafeRequest when a dry run is about to leave without `dryRun=All`, or a write with it.
    """
    asked = url.query.getall("dryRun", [])
    if attempt.doing is Doing.DRY_RUN and asked != ["All"]:
        raise UnsafeRequest(f"{attempt.subject}: a dry run that is not marked as one; nothing was sent.")
    if attempt.doing is Doing.APPLY and asked:
        raise UnsafeRequest(f"{attempt.subject}: a write that is marked as a dry run; nothing was sent.")
