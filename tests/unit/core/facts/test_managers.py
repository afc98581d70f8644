"""
Who owns the fields that a step changes, by the object's managed fields.
"""

from typing import Any

import pytest

from executor.core.facts import ManagerFact, managers_of
from executor.core.model import Manifest
from executor.core.paths import Path

pytestmark = pytest.mark.requirement("GATE-12")

CONTAINERS = ("spec", "template", "spec", "containers")
APP_IMAGE = (*CONTAINERS, "[name=app]", "image")


def an_object(**fields: Any) -> Manifest:
    """
    Return a Deployment whose fields are owned by one manager each, as FieldsV1.
    """
    return {
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "annotations": {"example.com/a~b": "1"},
            "finalizers": ["a", "b"],
            "managedFields": [
                {"manager": name, "operation": "Apply", "time": "2026-11-23T11:24:06Z", "fieldsV1": owned}
                for name, owned in fields.items()
            ],
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "spec": {
                    "containers": [
                        {"name": "sidecar", "image": "s:1"},
                        {
                            "name": "app",
                            "image": "a:1",
                            "resources": {},
                            "env": [{"name": "MODE", "value": "fast"}],
                            "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}],
                            "volumeMounts": [{"name": "x", "mountPath": "/a"}, {"name": "x", "mountPath": "/b"}],
                        },
                    ],
                }
            },
        },
    }


def in_app(**fields: Any) -> dict[str, Any]:
    return {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': fields}}}}}


def paths(owned: dict[str, Any], *changed: Path) -> list[str]:
    """
    Return what a manager of these fields owns of the changed paths.
    """
    return [path for fact in managers_of(an_object(somebody=owned), changed) for path in fact.paths]


def test_each_entry_that_owns_a_changed_field_is_told() -> None:
    live = an_object(
        helm={"f:metadata": {"f:labels": {}}, "f:spec": {"f:paused": {}, "f:replicas": {}}},
        scaler={"f:spec": {"f:replicas": {}}},
        kubectl={"f:metadata": {"f:labels": {".": {}, "f:app": {}}}},
    )
    live["metadata"]["managedFields"][1] |= {"operation": "Update", "subresource": "scale"}

    assert [
        ManagerFact(manager="helm", operation="Apply", subresource=None, paths=["/spec/replicas"]),
        ManagerFact(manager="scaler", operation="Update", subresource="scale", paths=["/spec/replicas"]),
    ] == managers_of(live, [("spec", "replicas")])


def test_an_object_without_managed_fields_has_no_managers() -> None:
    assert [] == managers_of({}, [("spec", "replicas")])
    assert [] == managers_of({"metadata": {"managedFields": [{"manager": "x"}]}}, [()])


APP = "/spec/template/spec/containers/1"
OWNED: dict[str, tuple[dict[str, Any], tuple[Path, ...], list[str]]] = {
    "a field of a named item": (in_app(**{"f:image": {}}), (APP_IMAGE,), [f"{APP}/image"]),
    "the same field of another item": (
        in_app(**{"f:image": {}}),
        ((*CONTAINERS, "[name=sidecar]", "image"),),
        [],
    ),
    "another field": (in_app(**{"f:image": {}}), ((*CONTAINERS, "[name=app]", "command"),), []),
    "the item, when a field of it is changed": (in_app(**{".": {}, "f:name": {}}), (APP_IMAGE,), []),
    "the item, when it is taken out": (
        in_app(**{".": {}, "f:image": {}}),
        ((*CONTAINERS, "[name=app]"),),
        [APP, f"{APP}/image"],
    ),
    "all of it, when the object goes": (
        {"f:metadata": {"f:annotations": {".": {}, "f:example.com/a~b": {}}}, "f:spec": {"f:replicas": {}}},
        ((),),
        ["/metadata/annotations", "/metadata/annotations/example.com~1a~0b", "/spec/replicas"],
    ),
    "a key with a slash": (
        {"f:metadata": {"f:annotations": {"f:example.com/a~b": {}}}},
        (("metadata", "annotations", "example.com/a~b"),),
        ["/metadata/annotations/example.com~1a~0b"],
    ),
    "a map as a whole, when a key in it is changed": (
        {"f:spec": {"f:selector": {}}},
        (("spec", "selector", "matchLabels", "app"),),
        ["/spec/selector"],
    ),
    "an empty map, when a key is put in": (
        in_app(**{"f:resources": {}}),
        ((*CONTAINERS, "[name=app]", "resources", "limits"),),
        [],
    ),
    "an empty map, when it is taken out": (
        in_app(**{"f:resources": {}}),
        ((*CONTAINERS, "[name=app]", "resources"),),
        [f"{APP}/resources"],
    ),
    "an item by other keys than its name": (
        in_app(**{"f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {"f:containerPort": {}}}}),
        ((*CONTAINERS, "[name=app]", "ports", "[name=http]", "containerPort"),),
        [f"{APP}/ports/0/containerPort"],
    ),
    "an item whose name is not its own": (
        in_app(**{"f:volumeMounts": {'k:{"mountPath":"/b"}': {"f:mountPath": {}}}}),
        ((*CONTAINERS, "[name=app]", "volumeMounts"),),
        [f"{APP}/volumeMounts/1/mountPath"],
    ),
    "an item by its value": (
        {"f:metadata": {"f:finalizers": {'v:"b"': {}}}},
        (("metadata", "finalizers"),),
        ["/metadata/finalizers/1"],
    ),
    "an item by its position": (
        {"f:metadata": {"f:finalizers": {"i:0": {}}}},
        (("metadata", "finalizers"),),
        ["/metadata/finalizers/0"],
    ),
    "items that are not there": (
        {
            "f:metadata": {"f:finalizers": {'v:"c"': {}, "i:7": {}}},
            "f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"gone"}': {"f:image": {}}}}}},
        },
        (("metadata", "finalizers"), CONTAINERS),
        ["/metadata/finalizers/-", "/metadata/finalizers/-", "/spec/template/spec/containers/-/image"],
    ),
    "a field that is not there, in what is not there": (
        {"f:spec": {"f:strategy": {"f:rollingUpdate": {"f:maxSurge": {}}}}},
        (("spec", "strategy"),),
        ["/spec/strategy/rollingUpdate/maxSurge"],
    ),
    "two paths, each once": (
        {"f:spec": {"f:replicas": {}, "f:paused": {}, "f:selector": {}}},
        (("spec", "replicas"), ("spec", "paused"), ("spec",)),
        ["/spec/replicas", "/spec/paused", "/spec/selector"],
    ),
}


@pytest.mark.parametrize(("owned", "changed", "found"), OWNED.values(), ids=OWNED)
def test_what_a_manager_owns_of_the_changed_paths(
    owned: dict[str, Any], changed: tuple[Path, ...], found: list[str]
) -> None:
    assert found == paths(owned, *changed)
