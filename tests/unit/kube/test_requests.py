"""
What leaves for the API server: paths, marks of a dry run, credentials, pages; and what never does.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from executor.core.change import Change, patch_change
from executor.core.diff import Difference
from executor.core.errors import UnsafeRequest
from executor.core.facts import FactName
from executor.core.target import Target
from executor.kube import KubeCluster, exchange, open_cluster
from executor.kube.attempt import Attempt, Doing
from executor.kube.request import Request
from executor.kube.urls import last_look, url_of
from executor.kube.warnings import warnings_of
from tests.builders import a_deployment, a_node, a_pod
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_kubeconfig, an_object

WEB = Target(kind="Deployment", namespace="shop", name="web")
LIVE: dict[str, Any] = a_deployment()
LIVE["metadata"] |= {"uid": "u-1", "resourceVersion": "7"}
CHANGE = patch_change(WEB, LIVE, [Difference(("spec", "replicas"), 1, 3)])
DRY = Attempt(Doing.DRY_RUN, "Deployment", "shop", "web")
PATH = "/apis/apps/v1/namespaces/shop/deployments/web"


async def test_a_change_leaves_as_the_bytes_that_were_judged(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(an_object(LIVE))

    await scripted_cluster.dry_run(CHANGE)
    await scripted_cluster.apply(CHANGE)

    dry, real = api_server.requests
    marks = "fieldManager=remediation-executor&fieldValidation=Strict"
    assert ("PATCH", f"{PATH}?{marks}&dryRun=All") == (dry.method, dry.url)
    assert ("PATCH", f"{PATH}?{marks}") == (real.method, real.url)
    assert {"application/json-patch+json"} == {each.headers["content-type"] for each in (dry, real)}
    assert {"Bearer t0ken"} == {each.headers["authorization"] for each in (dry, real)}
    assert [CHANGE.body, CHANGE.body] == [json.loads(each.body) for each in (dry, real)]


@pytest.mark.requirement("DRY-1")
@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"http://x{PATH}?fieldManager=e", id="not marked"),
        pytest.param(f"http://x{PATH}?dryRun=", id="marked empty"),
        pytest.param(f"http://x{PATH}?dryRun=all", id="marked in a way the server does not know"),
        pytest.param(f"http://x{PATH}?dryRun=All&dryRun=", id="marked twice"),
        pytest.param(f"http://x{PATH}#?dryRun=All", id="marked behind a fragment"),
    ],
)
def test_the_last_look_stops_a_dry_run_that_is_not_marked(url: str) -> None:
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        last_look(Request(DRY, "PATCH", PATH), URL(url, encoded=True))


async def test_a_dry_run_that_lost_its_mark_never_leaves(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whatever defect drops the mark on the way, the last look stands between it and the server.
    """
    api_server.script(an_object(LIVE))
    monkeypatch.setattr(exchange, "url_of", lambda host, *_: URL(f"{host}{PATH}?fieldManager=x", encoded=True))

    with pytest.raises(UnsafeRequest, match="a dry run that is not marked as one"):
        await scripted_cluster.dry_run(CHANGE)

    assert [] == api_server.requests


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("name", ["web#", "..", "web?force=true", "../../secrets/x", "%2e%2e", "web%23", "we b", "wéb"])
async def test_a_name_that_is_none_never_leaves(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, name: str
) -> None:
    api_server.script(an_object(LIVE))
    unsafe = Target.model_construct(kind="Deployment", namespace="shop", name=name)
    elsewhere = Target.model_construct(kind="Deployment", namespace=name, name="web")
    path = f"/apis/apps/v1/namespaces/shop/deployments/{name}"

    for attempt in (
        scripted_cluster.read(unsafe),
        scripted_cluster.read(elsewhere),
        scripted_cluster.dry_run(CHANGE.model_copy(update={"path": path})),
        scripted_cluster.apply(CHANGE.model_copy(update={"path": path})),
        scripted_cluster.apply(CHANGE.model_copy(update={"path": path, "target": unsafe})),
        anext(scripted_cluster.watch(unsafe)),
    ):
        with pytest.raises(UnsafeRequest):
            await attempt

    assert [] == api_server.requests


@pytest.mark.parametrize(
    "path", ["/api/../x", "/api/.", "/api//x", "api", "/api/%2e", "/api#", "/api?x", "/api/", "/a b", ""]
)
def test_a_path_is_looked_at_again_whoever_made_it(path: str) -> None:
    with pytest.raises(UnsafeRequest):
        url_of("http://x", DRY, path, [])


def test_a_query_is_quoted_letter_by_letter() -> None:
    url = url_of("http://x/prefix", DRY, "/api/v1/pods", [("labelSelector", "app in (a,b),x=y&z#")])

    assert "http://x/prefix/api/v1/pods?labelSelector=app%20in%20%28a%2Cb%29%2Cx%3Dy%26z%23" == str(url)


