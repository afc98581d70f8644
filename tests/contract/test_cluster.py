"""
One suite for the `Cluster` port: the fake that all other tests use, and a real API server.

Reading · what a dry run tells and leaves alone · what binds a write to the judged version · what admission adds,
refuses and warns of · surroundings · watching.
"""

from contextlib import aclosing
from typing import Any

import pytest

from executor.core.change import Change, Preconditions, patch_change
from executor.core.diff import Difference, diff
from executor.core.errors import (
    AdmissionDenied,
    ChangeInvalid,
    TargetGone,
    TargetMoved,
    TargetNotFound,
    UnsafeRequest,
)
from executor.core.facts import BudgetFact, FactName
from executor.core.model import Manifest
from executor.core.paths import MISSING, read
from executor.core.policy import NamespaceInput
from executor.core.target import Target
from tests.builders import a_budget, a_daemon_set, a_deployment, a_node, a_stateful_set
from tests.contract.cluster_worlds import DENIAL, MUTATED, WARNING, FakeWorld, RealWorld, World
from tests.waiting import eventually, within

REPLICAS = ("spec", "replicas")
NOTE = ("metadata", "annotations", "example.test/note")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.integration)])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        return FakeWorld()
    request.getfixturevalue("admission")
    return RealWorld(request.getfixturevalue("control_plane"), request.getfixturevalue("kube_cluster"))


@pytest.fixture
async def web(world: World) -> Target:
    return await world.create(a_deployment("web", world.namespace, replicas=2))


def set_to(live: Manifest, path: tuple[str, ...], value: Any) -> Difference:
    return Difference(path, read(live, path), value)


def scaled(target: Target, live: Manifest, replicas: int) -> Change:
    return patch_change(target, live, [set_to(live, REPLICAS, replicas)])


async def calm(world: World, target: Target) -> Manifest:
    """
    Return the object when its controllers have done with it, so that its version does not move by itself.
    """

    async def settled() -> Manifest | None:
        live = await world.cluster.read(target)
        status, replicas = live.get("status", {}), live["spec"].get("replicas", 0)
        done = status.get("observedGeneration") == live["metadata"]["generation"]
        healthy = any(each["type"] == "Available" and each["status"] == "True" for each in status.get("conditions", []))
        return live if done and healthy and status.get("readyReplicas", 0) == replicas else None

    return await eventually(settled)


async def test_a_read_returns_the_live_object(world: World, web: Target) -> None:
    live = await world.cluster.read(web)

    assert ("apps/v1", "Deployment", "web", 2) == (
        live["apiVersion"],
        live["kind"],
        live["metadata"]["name"],
        live["spec"]["replicas"],
    )
    assert live["metadata"]["uid"]
    assert live["metadata"]["resourceVersion"]


async def test_a_missing_object_is_told_by_name(world: World) -> None:
    target = Target(kind="Deployment", namespace=world.namespace, name="nobody")

    with pytest.raises(TargetNotFound) as caught:
        await world.cluster.read(target)

    assert f"deployment/{world.namespace}/nobody: read refused (NotFound): it does not exist" in str(caught.value)


@pytest.mark.requirement("DRY-1")
async def test_a_dry_run_tells_what_would_be_and_changes_nothing(world: World, web: Target) -> None:
    live = await calm(world, web)

    answer = await world.cluster.dry_run(scaled(web, live, 3))

    assert 3 == answer.manifest["spec"]["replicas"]
    assert live == await world.cluster.read(web)


@pytest.mark.requirement("DUR-2")
async def test_an_applied_change_is_what_the_dry_run_foretold(world: World, web: Target) -> None:
    live = await calm(world, web)
    change = scaled(web, live, 3)

    foretold = await world.cluster.dry_run(change)
    applied = await world.cluster.apply(change)

    assert () == diff(foretold.manifest, applied.manifest)
    assert live["metadata"]["generation"] + 1 == applied.manifest["metadata"]["generation"]
    assert live["metadata"]["resourceVersion"] != applied.manifest["metadata"]["resourceVersion"]
    assert 3 == (await world.cluster.read(web))["spec"]["replicas"]


