"""
Owns what a node's taints are told apart by, and the parameters that name one.

Source: Kubernetes, "Taints and Tolerations"; a node has at most one taint of a key and effect.
"""

from collections.abc import Callable
from typing import Any, Literal

from executor.core.action import with_value
from executor.core.model import Manifest

Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
Taint = dict[str, Any]

TAINTS = ("spec", "taints")


def with_taints(node: Manifest, change: Callable[[list[Taint]], list[Taint]]) -> Manifest:
    """
    Return a copy of a node whose taints are changed.
    """
    return with_value(node, TAINTS, change(node.get("spec", {}).get("taints") or []))
