"""
Owns what is said where the executor itself is not let through: who it is, what it may, and what is served at all.
"""

import re
from functools import partial

from executor.core.errors import CredentialsRefused, Forbidden, MethodNotAllowed, NotServed, TargetNotFound
from executor.core.target import known_resource
from executor.kube.attempt import Attempt, permission, rbac_resource
from executor.kube.errors.explained import Explained, found
from executor.kube.refusal import Refusal

RBAC = re.compile(r' cannot \w+ (?:resource|path) "')
_RBAC_RESOURCE = re.compile(
    r' cannot ([a-z]{1,63}) resource "([a-z0-9.-]{1,253})(?:/([a-z0-9/-]{1,63}))?" in API group "([a-z0-9.-]{0,253})"'
    r'(?: in the namespace "([a-z0-9-]{1,63})"| at the cluster scope)'
)


def credentials_refused(_: Attempt, __: Refusal) -> Explained:
    """
    Explain a 401: the API server does not know who asks.
    """
    why = "the executor's credentials were refused"
    return Explained(CredentialsRefused, why, "Renew the token or certificate it was given")


def not_permitted(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a 403 by authorization. The server knows best which verb of what is missing; what we asked stands in for it.
    """
    verb, resource, namespace = attempt.rbac_verb, attempt.rbac_resource, attempt.namespace
    said = found(refusal, _RBAC_RESOURCE)
    if said is not None:
        verb, resource, namespace = said[1], rbac_resource(said[2], said[4], said[3]), said[5]
    return Explained(
        partial(Forbidden, verb=verb, resource=resource),
        "the executor is not permitted to do this",
        f"Grant it {permission(verb, resource, namespace)}",
    )


def not_served(attempt: Attempt, _: Refusal) -> Explained:
    """
    Explain a 404 that is about no object: a kind, version or subresource that is not there.
    """
    kind = attempt.kind or "this"
    what = f"{kind} with subresource {attempt.subresource}" if attempt.subresource else kind
    return Explained(NotServed, f"the API server does not serve {what}", "Check its version")


def not_found(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a 404 that names an object; for a creation it may be the namespace.
    """
    if refusal.object_kind == "namespaces" and attempt.kind != "Namespace":
        why = f"namespace {attempt.namespace or ''} does not exist"
        return Explained(TargetNotFound, why, "Create it, or check its name")
    # For a custom resource without that subresource the server says the same as for a missing object.
    doubtful = attempt.subresource and known_resource(attempt.kind or "", attempt.api_version) is None
    why = "it does not exist" + (f", or its kind has no {attempt.subresource} subresource" if doubtful else "")
    return Explained(TargetNotFound, why, "Check kind, namespace and name")


def method_not_allowed(attempt: Attempt, _: Refusal) -> Explained:
    """
    Explain a 405.
    """
    why = f"the API server takes no {attempt.rbac_verb} of {attempt.rbac_resource}"
    return Explained(MethodNotAllowed, why, "Use an action that this kind can take")
