"""
Owns how the end of a container's log is asked for. What a log says is never logged, nor put into an error.
"""

from executor.core.errors import ClusterError, TargetNotFound, UnsafeRequest
from executor.core.names import is_label
from executor.core.target import Target, object_path
from executor.kube.attempt import Doing, attempt_on
from executor.kube.client import Client
from executor.kube.request import Parameters

READ_AHEAD = 8
"""The kubelet counts `limitBytes` from the oldest of the lines, so that it would cut the newest: we ask for more."""

_BAD_REQUEST = 400


async def end_of_log(
    client: Client, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool
) -> str:
    """
    Return the last lines of a log, each with its time, and of those the last bytes; raises TargetNotFound.

    Lines that hold more than `READ_AHEAD` times as many bytes are cut at their end too.
    """
    look_at(pod, container)
    parameters: Parameters = [
        *([("container", container)] if container is not None else []),
        ("tailLines", str(lines)),
        ("limitBytes", str(max_bytes * READ_AHEAD)),
        ("timestamps", "true"),
        *([("previous", "true")] if previous else []),
    ]
    attempt = attempt_on(pod, Doing.READ, subresource="log")
    try:
        found = await client.end_of_text(attempt, f"{object_path(pod)}/log", parameters, max_bytes=max_bytes)
    except ClusterError as error:
        if error.http_status != _BAD_REQUEST:
            raise
        raise no_log(pod, container) from error
    return text_of(found, max_bytes)


def text_of(end: bytes, max_bytes: int) -> str:
    """
    Return the bytes as a text of no more bytes: what stands for one that is no letter takes three.
    """
    return end.decode("utf-8", "replace").encode()[-max_bytes:].decode("utf-8", "ignore")


def look_at(pod: Target, container: str | None) -> None:
    """
    Raise UnsafeRequest for what must not enter the URL of a log.
    """
    object_path(pod)
    if pod.kind != "Pod" or (container is not None and not is_label(container)):
        raise UnsafeRequest("a log that is not that of a pod's container; nothing was sent")


def no_log(pod: Target, container: str | None) -> TargetNotFound:
    """
    Return what is raised where the API server finds nothing wrong but that there is no such log.
    """
    which = f"container {container}" if container else "its container"
    return TargetNotFound(
        f"{pod}: log refused: {which} has none: it does not exist, has not started, or did not run before.",
        http_status=_BAD_REQUEST,
    )
