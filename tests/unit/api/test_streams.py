"""
The live stream of events: what was, what happens, resumed where it broke off, and nothing left behind.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from executor.api.keys import HEARTBEAT_SECONDS
from tests.fakes.service import Served, serving
from tests.plans import a_plan, scale
from tests.waiting import eventually, within

PLAN = a_plan(scale("web", to=3))
STREAM = {"Accept": "text/event-stream"}


class Messages:
    """
    The messages of a stream as they come; `comments` counts heartbeats.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.comments = 0

    async def next(self) -> dict[str, str] | None:
        """
        Return the next message's fields, or None when the stream has ended.
        """
        fields: dict[str, str] = {}
        while line := (await within(self.response.content.readline())).decode():
            if line == "\n" and fields:
                return fields
            if line.startswith(":"):
                self.comments += 1
            elif line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
        return None

    async def rest(self) -> list[dict[str, str]]:
        """
        Return all messages until the end.
        """
        found = []
        while (message := await self.next()) is not None:
            found.append(message)
        return found


@asynccontextmanager
async def following(api: Served, run: str, **headers: str) -> AsyncIterator[Messages]:
    """
    Follow a run.
    """
    sent = {**STREAM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with api.http.get(f"/v1/runs/{run}/events", headers=sent) as response:
        assert (200, "text/event-stream") == (response.status, response.content_type)
        yield Messages(response)


async def ended_run(api: Served) -> dict[str, Any]:
    _, run = await api.post("/v1/runs", json=PLAN)
    _, ended = await api.get(f"/v1/runs/{run['id']}?wait=terminal")
    assert "succeeded" == ended["phase"]
    return dict(ended)


@pytest.mark.requirement("API-2")
async def test_a_stream_begins_with_retry_and_tells_each_event_as_the_page_lists_it(api: Served) -> None:
    run = await ended_run(api)
    _, page = await api.get(f"/v1/runs/{run['id']}/events?limit=200")

    async with following(api, run["id"]) as messages:
        retry, *told = await messages.rest()

    assert {"retry": "2000"} == retry
    assert page["items"] == [json.loads(message["data"]) for message in told]
    assert [(str(each["sequence"]), each["type"]) for each in page["items"]] == [
        (message["id"], message["event"]) for message in told
    ]
    assert "RunFinished" == told[-1]["event"]


@pytest.mark.requirement("API-2", "RUN-4")
async def test_a_stream_tells_what_happens_while_it_happens_and_ends_with_the_run(api: Served) -> None:
    hold = api.cluster.hold("apply")
    _, run = await api.post("/v1/runs", json=PLAN)

    async with following(api, run["id"]) as messages:
        seen = [await messages.next()]
        while seen[-1] is not None and seen[-1].get("event") != "ApplyStarted":
            seen.append(await messages.next())
        hold.release()
        rest = await messages.rest()

    assert seen[-1] is not None
    assert "RunFinished" == rest[-1]["event"]
    ids = [int(each["id"]) for each in (*seen[1:], *rest) if each is not None]
    assert list(range(1, len(ids) + 1)) == ids


@pytest.mark.requirement("API-2")
async def test_silence_is_filled_with_heartbeats(api: Served) -> None:
    hold = api.cluster.hold("apply")
    _, run = await api.post("/v1/runs", json=PLAN)

    async with following(api, run["id"]) as messages:
        while messages.comments < 3:
            line = await within(messages.response.content.readline())
            messages.comments += line == b": still here\n"
        hold.release()
        rest = await messages.rest()

    assert "RunFinished" == rest[-1]["event"]


def test_heartbeats_come_every_15_seconds_unless_told_otherwise() -> None:
    from executor.api import build_app  # noqa: PLC0415 # beside its one use: no other test needs an unserved app
    from tests.fakes.service import no_metrics  # noqa: PLC0415 # the same

    app = build_app(object(), tokens={}, metrics=no_metrics)  # type: ignore[arg-type] # no request reaches it

    assert 15.0 == app[HEARTBEAT_SECONDS]


@pytest.mark.parametrize("behind", [0, 1, 5])
@pytest.mark.requirement("API-2")
async def test_a_stream_resumes_behind_the_last_event_seen(api: Served, behind: int) -> None:
    run = await ended_run(api)

    async with following(api, run["id"], Last_Event_ID=str(behind)) as messages:
        _, *told = await messages.rest()

    assert list(range(behind + 1, run["version"] + 1)) == [int(message["id"]) for message in told]


@pytest.mark.parametrize("beyond", [0, 1, 1000])
@pytest.mark.requirement("API-2")
async def test_resumed_at_or_after_the_end_it_is_200_and_closed_at_once(api: Served, beyond: int) -> None:
    run = await ended_run(api)

    async with following(api, run["id"], Last_Event_ID=str(run["version"] + beyond)) as messages:
        told = await messages.rest()

    assert [{"retry": "2000"}] == told


@pytest.mark.requirement("API-2")
async def test_a_stream_of_no_run_is_a_problem_like_any_other(api: Served) -> None:
    status, problem = await api.get("/v1/runs/run-000009/events", headers=STREAM)

    assert (404, "not_found") == (status, problem["code"])


@pytest.mark.requirement("API-2")
async def test_subscribers_that_leave_leave_nothing_behind(api: Served) -> None:
    hold = api.cluster.hold("apply")
    _, run = await api.post("/v1/runs", json=PLAN)
    await within(hold.reached.wait())
    before = len(asyncio.all_tasks())
    subscribers = []
    for _ in range(20):
        # A connection each, so that closing it is what the server sees of a browser that was closed.
        session = aiohttp.ClientSession(api.url, headers=dict(api.http.headers))
        response = await session.get(f"/v1/runs/{run['id']}/events", headers=STREAM)
        assert b"retry: 2000\n" == await within(response.content.readline())
        subscribers.append((session, response))
    during = len(asyncio.all_tasks())

    for session, response in subscribers:
        response.close()
        await session.close()

    async def gone() -> bool:
        return len(asyncio.all_tasks()) <= before and not api.service._hub._waiters.get(run["id"])

    assert during >= before + 20
    await eventually(gone)
    hold.release()


@pytest.mark.requirement("API-2")
async def test_a_shutdown_closes_streams_at_once() -> None:
    """
    Requests may take two minutes to end here, which nobody waits for.
    """
    async with serving(shutdown_seconds=120) as api:
        hold = api.cluster.hold("apply")
        _, run = await api.post("/v1/runs", json=PLAN)
        await within(hold.reached.wait())

        async with following(api, run["id"]) as messages:
            await messages.next()
            await within(api.runner.cleanup())
            rest = await messages.rest()
        hold.release()

    assert "RunFinished" not in [message["event"] for message in rest]


@pytest.mark.requirement("API-2")
async def test_a_defect_in_mid_stream_ends_it_without_pretending_an_end(
    api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await ended_run(api)

    async def broken(_: str, *, after: int) -> AsyncIterator[Any]:
        for event in await api.service.events(run["id"], after=after, limit=2):
            yield event
        raise RuntimeError("s3cret")

    monkeypatch.setattr(api.service, "follow", broken)
    async with following(api, run["id"]) as messages:
        _, *told = await messages.rest()

    assert ["1", "2"] == [message["id"] for message in told]
    assert 200 == (await api.get("/healthz"))[0]


@pytest.mark.parametrize(
    ("accept", "streamed"),
    [
        ("text/event-stream", True),
        ("application/json, text/event-stream", True),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=s3cret", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
@pytest.mark.requirement("API-2")
async def test_what_the_caller_accepts_decides_between_page_and_stream(
    api: Served, accept: str, *, streamed: bool
) -> None:
    run = await ended_run(api)

    async with api.http.get(f"/v1/runs/{run['id']}/events", headers={"Accept": accept}) as response:
        expected = "text/event-stream" if streamed else "application/json"

        assert (200, expected, "Accept") == (response.status, response.content_type, response.headers["Vary"])


@pytest.mark.requirement("API-1", "AUD-1")
async def test_pages_of_events_follow_each_other_without_a_gap(api: Served) -> None:
    run = await ended_run(api)
    sequences, cursor = [], None
    while True:
        params = {"limit": "3", **({} if cursor is None else {"cursor": cursor})}
        _, page = await api.get(f"/v1/runs/{run['id']}/events", params=params)
        sequences += [event["sequence"] for event in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert list(range(1, run["version"] + 1)) == sequences
