"""
Owns requests that are denied for what they would make of a workload or its data, with who denies them.
"""

import json
from pathlib import Path
from typing import Any

from executor.core.facts import AutoscalerFact, Facts, QuotaFact, Reference
from executor.core.model import Manifest
from executor.core.policy import PolicyInput, Stage
from tests.policies.denials_of_any_kind import Denials
from tests.policies.denials_of_places import CONFIGURED as CONFIGURED_PLACES
from tests.policies.denials_of_places import approvals_of_places, denials_of_places_when_configured
from tests.policies.denials_of_plans import Planned, a_plan_request
from tests.policies.manifests import a_claim, a_config_map, a_container, a_deployment, a_scale, a_widget, an_autoscaler
from tests.policies.requests import a_request, a_target, healthy

FLUX = "kustomize.toolkit.fluxcd.io/name"
LABEL = "acme.io/data-may-change"

CONFIGURED: dict[str, Any] = {
    **CONFIGURED_PLACES,
    "data_change_allowed": {"params": {"label": LABEL}},
    "image_registry": {"params": {"digest_required": True, "only_tag_may_change": True}},
    "resource_bounds": {"params": {"ratio": {"cpu": 4, "memory": 4}, "required_limits": ["memory"]}},
}
"""A site's configuration that asks for what the defaults leave open."""


def site_configuration(onto: Path) -> Path:
    """
    Write the configuration CONFIGURED as a bundle.
    """
    onto.mkdir()
    (onto / ".manifest").write_text(json.dumps({"roots": ["config"], "rego_version": 1}))
    (onto / "data.json").write_text(json.dumps({"config": {"rules": CONFIGURED}}))
    return onto


def denials_of_objects() -> Denials:
    """
    Return every such request with the rules that deny it.
    """
    return {**_counts(), **_kept(), **_resources(), **_data()}


def to_be_approved() -> Denials:
    """
    Return requests that nobody denies but somebody must approve, with the rules that say so.
    """
    cache: Manifest = a_deployment(kind="StatefulSet")
    cache["spec"]["persistentVolumeClaimRetentionPolicy"] = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    return approvals_of_places() | {
        "fewer replicas, and their claims go": (a_request("scale", {"replicas": 2}, live=cache), {"stateful_deletion"}),
        "a long plan": (a_plan_request(*(_labelled(f"shop-{number}") for number in range(11))), {"plan_size"}),
    }


def _labelled(name: str) -> Planned:
    live = a_config_map()
    live["metadata"]["name"] = name
    return "label", {"set": {"team": "shop"}}, live, healthy("label", live)


def denials_when_configured() -> Denials:
    """
    Return requests that are denied under the configuration CONFIGURED.
    """
    resources = {"container": "app", "limits": {"memory": "8Gi"}, "requests": {"memory": "1Gi"}}
    return denials_of_places_when_configured() | {
        "an unlabelled ConfigMap": (
            a_request("update_configmap", {"set": {"mode": "slow"}}, live=a_config_map()),
            {"data_change_allowed"},
        ),
        "an unlabelled Secret": (
            a_request("update_secret", {"set": {"mode": "slow"}}, live=a_config_map(kind="Secret")),
            {"data_change_allowed"},
        ),
        "removal of an unlabelled ConfigMap": (a_request("delete", live=a_config_map()), {"data_change_allowed"}),
        "a data label by oneself": (
            a_request("label", {"set": {LABEL: "true"}}, live=a_widget()),
            {"protected_fields"},
        ),
        "another image, and by tag": (
            a_request("set_image", {"images": {"app": "nginx:1.27"}}),
            {"image_registry"},
        ),
        "a limit far above its request": (
            a_request("set_resources", resources, stage=Stage.DRY_RUN),
            {"resource_bounds"},
        ),
        "no limit of memory": (
            a_request("set_resources", {"container": "app", "limits": {"cpu": "1"}}, stage=Stage.DRY_RUN),
            {"resource_bounds"},
        ),
    }


def an_autoscaler_of(name: str, *, least: int = 2) -> AutoscalerFact:
    """
    Return what is known of the autoscaler of a Deployment.
    """
    target = Reference(kind="Deployment", name=name)
    return AutoscalerFact(name=name, min_replicas=least, max_replicas=10, current=3, desired=3, target=target)


def a_quota(**headroom: str) -> QuotaFact:
    """
    Return a quota that leaves so much, dots in the names of resources spelt as `_`.
    """
    left: dict[str, str | None] = {name.replace("_", "."): amount for name, amount in headroom.items()}
    hard: dict[str, str] = dict.fromkeys(left, "100")
    used: dict[str, str | None] = dict.fromkeys(left, "10")
    return QuotaFact(name="team", hard=hard, used=used, headroom=left, scopes=[])


