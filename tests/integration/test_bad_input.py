"""
Everything bad that can be sent to the real service: each is answered by its code, and afterwards nothing has changed.

Each case travels over a connection of its own, byte for byte. What is refused holds a marker, which neither an answer
nor the log may repeat.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.plans import a_plan, cordon, scale
from tests.serving import Caller, Served
from tests.shop import Shop
from tests.waiting import within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("API-1")]

MARK = "s3cret"
JSON, YAML = "application/json", "application/yaml"
GROWTH_MEGABYTES = 64.0
"""What the process may keep after all of it: the largest body takes a few MB while it is read."""


@dataclass(frozen=True, slots=True)
class Answered:
    """
    One answer as it came over the wire.
    """

    status: int
    head: str
    text: str

    @property
    def problem(self) -> dict[str, Any]:
        """
        Return the problem document.
        """
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def places(self) -> set[str]:
        """
        Return the pointers of all that is wrong.
        """
        return {error["pointer"] for error in self.problem.get("errors", [])}


async def _send(service: Served, body: bytes, *, kind: str = JSON, path: str = "/v1/runs", **headers: str) -> Answered:
    """
    Write a whole request before anything is read, as simple clients do.
    """
    told = {"Host": "x", "Content-Type": kind, "Content-Length": str(len(body)), **service.headers, **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return await _speak(service, f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)


async def _speak(service: Served, request: bytes) -> Answered:
    host, _, port = service.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for start in range(0, len(request), 65_536):
        writer.write(request[start : start + 65_536])
        await within(writer.drain())
    head = (await within(reader.readuntil(b"\r\n\r\n"))).decode()
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:])}
    text = (await within(reader.readexactly(int(fields["content-length"])))).decode()
    writer.close()
    await writer.wait_closed()
    return Answered(int(head.split()[1]), head, text)


BOMB = "a: &a [s3cret, s3cret]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TWO = json.dumps(a_plan(scale())) + "\n---\nname: s3cret\n"

DOCUMENTS: dict[str, tuple[str, bytes, int, str]] = {
    "no body": (JSON, b"", 400, "malformed_body"),
    "JSON cut short": (JSON, b'{"name": "s3cret', 400, "malformed_body"),
    "JSON with a comma too many": (JSON, b'{"name": "s3cret",}', 400, "malformed_body"),
    "two JSON documents": (JSON, b'{"name": "s3cret"}{"name": "s3cret"}', 400, "malformed_body"),
    "a JSON key twice": (JSON, b'{"name": "s3cret", "name": "s3cret"}', 400, "malformed_body"),
    "a YAML that is none": (YAML, b"name: [s3cret\nsteps: }", 400, "malformed_body"),
    "a YAML key twice": (YAML, b"name: s3cret\nname: s3cret\n", 400, "malformed_body"),
    "a YAML key twice, deep": (YAML, b"steps:\n- target: {name: s3cret, name: s3cret}\n", 400, "malformed_body"),
    "a bomb of aliases": (YAML, BOMB.encode(), 400, "malformed_body"),
    "an alias to itself": (YAML, b"steps: &a [s3cret, *a]\n", 400, "malformed_body"),
    "several YAML documents": (YAML, TWO.encode(), 400, "malformed_body"),
    "a YAML tag that makes objects": (YAML, b"name: !!python/object/apply:os.system [s3cret]\n", 400, "malformed_body"),
    "bytes that are no UTF-8": (JSON, b'{"name": "s3cret\xff"}', 400, "malformed_body"),
    "UTF-16": (JSON, '{"name": "s3cret"}'.encode("utf-16"), 400, "malformed_body"),
    "a NUL in JSON": (JSON, b'{"name": "s3cret\\u0000"}', 400, "malformed_body"),
    "a raw NUL": (YAML, b"name: s3cret\0\n", 400, "malformed_body"),
    "half a surrogate pair": (JSON, b'{"name": "s3cret\\ud800"}', 400, "malformed_body"),
    "JSON nested deep": (JSON, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "malformed_body"),
    "YAML nested deep": (YAML, b"[" * 50_000, 400, "malformed_body"),
    "a number of 300,000 digits": (JSON, b'{"max_parallel": ' + b"9" * 300_000 + b"}", 400, "malformed_body"),
    "not a number": (JSON, b'{"timeout_seconds": NaN}', 400, "malformed_body"),
    "infinity": (JSON, b'{"timeout_seconds": 1e999}', 400, "malformed_body"),
    "plain text": ("text/plain", b"s3cret", 415, "unsupported_media_type"),
    "a form": ("application/x-www-form-urlencoded", b"name=s3cret", 415, "unsupported_media_type"),
    "no content type": ("", b'{"name": "s3cret"}', 415, "unsupported_media_type"),
    "another charset": ("application/json; charset=utf-7", b"{}", 415, "unsupported_media_type"),
    "a list": (JSON, b'["s3cret"]', 422, "invalid_plan"),
    "a text": (JSON, b'"s3cret"', 422, "invalid_plan"),
    "nothing": (YAML, b"null\n", 422, "invalid_plan"),
    "a body over 1 MiB": (JSON, b'{"name": "s3cret' + b" " * 6_000_000 + b'"}', 413, "body_too_large"),
}


def _step(**changed: Any) -> dict[str, Any]:
    return {**scale("web", to=2), **changed}


def _target(**changed: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "namespace": "shop", "name": "web", **changed}


PLANS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "unknown keys at every level": (
        a_plan(_step(extra=MARK, target=_target(extra=MARK), parameters={"replicas": 2, "extra": MARK}), extra=MARK),
        {"/extra", "/steps/0/extra", "/steps/0/target/extra", "/steps/0/parameters/extra"},
    ),
    "an unknown action": (a_plan(_step(action="shell")), {"/steps/0/action"}),
    "101 steps": (a_plan(*(scale(f"web-{number}") for number in range(101))), {"/steps"}),
    "no step": (a_plan(), {"/steps"}),
    "a cycle": (a_plan(scale("a", needs=["b"]), scale("b", needs=["a"])), {"/steps/0/needs"}),
    "a step that needs itself": (a_plan(scale("a", needs=["a"])), {"/steps/0/needs/0"}),
    "a name that ends the path": (a_plan(_step(target=_target(name=f"{MARK}#"))), {"/steps/0/target/name"}),
    "a name that climbs": (a_plan(_step(target=_target(name=f"../../secrets/{MARK}"))), {"/steps/0/target/name"}),
    "a name with a query": (a_plan(_step(target=_target(name=f"{MARK}?force=true"))), {"/steps/0/target/name"}),
    "a name with an escape": (a_plan(_step(target=_target(name=f"{MARK}%2e%2e"))), {"/steps/0/target/name"}),
    "a namespace that climbs": (a_plan(_step(target=_target(namespace=".."))), {"/steps/0/target/namespace"}),
    "a namespace for a Node": (
        a_plan({**cordon(), "target": {"kind": "Node", "namespace": MARK, "name": "n"}}),
        {"/steps/0/target/namespace"},
    ),
    "a label too long": (
        a_plan(_step(), labels={"k" * 64: "v", "team": MARK * 50}),
        {f"/labels/{'k' * 64}", "/labels/team"},
    ),
    "a reason too long": (a_plan(_step(), reason=MARK * 400), {"/reason"}),
    "numbers out of range": (
        a_plan(scale("a", to=-1, timeout_seconds=0), scale("b", to=1001), timeout_seconds=86_401, max_parallel=0),
        {
            "/steps/0/parameters/replicas",
            "/steps/0/timeout_seconds",
            "/steps/1/parameters/replicas",
            "/timeout_seconds",
            "/max_parallel",
        },
    ),
    "a number as a text": (a_plan(_step(parameters={"replicas": "2"})), {"/steps/0/parameters/replicas"}),
    "a truth as a number": (a_plan(_step(parameters={"replicas": True})), {"/steps/0/parameters/replicas"}),
}


@pytest.fixture(scope="module", autouse=True)
def _healthy_afterwards(service: Served) -> Iterator[None]:
    """
    After all of it the service is as it was: alive, slim, and its log repeats nothing.
    """
    before = service.resident_megabytes()
    yield
    assert service.process.poll() is None
    assert service.resident_megabytes() < before + GROWTH_MEGABYTES
    assert MARK not in service.log
    assert '"action": "request_failed"' not in service.log


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/assessments"])
@pytest.mark.parametrize("case", DOCUMENTS)
async def test_a_document_that_cannot_be_read_is_refused_by_its_code(service: Served, case: str, path: str) -> None:
    kind, body, status, code = DOCUMENTS[case]

    answered = await _send(service, body, kind=kind, path=path)

    assert (status, code) == (answered.status, answered.problem["code"]), answered
    assert "application/problem+json" in answered.head
    assert MARK not in answered.text


@pytest.mark.requirement("PLAN-3")
@pytest.mark.requirement("PLAN-4")
@pytest.mark.requirement("PLAN-7")
@pytest.mark.parametrize("case", PLANS)
async def test_a_plan_that_is_wrong_is_refused_with_every_place(service: Served, case: str) -> None:
    plan, places = PLANS[case]

    answered = await _send(service, json.dumps(plan).encode())

    assert (422, "invalid_plan") == (answered.status, answered.problem["code"]), answered
    assert places == answered.places, answered.text
    assert MARK not in answered.text


async def test_a_cycle_is_spelled_out_and_an_unknown_action_is_told_the_known_ones(service: Served) -> None:
    cycle = await _send(service, json.dumps(PLANS["a cycle"][0]).encode())
    action = await _send(service, json.dumps(PLANS["an unknown action"][0]).encode())

    assert "a -> b -> a" in cycle.text
    assert all(name in action.text for name in ("cordon", "restart", "scale", "set_image", "uncordon"))


@pytest.mark.requirement("SEC-1")
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Bearer {MARK}", f"Basic {MARK}", f"Bearer {MARK} {MARK}", "Bearer " + "x" * 7000],
    ids=["none", "no token", "a wrong token", "another scheme", "two tokens", "a long token"],
)
async def test_without_the_right_token_nothing_is_read_and_the_challenge_says_what_is_needed(
    service: Served, authorization: str
) -> None:
    answered = await _send(service, b'{"name": "s3cret', Authorization=authorization)

    assert (401, "unauthenticated") == (answered.status, answered.problem["code"])
    assert "WWW-Authenticate: Bearer\r\n" in answered.head
    assert MARK not in answered.text


@pytest.mark.parametrize(
    "run", ["unknown", "..%2f..%2fetc%2fpasswd", "a%00", "a%0d%0aSet-Cookie:%20a=b", "%ff", "x" * 5000]
)
async def test_a_path_that_names_no_run_is_not_found_and_adds_nothing_to_the_answer(service: Served, run: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "x", **service.headers}.items())

    answered = await _speak(service, f"GET /v1/runs/{run} HTTP/1.1\r\n{head}\r\n".encode())

    assert (404, "not_found") == (answered.status, answered.problem["code"]), answered
    assert "set-cookie" not in answered.head.lower()
    assert len(answered.text) < 1000


async def test_after_all_of_it_a_good_plan_runs(service: Served, caller: Caller, shop: Shop) -> None:
    await shop.open("web")
    async with caller.session.get("/readyz") as ready:
        assert 200 == ready.status

    run = await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    assert "succeeded" == run["phase"], run
    assert MARK not in service.log
