"""
The early reason why a workload will not get there, from its pods: named with pod and container, and what counts.
"""

from typing import Any

import pytest

from executor.core.health.trouble import Trouble, trouble_of
from executor.core.model import Manifest
from tests.unit.core.health.statuses import (
    AFTER,
    BEFORE,
    SINCE,
    a_container,
    a_pod,
    condition,
    unschedulable,
    waiting_for,
)

pytestmark = pytest.mark.requirement("VER-1")

PULLED = "pod web-1, container app: its image web:9 cannot be pulled"
CRASHES = "pod web-1, container app: it keeps crashing (CrashLoopBackOff): it"
OOM_KILLED = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
NO_ROOM = "0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient memory."
NO_ROOM_TOLD = "0/3 nodes are available: 1 node(s) had untolerated taint (dedicated: db), 2 Insufficient memory"


def of_container(status: dict[str, Any]) -> Manifest:
    return a_pod(containerStatuses=[a_container("side", ready=True), status])


CASES: dict[str, tuple[Manifest, Trouble]] = {
    "an image that cannot be pulled": (
        of_container(waiting_for("ImagePullBackOff", 'Back-off pulling image "web:9": not found')),
        Trouble("ImagePullBackOff", f'{PULLED} (ImagePullBackOff): Back-off pulling image "web:9": not found', 12.0),
    ),
    "an image that could not be pulled just now": (
        of_container(waiting_for("ErrImagePull")),
        Trouble("ImagePullBackOff", f"{PULLED} (ErrImagePull)", 12.0),
    ),
    "a registry that does not answer": (
        of_container(waiting_for("RegistryUnavailable")),
        Trouble("ImagePullBackOff", f"{PULLED} (RegistryUnavailable)", 12.0),
    ),
    "a name that is none": (
        of_container(waiting_for("InvalidImageName", "couldn't parse image name")),
        Trouble(
            "InvalidImageName",
            "pod web-1, container app: its image web:9 cannot be used (InvalidImageName): couldn't parse image name",
            2.0,
        ),
    ),
    "an image that may not be pulled": (
        of_container(waiting_for("ErrImageNeverPull")),
        Trouble(
            "ErrImageNeverPull", "pod web-1, container app: its image web:9 cannot be used (ErrImageNeverPull)", 2.0
        ),
    ),
    "a crash out of memory": (
        of_container(waiting_for("CrashLoopBackOff", "back-off 10s", restartCount=4, lastState=OOM_KILLED)),
        Trouble("CrashLoopBackOff", f"{CRASHES} ended with exit code 137 (OOMKilled), 4 restarts so far", 5.0),
    ),
    "a crash by a signal": (
        of_container(
            waiting_for(
                "CrashLoopBackOff",
                restartCount=1,
                lastState={"terminated": {"exitCode": 139, "signal": 11, "reason": "Error"}},
            )
        ),
        Trouble("CrashLoopBackOff", f"{CRASHES} ended with exit code 139 by signal 11 (Error), 1 restart so far", 5.0),
    ),
    "a crash of which nothing is told": (
        of_container(waiting_for("CrashLoopBackOff")),
        Trouble("CrashLoopBackOff", f"{CRASHES} ended, 0 restarts so far", 5.0),
    ),
    "a missing Secret": (
        of_container(waiting_for("CreateContainerConfigError", 'secret "db" not found')),
        Trouble(
            "CreateContainerConfigError",
            'pod web-1, container app: it cannot be started (CreateContainerConfigError): secret "db" not found',
            10.0,
        ),
    ),
    "a container that the runtime does not make": (
        of_container(waiting_for("CreateContainerError")),
        Trouble("CreateContainerError", "pod web-1, container app: it cannot be started (CreateContainerError)", 10.0),
    ),
    "a command that is not there": (
        of_container(waiting_for("RunContainerError", 'exec: "/serve": no such file')),
        Trouble(
            "RunContainerError",
            'pod web-1, container app: it cannot be started (RunContainerError): exec: "/serve": no such file',
            10.0,
        ),
    ),
    "an init container": (
        a_pod(
            phase="Pending",
            initContainerStatuses=[waiting_for("CrashLoopBackOff", name="migrate", restartCount=2)],
            containerStatuses=[waiting_for("PodInitializing")],
        ),
        Trouble(
            "CrashLoopBackOff",
            "pod web-1, init container migrate: it keeps crashing (CrashLoopBackOff): it ended, 2 restarts so far",
            5.0,
        ),
    ),
    "no node": (
        a_pod(**unschedulable(NO_ROOM)),
        Trouble("Unschedulable", f"pod web-1: no node takes it (Unschedulable): {NO_ROOM_TOLD}", 90.0),
    ),
    "a scheduler that fails": (
        a_pod(**unschedulable("no such queue", "SchedulerError")),
        Trouble("Unschedulable", "pod web-1: no node takes it (SchedulerError): no such queue", 90.0),
    ),
}


