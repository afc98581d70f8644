"""
Owns the fact `workloads`: whose the pods are that a step takes away, and how many pods each of those owners wants.
"""

from typing import Any

from pydantic import Field

from executor.core.facts.owners import owner_of
from executor.core.facts.references import Reference
from executor.core.model import ABSENT, Manifest, Value

_COUNTS = (("spec", "replicas"), ("spec", "parallelism"), ("status", "desiredNumberScheduled"))
"""Where a kind says how many pods it wants: ReplicaSet and StatefulSet, Job, DaemonSet."""


class WorkloadFact(Value):
    """
    One controller of pods.
    """

    kind: str
    namespace: str
    name: str
    pods: int | None = Field(
        description="how many it wants; null for a kind of which that is not known, and for one that is gone"
    )
    owner: Reference | None = Field(description="its own controller: the Deployment of a ReplicaSet")


def workload_fact(reference: Reference, namespace: str, manifest: Manifest = ABSENT) -> WorkloadFact:
    """
    Read how many pods a controller wants, and who controls it; ABSENT is one that cannot be looked at.
    """
    owner = owner_of(manifest)
    counts = [_count(manifest.get(part), key) for part, key in _COUNTS]
    return WorkloadFact(
        kind=reference.kind,
        namespace=namespace,
        name=reference.name,
        pods=next((count for count in counts if count is not None), None),
        owner=None if owner is None else Reference(kind=owner.kind, name=owner.name),
    )


def _count(part: Any, key: str) -> int | None:
    count = part.get(key) if isinstance(part, dict) else None
    return count if isinstance(count, int) else None
