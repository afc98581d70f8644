"""
What each action takes away: pods in all, at once, and still when its step is verified; of which workload and node.
"""

import copy
from typing import Any

import pytest

from executor.core.disruption import Disruption, disruption_of
from executor.core.facts import BudgetFact, Facts, Reference, WorkloadFact, pod_facts
from executor.core.losses import Part, Way
from executor.core.model import ABSENT, Manifest
from executor.core.target import Target
from tests.builders import (
    a_daemon_set,
    a_deployment,
    a_namespace,
    a_node,
    a_pod,
    a_replica_set,
    a_secret,
    a_stateful_set,
    an_autoscaler,
    target_of,
)
from tests.disrupting import a_budget_fact, a_step_of
from tests.objects import a_claim, a_config_map, a_cron_job, a_job
from tests.pods import a_controller, pod_of, unmanaged
from tests.rendering import desired

pytestmark = pytest.mark.requirement("LOCK-4")

Away = tuple[str, int, int, int]
"""Workload, pods in all, at once, and still when the step is verified."""

NO_BUDGETS = Facts(budgets=[])
WEB = "deployment/shop/web"
WHOSE = [
    WorkloadFact(
        kind="ReplicaSet", namespace="shop", name="web-1", pods=4, owner=Reference(kind="Deployment", name="web")
    )
]


def disrupted(
    action: str,
    live: Manifest,
    parameters: dict[str, Any] | None = None,
    *,
    after: Manifest | None = None,
    facts: Facts = NO_BUDGETS,
    target: Target | None = None,
) -> Disruption:
    """
    Return what a step disturbs; `after` is rendered where it is left out.
    """
    target = target or target_of(live)
    step = a_step_of("one", action=action, target=target, parameters=parameters or {})
    after = desired(action, live, parameters) if after is None else after
    return disruption_of(step, target, before=live, after=after, facts=facts)


def away(found: Disruption) -> list[Away]:
    return [(each.workload.name, each.pods, each.at_once, each.lasting) for each in found.losses]


def with_spec(manifest: Manifest, **spec: Any) -> Manifest:
    return {**manifest, "spec": {**manifest["spec"], **spec}}


def with_status(manifest: Manifest, **status: Any) -> Manifest:
    return {**manifest, "status": status}


