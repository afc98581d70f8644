"""
Owns the table of actions that change an object in place: what they are shown on, what they are asked, what they do.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from executor.core.action import with_value
from executor.core.actions import CATALOGUE
from executor.core.model import Manifest
from executor.core.paths import MISSING, Path, read
from executor.core.target import Target
from tests.builders import (
    a_daemon_set,
    a_deployment,
    a_node,
    a_pod,
    a_replica_set,
    a_secret,
    a_stateful_set,
    an_autoscaler,
)
from tests.fixtures.widgets import a_widget
from tests.integration.actions.local_stage import Part, Ready, Stage
from tests.objects import a_config_map, a_cron_job, a_job

CONTAINER = ("spec", "template", "spec", "containers", "[name=app]")
OLD, NEW = "registry.test/web:1", "registry.test/web:2"
LIMITS = {"cpu": "500m", "memory": "64Mi"}
PASSWORD = "correct horse battery staple"
MARK = "node-role.kubernetes.io/control-plane"
RUNS_ON = "fault.local/never-ready:1"
"""The image of a container that runs and does not end."""


@dataclass(frozen=True)
class Case:
    """
    An action on an object, and what the object must hold afterwards: `changed`, MISSING for what must be gone.

    `made` makes the object by name and namespace, which can be acted on when it is `ready`, or `arranged` does all of
    it. `part` is played beside the run. `refused` are the parameters of a node's case that the policy denies.
    """

    action: str
    made: Callable[[str, str], Manifest] | None
    parameters: dict[str, Any] = field(default_factory=dict)
    changed: dict[Path, Any] = field(default_factory=dict)
    arranged: Callable[[Stage, str], Awaitable[Target]] | None = None
    ready: Ready | None = None
    part: Part | None = None
    refused: dict[str, Any] | None = None

    async def arrange(self, stage: Stage, name: str) -> Target:
        """
        Make the object, ready to be acted on.
        """
        if self.arranged is not None:
            return await self.arranged(stage, name)
        assert self.made is not None
        return await stage.healthy(self.made(name, stage.namespace), self.ready)

    @property
    def reversible(self) -> bool:
        return CATALOGUE[self.action].reversible

    @property
    def on_a_node(self) -> bool:
        return CATALOGUE[self.action].kinds == ("Node",)

    def missed(self, live: Manifest) -> dict[Path, Any]:
        """
        Return what the object does not hold of what the action is to bring.
        """
        return {path: read(live, path) for path, value in self.changed.items() if read(live, path) != value}


def _in_namespace(make: Callable[..., Manifest], **more: Any) -> Callable[[str, str], Manifest]:
    return lambda name, namespace: make(name, namespace, **more)


def _with_env(name: str, namespace: str) -> Manifest:
    env = [{"name": "LEVEL", "value": "info"}, {"name": "OLD", "value": "1"}, {"name": "KEPT", "value": "2"}]
    containers = [{"name": "app", "image": OLD, "env": env}, {"name": "side", "image": OLD}]
    return with_value(a_deployment(name, namespace), ("spec", "template", "spec", "containers"), containers)


def _with_resources(name: str, namespace: str) -> Manifest:
    resources = {"requests": dict(LIMITS), "limits": dict(LIMITS)}
    containers = [{"name": "app", "image": OLD, "resources": resources}]
    return with_value(a_stateful_set(name, namespace), ("spec", "template", "spec", "containers"), containers)


def _paused(name: str, namespace: str) -> Manifest:
    return with_value(a_deployment(name, namespace), ("spec", "paused"), True)


def _running_job(name: str, namespace: str, **more: Any) -> Manifest:
    path = ("spec", "template", "spec", "containers")
    return with_value(a_job(name, namespace, **more), path, [{"name": "app", "image": RUNS_ON}])


def _is_seen(live: Manifest) -> bool:
    return bool(live.get("status", {}).get("observedGeneration") == live["metadata"]["generation"])


def _runs(live: Manifest) -> bool:
    return bool(live.get("status", {}).get("active"))


def _tainted(name: str, _: str) -> Manifest:
    taints = [
        {"key": "example.com/a", "value": "x", "effect": "PreferNoSchedule"},
        {"key": MARK, "effect": "NoSchedule"},
    ]
    return with_value(a_node(name), ("spec", "taints"), taints)


async def _with_two_revisions(stage: Stage, manifest: Manifest) -> Target:
    target = await stage.healthy(manifest)
    containers = [{"name": "app", "image": NEW, "env": [{"name": "A", "value": "1"}]}]
    await stage.edit(target, {"spec": {"template": {"spec": {"containers": containers}}}})
    await stage.settled(target)
    return target


def _rolled(make: Callable[..., Manifest]) -> Callable[[Stage, str], Awaitable[Target]]:
    return lambda stage, name: _with_two_revisions(stage, make(name, stage.namespace))


async def _autoscaled(stage: Stage, name: str) -> Target:
    """
    Its controller looks every 15 s, and says what it has seen only of one whose target is there.
    """
    await stage.healthy(a_deployment(name, stage.namespace))
    return await stage.healthy(an_autoscaler(name, stage.namespace, of=name), _is_seen)


async def _resizable_pod(stage: Stage, name: str) -> Target:
    containers = [{"name": "app", "image": OLD, "resources": {"requests": dict(LIMITS), "limits": dict(LIMITS)}}]
    made = with_value(a_pod(name, stage.namespace), ("spec",), {"containers": containers})
    del made["status"]
    target = await stage.healthy(made)
    # Only a pod whose containers' resources are reported can be resized.
    await _play_the_node(stage, target)
    return target


async def _play_the_node(stage: Stage, pod: Target) -> None:
    live = await stage.live(pod)
    asked = [{"name": each["name"], "resources": each["resources"]} for each in live["spec"]["containers"]]
    there = [
        {"name": each["name"], "resources": each.get("resources")}
        for each in live["status"].get("containerStatuses", [])
    ]
    if asked != there:
        statuses = [{**each, "allocatedResources": each["resources"]["requests"]} for each in asked]
        await stage.report(
            pod, {"observedGeneration": live["metadata"].get("generation"), "containerStatuses": statuses}
        )


async def _play_the_driver(stage: Stage, claim: Target) -> None:
    live = await stage.live(claim)
    asked = live["spec"]["resources"]["requests"]["storage"]
    if live.get("status", {}).get("capacity", {}).get("storage") != asked:
        await stage.report(claim, {"capacity": {"storage": asked}})


async def _play_the_controller(stage: Stage, widget: Target) -> None:
    live = await stage.live(widget)
    if live.get("status", {}).get("replicas") != live["spec"]["replicas"]:
        await stage.report(widget, {"replicas": live["spec"]["replicas"]})


def _taint(key: str) -> Path:
    return ("spec", "taints", f"[key={key},effect=PreferNoSchedule]")


CASES = {
    "scale a Deployment": Case(
        "scale", _in_namespace(a_deployment, replicas=1), {"delta": 1}, {("spec", "replicas"): 2}
    ),
    "scale a ReplicaSet": Case(
        "scale", _in_namespace(a_replica_set, replicas=2), {"percent": 150}, {("spec", "replicas"): 3}
    ),
    "scale a custom resource": Case(
        "scale", _in_namespace(a_widget), {"replicas": 3}, {("spec", "replicas"): 3}, part=_play_the_controller
    ),
    "restart a Deployment": Case("restart", _in_namespace(a_deployment)),
    "restart a StatefulSet": Case("restart", _in_namespace(a_stateful_set)),
    "restart a DaemonSet": Case("restart", _in_namespace(a_daemon_set)),
    "undo a Deployment's rollout": Case(
        "undo_rollout",
        None,
        changed={(*CONTAINER, "image"): OLD, (*CONTAINER, "env"): MISSING},
        arranged=_rolled(a_deployment),
    ),
    "undo a StatefulSet's rollout": Case(
        "undo_rollout",
        None,
        {"to_revision": 1},
        {(*CONTAINER, "image"): OLD, (*CONTAINER, "env"): MISSING},
        arranged=_rolled(a_stateful_set),
    ),
    "undo a DaemonSet's rollout": Case(
        "undo_rollout",
        None,
        changed={(*CONTAINER, "image"): OLD, (*CONTAINER, "env"): MISSING},
        arranged=_rolled(a_daemon_set),
    ),
    "set an image": Case(
        "set_image", _in_namespace(a_deployment), {"images": {"app": NEW}}, {(*CONTAINER, "image"): NEW}
    ),
    "set variables": Case(
        "set_env",
        _with_env,
        {
            "container": "app",
            "set": {"LEVEL": "debug"},
            "set_from": {"POD": "field:metadata.name", "KEY": "secret:db/key"},
            "unset": ["OLD"],
        },
        {
            (*CONTAINER, "env", "[name=LEVEL]", "value"): "debug",
            (*CONTAINER, "env", "[name=OLD]"): MISSING,
            (*CONTAINER, "env", "[name=KEPT]", "value"): "2",
            (*CONTAINER, "env", "[name=KEY]", "valueFrom"): {"secretKeyRef": {"name": "db", "key": "key"}},
        },
    ),
    "set the first variable": Case(
        "set_env",
        _in_namespace(a_deployment),
        {"container": "app", "set": {"FIRST": "", "SECOND": "2"}},
        {(*CONTAINER, "env"): [{"name": "FIRST"}, {"name": "SECOND", "value": "2"}]},
    ),
    "set resources": Case(
        "set_resources",
        _with_resources,
        {"container": "app", "limits": {"memory": "1024Mi", "cpu": None}, "requests": {"cpu": "0.25"}},
        {
            (*CONTAINER, "resources", "limits"): {"memory": "1Gi"},
            (*CONTAINER, "resources", "requests"): {"cpu": "250m", "memory": "64Mi"},
        },
    ),
    "take all resources away": Case(
        "set_resources",
        _with_resources,
        {
            "container": "app",
            "limits": {"memory": None, "cpu": None},
            "requests": {"memory": None, "cpu": None},
        },
        {(*CONTAINER, "resources"): {}},
    ),
    "resize a pod": Case(
        "resize_pod",
        None,
        {"container": "app", "requests": {"cpu": "1"}, "limits": {"cpu": "1"}},
        {("spec", "containers", "[name=app]", "resources", "limits", "cpu"): "1"},
        arranged=_resizable_pod,
        part=_play_the_node,
    ),
    "pause a rollout": Case("pause_rollout", _in_namespace(a_deployment), changed={("spec", "paused"): True}),
    "resume a rollout": Case("resume_rollout", _paused, ready=_is_seen, changed={("spec", "paused"): MISSING}),
    "bound an autoscaler": Case(
        "set_autoscaling",
        None,
        {"min": 2, "max": 5},
        {("spec", "minReplicas"): 2, ("spec", "maxReplicas"): 5},
        arranged=_autoscaled,
    ),
    "suspend a CronJob": Case("suspend", _in_namespace(a_cron_job), changed={("spec", "suspend"): True}),
    "suspend a Job": Case("suspend", _running_job, ready=_runs, changed={("spec", "suspend"): True}),
    "resume a CronJob": Case("resume", _in_namespace(a_cron_job, suspend=True), changed={("spec", "suspend"): False}),
    "resume a Job": Case("resume", _in_namespace(_running_job, suspend=True), changed={("spec", "suspend"): False}),
    "cordon a node": Case(
        "cordon", lambda name, _: a_node(name), changed={("spec", "unschedulable"): True}, refused={}
    ),
    "uncordon a node": Case(
        "uncordon", lambda name, _: a_node(name, unschedulable=True), changed={("spec", "unschedulable"): MISSING}
    ),
    "taint a node": Case(
        "taint",
        _tainted,
        {"key": "example.com/b", "value": "y", "effect": "PreferNoSchedule"},
        {(*_taint("example.com/a"), "value"): "x", (*_taint("example.com/b"), "value"): "y"},
        refused={"key": "example.com/b", "effect": "NoExecute"},
    ),
    "change a taint": Case(
        "taint",
        _tainted,
        {"key": "example.com/a", "effect": "PreferNoSchedule"},
        {(*_taint("example.com/a"), "effect"): "PreferNoSchedule", (*_taint("example.com/a"), "value"): MISSING},
    ),
    "untaint a node": Case(
        "untaint", _tainted, {"key": "example.com/a"}, {_taint("example.com/a"): MISSING}, refused={"key": MARK}
    ),
    "expand a claim": Case(
        "expand_pvc",
        None,
        {"size": "2048Mi"},
        {("spec", "resources", "requests", "storage"): "2Gi"},
        arranged=lambda stage, name: stage.bound_claim(name),
        part=_play_the_driver,
    ),
    "label a Deployment": Case(
        "label",
        _in_namespace(a_deployment, labels={"old": "1", "kept": "2"}),
        {"set": {"example.com/team": "shop"}, "unset": ["old"]},
        {("metadata", "labels"): {"kept": "2", "example.com/team": "shop"}},
    ),
    "take the last label off": Case(
        "label", _in_namespace(a_deployment, labels={"old": "1"}), {"unset": ["old"]}, {("metadata", "labels"): MISSING}
    ),
    "annotate a Secret": Case(
        "annotate",
        _in_namespace(a_secret),
        {"set": {"example.com/note": "a\nb"}},
        {("metadata", "annotations", "example.com/note"): "a\nb"},
    ),
    "update a ConfigMap": Case(
        "update_configmap",
        _in_namespace(a_config_map, data={"a": "1", "b": "2"}, binary={"logo": "AAE="}),
        {"set": {"app.yaml": "a: 1\n"}, "set_binary": {"a": "AP8="}, "unset": ["b", "logo"]},
        {("data",): {"app.yaml": "a: 1\n"}, ("binaryData",): {"a": "AP8="}},
    ),
    "empty a ConfigMap": Case(
        "update_configmap", _in_namespace(a_config_map, data={"a": "1"}), {"unset": ["a"]}, {("data",): MISSING}
    ),
    "update a Secret": Case(
        "update_secret",
        _in_namespace(a_secret, data={"user": "c2hvcA==", "old": "MQ=="}),
        {"set": {"password": PASSWORD}, "set_binary": {"key": "AP8="}, "unset": ["old"]},
        {
            ("data",): {
                "user": "c2hvcA==",
                "password": base64.b64encode(PASSWORD.encode()).decode(),
                "key": "AP8=",
            }
        },
    ),
}
"""Case → what is shown; every action that changes an object in place, on each kind that it treats in its own way."""
