"""
Owns what the policy tests ask: policy inputs as the executor makes them, of real manifests, actions and differences.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from executor.core.action import Scene
from executor.core.actions import CATALOGUE
from executor.core.blast_radius import of_one_step
from executor.core.change import FIELD_MANAGER
from executor.core.diff import as_json, diff, differences, judge_requested
from executor.core.disruption import disruption_of
from executor.core.facts import BudgetFact, FactName, Facts, NodeFact
from executor.core.history import WINDOW_SECONDS, History, TargetHistory
from executor.core.model import ABSENT, Manifest
from executor.core.plan import Plan, Step
from executor.core.policy import NamespaceInput, PolicyInput, Stage
from executor.core.request import Asker, Evidence, policy_request
from executor.core.restore import plan_restore, recreatable
from executor.core.subject import subject_of
from executor.core.target import RESOURCES, Target
from tests.policies.manifests import UID, a_deployment, a_node
from tests.rendering import NOW

Mutating = Callable[[Manifest], None]
"""What an admission policy does to an object, in place."""

Related = Mapping[str, tuple[Manifest, ...]]

RUN = "01"
WRITTEN = "2026-11-23T11:24:06Z"
WITH_PODS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod", "Node", "Scale")


def a_worker(name: str, *, ready: bool = True, schedulable: bool = True, control_plane: bool = False) -> NodeFact:
    """
    Return what is known of a node.
    """
    return NodeFact(name=name, ready=ready, schedulable=schedulable, control_plane=control_plane)


def a_budget(*, allowed: int = 1, expected: int = 3, observed: bool = True) -> BudgetFact:
    """
    Return a budget that selects the target's pods.
    """
    return BudgetFact(
        name="checkout",
        namespace="shop",
        disruptions_allowed=allowed,
        current_healthy=expected,
        desired_healthy=max(expected - 1, 0),
        expected_pods=expected,
        observed=observed,
    )


def a_target(manifest: Manifest) -> Target:
    """
    Return the target that names an object, with its API version where the kind is not known by name.
    """
    kind, metadata = manifest["kind"], manifest["metadata"]
    api_version = None if kind in RESOURCES else manifest["apiVersion"]
    return Target(kind=kind, namespace=metadata.get("namespace"), name=metadata["name"], api_version=api_version)


def a_request(
    action: str,
    parameters: dict[str, Any] | None = None,
    *,
    stage: Stage = Stage.PREFLIGHT,
    live: Manifest | None = None,
    target: Target | None = None,
    related: Related | None = None,
    admission: Mutating | None = None,
    namespace: NamespaceInput | None = None,
    facts: Facts | None = None,
) -> PolicyInput:
    """
    Return what the executor asks about an action on a live object, which admission may change on the way.

    `live` is ABSENT for an object that does not exist; `target` is left out where it is the object itself. `facts` lie
    over those that the action asks for, of a healthy cluster: one budget with headroom, two workers. Facts() is none.
    """
    if live is None:
        live = a_node() if "Node" in CATALOGUE[action].kinds else a_deployment()
    if live and target is None:
        target = a_target(live)
    step = _step(action, parameters or {}, target)
    asked = CATALOGUE[action].desired(Scene(live, NOW, related or {}), CATALOGUE[action].read(step.parameters))
    after = asked if stage is Stage.PREFLIGHT else _answered(live, asked, step, admission)
    requested = judge_requested(differences(live, asked), differences(live, asked))
    found = judge_requested(differences(live, after), requested, before=live, desired=asked)
    facts = _facts(healthy(action, live or asked), facts)
    subject = None if target is None else subject_of(step, RUN)
    evidence = Evidence(
        before=live,
        after=after,
        diff=as_json(requested if stage is Stage.PREFLIGHT else found, live, after),
        namespace=_namespace(target, namespace),
        facts=facts,
        radius=of_one_step(disruption_of(step, subject, before=live, after=after, facts=facts)),
        exists=bool(live) or not CATALOGUE[action].may_be_absent or _is_of_another_kind(step),
        history=_history(target),
    )
    return policy_request(stage, NOW, _asker(step), step, evidence)


def a_verification(
    action: str,
    parameters: dict[str, Any] | None = None,
    *,
    live: Manifest | None = None,
    target: Target | None = None,
    related: Related | None = None,
    status: Mapping[str, Any] | None = None,
    facts: Facts | None = None,
) -> PolicyInput:
    """
    Return what the executor asks once a change has settled: every replica ready, no pod in trouble.

    `status` lies over what the settled object says of itself, `facts` over an empty list of pods.
    """

    def settle(manifest: Manifest) -> None:
        spec = manifest.get("spec") or {}
        if manifest["kind"] in {"Deployment", "StatefulSet"}:
            spec.setdefault("replicas", 1)
        wanted = spec.get("replicas")
        manifest["metadata"] |= {"generation": 2, "managedFields": [{"manager": FIELD_MANAGER, "time": WRITTEN}]}
        if manifest["kind"] in WITH_PODS:
            counts = {"readyReplicas": wanted, "desiredNumberScheduled": 2, "numberReady": 2}
            manifest["status"] = {"observedGeneration": 2, **counts}
        if status is not None:
            manifest["status"] = {**(manifest.get("status") or {}), **status}

    request = a_request(
        action,
        parameters,
        stage=Stage.VERIFY,
        live=live,
        target=target,
        related=related,
        admission=settle,
        facts=Facts(pods=[]) if facts is None else facts,
    )
    return request.model_copy(update={"divergence": []})


def a_restore(
    action: str,
    parameters: dict[str, Any] | None = None,
    *,
    snapshot: Manifest | None = None,
    target: Target | None = None,
    admission: Mutating | None = None,
) -> PolicyInput:
    """
    Return what the executor asks before it puts back what an action changed, removes what it made, or makes it anew.

    `snapshot` is ABSENT where the action made the object.
    """
    if snapshot is None:
        snapshot = a_node() if "Node" in CATALOGUE[action].kinds else a_deployment()
    if target is None:
        target = a_target(snapshot)
    step = _step(action, parameters or {}, target)
    desired = CATALOGUE[action].desired(Scene(snapshot, NOW), CATALOGUE[action].read(step.parameters))
    applied = _answered(snapshot, desired, step, None)
    wanted = ABSENT if not snapshot else recreatable(snapshot) if not applied else snapshot
    put_back = plan_restore(snapshot, applied, applied).put_back
    after = _answered(applied, wanted, step, admission)
    asked = put_back if applied else diff(ABSENT, wanted)
    found = judge_requested(differences(applied, after), asked, before=applied, desired=ABSENT if applied else wanted)
    evidence = Evidence(
        before=applied,
        after=after,
        diff=as_json(found, applied, after),
        namespace=_namespace(target, None),
        facts=Facts(),
        snapshot=snapshot,
        snapshot_age_seconds=60.0,
    )
    return policy_request(Stage.ROLLBACK, NOW, _asker(step), step, evidence)


def healthy(action: str, manifest: Manifest) -> Facts:
    """
    Return the facts that an action asks for, of a cluster in which nothing stands in the way.
    """
    wanted = CATALOGUE[action].facts
    known: dict[str, Any] = {
        FactName.NODES: [a_worker("worker-1"), a_worker("worker-2"), a_worker("master", control_plane=True)],
        FactName.AUTOSCALERS: [],
        FactName.OWNERS: [],
        FactName.QUOTA: [],
        FactName.WORKLOADS: [],
        FactName.GITOPS: None,
    }
    if manifest.get("kind") in WITH_PODS:
        known |= {FactName.PODS: [], FactName.BUDGETS: [a_budget()]}
    unknown = {str(name): "the target selects no pods" for name in wanted if name not in known}
    return Facts(**{str(name): known[name] for name in wanted if name in known}, unknown=unknown)


def _facts(known: Facts, given: Facts | None) -> Facts:
    if given is None or not given.model_fields_set:
        return known if given is None else given
    said = {name: getattr(given, name) for name in given.model_fields_set}
    unknown = {name: why for name, why in known.unknown.items() if name not in said} | given.unknown
    return known.model_copy(update={**said, **dict.fromkeys(given.unknown), "unknown": unknown})


def _answered(live: Manifest, asked: Manifest, step: Step, admission: Mutating | None) -> Manifest:
    """
    Return what the API server answers: what is made gets a uid, and admission may change it.
    """
    after = copy.deepcopy(asked)
    if not after:
        return ABSENT
    if not live:
        subject = subject_of(step, RUN)
        where = {} if subject.namespace is None else {"namespace": subject.namespace}
        after["metadata"] |= {"name": subject.name, **where, "uid": UID.format(9), "creationTimestamp": NOW}
    after["metadata"]["resourceVersion"] = "1043"
    if admission is not None:
        admission(after)
    return after


def _namespace(target: Target | None, given: NamespaceInput | None) -> NamespaceInput | None:
    if target is None or target.namespace is None:
        return None
    return given or NamespaceInput(labels={}, annotations={})


def _history(target: Target | None) -> History:
    """
    Return what a store tells that has seen no run before.
    """
    alone = None if target is None else TargetHistory(runs=0, failed=0, seconds_since_last=None)
    return History(window_seconds=WINDOW_SECONDS, finished=0, failed=0, running=0, target=alone)


def _is_of_another_kind(step: Step) -> bool:
    return step.target is not None and subject_of(step, RUN) != step.target


def _step(action: str, parameters: dict[str, Any], target: Target | None) -> Step:
    recorded = CATALOGUE[action].read(parameters).model_dump(mode="json", by_alias=True)
    return Step(
        id="one",
        action=action,
        target=target,
        parameters=recorded,
        needs=(),
        on_failure="rollback",
        assess="early",
        timeout_seconds=None,
    )


def _asker(step: Step) -> Asker:
    plan = Plan(
        name="relieve-checkout",
        reason="checkout is slow",
        labels={},
        rollback="automatic",
        max_parallel=None,
        timeout_seconds=600.0,
        steps=(step,),
    )
    return Asker(plan=plan, digest=plan.digest, caller="local", run=RUN)
