"""
Runs that need approval: they wait without having written anything, expire, are rejected, and survive every restart.

Where nobody can be waited for, a rule that wants an approval denies.
"""

from typing import Any

import pytest

from executor.core.errors import ApprovalsNotTaken, DigestMismatch, RunNotFound, WrongPhase
from executor.core.events import Draft, EventType, chained
from executor.core.fold import after, folded
from executor.core.policy import Stage
from executor.core.times import plus, seconds_between
from executor.engine.ports import Batch
from executor.engine.recorder import summary_of
from tests.plans import a_plan, a_step, scale
from tests.unit.engine.nodes import drain
from tests.worlds import World, deployment

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("GATE-5")]

ONE, TWO = a_plan(scale("web", to=3)), a_plan(scale("web", to=3), scale("api", to=3, needs=["web"]))
SHORT = {**TWO, "timeout_seconds": 60}
PLANS = pytest.mark.parametrize("plan", [ONE, TWO], ids=["one step", "two steps"])


async def awaiting(world: World, plan: dict[str, Any], *, stage: Stage | None = None) -> str:
    """
    Submit a plan that needs approval and return its run's id once it waits.
    """
    world.gate.requires_approval("production", stage=stage or Stage.PREFLIGHT)
    run_id = await world.submitted(plan)
    await world_waits(world, run_id)
    return run_id


async def world_waits(world: World, run_id: str) -> dict[str, Any]:
    while (run := await world.service.run(run_id))["phase"] != "awaiting_approval":
        assert not run["finished_at"], run
        await world.clock.sleep(0.01)
    return run


@PLANS
@pytest.mark.parametrize("stage", [Stage.PLAN, Stage.PREFLIGHT, Stage.DRY_RUN])
async def test_a_plan_that_needs_approval_waits_and_nothing_is_written(
    world: World, plan: dict[str, Any], stage: Stage
) -> None:
    run_id = await awaiting(world, plan, stage=stage)

    run = await world.service.run(run_id)
    assert [] == world.cluster.applied
    assert "production: two of the owners (approval by 1 person)" in run["message"]
    assert f"until {run['approval']['expires_at']}" in run["message"]
    assert f"remediate reject {run_id}" in run["message"]
    assert 900 == pytest.approx(seconds_between(run["created_at"], run["approval"]["expires_at"]), abs=1)
    wanted = run["approval"]["approvals"]
    assert (run["digest"], None) == (run["approval"]["digest"], run["approval"]["answer"])
    assert {"production"} == {each["code"] for each in wanted}
    of_steps = [None] if stage is Stage.PLAN else [step["id"] for step in run["steps"]]
    assert of_steps == [each["step"] for each in wanted]


async def test_who_approves_sees_the_preview_and_is_asked_once(world: World) -> None:
    world.gate.requires_approval("production")
    run_id = await world.submitted(ONE)
    run = await world_waits(world, run_id)

    assert ["plan", "preflight", "dry_run"] == [str(request.stage) for request in world.gate.requests]
    assert [None, "web", "web"] == [each["step"] for each in run["approval"]["approvals"]]
    assert ["/spec/replicas"] == run["steps"][0]["changed_paths"]
    assert ("awaiting_approval", None) == (run["steps"][0]["phase"], run["steps"][0]["stage"])


async def test_a_denial_counts_before_an_approval(world: World) -> None:
    world.gate.requires_approval("production", stage=Stage.PREFLIGHT)
    world.gate.denies("frozen", stage=Stage.DRY_RUN)

    one, two = await world.run_of(ONE), await world.run_of(TWO)

    assert ["denied", "denied"] == [one["phase"], two["phase"]]
    assert all("frozen: not here" in run["message"] and run["approval"] is None for run in (one, two))


async def test_a_plan_of_several_steps_that_waits_holds_no_claim_and_no_place(world: World) -> None:
    await awaiting(world, TWO)
    world.gate.allows_again()

    other = await world.run_of(ONE)

    assert "succeeded" == other["phase"]


async def test_the_only_step_of_a_plan_keeps_its_claims_while_it_waits(world: World) -> None:
    run_id = await awaiting(world, ONE)
    world.gate.allows_again()
    other = await world.submitted(ONE)
    await world.clock.sleep(5)

    held = await world.service.run(other)
    await world.service.cancel(run_id, reason="enough", caller="ada")

    assert ("queued", True) == (held["phase"], run_id in held["message"])
    assert "succeeded" == (await world.ended(other))["phase"]


