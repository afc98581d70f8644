"""
Owns how a step under judgement becomes the policy's input.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.change import api_version
from executor.core.facts import Facts, gitops_of, managers_of
from executor.core.model import Manifest
from executor.core.paths import path_at
from executor.core.plan import Plan, Step
from executor.core.policy import (
    Caller,
    DifferenceInput,
    NamespaceInput,
    PlanInput,
    PolicyInput,
    RunInput,
    Stage,
    StepInput,
    TargetInput,
)


@dataclass(frozen=True)
class Asker:
    """
    On whose behalf a step is judged. `run` is None for an assessment that is no run.
    """

    plan: Plan
    digest: str
    caller: str
    run: str | None

    @cached_property
    def totals(self) -> dict[str, int]:
        """
        Count what the plan touches: steps, targets, namespaces, steps that cannot be undone.

        Counted once: a plan of a hundred steps is told in hundreds of questions.
        """
        targets = {step.target for step in self.plan.steps if step.target is not None}
        return {
            "steps": len(self.plan.steps),
            "targets": len(targets),
            "namespaces": len({target.namespace for target in targets if target.namespace is not None}),
            "irreversible": sum(
                CATALOGUE[step.action].why_irreversible(step.target) is not None for step in self.plan.steps
            ),
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What was found out about a step so far, with secret values as fingerprints. ABSENT is an object that is not there.

    `exists` tells of the target itself, which is not always the object that is made or changed.
    """

    before: Manifest
    after: Manifest
    diff: Iterable[dict[str, Any]]
    namespace: NamespaceInput | None
    facts: Facts
    warnings: tuple[str, ...] = ()
    snapshot: Manifest | None = None
    attempt: int = field(default=1)
    exists: bool = True


def policy_request(stage: Stage, now: str, asker: Asker, step: Step, evidence: Evidence) -> PolicyInput:
    """
    Return the document that OPA judges.
    """
    plan = asker.plan
    diff = [DifferenceInput(**each) for each in evidence.diff]
    return PolicyInput(
        stage=stage,
        now=now,
        caller=Caller(name=asker.caller),
        run=RunInput(
            id=asker.run,
            name=plan.name,
            reason=plan.reason,
            labels=plan.labels,
            rollback=plan.rollback,
            digest=asker.digest,
        ),
        plan=PlanInput(steps=None, totals=asker.totals),
        step=StepInput(
            id=step.id,
            action=step.action,
            parameters=step.parameters,
            needs=list(step.needs),
            attempt=evidence.attempt,
            reversible=CATALOGUE[step.action].why_irreversible(step.target) is None,
        ),
        target=_target(step, exists=evidence.exists),
        namespace=evidence.namespace,
        before=_shown(evidence.before),
        after=_shown(evidence.after),
        snapshot=None if evidence.snapshot is None else _shown(evidence.snapshot),
        diff=diff,
        warnings=list(evidence.warnings),
        facts=_facts(evidence, diff),
    )


def _facts(evidence: Evidence, diff: Iterable[DifferenceInput]) -> Facts:
    """
    Add to the gathered facts those that the object itself tells.
    """
    before, facts = evidence.before, evidence.facts
    changed = [path_at(each.path, before if each.op == "remove" else evidence.after) for each in diff]
    told: dict[str, Any] = {"managers": managers_of(before, changed), "gitops": gitops_of(before)}
    if before.get("kind") == "Scale":
        told["unknown"] = {**facts.unknown, "gitops": "the scale of an object does not tell who keeps the object"}
    return facts.model_copy(update=told)


def _target(step: Step, *, exists: bool) -> TargetInput | None:
    target = step.target
    if target is None:
        return None
    return TargetInput(
        api_version=api_version(target),
        kind=target.kind,
        namespace=target.namespace,
        name=target.name,
        exists=exists,
    )


def _shown(manifest: Manifest) -> Manifest | None:
    """
    Return an object as rules see it, None for one that does not exist.

    Leave out `metadata.managedFields`: it is bulky, and rules read field owners from `facts.managers`.
    """
    if not manifest:
        return None
    return {**manifest, "metadata": {k: v for k, v in manifest["metadata"].items() if k != "managedFields"}}
