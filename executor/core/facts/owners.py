"""
Owns the fact `owners`: the chain of controllers above an object, pod → ReplicaSet → Deployment.
"""

from executor.core.model import Manifest, Value
from executor.core.target import RESOURCES, Target

MAX_OWNERS_READ = 2
"""Two reads show three owners: more than any chain of Kubernetes' own controllers has."""


class OwnerFact(Value):
    """
    One owner that has the object below it under its control.
    """

    kind: str
    api_version: str
    name: str
    uid: str


def owner_of(manifest: Manifest) -> OwnerFact | None:
    """
    Return the owner that controls an object, of which there is at most one; None for an object that nobody controls.
    """
    references = manifest.get("metadata", {}).get("ownerReferences") or []
    owner = next((reference for reference in references if reference.get("controller")), None)
    if owner is None:
        return None
    return OwnerFact(kind=owner["kind"], api_version=owner["apiVersion"], name=owner["name"], uid=owner["uid"])


def owner_target(owner: OwnerFact, namespace: str | None) -> Target | None:
    """
    Return where to read the owner of an object in that namespace, or None for a kind that this executor does not know.

    Raises ValueError for a reference that names no object: the API server takes any text in there.
    """
    known = RESOURCES.get(owner.kind)
    if known is None or known.group != owner.api_version.rpartition("/")[0]:
        return None
    if known.namespaced and namespace is None:
        raise ValueError("a cluster-scoped object with an owner in a namespace")
    return Target(kind=owner.kind, namespace=namespace if known.namespaced else None, name=owner.name)
