"""
What the policy is asked tells who owns the changed fields and who keeps the object, besides what was gathered.
"""

from typing import Any

import pytest

from executor.core.change import FIELD_MANAGER
from executor.core.facts import Facts, GitOpsFact, ManagerFact
from executor.core.model import ABSENT, Manifest
from executor.core.policy import PolicyInput, Stage
from executor.core.request import Asker, Evidence, policy_request
from executor.core.validation import read_plan
from tests.plans import a_plan, scale
from tests.policies.manifests import a_deployment
from tests.policies.requests import a_request

pytestmark = pytest.mark.requirement("GATE-12")

KUBECTL = ManagerFact(manager="kubectl", operation="Apply", subresource=None, paths=["/spec/replicas"])


def asked_about(
    before: Manifest, after: Manifest, *diff: dict[str, Any], facts: Facts | None = None, stage: Stage = Stage.PREFLIGHT
) -> PolicyInput:
    plan = read_plan(a_plan(scale()), max_parallel=5)
    evidence = Evidence(before=before, after=after, diff=diff, namespace=None, facts=facts or Facts())
    asker = Asker(plan=plan, digest=plan.digest, caller="local", run="01")
    return policy_request(stage, "2026-11-23T11:24:06.942Z", asker, plan.steps[0], evidence)


def a_difference(path: str, op: str) -> dict[str, Any]:
    return {"path": path, "op": op, "before": None, "after": None, "requested": True}


def test_the_managers_of_changed_fields_are_told_and_no_others() -> None:
    changed = a_request("scale", {"replicas": 5})
    elsewhere = a_request("restart")

    assert [KUBECTL] == changed.facts.managers
    assert [] == elsewhere.facts.managers


def test_what_is_removed_is_found_where_it_was() -> None:
    """
    The path of a removed item counts in the object before, where another one stands behind it.
    """
    containers: list[Manifest] = [{"name": "sidecar", "image": "s"}, {"name": "app", "image": "a"}]
    owned: Manifest = {
        "f:spec": {"f:containers": {'k:{"name":"sidecar"}': {"f:image": {}}, 'k:{"name":"app"}': {"f:image": {}}}}
    }
    before = {
        "kind": "Pod",
        "metadata": {"managedFields": [{"manager": "injector", "operation": "Update", "fieldsV1": owned}]},
        "spec": {"containers": containers},
    }
    after = {**before, "spec": {"containers": containers[1:]}}

    found = asked_about(before, after, a_difference("/spec/containers/0", "remove"))

    assert ["/spec/containers/0/image"] == [path for each in found.facts.managers or [] for path in each.paths]


def test_managed_fields_themselves_are_not_shown() -> None:
    request = a_request("scale", {"replicas": 5})

    assert "managedFields" not in (request.before or {})["metadata"]


def test_who_keeps_the_object_is_told_with_what_was_gathered() -> None:
    live = a_deployment()
    live["metadata"]["labels"] = {"kustomize.toolkit.fluxcd.io/name": "apps"}
    gathered = Facts(pods=[], unknown={"budgets": "no answer"})

    found = asked_about(live, live, facts=gathered).facts

    assert (
        gathered.model_copy(
            update={
                "managers": [],
                "gitops": GitOpsFact(
                    tool="flux", name="apps", namespace=None, signs=["label kustomize.toolkit.fluxcd.io/name"]
                ),
            }
        )
        == found
    )


def test_what_is_made_anew_has_neither() -> None:
    found = asked_about(ABSENT, a_deployment(), a_difference("/spec", "add")).facts

    assert ([], None, {}) == (found.managers, found.gitops, found.unknown)


def test_who_keeps_an_object_is_not_told_by_its_scale_but_was_gathered() -> None:
    scaled = {"kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": 2}}
    kept = GitOpsFact(tool="flux", name="apps", namespace=None, signs=["owner Kustomization"])

    found = asked_about(scaled, scaled, facts=Facts(gitops=kept)).facts

    assert kept == found.gitops


def test_what_has_settled_is_told_with_the_time_of_its_change() -> None:
    live = a_deployment()
    live["metadata"]["managedFields"].append(
        {"manager": FIELD_MANAGER, "operation": "Update", "time": "2026-11-23T11:24:06Z", "fieldsV1": {}}
    )

    assert "2026-11-23T11:24:06Z" == asked_about(live, live, stage=Stage.VERIFY).written_at
    assert None is asked_about(live, live, stage=Stage.DRY_RUN).written_at
