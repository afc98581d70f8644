"""
What a change becomes on its way out: method, marks, options; and which combinations never leave.
"""

import json
from typing import Any

import pytest
from yarl import URL

from executor.core.action import Form, Wire
from executor.core.change import Change, change_of, patch_change
from executor.core.diff import Difference
from executor.core.errors import UnsafeRequest
from executor.core.model import ABSENT
from executor.core.target import RESOURCES, Target
from executor.kube import KubeCluster
from executor.kube.attempt import Attempt, Doing
from executor.kube.request import Request
from executor.kube.sending import request_of
from executor.kube.urls import last_look
from tests.builders import a_pod
from tests.fixtures.scripted_server import ScriptedServer, a_status, an_object

POD = Target(kind="Pod", namespace="shop", name="web-1")
PATH = "/api/v1/namespaces/shop/pods/web-1"
LIVE: dict[str, Any] = a_pod()
LIVE["metadata"] |= {"uid": "u-1", "resourceVersion": "7"}
RESOURCE = RESOURCES["Pod"]
MARKS = "fieldManager=remediation-executor&fieldValidation=Strict"
BOUND = {"preconditions": {"uid": "u-1", "resourceVersion": "7"}}
GRACE = {"gracePeriodSeconds": 5}


def turned(desired: dict[str, Any], form: Form | None = None, *, live: dict[str, Any] = LIVE) -> Change:
    return change_of(POD, RESOURCE, live=live, desired=desired, differences=(), form=form or Form())


def patched(subresource: str | None = None) -> Change:
    path = f"{PATH}/{subresource}" if subresource else PATH
    difference = Difference(("spec", "replicas"), 1, 3)
    return patch_change(POD, LIVE, [difference], path=path, subresource=subresource)


CREATE = turned(a_pod(), live=ABSENT)
DELETE = turned(ABSENT, Form(options=GRACE))
EVICT = turned(ABSENT, Form(Wire.EVICTION, options=GRACE))
APPLY = turned(LIVE, Form(Wire.SERVER_SIDE_APPLY, body={"spec": {"nodeName": "n"}}))
STRATEGIC = turned(LIVE, Form(Wire.STRATEGIC_MERGE_PATCH, body={"spec": {"nodeName": "n"}}))
ALL = {
    "patch": patched(),
    "scale": patched("scale"),
    "resize": patched("resize"),
    "create": CREATE,
    "delete": DELETE,
    "evict": EVICT,
    "apply": APPLY,
    "strategic": STRATEGIC,
}


@pytest.mark.parametrize(
    ("change", "line", "sent_as"),
    [
        (patched(), f"PATCH {PATH}", ("application/json-patch+json", MARKS)),
        (patched("scale"), f"PATCH {PATH}/scale", ("application/json-patch+json", MARKS)),
        (patched("resize"), f"PATCH {PATH}/resize", ("application/json-patch+json", MARKS)),
        (CREATE, "POST /api/v1/namespaces/shop/pods", ("application/json", MARKS)),
        (DELETE, f"DELETE {PATH}", ("application/json", "")),
        (EVICT, f"POST {PATH}/eviction", ("application/json", "")),
        (APPLY, f"PATCH {PATH}", ("application/apply-patch+yaml", MARKS)),
        (STRATEGIC, f"PATCH {PATH}", ("application/strategic-merge-patch+json", MARKS)),
    ],
    ids=["patch", "scale", "resize", "create", "delete", "evict", "apply", "strategic"],
)
async def test_a_change_leaves_as_it_was_judged(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, change: Change, line: str, sent_as: tuple[str, str]
) -> None:
    content_type, marks = sent_as
    api_server.script(an_object(LIVE))

    await scripted_cluster.apply(change)

    (sent,) = api_server.requests
    assert f"{line}?{marks}".rstrip("?") == f"{sent.method} {sent.url}"
    assert (content_type, change.body) == (sent.headers["content-type"], json.loads(sent.body))
    assert "force" not in sent.url


@pytest.mark.requirement("DRY-1")
@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
async def test_a_dry_run_differs_from_the_write_by_its_marks_alone(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, change: Change
) -> None:
    api_server.script(an_object(LIVE))

    await scripted_cluster.apply(change)
    await scripted_cluster.dry_run(change)

    real, dry = api_server.requests
    asked = URL(dry.url, encoded=True)
    assert (real.method, URL(real.url, encoded=True).path) == (dry.method, asked.path)
    assert ["All"] == asked.query.getall("dryRun")
    assert real.headers["content-type"] == dry.headers["content-type"]
    assert json.loads(real.body) == unmarked(json.loads(dry.body))


def unmarked(body: Any) -> Any:
    """
    Return the body of a dry run without its marks.
    """
    if isinstance(body, dict):
        return {key: unmarked(value) for key, value in body.items() if (key, value) != ("dryRun", ["All"])}
    return body


@pytest.mark.requirement("DRY-1")
async def test_a_dry_run_of_a_removal_is_marked_where_the_server_looks_for_it() -> None:
    delete = request_of(DELETE, RESOURCE, dry_run=True)
    evict = request_of(EVICT, RESOURCE, dry_run=True)

    options = {**GRACE, **BOUND, "dryRun": ["All"]}
    assert {"apiVersion": "v1", "kind": "DeleteOptions", **options} == delete.body
    assert options == evict.body["deleteOptions"]
    assert "dryRun" not in json.dumps([DELETE.body, EVICT.body])


def told(body: Any, method: str, path: str = PATH) -> Request:
    return Request(Attempt(Doing.DRY_RUN, "Pod", "shop", "web-1"), method, path, body=body)


