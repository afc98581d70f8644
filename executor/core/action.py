"""
Owns what an action is: typed parameters, and the object as it should be afterwards.

An action never writes a patch. It answers what the target should look like (`desired`); the change, the diff, the
restore and "already as asked" all follow from comparing that with what is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.health import Health, health
from executor.core.model import Manifest, Value

P = TypeVar("P", bound=Value)


@dataclass(frozen=True, slots=True)
class Permission:
    """
    What the executor's account must be allowed for an action, in RBAC's words.
    """

    api_group: str
    resource: str
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action(Generic[P]):
    """
    One kind of thing a step can do.

    `desired(live, parameters, now)` returns the whole object as it should be and raises `Unusable` when the target
    cannot take it. `irreversible_because` is None for an action whose effect a restore of the object undoes.
    `settled(live)` tells if the effect has arrived; the default is the kind's health.
    """

    name: str
    description: str
    kinds: tuple[str, ...]
    parameters: type[P]
    desired: Callable[[Manifest, P, str], Manifest]
    permissions: tuple[Permission, ...]
    facts: frozenset[FactName] = frozenset()
    irreversible_because: str | None = None
    settled: Callable[[Manifest], Health] = field(default=health)

    @property
    def reversible(self) -> bool:
        """
        Tell if a restore undoes the action.
        """
        return self.irreversible_because is None

    def render(self, live: Manifest, parameters: dict[str, Any], now: str) -> Manifest:
        """
        Return the desired object for parameters as the plan holds them.
        """
        return self.desired(live, self.parameters.model_validate(parameters), now)


def with_value(manifest: Manifest, path: tuple[str, ...], value: Any) -> Manifest:
    """
    Return a copy of an object with one value set, its parents made where they are missing; the original is not touched.
    """
    head, *rest = path
    inner = with_value(manifest.get(head) or {}, tuple(rest), value) if rest else value
    return {**manifest, head: inner}


def without_value(manifest: Manifest, path: tuple[str, ...]) -> Manifest:
    """
    Return a copy of an object without one value.
    """
    head, *rest = path
    if head not in manifest:
        return manifest
    if not rest:
        return {key: value for key, value in manifest.items() if key != head}
    return {**manifest, head: without_value(manifest[head], tuple(rest))}


def refuse_paused(live: Manifest) -> None:
    """
    Raise Unusable for a Deployment whose rollout is paused: a change of its template would never arrive.
    """
    if live.get("spec", {}).get("paused"):
        raise Unusable("its rollout is paused, so the change would not reach any pod; resume the rollout first")
