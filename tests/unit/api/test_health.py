"""
How the process says how it is.
"""

import asyncio
from typing import Any

import pytest

from executor.api import health
from tests.fakes.service import Served, serving


@pytest.mark.requirement("API-1")
async def test_ready_names_every_check_and_is_503_when_one_does_not_hold(api: Served) -> None:
    ready, body = await api.get("/readyz")
    api.store.unwritable("the disk is full")
    not_ready, told = await api.get("/readyz")

    assert (200, "ok", {True}) == (ready, body["status"], {check["ok"] for check in body["checks"]})
    assert (503, "unavailable") == (not_ready, told["status"])
    assert {"name": "store", "ok": False, "message": "the disk is full"} in told["checks"]
    assert (200, {"status": "ok", "checks": []}) == await api.get("/healthz")


@pytest.mark.requirement("API-1")
async def test_a_check_that_hangs_is_not_ready(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(api.service, "checks", hangs)

    status, body = await api.get("/readyz")

    assert (503, ["checks"]) == (status, [check["name"] for check in body["checks"]])


@pytest.mark.requirement("OBS-1")
async def test_figures_are_shown_as_they_are_given_and_scrapers_may_ask_with_a_query() -> None:
    content_type = "text/plain; version=1.0.0; charset=utf-8"
    async with (
        serving(metrics=lambda: (b"executor_up 1\n", content_type)) as api,
        api.http.get("/metrics?name[]=executor_up") as response,
    ):
        assert (200, content_type) == (response.status, response.headers["Content-Type"])
        assert b"executor_up 1\n" == await response.read()
