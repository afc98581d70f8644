"""
Query strings and headers: checked as strictly as bodies, every problem at once, each at its place.
"""

import pytest

from tests.fakes.service import Served
from tests.plans import a_plan, cordon, scale

RUN = "/v1/runs/run-000001"


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("/v1/runs?limit=0", {"/query/limit": "out_of_range"}),
        ("/v1/runs?limit=201", {"/query/limit": "out_of_range"}),
        ("/v1/runs?limit=", {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=ten", {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=1.5", {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=1_0", {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=%D9%A1", {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=" + "9" * 5000, {"/query/limit": "wrong_type"}),
        ("/v1/runs?limit=1&limit=2", {"/query/limit": "duplicate_key"}),
        ("/v1/runs?s3cret=s3cret", {"/query/s3cret": "unknown_key"}),
        ("/v1/runs?phase=s3cret", {"/query/phase": "wrong_type"}),
        ("/v1/runs?namespace=S3cret", {"/query/namespace": "bad_name"}),
        ("/v1/runs?namespace=%00", {"/query/namespace": "bad_name"}),
        ("/v1/runs?label=s3cret", {"/query/label/0": "bad_name"}),
        ("/v1/runs?label=a=b&label==b", {"/query/label/1": "bad_name"}),
        ("/v1/runs?label=a=%00", {"/query/label/0": "bad_name"}),
        ("/v1/runs?caller=%00", {"/query/caller": "bad_name"}),
        ("/v1/runs?cursor=s3cret", {"/query/cursor": "bad_cursor"}),
        (
            "/v1/runs?limit=0&phase=x&y=1",
            {"/query/limit": "out_of_range", "/query/phase": "", "/query/y": "unknown_key"},
        ),
        (f"{RUN}?wait=s3cret", {"/query/wait": "not_one_of"}),
        (f"{RUN}?timeout_seconds=61", {"/query/timeout_seconds": "out_of_range"}),
        (f"{RUN}?timeout_seconds=0", {"/query/timeout_seconds": "out_of_range"}),
        (f"{RUN}?timeout_seconds=nan", {"/query/timeout_seconds": "wrong_type"}),
        (f"{RUN}?timeout_seconds=-1", {"/query/timeout_seconds": "out_of_range"}),
        (f"{RUN}?timeout_seconds=1e999", {"/query/timeout_seconds": "out_of_range"}),
        (f"{RUN}/events?cursor=s3cret", {"/query/cursor": "wrong_type"}),
        (f"{RUN}/events?cursor=-1", {"/query/cursor": "out_of_range"}),
        (f"{RUN}/events?after=1", {"/query/after": "unknown_key"}),
        (f"{RUN}/steps/web?verbose=1", {"/query/verbose": "unknown_key"}),
        ("/v1/actions?limit=1", {"/query/limit": "unknown_key"}),
    ],
)
@pytest.mark.requirement("API-1")
async def test_a_query_that_cannot_be_taken_is_refused_at_its_places(
    api: Served, path: str, errors: dict[str, str]
) -> None:
    status, problem = await api.get(path)

    assert (400, "invalid_request") == (status, problem["code"])
    assert set(errors) == {each["pointer"] for each in problem["errors"]}
    assert all(each["code"].startswith(errors[each["pointer"]]) for each in problem["errors"])
    assert not any("s3cret" in each["message"] for each in problem["errors"])


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\tb"])
@pytest.mark.requirement("PLAN-5")
async def test_an_idempotency_key_is_1_to_255_printable_characters(api: Served, key: str) -> None:
    status, problem = await api.post("/v1/runs", json=a_plan(scale()), headers={"Idempotency-Key": key})

    assert (400, ["/headers/Idempotency-Key"]) == (status, [each["pointer"] for each in problem["errors"]])
    assert [] == api.store.batches


@pytest.mark.parametrize("last", ["", "x", "-1", "1.5", "9" * 30])
@pytest.mark.requirement("API-2")
async def test_a_last_event_id_is_a_sequence_number(api: Served, last: str) -> None:
    status, problem = await api.get(f"{RUN}/events", headers={"Last-Event-ID": last})

    assert (400, ["/headers/Last-Event-ID"]) == (status, [each["pointer"] for each in problem["errors"]])


@pytest.mark.requirement("API-1")
async def test_runs_are_listed_by_what_all_filters_match(api: Served) -> None:
    for name, labels in (("web", {"team": "a", "incident": "1"}), ("api", {"team": "a"})):
        await api.post("/v1/runs", json=a_plan(scale(name), labels=labels, name=name))
    await api.post("/v1/runs", json=a_plan(cordon(), name="node"))
    await api.get("/v1/runs/run-000003?wait=terminal")

    async def found(query: str) -> list[str]:
        _, page = await api.get(f"/v1/runs?{query}")
        return [run["name"] for run in page["items"]]

    assert ["node", "api", "web"] == await found("")
    assert ["api", "web"] == await found("namespace=shop")
    assert ["api", "web"] == await found("label=team=a")
    assert ["web"] == await found("label=team=a&label=incident=1")
    assert [] == await found("label=team=a&label=team=b")
    assert [] == await found("caller=nobody")
    assert ["node"] == await found("phase=succeeded&limit=1&caller=tester")


@pytest.mark.requirement("API-1")
async def test_pages_follow_each_other_until_the_cursor_is_null(api: Served) -> None:
    for name in ("web", "api", "web"):
        await api.post("/v1/runs", json=a_plan(scale(name), name=name))

    _, first = await api.get("/v1/runs?limit=2")
    _, second = await api.get("/v1/runs", params={"limit": "2", "cursor": first["next_cursor"]})

    assert ["web", "api", "web"] == [run["name"] for run in first["items"] + second["items"]]
    assert second["next_cursor"] is None
