"""
Owns rendering an action outside the engine: what the object should look like, and if it has settled.
"""

import copy
from collections.abc import Mapping
from typing import Any

from executor.core.action import After, Scene
from executor.core.actions import CATALOGUE
from executor.core.diff import diff
from executor.core.health import Health
from executor.core.model import Manifest
from executor.core.paths import readable

NOW = "2026-11-23T11:24:06.942Z"


def desired(
    action: str,
    live: Manifest,
    parameters: Mapping[str, Any] | None = None,
    *,
    now: str = NOW,
    related: Mapping[str, tuple[Manifest, ...]] | None = None,
) -> Manifest:
    """
    Return the object as an action wants it.
    """
    found = CATALOGUE[action]
    return found.desired(Scene(live, now, related or {}), found.read(parameters or {}))


def changes(
    action: str, live: Manifest, parameters: Mapping[str, Any] | None = None, **more: Any
) -> list[tuple[str, Any]]:
    """
    Return what an action wants changed, as people read it, and fail when it touched the live object.
    """
    before = copy.deepcopy(live)
    found = diff(live, desired(action, live, parameters, **more))
    assert before == live
    return [(readable(each.path), each.after) for each in found]


def settled(
    action: str,
    live: Manifest,
    parameters: Mapping[str, Any] | None = None,
    *,
    before: Manifest | None = None,
    since: str | None = None,
    related: Mapping[str, tuple[Manifest, ...]] | None = None,
) -> Health:
    """
    Return if an action's effect has arrived.
    """
    found = CATALOGUE[action]
    return found.settled(After(live, found.read(parameters or {}), before or live, since, related or {}))
