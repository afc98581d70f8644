"""
Steps that make or remove a whole object, and how they are put back.
"""

import asyncio
from typing import Any

import pytest

from executor.core.errors import OutcomeUnknown, TargetNotFound
from executor.core.target import Target
from tests.plans import a_plan, scale
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("ACT-2")]

SETTINGS = Target(kind="ConfigMap", namespace="shop", name="settings")


def a_config_map(**data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop"},
        "data": data,
    }


def apply(**data: str) -> dict[str, Any]:
    return {
        "id": "settings",
        "action": "apply",
        "target": {"kind": "ConfigMap", "namespace": "shop", "name": "settings"},
        "parameters": {"manifest": a_config_map(**data)},
    }


def delete(**more: Any) -> dict[str, Any]:
    target = {"kind": "ConfigMap", "namespace": "shop", "name": "settings"}
    return {"id": "settings", "action": "delete", "target": target, "parameters": {}, **more}


def failing() -> dict[str, Any]:
    """
    Return a step that cannot be done, so that what was done before it is rolled back.
    """
    return scale("nobody", needs=["settings"], assess="late")


async def is_there(world: World) -> bool:
    try:
        await world.cluster.read(SETTINGS)
    except TargetNotFound:
        return False
    return True


async def test_an_object_that_was_not_there_is_made(world: World) -> None:
    run = await world.run_of(a_plan(apply(mode="fast")))

    assert "succeeded" == run["phase"], run
    assert {"mode": "fast"} == world.cluster.now(SETTINGS)["data"]


async def test_an_object_that_was_made_is_removed_by_a_rollback(world: World) -> None:
    run = await world.run_of(a_plan(apply(mode="fast"), failing()))

    assert "rolled_back" == run["phase"], run
    assert not await is_there(world)
    assert [] == run["rollback"]["residue"]


async def test_an_object_that_was_removed_is_made_anew_by_a_rollback(world: World) -> None:
    before = world.cluster.put(a_config_map(mode="slow"))

    run = await world.run_of(a_plan(delete(), failing()))

    after = world.cluster.now(SETTINGS)
    assert "rolled_back" == run["phase"], run
    assert before["data"] == after["data"]
    assert before["metadata"]["uid"] != after["metadata"]["uid"]


async def test_what_is_gone_already_needs_no_deletion(world: World) -> None:
    run = await world.run_of(a_plan(delete()))

    assert ("succeeded", "none") == (run["phase"], run["steps"][0]["actuation"])
    assert "already as asked" in run["steps"][0]["message"]


@pytest.mark.requirement("ROLL-6")
async def test_an_object_that_somebody_changed_after_we_made_it_is_left_alone(world: World) -> None:
    def changed() -> None:
        world.cluster.edit(SETTINGS, lambda live: live["data"].update(mode="theirs"))

    world.when("StepSucceeded", "settings", changed)

    run = await world.run_of(a_plan(apply(mode="fast"), failing()))

    assert "degraded" == run["phase"]
    assert {"mode": "theirs"} == world.cluster.now(SETTINGS)["data"]
    assert ["settings"] == [each["step"] for each in run["rollback"]["residue"]]


@pytest.mark.requirement("ROLL-6")
async def test_an_object_that_somebody_made_in_place_of_the_removed_one_is_left_alone(world: World) -> None:
    world.cluster.put(a_config_map(mode="slow"))
    world.when("StepSucceeded", "settings", lambda: world.cluster.put(a_config_map(mode="theirs")))

    run = await world.run_of(a_plan(delete(), failing()))

    assert "degraded" == run["phase"]
    assert {"mode": "theirs"} == world.cluster.now(SETTINGS)["data"]


