"""
What tests script on the fake cluster happens, and only that.
"""

import asyncio
from contextlib import aclosing

import pytest

from executor.core.change import Change, patch_change
from executor.core.diff import Difference
from executor.core.errors import ClusterUnavailable, OutcomeUnknown, TargetMoved
from executor.core.facts import FactName
from executor.core.target import Target
from tests.builders import a_daemon_set, a_deployment, a_namespace, a_node, a_stateful_set, target_of
from tests.fakes.cluster import FakeCluster

WEB = Target(kind="Deployment", namespace="shop", name="web")


def scaled(cluster: FakeCluster, replicas: int) -> Change:
    return patch_change(WEB, cluster.now(WEB), [Difference(("spec", "replicas"), 1, replicas)])


@pytest.mark.parametrize("landed", [True, False])
async def test_a_lost_answer_is_scripted_with_or_without_its_effect(landed: bool) -> None:  # noqa: FBT001 - a test's case
    cluster = FakeCluster(a_deployment(replicas=1))
    change = scaled(cluster, 3)
    cluster.fail_next("apply", OutcomeUnknown, landed=landed)

    with pytest.raises(OutcomeUnknown):
        await cluster.apply(change)

    assert (3 if landed else 1) == cluster.now(WEB)["spec"]["replicas"]
    assert ([change] if landed else []) == cluster.applied


async def test_a_failure_is_used_up() -> None:
    cluster = FakeCluster(a_deployment())
    cluster.fail_next("read", ClusterUnavailable("down"), times=2)

    for _ in range(2):
        with pytest.raises(ClusterUnavailable, match="down"):
            await cluster.read(WEB)

    assert "web" == (await cluster.read(WEB))["metadata"]["name"]


async def test_a_held_call_waits_until_it_is_released() -> None:
    cluster = FakeCluster(a_deployment())
    hold = cluster.hold("apply")
    applying = asyncio.create_task(cluster.apply(scaled(cluster, 3)))
    await hold.reached.wait()

    before = list(cluster.applied)
    hold.release()
    await applying

    assert ([], 1) == (before, len(cluster.applied))


async def test_what_was_refused_is_not_recorded_as_applied() -> None:
    cluster = FakeCluster(a_deployment())
    change = scaled(cluster, 3)
    cluster.edit(WEB, lambda manifest: manifest["metadata"].update(labels={"by": "others"}))

    with pytest.raises(TargetMoved):
        await cluster.apply(change)

    assert [] == cluster.applied


async def test_a_dry_run_is_recorded_apart() -> None:
    cluster = FakeCluster(a_deployment())
    change = scaled(cluster, 3)

    await cluster.dry_run(change)

    assert ([change], []) == (cluster.dry_runs, cluster.applied)


@pytest.mark.parametrize("build", [a_deployment, a_stateful_set, a_daemon_set])
async def test_workloads_are_ready_at_once_unless_controllers_are_off(build: object) -> None:
    manifest = build()  # type: ignore[operator]  # a parameter is an object
    target = target_of(manifest)

    working, idle = FakeCluster(manifest), FakeCluster(manifest, controllers=False)

    assert 1 == working.now(target)["status"]["observedGeneration"]
    assert "status" not in idle.now(target)


async def test_a_watch_that_is_closed_is_forgotten() -> None:
    cluster = FakeCluster(a_deployment())

    async with aclosing(cluster.watch(WEB)) as states:
        await anext(states)
        during = cluster.open_watches

    assert (1, 0) == (during, cluster.open_watches)


async def test_a_hidden_fact_is_unknown() -> None:
    cluster = FakeCluster(a_deployment(), a_namespace(), a_node())
    cluster.hidden.add(FactName.NODES)

    found = await cluster.surroundings(WEB, live=cluster.now(WEB), wanted=frozenset({FactName.NODES}))

    assert None is found.facts.nodes
    assert ["nodes"] == list(found.facts.unknown)


async def test_a_check_can_fail() -> None:
    cluster = FakeCluster()
    cluster.fail_next("check", ClusterUnavailable)

    assert [False, True] == [(await cluster.check()).ok, (await cluster.check()).ok]
