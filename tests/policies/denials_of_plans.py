"""
Owns requests about how far a plan, or one step of it, reaches that are denied, with who denies them.
"""

from collections.abc import Iterable
from typing import Any

from executor.core.action import Scene
from executor.core.actions import CATALOGUE
from executor.core.blast_radius import blast_radius
from executor.core.disruption import disruption_of
from executor.core.facts import Facts
from executor.core.history import History
from executor.core.model import Manifest
from executor.core.plan import Plan, Step
from executor.core.policy import NamespaceInput, PolicyInput, Stage
from executor.core.request import Asker, Outlook, plan_request
from tests.policies.manifests import a_deployment, a_job, a_node, a_pod
from tests.policies.requests import a_budget, a_request, a_target, healthy
from tests.rendering import NOW

QUIET = History(window_seconds=3600.0, finished=0, failed=0, running=0, target=None)
HERE = NamespaceInput(labels={}, annotations={})

Planned = tuple[str, dict[str, Any], Manifest, Facts]
"""One step: action, parameters, the live object and the facts."""


def a_plan_request(*steps: Planned) -> PolicyInput:
    """
    Return what the executor asks about a plan of these steps, without an order between them.
    """
    made = [_step(number, action, parameters, live) for number, (action, parameters, live, _) in enumerate(steps)]
    plan = Plan(
        name="relieve-checkout",
        reason="checkout is slow",
        labels={},
        rollback="automatic",
        max_parallel=None,
        timeout_seconds=600.0,
        steps=tuple(made),
    )
    asker = Asker(plan=plan, digest=plan.digest, caller="local", run="01")
    outlooks = {step.id: _outlook(step, live, facts) for step, (_, __, live, facts) in zip(made, steps, strict=True)}
    radius = blast_radius(plan, {step: each.disruption for step, each in outlooks.items()})
    return plan_request(NOW, asker, outlooks, radius=radius, history=QUIET)


def denials_of_plans() -> dict[str, tuple[PolicyInput, set[str]]]:
    """
    Return every such request with the rules that deny it.
    """
    return {case: (request, {"blast_radius"}) for case, request in (*_plans(), *_steps())}


def _plans() -> Iterable[tuple[str, PolicyInput]]:
    forgotten = Facts(unknown={"pods": "may not list pods"}, budgets=[], workloads=[])
    yield "a plan in too many namespaces", a_plan_request(*(_restart(namespace=f"shop-{each}") for each in range(4)))
    yield "a plan that takes two nodes", a_plan_request(*(_cordon(name) for name in ("worker-1", "worker-2")))
    yield (
        "a plan that moves too many pods",
        a_plan_request(_restart(replicas=101), _restart(replicas=100, name="other")),
    )
    yield (
        "a plan that takes more at once than a budget allows",
        a_plan_request(
            *(("delete_pod", {}, _named(name), healthy("delete_pod", a_pod())) for name in ("checkout-1", "checkout-2"))
        ),
    )
    yield "a plan of which pods are not known", a_plan_request(("drain", {}, a_node(), forgotten))


def _steps() -> Iterable[tuple[str, PolicyInput]]:
    def ask(action: str, **more: Any) -> PolicyInput:
        return a_request(action, stage=Stage.DRY_RUN, **more)

    related: dict[str, Any] = {"related": {"on_node": ()}}
    yield "a restart that moves too many pods", ask("restart", live=a_deployment(replicas=201))
    yield "a drain of unknown pods", ask("drain", facts=Facts(nodes=[], unknown={"pods": "may not"}), **related)
    yield (
        "a Job whose pods are more than a budget allows",
        ask("suspend", live={**a_job(), "status": {"active": 2}}, facts=Facts(budgets=[a_budget()], pods=[])),
    )


def _restart(**more: Any) -> Planned:
    live = a_deployment(**more)
    return "restart", {}, live, healthy("restart", live)


def _cordon(name: str) -> Planned:
    return "cordon", {}, a_node(name), healthy("cordon", a_node(name))


def _named(name: str) -> Manifest:
    pod = a_pod()
    return {**pod, "metadata": {**pod["metadata"], "name": name}}


def _step(number: int, action: str, parameters: dict[str, Any], live: Manifest) -> Step:
    recorded = CATALOGUE[action].read(parameters).model_dump(mode="json", by_alias=True)
    return Step(
        id=f"step-{number}",
        action=action,
        target=a_target(live),
        parameters=recorded,
        needs=(),
        on_failure="rollback",
        assess="early",
        timeout_seconds=None,
    )


def _outlook(step: Step, live: Manifest, facts: Facts) -> Outlook:
    action = CATALOGUE[step.action]
    after = action.desired(Scene(live, NOW, {"on_node": ()}), action.read(step.parameters))
    disruption = disruption_of(step, step.target, before=live, after=after, facts=facts)
    namespaced = live["metadata"].get("namespace") is not None
    return Outlook(step, exists=True, namespace=HERE if namespaced else None, disruption=disruption)
