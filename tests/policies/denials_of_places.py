"""
Owns requests about whose object it is, when, and how often, that are denied or must be approved, with who says so.
"""

from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.facts import Facts
from executor.core.history import History, TargetHistory
from executor.core.model import Manifest
from executor.core.policy import NamespaceInput, PlanStepInput, PolicyInput
from tests.policies.denials_of_any_kind import Denials
from tests.policies.denials_of_plans import a_plan_request
from tests.policies.manifests import a_config_map, a_deployment, a_node, a_plain_object, a_pod, a_widget
from tests.policies.requests import a_request, a_restore, a_worker, healthy

PRODUCTION = NamespaceInput(labels={"environment": "production"}, annotations={})

CONFIGURED: dict[str, Any] = {
    "change_freeze": {
        "params": {
            "freezes": [{"from": "2020-01-01T00:00:00Z", "to": "2040-01-01T00:00:00Z"}],
            "exempt_actions": sorted(set(CATALOGUE) - {"restart"}),
        }
    },
    "change_window": {
        "params": {
            "windows": [{"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}],
            "exempt_actions": sorted(set(CATALOGUE) - {"scale"}),
        }
    },
    "recent_runs": {"params": {"cooldown_seconds": 300}},
}
"""A site's configuration that asks for what the defaults leave open."""


def denials_of_places() -> Denials:
    """
    Return every such request with the rules that deny it.
    """
    return {**_objects(), **_nodes(), **_times(), **_plans()}


def approvals_of_places() -> Denials:
    """
    Return requests that nobody denies but somebody must approve, with the rules that say so.
    """
    evict = a_plan_request(("evict_pod", {}, a_pod(), healthy("evict_pod", a_pod())))
    return {
        "an eviction in production": (
            a_request("evict_pod", live=a_pod(), namespace=PRODUCTION),
            {"production_approval"},
        ),
        "a removal in production": (
            a_request("delete", live=a_config_map(), namespace=PRODUCTION),
            {"production_approval"},
        ),
        "an eviction while the namespace is not known": (
            a_request("evict_pod", live=a_pod()).model_copy(update={"namespace": None}),
            {"production_approval"},
        ),
        "a plan that evicts in production": (
            _with_step(evict, namespace=PRODUCTION),
            {"production_approval"},
        ),
        "a step that cannot be undone": (
            _lasting(a_request("label", {"set": {"a": "b"}}, live=a_widget())),
            IRREVERSIBLE,
        ),
        "a plan with a step that cannot be undone": (_with_step(evict, action="quarantine_pod"), IRREVERSIBLE),
    }


def denials_of_places_when_configured() -> Denials:
    """
    Return requests that are denied under the configuration CONFIGURED.
    """
    rested = History(
        window_seconds=3600,
        finished=1,
        failed=0,
        running=0,
        target=TargetHistory(runs=1, failed=0, seconds_since_last=9),
    )
    return {
        "during a freeze": (a_request("restart"), {"change_freeze"}),
        "outside of windows": (a_request("scale", {"replicas": 5}), {"change_window"}),
        "before it has rested": (
            a_request("label", {"set": {"a": "b"}}, live=a_widget()).model_copy(update={"history": rested}),
            {"recent_runs"},
        ),
    }


IRREVERSIBLE = {"irreversible_approval"}


def _objects() -> Denials:
    marked: Manifest = a_config_map()
    marked["metadata"]["labels"] = {"remediation.dev/protected": "true"}
    noted: Manifest = a_deployment()
    noted["metadata"]["annotations"] = {"remediation.dev/protected": "true"}
    classed: Manifest = a_plain_object("Namespace", "v1", namespace=None)
    classed["metadata"]["labels"] = {"environment": "production"}
    return {
        "the executor's own ConfigMap": (
            a_request("label", {"set": {"a": "b"}}, live=a_config_map(namespace="remediation-system")),
            {"own_deployment", "protected_namespaces"},
        ),
        "an object with the mark": (a_request("label", {"set": {"a": "b"}}, live=marked), {"protected_objects"}),
        "an object with the mark as annotation": (a_request("restart", live=noted), {"protected_objects"}),
        "another class of a Namespace": (
            a_request("label", {"set": {"environment": "test"}}, live=classed),
            {"namespace_class"},
        ),
    }


def _nodes() -> Denials:
    few = [a_worker("worker-1"), a_worker("worker-2"), *(a_worker(f"worker-{n}", ready=False) for n in (3, 4, 5))]
    return {
        "a fifth of the workers would serve": (
            a_request("cordon", live=a_node("worker-1"), facts=Facts(nodes=few)),
            {"schedulable_nodes"},
        )
    }


def _times() -> Denials:
    def after(runs: int) -> PolicyInput:
        target = TargetHistory(runs=runs, failed=runs, seconds_since_last=30)
        history = History(window_seconds=3600, finished=runs, failed=runs, running=0, target=target)
        return a_request("restart").model_copy(update={"history": history})

    return {
        "at a time that is none": (
            a_request("restart").model_copy(update={"now": "yesterday"}),
            {"change_freeze", "change_window"},
        ),
        "again and again": (after(500), {"recent_runs"}),
        "nobody knows how often": (a_request("restart").model_copy(update={"history": None}), {"recent_runs"}),
        "back to the day before yesterday": (
            a_restore("scale", {"replicas": 5}).model_copy(update={"snapshot_age_seconds": 172800.0}),
            {"snapshot_age"},
        ),
    }


def _plans() -> Denials:
    quiet = a_plan_request(("delete_pod", {}, a_pod(), healthy("delete_pod", a_pod())))

    def after(**counted: int) -> PolicyInput:
        history = History(window_seconds=3600, target=None, **{"finished": 0, "failed": 0, "running": 0, **counted})
        return quiet.model_copy(update={"history": history})

    return {
        "a plan while most runs fail": (after(finished=50, failed=46), {"failure_rate"}),
        "a plan beside a hundred others": (after(running=100), {"concurrent_runs"}),
    }


def _lasting(request: PolicyInput) -> PolicyInput:
    assert request.step is not None
    return request.model_copy(update={"step": request.step.model_copy(update={"reversible": False})})


def _with_step(request: PolicyInput, **changed: Any) -> PolicyInput:
    assert request.plan is not None
    assert request.plan.steps is not None
    steps: list[PlanStepInput] = [step.model_copy(update=changed) for step in request.plan.steps]
    return request.model_copy(update={"plan": request.plan.model_copy(update={"steps": steps})})
