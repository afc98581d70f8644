"""
Owns the shape of every answer, for the OpenAPI document; tests hold the documents that are really sent to it.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from executor.core.blast_radius import BlastRadius
from executor.core.events import EventType
from executor.core.expectation import ExpectationDocument
from executor.core.loading import Outcome
from executor.core.plan import Rollback
from executor.core.policy import Approval, Decision, Effect, Shadowed, Stage, Violation
from executor.core.run import Actuation, RollbackState, RunPhase, StepPhase, Verification

__all__ = ["Decision"]

T = TypeVar("T")

Time = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"),
    Field(description="RFC 3339 UTC with milliseconds"),
]
Digest = Annotated[str, StringConstraints(pattern="^sha256:[0-9a-f]{64}$")]
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Pointer = Annotated[str, Field(description="a JSON Pointer (RFC 6901)")]


class Shown(BaseModel):
    """
    The base of everything that is answered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResidueItem(Shown):
    """
    A leaf that a rollback left as it is, and why.
    """

    step: str
    target: str
    path: Pointer | None = Field(description="null for the whole object")
    expected: Any
    actual: Any
    why: str


class RollbackStatus(Shown):
    """
    How far a run's rollback is, and what it left.
    """

    strategy: Rollback
    state: RollbackState
    residue: list[ResidueItem]


class Progress(Shown):
    """
    How many steps are over; it never falls.
    """

    total: int = Field(ge=1)
    done: int = Field(ge=0)
    percent: int = Field(ge=0, le=100)


class TargetRef(Shown):
    """
    The object a step does something to.
    """

    kind: str
    namespace: str | None
    name: str
    api_version: str | None = Field(default=None, description="there for kinds that are not Kubernetes' own")


class StepSummary(Shown):
    """
    One step as its run's document shows it.
    """

    id: str
    action: str
    target: TargetRef | None = Field(description="null for an action about no object")
    needs: list[str]
    phase: StepPhase
    stage: Literal["snapshot", "preflight", "dry_run", "apply", "verify"] | None
    actuation: Actuation
    verification: Verification
    attempts: int = Field(ge=0)
    reversible: bool
    message: str
    warnings: list[str]
    started_at: Time | None
    finished_at: Time | None
    changed_paths: list[Pointer]
    decisions: list[str] = Field(description="ids for GET /v1/decisions/{decision}")


class Step(StepSummary):
    """
    One step in full: what was there before, what the preview said, what was sent, and what was put back.
    """

    code: str | None = Field(description="why the step ended badly, for programs")
    parameters: dict[str, Any]
    on_failure: Literal["rollback", "stop", "continue"]
    assess: Literal["early", "late"]
    expect: ExpectationDocument | None = Field(description="the paths it promised to change; null without a promise")
    snapshot: dict[str, Any] | None
    preview: dict[str, Any] | None
    diff: list[dict[str, Any]]
    change: dict[str, Any] | None
    outcome: dict[str, Any] | None
    observed: dict[str, Any] | None = Field(description="what a step that only looks has found")
    parts: dict[str, dict[str, Any]] = Field(description="a drain's evictions by pod: actuation and message")
    restore: dict[str, Any] | None


class RunSummary(Shown):
    """
    A run as lists show it, without its steps.
    """

    id: str
    name: str
    reason: str
    labels: dict[str, str]
    digest: Digest
    caller: str
    phase: RunPhase
    message: str
    rollback: RollbackStatus
    progress: Progress
    policy_revision: dict[str, str] = Field(description="bundle → revision")
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    deadline_at: Time
    version: int = Field(ge=1, description="the sequence number of the last event; also the ETag")


class WantedApproval(Approval):
    """
    One approval that a rule wants, and the decision that says so.
    """

    decision: str = Field(description="its id for GET /v1/decisions/{decision}")
    step: str | None = Field(description="null where the plan as a whole wants it")


class RunApproval(Shown):
    """
    What a run waits or waited for.
    """

    digest: Digest = Field(description="of the plan that an answer is bound to")
    approvals: list[WantedApproval]
    requested_at: Time
    expires_at: Time
    answer: Literal["given", "refused", "expired"] | None = Field(description="null while nobody has answered")
    answered_at: Time | None
    caller: str | None = Field(description="who answered")
    comment: str | None


