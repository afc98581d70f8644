"""
Runs among each other and against the outside: claims, the limit of runs, cancel, deadlines, restarts, a store in need.
"""

import asyncio

import pytest

from executor.core.errors import IdempotencyConflict, PlanInvalid, PolicyUnavailable, StoreUnavailable, WrongPhase
from executor.core.policy import Stage
from executor.engine.ports import Claim, RunFilter
from executor.engine.service import Limits
from tests.plans import a_plan, scale, set_image
from tests.worlds import World

pytestmark = pytest.mark.looptime


@pytest.mark.requirement("LOCK-1")
async def test_two_runs_on_one_target_run_one_after_the_other_and_the_second_says_whom_it_waits_for(
    world: World,
) -> None:
    world.gate.hangs()
    first = await world.submitted(a_plan(scale(to=3)))
    while world.gate.waiting == 0:
        await world.clock.sleep(0.01)
    second = await world.submitted(a_plan(scale(to=5)))
    await world.clock.sleep(1)

    waiting = await world.service.run(second)
    assert "queued" == waiting["phase"]
    assert f"waits for run {first}, which holds deployment/shop/web" == waiting["message"]
    assert [Claim("deployment/shop/web", first)] == list(await world.store.claims())

    world.gate.answers()
    assert ["succeeded", "succeeded"] == [(await world.ended(run))["phase"] for run in (first, second)]
    assert 5 == world.replicas()
    assert [] == list(await world.store.claims())


@pytest.mark.requirement("LOCK-1")
async def test_runs_on_different_targets_run_side_by_side(world: World) -> None:
    world.gate.hangs()
    runs = [await world.submitted(a_plan(scale(name))) for name in ("web", "api", "cache")]
    while world.gate.waiting < 3:
        await world.clock.sleep(0.01)
    world.gate.answers()

    assert ["succeeded"] * 3 == [(await world.ended(run))["phase"] for run in runs]


async def test_no_more_runs_than_allowed_run_at_once(world: World) -> None:
    world.limits = Limits(max_parallel_steps=5, max_running_runs=1, approval_seconds=900)
    await world.restart()
    world.gate.hangs()
    first = await world.submitted(a_plan(scale("web")))
    second = await world.submitted(a_plan(scale("api")))
    await world.clock.sleep(1)

    assert "waits until one of 1 running runs has ended" == (await world.service.run(second))["message"]
    world.gate.answers()
    assert ["succeeded"] * 2 == [(await world.ended(run))["phase"] for run in (first, second)]


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_before_the_start_ends_the_run_at_once(world: World) -> None:
    world.gate.hangs()
    await world.submitted(a_plan(scale(to=3)))
    second = await world.submitted(a_plan(scale(to=5)))
    await world.clock.sleep(1)

    await world.service.cancel(second, reason="not needed any more", caller="ada")
    run = await world.ended(second)

    assert "cancelled" == run["phase"]
    assert "not needed any more" in run["message"]
    assert ["CancelRequested", "StepSkipped", "RunFinished"] == (await world.names(second))[-3:]
    world.gate.answers()


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_lets_the_write_under_way_finish_then_restores(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale("web"), scale("api", needs=["web"])))
    await held.reached.wait()

    view = await world.service.cancel(run_id, reason="wrong shop", caller="ada")
    assert "running" == view["phase"]
    held.release()
    run = await world.ended(run_id)

    assert "cancelled" == run["phase"], run
    assert ["restored", "skipped"] == [step["phase"] for step in run["steps"]]
    assert 1 == world.replicas("web")
    names = await world.names(run_id)
    assert names.index("CancelRequested") < names.index("ChangeApplied")


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_breaks_off_verifying(world: World) -> None:
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(scale(to=3)))
    while world.replicas() != 3:
        await world.clock.sleep(0.01)
    await world.clock.sleep(1)

    await world.service.cancel(run_id, reason="enough", caller="ada")
    run = await world.ended(run_id)

    assert "cancelled" == run["phase"]
    assert "interrupted" == run["steps"][0]["verification"]
    assert 1 == world.replicas()


async def test_a_cancel_of_a_plan_without_rollback_leaves_the_changes_and_says_so(world: World) -> None:
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(scale(to=3), rollback="none"))
    while world.replicas() != 3:
        await world.clock.sleep(0.01)

    await world.service.cancel(run_id, reason="enough", caller="ada")
    run = await world.ended(run_id)

    assert "cancelled" == run["phase"]
    assert "left changed as the plan asks: deployment/shop/web" in run["message"]


async def test_a_finished_run_cannot_be_cancelled(world: World) -> None:
    run = await world.run_of(a_plan(scale(to=3)))

    with pytest.raises(WrongPhase, match="succeeded"):
        await world.service.cancel(run["id"], reason="too late", caller="ada")


@pytest.mark.requirement("PLAN-6")
async def test_a_run_that_waits_past_its_limit_expires_without_a_write(world: World) -> None:
    world.gate.hangs()
    await world.submitted(a_plan(scale(to=3)))
    second = await world.submitted(a_plan(scale(to=5), timeout_seconds=20))

    run = await world.ended(second)

    assert "expired" == run["phase"]
    assert "20 s" in run["message"]
    world.gate.answers()


