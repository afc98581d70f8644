"""
What callers do with runs: submit once, look, wait, cancel.
"""

import asyncio
from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from tests.fakes.service import Served
from tests.plans import a_plan, cordon, scale
from tests.waiting import eventually, within

PLAN = a_plan(scale("web", to=3))


@pytest.mark.requirement("PLAN-1")
async def test_a_plan_becomes_a_run_with_its_place_and_version(api: Served) -> None:
    async with api.http.post("/v1/runs", json=PLAN) as response:
        run = await response.json()

    assert 202 == response.status
    assert f"/v1/runs/{run['id']}" == response.headers["Location"]
    assert f'"{run["version"]}"' == response.headers["ETag"]
    assert ("accepted", "tester") == (run["phase"], run["caller"])


@pytest.mark.requirement("PLAN-5")
async def test_the_same_key_and_plan_answer_the_same_run_and_another_plan_is_a_conflict(api: Served) -> None:
    headers = {"Idempotency-Key": "k-1"}

    first, run = await api.post("/v1/runs", json=PLAN, headers=headers)
    again, same = await api.post("/v1/runs", json=PLAN, headers=headers)
    other, problem = await api.post("/v1/runs", json=a_plan(cordon()), headers=headers)

    assert (202, 200, 409) == (first, again, other)
    assert run["id"] == same["id"]
    assert "idempotency_conflict" == problem["code"]


@pytest.mark.requirement("PLAN-1")
async def test_a_client_that_leaves_while_its_plan_is_recorded_does_not_cut_the_run_off(
    api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, leave = asyncio.Event(), asyncio.Event()
    append = api.store.append

    async def slow(batch: Any) -> None:
        reached.set()
        await leave.wait()
        await append(batch)

    monkeypatch.setattr(api.store, "append", slow)
    sending = asyncio.create_task(api.post("/v1/runs", json=PLAN))
    await within(reached.wait())
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    leave.set()

    async def recorded() -> bool:
        status, _ = await api.get("/v1/runs/run-000001")
        return status == 200

    await eventually(recorded)
    _, run = await within(api.get("/v1/runs/run-000001?wait=terminal"))
    assert "succeeded" == run["phase"]


@pytest.mark.requirement("API-2", "RUN-4")
async def test_waiting_answers_as_soon_as_the_run_has_ended(api: Served) -> None:
    hold = api.cluster.hold("apply")
    _, run = await api.post("/v1/runs", json=PLAN)
    waiting = asyncio.create_task(api.get(f"/v1/runs/{run['id']}?wait=terminal&timeout_seconds=60"))
    await within(hold.reached.wait())

    early, running = await api.get(f"/v1/runs/{run['id']}?wait=terminal&timeout_seconds=0.01")
    hold.release()
    late, ended = await within(waiting)

    assert (200, "running") == (early, running["phase"])
    assert (200, "succeeded") == (late, ended["phase"])


@pytest.mark.requirement("API-2")
async def test_a_shutdown_answers_who_waits_with_the_run_as_it_is(api: Served) -> None:
    hold = api.cluster.hold("apply")
    _, run = await api.post("/v1/runs", json=PLAN)
    waiting = asyncio.create_task(api.get(f"/v1/runs/{run['id']}?wait=terminal&timeout_seconds=60"))
    await within(hold.reached.wait())

    await within(api.runner.cleanup())
    hold.release()

    status, seen = await within(waiting)
    assert (200, "running") == (status, seen["phase"])


@pytest.mark.requirement("API-1")
async def test_a_run_that_has_not_moved_on_is_not_sent_again(api: Served) -> None:
    _, run = await api.post("/v1/runs", json=PLAN)
    path = f"/v1/runs/{run['id']}"
    async with api.http.get(f"{path}?wait=terminal") as response:
        tag = response.headers["ETag"]

    statuses = {}
    for known in (tag, f'W/{tag}, "other"', "*", '"1"', "s3cret"):
        async with api.http.get(path, headers={"If-None-Match": known}) as response:
            statuses[known] = (response.status, response.headers["ETag"], bool(await response.read()))

    assert {
        tag: (304, tag, False),
        f'W/{tag}, "other"': (304, tag, False),
        "*": (304, tag, False),
        '"1"': (200, tag, True),
        "s3cret": (200, tag, True),
    } == statuses


@pytest.mark.requirement("API-1")
async def test_head_answers_as_get_does_without_the_body(api: Served) -> None:
    _, run = await api.post("/v1/runs", json=PLAN)
    await api.get(f"/v1/runs/{run['id']}?wait=terminal")

    for path in (f"/v1/runs/{run['id']}", f"/v1/runs/{run['id']}/events", "/v1/runs", "/healthz"):
        async with api.http.head(path, headers={"Accept": "text/event-stream"}) as response:
            assert (200, b"") == (response.status, await response.read())


@pytest.mark.requirement("RUN-6")
async def test_cancelling_is_accepted_once_and_refused_when_the_run_is_over(api: Served) -> None:
    hold = api.cluster.hold("dry_run")
    _, run = await api.post("/v1/runs", json=PLAN)
    path = f"/v1/runs/{run['id']}"
    await within(hold.reached.wait())

    cancelling = asyncio.create_task(api.post(f"{path}/cancel", json={"reason": "wrong shop"}))
    status, _ = await within(cancelling)
    hold.release()
    _, ended = await within(api.get(f"{path}?wait=terminal"))
    refused, problem = await api.post(f"{path}/cancel", json={"reason": "again"})

    assert (202, "cancelled") == (status, ended["phase"])
    assert (409, "wrong_phase", "cancelled") == (refused, problem["code"], problem["phase"])


@pytest.mark.requirement("DRY-5", "GATE-8")
async def test_an_assessment_writes_nothing_and_its_decisions_are_kept(api: Served) -> None:
    before = api.cluster.applied

    status, report = await api.post("/v1/assessments", json=PLAN)
    [step] = report["steps"]
    decisions = [await api.get(f"/v1/decisions/{each}") for each in step["decisions"]]

    assert (200, "allow") == (status, report["effect"])
    assert ("plan", "allow") == (report["plan_gate"]["stage"], report["plan_gate"]["effect"])
    assert 1 == report["blast_radius"]["objects"]
    assert ["/spec/replicas"] == step["changed_paths"]
    assert [(200, None, "preflight"), (200, None, "dry_run")] == [
        (status, decision["run"], decision["stage"]) for status, decision in decisions
    ]
    assert before == api.cluster.applied


@pytest.mark.requirement("ACT-3", "POL-8")
async def test_actions_and_policy_can_be_looked_up(api: Served) -> None:
    _, actions = await api.get("/v1/actions")
    _, policy = await api.get("/v1/policy")

    assert list(CATALOGUE) == [each["action"] for each in actions["items"]]
    assert {"plan", "preflight", "dry_run", "verify", "rollback"} == set(policy["rules"])


@pytest.mark.requirement("API-1")
async def test_a_step_is_shown_in_full_and_an_unknown_one_is_not_found(api: Served) -> None:
    _, run = await api.post("/v1/runs", json=PLAN)
    await api.get(f"/v1/runs/{run['id']}?wait=terminal")

    status, step = await api.get(f"/v1/runs/{run['id']}/steps/web")
    missing, problem = await api.get(f"/v1/runs/{run['id']}/steps/other")

    assert (200, "succeeded", 3) == (status, step["phase"], step["preview"]["spec"]["replicas"])
    assert (404, "not_found") == (missing, problem["code"])