@pytest.mark.requirement("DUR-2")
async def test_the_same_bytes_sent_twice_land_once(world: World, web: Target) -> None:
    live = await calm(world, web)
    change = scaled(web, live, 3)
    applied = await world.cluster.apply(change)

    with pytest.raises(TargetMoved):
        await world.cluster.apply(change)

    assert applied.manifest["metadata"]["generation"] == (await world.cluster.read(web))["metadata"]["generation"]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_an_object_that_moved_since_it_was_judged_is_a_conflict(world: World, web: Target, send: str) -> None:
    live = await calm(world, web)
    await world.edit(web, {"metadata": {"labels": {"by": "somebody-else"}}})

    with pytest.raises(TargetMoved) as caught:
        await getattr(world.cluster, send)(scaled(web, live, 3))

    doing = send.replace("_", " ")
    assert f"{web}: {doing} refused (Conflict): it changed since it was judged" in str(caught.value)
    assert 409 == caught.value.http_status
    assert 2 == (await world.cluster.read(web))["spec"]["replicas"]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_an_object_of_the_same_name_is_not_the_target(world: World, web: Target, send: str) -> None:
    live = await world.cluster.read(web)
    await world.delete(web)
    await eventually(lambda: is_gone(world, web))
    await world.create(a_deployment("web", world.namespace, replicas=1))

    with pytest.raises(TargetGone):
        await getattr(world.cluster, send)(scaled(web, live, 3))

    assert 1 == (await world.cluster.read(web))["spec"]["replicas"]


async def is_gone(world: World, target: Target) -> bool:
    try:
        await world.cluster.read(target)
    except TargetNotFound:
        return True
    return False


async def test_another_uid_alone_is_refused_too(world: World, web: Target) -> None:
    """
    The API server compares versions first, so this needs a version that is right by chance.
    """
    live = await calm(world, web)
    other = {**live, "metadata": {**live["metadata"], "uid": "11111111-1111-4111-8111-111111111111"}}

    with pytest.raises(TargetGone):
        await world.cluster.apply(scaled(web, other, 3))

    assert live == await world.cluster.read(web)


async def test_a_deleted_object_cannot_be_changed(world: World, web: Target) -> None:
    live = await world.cluster.read(web)
    await world.delete(web)
    await eventually(lambda: is_gone(world, web))

    with pytest.raises(TargetNotFound):
        await world.cluster.apply(scaled(web, live, 3))


@pytest.mark.requirement("ACT-4")
async def test_a_change_to_what_already_is_leaves_the_version(world: World, web: Target) -> None:
    live = await calm(world, web)

    answer = await world.cluster.apply(scaled(web, live, 2))

    assert live["metadata"]["resourceVersion"] == answer.manifest["metadata"]["resourceVersion"]


async def test_an_invalid_value_names_its_field(world: World, web: Target) -> None:
    live = await calm(world, web)

    with pytest.raises(ChangeInvalid) as caught:
        await world.cluster.dry_run(scaled(web, live, -1))

    assert f"{web}: dry run refused (Invalid): invalid at spec.replicas. " in str(caught.value)


async def test_a_patch_that_does_not_fit_the_object_is_invalid(world: World, web: Target) -> None:
    live = await calm(world, web)
    change = scaled(web, live, 3)
    misfit = change.model_copy(update={"body": [*change.body, {"op": "remove", "path": "/spec/nothing"}]})

    with pytest.raises(ChangeInvalid):
        await world.cluster.dry_run(misfit)


@pytest.mark.requirement("ROLL-7")
async def test_what_was_added_can_be_taken_away_without_a_trace(world: World, web: Target) -> None:
    before = await calm(world, web)
    added = (await world.cluster.apply(patch_change(web, before, [set_to(before, NOTE, "hello")]))).manifest
    live = await calm(world, web)

    removed = await world.cluster.apply(patch_change(web, live, [set_to(live, NOTE, MISSING)]))

    assert "hello" == read(added, NOTE)
    assert () == diff(before, removed.manifest)