async def test_the_owners_of_what_was_removed_own_it_again(world: World) -> None:
    world.cluster.put(a_config_map(mode="slow"), manager="deploy-bot")

    run = await world.run_of(a_plan(delete(), failing()))

    assert "rolled_back" == run["phase"], run
    owners = {each["manager"] for each in world.cluster.now(SETTINGS)["metadata"]["managedFields"]}
    assert {"deploy-bot"} == owners


def a_held_config_map() -> dict[str, Any]:
    made = a_config_map(mode="slow")
    return {**made, "metadata": {**made["metadata"], "finalizers": ["example.test/hold"]}}


@pytest.mark.requirement("ROLL-4")
async def test_what_is_still_being_deleted_at_the_limit_of_its_restore_is_residue_that_says_so(world: World) -> None:
    """
    Nothing takes a deletion back, and nobody else has changed anything.
    """
    world.cluster.put(a_held_config_map())

    run = await world.run_of(a_plan(delete(timeout_seconds=5)))

    assert "degraded" == run["phase"]
    (residue,) = run["rollback"]["residue"]
    assert "it is being deleted; it waits for example.test/hold, and nothing can take that back" == residue["why"]


@pytest.mark.requirement("ROLL-4")
async def test_what_is_still_being_deleted_is_made_anew_as_soon_as_it_is_gone(world: World) -> None:
    before = world.cluster.put(a_held_config_map())

    loop = asyncio.get_running_loop()
    world.when("StepFailed", "settings", lambda: loop.call_later(2, world.cluster.delete, SETTINGS))

    run = await world.run_of(a_plan(delete(timeout_seconds=5)))

    after = world.cluster.now(SETTINGS)
    assert "rolled_back" == run["phase"], run
    assert (before["data"], ["example.test/hold"]) == (after["data"], after["metadata"]["finalizers"])


async def test_what_somebody_else_removed_meanwhile_is_as_asked(world: World) -> None:
    """
    Between the judgement of a deletion and its write, somebody else was faster.
    """
    world.cluster.put(a_config_map(mode="slow"))
    world.when("ApplyStarted", "settings", lambda: world.cluster.delete(SETTINGS))

    run = await world.run_of(a_plan(delete()))

    assert ("succeeded", 2) == (run["phase"], run["steps"][0]["attempts"]), run
    assert "already as asked" in run["steps"][0]["message"]


async def test_what_somebody_else_removed_meanwhile_is_not_made_by_an_apply_that_was_to_change_it(world: World) -> None:
    world.cluster.put(a_config_map(mode="slow"))
    world.when("ApplyStarted", "settings", lambda: world.cluster.delete(SETTINGS))

    run = await world.run_of(a_plan(apply(size="1")))

    assert "failed" == run["phase"]
    assert not await is_there(world)


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("landed", [True, False], ids=["it landed", "it did not land"])
async def test_a_creation_whose_answer_is_lost_is_made_once(world: World, *, landed: bool) -> None:
    world.cluster.fail_next("apply", OutcomeUnknown, landed=landed)

    run = await world.run_of(a_plan(apply(mode="fast")))

    assert "succeeded" == run["phase"], run
    assert 1 == len(world.cluster.applied)


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("landed", [True, False], ids=["it landed", "it did not land"])
async def test_a_deletion_whose_answer_is_lost_is_done_once(world: World, *, landed: bool) -> None:
    world.cluster.put(a_config_map(mode="slow"))
    world.cluster.fail_next("apply", OutcomeUnknown, landed=landed)

    run = await world.run_of(a_plan(delete()))

    assert "succeeded" == run["phase"], run
    assert not await is_there(world)
    assert 1 == len(world.cluster.applied)


@pytest.mark.requirement("ROLL-8")
async def test_what_a_deletion_cannot_bring_back_is_told_before_the_run(world: World) -> None:
    world.cluster.put(a_config_map(mode="slow"))

    report = await world.service.assess(a_plan(delete()), caller="ada")

    (step,) = report["steps"]
    assert step["reversible"]
    assert "uid, creation time and status do not come back" in step["warnings"][0]
