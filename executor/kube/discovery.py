"""
Owns the question how a kind is served: known by heart, or asked of the API server and kept for a while.

Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from executor.core.errors import NotServed, TargetNotFound, UnsafeRequest
from executor.core.model import Manifest
from executor.core.names import is_api_version, is_label
from executor.core.target import Resource, known_resource

KEPT_SECONDS = 300.0
"""A definition that is made anew may serve its kind under another plural or scope; meanwhile nothing is asked twice."""

Ask = Callable[[str], Awaitable[Manifest]]
"""Get the document at a path, tried again where that can help."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """
    What one group and version serves, and when that was asked (monotonic seconds).
    """

    asked_at: float
    resources: Mapping[str, Resource]


class Discovery:
    """
    Looks kinds up.
    """

    def __init__(self, ask: Ask, *, now: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._now = now
        self._listings: dict[str, _Listing] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def resource(self, kind: str, api_version: str | None) -> Resource:
        """
        Return how a kind is served; raises NotServed.

        Kinds of `RESOURCES` cost no request. A kind that is not in what was kept is looked up once more: its
        definition may have just been made.
        """
        known = known_resource(kind, api_version)
        if known is not None:
            return known
        version, began = checked_version(api_version), self._now()
        listing = await self._listed(version, asked_since=began - KEPT_SECONDS)
        if kind not in listing.resources:
            listing = await self._listed(version, asked_since=began)
        if kind not in listing.resources:
            raise not_served(kind, version)
        return listing.resources[kind]

    async def _listed(self, api_version: str, *, asked_since: float) -> _Listing:
        """
        Return what a group and version serves; those who ask at the same time share one request.
        """
        lock = self._locks.setdefault(api_version, asyncio.Lock())
        async with lock:
            kept = self._listings.get(api_version)
            if kept is not None and kept.asked_at >= asked_since:
                return kept
            asked_at = self._now()
            try:
                document = await self._ask(Resource(api_version, "", namespaced=False).root)
            except (NotServed, TargetNotFound):
                document = {}
            listing = _Listing(asked_at, _resources(api_version, document))
            if listing.resources:
                self._listings[api_version] = listing
            else:
                # Whoever names versions at will must not fill the memory.
                self._listings.pop(api_version, None)
            return listing


def checked_version(api_version: str | None) -> str:
    """
    Return the API version a kind is looked up in; raises UnsafeRequest for one that must not enter a URL.
    """
    if api_version is None or not is_api_version(api_version):
        raise UnsafeRequest("a kind this executor does not know, without a proper API version; nothing was sent")
    return api_version


def not_served(kind: str, api_version: str) -> NotServed:
    """
    Return what is raised for a kind that is not there.
    """
    return NotServed(
        f"the API server does not serve kind {kind} in {api_version}. Check both; a custom resource needs its "
        "definition first.",
        http_status=404,
    )


def _resources(api_version: str, document: Manifest) -> Mapping[str, Resource]:
    """
    Return kind → resource, the first that has the kind; subresources and names that must not enter a URL are left out.
    """
    found: dict[str, Resource] = {}
    for each in document.get("resources") or ():
        kind, resource = _resource(api_version, each)
        if kind and resource is not None:
            found.setdefault(kind, resource)
    return found


def _resource(api_version: str, each: Any) -> tuple[str, Resource | None]:
    if not isinstance(each, dict):
        return "", None
    kind, plural, namespaced = each.get("kind"), each.get("name"), each.get("namespaced")
    if not isinstance(kind, str) or not isinstance(plural, str) or not isinstance(namespaced, bool):
        return "", None
    return kind, Resource(api_version, plural, namespaced=namespaced) if is_label(plural) else None
