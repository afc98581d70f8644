"""
Owns what a policy is asked (`PolicyInput`) and what an answer means (`read_decision`).

Only a well-formed allow allows. The checks stand in the order in which OPA can go wrong: no answer, no result, another
shape, an effect that contradicts its lists, another stage, another revision, rules missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, ValidationError

from executor.core.facts import Facts
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


ASKED_STAGES = (Stage.PREFLIGHT, Stage.DRY_RUN, Stage.ROLLBACK)
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


class PlanInput(Value):
    """
    The whole plan: its steps at stage `plan`, elsewhere only the totals.
    """

    steps: list[dict[str, Any]] | None
    totals: dict[str, int]
    blast_radius: dict[str, Any] | None = None


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
    expect: dict[str, Any] | None = None


class TargetInput(Value):
    """
    The object the step does something to.
    """

    api_version: str
    kind: str
    namespace: str | None
    name: str
    exists: bool


class NamespaceInput(Value):
    """
    Labels and annotations of the target's live namespace.
    """

    labels: dict[str, str]
    annotations: dict[str, str]


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
    step: StepInput
    target: TargetInput
    namespace: NamespaceInput | None = Field(
        description="null for cluster-scoped targets, or when it could not be read"
    )
    before: Manifest | None = Field(description="the live object")
    after: Manifest | None = Field(description="what the API server's dry run answered; at preflight what is asked for")
    snapshot: Manifest | None = Field(description="at stage rollback: the target as it was before the run changed it")
    diff: list[DifferenceInput]
    warnings: list[str]
    facts: Facts
    history: dict[str, Any] | None = None
    blast_radius: dict[str, Any] | None = None


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


class Decision(Value):
    """
    What a gate answered about one input, as it is stored and served.
    """

    id: str
    run: str | None
    step: str
    stage: Stage
    effect: Effect
    violations: list[Violation]
    warnings: list[Violation]
    approvals: list[dict[str, Any]]
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What `read_decision` made of an answer: the part of a Decision that OPA decides.
    """

    effect: Effect
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()
    approvals: tuple[dict[str, Any], ...] = ()
    evaluated: tuple[str, ...] = ()
    revision: Mapping[str, str] = field(default_factory=dict)


class _Finding(Value):
    code: str
    message: str
    path: str | None = None


class _Answer(Value):
    effect: Literal["allow", "deny", "require_approval"]
    violations: list[_Finding]
    warnings: list[_Finding]
    approvals: list[dict[str, Any]]
    evaluated: list[str]
    stage: str | None


def refusal(code: str, message: str, remedy: str, *, revision: Mapping[str, str] | None = None) -> Verdict:
    """
    Return a denial in the executor's own name (codes `policy_…`, `approval_unavailable`).
    """
    return Verdict(
        effect=Effect.DENY,
        violations=(Violation(code=code, message=message, title="The policy could not answer", remedy=remedy),),
        revision=revision or {},
    )


def read_decision(body: Json, stage: Stage, catalogue: Catalogue) -> Verdict:
    """
    Read OPA's answer to `data.remediation.decision` (asked with `provenance=true`); anything unclear is a denial.

    `body` is the parsed body of a 200 answer: `{"result": …, "provenance": {"bundles": {name: {"revision": …}}}}`.
    """
    if not isinstance(body, dict) or body.get("result") is None:
        return refusal(
            "policy_undefined",
            "OPA answered without a result: the policy's entrypoint is not loaded",
            "check EXECUTOR_OPA_URL and that the external OPA serves the bundle of `remediate policy build`",
        )
    try:
        answer = _Answer.model_validate(body["result"])
    except ValidationError:
        return refusal(
            "policy_malformed",
            "OPA's decision has not the expected shape",
            "restore the shipped router remediation.rego",
        )
    revision = _revisions(body)
    unclear = _contradiction(answer) or _wrong_set(answer, revision, stage, catalogue)
    if unclear is not None:
        code, message, remedy = unclear
        return refusal(code, message, remedy, revision=revision)
    violations = tuple(_explained(finding, stage, catalogue) for finding in answer.violations)
    if answer.effect == "require_approval":
        # Approvals cannot be given yet; a required one that nobody can give is a no.
        violations = (_APPROVAL_UNAVAILABLE,)
    return Verdict(
        effect=Effect.DENY if violations else Effect.ALLOW,
        violations=violations,
        warnings=tuple(_explained(finding, stage, catalogue) for finding in answer.warnings),
        approvals=tuple(answer.approvals),
        evaluated=tuple(sorted(answer.evaluated)),
        revision=revision,
    )


def _revisions(body: Mapping[str, Any]) -> dict[str, str]:
    provenance = body.get("provenance")
    bundles = provenance.get("bundles") if isinstance(provenance, dict) else None
    if not isinstance(bundles, dict):
        return {}
    return {
        name: bundle["revision"]
        for name, bundle in bundles.items()
        if isinstance(bundle, dict) and isinstance(bundle.get("revision"), str)
    }


_APPROVAL_UNAVAILABLE = Violation(
    code="approval_unavailable",
    message="a rule requires an approval, and approvals cannot be given in this version",
    title="An approval is required",
    remedy="change the plan so that no rule asks for approval, or switch that rule off in the site's configuration",
)

Unclear = tuple[str, str, str]


def _contradiction(answer: _Answer) -> Unclear | None:
    expected = "deny" if answer.violations else "require_approval" if answer.approvals else "allow"
    if answer.effect != expected:
        return (
            "policy_malformed",
            f"OPA's decision says {answer.effect} where its lists say {expected}",
            "restore the shipped router remediation.rego",
        )
    return None


def _wrong_set(answer: _Answer, revision: Mapping[str, str], stage: Stage, catalogue: Catalogue) -> Unclear | None:
    if answer.stage != stage:
        return (
            "policy_malformed",
            f"OPA judged another stage than {stage}",
            "restore the shipped router remediation.rego",
        )
    if revision != dict(catalogue.revision):
        return (
            "policy_revision",
            "OPA serves another policy revision than the one that was checked at start",
            "serve the bundle of `remediate policy build` made from the same folders, or restart the executor",
        )
    if frozenset(answer.evaluated) != catalogue.inventory(stage):
        missing = ", ".join(sorted(catalogue.inventory(stage) - set(answer.evaluated))) or "none"
        return (
            "policy_inventory",
            f"not every rule of stage {stage} was evaluated (missing: {missing})",
            "each rule must define deny, warn or require_approval as a set (`contains`), under its own stage's folder",
        )
    return None


def _explained(finding: _Finding, stage: Stage, catalogue: Catalogue) -> Violation:
    rule = catalogue.rule(stage, finding.code)
    return Violation(
        code=finding.code,
        message=finding.message,
        path=finding.path,
        title=rule.title if rule else None,
        remedy=rule.remedy if rule else None,
        rule=f"{rule.file}:{rule.row}" if rule else None,
    )
