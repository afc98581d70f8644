"""
Owns the last look at a request before it leaves: its URL is exactly what was meant, and a dry run is marked as one.

`web#` would cut `?dryRun=All` off and turn a dry run into a write, `..` would reach other objects. The core checks and
quotes names; here every path is checked again, letter by letter, and yarl is kept from normalising it.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from yarl import URL

from executor.core.change import EVICTION, SCALE, Change
from executor.core.errors import UnsafeRequest
from executor.core.target import Resource, collection_path, object_path
from executor.kube.attempt import Attempt, Doing
from executor.kube.request import Parameters, Request

RESIZE = "resize"

_VERB_OF = {None: {"PATCH", "DELETE"}, SCALE: {"PATCH"}, RESIZE: {"PATCH"}, EVICTION: {"POST"}}
"""What may be sent to an object and to each of its subresources."""

_SEGMENT = r"[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?"
_PATH = re.compile(rf"(/{_SEGMENT})+\Z")


def path_of(change: Change, resource: Resource) -> str:
    """
    Return the path a change goes to; raises UnsafeRequest when it is not that of the change's own target.

    `resource` is how the API server serves the target's kind.
    """
    if change.path != _own_path(change, resource):
        raise UnsafeRequest("a change whose path is not its target's; nothing was sent. Submit the plan again.")
    return change.path


def _own_path(change: Change, resource: Resource) -> str | None:
    """
    Return the path as it follows from the target, or None for what may not be sent anywhere.
    """
    target = change.target
    one = object_path(target, resource)
    if change.creates:
        # A name in the path it has not: only the body says which object is made.
        named = change.body.get("metadata") if isinstance(change.body, dict) else None
        fits = isinstance(named, dict) and (named.get("name"), named.get("namespace")) == (
            target.name,
            target.namespace,
        )
        return collection_path(target.kind, target.namespace, resource) if fits else None
    if change.verb not in _VERB_OF.get(change.subresource, ()):
        return None
    return one if change.subresource is None else f"{one}/{change.subresource}"


def view_path(path: str, subresource: str | None) -> str:
    """
    Return the path at which an object is read: its own, or that of its scale.
    """
    if subresource not in {None, SCALE}:
        raise UnsafeRequest("a subresource that is not read by this executor; nothing was sent")
    return path if subresource is None else f"{path}/{subresource}"


def url_of(host: str, attempt: Attempt, path: str, parameters: Parameters) -> URL:
    """
    Return the URL of a request; raises UnsafeRequest for one that must not be sent.
    """
    if _PATH.match(path) is None:
        raise UnsafeRequest(f"{attempt.doing}: a path that no object of Kubernetes has; nothing was sent.")
    wanted = urlencode(parameters, quote_via=quote, safe="")
    url = URL(f"{host}{path}?{wanted}" if wanted else host + path, encoded=True)
    if not url.raw_path.endswith(path) or url.raw_query_string != wanted or url.raw_fragment:
        raise UnsafeRequest(f"{attempt.doing}: the URL does not say what was meant; nothing was sent.")
    return url


def last_look(request: Request, url: URL) -> None:
    """
    Raise UnsafeRequest when a dry run is about to leave without its marks, a write with one, or a read that is none.

    A removal carries its options in the body, and there the API server looks for `dryRun` first: both places count.
    """
    attempt = request.attempt
    marks = [url.query.getall("dryRun", [])]
    options = _delete_options(request, url)
    if options is not None:
        marks.append(options.get("dryRun", []))
    if attempt.doing is Doing.DRY_RUN and any(mark != ["All"] for mark in marks):
        raise UnsafeRequest(f"{attempt.subject}: a dry run that is not marked as one; nothing was sent.")
    if attempt.doing is Doing.APPLY and any(marks):
        raise UnsafeRequest(f"{attempt.subject}: a write that is marked as a dry run; nothing was sent.")
    if attempt.looks and request.method != "GET":
        raise UnsafeRequest(f"{attempt.subject}: {attempt.doing} is no {request.method}; nothing was sent.")
    if "force" in url.query:
        raise UnsafeRequest(f"{attempt.subject}: fields of others are never taken by force; nothing was sent.")


def _delete_options(request: Request, url: URL) -> Mapping[str, Any] | None:
    """
    Return where the API server reads the options of a removal from: the body, or what an eviction holds of them.
    """
    body = request.body if isinstance(request.body, dict) else {}
    if request.method == "DELETE":
        return body
    if request.method == "POST" and url.path.endswith(f"/{EVICTION}"):
        return body.get("deleteOptions") or {}
    return None
