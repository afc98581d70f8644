"""
Owns the fact `gitops`: whether Argo CD, Flux or Helm keeps an object as its source has it, told from the object alone.

Sources: "Resource Tracking" of Argo CD, "Kustomization" and "HelmRelease" of Flux, "Labels and Annotations" of Helm.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from executor.core.model import Manifest, Value

Tool = Literal["argo_cd", "flux", "helm"]

TRACKING_ID = "argocd.argoproj.io/tracking-id"
ARGO_CD_LABEL = "argocd.argoproj.io/instance"
INSTANCE_LABEL = "app.kubernetes.io/instance"
FLUX_GROUPS = ("kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
HELM_LABEL, HELM = "app.kubernetes.io/managed-by", "Helm"
HELM_RELEASE, HELM_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"

_MANAGERS: Mapping[str, Tool] = {
    "argocd-controller": "argo_cd",
    "kustomize-controller": "flux",
    "helm-controller": "flux",
    "helm": "helm",
}
_OWNER_KINDS: Mapping[tuple[str, str], Tool] = {
    ("argoproj.io", "Application"): "argo_cd",
    ("argoproj.io", "ApplicationSet"): "argo_cd",
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): "flux",
    ("helm.toolkit.fluxcd.io", "HelmRelease"): "flux",
}


class GitOpsFact(Value):
    """
    The tool that owns the object, by the name of its application, Kustomization or release.
    """

    tool: Tool
    name: str | None = Field(description="null where only the tool is known")
    namespace: str | None = Field(description="where that lives; null where the object does not say")
    signs: list[str] = Field(description="what gave it away")


def gitops_of(live: Manifest) -> GitOpsFact | None:
    """
    Return who keeps an object in step with its source, or None.

    Where several do, it is the one that works all the time: Argo CD and Flux both may use Helm to render.
    """
    found = [*_by_metadata(live), *_by_owner(live), *_by_manager(live)]
    for tool in ("argo_cd", "flux", "helm"):
        mine = [fact for fact in found if fact.tool == tool]
        if mine:
            named = next((fact for fact in mine if fact.name is not None), mine[0])
            return named.model_copy(update={"signs": [sign for fact in mine for sign in fact.signs]})
    return None


def _by_metadata(live: Manifest) -> Iterator[GitOpsFact]:
    metadata = live.get("metadata", {})
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if TRACKING_ID in annotations and _tracks(annotations[TRACKING_ID], live):
        # An application outside Argo CD's own namespace is spelled `<namespace>_<name>`.
        namespace, _, name = annotations[TRACKING_ID].partition(":")[0].rpartition("_")
        yield _fact("argo_cd", name, namespace, f"annotation {TRACKING_ID}")
    if ARGO_CD_LABEL in labels:
        yield _fact("argo_cd", labels[ARGO_CD_LABEL], None, f"label {ARGO_CD_LABEL}")
    for group in FLUX_GROUPS:
        if f"{group}/name" in labels:
            yield _fact("flux", labels[f"{group}/name"], labels.get(f"{group}/namespace"), f"label {group}/name")
    if labels.get(HELM_LABEL) == HELM and HELM_RELEASE in annotations:
        yield _fact("helm", annotations[HELM_RELEASE], annotations.get(HELM_NAMESPACE), f"annotation {HELM_RELEASE}")


def _tracks(tracking_id: str, live: Manifest) -> bool:
    """
    Tell if a tracking id, `<application>:<group>/<kind>:<namespace>/<name>`, names the object that carries it.

    Controllers copy annotations, as a Deployment's to its ReplicaSets; Argo CD does not take such a copy for its own.
    The group is left out of the comparison because it may change between API versions. A form not known tracks.
    """
    parts = tracking_id.split(":")
    if len(parts) != len(("application", "kind", "name")) or "/" not in parts[1] or "/" not in parts[2]:
        return True
    metadata = live["metadata"]
    namespace, _, name = parts[2].partition("/")
    of_kind = parts[1].rpartition("/")[2] == live.get("kind")
    return of_kind and name == metadata["name"] and metadata.get("namespace") in {None, namespace}


def _by_owner(live: Manifest) -> Iterator[GitOpsFact]:
    metadata = live.get("metadata", {})
    for reference in metadata.get("ownerReferences") or []:
        kind = reference["kind"]
        tool = _OWNER_KINDS.get((reference["apiVersion"].rpartition("/")[0], kind))
        if tool is not None:
            yield _fact(tool, reference["name"], metadata.get("namespace"), f"owner {kind}")


def _by_manager(live: Manifest) -> Iterator[GitOpsFact]:
    """
    The field managers also give away what carries no mark of its own, such as Argo CD tracking by the instance label.
    """
    metadata = live.get("metadata", {})
    for entry in metadata.get("managedFields") or []:
        manager = entry.get("manager", "")
        tool = _MANAGERS.get(manager)
        if tool is None or entry.get("subresource"):
            continue
        name = (metadata.get("labels") or {}).get(INSTANCE_LABEL) if tool == "argo_cd" else None
        yield _fact(tool, name, None, f"field manager {manager}")


def _fact(tool: Tool, name: str | None, namespace: str | None, sign: str) -> GitOpsFact:
    return GitOpsFact(tool=tool, name=name or None, namespace=namespace or None, signs=[sign])
