"""
Owns the question for other objects than the target: a kind, where, and which of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Query:
    """
    Which objects to read. `namespace` None means every namespace, or a cluster-scoped kind.

    With `name` at most one object is meant; `selector` is a LabelSelector, `fields` are field selectors such as
    `{"spec.nodeName": "worker-1"}`. `api_version` is needed for kinds that `core.target.RESOURCES` does not know.
    """

    kind: str
    namespace: str | None = None
    name: str | None = None
    selector: Mapping[str, Any] | None = None
    fields: Mapping[str, str] | None = None
    api_version: str | None = None
