"""
The figures: each event counted once, labels bounded, nothing remembered of runs that are over.
"""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from executor.core.actions import CATALOGUE
from executor.core.loading import Attempt, Outcome
from executor.telemetry import Metrics
from tests.plans import a_plan, cordon, scale
from tests.unit.telemetry.events import a_world, happened

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(metrics: Metrics) -> Samples:
    """
    Read the page as Prometheus does.
    """
    page, content_type = metrics.page()
    assert content_type.startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, frozenset(labels.items())))


async def counted(*plans: dict[str, Any], denied: str | None = None) -> Metrics:
    metrics = Metrics()
    async with a_world() as (service, _, gate):
        if denied is not None:
            gate.denies("replica_limit", step=denied)
        for plan in plans:
            for run, event in await happened(service, plan):
                metrics.observe(run, event)
    return metrics


@pytest.mark.requirement("OBS-1")
async def test_runs_steps_and_decisions_are_counted_once() -> None:
    metrics = await counted(a_plan(scale("web", to=3)))

    assert 1 == value(metrics, "executor_runs_accepted_total")
    assert 1 == value(metrics, "executor_runs_total", phase="succeeded")
    assert 0 == value(metrics, "executor_runs_total", phase="failed")
    assert 1 == value(metrics, "executor_steps_total", action="scale", phase="succeeded")
    assert 1 == value(metrics, "executor_decisions_total", stage="preflight", effect="allow")
    assert 1 == value(metrics, "executor_decisions_total", stage="dry_run", effect="allow")
    assert 1 == value(metrics, "executor_run_seconds_count", phase="succeeded")
    assert 1 == value(metrics, "executor_run_queue_seconds_count")


@pytest.mark.requirement("OBS-1")
async def test_each_stage_of_a_step_is_timed() -> None:
    metrics = await counted(a_plan(scale("web", to=3)))

    timed = {stage: value(metrics, "executor_step_seconds_count", stage=stage) for stage in STAGES}
    assert dict.fromkeys(STAGES, 1) == timed


STAGES = ("snapshot", "preflight", "dry_run", "apply", "verify")


@pytest.mark.requirement("OBS-1", "ROLL-2")
async def test_a_rollback_and_its_restores_are_counted() -> None:
    late = scale("api", to=7, needs=["web"], assess="late")

    metrics = await counted(a_plan(scale("web", to=3), late, cordon(needs=["api"])), denied="api")

    assert 1 == value(metrics, "executor_rollbacks_total")
    assert 1 == value(metrics, "executor_restores_total", result="restored")
    assert 1 == value(metrics, "executor_step_seconds_count", stage="restore")
    assert 1 == value(metrics, "executor_steps_total", action="scale", phase="denied")
    assert 1 == value(metrics, "executor_steps_total", action="cordon", phase="skipped")
    # Both of its writes are judged: of the values, and of who owns the fields.
    assert 2 == value(metrics, "executor_decisions_total", stage="rollback", effect="allow")
    assert 1 == value(metrics, "executor_runs_total", phase="rolled_back")
    assert 1 == value(metrics, "executor_assessments_total", effect="allow")


@pytest.mark.requirement("OBS-1")
async def test_the_decisions_of_an_assessment_are_counted_beside_those_of_the_steps() -> None:
    metrics = await counted(a_plan(scale("web", to=3), scale("api", to=3, needs=["web"])))

    assert 4 == value(metrics, "executor_decisions_total", stage="preflight", effect="allow")
    assert 4 == value(metrics, "executor_decisions_total", stage="dry_run", effect="allow")


@pytest.mark.requirement("OBS-1")
async def test_active_runs_are_shown_by_phase_and_none_is_left_in_the_end() -> None:
    metrics = Metrics()
    active = []
    async with a_world() as (service, _, __):
        for run, event in await happened(service, a_plan(scale("web", to=3))):
            metrics.observe(run, event)
            active.append({phase: n for phase in PHASES if (n := value(metrics, "executor_runs_active", phase=phase))})

    assert {"accepted": 1} == active[0]
    assert {"running": 1} == active[-2]
    assert {} == active[-1]


PHASES = ("accepted", "assessing", "queued", "running", "rolling_back")


async def test_no_label_grows_with_what_callers_send() -> None:
    one = await counted(a_plan(scale("web", to=3)))
    many = await counted(*(a_plan(scale("web", to=n, namespace="shop"), name=f"n{n}") for n in range(2, 8)))

    assert {key for key in samples(one) if "executor" in key[0]} == {
        key for key in samples(many) if "executor" in key[0]
    }
    assert {dict(labels)["action"] for name, labels in samples(many) if name == "executor_steps_total"} <= set(
        CATALOGUE
    )


async def test_nothing_is_remembered_of_runs_that_are_over() -> None:
    metrics = await counted(a_plan(scale("web", to=3)), a_plan(cordon()))

    assert (0, 0) == (len(metrics._phases), len(metrics._stages))


@pytest.mark.requirement("OBS-1")
def test_the_process_shows_its_memory_and_two_services_do_not_add_up() -> None:
    first, second = Metrics(), Metrics()

    assert (value(first, "process_resident_memory_bytes") or 0) > 0
    assert samples(first).keys() == samples(second).keys()


async def test_a_run_that_was_taken_over_is_counted_from_where_it_is_seen() -> None:
    metrics = Metrics()
    async with a_world() as (service, _, __):
        told = await happened(service, a_plan(scale("web", to=3)))
    for run, event in told[4:]:
        metrics.observe(run, event)

    assert 1 == value(metrics, "executor_runs_total", phase="succeeded")
    assert 0 == value(metrics, "executor_runs_accepted_total")
    assert 0 == value(metrics, "executor_runs_active", phase="running")


@pytest.mark.requirement("GATE-9", "OBS-1")
def test_attempts_to_load_a_policy_are_counted_by_outcome_and_a_refusal_stands_until_it_is_mended() -> None:
    metrics = Metrics()
    before = value(metrics, "executor_policy_reloads_total", outcome="refused")

    metrics.policy_loaded_at("2026-11-23T12:00:00.000Z")
    metrics.observe_policy(Attempt("2026-11-23T13:00:00.000Z", Outcome.REFUSED, None, "x.rego:3: no", 0.5))
    refused = value(metrics, "executor_policy_refused"), value(metrics, "executor_policy_loaded_timestamp_seconds")
    metrics.observe_policy(Attempt("2026-11-23T14:00:00.000Z", Outcome.LOADED, {"remediation": "sha256:a"}, "", 0.5))

    assert (0, 1) == (before, value(metrics, "executor_policy_reloads_total", outcome="refused"))
    assert (1, 1_795_435_200) == refused
    assert (0, 1_795_442_400) == (
        value(metrics, "executor_policy_refused"),
        value(metrics, "executor_policy_loaded_timestamp_seconds"),
    )
