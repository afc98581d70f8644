"""
Owns what an answer of OPA means: `read_decision` makes a verdict of it.

Only a well-formed allow allows. The checks stand in the order in which OPA can go wrong: no answer, no result, another
shape, an effect that contradicts its lists, another stage, another revision, rules missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, ValidationError

from executor.core.model import Json, Value
from executor.core.policy import Approval, Catalogue, Effect, Level, Shadowed, Stage, Violation


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What `read_decision` made of an answer: the part of a Decision that OPA decides.
    """

    effect: Effect
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()
    approvals: tuple[Approval, ...] = ()
    shadowed: tuple[Shadowed, ...] = ()
    evaluated: tuple[str, ...] = ()
    revision: Mapping[str, str] = field(default_factory=dict)


class _Finding(Value):
    code: str
    message: str
    path: str | None = None


class _Wanted(_Finding):
    count: int = Field(ge=1, le=100)
    groups: list[str]


class _Shadow(_Finding):
    level: Level


class _Answer(Value):
    effect: Literal["allow", "deny", "require_approval"]
    violations: list[_Finding]
    warnings: list[_Finding]
    approvals: list[_Wanted]
    shadowed: list[_Shadow]
    evaluated: list[str]
    stage: str | None


def refusal(code: str, message: str, remedy: str, *, revision: Mapping[str, str] | None = None) -> Verdict:
    """
    Return a denial in the executor's own name (codes `policy_…`).
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
    return Verdict(
        effect=Effect(answer.effect),
        violations=violations,
        warnings=tuple(_explained(finding, stage, catalogue) for finding in answer.warnings),
        approvals=tuple(
            Approval(**_explained(wanted, stage, catalogue).model_dump(), count=wanted.count, groups=wanted.groups)
            for wanted in answer.approvals
        ),
        shadowed=tuple(
            Shadowed(**_explained(said, stage, catalogue).model_dump(), level=said.level) for said in answer.shadowed
        ),
        evaluated=tuple(sorted(answer.evaluated)),
        revision=revision,
    )


def _revisions(body: Mapping[str, Any]) -> dict[str, str]:
    provenance = body.get("provenance")
    bundles = provenance.get("bundles") if isinstance(provenance, dict) else None
    if not isinstance(bundles, dict):
        return {}
    return {
        # A bundle without a revision keeps its place: it is not the set that was checked.
        name: str(bundle.get("revision", "")) if isinstance(bundle, dict) else ""
        for name, bundle in bundles.items()
    }


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