@pytest.mark.requirement("DRY-1")
@pytest.mark.parametrize(
    ("request_", "query"),
    [
        pytest.param(told({}, "DELETE"), "?dryRun=All", id="a deletion marked in the query alone"),
        pytest.param(told(None, "DELETE"), "?dryRun=All", id="a deletion without a body"),
        pytest.param(told({"dryRun": ["All"]}, "DELETE"), "", id="a deletion marked in the body alone"),
        pytest.param(told({"dryRun": ["all"]}, "DELETE"), "?dryRun=All", id="a mark the server does not know"),
        pytest.param(told({"dryRun": "All"}, "DELETE"), "?dryRun=All", id="a mark that is no list"),
        pytest.param(
            told({"deleteOptions": {}}, "POST", f"{PATH}/eviction"), "?dryRun=All", id="an eviction in the query alone"
        ),
        pytest.param(
            told({"dryRun": ["All"]}, "POST", f"{PATH}/eviction"), "?dryRun=All", id="an eviction at another place"
        ),
        pytest.param(
            told({"deleteOptions": {"dryRun": ["All"]}}, "POST", f"{PATH}/eviction"),
            "",
            id="an eviction in the body alone",
        ),
    ],
)
def test_the_last_look_stops_a_removal_that_is_half_marked(request_: Request, query: str) -> None:
    with pytest.raises(UnsafeRequest, match="a dry run that is not marked as one"):
        last_look(request_, URL(f"http://x{request_.path}{query}", encoded=True))


@pytest.mark.parametrize(
    ("body", "method", "path", "query"),
    [
        pytest.param({"dryRun": ["All"]}, "DELETE", PATH, "", id="in the body"),
        pytest.param({}, "DELETE", PATH, "?dryRun=All", id="in the query"),
        pytest.param({"deleteOptions": {"dryRun": ["All"]}}, "POST", f"{PATH}/eviction", "", id="of an eviction"),
    ],
)
def test_the_last_look_stops_a_write_that_would_change_nothing(body: Any, method: str, path: str, query: str) -> None:
    write = Request(Attempt(Doing.APPLY, "Pod", "shop", "web-1"), method, path, body=body)

    with pytest.raises(UnsafeRequest, match="a write that is marked as a dry run"):
        last_look(write, URL(f"http://x{path}{query}", encoded=True))


def test_the_last_look_stops_force_and_reads_that_are_none() -> None:
    forced = Request(Attempt(Doing.APPLY, "Pod", "shop", "web-1"), "PATCH", PATH)
    read = Request(Attempt(Doing.READ, "Pod", "shop", "web-1"), "DELETE", PATH)

    with pytest.raises(UnsafeRequest, match="never taken by force"):
        last_look(forced, URL(f"http://x{PATH}?force=true", encoded=True))
    with pytest.raises(UnsafeRequest, match="read is no DELETE"):
        last_look(read, URL(f"http://x{PATH}", encoded=True))


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"path": "/api/v1/namespaces/shop/pods/other"}, id="another object"),
        pytest.param({"path": "/api/v1/namespaces/shop/secrets/web-1"}, id="another kind"),
        pytest.param({"path": f"{PATH}/"}, id="a slash"),
        pytest.param({"subresource": "status", "path": f"{PATH}/status"}, id="another subresource"),
        pytest.param({"verb": "PUT"}, id="another verb"),
        pytest.param({"content_type": "application/merge-patch+json"}, id="another form"),
        pytest.param({"body": "text"}, id="another body"),
    ],
)
def test_a_change_that_does_not_fit_together_never_leaves(change: Change, update: dict[str, Any]) -> None:
    misfit = Change.model_construct(**{**dict(change), **update})

    with pytest.raises(UnsafeRequest):
        request_of(misfit, RESOURCE, dry_run=False)


@pytest.mark.requirement("SEC-2")
def test_a_creation_never_takes_the_verb_that_removes_a_collection() -> None:
    misled = Change.model_construct(**{**dict(CREATE), "verb": "DELETE"})

    with pytest.raises(UnsafeRequest):
        request_of(misled, RESOURCE, dry_run=False)


@pytest.mark.parametrize(
    ("change", "verb", "resource"),
    [
        (CREATE, "create", "pods"),
        (DELETE, "delete", "pods"),
        (EVICT, "create", "pods/eviction"),
        (APPLY, "patch", "pods"),
    ],
    ids=["create", "delete", "evict", "apply"],
)
def test_the_permission_that_is_named_is_that_of_the_verb(change: Change, verb: str, resource: str) -> None:
    attempt = request_of(change, RESOURCE, dry_run=True).attempt

    assert f"{verb} on {resource} in namespace shop" == attempt.permission


@pytest.mark.parametrize("change", [DELETE, EVICT], ids=["delete", "evict"])
async def test_the_answer_to_a_removal_is_that_nothing_is_left(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, change: Change
) -> None:
    api_server.script(
        an_object({**LIVE, "metadata": {**LIVE["metadata"], "deletionTimestamp": "2026-11-23T11:00:00Z"}})
    )

    assert ABSENT == (await scripted_cluster.apply(change)).manifest
    assert ABSENT == (await scripted_cluster.dry_run(change)).manifest


async def test_an_eviction_that_a_budget_blocks_is_asked_for_once(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    """
    The edge does not wait for a budget: the engine does, and tells what it waits for.
    """
    cause = {
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
    }
    api_server.script(a_status(429, "TooManyRequests", causes=[cause]))

    with pytest.raises(Exception, match="disruption budget web needs 2 healthy pods and has 2 now"):
        await scripted_cluster.dry_run(EVICT)

    assert 1 == len(api_server.requests)