async def test_an_uncordoned_node_has_no_trace_of_it(world: World) -> None:
    node = await world.create(a_node(f"{world.namespace}-node"))
    before = await world.cluster.read(node)
    flag = ("spec", "unschedulable")
    await world.cluster.apply(patch_change(node, before, [set_to(before, flag, value=True)]))
    cordoned = await eventually(lambda: tainted(world, node))

    answer = await retried(world, node, lambda live: [set_to(live, flag, value=False)])

    assert True is read(cordoned, flag)
    assert MISSING is read(answer, flag)


async def tainted(world: World, node: Target) -> Manifest | None:
    live = await world.cluster.read(node)
    keys = [taint["key"] for taint in live["spec"].get("taints", [])]
    return live if "node.kubernetes.io/unschedulable" in keys else None


async def retried(world: World, target: Target, differences: Any) -> Manifest:
    """
    Change an object that its controllers keep touching.
    """

    async def once() -> Manifest | None:
        live = await world.cluster.read(target)
        try:
            return (await world.cluster.apply(patch_change(target, live, differences(live)))).manifest
        except TargetMoved:
            return None

    return await eventually(once)


@pytest.mark.requirement("DRY-2")
async def test_a_dry_run_shows_what_admission_adds(world: World) -> None:
    await world.admit("mutate")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    live = await calm(world, web)
    change = scaled(web, live, 3)

    foretold = await world.cluster.dry_run(change)

    assert MUTATED[1] == foretold.manifest["metadata"]["annotations"][MUTATED[0]]
    assert live == await world.cluster.read(web)
    assert MUTATED[1] == (await world.cluster.apply(change)).manifest["metadata"]["annotations"][MUTATED[0]]


@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_a_policy_of_the_server_that_denies_is_quoted(world: World, send: str) -> None:
    await world.admit("deny")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    live = await calm(world, web)

    with pytest.raises(AdmissionDenied) as caught:
        await getattr(world.cluster, send)(scaled(web, live, 3))

    assert f"denied request: {DENIAL}. " in str(caught.value)
    assert live == await world.cluster.read(web)


async def test_a_warning_of_the_server_comes_with_the_answer(world: World) -> None:
    await world.admit("warn")
    web = await world.create(a_deployment("web", world.namespace, replicas=2))
    change = scaled(web, await calm(world, web), 3)

    async def warned() -> tuple[str, ...] | None:
        return (await world.cluster.dry_run(change)).warnings or None

    foretold = await eventually(warned)

    assert [True] == [WARNING in each for each in foretold]
    assert foretold == (await world.cluster.apply(change)).warnings


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("name", ["web#", "..", ".", "web?force=true", "../../secrets/x", "%2e%2e", "web/scale", ""])
async def test_a_name_that_is_none_never_leaves(world: World, web: Target, name: str) -> None:
    live = await calm(world, web)
    unsafe = Target.model_construct(kind="Deployment", namespace=world.namespace, name=name)
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/{name}"
    good = scaled(web, live, 3)
    mislead = Change.model_construct(
        target=web, verb="PATCH", path=path, content_type=good.content_type, body=good.body, preconditions=bound(live)
    )
    lying = mislead.model_copy(update={"target": unsafe})

    for attempt in (
        world.cluster.read(unsafe),
        world.cluster.dry_run(mislead),
        world.cluster.apply(mislead),
        world.cluster.dry_run(lying),
        world.cluster.apply(lying),
    ):
        with pytest.raises(UnsafeRequest):
            await attempt

    assert live == await world.cluster.read(web)


def bound(live: Manifest) -> Preconditions:
    return Preconditions(uid=live["metadata"]["uid"], resource_version=live["metadata"]["resourceVersion"])