def with_other_image(manifest: Manifest) -> Manifest:
    other = copy.deepcopy(manifest)
    other["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/web:2"
    return other


def on_node(*pods: Manifest, **more: Any) -> Facts:
    return Facts(**{"budgets": [], "pods": pod_facts(pods), "workloads": WHOSE, **more})


WORKLOADS: dict[str, tuple[Disruption, list[Away]]] = {
    "fewer replicas stay away": (disrupted("scale", a_deployment(replicas=5), {"replicas": 2}), [(WEB, 3, 3, 3)]),
    "none": (disrupted("scale", a_deployment(replicas=5), {"replicas": 0}), [(WEB, 5, 5, 5)]),
    "more replicas take nothing": (disrupted("scale", a_deployment(replicas=5), {"replicas": 9}), []),
    "pods that its status counts beyond what it wants": (
        disrupted("scale", with_status(a_deployment(replicas=5), replicas=7), {"replicas": 2}),
        [(WEB, 5, 5, 5)],
    ),
    "a single replica is replaced by a new one first": (disrupted("restart", a_deployment()), [(WEB, 1, 0, 0)]),
    "a quarter at once, rounded down": (disrupted("restart", a_deployment(replicas=7)), [(WEB, 7, 1, 0)]),
    "all at once": (
        disrupted("restart", with_spec(a_deployment(replicas=7), strategy={"type": "Recreate"})),
        [(WEB, 7, 7, 0)],
    ),
    "another image": (
        disrupted("set_image", a_deployment(replicas=8), {"images": {"app": "registry.test/web:2"}}),
        [(WEB, 8, 2, 0)],
    ),
    "one after another": (
        disrupted("restart", a_stateful_set(replicas=3)),
        [("statefulset/shop/cache", 3, 1, 0)],
    ),
    "by hand only": (disrupted("restart", with_spec(a_stateful_set(), updateStrategy={"type": "OnDelete"})), []),
    "one node after another": (
        disrupted("restart", with_status(a_daemon_set(), desiredNumberScheduled=6)),
        [("daemonset/shop/agent", 6, 1, 0)],
    ),
    "a paused rollout that goes on is not awaited": (
        disrupted("resume_rollout", with_spec(a_deployment(replicas=8), paused=True)),
        [(WEB, 8, 2, 2)],
    ),
    "a template that changes while the rollout is paused": (
        disrupted(
            "patch",
            with_spec(a_deployment(replicas=8), paused=True),
            after=with_other_image(with_spec(a_deployment(replicas=8), paused=True)),
        ),
        [],
    ),
    "fewer replicas and another template": (
        disrupted("patch", a_deployment(replicas=8), after=with_other_image(a_deployment(replicas=4))),
        [(WEB, 4, 4, 4), (WEB, 4, 1, 0)],
    ),
    "the pods of a ReplicaSet outlive its template": (
        disrupted("patch", a_replica_set(replicas=3), after=with_other_image(a_replica_set(replicas=3))),
        [],
    ),
    "a workload that goes": (disrupted("delete", a_deployment(replicas=5)), [(WEB, 5, 5, 5)]),
    "a workload that leaves its pods behind": (
        disrupted("delete", a_deployment(replicas=5), {"propagation": "orphan"}),
        [],
    ),
    "a workload that is made": (disrupted("apply", ABSENT, after=a_deployment(), target=target_of(a_deployment())), []),
    "a label of a workload": (disrupted("label", a_deployment(), {"set": {"team": "shop"}}), []),
    "a Job that is suspended": (
        disrupted("suspend", with_status(a_job(), active=2)),
        [("job/shop/import", 2, 2, 2)],
    ),
    "a Job with fewer workers": (
        disrupted(
            "patch", with_status(with_spec(a_job(), parallelism=5), active=5), after=with_spec(a_job(), parallelism=2)
        ),
        [("job/shop/import", 3, 3, 3)],
    ),
    "a Job that goes on": (disrupted("resume", a_job(suspend=True)), []),
    "a CronJob that is suspended": (disrupted("suspend", a_cron_job()), []),
    "a CronJob that goes while nothing of it runs": (disrupted("delete", a_cron_job()), []),
    "an autoscaler that may have fewer": (
        disrupted("set_autoscaling", with_status(an_autoscaler(between=(2, 9)), currentReplicas=7), {"max": 4}),
        [(WEB, 3, 3, 3)],
    ),
    "an autoscaler that may go lower": (
        disrupted("set_autoscaling", with_status(an_autoscaler(between=(5, 9)), currentReplicas=7), {"min": 1}),
        [(WEB, 6, 6, 6)],
    ),
    "an autoscaler that is made": (
        disrupted("apply", ABSENT, after=an_autoscaler(), target=target_of(an_autoscaler())),
        [],
    ),
    "an autoscaler that goes": (disrupted("delete", an_autoscaler()), []),
    "an autoscaler that may have more": (disrupted("set_autoscaling", an_autoscaler(), {"max": 20}), []),
}


@pytest.mark.parametrize(("found", "expected"), WORKLOADS.values(), ids=WORKLOADS)
def test_a_workload_loses(found: Disruption, expected: list[Away]) -> None:
    assert (expected, ()) == (away(found), found.gaps)


PODS: dict[str, tuple[Disruption, list[Away]]] = {
    "a deleted pod, until its successor is ready": (
        disrupted("delete_pod", pod_of(), facts=on_node(pod_of())),
        [(WEB, 1, 1, 0)],
    ),
    "an evicted pod": (disrupted("evict_pod", pod_of(), facts=on_node(pod_of())), [(WEB, 1, 1, 0)]),
    "a pod of which no successor is awaited": (
        disrupted("delete", pod_of(), facts=on_node(pod_of())),
        [(WEB, 1, 1, 1)],
    ),
    "a pod that nobody makes anew": (
        disrupted("delete_pod", unmanaged(), {"force_unmanaged": True}, facts=NO_BUDGETS),
        [("pod/shop/lonely", 1, 1, 1)],
    ),
    "a pod that loses the label by which it is found": (
        disrupted("quarantine_pod", pod_of(), after=pod_of(labels={"other": "label"}), facts=on_node(pod_of())),
        [(WEB, 1, 1, 1)],
    ),
    "a pod with a label more": (disrupted("label", pod_of(), {"set": {"team": "shop"}}), []),
    "a pod that has ended": (disrupted("delete_pod", pod_of(phase="Succeeded")), []),
    "a pod that is on its way out": (disrupted("delete_pod", pod_of(terminating=True)), []),
    "a pod with another image": (
        disrupted(
            "patch",
            pod_of(),
            after=with_spec(pod_of(), containers=[{"name": "app", "image": "registry.test/web:2"}]),
            facts=on_node(pod_of()),
        ),
        [(WEB, 1, 1, 0)],
    ),
    "a pod that is resized in place": (
        disrupted("resize_pod", pod_of(), {"container": "app", "limits": {"memory": "1Gi"}}),
        [],
    ),
}


@pytest.mark.parametrize(("found", "expected"), PODS.values(), ids=PODS)
def test_a_pod_is_lost(found: Disruption, expected: list[Away]) -> None:
    assert (expected, ()) == (away(found), found.gaps)


def test_a_container_that_asks_for_a_restart_is_away_while_it_is_resized() -> None:
    restarting = {"name": "app", "resizePolicy": [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]}
    live = with_spec(pod_of(), containers=[restarting])
    resized = with_spec(pod_of(), containers=[{**restarting, "resources": {"limits": {"memory": "1Gi"}}}])

    assert [(WEB, 1, 1, 0)] == away(disrupted("resize_pod", live, after=resized, facts=on_node(live)))


DAEMON = pod_of("agent-1", owner=a_controller("DaemonSet", "agent"))
MIRROR = pod_of("kube-proxy", owner=a_controller("Node", "worker-1"), mirror=True)
BUSY = (pod_of("a"), pod_of("b"), unmanaged(), DAEMON, MIRROR, pod_of("done", phase="Failed"))


def drained(facts: Facts, *, cordoned: bool = False) -> Disruption:
    node = a_node(unschedulable=cordoned)
    return disrupted("drain", node, after=a_node(unschedulable=True), facts=facts)


@pytest.mark.parametrize("cordoned", [False, True])
def test_a_drain_takes_what_can_be_evicted_by_owner_and_awaits_no_successor(*, cordoned: bool) -> None:
    found = drained(on_node(*BUSY), cordoned=cordoned)

    assert [(WEB, 2, 2, 2), ("pod/shop/lonely", 1, 1, 1)] == away(found)
    assert {Way.EVICTED} == {loss.way for loss in found.losses}
    assert (frozenset({"worker-1"}), frozenset({Target(kind="Node", name="worker-1")})) == (found.nodes, found.objects)


def test_a_taint_that_drives_pods_off_takes_all_but_static_ones() -> None:
    found = disrupted("taint", a_node(), {"key": "a/b", "effect": "NoExecute"}, facts=on_node(*BUSY))

    assert [(WEB, 2, 2, 2), ("pod/shop/lonely", 1, 1, 1), ("daemonset/shop/agent", 1, 1, 1)] == away(found)
    assert {Way.FORCED} == {loss.way for loss in found.losses}


NODES = {
    "cordoned": (disrupted("cordon", a_node(), facts=Facts()), {"worker-1"}),
    "cordoned already": (disrupted("cordon", a_node(unschedulable=True), facts=Facts()), set()),
    "uncordoned": (disrupted("uncordon", a_node(unschedulable=True), facts=Facts()), set()),
    "tainted": (disrupted("taint", a_node(), {"key": "a/b", "effect": "NoSchedule"}, facts=Facts()), {"worker-1"}),
    "labelled": (disrupted("label", a_node(), {"set": {"disk": "fast"}}, facts=Facts()), set()),
}


@pytest.mark.parametrize(("found", "nodes"), NODES.values(), ids=NODES)
def test_a_node_is_taken_out_of_service_without_its_pods(found: Disruption, nodes: set[str]) -> None:
    assert (nodes, (), ()) == (set(found.nodes), found.losses, found.gaps)


NOTHING_READ = Facts(
    unknown={"pods": "may not list pods", "budgets": "may not list budgets", "workloads": "may not read owners"}
)
TAKES_NO_PODS = {
    "a label of a ConfigMap": disrupted("label", a_config_map(), {"set": {"team": "shop"}}, facts=NOTHING_READ),
    "a Secret that goes": disrupted("delete", a_secret(), facts=NOTHING_READ),
    "a claim that grows": disrupted("expand_pvc", a_claim(), {"size": "20Gi"}, facts=NOTHING_READ),
    "a label of a namespace": disrupted("label", a_namespace(), {"set": {"team": "shop"}}, facts=NOTHING_READ),
    "a cordon": disrupted("cordon", a_node(), facts=NOTHING_READ),
    "more replicas": disrupted("scale", a_deployment(), {"replicas": 5}, facts=NOTHING_READ),
    "a rollout of which no pod is away": disrupted("annotate", a_deployment(), {"set": {"a": "b"}}, facts=NOTHING_READ),
    "a custom resource that says something else": disrupted(
        "label",
        {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "shop"}, "spec": {}},
        {"set": {"team": "shop"}},
        facts=NOTHING_READ,
    ),
}