@PLANS
async def test_nobody_approved_in_time(world: World, plan: dict[str, Any]) -> None:
    run_id = await awaiting(world, plan)

    run = await world.ended(run_id)

    assert "expired" == run["phase"]
    assert 900 == pytest.approx(seconds_between(run["approval"]["requested_at"], run["finished_at"]), abs=1)
    assert {"skipped"} == {step["phase"] for step in run["steps"]}
    assert "nobody approved until" in run["message"]
    assert "expired" == run["approval"]["answer"]
    names = await world.names(run_id)
    assert ["ApprovalRequested", "ApprovalExpired"] == [name for name in names if name.startswith("Approval")]
    assert [] == world.cluster.applied


async def test_the_plans_limit_does_not_run_while_people_are_waited_for(world: World) -> None:
    run_id = await awaiting(world, SHORT)
    await world.clock.sleep(600)

    assert "awaiting_approval" == (await world.service.run(run_id))["phase"]
    run = await world.ended(run_id)
    assert 900 == pytest.approx(seconds_between(run["approval"]["requested_at"], run["finished_at"]), abs=1)


@PLANS
async def test_a_rejected_run_is_denied_with_who_and_why(world: World, plan: dict[str, Any]) -> None:
    run_id = await awaiting(world, plan)
    digest = (await world.service.run(run_id))["digest"]

    run = await world.service.reject(run_id, digest=digest, comment="not on a Friday", caller="bob")

    assert "denied" == run["phase"]
    assert "rejected by bob: not on a Friday; nothing was written" == run["message"]
    first = "denied" if plan is ONE else "skipped"
    assert [first, "skipped"][: len(run["steps"])] == [step["phase"] for step in run["steps"]]
    assert ("refused", "bob", "not on a Friday") == tuple(
        run["approval"][key] for key in ("answer", "caller", "comment")
    )
    refused = next(event for event in await world.events(run_id) if event.type == "ApprovalRefused")
    assert ("bob", "not on a Friday") == (refused.data["caller"], refused.data["comment"])
    assert [] == world.cluster.applied
    assert await world.chain_breaks_at(run_id) is None


async def test_a_rejection_of_another_plan_changes_nothing(world: World) -> None:
    run_id = await awaiting(world, TWO)

    with pytest.raises(DigestMismatch, match="not the digest of the plan"):
        await world.service.reject(run_id, digest="sha256:" + "0" * 64, comment="no", caller="bob")

    assert "awaiting_approval" == (await world.service.run(run_id))["phase"]
    assert "ApprovalRefused" not in await world.names(run_id)


async def test_what_does_not_wait_cannot_be_rejected(world: World) -> None:
    world.cluster.controllers = False
    running = await world.submitted(ONE)
    while not world.cluster.applied:
        await world.clock.sleep(0.01)
    digest = (await world.service.run(running))["digest"]

    with pytest.raises(WrongPhase, match="waits for no approval") as refused:
        await world.service.reject(running, digest=digest, comment="no", caller="bob")
    assert "running" == refused.value.phase
    await world.service.cancel(running, reason="enough", caller="ada")
    await world.ended(running)
    with pytest.raises(WrongPhase, match="waits for no approval"):
        await world.service.reject(running, digest=digest, comment="no", caller="bob")
    with pytest.raises(RunNotFound):
        await world.service.reject("nobody", digest=digest, comment="no", caller="bob")


async def test_an_approval_is_refused_and_changes_nothing(world: World) -> None:
    run_id = await awaiting(world, TWO)
    before = await world.service.run(run_id)

    with pytest.raises(ApprovalsNotTaken, match="cannot be given in this version"):
        await world.service.approve(run_id)

    assert before == await world.service.run(run_id)


@PLANS
async def test_a_cancel_ends_the_wait_at_once(world: World, plan: dict[str, Any]) -> None:
    run_id = await awaiting(world, plan)

    await world.service.cancel(run_id, reason="wrong cluster", caller="ada")
    run = await world.ended(run_id)

    assert ("cancelled", "cancelled: wrong cluster; nothing was written") == (run["phase"], run["message"])
    assert {"skipped"} == {step["phase"] for step in run["steps"]}
    assert 2 > seconds_between(run["approval"]["requested_at"], run["finished_at"])


@PLANS
async def test_a_run_that_waits_survives_a_restart_and_expires_when_it_said(world: World, plan: dict[str, Any]) -> None:
    run_id = await awaiting(world, plan)
    expires_at = (await world.service.run(run_id))["approval"]["expires_at"]
    await world.clock.sleep(300)
    await world.service.shut_down()

    await world.restart()
    await world.clock.sleep(300)
    assert "awaiting_approval" == (await world.service.run(run_id))["phase"]
    run = await world.ended(run_id)

    assert "expired" == run["phase"]
    assert expires_at <= run["finished_at"] < plus(expires_at, 1)
    assert 1 == (await world.names(run_id)).count("ApprovalRequested")


