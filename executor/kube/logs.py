"""
Owns how the end of a container's log is asked for. What a log says is never logged, nor put into an error.
"""

from executor.core.errors import UnsafeRequest
from executor.core.names import is_label
from executor.core.target import Target, object_path
from executor.kube.attempt import Doing, attempt_on
from executor.kube.client import Client
from executor.kube.request import Parameters

READ_AHEAD = 8
"""The kubelet cuts at `limitBytes` from the front, where the older lines are: so more is read than is kept."""


async def end_of_log(
    client: Client, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool
) -> str:
    """
    Return the last lines of a log, each with its time, and of those no more than so many bytes.

    Lines that are longer than `READ_AHEAD` times that in all are cut at their end too.
    """
    if pod.kind != "Pod" or (container is not None and not is_label(container)):
        raise UnsafeRequest("a log that is not that of a pod's container; nothing was sent")
    parameters: Parameters = [
        *([("container", container)] if container is not None else []),
        ("tailLines", str(lines)),
        ("limitBytes", str(max_bytes * READ_AHEAD)),
        ("timestamps", "true"),
        *([("previous", "true")] if previous else []),
    ]
    attempt = attempt_on(pod, Doing.READ, subresource="log")
    found = await client.end_of_text(attempt, f"{object_path(pod)}/log", parameters, max_bytes=max_bytes)
    return found.decode("utf-8", "replace")
