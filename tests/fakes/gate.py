"""
Owns a policy gate in memory for the engine's tests. The contract suite holds it to what the gate over OPA does.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from executor.core.digest import digest
from executor.core.loading import Loading
from executor.core.pinning import beyond_reach
from executor.core.policy import (
    ASKED_STAGES,
    Approval,
    Catalogue,
    Decision,
    Effect,
    PolicyInput,
    Rule,
    Stage,
    Violation,
)
from executor.core.verdict import Verdict, refusal
from executor.engine.ports import Check, InUse

REVISION = {"remediation": "sha256:" + "f" * 64}
ORDINARY = "ordinary"
"""The code of the rule that the fake has at every stage and that never objects."""


@dataclass(frozen=True, slots=True)
class _Objection:
    code: str
    stage: Stage | None
    step: str | None
    message: str
    approval: bool = False

    def concerns(self, request: PolicyInput) -> bool:
        return self.stage in {None, request.stage} and self.step in {None, request.step and request.step.id}


class FakeGate:
    """
    Allows whatever nobody told it to deny; `requests` is what it was asked, in order.

    `denies` and `requires_approval` hold for one stage or step, or for all; `allows_again` forgets them. `fails` makes
    every answer a denial in the executor's own name, as when OPA is gone. `hangs` keeps questions waiting (`waiting`
    of them) until `answers`. It serves one revision, so a run that started with another has lost it. `in_use` is what
    it was told to keep.
    """

    def __init__(self) -> None:
        self.requests: list[PolicyInput] = []
        self.waiting = 0
        self.in_use: InUse | None = None
        self._objections: list[_Objection] = []
        self._failure: Verdict | None = None
        self._answering = asyncio.Event()
        self._answering.set()
        self._ids = itertools.count(1)

    def denies(
        self, code: str, *, stage: Stage | None = None, step: str | None = None, message: str = "not here"
    ) -> None:
        """
        Object from now on.
        """
        self._objections.append(_Objection(code, stage, step, message))

    def requires_approval(self, code: str, *, stage: Stage | None = None, step: str | None = None) -> None:
        """
        Ask for an approval from now on.
        """
        self._objections.append(_Objection(code, stage, step, "two of the owners", approval=True))

    def allows_again(self) -> None:
        """
        Forget every objection and failure.
        """
        self._objections.clear()
        self._failure = None

    def fails(self, code: str = "policy_error", message: str = "OPA cannot be reached (OSError)") -> None:
        """
        Deny everything in the executor's own name.
        """
        self._failure = refusal(code, message, "see the log for why OPA is down")

    def hangs(self) -> None:
        """
        Leave questions without an answer.
        """
        self._answering.clear()

    def answers(self) -> None:
        """
        Answer what waits, and all that comes.
        """
        self._answering.set()

    @property
    def catalogue(self) -> Catalogue:
        """
        The rules it plays: the ordinary one at each stage, and those that were told to object.
        """
        told = {
            (stage, told.code) for told in self._objections for stage in ASKED_STAGES if told.stage in {None, stage}
        }
        ordinary = {(stage, ORDINARY) for stage in ASKED_STAGES}
        return Catalogue(
            revision=REVISION,
            roots={"remediation": ("remediation",)},
            rules=tuple(_rule(stage, code) for stage, code in sorted(told | ordinary)),
        )

    @property
    def loading(self) -> Loading:
        """
        Nothing was loaded since the start of time.
        """
        return Loading(loaded_at="1970-01-01T00:00:00.000Z")

    def needed_by(self, in_use: InUse) -> None:
        """
        Remember who tells what is in use.
        """
        self.in_use = in_use

    async def decide(
        self, request: PolicyInput, *, run: str | None, pinned: Mapping[str, str] | None = None
    ) -> Decision:
        """
        Judge by what it was told.
        """
        self.requests.append(request)
        self.waiting += 1
        try:
            await self._answering.wait()
        finally:
            self.waiting -= 1
        verdict = self._failure or self._judged(request)
        if pinned is not None and dict(pinned) != REVISION:
            verdict = beyond_reach(request.stage, verdict)
        document = request.model_dump(mode="json")
        return Decision(
            id=f"decision-{next(self._ids):04}",
            run=run,
            step=None if request.step is None else request.step.id,
            stage=request.stage,
            effect=verdict.effect,
            violations=list(verdict.violations),
            warnings=list(verdict.warnings),
            approvals=list(verdict.approvals),
            evaluated=list(verdict.evaluated),
            revision=dict(verdict.revision),
            input=document,
            input_digest=digest(document),
            duration_seconds=0.001,
            at=request.now,
        )

    async def check(self) -> Check:
        """
        Hold unless it was told to fail or hang.
        """
        ok = self._failure is None and self._answering.is_set()
        return Check(name="opa", ok=ok, message="OPA answers with the expected revision" if ok else "OPA is down")

    def _judged(self, request: PolicyInput) -> Verdict:
        catalogue = self.catalogue
        heard = [told for told in self._objections if told.concerns(request)]
        violations = [_violation(told, catalogue.rule(request.stage, told.code)) for told in heard if not told.approval]
        approvals = [_approval(told, catalogue.rule(request.stage, told.code)) for told in heard if told.approval]
        wanted = Effect.REQUIRE_APPROVAL if approvals else Effect.ALLOW
        return Verdict(
            effect=Effect.DENY if violations else wanted,
            violations=tuple(violations),
            approvals=tuple(approvals),
            evaluated=tuple(sorted(catalogue.inventory(request.stage))),
            revision=REVISION,
        )


def _rule(stage: Stage, code: str) -> Rule:
    return Rule(
        code=code,
        stage=stage,
        title=f"The rule {code}",
        description="",
        remedy="ask for less",
        file=f"policies/remediation/rules/{stage}/{code}/{code}.rego",
        row=6,
    )


def _violation(told: _Objection, rule: Rule | None) -> Violation:
    return Violation(
        code=told.code,
        message=told.message,
        path=None,
        title=rule.title if rule else None,
        remedy=rule.remedy if rule else None,
        rule=f"{rule.file}:{rule.row}" if rule else None,
    )


def _approval(told: _Objection, rule: Rule | None) -> Approval:
    return Approval(**_violation(told, rule).model_dump(), count=1, groups=[])
