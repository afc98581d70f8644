"""
Owns changing one container of a pod, or of a workload's pod template, by its name.
"""

from collections.abc import Callable
from typing import Any

from executor.core.action import with_value
from executor.core.errors import Unusable
from executor.core.model import Manifest
from executor.core.paths import read

LISTS = ("containers", "initContainers")
"""Where containers are that have a life of their own; ephemeral ones cannot be changed."""


def with_container(
    manifest: Manifest, name: str, change: Callable[[dict[str, Any]], dict[str, Any]], *, inside: tuple[str, ...]
) -> Manifest:
    """
    Return a copy of an object whose container of a name is changed; `inside` is the path of the pod's spec.

    Raises Unusable when there is no such container.
    """
    pod = read(manifest, inside)
    known = [container["name"] for key in LISTS for container in pod.get(key) or []]
    if name not in known:
        raise Unusable(f"it has no container {name}; its containers are {', '.join(known)}")
    for key in LISTS:
        if any(container["name"] == name for container in pod.get(key) or []):
            changed = [change(each) if each["name"] == name else each for each in pod[key]]
            manifest = with_value(manifest, (*inside, key), changed)
    return manifest