@pytest.mark.requirement("GATE-7")
@pytest.mark.requirement("GATE-12")
async def test_surroundings_hold_namespace_pods_budgets_and_nodes(world: World, web: Target) -> None:
    await world.running(web, 2)
    await world.create(a_budget("for-web", world.namespace, app="web"))
    await world.create(a_budget("for-others", world.namespace, app="api"))
    await world.edit(
        Target(kind="Namespace", name=world.namespace),
        {"metadata": {"labels": {"tier": "gold"}, "annotations": {"owner": "shop-team"}}},
    )
    node = await world.create(a_node(f"{world.namespace}-node"))

    found = await world.cluster.surroundings(web, live=await world.cluster.read(web), wanted=frozenset(FactName))

    assert isinstance(found.namespace, NamespaceInput)
    assert "gold" == found.namespace.labels["tier"]
    assert "shop-team" == found.namespace.annotations["owner"]
    assert [("Running", True)] * 2 == [(pod.phase, pod.ready) for pod in found.facts.pods or []]
    assert [BudgetFact] == [type(each) for each in found.facts.budgets or []]
    assert ["for-web"] == [each.name for each in found.facts.budgets or []]
    assert node.name in [each.name for each in found.facts.nodes or []]
    assert {} == found.facts.unknown


async def test_only_wanted_facts_are_gathered(world: World, web: Target) -> None:
    live = await world.cluster.read(web)

    found = await world.cluster.surroundings(web, live=live, wanted=frozenset({FactName.BUDGETS}))

    assert (None, [], None, {}) == (found.facts.pods, found.facts.budgets, found.facts.nodes, found.facts.unknown)


async def test_a_fact_that_cannot_be_known_says_why(world: World) -> None:
    node = await world.create(a_node(f"{world.namespace}-node"))

    found = await world.cluster.surroundings(
        node, live=await world.cluster.read(node), wanted=frozenset({FactName.PODS, FactName.BUDGETS})
    )

    assert None is found.namespace
    assert (None, None) == (found.facts.pods, found.facts.budgets)
    assert {
        "pods": "the target selects no pods",
        "budgets": "the target has no pod template",
    } == found.facts.unknown


async def test_a_watch_begins_with_what_is_and_tells_every_end(world: World) -> None:
    web = Target(kind="Deployment", namespace=world.namespace, name="web")
    async with aclosing(watched(world, web)) as states:
        assert None is await within(anext(states))
        await world.create(a_deployment("web", world.namespace, replicas=1))
        first = await within(anext(states))
        await world.edit(web, {"metadata": {"labels": {"seen": "yes"}}})
        await within(until(states, lambda state: state and state["metadata"].get("labels", {}).get("seen") == "yes"))
        await world.delete(web)
        await within(until(states, lambda state: state is None))
        await world.create(a_deployment("web", world.namespace, replicas=1))
        second = await within(until(states, lambda state: state is not None))

    assert first is not None
    assert second is not None
    assert first["metadata"]["uid"] != second["metadata"]["uid"]


@pytest.mark.requirement("VER-1")
@pytest.mark.parametrize("build", [a_deployment, a_stateful_set, a_daemon_set])
async def test_a_watch_sees_a_workload_become_ready(world: World, build: Any) -> None:
    target = await world.create(build("app", world.namespace))

    async with aclosing(watched(world, target)) as states:
        ready = await within(until(states, is_ready))

    assert ready is not None
    assert ready["metadata"]["generation"] == ready["status"]["observedGeneration"]


def is_ready(state: Manifest | None) -> bool:
    status = (state or {}).get("status", {})
    return bool(status.get("readyReplicas") or status.get("numberReady"))


@pytest.mark.parametrize(("namespace", "name"), [("../../x", "web"), ("shop", ".."), ("shop", "web,metadata.name=x")])
async def test_a_watch_of_an_unsafe_name_is_refused(world: World, namespace: str, name: str) -> None:
    unsafe = Target.model_construct(kind="Deployment", namespace=namespace, name=name)

    async with aclosing(watched(world, unsafe)) as states:
        with pytest.raises(UnsafeRequest):
            await within(anext(states))


def watched(world: World, target: Target) -> Any:
    return world.cluster.watch(target)


async def until(states: Any, holds: Any) -> Manifest | None:
    async for state in states:
        if holds(state):
            found: Manifest | None = state
            return found
    raise AssertionError("the watch ended")


async def test_a_cluster_that_answers_passes_its_check(world: World) -> None:
    check = await world.cluster.check()

    assert ("cluster", True) == (check.name, check.ok)
