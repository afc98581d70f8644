"""
The process and its child: how it ends, who may stand beside it, and what a killed or hanging OPA does to runs.
"""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.e2e.processes import is_alive
from tests.e2e.starting import opa_pid, records, refused_start
from tests.fakes.postgres import postgres_server
from tests.faults.proxy import Fault, Place, is_dry_run, proxy_before
from tests.plans import a_plan, scale
from tests.serving import Caller, calling, environment_for, serving
from tests.shop import Shop
from tests.waiting import eventually, within

pytestmark = pytest.mark.e2e

EXIT_SECONDS = 10.0
"""What it may take, also when nothing is under way."""


async def test_an_idle_service_ends_at_once_with_code_0_and_leaves_neither_address_nor_opa(
    control_plane: ControlPlane, fresh_state: Path
) -> None:
    async with serving(fresh_state, control_plane.kubeconfig) as served:
        opa = opa_pid(served)
        assert is_alive(opa)
        async with calling(served) as session, session.get("/v1/runs/unknown/events") as following:
            assert 404 == following.status
            began = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(served.process.wait, EXIT_SECONDS)

    assert 0 == code
    assert time.monotonic() - began < EXIT_SECONDS
    assert not is_alive(opa)
    assert not (fresh_state / "address").exists()
    assert "stopped" == records(served, "stopped")[0]["message"]


async def test_a_second_service_on_the_same_state_is_refused_and_disturbs_nothing(
    control_plane: ControlPlane, fresh_state: Path
) -> None:
    async with serving(fresh_state, control_plane.kubeconfig) as served:
        address = served.url

        said = await asyncio.to_thread(refused_start, environment_for(fresh_state, control_plane.kubeconfig))

        assert f"is in use by another executor (process {served.process.pid})" in said
        assert "EXECUTOR_STATE_DIR" in said
        assert address == served.url
        async with calling(served) as session, session.get("/readyz") as ready:
            assert 200 == ready.status


async def test_a_service_killed_with_sigkill_leaves_no_opa_and_the_next_one_starts(
    control_plane: ControlPlane, fresh_state: Path
) -> None:
    async with serving(fresh_state, control_plane.kubeconfig) as served:
        opa = opa_pid(served)
        served.kill()
        await eventually(lambda: _gone(opa))

    async with serving(fresh_state, control_plane.kubeconfig) as again:
        assert is_alive(opa_pid(again))
        token = again.headers

    assert served.headers == token, "the token outlives a restart"


@pytest.mark.requirement("GATE-4")
async def test_an_opa_killed_in_the_middle_of_a_run_is_started_again_and_judges_before_anything_is_written(
    control_plane: ControlPlane, fresh_state: Path, shop: Shop, tmp_path: Path
) -> None:
    await shop.open("web")
    held = Fault(is_dry_run, Place.AFTER)
    async with (
        proxy_before(control_plane.kubeconfig, tmp_path) as proxy,
        serving(fresh_state, proxy.kubeconfig, EXECUTOR_GATE_TIMEOUT_SECONDS="60") as served,
        calling(served) as session,
    ):
        caller = Caller(session)
        proxy.meet(held)
        run_id = await caller.submit(a_plan(scale("web", to=2, namespace=shop.namespace)))
        await within(held.reached.wait())
        first = opa_pid(served)
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: _gone(first))
        held.release()
        run = await within(caller.ended(run_id))
        _, previewed, *_ = run["steps"][0]["decisions"]
        decision = await caller.get(f"/v1/decisions/{previewed}")
        await eventually(lambda: _ready(session))

        assert first != opa_pid(served)
        assert 1 == len(records(served, "opa_died"))
    # It is back within the gate's limit, so the step is judged by the new one; a denial would be right as well.
    assert ("succeeded", "allow", "dry_run") == (run["phase"], decision["effect"], decision["stage"]), run
    assert run["policy_revision"] == decision["revision"]


@pytest.mark.requirement("GATE-4")
async def test_an_opa_that_hangs_denies_in_time_is_named_by_readiness_and_is_well_again_when_it_goes_on(
    control_plane: ControlPlane, fresh_state: Path, shop: Shop
) -> None:
    await shop.open("web")
    plan = a_plan(scale("web", to=2, namespace=shop.namespace))
    limit = {"EXECUTOR_GATE_TIMEOUT_SECONDS": "3"}
    async with serving(fresh_state, control_plane.kubeconfig, **limit) as served, calling(served) as session:
        caller = Caller(session)
        opa = opa_pid(served)
        os.kill(opa, signal.SIGSTOP)
        try:
            denied = await within(caller.run_of(plan))
            async with session.get("/readyz") as response:
                checks = {check["name"]: check for check in (await response.json())["checks"]}
        finally:
            os.kill(opa, signal.SIGCONT)
        await eventually(lambda: _ready(session))
        allowed = await within(caller.run_of(plan))

    assert "denied" == denied["phase"]
    assert "policy_timeout" in denied["message"]
    assert "EXECUTOR_GATE_TIMEOUT_SECONDS" in denied["message"]
    assert (503, False) == (response.status, checks["opa"]["ok"])
    assert "OPA did not answer within 3 s" == checks["opa"]["message"]
    assert "succeeded" == allowed["phase"], allowed


async def test_a_stop_while_opa_hangs_still_ends_in_time(control_plane: ControlPlane, fresh_state: Path) -> None:
    async with serving(fresh_state, control_plane.kubeconfig) as served:
        opa = opa_pid(served)
        os.kill(opa, signal.SIGSTOP)

        served.process.send_signal(signal.SIGTERM)

        assert 0 == await asyncio.to_thread(served.process.wait, 10)
    assert not is_alive(opa)


@pytest.mark.requirement("DUR-1")
async def test_a_plan_runs_and_is_found_after_a_restart_with_postgresql(
    control_plane: ControlPlane, fresh_state: Path, shop: Shop
) -> None:
    await shop.open("web")
    with postgres_server() as database:
        settings = {"EXECUTOR_DATABASE_URL": database}
        async with serving(fresh_state, control_plane.kubeconfig, **settings) as served, calling(served) as session:
            run = await Caller(session).run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))
        async with serving(fresh_state, control_plane.kubeconfig, **settings) as served, calling(served) as session:
            found = await Caller(session).get(f"/v1/runs/{run['id']}")

    assert "succeeded" == run["phase"], run
    assert run == found
    assert not (fresh_state / "executor.db").exists()


async def _gone(pid: int) -> bool:
    return not is_alive(pid)


async def _ready(session: Any) -> bool:
    async with session.get("/readyz") as response:
        return bool(response.ok)
