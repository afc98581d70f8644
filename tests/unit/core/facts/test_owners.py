"""
Who controls an object, and where to read that.
"""

from typing import Any

import pytest

from executor.core.facts import OwnerFact, owner_of, owner_target
from executor.core.target import Target
from tests.builders import a_pod

pytestmark = pytest.mark.requirement("GATE-12")


def reference(kind: str, api_version: str = "apps/v1", *, name: str = "web", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "apiVersion": api_version, "name": name, "uid": "u-1", **more}


def owner(kind: str, api_version: str = "apps/v1", name: str = "web") -> OwnerFact:
    return OwnerFact(kind=kind, api_version=api_version, name=name, uid="u-1")


def test_only_the_controller_is_the_owner() -> None:
    pod = a_pod()
    pod["metadata"]["ownerReferences"] = [
        reference("ConfigMap", "v1"),
        reference("Widget", "example.com/v1", controller=False),
        reference("ReplicaSet", controller=True, blockOwnerDeletion=True),
    ]

    assert owner("ReplicaSet") == owner_of(pod)


def test_an_object_that_nobody_controls_has_no_owner() -> None:
    assert owner_of(a_pod()) is None
    assert owner_of({}) is None


@pytest.mark.parametrize(
    ("fact", "place"),
    [
        (owner("ReplicaSet"), Target(kind="ReplicaSet", namespace="shop", name="web")),
        (owner("ReplicaSet", "apps/v1beta2"), Target(kind="ReplicaSet", namespace="shop", name="web")),
        (owner("Node", "v1"), Target(kind="Node", name="web")),
        (owner("Rollout", "argoproj.io/v1alpha1"), None),
        (owner("Deployment", "example.com/v1"), None),
    ],
    ids=["a known kind", "its older version", "a cluster-scoped kind", "a custom one", "a known name of another group"],
)
def test_an_owner_is_read_where_its_kind_is_known(fact: OwnerFact, place: Target | None) -> None:
    assert place == owner_target(fact, "shop")


@pytest.mark.parametrize(
    ("fact", "namespace"),
    [(owner("ReplicaSet", name="../secrets/db"), "shop"), (owner("ReplicaSet"), None)],
    ids=["a name that is none", "a namespaced owner of what is in no namespace"],
)
def test_a_reference_that_names_no_object_is_refused(fact: OwnerFact, namespace: str | None) -> None:
    with pytest.raises(ValueError, match=r"validation error|an owner in a namespace"):
        owner_target(fact, namespace)
