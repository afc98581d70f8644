"""
The list of decisions: whole ones, newest first, selected and paged like every list.
"""

from datetime import timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from executor.core.times import read
from tests.fakes.service import Served
from tests.plans import a_plan, scale
from tests.unit.api.test_openapi import conforms

pytestmark = pytest.mark.requirement("POL-6", "API-1")


async def made(api: Served) -> dict[str, Any]:
    """
    Let two runs be judged, the second denied, and return the first.
    """
    _, first = await api.post("/v1/runs", json=a_plan(scale("web", to=3)))
    await api.get(f"/v1/runs/{first['id']}?wait=terminal")
    api.gate.denies("replica_limit")
    _, second = await api.post("/v1/runs", json=a_plan(scale("web", to=4)))
    await api.get(f"/v1/runs/{second['id']}?wait=terminal")
    return dict(first)


async def listed(api: Served, query: str = "") -> list[dict[str, Any]]:
    status, page = await api.get(f"/v1/decisions{query}")
    assert 200 == status, page
    conforms(page, "Page_Decision_")
    return list(page["items"])


async def test_the_list_holds_each_decision_whole_and_newest_first(api: Served) -> None:
    await made(api)

    found = await listed(api)

    assert sorted(found, key=lambda one: (one["at"], one["id"]), reverse=True) == found
    assert [(await api.get(f"/v1/decisions/{one['id']}"))[1] for one in found] == found
    assert all(one["input"]["stage"] == one["stage"] for one in found)


async def test_the_list_is_narrowed_by_run_stage_effect_and_time(api: Served) -> None:
    first = await made(api)
    every = await listed(api)

    of_first = [one for one in every if one["run"] == first["id"]]
    denied = [one for one in every if one["effect"] == "deny"]
    preflight = [one for one in every if one["stage"] == "preflight"]
    assert all((of_first, denied, preflight))
    assert of_first == await listed(api, f"?run={first['id']}")
    assert denied == await listed(api, "?effect=deny")
    assert preflight == await listed(api, "?stage=preflight")
    assert every == await listed(api, f"?since={every[-1]['at']}")
    assert [] == await listed(api, "?since=2999-01-01T00:00:00Z")


async def test_a_time_is_taken_in_any_zone(api: Served) -> None:
    await made(api)
    every = await listed(api)
    newest = read(every[0]["at"])
    elsewhere = newest.astimezone(timezone(timedelta(hours=1)))

    expected = [one for one in every if one["at"] == every[0]["at"]]
    assert expected == await listed(api, f"?since={quote(elsewhere.isoformat())}")
    assert expected == await listed(api, f"?since={every[0]['at'].lower()}")
    assert [] == await listed(api, f"?since={quote((elsewhere + timedelta(milliseconds=1)).isoformat())}")


async def test_pages_hold_all_decisions_once(api: Served) -> None:
    await made(api)
    pages, cursor = [], ""

    while cursor is not None:
        _, page = await api.get(f"/v1/decisions?limit=2{cursor and f'&cursor={cursor}'}")
        pages.append(page["items"])
        cursor = page["next_cursor"]

    assert await listed(api) == [one for page in pages for one in page]
    assert all(len(page) <= 2 for page in pages)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("since=yesterday", "/query/since", "bad_name"),
        ("since=2026-02-30T00:00:00Z", "/query/since", "bad_value"),
        ("since=2026-01-01T00:00:00", "/query/since", "bad_name"),
        ("since=0001-01-01T00:00:00%2B23:00", "/query/since", "bad_value"),
        ("stage=s3cret", "/query/stage", "wrong_type"),
        ("effect=s3cret", "/query/effect", "wrong_type"),
        ("run=.s3cret", "/query/run", "bad_name"),
        ("cursor=s3cret", "/query/cursor", "bad_cursor"),
        ("limit=201", "/query/limit", "out_of_range"),
        ("phase=failed", "/query/phase", "unknown_key"),
    ],
)
async def test_a_list_that_cannot_be_asked_for_says_where(api: Served, query: str, pointer: str, code: str) -> None:
    status, problem = await api.get(f"/v1/decisions?{query}")

    assert (400, "invalid_request") == (status, problem["code"])
    assert [(pointer, code)] == [(each["pointer"], each["code"]) for each in problem["errors"]]
    assert not any("s3cret" in each["message"] for each in problem["errors"])
