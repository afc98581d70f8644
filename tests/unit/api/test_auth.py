"""
Who is let in: the holder of a token, by its caller's name, everywhere but at the few public paths.
"""

import json

import aiohttp
import pytest
import structlog

from executor.api.routes import OPERATIONS
from tests.fakes.service import CALLER, TOKEN, Served
from tests.plans import a_plan, scale

PRIVATE = [(each.method, each.path) for each in OPERATIONS if not each.public]
PUBLIC = [each.path for each in OPERATIONS if each.public]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        TOKEN,
        f"Basic {TOKEN}",
    ],
)
@pytest.mark.requirement("SEC-1")
async def test_without_the_token_nothing_is_answered_or_done(api: Served, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with aiohttp.ClientSession(api.url, headers=headers) as stranger:
        for method, path in PRIVATE:
            async with stranger.request(method, path, json=a_plan(scale())) as response:
                problem = await response.json(content_type="application/problem+json")

            assert (401, "Bearer") == (response.status, response.headers["WWW-Authenticate"])
            assert "unauthenticated" == problem["code"]
    assert [] == api.store.batches


@pytest.mark.requirement("SEC-1")
async def test_two_tokens_are_none(api: Served) -> None:
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")]

    async with aiohttp.ClientSession(api.url, headers=headers) as stranger, stranger.get("/v1/runs") as response:
        assert 401 == response.status


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.requirement("SEC-1", "PLAN-1")
async def test_the_token_names_the_caller(api: Served, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}

    _, run = await api.post("/v1/runs", json=a_plan(scale()), headers=headers)

    assert CALLER == run["caller"]


@pytest.mark.requirement("SEC-1")
async def test_only_the_public_paths_need_no_token(api: Served) -> None:
    async with aiohttp.ClientSession(api.url) as stranger:
        answered = {}
        for path in [*PUBLIC, "/", "/nothing", "/v1", "/v1/nothing", "/v1/runs/", "/v1x"]:
            async with stranger.get(path) as response:
                answered[path] = response.status

    assert dict.fromkeys(PUBLIC, 200) == {path: answered.pop(path) for path in PUBLIC}
    assert {"/": 404, "/nothing": 404, "/v1": 401, "/v1/nothing": 401, "/v1/runs/": 401, "/v1x": 404} == answered


@pytest.mark.requirement("SEC-1")
async def test_no_log_line_holds_a_token(api: Served) -> None:
    with structlog.testing.capture_logs() as records:
        await api.get("/v1/runs", headers={"Authorization": "Bearer s3cret-guess"})
        await api.get(f"/v1/runs?token={TOKEN}")
        await api.get("/v1/runs")

    assert [401, 400, 200] == [record["status"] for record in records]
    assert [None, CALLER, CALLER] == [record["caller"] for record in records]
    assert not any(word in json.dumps(records) for word in (TOKEN, "s3cret"))
