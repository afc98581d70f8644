"""
The log of what runs do: each event once, with the facts people search for, and never in the way of the run.
"""

import json
from typing import Any

import pytest
import structlog

from executor.core.events import EventType
from executor.telemetry import journal
from executor.telemetry.journal import action_of
from tests.plans import a_plan, scale
from tests.unit.telemetry.events import a_world, happened


async def journal_of(plan: dict[str, Any], *, denied: str | None = None) -> list[Any]:
    async with a_world() as (service, _, gate):
        if denied is not None:
            gate.denies("replica_limit", step=denied)
        told = await happened(service, plan)
    with structlog.testing.capture_logs() as records:
        for run, event in told:
            journal(run, event)
    return list(records)


@pytest.mark.requirement("OBS-1")
async def test_each_event_is_logged_once_with_its_run_and_step() -> None:
    records = await journal_of(a_plan(scale("web", to=3)))

    assert list(range(1, len(records) + 1)) == [record["sequence"] for record in records]
    assert {"run-000001"} == {record["run"] for record in records}
    of_step = [record["action"] for record in records if record["step"] == "web"]
    assert [
        "step_started", "snapshot_taken", "policy_decided", "dry_run_completed", "policy_decided", "apply_started",
        "change_applied", "policy_decided", "change_verified", "step_succeeded",
    ] == of_step  # fmt: skip


@pytest.mark.requirement("OBS-1")
async def test_what_needs_a_look_is_a_warning_and_says_why() -> None:
    records = await journal_of(a_plan(scale("web", to=3)), denied="web")

    warnings = [record for record in records if record["log_level"] == "warning"]
    assert ["step_denied", "run_finished"] == [record["action"] for record in warnings]
    assert "denied" == warnings[1]["phase"]
    assert "replica_limit" in warnings[0]["event"]


@pytest.mark.requirement("DRY-3")
async def test_no_object_of_the_cluster_is_logged() -> None:
    records = await journal_of(a_plan(scale("web", to=3)))

    assert "registry.test/web" not in json.dumps(records, default=str)


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_has_an_action_in_snake_case(event_type: EventType) -> None:
    action = action_of(event_type)

    assert event_type == "".join(word.capitalize() for word in action.split("_"))
    assert action == action.lower()


async def test_a_broken_observer_is_logged_and_harms_no_run() -> None:
    async with a_world() as (service, _, __):
        told = await happened(service, a_plan(scale("web", to=3)))
    run, event = told[0]

    with structlog.testing.capture_logs() as records:
        journal(None, event)  # type: ignore[arg-type] # whatever goes wrong inside

    assert ["observer_failed"] == [record["action"] for record in records]
    assert run.id == "run-000001"