class Run(RunSummary):
    """
    One execution of a plan.
    """

    approval: RunApproval | None = Field(description="null where no approval was ever wanted")
    steps: list[StepSummary]


class Event(Shown):
    """
    One event of a run; `hash` is SHA-256 over the RFC 8785 JSON of the event without it.
    """

    sequence: int = Field(ge=1)
    type: EventType
    at: Time
    step: str | None
    data: dict[str, Any]
    previous_hash: Hash
    hash: Hash


class AssessedStep(Shown):
    """
    What an assessment says about one step.
    """

    id: str
    effect: Literal["allow", "deny", "fail", "late", "require_approval"]
    code: str | None
    reversible: bool
    irreversible_because: str | None
    changed_paths: list[Pointer]
    diff: list[dict[str, Any]]
    warnings: list[str]
    message: str
    decisions: list[str]


class Verdict(Shown):
    """
    What a gate answered, in short.
    """

    decision: str = Field(description="its id for GET /v1/decisions/{decision}")
    stage: Stage
    effect: Effect
    violations: list[Violation]
    warnings: list[Violation]
    approvals: list[Approval]
    shadowed: list[Shadowed]


class Assessment(Shown):
    """
    What a plan would do, and what policy says to it.
    """

    effect: Literal["allow", "deny", "fail", "require_approval"]
    message: str
    plan_gate: Verdict = Field(description="what the policy says to the plan as a whole")
    blast_radius: BlastRadius = Field(description="how much all steps together disturb at their worst point")
    approvals: list[WantedApproval] = Field(description="what people would have to approve, all steps together")
    steps: list[AssessedStep]


class PermissionItem(Shown):
    """
    What the executor's account must be allowed, in RBAC's words.
    """

    api_group: str
    resource: str
    verbs: list[str]


class ActionItem(Shown):
    """
    One action of the catalogue.
    """

    action: str
    kinds: list[str]
    parameters: dict[str, Any] = Field(description="a JSON Schema")
    reversible: bool
    irreversible_because: str | None
    irreversible_kinds: dict[str, str] = Field(description="kinds of which a restore does not undo it, with the reason")
    permissions: list[PermissionItem]
    facts: list[str]
    description: str
    example: dict[str, Any] = Field(description="parameters to copy; empty where their types tell enough")


class RuleItem(Shown):
    """
    One policy rule that is loaded.
    """

    code: str
    title: str
    description: str
    remedy: str
    file: str


class PolicyRefusal(Shown):
    """
    Why what the policy folders hold is not active.
    """

    at: str
    reason: str = Field(description="file, line and reason, where there is one")


class PolicyState(Shown):
    """
    Since when the active set judges, and what was refused since.
    """

    loaded_at: str
    refused: PolicyRefusal | None = Field(description="null while the folders hold what is active")


class PolicyEvent(Shown):
    """
    One attempt to load what the policy folders hold.
    """

    at: str
    outcome: Outcome
    revision: dict[str, str] | None = Field(description="null for a set that was refused")
    reason: str
    duration_seconds: float = Field(description="from noticing the change")


class Policy(Shown):
    """
    What policy is active: revisions and roots by bundle, rules by stage; and the last attempts to load, newest first.
    """

    revision: dict[str, str]
    roots: dict[str, list[str]]
    rules: dict[Stage, list[RuleItem]]
    state: PolicyState
    events: list[PolicyEvent]


class CheckItem(Shown):
    """
    One readiness check.
    """

    name: str
    ok: bool
    message: str


class Health(Shown):
    """
    How the process is.
    """

    status: Literal["ok", "unavailable"]
    checks: list[CheckItem]


class Place(Shown):
    """
    One thing wrong with a request: where (JSON Pointer into the body; `/query/…` or `/headers/…` otherwise), and why.
    """

    pointer: str
    code: str
    message: str


class Problem(Shown):
    """
    Why a request was refused (RFC 9457).
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Place] = Field(default=[], description="every place that is wrong, where places are known")
    phase: RunPhase | None = Field(default=None, description="with `wrong_phase`: the run's phase")


class Page(Shown, Generic[T]):
    """
    A list; `next_cursor` is null on the last page.
    """

    items: list[T]
    next_cursor: str | None
