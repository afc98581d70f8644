"""
What only a real API server can show: its refusals as they come, and whom our fixtures never ask.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.change import patch_change
from executor.core.diff import Difference
from executor.core.errors import (
    ChangeInvalid,
    ClusterUnavailable,
    Forbidden,
    NotServed,
    TargetMoved,
    WebhookFailed,
)
from executor.core.facts import FactName
from executor.core.target import RESOURCES, Resource, Target, collection_path
from executor.kube import KubeCluster, open_cluster
from executor.kube.retrying import Retries
from tests.builders import a_deployment
from tests.fixtures.scripted_server import ScriptedServer, a_kubeconfig, a_status
from tests.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def web(control_plane: ControlPlane, namespace: str) -> Target:
    control_plane.api.request(
        "POST", collection_path("Deployment", namespace), a_deployment("web", namespace, replicas=0)
    )
    return Target(kind="Deployment", namespace=namespace, name="web")


async def test_an_unknown_field_is_refused_without_its_value(kube_cluster: KubeCluster, web: Target) -> None:
    """
    The server's own message holds the whole object.
    """
    live = await kube_cluster.read(web)
    change = patch_change(web, live, [Difference(("spec", "replicaz"), None, "hunter2")])

    with pytest.raises(ChangeInvalid) as caught:
        await kube_cluster.dry_run(change)

    assert (
        f"{web}: dry run refused (Invalid): the API server finds the change invalid and names no field. "
        "Correct the step's parameters."
    ) == str(caught.value)


async def test_a_missing_permission_says_what_to_grant(
    control_plane: ControlPlane, web: Target, tmp_path: Path
) -> None:
    account = f"/api/v1/namespaces/{web.namespace}/serviceaccounts"
    control_plane.api.request("POST", account, {"metadata": {"name": "weak"}})
    token = control_plane.api.request("POST", f"{account}/weak/token", {"spec": {}})["status"]["token"]

    async with open_cluster(kubeconfig=as_user(control_plane, tmp_path, {"token": token})) as cluster:
        with pytest.raises(Forbidden, match=f"Grant it get on deployments.apps in namespace {web.namespace}"):
            await cluster.read(web)
        found = await cluster.surroundings(web, live=a_deployment(), wanted=frozenset({FactName.NODES}))

    assert None is found.facts.nodes
    assert "Grant it list on nodes" in found.facts.unknown["nodes"]
    assert "Grant it get on namespaces" in found.facts.unknown["namespace"]


async def test_wrong_credentials_are_told_from_a_missing_permission(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    async with open_cluster(kubeconfig=as_user(control_plane, tmp_path, {"token": "wrong"})) as cluster:
        check = await cluster.check()

    assert not check.ok
    assert "credentials were refused" in check.message


async def test_nobody_does_not_pass_the_check(control_plane: ControlPlane, tmp_path: Path) -> None:
    async with open_cluster(kubeconfig=as_user(control_plane, tmp_path, {})) as cluster:
        assert not (await cluster.check()).ok


async def test_a_server_that_cannot_be_trusted_got_nothing(
    web: Target, kube_cluster: KubeCluster, tmp_path: Path
) -> None:
    change = patch_change(web, await kube_cluster.read(web), [Difference(("spec", "replicas"), 0, 1)])
    kubeconfig = a_kubeconfig(tmp_path / "k", kube_cluster.connection.server, token="x")

    async with open_cluster(kubeconfig=kubeconfig, retries=Retries(attempts=1)) as cluster:
        with pytest.raises(ClusterUnavailable, match="certificate is not trusted"):
            await cluster.apply(change)


async def test_a_kind_that_is_not_served_is_not_a_missing_object(
    kube_cluster: KubeCluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RESOURCES, "Rollout", Resource("example.test/v1", "rollouts", namespaced=True))

    with pytest.raises(NotServed, match="the API server does not serve Rollout"):
        await kube_cluster.read(Target(kind="Rollout", namespace=namespace, name="web"))


@pytest.fixture
def broken_webhook(control_plane: ControlPlane, web: Target) -> Iterator[str]:
    """
    A webhook on a closed port, for this test's namespace alone.
    """
    path, name = (
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        f"{web.namespace}.test.example",
    )
    hook = {
        "name": name,
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 1,
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": web.namespace}},
        "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["*"]}],
    }
    control_plane.api.request("POST", path, {"metadata": {"name": name}, "webhooks": [hook]})
    yield name
    control_plane.api.request("DELETE", f"{path}/{name}")


async def test_a_webhook_that_cannot_be_asked_is_named(
    control_plane: ControlPlane, web: Target, broken_webhook: str
) -> None:
    async with open_cluster(kubeconfig=control_plane.kubeconfig, retries=Retries(attempts=1)) as cluster:

        async def refused() -> WebhookFailed | None:
            change = patch_change(web, await cluster.read(web), [Difference(("spec", "replicas"), 0, 1)])
            try:
                await cluster.dry_run(change)
            except WebhookFailed as error:
                return error
            except TargetMoved:
                return None  # its controller wrote the status meanwhile
            return None  # the server has not seen its new webhook yet

        error = await eventually(refused)

    assert f'admission webhook "{broken_webhook}" could not be asked' in str(error)
    assert error.retryable


async def test_our_fixtures_never_ask_the_cluster_of_whoever_runs_them(
    request: pytest.FixtureRequest, api_server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A poisoned KUBECONFIG and home directory name a server that counts who comes.
    """
    api_server.script(a_status(500, "Poison"))
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    poison = a_kubeconfig(home / ".kube" / "config", api_server.address)
    monkeypatch.setenv("KUBECONFIG", str(poison))
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME") or f"{os.environ['HOME']}/.cache")
    monkeypatch.setenv("HOME", str(home))

    plane: ControlPlane = request.getfixturevalue("control_plane")
    namespace = plane.api.get(f"/api/v1/namespaces/{request.getfixturevalue('namespace')}")
    async with open_cluster(kubeconfig=plane.kubeconfig) as cluster:
        check = await cluster.check()

    assert check.ok
    assert "Active" == namespace["status"]["phase"]
    assert 0 == api_server.connections


def as_user(plane: ControlPlane, folder: Path, user: dict[str, str]) -> Path:
    """
    Write a kubeconfig for the plane with other credentials than the administrator's.
    """
    merged = plane.kubeconfig.read_text()
    found = next(line.partition(":")[2].strip() for line in merged.splitlines() if "certificate-authority:" in line)
    server = next(line.partition(":")[2].strip() for line in merged.splitlines() if "server:" in line)
    path = a_kubeconfig(folder / "user", server, **user)
    document = json.loads(path.read_text())
    document["clusters"][0]["cluster"]["certificate-authority"] = found
    path.write_text(json.dumps(document))
    return path
