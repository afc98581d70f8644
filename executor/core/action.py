"""
Owns what an action is: typed parameters, and the object as it should be afterwards.

Most actions never write a patch. They answer what the target should look like (`desired`); the change, the diff, the
restore and "already as asked" all follow from comparing that with what is there. An object that does not exist is
`ABSENT` on either side: making and deleting follow from the same comparison.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.health import Health, health, observed
from executor.core.model import Manifest, Value
from executor.core.query import Query
from executor.core.target import Target

P = TypeVar("P", bound=Value)

ANY_KIND = ("*",)
"""The kinds of an action that takes every kind, custom resources included; such a target may say its API version."""

NO_TARGET: tuple[str, ...] = ()
"""The kinds of an action that is about no object."""


class Work(StrEnum):
    """
    What the engine does for a step: one change, or something of its own.
    """

    CHANGE = "change"
    DRAIN = "drain"
    WAIT = "wait"
    COLLECT = "collect"
    NOTIFY = "notify"


class Wire(StrEnum):
    """
    In which form a change of an existing object is sent.
    """

    JSON_PATCH = "json_patch"
    SERVER_SIDE_APPLY = "server_side_apply"
    STRATEGIC_MERGE_PATCH = "strategic_merge_patch"
    EVICTION = "eviction"


@dataclass(frozen=True, slots=True)
class Form:
    """
    How the comparison becomes a request.

    `body` is the caller's own document where the wire needs it; `options` are the DeleteOptions of a removal.
    """

    wire: Wire = Wire.JSON_PATCH
    body: Manifest | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """
    What an action is rendered from: the object as it is, the time, and what its `reads` found, by their names.
    """

    live: Manifest
    now: str
    related: Mapping[str, tuple[Manifest, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class After:
    """
    What an action's effect is judged from: the object now, before the change, and what its `watches` show, by name.

    `since` is the API server's time of the change (RFC 3339, whole seconds); None where it is not known.
    """

    live: Manifest
    parameters: Any
    before: Manifest
    since: str | None = None
    related: Mapping[str, tuple[Manifest, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Permission:
    """
    What the executor's account must be allowed for an action, in RBAC's words; `*` stands for any kind.
    """

    api_group: str
    resource: str
    verbs: tuple[str, ...]


WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
READ_AND_PATCH = ("get", "watch", "list", "patch")
PATCH_WORKLOADS = tuple(Permission("apps", f"{kind.lower()}s", READ_AND_PATCH) for kind in WORKLOADS)
"""What it takes to change Deployments, StatefulSets and DaemonSets and to see them settle."""


def _as_it_is(scene: Scene, _: Any) -> Manifest:
    return scene.live


def _json_patch(_: Scene, __: Any) -> Form:
    return Form()


def _itself(target: Target, _: str) -> Target:
    return target


def _nothing_else(_: Target, __: Manifest) -> Mapping[str, Query]:
    return {}


def _by_health(after: After) -> Health:
    return health(after.live)


def _no_problems(_: Target | None, __: Any) -> Iterable[tuple[str, str]]:
    return ()


def _whole_object(_: Target) -> str | None:
    return None


def _nothing_secret(_: Target, parameters: dict[str, Any], __: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    return parameters, {}


def _no_remarks(_: Target | None) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Action(Generic[P]):
    """
    One kind of thing a step can do.

    - `desired(scene, parameters)` returns the whole object as it should be, ABSENT to have it gone, and raises
      `Unusable` when the target cannot take it.
    - `form` says how the change is sent; `reads` which other objects `desired` needs, `watches` which `settled` needs.
    - `subject(target, token)` is the object that is read and changed, where that is not the target itself; `token` is
      the same whenever the step is rendered again. `may_be_absent` says that it need not exist yet.
    - `view(target)` is the subresource that is read and changed in place of the object; `patched_at` one that takes the
      patch while the object is what is read.
    - `settled(after)` tells if the effect has arrived; the default is the kind's health.
    - `irreversible_because` is None for an action whose effect a restore of the object undoes, `irreversible_kinds` are
      the kinds for which it is not, each with the reason.
    - `problems(target, parameters)` are those that only both together show: (parameter, sentence).
    - `conceal(target, parameters, key)` puts fingerprints (`core.concealing`) in place of values that are a Secret's,
      and returns those values by fingerprint; it is asked once, when the plan is submitted.
    - `example` are parameters to copy, with NAME and NAMESPACE for the target's, where their types do not tell enough.
    - `remarks(target)` are sentences to know before the run, such as what a restore cannot bring back.
    """

    name: str
    description: str
    kinds: tuple[str, ...]
    parameters: type[P]
    permissions: tuple[Permission, ...]
    work: Work = Work.CHANGE
    desired: Callable[[Scene, P], Manifest] = _as_it_is
    form: Callable[[Scene, P], Form] = _json_patch
    reads: Callable[[Target, Manifest], Mapping[str, Query]] = _nothing_else
    subject: Callable[[Target, str], Target] = _itself
    may_be_absent: bool = False
    view: Callable[[Target], str | None] = _whole_object
    patched_at: str | None = None
    watches: Callable[[Target, Manifest], Mapping[str, Query]] = _nothing_else
    settled: Callable[[After], Health] = _by_health
    facts: frozenset[FactName] = frozenset()
    irreversible_because: str | None = None
    irreversible_kinds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problems: Callable[[Target | None, P], Iterable[tuple[str, str]]] = _no_problems
    conceal: Callable[[Target, dict[str, Any], bytes], tuple[dict[str, Any], dict[str, str]]] = _nothing_secret
    remarks: Callable[[Target | None], tuple[str, ...]] = _no_remarks
    example: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reversible(self) -> bool:
        """
        Tell if a restore undoes the action, for some kinds at least.
        """
        return self.irreversible_because is None

    @property
    def only_looks(self) -> bool:
        """
        Tell if a step of it changes nothing.
        """
        return self.work in {Work.WAIT, Work.COLLECT, Work.NOTIFY}

    @property
    def takes_any_kind(self) -> bool:
        """
        Tell if every kind may be the target.
        """
        return self.kinds == ANY_KIND

    def why_irreversible(self, target: Target | None) -> str | None:
        """
        Return why a restore does not undo the action on a target, or None when it does.
        """
        kind = "" if target is None else target.kind
        return self.irreversible_because or self.irreversible_kinds.get(kind)

    def read(self, parameters: Mapping[str, Any]) -> P:
        """
        Return parameters as the plan holds them in their type.
        """
        return self.parameters.model_validate(dict(parameters), context=RECORDED)


RECORDED: Mapping[str, bool] = MappingProxyType({"recorded": True})
"""The validation context of parameters out of a recorded plan: values of Secrets are fingerprints there."""


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


def by_observation(after: After) -> Health:
    """
    Judge an effect that is there as soon as the object holds the value.
    """
    return observed(after.live)


def pods_of(target: Target, live: Manifest) -> Mapping[str, Query]:
    """
    Return what is watched beside a workload: its pods, as `pods`; beside another kind nothing.
    """
    selector = live.get("spec", {}).get("selector") if target.kind in WORKLOADS and target.api_version is None else None
    return {"pods": Query("Pod", target.namespace, selector=selector)} if selector else {}


def refuse_paused(live: Manifest) -> None:
    """
    Raise Unusable for a Deployment whose rollout is paused: a change of its template would never arrive.
    """
    if live.get("spec", {}).get("paused"):
        raise Unusable("its rollout is paused, so the change would not reach any pod; resume the rollout first")