@pytest.mark.parametrize(("pod", "trouble"), CASES.values(), ids=CASES)
def test_the_reason_is_named_with_pod_and_container(pod: Manifest, trouble: Trouble) -> None:
    assert trouble == trouble_of([a_pod("fine"), pod], since=SINCE)


FINE = {
    "being started": of_container(waiting_for("ContainerCreating")),
    "running": of_container(a_container(ready=True, state={"running": {}})),
    "not ready yet": of_container(a_container(state={"running": {}})),
    "restarted once": of_container(a_container(restartCount=1, lastState=OOM_KILLED, state={"running": {}})),
    "scheduled": a_pod(conditions=[condition("PodScheduled")]),
    "held back on purpose": a_pod(**unschedulable("waits for its gate", "SchedulingGated")),
    "nothing told": a_pod(),
}


@pytest.mark.parametrize("pod", FINE.values(), ids=FINE)
def test_what_is_on_its_way_is_no_trouble(pod: Manifest) -> None:
    assert None is trouble_of([pod], since=None)


CRASHING: dict[str, Any] = {"containerStatuses": [waiting_for("CrashLoopBackOff")]}


@pytest.mark.parametrize(
    ("created", "since", "counts"),
    [
        (BEFORE, SINCE, False),
        (SINCE, SINCE, True),
        (AFTER, SINCE, True),
        (BEFORE, None, True),
        (SINCE, "2026-11-23T11:24:06.942Z", True),
        (SINCE, "2026-11-23T11:24:07.001Z", False),
    ],
    ids=["before", "in the same second", "after", "whenever", "in the same second, told finer", "a second before"],
)
def test_only_pods_made_since_the_change_tell_of_it(created: str, since: str | None, *, counts: bool) -> None:
    found = trouble_of([a_pod(created=created, **CRASHING)], since=since)

    assert counts is (found is not None)


def test_a_pod_on_its_way_out_is_not_the_trouble() -> None:
    leaving = a_pod(**CRASHING)
    leaving["metadata"]["deletionTimestamp"] = AFTER

    assert None is trouble_of([leaving], since=SINCE)


def test_of_several_troubles_the_one_that_is_given_up_first_is_named_whatever_their_order() -> None:
    pods = [
        a_pod("web-1", **unschedulable(NO_ROOM)),
        a_pod("web-2", **CRASHING),
        a_pod("web-3", **CRASHING),
        a_pod("web-4", containerStatuses=[waiting_for("ImagePullBackOff")]),
    ]

    found = [trouble_of(order, since=SINCE) for order in (pods, pods[::-1])]

    assert ["pod web-2", "pod web-2"] == [each.message.split(",")[0] for each in found if each]


def test_what_a_process_wrote_last_is_never_told() -> None:
    """
    A termination message is the process's own output, which may hold anything.
    """
    ended = {"exitCode": 1, "reason": "Error", "message": "cannot log in with hunter2"}
    pod = of_container(waiting_for("CrashLoopBackOff", lastState={"terminated": ended}))

    found = trouble_of([pod], since=None)

    assert found is not None
    assert "hunter2" not in found.message
