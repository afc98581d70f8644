"""
Owns what a step points at: the target, the resource behind its kind, and the API path of both.

Every name that enters a path is checked against RFC 1123 and quoted here, in one place; the edge checks again.
"""

from dataclasses import dataclass
from urllib.parse import quote

from executor.core.errors import UnsafeRequest
from executor.core.model import Value
from executor.core.names import ApiVersion, Kind, Label, ObjectName, is_label, is_object_name


class Target(Value):
    """
    The object a step does something to. `namespace` is None for cluster-scoped kinds.

    `api_version` is None for the kinds of `RESOURCES`: they are served the same everywhere, and one object must have
    one name in claims. A kind that is not there (a custom resource) needs it.
    """

    kind: Kind
    namespace: Label | None = None
    name: ObjectName
    api_version: ApiVersion | None = None

    def __str__(self) -> str:
        """
        Return `deployment/shop/web`, `node/worker-1` or `widget.example.com/shop/w`, as messages and claims spell it.
        """
        group = (self.api_version or "").rpartition("/")[0]
        kind = f"{self.kind.lower()}.{group}" if group else self.kind.lower()
        return "/".join(part for part in (kind, self.namespace, self.name) if part)


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

    @property
    def group(self) -> str:
        """
        Return the API group, empty for the core group.
        """
        return self.api_version.rpartition("/")[0]


RESOURCES = {
    "Deployment": Resource("apps/v1", "deployments", namespaced=True, workload=True),
    "StatefulSet": Resource("apps/v1", "statefulsets", namespaced=True, workload=True),
    "DaemonSet": Resource("apps/v1", "daemonsets", namespaced=True, workload=True),
    "ReplicaSet": Resource("apps/v1", "replicasets", namespaced=True),
    "ControllerRevision": Resource("apps/v1", "controllerrevisions", namespaced=True),
    "Job": Resource("batch/v1", "jobs", namespaced=True),
    "CronJob": Resource("batch/v1", "cronjobs", namespaced=True),
    "HorizontalPodAutoscaler": Resource("autoscaling/v2", "horizontalpodautoscalers", namespaced=True),
    "PodDisruptionBudget": Resource("policy/v1", "poddisruptionbudgets", namespaced=True),
    "EndpointSlice": Resource("discovery.k8s.io/v1", "endpointslices", namespaced=True),
    "Pod": Resource("v1", "pods", namespaced=True),
    "ReplicationController": Resource("v1", "replicationcontrollers", namespaced=True),
    "Service": Resource("v1", "services", namespaced=True),
    "ConfigMap": Resource("v1", "configmaps", namespaced=True),
    "Secret": Resource("v1", "secrets", namespaced=True),
    "PersistentVolumeClaim": Resource("v1", "persistentvolumeclaims", namespaced=True),
    "ResourceQuota": Resource("v1", "resourcequotas", namespaced=True),
    "LimitRange": Resource("v1", "limitranges", namespaced=True),
    "Event": Resource("v1", "events", namespaced=True),
    "Node": Resource("v1", "nodes", namespaced=False),
    "Namespace": Resource("v1", "namespaces", namespaced=False),
}
"""The kinds this executor knows by name, as the API server of every supported version serves them."""


def known_resource(kind: str, api_version: str | None = None) -> Resource | None:
    """
    Return how a kind is served without asking the API server, or None for one that must be looked up there.
    """
    resource = RESOURCES.get(kind)
    return resource if resource is not None and api_version in {None, resource.api_version} else None


def object_path(target: Target, resource: Resource | None = None) -> str:
    """
    Return the quoted API path of one object; raises UnsafeRequest for a name that must not enter a URL.

    `resource` says how the kind is served; it may be left out for the kinds of `RESOURCES`.
    """
    if not is_object_name(target.name):
        raise UnsafeRequest(f"{target.kind.lower()}: its name is not an RFC 1123 name; nothing was sent")
    resource = resource or _known(target.kind, target.api_version)
    return f"{collection_path(target.kind, target.namespace, resource)}/{quote(target.name, safe='')}"


def collection_path(kind: str, namespace: str | None, resource: Resource | None = None) -> str:
    """
    Return the quoted API path of all objects of a kind, in one namespace where the kind has them.
    """
    resource = resource or _known(kind, None)
    if not resource.namespaced:
        if namespace is not None:
            raise UnsafeRequest(f"{kind} is cluster-scoped and takes no namespace; nothing was sent")
        return f"{resource.root}/{quote(resource.plural, safe='')}"
    if namespace is None or not is_label(namespace):
        raise UnsafeRequest(f"{kind}: its namespace is not an RFC 1123 label; nothing was sent")
    return f"{resource.root}/namespaces/{quote(namespace, safe='')}/{quote(resource.plural, safe='')}"


def everywhere_path(kind: str, resource: Resource | None = None) -> str:
    """
    Return the quoted API path of all objects of a kind in every namespace; only to be listed.
    """
    resource = resource or _known(kind, None)
    return f"{resource.root}/{quote(resource.plural, safe='')}"


def _known(kind: str, api_version: str | None) -> Resource:
    resource = known_resource(kind, api_version)
    if resource is None:
        raise UnsafeRequest("a kind this executor does not know; nothing was sent")
    return resource
