"""
What becomes of a real API server's refusals where a dry run meets what is there already, or asks for what cannot be.
"""

import asyncio
import ssl
from collections.abc import Iterator

import aiohttp
import pytest

from deploy.local.apiserver import AnswerError
from deploy.local.control_plane import ControlPlane
from deploy.local.kwokctl import LOOPBACK
from executor.core import errors
from executor.core.errors import FieldOwner
from executor.core.target import Target, object_path
from executor.kube.attempt import Attempt, Doing, attempt_on
from executor.kube.errors import from_refusal
from executor.kube.refusal import read_refusal
from tests.builders import a_daemon_set, a_deployment, a_stateful_set
from tests.fixtures.asking import APPLY, JSON, MERGE, NOBODY, STRATEGIC, Asker, a_pod_to_make, refused
from tests.fixtures.webhooks import certificates
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DRY-4")]


@pytest.fixture
def web(asker: Asker) -> Target:
    return asker.make("Deployment", a_deployment("web", asker.namespace, replicas=0))


@pytest.mark.requirement("DRY-7")
def test_a_field_conflict_names_managers_and_paths_and_forces_nothing(asker: Asker, web: Target) -> None:
    edit = {"spec": {"minReadySeconds": 3}, "metadata": {"annotations": {"test.example/a": "theirs"}}}
    asker.plane.api.request("PATCH", f"{object_path(web)}?fieldManager=helm", edit, content_type=MERGE)
    scale = {"spec": {"replicas": 2}}
    asker.plane.api.request("PATCH", f"{object_path(web)}/scale?fieldManager=hpa", scale, content_type=MERGE)
    wanted = a_deployment("web", asker.namespace, replicas=1)
    wanted["spec"]["minReadySeconds"] = 4
    wanted["metadata"]["annotations"] = {"test.example/a": "ours"}

    error = asker.patch(web, wanted, APPLY)

    assert isinstance(error, errors.FieldConflict)
    assert "field_conflict" == error.code
    assert (
        FieldOwner("helm", (".metadata.annotations.test.example/a", ".spec.minReadySeconds")),
        FieldOwner("hpa (scale)", (".spec.replicas",)),
    ) == error.owners
    assert (
        f"{web}: dry run refused (Conflict): .metadata.annotations.test.example/a, .spec.minReadySeconds are owned by "
        'field manager "helm"; .spec.replicas is owned by field manager "hpa (scale)"; nothing was forced or written. '
        "Leave these fields out, or have them changed where that manager takes them from."
    ) == str(error)
    assert 3 == asker.plane.api.get(object_path(web))["spec"]["minReadySeconds"]


def test_the_conflicts_of_an_apply_and_a_removal_are_told_apart(asker: Asker, web: Target) -> None:
    """
    All of them are a 409 but the third, which is a 422.
    """
    wanted = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"paused": True}}
    stale = {**wanted, "metadata": {"name": "web", "resourceVersion": "1"}}
    other = {**wanted, "metadata": {"name": "web", "uid": NOBODY}}
    nobody = {**wanted, "metadata": {"name": "nobody", "uid": NOBODY}}

    answers = [
        asker.creation("Deployment", a_deployment("web", asker.namespace)),
        asker.patch(web, stale, APPLY),
        asker.patch(web, other, APPLY),
        asker.patch(asker.target("Deployment", "nobody"), nobody, APPLY),
        asker.removal(web, uid=NOBODY),
        asker.removal(web, resourceVersion="1"),
        asker.removal(asker.target("Deployment", "nobody"), uid=NOBODY),
    ]

    assert ["already_exists", "conflict", "gone", "not_found", "gone", "conflict", "not_found"] == [
        each and each.code for each in answers
    ]


def test_a_creation_in_a_namespace_that_is_not_there_says_so(control_plane: ControlPlane) -> None:
    error = Asker(control_plane, "nowhere").creation("Deployment", a_deployment("web", "nowhere"))

    assert isinstance(error, errors.TargetNotFound)
    assert (
        "deployment/nowhere/web: dry run refused (NotFound): namespace nowhere does not exist. "
        "Create it, or check its name."
    ) == str(error)