@pytest.mark.requirement("PLAN-6")
async def test_the_runs_limit_ends_its_running_steps_but_never_a_restore(world: World) -> None:
    world.cluster.controllers = False
    held = None
    run_id = await world.submitted(a_plan(scale("web"), timeout_seconds=10))
    while world.replicas("web") != 3:
        await world.clock.sleep(0.01)
    held = world.cluster.hold("dry_run")
    await held.reached.wait()
    await world.clock.sleep(120)
    held.release()

    run = await world.ended(run_id)

    assert "rolled_back" == run["phase"]
    assert 1 == world.replicas("web")


@pytest.mark.requirement("PLAN-5")
async def test_the_same_key_and_plan_give_the_same_run_and_another_plan_is_refused(world: World) -> None:
    first = await world.service.submit(a_plan(scale(to=3)), caller="ada", idempotency_key="k1")
    again = await world.service.submit(a_plan(scale(to=3)), caller="ada", idempotency_key="k1")
    other = await world.service.submit(a_plan(scale(to=3)), caller="bob", idempotency_key="k1")

    assert (True, False, True) == (first.created, again.created, other.created)
    assert first.view["id"] == again.view["id"] != other.view["id"]
    with pytest.raises(IdempotencyConflict):
        await world.service.submit(a_plan(scale(to=4)), caller="ada", idempotency_key="k1")


@pytest.mark.requirement("PLAN-5")
async def test_racing_submits_with_one_key_make_one_run(world: World) -> None:
    made = await asyncio.gather(
        *(world.service.submit(a_plan(scale(to=3)), caller="ada", idempotency_key="k1") for _ in range(8))
    )

    assert 1 == len({submitted.view["id"] for submitted in made})
    assert 1 == sum(submitted.created for submitted in made)


async def test_nothing_is_taken_before_the_policy_is_there(world: World) -> None:
    closed = world.new_service()

    with pytest.raises(PolicyUnavailable):
        await closed.submit(a_plan(scale(to=3)), caller="ada", idempotency_key=None)
    assert ["store", "opa", "cluster"] == [check.name for check in await closed.checks()]


async def test_a_bad_plan_leaves_no_trace(world: World) -> None:
    with pytest.raises(PlanInvalid):
        await world.service.submit({"name": "x"}, caller="ada", idempotency_key="k1")

    assert ([], None) == await world.service.list_runs(RunFilter(), limit=10, cursor=None)


@pytest.mark.requirement("DRY-5")
async def test_an_assessment_reports_every_step_and_writes_nothing(world: World) -> None:
    world.gate.denies("frozen", step="api", stage=Stage.DRY_RUN)

    report = await world.service.assess(a_plan(scale("web"), set_image("api"), scale("gone")), caller="ada")

    assert "deny" == report["effect"]
    assert ["allow", "deny", "fail"] == [step["effect"] for step in report["steps"]]
    assert ["/spec/replicas"] == report["steps"][0]["changed_paths"]
    decision = await world.service.decision(report["steps"][1]["decisions"][-1])
    assert (None, "deny") == (decision["run"], decision["effect"])
    assert [] == world.cluster.applied


@pytest.mark.requirement("DUR-1")
async def test_a_store_that_is_in_need_for_a_while_delays_the_write_and_loses_nothing(world: World) -> None:
    run_id = await world.submitted(a_plan(scale(to=3)))
    for _ in range(4):
        world.store.fail_next_append(StoreUnavailable("disk full"))

    run = await world.ended(run_id)

    assert "succeeded" == run["phase"]
    assert 1 == len(world.cluster.applied)


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("method", ["read", "dry_run", "apply", "watch"])
async def test_a_shutdown_stops_at_a_safe_point_and_the_next_start_goes_on(world: World, method: str) -> None:
    held = world.cluster.hold(method)  # type: ignore[arg-type]  # a parameter is a plain str
    run_id = await world.submitted(a_plan(scale("web"), scale("api", needs=["web"]), name="long"))
    await held.reached.wait()
    stopping = asyncio.create_task(world.service.shut_down())
    await world.clock.sleep(0.5)
    held.release()
    await stopping
    assert (await world.service.run(run_id))["phase"] in {"assessing", "running"}

    await world.restart()
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"]
    assert [3, 3] == [world.replicas("web"), world.replicas("api")]
    assert 2 == len(world.cluster.applied)


@pytest.mark.requirement("API-2")
async def test_a_follower_sees_every_event_once_past_and_live_and_then_the_end(world: World) -> None:
    world.gate.hangs()
    run_id = await world.submitted(a_plan(scale(to=3)))
    followed = asyncio.create_task(_all(world, run_id, after=1))
    await world.clock.sleep(1)
    world.gate.answers()
    await world.ended(run_id)

    seen = await followed
    assert list(range(2, seen[-1] + 1)) == seen
    assert [] == await _all(world, run_id, after=seen[-1])


async def _all(world: World, run_id: str, *, after: int) -> list[int]:
    return [event.sequence async for event in world.service.follow(run_id, after=after)]
