"""
What is said where the executor is not let through: which permission, which verb, which kind is missing.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt, Doing
from executor.kube.errors import from_refusal
from executor.kube.refusal import read_refusal
from tests.unit.kube.refusals import CREATE, DRY_RUN, EVICT, READ, refused

pytestmark = pytest.mark.requirement("DRY-4")

WIDGET = Attempt(Doing.DRY_RUN, "Widget", "shop", "w", api_version="example.com/v1", plural="widgets")
WIDGET_SCALE = Attempt(Doing.DRY_RUN, "Widget", "shop", "w", api_version="example.com/v1", subresource="scale")
DAEMON_SET_SCALE = Attempt(Doing.DRY_RUN, "DaemonSet", "shop", "agent", subresource="scale")
UNSERVED = "the server could not find the requested resource"


@pytest.mark.parametrize(
    ("attempt", "said", "verb", "resource", "granted"),
    [
        (
            DRY_RUN,
            'patch resource "deployments/scale" in API group "apps" in the namespace "shop"',
            "patch",
            "deployments.apps/scale",
            "patch on deployments.apps/scale in namespace shop",
        ),
        (
            EVICT,
            'create resource "pods/eviction" in API group "" in the namespace "shop"',
            "create",
            "pods/eviction",
            "create on pods/eviction in namespace shop",
        ),
        (DRY_RUN, 'delete resource "nodes" in API group "" at the cluster scope', "delete", "nodes", "delete on nodes"),
        (
            WIDGET,
            'create resource "widgets" in API group "example.com" in the namespace "shop"',
            "create",
            "widgets.example.com",
            "create on widgets.example.com in namespace shop",
        ),
        (
            EVICT,
            'do resource "something else"',
            "create",
            "pods/eviction",
            "create on pods/eviction in namespace shop",
        ),
    ],
    ids=["a subresource", "an eviction", "a cluster-scoped kind", "a custom resource", "words we do not know"],
)
def test_a_missing_permission_is_named_as_the_server_names_it(
    attempt: Attempt, said: str, verb: str, resource: str, granted: str
) -> None:
    error = refused(attempt, 403, "Forbidden", f'x "w" is forbidden: User "system:anonymous" cannot {said}')

    assert isinstance(error, errors.Forbidden)
    assert (verb, resource) == (error.verb, error.resource)
    assert str(error).endswith(f"the executor is not permitted to do this. Grant it {granted}.")


CASES = {
    "a kind without a subresource": (
        refused(DAEMON_SET_SCALE, 404, "NotFound", UNSERVED, name=""),
        errors.NotServed,
        (
            "daemonset/shop/agent: dry run refused (NotFound): the API server does not serve DaemonSet with "
            "subresource scale. Check its version."
        ),
    ),
    "a custom resource that may have no subresource": (
        refused(WIDGET_SCALE, 404, "NotFound", 'widgets.example.com "w" not found', name="w", kind="widgets"),
        errors.TargetNotFound,
        (
            "widget.example.com/shop/w: dry run refused (NotFound): it does not exist, or its kind has no scale "
            "subresource. Check kind, namespace and name."
        ),
    ),
    "a pod that is gone before its eviction": (
        refused(EVICT, 404, "NotFound", 'pods "web-1" not found', name="web-1", kind="pods"),
        errors.TargetNotFound,
        "pod/shop/web-1: dry run refused (NotFound): it does not exist. Check kind, namespace and name.",
    ),
    "a missing namespace": (
        refused(CREATE, 404, "NotFound", 'namespaces "shop" not found', name="shop", kind="namespaces"),
        errors.TargetNotFound,
        ("pod/shop/web: dry run refused (NotFound): namespace shop does not exist. Create it, or check its name."),
    ),
    "a verb that a kind lacks": (
        refused(EVICT, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        errors.MethodNotAllowed,
        (
            "pod/shop/web-1: dry run refused (MethodNotAllowed): the API server takes no create of pods/eviction. "
            "Use an action that this kind can take."
        ),
    ),
    "a patch that custom resources do not know": (
        refused(
            WIDGET,
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: …",
            name="",
        ),
        errors.UnsupportedPatch,
        (
            "widget.example.com/shop/w: dry run refused (UnsupportedMediaType): the API server does not take this form "
            "of patch for Widget. Use a merge or JSON patch: custom resources know no strategic merge patch."
        ),
    ),
    "a change that is too large": (
        from_refusal(DRY_RUN, read_refusal(413, b"", {})),
        errors.ChangeInvalid,
        (
            "deployment/shop/web: dry run refused (HTTP 413): it is larger than the API server takes. "
            "Make the change smaller."
        ),
    ),
}


@pytest.mark.parametrize(("error", "kind", "message"), CASES.values(), ids=CASES)
def test_what_is_not_there_to_be_asked_is_told_apart(
    error: ClusterError, kind: type[ClusterError], message: str
) -> None:
    assert (kind, message) == (type(error), str(error))
    assert not error.retryable


def test_a_kind_that_is_not_served_is_not_a_missing_object() -> None:
    """
    Who creates what is missing must not take the one for the other.
    """
    assert not isinstance(refused(READ, 404, "NotFound", UNSERVED, name=""), errors.TargetNotFound)
