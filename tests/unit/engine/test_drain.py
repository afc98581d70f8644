"""
A drain's path: the cordon as any change, then its evictions, a few at a time, each on record; and each way it can end.
"""

from typing import Any

import pytest

from executor.core.errors import AdmissionDenied, ClusterError, ClusterUnavailable, OutcomeUnknown
from executor.core.policy import Stage
from tests.plans import a_plan, scale
from tests.unit.engine.nodes import (
    NODE,
    allow,
    drain,
    evicted,
    fill,
    leave,
    on_node,
    pod,
    put_budget,
    put_pod,
)
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("ACT-5")]


async def step_of(world: World, run: str) -> dict[str, Any]:
    return await world.service.step(run, "node")


def is_cordoned(world: World) -> bool:
    return bool(world.cluster.now(NODE)["spec"].get("unschedulable"))


async def eventually_evicted(world: World, count: int) -> None:
    while len(evicted(world)) < count:
        await world.clock.sleep(0.01)


def the_first_eviction_fails(world: World, error: type[ClusterError], *, landed: bool = False, times: int = 1) -> None:
    """
    Let what is written behind the cordon fail.
    """

    def fail() -> None:
        if not evicted(world):
            world.cluster.fail_next("apply", error, landed=landed, times=times)

    world.when("ChangeApplied", "node", fail)


async def test_a_node_is_cordoned_and_every_pod_evicted_and_put_on_record(world: World) -> None:
    fill(world, 3)

    run = await world.run_of(a_plan(drain()))

    assert "succeeded" == run["phase"], run
    assert is_cordoned(world)
    assert ["web-0", "web-1", "web-2"] == sorted(evicted(world))
    assert [] == await on_node(world)
    parts = (await step_of(world, run["id"]))["parts"]
    assert {f"pod/shop/web-{number}": "applied" for number in range(3)} == {
        part: told["actuation"] for part, told in parts.items()
    }
    assert "3 pods evicted, which are not brought back" in run["steps"][0]["message"]
    assert ["/spec/unschedulable"] == run["steps"][0]["changed_paths"]


@pytest.mark.requirement("DRY-1")
async def test_every_eviction_is_dry_run_and_judged_before_anything_is_written(world: World) -> None:
    fill(world, 2)
    put_budget(world, app="db")
    put_pod(world, "db-0", fill(world, 0, app="db"), app="db")
    world.gate.denies("not_now", stage=Stage.DRY_RUN)

    run = await world.run_of(a_plan(drain()))

    assert "denied" == run["phase"]
    assert [] == world.cluster.applied
    assert [None, [("db-0", "blocked"), ("web-0", "evictable"), ("web-1", "evictable")]] == [
        request.facts.evictions and sorted((each.pod, each.outcome) for each in request.facts.evictions)
        for request in world.gate.requests
        if request.step is not None
    ]
    dry_run = next(event for event in await world.events(run["id"]) if event.type == "DryRunCompleted")
    why = {each["pod"]: each["why"] for each in dry_run.data["evictions"]}
    assert "disruption budget db needs 1 healthy pods and has 1" == why["db-0"]


async def test_pods_of_daemon_sets_and_static_pods_stay(world: World) -> None:
    fill(world, 1)
    owner = fill(world, 0, app="agent")
    put_pod(world, "agent-0", {**owner, "kind": "DaemonSet"}, app="agent")
    static = put_pod(world, "etcd", None)
    world.cluster.edit(
        pod("etcd"), lambda live: live["metadata"].update(annotations={"kubernetes.io/config.mirror": "1"})
    )

    run = await world.run_of(a_plan(drain()))

    assert "succeeded" == run["phase"], run
    assert ["web-0"] == evicted(world)
    assert {"agent-0", static["metadata"]["name"]} == set(await on_node(world))
    assert "2 pods of DaemonSets or the kubelet stay" in run["steps"][0]["message"]


@pytest.mark.parametrize(
    ("spec", "owner", "asked"),
    [
        ({}, None, {"force_unmanaged": True}),
        ({"volumes": [{"name": "scratch", "emptyDir": {}}]}, "its own", {"delete_empty_dir": True}),
    ],
    ids=["unmanaged", "empty_dir"],
)
async def test_pods_that_nobody_allowed_refuse_the_step_before_its_first_write(
    world: World, spec: dict[str, Any], owner: str | None, asked: dict[str, Any]
) -> None:
    replica_set = fill(world, 1)
    put_pod(world, "odd", replica_set if owner else None, **spec)

    refused = await world.run_of(a_plan(drain()))

    assert "failed" == refused["phase"]
    assert "pod/shop/odd" in refused["message"]
    assert [] == world.cluster.applied
    assert not is_cordoned(world)

    allowed = await world.run_of(a_plan(drain(**asked)))

    assert "succeeded" == allowed["phase"], allowed
    assert {"web-0", "odd"} == set(evicted(world))


