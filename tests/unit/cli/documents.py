"""
Owns the documents a server answers with, made by the core from events, so that they are what the API really shows.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from executor.core.events import NO_HASH, Draft, Event, EventType, chained
from executor.core.fold import folded
from executor.core.policy import Decision, Effect, Stage, Violation
from executor.core.validation import read_plan
from executor.core.view import run_view, step_view
from tests.plans import a_plan, scale

RUN = "01jd3z0m7q"
SNAPSHOT: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "web", "annotations": {}},
    "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "app", "image": "registry.test/web:1"}]}}},
}
PREVIEW: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "web", "annotations": {"policy.test/seen": "yes"}},
    "spec": {
        "replicas": 3,
        "template": {
            "spec": {
                "containers": [{"name": "proxy", "image": "proxy:1"}, {"name": "app", "image": "registry.test/web:2"}]
            }
        },
    },
}
DIFF: list[dict[str, Any]] = [
    {
        "path": "/metadata/annotations/policy.test~1seen",
        "op": "add",
        "before": None,
        "after": "yes",
        "requested": False,
    },
    {
        "path": "/spec/template/spec/containers/1/image",
        "op": "replace",
        "before": "registry.test/web:1",
        "after": "registry.test/web:2",
        "requested": True,
    },
]

Happened = tuple[EventType, str | None, Mapping[str, Any]]


def happened(kind: EventType, step: str | None = None, **data: Any) -> Happened:
    """
    Return one thing that happened.
    """
    return kind, step, data


def started(step: str = "web") -> list[Happened]:
    """
    Return the beginning of a run and of its step.
    """
    return [
        happened(EventType.RUN_CLAIMED),
        happened(EventType.RUN_QUEUED, message="waits for its turn"),
        happened(EventType.RUN_STARTED),
        happened(EventType.STEP_STARTED, step),
        happened(EventType.SNAPSHOT_TAKEN, step, object=SNAPSHOT),
    ]


def succeeded(step: str = "web") -> list[Happened]:
    """
    Return all of a run of one step that succeeds.
    """
    return [
        *started(step),
        happened(EventType.POLICY_DECIDED, step, decision="d1", stage="preflight", effect="allow"),
        happened(
            EventType.DRY_RUN_COMPLETED,
            step,
            object=PREVIEW,
            diff=DIFF,
            warnings=["the field is deprecated"],
            changed_paths=[each["path"] for each in DIFF],
        ),
        happened(EventType.POLICY_DECIDED, step, decision="d2", stage="dry_run", effect="allow"),
        happened(EventType.APPLY_STARTED, step, change={}, digest="sha256:0"),
        happened(EventType.CHANGE_APPLIED, step, object=PREVIEW, digest="sha256:0"),
        happened(EventType.CHANGE_VERIFIED, step, message="3 of 3 are ready"),
        happened(EventType.STEP_SUCCEEDED, step, message="deployment/shop/web: 3 of 3 are ready"),
        happened(EventType.RUN_FINISHED, phase="succeeded", message="1 step done"),
    ]


def denied(step: str = "web") -> list[Happened]:
    """
    Return all of a run of one step that its preflight denies.
    """
    return [
        *started(step),
        happened(EventType.POLICY_DECIDED, step, decision="d1", stage="preflight", effect="deny"),
        happened(EventType.STEP_DENIED, step, code="denied", message="replica_limit: 50 is above 20", decision="d1"),
        happened(EventType.RUN_FINISHED, phase="denied", message="step web was denied: replica_limit"),
    ]


def waiting(step: str = "web") -> list[Happened]:
    """
    Return a run of one step that waits for an approval.
    """
    told = f"waits for approval until 2026-11-23T11:40:00.000Z; to end the wait: remediate reject {RUN} --reason …"
    return [
        *started(step),
        happened(EventType.POLICY_DECIDED, step, decision="d1", stage="preflight", effect="require_approval"),
        happened(
            EventType.APPROVAL_REQUESTED,
            digest="sha256:" + "ab" * 32,
            approvals=[WANTED],
            expires_at="2026-11-23T11:40:00.000Z",
            message=told,
        ),
    ]


def ended(phase: str) -> list[Happened]:
    """
    Return the shortest run that may end in a phase.
    """
    queued = started()[:2] if phase in {"expired", "cancelled"} else started()[:3]
    rollback = [happened(EventType.ROLLBACK_STARTED, because="as asked")] if phase == "rolled_back" else []
    return [
        *queued,
        happened(EventType.STEP_SKIPPED, "web", message="not started"),
        *rollback,
        happened(EventType.RUN_FINISHED, phase=phase, message=f"the run ended {phase}"),
    ]


def ended_view(phase: str) -> dict[str, Any]:
    """
    Return the document of a run that ended in a phase, however it came to that.
    """
    events = a_log(ended(phase))
    over = {"phase": phase, "message": f"the run ended {phase}", "finished_at": events[-1].at, "version": len(events)}
    return {**view_of(events[:-1]), **over}


def a_log(happenings: list[Happened], *, plan: Mapping[str, Any] | None = None) -> list[Event]:
    """
    Return the events of a run, one a second, RunAccepted before them.
    """
    checked = read_plan(dict(plan or a_plan(scale(to=50), labels={"incident": "inc-42"})), max_parallel=5)
    accepted = happened(
        EventType.RUN_ACCEPTED,
        plan=checked.model_dump(mode="json"),
        digest="sha256:" + "ab" * 32,
        caller="local",
        max_parallel=5,
        deadline_at="2026-11-23T11:34:00.000Z",
        policy_revision={"remediation": "sha256:" + "cd" * 32},
    )
    drafts = [
        Draft(type=kind, at=f"2026-11-23T11:24:{second:02}.500Z", step=step, data=dict(data))
        for second, (kind, step, data) in enumerate([accepted, *happenings])
    ]
    return list(chained(drafts, after_sequence=0, after_hash=NO_HASH))


def view_of(events: list[Event]) -> dict[str, Any]:
    """
    Return the run's document after these events.
    """
    return run_view(folded(RUN, events))


def step_of(events: list[Event], step: str = "web") -> dict[str, Any]:
    """
    Return a step's document after these events.
    """
    return step_view(folded(RUN, events).steps[step])


def listed(events: list[Event]) -> list[dict[str, Any]]:
    """
    Return events as the API lists them.
    """
    return [event.model_dump(mode="json") for event in events]


def a_page(items: list[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    """
    Return a page of a list.
    """
    return {"items": items, "next_cursor": cursor}


def a_denial(decision: str = "d1") -> dict[str, Any]:
    """
    Return a decision that denies, as the API answers it.
    """
    return Decision(
        id=decision,
        run=RUN,
        step="web",
        stage=Stage.PREFLIGHT,
        effect=Effect.DENY,
        violations=[
            Violation(
                code="replica_limit",
                message="50 replicas are asked for, 20 are allowed",
                path="/spec/replicas",
                title="Scaling stays within a limit",
                remedy="Ask for at most 20, or raise params.max_replicas of this rule.",
                rule="remediation/rules/preflight/replica_limit/replica_limit.rego:12",
            )
        ],
        warnings=[],
        approvals=[],
        evaluated=["replica_limit"],
        revision={"remediation": "sha256:" + "cd" * 32},
        input={},
        input_digest="sha256:" + "ef" * 32,
        duration_seconds=0.002,
        at="2026-11-23T11:24:06.500Z",
    ).model_dump(mode="json")


WANTED: dict[str, Any] = {
    "code": "acme/owners",
    "message": "50 replicas are asked for in production",
    "path": "/spec/replicas",
    "title": "Production is changed by two",
    "remedy": "Ask the owners.",
    "rule": "owners.rego:7",
    "count": 2,
    "groups": ["owners", "sre"],
    "decision": "d1",
    "step": "web",
}
"""One approval that a run waits for."""

WAITS = """\
waits for approval until 2026-11-23 11:40:00 UTC, then it expires:
needs approval by acme/owners: Production is changed by two
  step   web
  rule   owners.rego:7
  saw    /spec/replicas: 50 replicas are asked for in production
  wants  2 people of owners or sre
  to do  Ask the owners.
"""
"""How `waiting` reads."""

DENIAL = """\
denied by replica_limit: Scaling stays within a limit
  step   web, at preflight
  rule   remediation/rules/preflight/replica_limit/replica_limit.rego:12
  saw    /spec/replicas: 50 replicas are asked for, 20 are allowed
  to do  Ask for at most 20, or raise params.max_replicas of this rule.
"""
"""How `a_denial` reads."""


def text(shown: str) -> str:
    """
    Return expected output that is indented with the test around it.
    """
    return textwrap.dedent(shown).removeprefix("\n")
