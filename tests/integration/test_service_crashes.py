"""
The service killed with SIGKILL at exact places of a real run, and started again: nothing is done twice, nothing lost.

A proxy before the real API server holds the request at whose side the kill shall happen.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.events import Event, first_broken
from tests.faults.proxy import Fault, Matches, Place, Proxy, is_dry_run, is_watch, is_write, nth, proxy_before
from tests.plans import a_plan, scale, set_image
from tests.serving import Caller, calling, serving
from tests.shop import Shop
from tests.waiting import eventually, within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DUR-1"), pytest.mark.requirement("DUR-2")]


@pytest.fixture
async def proxy(control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxy_before(control_plane.kubeconfig, tmp_path) as made:
        yield made


async def _killed_at(
    proxy: Proxy, state: Path, plan: dict[str, Any], fault: Fault, *, recorded: str = "RunAccepted"
) -> str:
    """
    Submit a plan, kill the service where the fault is met, let the held request go, and return the run's id.

    The kill waits until an event is `recorded`; by default one that is there already.
    """
    async with serving(state, proxy.kubeconfig) as served:
        proxy.meet(fault)
        async with calling(served) as session:
            caller = Caller(session)
            run = await caller.submit(plan)
            await within(fault.reached.wait())
            await eventually(partial(_has, caller, run, recorded))
        served.kill()
        fault.release()
    return run


async def _has(caller: Caller, run: str, kind: str) -> bool:
    return kind in [event["type"] for event in await caller.events(run)]


async def _resumed(proxy: Proxy, state: Path, run: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with serving(state, proxy.kubeconfig) as served, calling(served) as session:
        caller = Caller(session)
        return await within(caller.ended(run), limit_seconds=60), await caller.events(run)


@pytest.mark.parametrize(
    ("matches", "place"),
    [
        pytest.param(is_dry_run, Place.BEFORE, id="before the dry run"),
        pytest.param(is_dry_run, Place.AFTER, id="after the dry run"),
        pytest.param(is_write, Place.BEFORE, id="before the write reached the server"),
        pytest.param(is_write, Place.AFTER, id="after the write, before its record"),
    ],
)
async def test_a_killed_service_goes_on_at_the_exact_step_and_writes_once(
    proxy: Proxy, shop: Shop, fresh_state: Path, matches: Matches, place: Place
) -> None:
    await shop.open("web")
    generation = (await shop.live("web"))["metadata"]["generation"]
    plan = a_plan(scale("web", to=2, namespace=shop.namespace))

    run_id = await _killed_at(proxy, fresh_state, plan, Fault(matches, place))
    run, events = await _resumed(proxy, fresh_state, run_id)

    assert "succeeded" == run["phase"], run
    assert 2 == await shop.replicas("web")
    assert generation + 1 == (await shop.live("web"))["metadata"]["generation"]
    names = [event["type"] for event in events]
    assert 1 == names.count("ChangeApplied")
    assert 2 == names.count("RunClaimed")
    assert first_broken(Event.model_validate_json(json.dumps(event)) for event in events) is None


async def test_a_service_killed_while_it_verifies_goes_on_verifying(
    proxy: Proxy, shop: Shop, fresh_state: Path
) -> None:
    """
    The pods take five seconds to get ready, so that the watch is surely opened.
    """
    await shop.open("web")
    plan = a_plan(set_image("web", image="fault.local/slow-start:1", namespace=shop.namespace))

    run_id = await _killed_at(proxy, fresh_state, plan, Fault(is_watch, Place.BEFORE), recorded="ChangeApplied")
    run, events = await _resumed(proxy, fresh_state, run_id)

    assert "succeeded" == run["phase"], run
    assert 1 == len(proxy.writes)
    assert "OutcomeUnknown" not in [event["type"] for event in events]


@pytest.mark.parametrize("place", [Place.BEFORE, Place.AFTER])
async def test_a_service_killed_during_rollback_finishes_the_rollback(
    proxy: Proxy, shop: Shop, fresh_state: Path, place: Place
) -> None:
    await shop.open("web", "api", progress_seconds=5)
    plan = a_plan(
        scale("web", to=2, namespace=shop.namespace),
        set_image("api", image="fault.local/image-pull:1", namespace=shop.namespace, needs=["web"]),
    )

    third_write = Fault(nth(is_write, 3), place)
    run_id = await _killed_at(proxy, fresh_state, plan, third_write)
    run, _ = await _resumed(proxy, fresh_state, run_id)

    assert "rolled_back" == run["phase"], run
    assert ["restored", "restored"] == [step["phase"] for step in run["steps"]]
    assert 1 == await shop.replicas("web")
    images = [each["image"] for each in (await shop.live("api"))["spec"]["template"]["spec"]["containers"]]
    assert ["registry.test/web:1"] == images


@pytest.mark.parametrize("place", [Place.BEFORE, Place.AFTER])
async def test_a_cut_connection_is_resolved_by_reading_back(
    proxy: Proxy, shop: Shop, fresh_state: Path, place: Place
) -> None:
    await shop.open("web")
    generation = (await shop.live("web"))["metadata"]["generation"]
    async with serving(fresh_state, proxy.kubeconfig) as served:
        proxy.meet(Fault(is_write, place, cut=True))
        async with calling(served) as session:
            caller = Caller(session)
            run = await within(caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace))), limit_seconds=60)
            names = [event["type"] for event in await caller.events(run["id"])]

    assert "succeeded" == run["phase"], run
    assert generation + 1 == (await shop.live("web"))["metadata"]["generation"]
    assert "OutcomeUnknown" in names
    assert "OutcomeResolved" in names


async def test_sigterm_during_a_write_waits_for_it_and_the_next_start_goes_on(
    proxy: Proxy, shop: Shop, fresh_state: Path
) -> None:
    await shop.open("web", "api")
    plan = a_plan(
        scale("web", to=2, namespace=shop.namespace), scale("api", to=2, namespace=shop.namespace, needs=["web"])
    )
    held = Fault(is_write, Place.AFTER)
    async with serving(fresh_state, proxy.kubeconfig) as served:
        proxy.meet(held)
        async with calling(served) as session:
            run_id = await Caller(session).submit(plan)
            await within(held.reached.wait())
        served.process.terminate()
        await eventually(_says(served.state / "serve.log", '"action": "stop"'))
        held.release()
        assert 0 == await asyncio.to_thread(served.process.wait, 10)

    run, events = await _resumed(proxy, fresh_state, run_id)

    assert "succeeded" == run["phase"], run
    assert "OutcomeUnknown" not in [event["type"] for event in events]
    assert 2 == len(proxy.writes)


def _says(log: Path, words: str) -> Any:
    async def look() -> bool:
        return words in await asyncio.to_thread(log.read_text)

    return look
