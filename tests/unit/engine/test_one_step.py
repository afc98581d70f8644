"""
One step's path: snapshot, preflight, dry run, dry_run gate, apply, verify, and each way it can end.
"""

from typing import Any

import pytest

from executor.core.errors import AdmissionDenied, ClusterUnavailable, OutcomeUnknown, TargetMoved, Throttled
from executor.core.policy import Stage
from tests.plans import a_plan, restart, scale, set_image
from tests.worlds import World, deployment

pytestmark = pytest.mark.looptime


def _stuck(manifest: dict[str, Any]) -> None:
    manifest["status"]["conditions"] = [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    ]
    manifest["status"]["observedGeneration"] = manifest["metadata"]["generation"]


@pytest.mark.requirement("GATE-1")
@pytest.mark.requirement("GATE-2")
@pytest.mark.requirement("DRY-1")
async def test_a_step_is_judged_three_times_then_applied_as_judged_and_verified(world: World) -> None:
    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"], run
    assert [
        "StepStarted",
        "SnapshotTaken",
        "PolicyDecided",
        "DryRunCompleted",
        "PolicyDecided",
        "ApplyStarted",
        "ChangeApplied",
        "PolicyDecided",
        "ChangeVerified",
        "StepSucceeded",
    ] == await world.names(run["id"], "web")
    assert ["RunAccepted", "RunClaimed", "RunQueued", "RunStarted"] == (await world.names(run["id"]))[:4]
    assert ["plan", "preflight", "dry_run", "verify"] == [str(request.stage) for request in world.gate.requests]
    assert world.cluster.applied == world.cluster.dry_runs
    assert 3 == world.replicas()
    assert ["/spec/replicas"] == run["steps"][0]["changed_paths"]


@pytest.mark.requirement("GATE-1")
async def test_a_preflight_denial_ends_the_run_before_anything_reaches_the_cluster(world: World) -> None:
    world.gate.denies("replica_ceiling", stage=Stage.PREFLIGHT, message="3 is above 2")

    run = await world.run_of(a_plan(scale(to=3)))

    assert "denied" == run["phase"]
    assert "denied" == run["steps"][0]["phase"]
    assert ["StepDenied", "RunFinished"] == (await world.names(run["id"]))[-2:]
    assert "replica_ceiling: 3 is above 2" in run["message"]
    assert [] == world.cluster.dry_runs
    assert [] == world.cluster.applied


@pytest.mark.requirement("GATE-2")
async def test_a_denial_of_the_preview_ends_the_run_before_the_write(world: World) -> None:
    world.gate.denies("unrequested_changes", stage=Stage.DRY_RUN)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "denied" == run["phase"]
    assert 1 == len(world.cluster.dry_runs)
    assert [] == world.cluster.applied
    assert 1 == world.replicas()


@pytest.mark.requirement("ACT-4")
async def test_a_target_that_is_already_as_asked_is_judged_but_not_written(world: World) -> None:
    run = await world.run_of(a_plan(scale(to=1)))

    assert "succeeded" == run["phase"]
    assert "none" == run["steps"][0]["actuation"]
    assert "already as asked" in run["steps"][0]["message"]
    assert ["plan", "preflight"] == [str(request.stage) for request in world.gate.requests]
    assert [] == world.cluster.applied


async def test_a_target_that_moved_between_judgement_and_write_is_judged_again(world: World) -> None:
    world.cluster.fail_next("apply", TargetMoved, times=2)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"]
    assert 3 == run["steps"][0]["attempts"]
    judged = ["plan", "preflight", "dry_run"]
    assert [*judged, *judged, *judged, "verify"] == [str(request.stage) for request in world.gate.requests]
    assert 1 == len(world.cluster.applied)


async def test_a_target_that_keeps_moving_fails_the_step_after_three_judgements(world: World) -> None:
    world.cluster.fail_next("apply", TargetMoved, times=9)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "failed" == run["phase"]
    assert "none" == run["steps"][0]["actuation"]
    assert 3 == run["steps"][0]["attempts"]


@pytest.mark.requirement("RUN-5")
async def test_what_the_server_refuses_for_good_is_not_tried_again(world: World) -> None:
    world.cluster.denies("no changes on Mondays")

    run = await world.run_of(a_plan(scale(to=3)))

    assert "failed" == run["phase"]
    assert 1 == run["steps"][0]["attempts"]
    assert "no changes on Mondays" in run["message"]


@pytest.mark.requirement("RUN-5")
@pytest.mark.parametrize("error", [Throttled, ClusterUnavailable])
async def test_what_may_pass_is_tried_again_with_patience(world: World, error: type) -> None:
    world.cluster.fail_next("apply", error, times=3)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"]
    assert 3 == world.replicas()