async def test_no_more_pods_are_in_flight_than_allowed(world: World) -> None:
    """
    A pod is in flight until it is gone; these wait for a finalizer.
    """
    fill(world, 5, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain(max_in_flight=2)))
    await eventually_evicted(world, 2)
    await world.clock.sleep(60)
    assert 2 == len(evicted(world))

    for number in range(5):
        await eventually_evicted(world, min(number + 2, 5))
        leave(world, evicted(world)[number])
        await world.clock.sleep(1)
        assert min(number + 3, 5) >= len(evicted(world))

    assert "succeeded" == (await world.ended(run_id))["phase"]


async def test_a_budget_that_blocks_is_waited_for_and_the_other_pods_go_on(world: World) -> None:
    fill(world, 3)
    put_budget(world, app="db")
    fill(world, 2, app="db")
    run_id = await world.submitted(a_plan(drain(max_in_flight=1)))
    await eventually_evicted(world, 3)
    await world.clock.sleep(30)
    assert ["web-0", "web-1", "web-2"] == sorted(evicted(world))
    told = (await step_of(world, run_id))["parts"]["pod/shop/db-0"]
    assert "disruption budget db needs 1 healthy pods and has 1; waiting" == told["message"]

    allow(world, 1, app="db")
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert {"db-0", "db-1"} == set(evicted(world)[3:])


async def test_while_a_budget_blocks_only_one_of_its_pods_is_tried(world: World) -> None:
    put_budget(world, app="db")
    fill(world, 4, app="db")
    run_id = await world.submitted(a_plan(drain(max_in_flight=4, deadline_seconds=120)))

    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"], run
    announced = [
        event.data["part"] for event in await world.events(run_id) if "change" in event.data and "part" in event.data
    ]
    assert {"pod/shop/db-0", "pod/shop/db-1", "pod/shop/db-2", "pod/shop/db-3"} == set(announced[:4])
    assert len(announced) < 4 + 120 / 4


async def test_a_deadline_ends_it_cleanly_and_says_what_went_what_is_left_and_why(world: World) -> None:
    fill(world, 2)
    put_budget(world, app="db")
    fill(world, 1, app="db")

    run = await world.run_of(a_plan(drain(deadline_seconds=60)))

    assert "rolled_back" == run["phase"], run
    assert "its deadline of 60 s was reached" in run["message"]
    assert "2 of 3 pods evicted, which are not brought back" in run["message"]
    assert "left: pod/shop/db-0: disruption budget db needs 1 healthy pods and has 1" in run["message"]
    assert "timed_out" == run["steps"][0]["verification"]
    assert not is_cordoned(world)
    assert ["db-0"] == await on_node(world)


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_stops_it_in_the_middle_and_opens_the_node_again(world: World) -> None:
    fill(world, 4, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain(max_in_flight=2)))
    await eventually_evicted(world, 2)

    await world.service.cancel(run_id, reason="enough", caller="ada")
    run = await world.ended(run_id)

    assert "cancelled" == run["phase"], run
    assert 2 == len(evicted(world))
    step = run["steps"][0]
    assert ("restored", "interrupted") == (step["phase"], step["verification"])
    told = [event.data["message"] for event in await world.events(run_id) if event.type == "StepFailed"]
    assert "2 of 4 pods evicted, which are not brought back" in told[0]
    assert "pod/shop/web-3: waiting for its turn" in told[0]
    assert not is_cordoned(world)


async def test_a_node_that_was_cordoned_before_is_drained_and_stays_cordoned(world: World) -> None:
    world.cluster.edit(NODE, lambda live: live["spec"].update(unschedulable=True))
    fill(world, 2)
    put_budget(world, app="db")
    fill(world, 1, app="db")

    run = await world.run_of(a_plan(drain(deadline_seconds=60)))

    assert "rolled_back" == run["phase"], run
    assert is_cordoned(world)
    assert "applied" == run["steps"][0]["actuation"]
    assert {"web-0", "web-1"} == set(evicted(world))
    assert 2 == len(world.cluster.applied)
    assert ["plan", "preflight", "dry_run"] == [str(request.stage) for request in world.gate.requests]


@pytest.mark.requirement("ACT-4")
async def test_a_node_that_is_cordoned_and_empty_is_already_as_asked(world: World) -> None:
    world.cluster.edit(NODE, lambda live: live["spec"].update(unschedulable=True))

    run = await world.run_of(a_plan(drain()))

    assert "succeeded" == run["phase"], run
    assert "none" == run["steps"][0]["actuation"]
    assert [] == world.cluster.applied
    ended = next(event for event in await world.events(run["id"]) if event.type == "StepSucceeded")
    assert ended.data["unchanged"] is True


async def test_a_drain_that_is_followed_by_a_failure_is_undone_as_far_as_the_node_goes(world: World) -> None:
    fill(world, 1)

    run = await world.run_of(a_plan(drain(), scale("nobody", needs=["node"], assess="late")))

    assert "rolled_back" == run["phase"], run
    assert not is_cordoned(world)
    assert [] == await on_node(world)