@pytest.mark.parametrize("found", TAKES_NO_PODS.values(), ids=TAKES_NO_PODS)
def test_what_takes_no_pods_needs_no_facts(found: Disruption) -> None:
    assert (1, (), ()) == (len(found.objects), found.losses, found.gaps)


def test_a_step_that_changes_nothing_or_only_looks_disturbs_nothing() -> None:
    unchanged = disrupted("scale", a_deployment(replicas=3), {"replicas": 3}, facts=NOTHING_READ)
    looking = disrupted("wait_for", a_deployment(), {"health": True}, facts=NOTHING_READ)

    assert (Disruption(), Disruption()) == (unchanged, looking)


def widget(**spec: Any) -> Manifest:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop"},
        "spec": spec,
    }


RUNNING = with_status(a_cron_job(), active=[{"kind": "Job", "name": "report-1"}])
UNKNOWN: dict[str, tuple[Disruption, Part, str]] = {
    "a drain of pods that cannot be listed": (
        drained(NOTHING_READ),
        Part.PODS,
        "the pods on node/worker-1 are not known: may not list pods",
    ),
    "a drain whose pods' owners cannot be read": (
        drained(on_node(pod_of(), workloads=None, unknown={"workloads": "may not read owners"})),
        Part.SHARE,
        "whose the pods are is not known: may not read owners",
    ),
    "a pod under budgets that cannot be listed": (
        disrupted("delete_pod", pod_of(), facts=on_node(pod_of(), budgets=None)),
        Part.HEADROOM,
        "the disruption budgets over the pods are not known: they were not read",
    ),
    "a pod under a budget that was not counted yet": (
        disrupted(
            "delete_pod",
            pod_of(),
            facts=on_node(pod_of(), budgets=[a_budget_fact().model_copy(update={"observed": False})]),
        ),
        Part.HEADROOM,
        "disruption budget shop/web: its controller has not counted yet",
    ),
    "fewer replicas under budgets that were looked for in vain": (
        disrupted("scale", a_deployment(replicas=3), {"replicas": 1}, facts=NOTHING_READ),
        Part.HEADROOM,
        "the disruption budgets over the pods are not known: may not list budgets",
    ),
    "a namespace that goes": (
        disrupted("delete", a_namespace()),
        Part.PODS,
        "namespace/shop: everything in it goes with it and was not counted",
    ),
    "a CronJob that goes while a Job of it runs": (
        disrupted("delete", RUNNING),
        Part.PODS,
        "cronjob/shop/report: the pods of its running Jobs go with it and were not counted",
    ),
    "a DaemonSet that nobody has counted": (
        disrupted("restart", a_daemon_set(), facts=NOTHING_READ),
        Part.PODS,
        "the pods of daemonset/shop/agent are not known: may not list pods",
    ),
    "a Job that nobody has counted": (
        disrupted("suspend", a_job(), facts=NOTHING_READ),
        Part.PODS,
        "the pods of job/shop/import are not known: may not list pods",
    ),
    "a DaemonSet that goes uncounted": (
        disrupted("delete", a_daemon_set(), facts=NOTHING_READ),
        Part.PODS,
        "the pods of daemonset/shop/agent are not known: may not list pods",
    ),
    "an autoscaler that says nothing of the present": (
        disrupted("set_autoscaling", an_autoscaler(between=(1, 9)), {"max": 4}),
        Part.PODS,
        "horizontalpodautoscaler/shop/web: how many replicas it would scale down from is not known",
    ),
    "a custom resource that goes": (
        disrupted("delete", widget(), facts=NOTHING_READ),
        Part.PODS,
        "the pods of widget.example.com/shop/w are not known: may not list pods",
    ),
    "a custom resource with another pod": (
        disrupted(
            "patch",
            widget(pools=[{"pod": {"containers": [{"name": "a"}]}}]),
            after=widget(pools=[{"pod": {"containers": [{"name": "b"}]}}]),
            facts=NOTHING_READ,
        ),
        Part.PODS,
        "the pods of widget.example.com/shop/w are not known: may not list pods",
    ),
}


