"""
The way into an object, as kubectl spells it.
"""

from typing import Any

import pytest

from executor.core.json_path import found_at, json_path

pytestmark = pytest.mark.requirement("ACT-2")

POD = {
    "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web", "app": "shop"}},
    "spec": {"containers": [{"name": "app", "image": "a:1"}, {"name": "proxy", "image": "p:1"}]},
    "status": {
        "phase": "Running",
        "conditions": [
            {"type": "Ready", "status": "True", "count": 3, "last": True},
            {"type": "Scheduled", "status": "False", "of": {"kind": "Node"}},
        ],
    },
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".status.phase", ["Running"]),
        ("{.status.phase}", ["Running"]),
        ("status.phase", ["Running"]),
        ("$.status.phase", ["Running"]),
        ("{$.status['phase']}", ["Running"]),
        (".spec.containers[0].image", ["a:1"]),
        (".spec.containers[-1].image", ["p:1"]),
        (".spec.containers[2].image", []),
        (".spec.containers[-3].image", []),
        (".spec.containers[*].image", ["a:1", "p:1"]),
        (".metadata.labels.*", ["web", "shop"]),
        (r".metadata.labels.app\.kubernetes\.io/name", ["web"]),
        (".metadata.labels['app.kubernetes.io/name']", ["web"]),
        ('.metadata.labels["app.kubernetes.io/name"]', ["web"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type == 'Ready')].status", ["True"]),
        ('.status.conditions[?(@.type!="Ready")].status', ["False"]),
        (".status.conditions[?(@.count==3)].type", ["Ready"]),
        (".status.conditions[?(@.last==true)].type", ["Ready"]),
        ('.status.conditions[?(@.of.kind=="Node")].type', ["Scheduled"]),
        ('.status.conditions[?(@.type=="Gone")].status', []),
        (".status.phase.deeper", []),
        (".status[0]", []),
        (".status.phase[*]", []),
        ('.status.phase[?(@.a=="b")]', []),
        (".nothing.at.all", []),
    ],
)
def test_a_path_finds_every_value_in_the_documents_order(path: str, expected: list[Any]) -> None:
    assert expected == found_at(POD, json_path(path))


def test_true_is_no_number() -> None:
    items = {"items": [{"ok": True}, {"ok": 1}]}

    assert [{"ok": 1}] == found_at(items, json_path(".items[?(@.ok==1)]"))


@pytest.mark.parametrize(
    "path",
    [
        *("", "{}", "$", ".", "..", ".a..b", ".a[", ".a[]", ".a[1:2]", ".a[0,1]", "..a", ".a[?(@.b)]"),
        *(".a[?(@.b=~'x')]", ".a[(@.length-1)]", ".a b", "{.a}{.b}", ".a[?(@.b==c)]", '.a["x]', "." + "a" * 600),
    ],
)
def test_what_is_no_path_of_this_kind_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|at least one|at most"):
        json_path(path)
