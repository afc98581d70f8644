"""
A drain killed with SIGKILL in the middle, and an eviction whose answer is lost: it goes on, and no pod goes twice.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy.local.control_plane import ControlPlane
from tests.faults.proxy import Fault, Place, Proxy, is_write, nth, proxy_before
from tests.integration.actions.local_pool import Pool, pool_of
from tests.plans import a_plan
from tests.serving import Caller, calling, serving
from tests.waiting import within

pytestmark = [
    pytest.mark.integration,
    pytest.mark.requirement("ACT-5"),
    pytest.mark.requirement("DUR-1"),
    pytest.mark.requirement("DUR-2"),
]

LIMIT_SECONDS = 90.0
PODS = 8


@pytest.fixture
async def pool(control_plane: ControlPlane, namespace: str) -> AsyncIterator[Pool]:
    async with pool_of(control_plane, namespace) as made:
        yield made


@pytest.fixture
async def proxy(control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxy_before(control_plane.kubeconfig, tmp_path) as made:
        yield made


def is_eviction(request: web.Request) -> bool:
    """
    Tell an eviction from all else, and from its dry run.
    """
    return is_write(request) and request.path.endswith("/eviction")


async def drained(caller: Caller, run: str) -> tuple[dict[str, Any], dict[str, str]]:
    """
    Return a run at its end, and what its log says of each pod: the actuation.
    """
    view = await within(caller.ended(run), limit_seconds=LIMIT_SECONDS)
    parts = (await caller.get(f"/v1/runs/{run}/steps/drain"))["parts"]
    return view, {part: told["actuation"] for part, told in parts.items()}


def sent(proxy: Proxy) -> Counter[str]:
    """
    Count the evictions that reached the API server by their pod.
    """
    return Counter(path.split("/")[-2] for _, path in proxy.writes if path.endswith("/eviction"))


@pytest.mark.parametrize("place", [Place.BEFORE, Place.AFTER])
async def test_a_drain_killed_in_the_middle_goes_on_and_evicts_no_pod_twice(
    proxy: Proxy, pool: Pool, fresh_state: Path, place: Place
) -> None:
    """
    The request at which it is killed is let go afterwards: it lands, and the next process has to see that.
    """
    await pool.deploy("web", PODS)
    await pool.open(pool.spare)
    before = await pool.on(pool.full)
    fault = Fault(nth(is_eviction, 4), place)
    async with serving(fresh_state, proxy.kubeconfig) as served:
        proxy.meet(fault)
        async with calling(served) as session:
            run_id = await Caller(session).submit(a_plan(pool.drain(max_in_flight=2)))
            await within(fault.reached.wait(), limit_seconds=LIMIT_SECONDS)
        served.kill()
        fault.release()

    async with serving(fresh_state, proxy.kubeconfig) as served, calling(served) as session:
        caller = Caller(session)
        run, parts = await drained(caller, run_id)
        events = await caller.events(run_id)

    assert "succeeded" == run["phase"], run
    assert dict.fromkeys((f"pod/{pool.namespace}/{name}" for name in before), "applied") == parts
    assert [] == await pool.on(pool.full)
    # What was under way at the kill may be sent once more: bound to its uid, it is taken once.
    assert sum(sent(proxy).values()) <= PODS + 2
    done = Counter(
        each["data"]["part"]
        for each in events
        if "part" in each["data"] and (each["type"], each["data"].get("actuation")) in _DONE
    )
    assert dict.fromkeys(parts, 1) == done
    assert 2 == [each["type"] for each in events].count("RunClaimed")


_DONE = {("ChangeApplied", None), ("OutcomeResolved", "applied")}
"""How the log says that an eviction landed: it was answered, or read back after a restart."""


@pytest.mark.parametrize("place", [Place.BEFORE, Place.AFTER])
async def test_an_eviction_whose_answer_is_lost_is_read_back(
    proxy: Proxy, pool: Pool, fresh_state: Path, place: Place
) -> None:
    await pool.deploy("web", 3)
    await pool.open(pool.spare)
    async with serving(fresh_state, proxy.kubeconfig) as served, calling(served) as session:
        caller = Caller(session)
        proxy.meet(Fault(nth(is_eviction, 2), place, cut=True))
        run_id = await caller.submit(a_plan(pool.drain(max_in_flight=1)))
        run, parts = await drained(caller, run_id)
        events = await caller.events(run_id)

    assert "succeeded" == run["phase"], run
    assert {"applied"} == set(parts.values())
    assert 1 == [each["type"] for each in events].count("OutcomeUnknown")
    # Cut before it reached the server, the second eviction is sent once more.
    assert 3 == sum(sent(proxy).values())