@pytest.mark.parametrize(("found", "part", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_needed_and_was_not_read_is_told(found: Disruption, part: Part, why: str) -> None:
    told = [gap for gap in found.gaps if gap.part is part]

    assert [why] == [gap.why for gap in told]


CUSTOM: dict[str, tuple[Disruption, list[Away]]] = {
    "itself, as many as it counts where nothing selects them": (
        disrupted("delete", widget(replicas=4), facts=NOTHING_READ),
        [("widget/shop/w", 4, 4, 4)],
    ),
    "fewer replicas": (disrupted("patch", widget(replicas=5), after=widget(replicas=2)), [("widget/shop/w", 3, 3, 3)]),
    "more replicas": (disrupted("patch", widget(replicas=2), after=widget(replicas=5)), []),
    "the end, with all its pods": (
        disrupted("delete", widget(), facts=on_node(pod_of("a"), pod_of("b"))),
        [("widget/shop/w", 2, 2, 2)],
    ),
}


@pytest.mark.parametrize(("found", "expected"), CUSTOM.values(), ids=CUSTOM)
def test_a_custom_resource_loses(found: Disruption, expected: list[Away]) -> None:
    assert (expected, ()) == (away(found), found.gaps)


def test_fewer_replicas_by_a_scale_are_lost_to_its_target() -> None:
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "w", "namespace": "shop"}}
    target = target_of(widget())

    found = disrupted(
        "scale", {**scale, "spec": {"replicas": 3}}, after={**scale, "spec": {}}, target=target, facts=NO_BUDGETS
    )

    assert [("widget/shop/w", 3, 3, 3)] == away(found)