async def test_a_pod_that_came_after_the_judgement_is_judged_before_it_is_evicted(world: World) -> None:
    owner = fill(world, 1, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain()))
    await eventually_evicted(world, 1)

    put_pod(world, "late", owner)
    await eventually_evicted(world, 2)
    leave(world, "web-0")
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    last = [request for request in world.gate.requests if request.stage is Stage.DRY_RUN][-1]
    assert ("dry_run", 2, ["late"]) == (
        str(last.stage),
        last.step and last.step.attempt,
        [each.pod for each in last.facts.evictions or ()],
    )
    assert ["plan", "preflight", "dry_run", "dry_run", "verify"] == [str(each.stage) for each in world.gate.requests]
    assert 4 == len(run["steps"][0]["decisions"])
    assert ["/spec/unschedulable"] == run["steps"][0]["changed_paths"]


async def test_a_pod_that_came_and_is_denied_ends_the_drain(world: World) -> None:
    owner = fill(world, 1, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain()))
    await eventually_evicted(world, 1)

    world.gate.denies("not_this_one", stage=Stage.DRY_RUN)
    put_pod(world, "late", owner)
    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"], run
    assert "not_this_one" in run["message"]
    assert ["web-0"] == evicted(world)


async def test_a_pod_that_came_and_must_not_be_evicted_ends_the_drain(world: World) -> None:
    fill(world, 1, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain()))
    await eventually_evicted(world, 1)

    put_pod(world, "lonely", None)
    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"], run
    assert "pods came that must not be evicted: pod/shop/lonely" in run["message"]


async def test_somebody_who_opens_the_node_meanwhile_ends_the_drain(world: World) -> None:
    fill(world, 3, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain(max_in_flight=1)))
    await eventually_evicted(world, 1)

    world.cluster.edit(NODE, lambda live: live["spec"].pop("unschedulable"))
    run = await world.ended(run_id)

    assert "somebody else opened it" in run["message"]
    assert 1 == len(evicted(world))


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("fate", ["landed", "got lost"])
async def test_a_lost_answer_of_an_eviction_is_resolved_by_reading_back(world: World, fate: str) -> None:
    fill(world, 2)
    the_first_eviction_fails(world, OutcomeUnknown, landed=fate == "landed")

    run = await world.run_of(a_plan(drain(max_in_flight=1)))

    assert "succeeded" == run["phase"], run
    assert 2 == len(evicted(world))
    events = [event for event in await world.events(run["id"]) if event.data.get("part") == "pod/shop/web-0"]
    assert ["ApplyStarted", "OutcomeUnknown", "OutcomeResolved", "ChangeApplied"] == [str(each.type) for each in events]


async def test_an_eviction_that_is_refused_for_good_ends_the_drain_and_names_it(world: World) -> None:
    fill(world, 3)
    the_first_eviction_fails(world, AdmissionDenied)

    run = await world.run_of(a_plan(drain(max_in_flight=1)))

    assert "rolled_back" == run["phase"], run
    assert "pod/shop/web-0: apply failed: as the test wants it" in run["message"]
    assert "0 of 3 pods evicted; left:" in run["message"]
    assert [] == evicted(world)


async def test_what_may_pass_is_tried_again(world: World) -> None:
    fill(world, 2)
    the_first_eviction_fails(world, ClusterUnavailable, times=3)

    run = await world.run_of(a_plan(drain()))

    assert "succeeded" == run["phase"], run
    assert 2 == len(evicted(world))


@pytest.mark.requirement("DUR-1")
async def test_after_a_restart_the_drain_goes_on_and_evicts_no_pod_twice(world: World) -> None:
    fill(world, 4, finalizers=("example.com/wait",))
    run_id = await world.submitted(a_plan(drain(max_in_flight=2)))
    await eventually_evicted(world, 2)
    await world.service.shut_down()

    await world.restart()
    for number in range(4):
        await eventually_evicted(world, min(number + 2, 4))
        leave(world, evicted(world)[number])
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert sorted(set(evicted(world))) == sorted(evicted(world))
    assert ["plan", "preflight", "dry_run", "verify"] == [str(request.stage) for request in world.gate.requests]


async def test_an_assessment_tells_what_would_be_evicted_what_blocks_and_what_does_not_come_back(world: World) -> None:
    fill(world, 2)
    put_budget(world, app="db")
    fill(world, 1, app="db")

    report = await world.service.assess(a_plan(drain()), caller="ada")

    (line,) = report["steps"]
    assert "allow" == line["effect"], line
    assert "1 pod blocked, 2 pods evictable" in line["message"]
    assert any("not brought back" in warning for warning in line["warnings"])
    assert "pod/shop/db-0: disruption budget db needs 1 healthy pods and has 1" in line["warnings"]
    assert [] == world.cluster.applied
