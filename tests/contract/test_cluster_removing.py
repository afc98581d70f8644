"""
The cluster contract: objects that are deleted, and pods that are evicted.
"""

import asyncio

import pytest

from executor.core.action import Form, Wire
from executor.core.change import Change
from executor.core.errors import BudgetBlocked, BudgetsOverlap, TargetGone, TargetMoved, TargetNotFound
from executor.core.model import ABSENT
from executor.core.target import Target
from tests.contract.cluster_helpers import change_to, is_gone
from tests.fixtures.cluster_worlds import World
from tests.waiting import eventually

pytestmark = pytest.mark.requirement("ACT-2")

DELETE = Form(options={"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
EVICT = Form(Wire.EVICTION, options={"gracePeriodSeconds": 0})
WAYS = [pytest.param(DELETE, id="delete"), pytest.param(EVICT, id="evict")]


async def removal(world: World, pod: Target, form: Form) -> Change:
    return await change_to(world, pod, await world.cluster.read(pod), ABSENT, form=form)


async def removed(world: World, pod: Target, form: Form) -> None:
    """
    Remove a pod whose status may be written in between.
    """

    async def once() -> bool:
        try:
            answer = await world.cluster.apply(await removal(world, pod, form))
        except TargetMoved:
            return False
        assert ABSENT == answer.manifest
        return True

    await eventually(once)
    await eventually(lambda: is_gone(world, pod))


@pytest.mark.parametrize("form", WAYS)
async def test_a_pod_is_removed_and_the_answer_says_nothing_is_left(world: World, form: Form) -> None:
    pod = await world.pod("web-1", app="web")

    await removed(world, pod, form)


@pytest.mark.requirement("DRY-1")
@pytest.mark.parametrize("form", WAYS)
async def test_a_dry_run_of_a_removal_leaves_the_pod_alone(world: World, form: Form) -> None:
    """
    With a body the API server reads the options of a deletion from it: marked in the query alone, this would delete.
    """
    pod = await world.pod("web-1", app="web")
    before = await world.cluster.read(pod)

    async def asked() -> bool:
        try:
            answer = await world.cluster.dry_run(await removal(world, pod, form))
        except TargetMoved:
            return False
        assert ABSENT == answer.manifest
        return True

    await eventually(asked)

    live = await world.cluster.read(pod)
    assert before["metadata"]["uid"] == live["metadata"]["uid"]
    assert "deletionTimestamp" not in live["metadata"]


@pytest.mark.parametrize("form", WAYS)
@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_a_pod_that_moved_since_it_was_judged_is_not_removed(world: World, form: Form, send: str) -> None:
    pod = await world.pod("web-1", app="web")
    change = await removal(world, pod, form)
    await world.edit(pod, {"metadata": {"labels": {"by": "somebody-else"}}})

    with pytest.raises(TargetMoved):
        await getattr(world.cluster, send)(change)

    assert "deletionTimestamp" not in (await world.cluster.read(pod))["metadata"]


@pytest.mark.parametrize("form", WAYS)
async def test_a_pod_of_the_same_name_is_not_removed(world: World, form: Form) -> None:
    pod = await world.pod("web-1", app="web")
    change = await removal(world, pod, form)
    await world.delete(pod)
    await eventually(lambda: is_gone(world, pod))
    await world.pod("web-1", app="web")

    with pytest.raises(TargetGone):
        await world.cluster.apply(change)

    assert not await is_gone(world, pod)


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("form", WAYS)
async def test_the_same_removal_sent_again_finds_nothing(world: World, form: Form) -> None:
    pod = await world.pod("web-1", app="web")
    await removed(world, pod, form)
    lost = await change_to(world, pod, {"metadata": {"uid": "u", "resourceVersion": "1"}}, ABSENT, form=form)

    with pytest.raises(TargetNotFound):
        await world.cluster.apply(lost)


@pytest.mark.requirement("ACT-5")
@pytest.mark.parametrize("send", ["dry_run", "apply"])
async def test_a_budget_that_allows_no_eviction_says_its_numbers(world: World, send: str) -> None:
    pods = [await world.pod(f"web-{number}", app="web") for number in range(2)]
    await world.guard("web", pods=2, allowed=0)

    with pytest.raises(BudgetBlocked) as caught:
        await getattr(world.cluster, send)(await removal(world, pods[0], EVICT))

    assert ("web", 2, 2) == (caught.value.budget, caught.value.needed, caught.value.healthy)
    assert caught.value.retry_after_seconds
    assert not await is_gone(world, pods[0])


@pytest.mark.requirement("ACT-5")
async def test_a_dry_run_consumes_nothing_of_a_budget_and_an_eviction_does(world: World) -> None:
    pods = [await world.pod(f"web-{number}", app="web") for number in range(2)]
    await world.guard("web", pods=2, allowed=1)

    for pod in pods * 2:
        await world.cluster.dry_run(await removal(world, pod, EVICT))
    await removed(world, pods[0], EVICT)

    with pytest.raises(BudgetBlocked):
        await world.cluster.apply(await removal(world, pods[1], EVICT))


@pytest.mark.requirement("ACT-5")
async def test_two_budgets_over_one_pod_let_nobody_evict_it(world: World) -> None:
    pod = await world.pod("web-1", app="web", tier="front")
    await world.guard("web", pods=1, allowed=1)
    await world.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "front", "namespace": world.namespace},
            "spec": {"minAvailable": 0, "selector": {"matchLabels": {"tier": "front"}}},
        }
    )

    with pytest.raises(BudgetsOverlap):
        await world.cluster.dry_run(await removal(world, pod, EVICT))


async def test_evictions_are_judged_each_alone(world: World) -> None:
    pods = [await world.pod(f"web-{number}", app="web") for number in range(3)]

    async with asyncio.TaskGroup() as group:
        for pod in pods:
            group.create_task(removed(world, pod, EVICT))

    assert [True] * 3 == [await is_gone(world, pod) for pod in pods]


async def test_an_object_with_a_finalizer_is_being_deleted_and_still_there(world: World) -> None:
    held: Target = await world.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "held", "namespace": world.namespace, "finalizers": ["example.com/hold"]},
        }
    )

    answer = await world.cluster.apply(await removal(world, held, DELETE))

    assert ABSENT == answer.manifest
    assert (await world.cluster.read(held))["metadata"]["deletionTimestamp"]
    await world.edit(held, {"metadata": {"finalizers": None}})
    await eventually(lambda: is_gone(world, held))