def _counts() -> Denials:
    def scale(to: int, **more: Any) -> PolicyInput:
        return a_request("scale", {"replicas": to}, **more)

    many = a_deployment(replicas=260)
    wide: Manifest = an_autoscaler()
    wide["spec"] |= {"minReplicas": 130, "maxReplicas": 260}
    scaled = Facts(autoscalers=[an_autoscaler_of("checkout")])
    by_scale: dict[str, Any] = {"live": a_scale(name="w"), "target": a_target(a_widget())}
    unread = Facts(unknown={"autoscalers": "may not list autoscalers", "quota": "may not list quotas"})
    return {
        "many replicas to a few": (scale(5, live=many), {"largest_step"}),
        "many replicas to none": (scale(0, live=many), {"largest_step"}),
        "the bounds of an autoscaler far down": (
            a_request("set_autoscaling", {"min": 2, "max": 3}, live=wide),
            {"largest_step"},
        ),
        "what an autoscaler sets": (scale(5, facts=scaled), {"autoscaler_conflict"}),
        "what an autoscaler sets, by a patch": (
            a_request(
                "patch", {"type": "merge", "patch": {"spec": {"replicas": 5}}}, live=a_deployment(), facts=scaled
            ),
            {"autoscaler_conflict"},
        ),
        "what an autoscaler sets, by its scale": (scale(5, facts=scaled, **by_scale), {"autoscaler_conflict"}),
        "what may be an autoscaler's and above a quota": (
            scale(5, facts=unread),
            {"autoscaler_conflict", "quota_headroom"},
        ),
        "more pods than the quota leaves": (scale(6, facts=Facts(quota=[a_quota(pods="2")])), {"quota_headroom"}),
        "more pods than the quota leaves, by its scale": (
            scale(6, facts=Facts(quota=[a_quota(pods="2")]), **by_scale),
            {"quota_headroom"},
        ),
    }


def _kept() -> Denials:
    labelled: Manifest = a_deployment()
    labelled["metadata"]["labels"] = {FLUX: "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    applied: Manifest = a_deployment()
    applied["metadata"]["managedFields"][0]["manager"] = "shop-operator"
    helm: Manifest = a_deployment()
    helm["metadata"]["managedFields"][0]["manager"] = "helm"
    return {
        "scale of what Flux keeps": (a_request("scale", {"replicas": 5}, live=labelled), {"gitops_managed"}),
        "scale of what Helm keeps": (a_request("scale", {"replicas": 5}, live=helm), {"gitops_managed"}),
        "scale while it is not known who keeps the object": (
            a_request(
                "scale",
                {"replicas": 5},
                live=a_scale(name="w"),
                target=a_target(a_widget()),
                facts=Facts(unknown={"gitops": "the widget could not be read"}),
            ),
            {"gitops_managed"},
        ),
        "scale of what another program applies": (
            a_request("scale", {"replicas": 5}, live=applied),
            {"foreign_fields"},
        ),
    }


def _resources() -> Denials:
    def limits(**amounts: str) -> dict[str, Any]:
        return {"container": "app", "limits": amounts}

    sidecar = {**a_container("proxy", "mesh/proxy:1.0"), "resources": {"limits": {"memory": "1Ti"}}}
    little = Facts(quota=[a_quota(limits_memory="1Gi", memory="1Gi")])
    return {
        "cores for millicores": (
            a_request("set_resources", limits(cpu="500"), stage=Stage.DRY_RUN),
            {"resource_bounds"},
        ),
        "millibytes for megabytes": (
            a_request("set_resources", limits(memory="128m"), stage=Stage.DRY_RUN),
            {"resource_bounds"},
        ),
        "admission adds a greedy sidecar": (
            a_request(
                "set_resources",
                limits(memory="1Gi"),
                stage=Stage.DRY_RUN,
                admission=lambda it: it["spec"]["template"]["spec"]["containers"].append(sidecar),
            ),
            {"no_privilege_gain", "resource_bounds", "unrequested_changes"},
        ),
        "more memory than the quota leaves": (
            a_request("set_resources", limits(memory="1Gi"), facts=little),
            {"quota_headroom"},
        ),
    }


def _data() -> Denials:
    big = "x" * 900_000
    return {
        "a ConfigMap that grows too big": (
            a_request("update_configmap", {"set": {"mode": big}}, live=a_config_map()),
            {"data_size"},
        ),
        "removal of a claim": (a_request("delete", live=a_claim()), {"deletion_allowed"}),
        "removal of a StatefulSet": (
            a_request("delete", live=a_deployment(kind="StatefulSet")),
            {"deletion_allowed"},
        ),
    }