def test_budgets_are_told_only_where_pods_are_taken() -> None:
    budgets: list[BudgetFact] = [a_budget_fact()]

    taking = disrupted("restart", a_deployment(replicas=8), facts=Facts(budgets=budgets))
    quiet = disrupted("scale", a_deployment(), {"replicas": 5}, facts=Facts(budgets=budgets))

    assert (tuple(budgets), ()) == (taking.budgets, quiet.budgets)


def test_an_object_that_a_patch_makes_a_mess_of_is_judged_all_the_same() -> None:
    """
    What a patch would leave is rendered before any API server has looked at it.
    """
    mess = with_spec(a_deployment(replicas=4), replicas="many", strategy=7, template=[], updateStrategy="x")

    assert [(WEB, 4, 4, 4)] == away(disrupted("patch", a_deployment(replicas=4), after=mess))[:1]


def test_a_pod_of_an_owner_that_was_not_looked_at_may_be_its_only_one() -> None:
    stranger = pod_of(owner=a_controller("ReplicaSet", "other"))

    (loss,) = disrupted("delete_pod", stranger, facts=on_node(stranger)).losses

    assert ("replicaset/shop/other", None) == (loss.workload.name, loss.workload.pods)


def test_what_is_said_of_a_pod_beside_its_containers_is_no_restart() -> None:
    live = a_pod()

    assert [] == away(disrupted("annotate", live, {"set": {"team": "shop"}}))
