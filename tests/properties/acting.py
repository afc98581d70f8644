"""
Owns how examples of actions are drawn: an object that takes the action, its parameters, and what is there beside it.
"""

import base64
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from executor.core.action import with_value
from executor.core.model import Manifest
from tests.builders import a_daemon_set, a_deployment, a_node, a_pod, a_secret, a_stateful_set, an_autoscaler
from tests.objects import a_config_map, a_cron_job, a_job

UID = "11111111-0000-4000-8000-000000000001"
NAMES = ("app", "proxy", "init")
KEYS = ("A", "B", "C", "D")
LABELS = ("tier", "example.com/team", "old")
AMOUNTS = ("100m", "0.5", "1", "1500m", "2")
NOW = "2026-11-23T11:24:06Z"


@dataclass(frozen=True, slots=True)
class Example:
    """
    A live object, the parameters of an action on it, and the objects beside it.
    """

    live: Manifest
    parameters: dict[str, Any]
    related: Mapping[str, tuple[Manifest, ...]] = field(default_factory=dict)


def _identified(manifest: Manifest) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "uid": UID, "resourceVersion": "7"}}


def _maps(keys: tuple[str, ...], values: tuple[str, ...] = ("1", "2"), least: int = 0) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(keys), st.sampled_from(values), min_size=least)


def _literal(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value} if value else {"name": name}


def _referring(name: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": "db", "key": "k"}}}


_variables = st.builds(_literal, st.sampled_from(KEYS), st.sampled_from(["1", "2", ""])) | st.builds(
    _referring, st.sampled_from(KEYS)
)
# In one order everywhere: another order of the same variables is a change of their whole list.
_env = st.lists(_variables, unique_by=lambda each: str(each["name"]), max_size=4).map(
    lambda env: sorted(env, key=lambda each: str(each["name"]))
)
_resources = st.fixed_dictionaries({}, optional={"limits": _maps(("cpu", "memory"), ("2", "4"), 1)})
_containers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(NAMES), "image": st.sampled_from(["web:1", "web:2"])},
        optional={"env": _env, "resources": _resources, "args": st.just(["-v"])},
    ),
    min_size=1,
    unique_by=lambda each: str(each["name"]),
)


@st.composite
def _objects(draw: st.DrawFn, *made: Manifest) -> Manifest:
    """
    Draw an object with some labels and annotations.
    """
    live = _identified(draw(st.sampled_from(made)))
    for where in ("labels", "annotations"):
        if entries := draw(_maps(LABELS)):
            live = with_value(live, ("metadata", where), entries)
    return live


@st.composite
def _workloads(draw: st.DrawFn, *made: Manifest, pod: tuple[str, ...] = ("spec", "template", "spec")) -> Manifest:
    live = draw(_objects(*(made or (a_deployment(), a_stateful_set(), a_daemon_set()))))
    return with_value(live, (*pod, "containers"), draw(_containers))


def _named(live: Manifest, pod: tuple[str, ...]) -> st.SearchStrategy[Any]:
    for key in pod:
        live = live[key]
    return st.sampled_from([each["name"] for each in live["containers"]])


POD_OF_TEMPLATE = ("spec", "template", "spec")


@st.composite
def _set_image(draw: st.DrawFn) -> Example:
    live = draw(_workloads())
    images = st.dictionaries(_named(live, POD_OF_TEMPLATE), st.sampled_from(["web:1", "web:3"]), min_size=1)
    return Example(live, {"images": draw(images)})


@st.composite
def _set_env(draw: st.DrawFn) -> Example:
    live = draw(_workloads())
    wanted = draw(_maps(KEYS, ("1", "3", "")))
    referred = draw(_maps(KEYS, ("secret:db/k", "config_map:c/k", "field:metadata.name")))
    rest = {key: value for key, value in referred.items() if key not in wanted}
    unset = draw(st.lists(st.sampled_from(KEYS), unique=True))
    parameters = {"set": wanted, "set_from": rest, "unset": [key for key in unset if key not in {**wanted, **rest}]}
    return Example(live, {"container": draw(_named(live, POD_OF_TEMPLATE)), **parameters})


def _amounts(draw: st.DrawFn) -> dict[str, Any]:
    values = st.sampled_from(AMOUNTS) | st.none()
    maps = st.dictionaries(st.sampled_from(("cpu", "memory", "example.com/gpu")), values)
    return {"requests": draw(maps), "limits": draw(maps)}


@st.composite
def _set_resources(draw: st.DrawFn) -> Example:
    live = draw(_workloads())
    return Example(live, {"container": draw(_named(live, POD_OF_TEMPLATE)), **_amounts(draw)})


@st.composite
def _resize_pod(draw: st.DrawFn) -> Example:
    live = draw(_workloads(a_pod(), pod=("spec",)))
    return Example(live, {"container": draw(_named(live, ("spec",))), **_amounts(draw)})