async def test_a_refused_write_leaves_nothing_to_restore(world: World) -> None:
    world.cluster.fail_next("apply", AdmissionDenied)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "failed" == run["phase"]
    assert "none" == run["steps"][0]["actuation"]
    assert "nothing is left changed" in run["message"]


@pytest.mark.requirement("DUR-2")
async def test_a_lost_answer_of_a_write_that_landed_is_found_by_reading_back(world: World) -> None:
    world.cluster.fail_next("apply", OutcomeUnknown, landed=True)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"]
    assert 1 == len(world.cluster.applied)
    names = await world.names(run["id"], "web")
    assert ["ApplyStarted", "OutcomeUnknown", "OutcomeResolved", "ChangeApplied"] == names[5:9]


@pytest.mark.requirement("DUR-2")
async def test_a_lost_write_that_never_landed_is_sent_again_with_the_same_bytes(world: World) -> None:
    world.cluster.fail_next("apply", OutcomeUnknown)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "succeeded" == run["phase"]
    assert 1 == len(world.cluster.applied)
    assert 3 == world.replicas()


@pytest.mark.requirement("DUR-2")
async def test_a_lost_answer_that_cannot_be_explained_ends_the_run_degraded(world: World) -> None:
    held = world.cluster.hold("apply")
    world.cluster.fail_next("apply", OutcomeUnknown)
    run_id = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    world.cluster.edit(deployment("web"), lambda live: live["spec"].update(replicas=7))
    held.release()

    run = await world.ended(run_id)

    assert "degraded" == run["phase"]
    assert "unknown" == run["steps"][0]["actuation"]
    assert "nobody knows if the write landed" in run["message"]
    assert 7 == world.replicas()


@pytest.mark.requirement("VER-1")
@pytest.mark.requirement("VER-3")
@pytest.mark.requirement("ROLL-4")
async def test_a_change_that_never_gets_healthy_is_rolled_back_and_proven_equal(world: World) -> None:
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(set_image(image="registry.test/web:bad")))
    while world.image() != "registry.test/web:bad":
        await world.clock.sleep(0.01)
    world.cluster.edit(deployment("web"), _stuck)

    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"], run
    assert "restored" == run["steps"][0]["phase"]
    assert "failed" == run["steps"][0]["verification"]
    assert "registry.test/web:1" == world.image()
    # The second write gives the fields back to their owners.
    assert [
        "RollbackStarted",
        "RestoreStarted",
        *("DryRunCompleted", "PolicyDecided", "ApplyStarted"),
        *("DryRunCompleted", "PolicyDecided", "ApplyStarted"),
        "ChangeRestored",
        "RunFinished",
    ] == (await world.names(run_id))[-10:]


@pytest.mark.requirement("PLAN-6")
async def test_a_step_that_does_not_settle_within_its_limit_times_out_and_is_restored(world: World) -> None:
    world.cluster.controllers = False

    run = await world.run_of(a_plan(scale(to=3, timeout_seconds=30)))

    assert "rolled_back" == run["phase"]
    assert "timed_out" == run["steps"][0]["verification"]
    assert "30 s was reached" in run["message"]
    assert 1 == world.replicas()


@pytest.mark.requirement("PLAN-6")
async def test_the_limit_that_was_reached_first_is_the_one_that_is_named(world: World) -> None:
    world.cluster.controllers = False

    run = await world.run_of(a_plan(scale(to=3, timeout_seconds=300), timeout_seconds=20))

    assert "the run's limit of 20 s was reached" in run["message"]


async def test_somebody_who_takes_the_change_back_while_it_is_verified_fails_the_step(world: World) -> None:
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(scale(to=3)))
    while world.replicas() != 3:
        await world.clock.sleep(0.01)
    world.cluster.edit(deployment("web"), lambda live: live["spec"].update(replicas=2))

    run = await world.ended(run_id)

    assert "degraded" == run["phase"]
    assert "somebody else changed .spec.replicas" in run["message"]
    assert [{"expected": 1, "actual": 2}] == [
        {key: each[key] for key in ("expected", "actual")} for each in run["rollback"]["residue"]
    ]
    assert 2 == world.replicas()


@pytest.mark.requirement("ROLL-8")
async def test_a_restart_that_fails_is_residue_since_it_has_no_inverse(world: World) -> None:
    world.cluster.controllers = False

    run = await world.run_of(a_plan(restart(timeout_seconds=30)))

    assert "degraded" == run["phase"]
    assert run["rollback"]["residue"][0]["why"].startswith("irreversible")


@pytest.mark.requirement("VER-2")
async def test_what_was_persisted_beside_the_preview_is_recorded(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    world.cluster.mutates(lambda manifest: manifest["metadata"].setdefault("labels", {}).update(late="yes"))
    held.release()

    await world.ended(run_id)

    applied = next(event for event in await world.events(run_id) if event.type == "ChangeApplied")
    assert [".metadata.labels.late"] == applied.data["divergence"]
