"""
Whose pods they are, and how many each owner wants.
"""

import pytest

from executor.core.facts import Reference, WorkloadFact, workload_fact
from executor.core.model import ABSENT, Manifest
from tests.builders import a_daemon_set, a_replica_set, a_stateful_set
from tests.objects import a_job

pytestmark = [pytest.mark.requirement("LOCK-4"), pytest.mark.requirement("GATE-7")]

OWNED = a_replica_set("web-1", replicas=4)
OWNED["metadata"]["ownerReferences"] = [
    {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u", "controller": True}
]

COUNTS: dict[str, tuple[Manifest, int | None]] = {
    "a ReplicaSet": (a_replica_set(replicas=4), 4),
    "one that was scaled to zero": (a_replica_set(replicas=0), 0),
    "a StatefulSet": (a_stateful_set(replicas=3), 3),
    "a Job": ({**a_job(), "spec": {"parallelism": 2}}, 2),
    "a DaemonSet": ({**a_daemon_set(), "status": {"desiredNumberScheduled": 6}}, 6),
    "a DaemonSet that nobody has counted": (a_daemon_set(), None),
    "one that says something odd": ({**a_job(), "spec": {"replicas": "many"}, "status": 7}, None),
    "one that is gone": (ABSENT, None),
}


@pytest.mark.parametrize(("manifest", "pods"), COUNTS.values(), ids=COUNTS)
def test_a_controller_wants(manifest: Manifest, pods: int | None) -> None:
    assert pods == workload_fact(Reference(kind="X", name="x"), "shop", manifest).pods


def test_its_own_controller_is_told() -> None:
    assert WorkloadFact(
        kind="ReplicaSet", namespace="shop", name="web-1", pods=4, owner=Reference(kind="Deployment", name="web")
    ) == workload_fact(Reference(kind="ReplicaSet", name="web-1"), "shop", OWNED)
