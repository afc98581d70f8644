"""
Owns what a policy is asked (`PolicyInput`), what is loaded (`Catalogue`), and what is kept of an answer (`Decision`).

What an answer of OPA means is `core.verdict`'s to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from executor.core.blast_radius import BlastRadius
from executor.core.facts import Facts
from executor.core.history import History
from executor.core.model import Json, Manifest, Value


class Stage(StrEnum):
    """
    Where in a step's path a policy is asked.
    """

    PLAN = "plan"
    PREFLIGHT = "preflight"
    DRY_RUN = "dry_run"
    VERIFY = "verify"
    ROLLBACK = "rollback"


ASKED_STAGES = (Stage.PLAN, Stage.PREFLIGHT, Stage.DRY_RUN, Stage.VERIFY, Stage.ROLLBACK)
"""The stages this executor asks: a constant, so that what is loaded cannot decide what is judged."""


class Effect(StrEnum):
    """
    What a decision says.
    """

    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


class Caller(Value):
    """
    Who asked, by the token's name.
    """

    name: str
    groups: list[str] = Field(default_factory=list)


class RunInput(Value):
    """
    The run a step belongs to; null in an assessment that is no run.
    """

    id: str | None
    name: str
    reason: str
    labels: dict[str, str]
    rollback: Literal["automatic", "manual", "none"]
    digest: str
    approvals: list[dict[str, Any]] = Field(default_factory=list)
    emergency: bool = False


class ExpectInput(Value):
    """
    What the caller promises of a step: it changes these paths and no other.
    """

    paths: list[str] = Field(description="JSON Pointers; each also stands for what is below it")


class StepInput(Value):
    """
    The step under judgement, in the plan's own spelling.
    """

    id: str
    action: str
    parameters: dict[str, Any]
    needs: list[str]
    attempt: int
    reversible: bool
    expect: ExpectInput | None = None


class TargetInput(Value):
    """
    The object the step does something to.
    """

    api_version: str
    kind: str
    namespace: str | None
    name: str
    exists: bool | None = Field(description="null for a step of the plan that was not looked at")


class NamespaceInput(Value):
    """
    Labels and annotations of the target's live namespace.
    """

    labels: dict[str, str]
    annotations: dict[str, str]


class PlanStepInput(Value):
    """
    One step of the plan at stage `plan`, in the plan's own spelling, with what was found out about it.
    """

    id: str
    action: str
    parameters: dict[str, Any]
    needs: list[str]
    reversible: bool
    on_failure: Literal["rollback", "stop", "continue"]
    assess: Literal["early", "late"]
    expect: ExpectInput | None
    target: TargetInput | None
    namespace: NamespaceInput | None = Field(description="null for cluster-scoped targets, or when it was not read")


class PlanInput(Value):
    """
    The whole plan: its steps at stage `plan`, elsewhere only the totals.
    """

    steps: list[PlanStepInput] | None
    totals: dict[str, int]
    blast_radius: BlastRadius | None = Field(
        default=None, description="of all steps together, as the assessment found it; null before that"
    )


class DifferenceInput(Value):
    """
    One leaf that differs between before and after; `requested` tells the caller's changes from what admission added.
    """

    path: str = Field(description="JSON Pointer; into `after` for add and replace, into `before` for remove")
    op: Literal["add", "replace", "remove"]
    before: Json
    after: Json
    requested: bool


class PolicyInput(Value):
    """
    What every rule of every stage sees; each key is always present, null where not known.
    """

    stage: Stage
    now: str = Field(description="RFC 3339 UTC with milliseconds")
    caller: Caller
    run: RunInput
    plan: PlanInput | None
    step: StepInput | None = Field(description="null at stage plan")
    target: TargetInput | None = Field(description="null for an action about no object, and at stage plan")
    namespace: NamespaceInput | None = Field(
        description="null for cluster-scoped targets, or when it could not be read"
    )
    before: Manifest | None = Field(description="the live object; null when it does not exist")
    after: Manifest | None = Field(
        description="what the API server's dry run answered, at preflight what is asked for, at verify what is there; "
        "null when it will be gone"
    )
    snapshot: Manifest | None = Field(description="at stage rollback: the target as it was before the run changed it")
    snapshot_age_seconds: float | None = Field(
        default=None, description="at stage rollback: how long ago the snapshot was taken"
    )
    diff: list[DifferenceInput]
    divergence: list[str] | None = Field(
        default=None, description="at stage verify: JSON Pointers where the object is not as the preview said"
    )
    written_at: str | None = Field(
        default=None,
        description="at stage verify: when the change was written, by the API server's clock, to the second",
    )
    warnings: list[str]
    facts: Facts
    history: History | None = Field(default=None, description="null when the store could not count")
    blast_radius: BlastRadius | None = Field(default=None, description="of this step alone; at stage plan, of the plan")


class Violation(Value):
    """
    One objection or remark of a rule, with what its METADATA says to people.
    """

    code: str
    message: str
    path: str | None = None
    title: str | None = None
    remedy: str | None = None
    rule: str | None = Field(default=None, description="file:row")


class Approval(Violation):
    """
    What a rule wants people to approve: how many of them, and of which groups (none named: anybody).
    """

    count: int = Field(ge=1, le=100)
    groups: list[str]


Level = Literal["deny", "warn", "require_approval"]
"""What a finding amounts to, in the words of the rule that made it."""


class Shadowed(Violation):
    """
    What a rule in mode shadow said: recorded, and without any effect. `level` is how it would have counted.
    """

    level: Level


class Decision(Value):
    """
    What a gate answered about one input, as it is stored and served.
    """

    id: str
    run: str | None
    step: str | None
    stage: Stage
    effect: Effect
    violations: list[Violation]
    warnings: list[Violation]
    approvals: list[Approval]
    shadowed: list[Shadowed] = Field(default_factory=list)
    evaluated: list[str]
    revision: dict[str, str]
    input: dict[str, Any]
    input_digest: str
    duration_seconds: float
    at: str

    @property
    def allowed(self) -> bool:
        """
        Tell if this is an allow; an approval that is still required is not.
        """
        return self.effect is Effect.ALLOW


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One loaded rule, as its METADATA describes it. `code` is the rule's folder, or `owner/rule` for a site's own.
    """

    code: str
    stage: Stage
    title: str
    description: str
    remedy: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """
    A loaded policy set: revisions by bundle, the bundles' roots, and every rule.
    """

    revision: Mapping[str, str]
    roots: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]

    def inventory(self, stage: Stage) -> frozenset[str]:
        """
        Return the codes of the rules that must have been evaluated at a stage.
        """
        return frozenset(rule.code for rule in self.rules if rule.stage is stage)

    def rule(self, stage: Stage, code: str) -> Rule | None:
        """
        Find a rule by its code at a stage.
        """
        return next((rule for rule in self.rules if rule.stage is stage and rule.code == code), None)