@st.composite
def _undo_rollout(draw: st.DrawFn) -> Example:
    live = draw(_workloads(a_deployment()))
    others = draw(_containers)
    there = live["spec"]["template"]["spec"]["containers"]
    # The same containers: what somebody else does to one that is ours as a whole is no change elsewhere.
    containers = [{**others[number % len(others)], "name": each["name"]} for number, each in enumerate(there)]
    earlier = with_value(live, (*POD_OF_TEMPLATE, "containers"), containers)
    revisions = tuple(_replica_set(str(number), each) for number, each in ((1, earlier), (2, live)))
    return Example(live, {"to_revision": 1}, {"revisions": revisions})


def _replica_set(number: str, workload: Manifest) -> Manifest:
    template = copy.deepcopy(workload["spec"]["template"])
    template["metadata"]["labels"]["pod-template-hash"] = number
    metadata = {
        "annotations": {"deployment.kubernetes.io/revision": number},
        "ownerReferences": [{"uid": UID, "controller": True}],
    }
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"template": template}}


@st.composite
def _scale(draw: st.DrawFn) -> Example:
    live = with_value(draw(_objects(a_deployment(), a_stateful_set())), ("spec", "replicas"), draw(st.integers(0, 9)))
    how = st.sampled_from([{"replicas": 0}, {"replicas": 5}, {"delta": 3}, {"percent": 150}])
    return Example(live, draw(how))


@st.composite
def _switched(draw: st.DrawFn, path: tuple[str, ...], *made: Manifest) -> Example:
    live = draw(_objects(*made))
    return Example(with_value(live, path, True) if draw(st.booleans()) else live, {})


@st.composite
def _set_autoscaling(draw: st.DrawFn) -> Example:
    live = draw(_objects(an_autoscaler(between=(2, 4))))
    return Example(live, draw(st.sampled_from([{"min": 1}, {"max": 9}, {"min": 5, "max": 9}])))


_taints = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["a", "b"]), "effect": st.sampled_from(["NoSchedule", "NoExecute"])},
        optional={"value": st.sampled_from(["x", "y"]), "timeAdded": st.just(NOW)},
    ),
    unique_by=lambda each: (str(each["key"]), str(each["effect"])),
)


@st.composite
def _tainted(draw: st.DrawFn, parameters: st.SearchStrategy[dict[str, Any]]) -> Example:
    live = draw(_objects(a_node()))
    taints = draw(_taints)
    return Example(with_value(live, ("spec", "taints"), taints) if taints else live, draw(parameters))


@st.composite
def _entries(draw: st.DrawFn, /, live: st.SearchStrategy[Manifest], keys: tuple[str, ...], **more: Any) -> Example:
    wanted = draw(_maps(keys, ("1", "3")))
    unset = draw(st.lists(st.sampled_from(keys), unique=True))
    others = {name: draw(entries) for name, entries in more.items()}
    taken = {*wanted, *(key for entries in others.values() for key in entries)}
    others = {name: {key: value for key, value in each.items() if key not in wanted} for name, each in others.items()}
    return Example(draw(live), {"set": wanted, "unset": [key for key in unset if key not in taken], **others})


def _data_of(made: Any, *maps: str) -> st.SearchStrategy[Manifest]:
    entries = {name: _maps(KEYS, ("MQ==", "Mg==")) for name in maps}
    return st.builds(lambda **held: _identified({**made(), **_apart(held)}), **entries)


def _apart(held: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """
    A key stands in one map only; the API server keeps no empty one.
    """
    first, *rest = held
    others = {name: {key: held[name][key] for key in held[name] if key not in held[first]} for name in rest}
    return {name: entries for name, entries in {first: held[first], **others}.items() if entries}


_BINARY = _maps(KEYS, (base64.b64encode(b"\x00").decode(), base64.b64encode(b"\xff\x00").decode()))
_TAINT = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "c"]), "effect": st.sampled_from(["NoSchedule", "NoExecute"])},
    optional={"value": st.sampled_from(["x", "z"])},
)
_UNTAINT = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "c"])}, optional={"effect": st.sampled_from(["NoSchedule", "NoExecute"])}
)

EXAMPLES: Mapping[str, st.SearchStrategy[Example]] = {
    "scale": _scale(),
    "undo_rollout": _undo_rollout(),
    "set_image": _set_image(),
    "set_env": _set_env(),
    "set_resources": _set_resources(),
    "resize_pod": _resize_pod(),
    "pause_rollout": _switched(("spec", "paused"), a_deployment()),
    "resume_rollout": _switched(("spec", "paused"), a_deployment()),
    "suspend": _switched(("spec", "suspend"), a_job(), a_cron_job()),
    "resume": _switched(("spec", "suspend"), a_job(), a_cron_job()),
    "set_autoscaling": _set_autoscaling(),
    "cordon": _switched(("spec", "unschedulable"), a_node()),
    "uncordon": _switched(("spec", "unschedulable"), a_node()),
    "taint": _tainted(_TAINT),
    "untaint": _tainted(_UNTAINT),
    "label": _entries(_objects(a_deployment(), a_node(), a_secret()), LABELS),
    "annotate": _entries(_objects(a_deployment(), a_node(), a_secret()), LABELS),
    "update_configmap": _entries(_data_of(a_config_map, "data", "binaryData"), KEYS, set_binary=_BINARY),
    "update_secret": _entries(_data_of(a_secret, "data"), KEYS, set_binary=_BINARY),
}
"""Action → examples of it; every action that changes an object in place and can be undone."""
