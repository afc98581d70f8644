"""
An API server that misbehaves in the middle of a real run: what the run ends as, and what people are told.

A proxy before the real API server answers, cuts or holds requests of one kind; all else is real.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from deploy.local.control_plane import ControlPlane
from tests.faults.proxy import Fault, Matches, Place, Proxy, is_dry_run, is_watch, is_write, proxy_before
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, scale, set_image
from tests.serving import Caller, Served, calling, seeded, serving
from tests.shop import Shop
from tests.waiting import within

pytestmark = [
    pytest.mark.integration,
    pytest.mark.requirement("RUN-5"),
    pytest.mark.asyncio(loop_scope="module"),
]

SECRET = "czNjcmV0LW9mLXRoZS1zaG9w"
ALWAYS = 1000
LIMIT_SECONDS = 240.0


def is_read(request: web.Request) -> bool:
    """
    Tell if a request reads the target itself.
    """
    return request.method == "GET" and request.path.endswith("/deployments/web")


@dataclass(frozen=True, slots=True)
class Bench:
    """
    A service behind a proxy, and somebody who calls it.
    """

    proxy: Proxy
    served: Served
    caller: Caller
    plane: ControlPlane

    async def shop(self) -> Shop:
        """
        Open a shop with the Deployment `web` of one replica.
        """
        shop = Shop(self.plane, await asyncio.to_thread(make_namespace, self.plane))
        await shop.open("web")
        return shop

    async def run_with(self, fault: Fault, shop: Shop, *, slow: bool = False, **step: Any) -> dict[str, Any]:
        """
        Scale `web` to two while requests about that shop meet a fault, and return the run as it ended.

        With `slow` it gets an image that is ready after five seconds instead, so that a watch is surely opened.
        """
        matches = fault.matches
        fault.matches = lambda request: f"/{shop.namespace}/" in request.path and matches(request)
        self.proxy.meet(fault)
        try:
            change = scale("web", to=2, namespace=shop.namespace, **step)
            if slow:
                change = set_image("web", image="fault.local/slow-start:1", namespace=shop.namespace, **step)
            return await within(self.caller.run_of(a_plan(change)), limit_seconds=LIMIT_SECONDS)
        finally:
            fault.times = 0
            fault.release()

    def writes_to(self, shop: Shop) -> int:
        """
        Count the writes to a shop that reached the API server.
        """
        return sum(f"/{shop.namespace}/" in path for _, path in self.proxy.writes)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(
    control_plane: ControlPlane, policy_sets: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bench]:
    folder = tmp_path_factory.mktemp("faults")
    state = seeded(folder / "state", policy_sets)
    async with (
        proxy_before(control_plane.kubeconfig, folder) as proxy,
        serving(state, proxy.kubeconfig) as served,
        calling(served) as session,
    ):
        yield Bench(proxy, served, Caller(session), control_plane)
        assert SECRET.encode() not in b"".join(_everything_kept(state))
        assert "Traceback" not in served.log


PASSING = {
    "a read is throttled": Fault(is_read, Place.BEFORE, status=429, headers={"Retry-After": "1"}),
    "a dry run is throttled": Fault(is_dry_run, Place.BEFORE, status=429, headers={"Retry-After": "1"}),
    "a write is throttled": Fault(is_write, Place.BEFORE, status=429, headers={"Retry-After": "1"}),
    "a read meets 500": Fault(is_read, Place.BEFORE, status=500),
    "a dry run meets 503": Fault(is_dry_run, Place.BEFORE, status=503),
    "a write meets 500 before it is done": Fault(is_write, Place.BEFORE, status=500),
    "a write meets 503 after it was done": Fault(is_write, Place.AFTER, status=503),
    "a write meets 409": Fault(is_write, Place.BEFORE, status=409),
    "a read is cut": Fault(is_read, Place.BEFORE, cut=True),
    "a dry run is cut": Fault(is_dry_run, Place.AFTER, cut=True),
    "a write is cut before it is done": Fault(is_write, Place.BEFORE, cut=True),
    "a write is cut after it was done": Fault(is_write, Place.AFTER, cut=True),
    "a watch is cut": Fault(is_watch, Place.BEFORE, cut=True),
    "a watch is refused": Fault(is_watch, Place.BEFORE, status=503),
    "a read answers what is no JSON": Fault(is_read, Place.BEFORE, status=200, body=b"<html>"),
}


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("case", PASSING)
async def test_what_passes_is_got_over_and_the_target_is_changed_once(bench: Bench, case: str) -> None:
    shop = await bench.shop()
    generation = (await shop.live("web"))["metadata"]["generation"]

    run = await bench.run_with(PASSING[case], shop, slow="watch" in case)

    assert "succeeded" == run["phase"], run
    assert PASSING[case].reached.is_set()
    assert generation + 1 == (await shop.live("web"))["metadata"]["generation"]
    assert 1 == bench.writes_to(shop), "what a fault kept from the server is not counted"


LIMIT = "the step's limit of 3 s was reached"
LASTING: dict[str, tuple[Matches, dict[str, Any], str]] = {
    "every write meets 409": (is_write, {"status": 409}, "it changed since it was judged, nothing was written"),
    "every read is forbidden": (
        is_read,
        {"status": 403, "body": b'{"kind": "Status", "reason": "Forbidden"}'},
        "refused",
    ),
    "the credentials expire": (is_dry_run, {"status": 401}, "credentials were refused"),
    "every read meets 500": (is_read, {"status": 500}, LIMIT),
    "every dry run is throttled": (is_dry_run, {"status": 429, "headers": {"Retry-After": "1"}}, LIMIT),
    "every dry run is cut": (is_dry_run, {"cut": True}, LIMIT),
    "every read hangs": (is_read, {}, LIMIT),
    "every dry run hangs": (is_dry_run, {}, LIMIT),
}


@pytest.mark.parametrize("case", LASTING)
async def test_what_lasts_fails_the_step_in_its_time_and_says_why_and_nothing_is_written(
    bench: Bench, case: str
) -> None:
    matches, fault, said = LASTING[case]
    shop = await bench.shop()

    # Where it is not the limit that ends the step, a limit that a busy machine may reach first must not.
    seconds = 3 if said == LIMIT else 120
    run = await bench.run_with(Fault(matches, Place.BEFORE, times=ALWAYS, **fault), shop, timeout_seconds=seconds)

    assert "failed" == run["phase"], run
    assert f"deployment/{shop.namespace}/web: " in run["message"]
    assert said in run["message"]
    assert 1 == await shop.replicas("web")
    assert 0 == bench.writes_to(shop)


async def test_the_log_says_why_a_request_is_asked_again(bench: Bench) -> None:
    """
    A step that reached its limit while it was tried again said so and no more: nobody could tell what had failed.
    """
    shop = await bench.shop()

    await bench.run_with(Fault(is_read, Place.BEFORE, times=2, status=500), shop)

    records = [json.loads(line) for line in bench.served.log.splitlines()]
    reasons = [each["reason"] for each in records if each["action"] == "ask_again" and shop.namespace in each["reason"]]
    why = "read failed (HTTP 500): the API server cannot answer now. Check its health."
    assert [f"deployment/{shop.namespace}/web: {why}"] * 2 == reasons


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize("matches", [is_dry_run, is_write], ids=["dry run", "write"])
async def test_a_refusal_whose_message_holds_a_whole_secret_tells_its_fields_only(
    bench: Bench, matches: Matches
) -> None:
    shop = await bench.shop()
    told = f'Secret in version "v1" cannot be handled: {{"data":{{"password":"{SECRET}"}}}}'
    status = {
        "kind": "Status",
        "status": "Failure",
        "code": 422,
        "reason": "Invalid",
        "message": told,
        "details": {"name": "web", "causes": [{"field": "spec.replicas", "message": told}]},
    }

    run = await bench.run_with(Fault(matches, Place.BEFORE, status=422, body=json.dumps(status).encode()), shop)

    assert "failed" == run["phase"], run
    assert "invalid at spec.replicas" in run["message"]
    kept = [run, await bench.caller.events(run["id"]), await bench.caller.get(f"/v1/runs/{run['id']}/steps/web")]
    assert SECRET not in json.dumps(kept) + bench.served.log
    assert [] == [piece for piece in _everything_kept(bench.served.state) if SECRET.encode() in piece]


@pytest.mark.requirement("DUR-2")
async def test_an_answer_that_never_comes_is_waited_for_as_long_as_its_request_may_take(bench: Bench) -> None:
    """
    A read may take 15 s, a dry run and a write 40 s (the server itself ends them at 34 s): all four wait side by side.
    """
    faults = [
        Fault(is_read, Place.BEFORE),
        Fault(is_dry_run, Place.BEFORE),
        Fault(is_write, Place.BEFORE),
        Fault(is_write, Place.AFTER),
    ]
    shops = [await bench.shop() for _ in faults]

    runs = await asyncio.gather(*(bench.run_with(*each) for each in zip(faults, shops, strict=True)))

    assert ["succeeded"] * 4 == [run["phase"] for run in runs], runs
    assert [2] * 4 == [await shop.replicas("web") for shop in shops]
    for shop in shops:
        assert 2 == (await shop.live("web"))["metadata"]["generation"]
    named = [[event["type"] for event in await bench.caller.events(run["id"])] for run in runs]
    assert [0, 0, 1, 1] == [names.count("OutcomeUnknown") for names in named]
    assert [0, 0, 1, 1] == [names.count("OutcomeResolved") for names in named]


def _everything_kept(state: Path) -> list[bytes]:
    """
    Return the bytes of every file in a state directory, the database and its journal among them.
    """
    return [each.read_bytes() for each in state.rglob("*") if each.is_file()]
