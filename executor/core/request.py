"""
Owns how a step under judgement becomes the policy's input.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.blast_radius import BlastRadius
from executor.core.change import api_version
from executor.core.disruption import Disruption
from executor.core.facts import Facts, gitops_of, managers_of
from executor.core.history import History
from executor.core.model import Manifest
from executor.core.ownership import written_at
from executor.core.paths import path_at
from executor.core.plan import Plan, Step
from executor.core.policy import (
    Caller,
    DifferenceInput,
    ExpectInput,
    NamespaceInput,
    PlanInput,
    PlanStepInput,
    PolicyInput,
    RunInput,
    Stage,
    StepInput,
    TargetInput,
)
from executor.core.run import Run


@dataclass(frozen=True)
class Asker:
    """
    On whose behalf a step is judged. `run` is None for an assessment that is no run.

    `revision` is the policy the run started with, `radius` what the assessment of the whole plan found.
    """

    plan: Plan
    digest: str
    caller: str
    run: str | None
    revision: Mapping[str, str] | None = None
    radius: BlastRadius | None = None

    @property
    def judged_at_once(self) -> bool:
        """
        Tell if plan and step are judged together, in the step's turn: so it is for a run of one step.
        """
        return self.run is not None and len(self.plan.steps) == 1

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
    history: History | None = None
    radius: BlastRadius | None = None
    divergence: Sequence[str] | None = None
    snapshot_age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What the plan's gate is told of a step that was looked at.
    """

    step: Step
    exists: bool
    namespace: NamespaceInput | None
    disruption: Disruption


def asker_of(run: Run) -> Asker:
    """
    Return on whose behalf the steps of a run are judged.
    """
    found = (run.assessment or {}).get("blast_radius")
    return Asker(
        plan=run.plan,
        digest=run.digest,
        caller=run.caller,
        run=run.id,
        revision=run.policy_revision,
        radius=None if found is None else BlastRadius.model_validate(found),
    )


def plan_request(
    now: str, asker: Asker, outlooks: Mapping[str, Outlook], *, radius: BlastRadius, history: History | None
) -> PolicyInput:
    """
    Return the document that OPA judges at stage `plan`; steps that were not looked at stand in it as the plan has them.
    """
    return PolicyInput(
        stage=Stage.PLAN,
        now=now,
        caller=Caller(name=asker.caller),
        run=_run(asker),
        plan=PlanInput(
            steps=[_plan_step(step, outlooks.get(step.id)) for step in asker.plan.steps],
            totals=asker.totals,
            blast_radius=radius,
        ),
        step=None,
        target=None,
        namespace=None,
        before=None,
        after=None,
        snapshot=None,
        diff=[],
        warnings=[],
        facts=Facts(),
        history=history,
        blast_radius=radius,
    )


def _plan_step(step: Step, outlook: Outlook | None) -> PlanStepInput:
    return PlanStepInput(
        id=step.id,
        action=step.action,
        parameters=step.parameters,
        needs=list(step.needs),
        reversible=CATALOGUE[step.action].why_irreversible(step.target) is None,
        on_failure=step.on_failure,
        assess=step.assess,
        expect=_expect(step),
        target=_target(step, exists=None if outlook is None else outlook.exists),
        namespace=None if outlook is None else outlook.namespace,
    )


def policy_request(stage: Stage, now: str, asker: Asker, step: Step, evidence: Evidence) -> PolicyInput:
    """
    Return the document that OPA judges.
    """
    diff = [DifferenceInput(**each) for each in evidence.diff]
    return PolicyInput(
        stage=stage,
        now=now,
        caller=Caller(name=asker.caller),
        run=_run(asker),
        plan=PlanInput(steps=None, totals=asker.totals, blast_radius=asker.radius),
        step=StepInput(
            id=step.id,
            action=step.action,
            parameters=step.parameters,
            needs=list(step.needs),
            attempt=evidence.attempt,
            reversible=CATALOGUE[step.action].why_irreversible(step.target) is None,
            expect=_expect(step),
        ),
        target=_target(step, exists=evidence.exists),
        namespace=evidence.namespace,
        before=_shown(evidence.before),
        after=_shown(evidence.after),
        snapshot=None if evidence.snapshot is None else _shown(evidence.snapshot),
        diff=diff,
        warnings=list(evidence.warnings),
        facts=_facts(evidence, diff),
        history=evidence.history,
        blast_radius=evidence.radius,
        divergence=None if evidence.divergence is None else list(evidence.divergence),
        written_at=written_at(evidence.after) if stage is Stage.VERIFY else None,
        snapshot_age_seconds=evidence.snapshot_age_seconds,
    )


def _expect(step: Step) -> ExpectInput | None:
    return None if step.expect is None else ExpectInput(paths=list(step.expect.paths))


def _run(asker: Asker) -> RunInput:
    plan = asker.plan
    return RunInput(
        id=asker.run,
        name=plan.name,
        reason=plan.reason,
        labels=plan.labels,
        rollback=plan.rollback,
        digest=asker.digest,
    )


def _facts(evidence: Evidence, diff: Iterable[DifferenceInput]) -> Facts:
    """
    Add to the gathered facts those that the object itself tells.
    """
    before, facts = evidence.before, evidence.facts
    changed = [path_at(each.path, before if each.op == "remove" else evidence.after) for each in diff]
    told: dict[str, Any] = {"managers": managers_of(before, changed)}
    if before.get("kind") != "Scale":
        told["gitops"] = gitops_of(before)
    return facts.model_copy(update=told)


def _target(step: Step, *, exists: bool | None) -> TargetInput | None:
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