async def test_a_patch_that_is_no_list_never_leaves(scripted_cluster: KubeCluster, api_server: ScriptedServer) -> None:
    """
    The library would send it, silently, as a strategic merge patch.
    """
    api_server.script(an_object(LIVE))
    merge = Change.model_construct(**{**dict(CHANGE), "body": {"spec": {"replicas": 0}}})

    for send in (scripted_cluster.dry_run, scripted_cluster.apply):
        with pytest.raises(UnsafeRequest, match="not a list"):
            await send(merge)

    assert [] == api_server.requests


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(scripted_cluster: KubeCluster, api_server: ScriptedServer, code: int) -> None:
    """
    A 307 would repeat a dry run at an address that nobody looked at.
    """
    api_server.script(Answer(code, headers=[("Location", f"{api_server.address}{PATH}")]))

    with pytest.raises(UnsafeRequest, match="redirects elsewhere"):
        await scripted_cluster.dry_run(CHANGE)

    assert 1 == len(api_server.requests)


async def test_no_proxy_of_the_environment_is_asked(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    api_server.script(an_object(LIVE))

    assert LIVE == await scripted_cluster.read(WEB)


async def test_a_list_is_read_page_by_page(scripted_cluster: KubeCluster, api_server: ScriptedServer) -> None:
    first, second = a_node("n-1"), a_node("n-2")
    api_server.script(
        an_object({"kind": "NodeList", "metadata": {"continue": "more&", "resourceVersion": "5"}, "items": [first]}),
        an_object({"kind": "NodeList", "metadata": {"resourceVersion": "5"}, "items": [second]}),
    )

    found = await scripted_cluster.surroundings(
        Target(kind="Node", name="n-1"), live=first, wanted=frozenset({FactName.NODES})
    )

    assert ["n-1", "n-2"] == [each.name for each in found.facts.nodes or []]
    assert ["/api/v1/nodes?limit=500", "/api/v1/nodes?limit=500&continue=more%26"] == [
        each.url for each in api_server.requests
    ]


async def test_pods_on_a_node_are_asked_for_by_field_and_no_page_is_read_behind_too_many(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    pods = [a_pod(f"web-{number}") for number in range(501)]
    api_server.script(an_object({"metadata": {"continue": "more", "resourceVersion": "5"}, "items": pods}))

    found = await scripted_cluster.surroundings(
        Target(kind="Node", name="n-1"), live=a_node("n-1"), wanted=frozenset({FactName.PODS})
    )

    assert {"pods": "it has more than 500 pods"} == found.facts.unknown
    assert ["/api/v1/pods?fieldSelector=spec.nodeName%3Dn-1&limit=501"] == [each.url for each in api_server.requests]


async def test_pods_are_selected_as_the_workload_selects_them(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    selector = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["a", "b"]},
            {"key": "old", "operator": "DoesNotExist"},
            {"key": "new", "operator": "Exists"},
            {"key": "zone", "operator": "NotIn", "values": ["z"]},
        ],
    }
    live = {**LIVE, "spec": {**LIVE["spec"], "selector": selector}}
    node = Target(kind="Node", name="n-1")  # without a namespace, so that only pods are asked for
    api_server.script(an_object({"metadata": {"resourceVersion": "5"}, "items": [a_pod()]}))

    await scripted_cluster.surroundings(WEB, live=live, wanted=frozenset({FactName.PODS}))

    asked = [URL(each.url, encoded=True).query.get("labelSelector") for each in api_server.requests]
    assert "app=web,tier in (a,b),!old,new,zone notin (z)" in asked
    assert node.namespace is None


@pytest.mark.requirement("DRY-2")
async def test_warnings_come_unescaped_and_once(scripted_cluster: KubeCluster, api_server: ScriptedServer) -> None:
    headers = [("Warning", '299 - "say \\"hi\\", twice"'), ("Warning", '299 - "a", 299 - "a", 199 - "not ours"')]
    api_server.script(an_object(LIVE, headers=headers))

    answer = await scripted_cluster.dry_run(CHANGE)

    assert ('say "hi", twice', "a") == answer.warnings


def test_a_long_warning_is_cut() -> None:
    assert (1000,) == tuple(len(each) for each in warnings_of([f'299 - "{"x" * 5000}"']))


async def test_no_body_is_ever_logged(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    api_server.script(an_object({**LIVE, "data": {"password": "hunter2"}}))

    await scripted_cluster.read(WEB)
    await scripted_cluster.apply(CHANGE)

    assert "hunter2" not in caplog.text
    assert "t0ken" not in caplog.text


async def test_a_closed_cluster_says_so(api_server: ScriptedServer, tmp_path: Path) -> None:
    api_server.script(an_object(LIVE))
    async with open_cluster(kubeconfig=a_kubeconfig(tmp_path / "k", api_server.address)) as cluster:
        await cluster.read(WEB)

    check = await cluster.check()

    assert (False, "API server: check failed: the executor is shutting down.") == (check.ok, check.message)
