"""
Every bad body, sent over a real connection: status, code and places are told, no value is, and the server goes on.
"""

import asyncio
import io
import json

import pytest

from executor.api.bodies import JSON_TYPE, MAX_BYTES, YAML_TYPE
from tests.fakes.service import TOKEN, Served
from tests.plans import a_plan, scale
from tests.waiting import within

GOOD = json.dumps(a_plan(scale())).encode()


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (JSON_TYPE, b"", (400, "malformed_body", [])),
        (JSON_TYPE, b'{"name": "s3cret', (400, "malformed_body", [])),
        (JSON_TYPE, b'{"name": "s3cret", "name": 1}', (400, "malformed_body", ["/name"])),
        (JSON_TYPE, b'{"name": NaN}', (400, "malformed_body", ["/name"])),
        (JSON_TYPE, b'{"name": "s3cret\\u0000"}', (400, "malformed_body", ["/name"])),
        (JSON_TYPE, b'{"name": "s3cret\\ud800"}', (400, "malformed_body", ["/name"])),
        (JSON_TYPE, b'{"max_parallel": ' + b"9" * 100_000 + b"}", (400, "malformed_body", ["/max_parallel"])),
        (JSON_TYPE, b"[" * 100_000, (400, "malformed_body", [])),
        (JSON_TYPE, b'{"name": "s3cret\xff"}', (400, "malformed_body", [])),
        (YAML_TYPE, b"name: s3cret\nname: s3cret\n", (400, "malformed_body", ["/name"])),
        (YAML_TYPE, b"name: a\n---\nname: s3cret\n", (400, "malformed_body", [])),
        (YAML_TYPE, b"name: !!binary s3cret\n", (400, "malformed_body", [])),
        (YAML_TYPE, b"[" * 100_000, (400, "malformed_body", [])),
        (YAML_TYPE, b"max_parallel: 010\n", (400, "malformed_body", ["/max_parallel"])),
        ("text/plain", GOOD, (415, "unsupported_media_type", [])),
        ("application/x-www-form-urlencoded", GOOD, (415, "unsupported_media_type", [])),
        ("application/json; charset=utf-16", GOOD, (415, "unsupported_media_type", [])),
        ("s3cret", GOOD, (415, "unsupported_media_type", [])),
        (JSON_TYPE, b"null", (422, "invalid_plan", [""])),
        (JSON_TYPE, b'"s3cret"', (422, "invalid_plan", [""])),
        (YAML_TYPE, b"name: on\nreason: 2026-11-23\nsteps: s3cret\n", (422, "invalid_plan", ["/steps"])),
        (JSON_TYPE, b'{"name": "s3cret!", "reason": "r", "steps": []}', (422, "invalid_plan", ["/name", "/steps"])),
    ],
)
@pytest.mark.requirement("PLAN-3", "API-1")
async def test_a_bad_body_is_refused_with_its_places_and_nothing_of_its_content(
    api: Served, content_type: str, body: bytes, expected: tuple[int, str, list[str]]
) -> None:
    for path in ("/v1/runs", "/v1/assessments"):
        async with api.http.post(path, data=body, headers={"Content-Type": content_type}) as response:
            text = await response.text()
        problem = json.loads(text)
        pointers = [each["pointer"] for each in problem.get("errors", [])]

        assert expected == (response.status, problem["code"], pointers)
        assert (problem["status"], "application/problem+json") == (response.status, response.content_type)
        assert f"/problems/{problem['code']}" == problem["type"]
        assert problem["request_id"] == response.headers["X-Request-Id"]
        assert "s3cret" not in text
    assert (200, {"items": [], "next_cursor": None}) == await api.get("/v1/runs")


@pytest.mark.parametrize("content_type", [JSON_TYPE, YAML_TYPE, "application/json; charset=UTF-8", "APPLICATION/JSON"])
@pytest.mark.requirement("PLAN-1")
async def test_a_plan_is_taken_as_json_and_as_yaml(api: Served, content_type: str) -> None:
    status, run = await api.post("/v1/runs", data=GOOD, headers={"Content-Type": content_type})

    assert (202, "relieve-shop") == (status, run["name"])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "nonsense"])
async def test_a_compressed_body_is_not_unpacked(api: Served, encoding: str) -> None:
    headers = {"Content-Type": JSON_TYPE, "Content-Encoding": encoding}
    request = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    answer = await _speak(api, f"{_request_line()}{request}Content-Length: {len(GOOD)}\r\n\r\n".encode(), GOOD)

    assert answer.startswith(b"HTTP/1.1 415 ")


async def test_control_requests_are_json_only_and_name_every_problem(api: Served) -> None:
    path = "/v1/runs/run-1/cancel"

    yaml_status, _ = await api.post(path, data=b"reason: r", headers={"Content-Type": YAML_TYPE})
    status, problem = await api.post(path, json={"reason": 7, "s3cret": "s3cret"})

    assert 415 == yaml_status
    assert (400, "invalid_request") == (status, problem["code"])
    assert {"/reason", "/s3cret"} == {each["pointer"] for each in problem["errors"]}


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.requirement("API-1")
async def test_a_body_beyond_the_limit_is_answered_and_drained_not_reset(api: Served, *, chunked: bool) -> None:
    chunk = b"x" * 65_536
    chunks = [chunk] * 80
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(chunk) * len(chunks)}"
    if chunked:
        chunks = [*(b"%x\r\n%s\r\n" % (len(chunk), chunk) for _ in chunks), b"0\r\n\r\n"]
    head = f"{_request_line()}Content-Type: application/json\r\n{framing}\r\n\r\n".encode()
    next_request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    # All of it is written before anything is read: a server that reset would break the pipe here.
    for part in (head, *chunks, next_request):
        writer.write(part)
        await within(writer.drain())
    refused = await within(_answer(reader))
    alive = await within(_answer(reader))
    writer.close()

    assert refused.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body_too_large"' in refused
    assert alive.startswith(b"HTTP/1.1 200 ")


async def test_a_body_of_exactly_the_limit_is_read(api: Served) -> None:
    body = GOOD + b" " * (MAX_BYTES - len(GOOD))

    status, _ = await api.post("/v1/runs", data=io.BytesIO(body), headers={"Content-Type": JSON_TYPE})
    too_large, problem = await api.post("/v1/runs", data=io.BytesIO(body + b" "), headers={"Content-Type": JSON_TYPE})

    assert 202 == status
    assert (413, "body_too_large") == (too_large, problem["code"])


@pytest.mark.parametrize(
    "garbled",
    [
        b"s3cret garbage\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"s3cret" * 4000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"s3cret" * 4000 + b"\r\n\r\n",
        b"POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: s3cret\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_as_a_problem_too(api: Served, garbled: bytes) -> None:
    answer = await _speak(api, garbled)

    assert b" 400 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer
    assert b"x-request-id: " in answer.lower()
    assert b"s3cret" not in answer
    assert 200 == (await api.get("/healthz"))[0]


def _request_line() -> str:
    return f"POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"


async def _speak(api: Served, *parts: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    for part in parts:
        writer.write(part)
        await within(writer.drain())
    answer = await within(_answer(reader))
    writer.close()
    return answer


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """
    Return one answer: its head, and as much body as its length says.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    [length] = [int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")]
    return head + await reader.readexactly(length)