@pytest.mark.requirement("DRY-3")
def test_a_field_that_cannot_change_is_named_and_its_value_is_not(asker: Asker, web: Target) -> None:
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cache = asker.make("StatefulSet", a_stateful_set("cache", asker.namespace, replicas=0))
    sealed = asker.make("Secret", {"metadata": {"name": "sealed"}, "immutable": True, "stringData": {"password": "a"}})
    pod = asker.make("Pod", a_pod_to_make())
    volume = asker.make("PersistentVolumeClaim", {"metadata": {"name": "volume"}, "spec": claim})
    service = asker.make("Service", {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}})
    environment = {"containers": [{"name": "app", "env": [{"name": "PASSWORD", "value": "hunter2"}]}]}
    taken = asker.plane.api.get(object_path(service))["spec"]["clusterIP"]
    free = next(each for each in ("10.0.0.9", "10.0.0.10") if each != taken)

    answers = {
        "spec.selector": asker.patch(web, {"spec": {"selector": {"matchLabels": {"b": "hunter2"}}}}),
        "spec.serviceName": asker.patch(cache, {"spec": {"serviceName": "hunter2"}}),
        "data": asker.patch(sealed, {"stringData": {"password": "hunter2"}}),
        "spec": asker.patch(pod, {"spec": environment}, STRATEGIC),
        "spec ": asker.patch(volume, {"spec": {"accessModes": ["ReadOnlyMany"]}}),
        "spec.clusterIPs[0]": asker.patch(service, {"spec": {"clusterIP": free, "clusterIPs": [free]}}),
    }

    assert [] == [field for field, error in answers.items() if not isinstance(error, errors.ImmutableField)]
    told = {field: str(error) for field, error in answers.items()}
    assert [] == [field for field in told if f"(Invalid): {field.strip()} cannot be changed once" not in told[field]]
    assert "hunter2" not in "".join(told.values())


def test_a_kind_without_the_verb_or_the_subresource_is_told_so(asker: Asker) -> None:
    agent = asker.make("DaemonSet", a_daemon_set("agent", asker.namespace))
    scaling = attempt_on(agent, Doing.DRY_RUN, subresource="scale")
    status = Attempt(Doing.DRY_RUN, "ComponentStatus", None, "etcd-0", verb="delete", plural="componentstatuses")

    unserved = asker.ask(scaling, "PATCH", f"{object_path(agent)}/scale", {"spec": {"replicas": 1}}, MERGE)
    without = asker.ask(status, "DELETE", "/api/v1/componentstatuses/etcd-0", {})

    assert isinstance(unserved, errors.NotServed)
    assert "the API server does not serve DaemonSet with subresource scale. " in str(unserved)
    assert isinstance(without, errors.MethodNotAllowed)
    assert (
        "componentstatus/etcd-0: dry run refused (MethodNotAllowed): the API server takes no delete of "
        "componentstatuses. Use an action that this kind can take."
    ) == str(without)


