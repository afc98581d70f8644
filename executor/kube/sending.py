"""
Owns how a change becomes a request: the same bytes for the dry run and the write, but for the marks of a dry run.

With a body the API server takes the options of a removal from there and does not look at the query (DELETE), or wants
both to agree (eviction): a dry run of those says so in both places.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
"""

from executor.core.change import EVICTION, FIELD_MANAGER, Change
from executor.core.errors import UnsafeRequest
from executor.core.model import Json
from executor.core.target import Resource
from executor.kube.attempt import Doing, attempt_on
from executor.kube.request import WRITE_TIMEOUT_SECONDS, Request
from executor.kube.urls import path_of

_JSON_PATCH = "application/json-patch+json"
_PATCHES = frozenset({_JSON_PATCH, "application/apply-patch+yaml", "application/strategic-merge-patch+json"})
_DOCUMENTS = frozenset({"application/json"})
_RBAC_VERBS = {"PATCH": "patch", "POST": "create", "DELETE": "delete"}
_ALL = ["All"]


def request_of(change: Change, resource: Resource, *, dry_run: bool) -> Request:
    """
    Return the request that sends a change once, or asks what it would do; raises UnsafeRequest.

    JSON is YAML, so a server-side apply leaves as it is; it is never forced.
    """
    attempt = attempt_on(
        change.target,
        Doing.DRY_RUN if dry_run else Doing.APPLY,
        verb=_RBAC_VERBS.get(change.verb),
        subresource=change.subresource,
        plural=resource.plural,
    )
    path = path_of(change, resource)
    if change.content_type == _JSON_PATCH and not isinstance(change.body, list):
        # The library would send it silently as a strategic merge patch.
        raise UnsafeRequest(f"{attempt.subject}: a JSON Patch that is not a list; nothing was sent.")
    if change.content_type != _JSON_PATCH and not isinstance(change.body, dict):
        raise UnsafeRequest(f"{attempt.subject}: a body that is no object; nothing was sent.")
    if change.content_type not in (_PATCHES if change.verb == "PATCH" else _DOCUMENTS):
        raise UnsafeRequest(f"{attempt.subject}: a body that does not fit its verb; nothing was sent.")
    parameters = [] if change.removes else [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
    if dry_run:
        parameters.append(("dryRun", "All"))
    return Request(
        attempt,
        change.verb,
        path,
        parameters,
        WRITE_TIMEOUT_SECONDS,
        content_type=change.content_type,
        body=_marked(change) if dry_run else change.body,
    )


def _marked(change: Change) -> Json:
    """
    Return the body of a dry run.
    """
    if not change.removes or isinstance(change.body, list):
        return change.body
    if change.subresource == EVICTION:
        return {**change.body, "deleteOptions": {**(change.body.get("deleteOptions") or {}), "dryRun": _ALL}}
    return {**change.body, "dryRun": _ALL}