@PLANS
async def test_what_expired_while_nobody_looked_ends_at_the_next_start(world: World, plan: dict[str, Any]) -> None:
    run_id = await awaiting(world, plan)
    await world.service.shut_down()
    await world.clock.sleep(5000)

    started = world.clock.now()
    await world.restart()
    run = await world.ended(run_id)

    assert "expired" == run["phase"]
    assert 1 > seconds_between(started, run["finished_at"])


async def test_a_rejection_that_was_recorded_is_obeyed_by_the_next_process(world: World) -> None:
    """
    The process ends between ApprovalRefused and RunFinished.
    """
    run_id = await awaiting(world, TWO)
    await world.service.shut_down()
    run = folded(run_id, await world.events(run_id))
    data = {"caller": "bob", "comment": "no", "digest": run.digest, "message": "rejected by bob: no"}
    draft = Draft(type=EventType.APPROVAL_REFUSED, at=world.clock.now(), data=data)
    events = chained([draft], after_sequence=run.version, after_hash=run.last_hash)
    await world.store.append(Batch(run_id, events, run.version, summary_of(after(run, events[0]))))

    await world.restart()
    ended = await world.ended(run_id)

    assert ("denied", "rejected by bob: no; nothing was written") == (ended["phase"], ended["message"])


async def test_a_restarted_wait_of_one_step_still_counts_as_running(world: World) -> None:
    run_id = await awaiting(world, ONE)
    await world.service.shut_down()
    world.gate.allows_again()
    await world.restart()
    other = await world.submitted(ONE)
    await world.clock.sleep(5)

    assert run_id in (await world.service.run(other))["message"]


# --- where nobody can be waited for --------------------------------------------------------------------------------


@pytest.mark.parametrize("assess", ["early", "late"])
async def test_a_step_of_several_that_needs_approval_in_its_turn_is_denied(world: World, assess: str) -> None:
    def needed() -> None:
        world.gate.requires_approval("production", stage=Stage.DRY_RUN, step="api")

    world.when("ApplyStarted", "web", needed)

    run = await world.run_of(a_plan(scale("web", to=3), scale("api", to=3, needs=["web"], assess=assess)))

    step = await world.service.step(run["id"], "api")
    assert "rolled_back" == run["phase"], run
    assert ("denied", "approval_unavailable") == (step["phase"], step["code"])
    assert "production: two of the owners (approval by 1 person; ask for less)" in step["message"]
    assert "put the step into a plan of its own" in step["message"]
    assert 1 == world.replicas("web")


async def test_a_condition_on_what_has_settled_that_wants_an_approval_fails_the_step(world: World) -> None:
    world.gate.requires_approval("production", stage=Stage.VERIFY)

    run = await world.run_of(ONE)

    failed = next(event for event in await world.events(run["id"]) if event.type == "StepFailed")
    assert ("rolled_back", "approval_unavailable") == (run["phase"], failed.data["code"])
    assert "nobody can be waited for here: the change is made already" in failed.data["message"]


async def test_a_restore_that_wants_an_approval_is_residue(world: World) -> None:
    world.gate.requires_approval("production", stage=Stage.ROLLBACK)
    world.cluster.edit(deployment("api"), lambda live: live["spec"].update(replicas=9))
    world.gate.denies("frozen", stage=Stage.PREFLIGHT, step="api")

    run = await world.run_of(a_plan(scale("web", to=3), scale("api", needs=["web"], assess="late")))

    failed = next(event for event in await world.events(run["id"]) if event.type == "RestoreFailed")
    assert "degraded" == run["phase"], run
    assert "approval_unavailable" == failed.data["code"]
    assert "put it back by hand" in run["rollback"]["residue"][0]["why"]


async def test_a_step_that_only_looks_waits_too(world: World) -> None:
    run_id = await awaiting(world, a_plan(a_step("collect", "Deployment", "web")))

    assert "expired" == (await world.ended(run_id))["phase"]


async def test_a_drain_waits_before_its_node_is_closed(world: World) -> None:
    run_id = await awaiting(world, a_plan(drain()), stage=Stage.DRY_RUN)

    run = await world.ended(run_id)

    assert ("expired", []) == (run["phase"], world.cluster.applied)