@pytest.fixture
def widget(asker: Asker) -> Iterator[Target]:
    """
    A custom resource without subresources, whose size cannot change.
    """
    group = f"{asker.namespace}.example.com"
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    rule = {"rule": "self == oldSelf", "message": "size is immutable"}
    spec = {"type": "object", "properties": {"size": {"type": "integer", "x-kubernetes-validations": [rule]}}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"}
    name = f"widgets.{group}"
    definition = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
    asker.plane.api.request("POST", definitions, {"metadata": {"name": name}, "spec": definition})
    yield Target(kind="Widget", namespace=asker.namespace, name="w", api_version=f"{group}/v1")
    asker.plane.api.request("DELETE", f"{definitions}/{name}")


async def test_a_custom_resource_says_what_it_cannot_take(asker: Asker, widget: Target) -> None:
    root = f"/apis/{widget.api_version}/namespaces/{widget.namespace}/widgets"
    manifest = {"apiVersion": widget.api_version, "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1}}

    async def served() -> bool:
        try:
            await asyncio.to_thread(asker.plane.api.request, "POST", root, manifest)
        except AnswerError:
            return False
        return True

    await eventually(served)
    attempt = attempt_on(widget, Doing.DRY_RUN, plural="widgets")
    scaling = attempt_on(widget, Doing.DRY_RUN, plural="widgets", subresource="scale")
    bigger = {"spec": {"size": 2}}

    answers = [
        asker.ask(attempt, "PATCH", f"{root}/w", bigger, STRATEGIC),
        asker.ask(attempt, "PATCH", f"{root}/w", bigger, MERGE),
        asker.ask(scaling, "PATCH", f"{root}/w/scale", {"spec": {"replicas": 2}}, MERGE),
    ]

    group = str(widget.api_version).removesuffix("/v1")
    named = f"widget.{group}/{asker.namespace}/w: dry run refused "
    assert [
        (
            f"{named}(UnsupportedMediaType): the API server does not take this form of patch for Widget. "
            "Use a merge or JSON patch: custom resources know no strategic merge patch."
        ),
        (
            f"{named}(Invalid): spec.size cannot be changed once the object exists. "
            "Leave it as it is, or make the object anew."
        ),
        f"{named}(NotFound): it does not exist, or its kind has no scale subresource. Check kind, namespace and name.",
    ] == [str(each) for each in answers]
    assert ["unsupported_patch", "immutable_field", "not_found"] == [each and each.code for each in answers]


async def test_an_eviction_of_another_pod_of_that_name_is_refused(asker: Asker) -> None:
    pod = asker.make("Pod", a_pod_to_make())

    error = await refused(errors.TargetGone, lambda: asker.eviction(pod, uid=NOBODY))

    assert f"{pod}: dry run refused (Conflict): it was deleted and another object has its name now. " in str(error)


async def test_a_missing_permission_names_verb_and_resource(asker: Asker, web: Target) -> None:
    """
    Who asks as nobody in particular may do none of it.
    """
    account = f"/api/v1/namespaces/{asker.namespace}/serviceaccounts"
    asker.plane.api.request("POST", account, {"metadata": {"name": "weak"}})
    token = asker.plane.api.request("POST", f"{account}/weak/token", {"spec": {}})["status"]["token"]
    pod, node = asker.target("Pod", "app"), Target(kind="Node", name="worker-1")
    apply = attempt_on(web, Doing.DRY_RUN)
    requests = [
        (apply, "PATCH", object_path(web)),
        (apply, "PATCH", f"{object_path(web)}/scale"),
        (attempt_on(pod, Doing.DRY_RUN, verb="create"), "POST", f"{object_path(pod)}/eviction"),
        (attempt_on(node, Doing.DRY_RUN, verb="delete"), "DELETE", object_path(node)),
    ]

    found = [await refused_to(asker.plane, token, *each) for each in requests]

    assert [
        ("forbidden", "patch", "deployments.apps"),
        ("forbidden", "patch", "deployments.apps/scale"),
        ("forbidden", "create", "pods/eviction"),
        ("forbidden", "delete", "nodes"),
    ] == [(each.code, each.verb, each.resource) for each in found]
    assert str(found[1]).endswith(f"Grant it patch on deployments.apps/scale in namespace {asker.namespace}.")
    assert str(found[3]).endswith("Grant it delete on nodes.")


async def refused_to(plane: ControlPlane, token: str, attempt: Attempt, method: str, path: str) -> errors.Forbidden:
    """
    Return what becomes of a dry run that is sent with a token.
    """
    trusted = ssl.create_default_context(cafile=certificates(plane) / "ca.crt")
    trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT  # newer Pythons want fields that the plane's certificates lack
    address = f"https://{LOOPBACK}:{plane.port}{path}?dryRun=All"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": MERGE if method == "PATCH" else JSON}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, address, data=b"{}", ssl=trusted) as answer,
    ):
        error = from_refusal(attempt, read_refusal(answer.status, await answer.read(), answer.headers))
    assert isinstance(error, errors.Forbidden)
    return error
