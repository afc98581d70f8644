"""
Owns what a step points at: the target, the resource behind its kind, and the API path of both.

Every name that enters a path is checked against RFC 1123 and quoted here, in one place; the edge checks again.
"""

from dataclasses import dataclass
from urllib.parse import quote

from pydantic import Field

from executor.core.errors import UnsafeRequest
from executor.core.model import Value
from executor.core.names import Label, Subdomain, is_label, is_subdomain


class Target(Value):
    """
    The object a step does something to. `namespace` is None for cluster-scoped kinds.
    """

    kind: str = Field(min_length=1, max_length=63)
    namespace: Label | None = None
    name: Subdomain

    def __str__(self) -> str:
        """
        Return `deployment/shop/web` or `node/worker-1`, as messages and claims spell it.
        """
        return "/".join(part for part in (self.kind.lower(), self.namespace, self.name) if part)


@dataclass(frozen=True, slots=True)
class Resource:
    """
    How the API server serves a kind.
    """

    api_version: str
    plural: str
    namespaced: bool
    workload: bool = False

    @property
    def root(self) -> str:
        """
        Return the path all objects of this group and version live under, without a trailing slash.
        """
        return f"/api/{self.api_version}" if "/" not in self.api_version else f"/apis/{self.api_version}"


RESOURCES = {
    "Deployment": Resource("apps/v1", "deployments", namespaced=True, workload=True),
    "StatefulSet": Resource("apps/v1", "statefulsets", namespaced=True, workload=True),
    "DaemonSet": Resource("apps/v1", "daemonsets", namespaced=True, workload=True),
    "Node": Resource("v1", "nodes", namespaced=False),
    "Namespace": Resource("v1", "namespaces", namespaced=False),
    "Pod": Resource("v1", "pods", namespaced=True),
    "PodDisruptionBudget": Resource("policy/v1", "poddisruptionbudgets", namespaced=True),
}
"""The kinds this executor reads or changes, as the API server of every supported version serves them."""


def object_path(target: Target) -> str:
    """
    Return the quoted API path of one object; raises UnsafeRequest for a name that must not enter a URL.
    """
    if not is_subdomain(target.name):
        raise UnsafeRequest(f"{target.kind.lower()}: its name is not an RFC 1123 name; nothing was sent")
    return f"{collection_path(target.kind, target.namespace)}/{quote(target.name, safe='')}"


def collection_path(kind: str, namespace: str | None) -> str:
    """
    Return the quoted API path of all objects of a kind, in one namespace where the kind has them.
    """
    resource = _resource(kind)
    if not resource.namespaced:
        if namespace is not None:
            raise UnsafeRequest(f"{kind} is cluster-scoped and takes no namespace; nothing was sent")
        return f"{resource.root}/{resource.plural}"
    if namespace is None or not is_label(namespace):
        raise UnsafeRequest(f"{kind}: its namespace is not an RFC 1123 label; nothing was sent")
    return f"{resource.root}/namespaces/{quote(namespace, safe='')}/{resource.plural}"


def _resource(kind: str) -> Resource:
    if kind not in RESOURCES:
        raise UnsafeRequest("a kind this executor does not know; nothing was sent")
    return RESOURCES[kind]
