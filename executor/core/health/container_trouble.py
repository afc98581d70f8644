"""
Owns why a container does not start or stay up, from its status.

Sources of the words: kubernetes, pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime/kuberuntime_container.go and
cri-api, pkg/errors. What a process wrote as its termination message is never read: it may be anything, also a secret.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from executor.core.health.reading import items, mapping, metadata, number, status, text, whole
from executor.core.health.values import Trouble
from executor.core.health.wording import because, counted, cut, one_line
from executor.core.model import Manifest

IMAGE_SECONDS = 12.0
"""The kubelet pulls again 10 s after the first failure; a registry that only stumbled has answered by then."""

NEVER_PULLED_SECONDS = 2.0
"""No second try can help: the name is none, or pulling is forbidden."""

CRASH_SECONDS = 5.0
"""CrashLoopBackOff comes after a second crash at the earliest, and the kubelet then waits 10 s or more."""

CONFIGURATION_SECONDS = 10.0
"""The kubelet tries anew all the time; a ConfigMap or Secret made along with the workload may be a little late."""

_PULLED = ("ImagePullBackOff", "ErrImagePull", "RegistryUnavailable", "SignatureValidationFailed", "ImageInspectError")
_NEVER_PULLED = ("InvalidImageName", "ErrImageNeverPull")
_NOT_MADE = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreCreateHookError",
    "PreStartHookError",
    "PostStartHookError",
)


def container_troubles(pod: Manifest) -> Iterator[Trouble]:
    """
    Yield the trouble of each container of a pod that has any, init containers first.
    """
    for role, each in _containers(pod):
        who = f"pod {text(metadata(pod), 'name')}, {role} {text(each, 'name')}"
        waiting = mapping(each, "state", "waiting")
        reason = text(waiting, "reason")
        if reason == "CrashLoopBackOff":
            yield Trouble(reason, f"{who}: it keeps crashing{_crashes(each)}", CRASH_SECONDS)
        elif reason in _PULLED:
            # One word for all of them: the kubelet changes from one to the other at every try.
            why = because(reason, text(waiting, "message"))
            yield Trouble("ImagePullBackOff", f"{who}: its image {_image(each)}cannot be pulled{why}", IMAGE_SECONDS)
        elif reason in _NEVER_PULLED:
            why = because(reason, text(waiting, "message"))
            yield Trouble(reason, f"{who}: its image {_image(each)}cannot be used{why}", NEVER_PULLED_SECONDS)
        elif reason in _NOT_MADE:
            why = because(reason, text(waiting, "message"))
            yield Trouble(reason, f"{who}: it cannot be started{why}", CONFIGURATION_SECONDS)


def container_ends(pod: Manifest) -> Iterator[tuple[str, str]]:
    """
    Yield name and end of each container that has ended without success.
    """
    for _, each in _containers(pod):
        ended = mapping(each, "state", "terminated")
        if whole(ended.get("exitCode")):
            yield text(each, "name"), _end(ended)


def _containers(pod: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in items(status(pod), "initContainerStatuses"):
        yield "init container", each
    for each in items(status(pod), "containerStatuses"):
        yield "container", each


def _image(container: Mapping[str, Any]) -> str:
    name = cut(one_line(text(container, "image")))
    return f"{name} " if name else ""


def _crashes(container: Mapping[str, Any]) -> str:
    last = mapping(container, "lastState", "terminated")
    restarts = number(container, "restartCount")
    return f" (CrashLoopBackOff): it {_end(last)}, {counted(restarts, 'restart')} so far"


def _end(terminated: Mapping[str, Any]) -> str:
    """
    Return `ended with exit code 137 (OOMKilled)`.
    """
    code, killed = whole(terminated.get("exitCode")), number(terminated, "signal")
    how = f"ended with exit code {code}" if code is not None else "ended"
    by = f" by signal {killed}" if killed else ""
    return f"{how}{by}{because(text(terminated, 'reason'))}"
