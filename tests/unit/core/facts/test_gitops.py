"""
Who keeps an object in step with its source, told from the object alone.
"""

from typing import Any

import pytest

from executor.core.facts import GitOpsFact, gitops_of
from executor.core.model import Manifest
from tests.builders import a_deployment

pytestmark = pytest.mark.requirement("GATE-12")

TRACKING_ID = "argocd.argoproj.io/tracking-id"


def fact(tool: Any, name: str | None, *signs: str, namespace: str | None = None) -> GitOpsFact:
    return GitOpsFact(tool=tool, name=name, namespace=namespace, signs=list(signs))


def tracked(tracking_id: str) -> Manifest:
    return a_deployment(annotations={TRACKING_ID: tracking_id})


def managed(manager: str, *, labels: dict[str, str] | None = None, subresource: str | None = None) -> Manifest:
    live = a_deployment(labels=labels)
    entry = {"manager": manager, "operation": "Update"} | ({"subresource": subresource} if subresource else {})
    live["metadata"]["managedFields"] = [{"manager": "kubectl"}, entry]
    return live


def owned(api_version: str, kind: str) -> Manifest:
    live = a_deployment()
    live["metadata"]["ownerReferences"] = [{"apiVersion": api_version, "kind": kind, "name": "apps", "uid": "u"}]
    return live


HELM_LABEL = {"app.kubernetes.io/managed-by": "Helm"}
HELM_ANNOTATIONS = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
FLUX_LABELS = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
FLUX_HELM_LABELS = {"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "shop"}

OBJECTS: dict[str, tuple[Manifest, GitOpsFact | None]] = {
    "nothing": ({}, None),
    "nobody": (a_deployment(labels={"app.kubernetes.io/instance": "web"}), None),
    "Argo CD by annotation": (
        tracked("shop:apps/Deployment:shop/web"),
        fact("argo_cd", "shop", f"annotation {TRACKING_ID}"),
    ),
    "Argo CD, an application of another namespace": (
        tracked("teams_shop:apps/Deployment:shop/web"),
        fact("argo_cd", "shop", f"annotation {TRACKING_ID}", namespace="teams"),
    ),
    "Argo CD, before the API group changed": (
        tracked("shop:extensions/Deployment:shop/web"),
        fact("argo_cd", "shop", f"annotation {TRACKING_ID}"),
    ),
    "Argo CD, in a form not known": (tracked("shop"), fact("argo_cd", "shop", f"annotation {TRACKING_ID}")),
    "an annotation copied from another object": (tracked("shop:apps/Deployment:shop/api"), None),
    "an annotation copied from another kind": (tracked("shop:apps/StatefulSet:shop/web"), None),
    "an annotation copied from another namespace": (tracked("shop:apps/Deployment:prod/web"), None),
    "Argo CD by label": (
        a_deployment(labels={"argocd.argoproj.io/instance": "shop"}),
        fact("argo_cd", "shop", "label argocd.argoproj.io/instance"),
    ),
    "Argo CD by the common label and its field manager": (
        managed("argocd-controller", labels={"app.kubernetes.io/instance": "shop"}),
        fact("argo_cd", "shop", "field manager argocd-controller"),
    ),
    "Argo CD by its field manager alone": (
        managed("argocd-controller"),
        fact("argo_cd", None, "field manager argocd-controller"),
    ),
    "Argo CD by its application": (
        owned("argoproj.io/v1alpha1", "Application"),
        fact("argo_cd", "apps", "owner Application", namespace="shop"),
    ),
    "Argo Rollouts, which is no GitOps": (owned("argoproj.io/v1alpha1", "Rollout"), None),
    "Flux": (
        a_deployment(labels=FLUX_LABELS),
        fact("flux", "apps", "label kustomize.toolkit.fluxcd.io/name", namespace="flux-system"),
    ),
    "Flux by its field manager": (
        managed("kustomize-controller"),
        fact("flux", None, "field manager kustomize-controller"),
    ),
    "Flux by its owner": (
        owned("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        fact("flux", "apps", "owner HelmRelease", namespace="shop"),
    ),
    "a field manager of the status alone": (managed("kustomize-controller", subresource="status"), None),
    "Flux, which installs with Helm": (
        a_deployment(labels={**HELM_LABEL, **FLUX_HELM_LABELS}, annotations=HELM_ANNOTATIONS),
        fact("flux", "web", "label helm.toolkit.fluxcd.io/name", namespace="shop"),
    ),
    "Helm": (
        a_deployment(labels=HELM_LABEL, annotations=HELM_ANNOTATIONS),
        fact("helm", "web", "annotation meta.helm.sh/release-name", namespace="shop"),
    ),
    "a chart's label without a release": (a_deployment(labels=HELM_LABEL), None),
    "a release's annotation without the label": (a_deployment(annotations=HELM_ANNOTATIONS), None),
}


@pytest.mark.parametrize(("live", "found"), OBJECTS.values(), ids=OBJECTS)
def test_the_tool_is_told_by_what_it_leaves(live: Manifest, found: GitOpsFact | None) -> None:
    assert found == gitops_of(live)


def test_all_signs_of_the_tool_are_told() -> None:
    live = managed("argocd-controller")
    live["metadata"]["annotations"] = {TRACKING_ID: "shop:apps/Deployment:shop/web"}

    assert fact("argo_cd", "shop", f"annotation {TRACKING_ID}", "field manager argocd-controller") == gitops_of(live)
