"""
Owns what differs between two states of an object, leaf by leaf, and which of it was asked for.

Fields that the server or a controller owns are no difference. Each difference names a path (`core.paths`), so that it
stays true when list items move.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Literal

from executor.core.defaults import grown_with_defaults, holds_with_defaults, is_default, is_twin, same_amount_at
from executor.core.model import ABSENT, Json, Manifest
from executor.core.paths import MISSING, Path, keyed, pointer, read

SERVER_OWNED: frozenset[Path] = frozenset(
    {
        ("status",),
        ("metadata", "resourceVersion"),
        ("metadata", "generation"),
        ("metadata", "creationTimestamp"),
        ("metadata", "managedFields"),
        ("metadata", "uid"),
        ("metadata", "annotations", "deployment.kubernetes.io/revision"),
        ("metadata", "annotations", "deprecated.daemonset.template.generation"),
    }
)
"""Left out of every comparison: the server or a controller writes them, not a change of ours."""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One leaf that differs. `before` and `after` are JSON values or MISSING; `requested` is set by `judge_requested`.

    `behind` places an item that is new in a list of named items: the tokens of those that stand before it.
    """

    path: Path
    before: Json
    after: Json
    requested: bool = False
    behind: tuple[str, ...] = field(default=(), compare=False)

    @property
    def op(self) -> Literal["add", "replace", "remove"]:
        """
        Return the JSON Patch word for this difference.
        """
        if self.before is MISSING:
            return "add"
        return "remove" if self.after is MISSING else "replace"


def diff(before: Json, after: Json) -> tuple[Difference, ...]:
    """
    Return every leaf that differs, in document order; `diff(a, a)` is empty.

    Objects are compared key by key, lists of named items by name (an order change alone shows as a change of the whole
    list), other lists as one leaf.
    """
    return tuple(_differences((), before, after))


def differences(before: Manifest, after: Manifest) -> tuple[Difference, ...]:
    """
    Return what differs between two states of an object; one that is gone differs as a whole, at the empty path.
    """
    if before and not after:
        return (Difference((), before, MISSING),)
    return diff(before, after)


def judge_requested(
    found: Iterable[Difference],
    asked: Iterable[Difference],
    *,
    before: Manifest = ABSENT,
    desired: Manifest = ABSENT,
) -> tuple[Difference, ...]:
    """
    Mark each found difference as requested when it was asked for; the rest came from admission.

    With the object before and as desired, the API server's defaults in what the request makes anew count as asked for.
    """
    wanted = {difference.path: difference for difference in asked}
    return tuple(
        replace(
            each,
            requested=_as_asked(wanted.get(each.path), each)
            or (each.op == "add" and is_default(each.path, each.after, before=before, desired=desired))
            or is_twin(each.path, each.after, desired=desired),
        )
        for each in found
    )


def changed_paths(differences: Iterable[Difference], before: Manifest, after: Manifest) -> list[str]:
    """
    Return the JSON Pointers of differences: into `after`, for removals into `before`.
    """
    return [pointer(each.path, before if each.op == "remove" else after) for each in differences]


def as_json(differences: Iterable[Difference], before: Manifest, after: Manifest) -> list[dict[str, Any]]:
    """
    Return differences as the API and the policy input spell them; a missing side is null.
    """
    return [
        {
            "path": pointer(each.path, before if each.op == "remove" else after),
            "op": each.op,
            "before": None if each.before is MISSING else each.before,
            "after": None if each.after is MISSING else each.after,
            "requested": each.requested,
        }
        for each in differences
    ]


def equal_at(path: Path, one: Manifest, other: Manifest) -> bool:
    """
    Tell if two objects hold the same at a path.
    """
    return same(_settled(read(one, path)), _settled(read(other, path)))


def still_differs(paths: Iterable[Path], wanted: Manifest, live: Manifest) -> tuple[Path, ...]:
    """
    Return the paths at which a live object is not as wanted.
    """
    return tuple(path for path in paths if not equal_at(path, wanted, live))


def same(one: Json, other: Json) -> bool:
    """
    Tell if two JSON values are the same: 1 and 1.0 are one number, `true` is none (in Python it equals 1).
    """
    if one is other:
        return True
    if isinstance(one, bool) or isinstance(other, bool) or one != other:
        return False
    if isinstance(one, dict):
        return all(same(value, other[key]) for key, value in one.items())
    return not isinstance(one, list) or all(map(same, one, other))


def standing_before(items: Iterable[str], token: str) -> tuple[str, ...]:
    """
    Return the tokens of a list that stand before one of them.
    """
    return tuple(takewhile(lambda each: each != token, items))


def _as_asked(asked: Difference | None, found: Difference) -> bool:
    if asked is None:
        return False
    if same(_settled(asked.after), _settled(found.after)) or same_amount_at(found.path, asked.after, found.after):
        return True
    if asked.before is not MISSING:
        return grown_with_defaults(asked.before, asked.after, found.after)
    return asked.after is not MISSING and holds_with_defaults(asked.after, found.after)


def _settled(value: Json) -> Json:
    """
    The API server drops empty objects and lists it is given, so an empty one equals none.
    """
    return MISSING if value in ({}, [], None) else value


def _differences(path: Path, before: Json, after: Json) -> Iterator[Difference]:
    if path in SERVER_OWNED or before is after:
        return
    if isinstance(before, dict | _MissingType) and isinstance(after, dict | _MissingType):
        yield from _objects(path, before, after)
    elif isinstance(before, list | _MissingType) and isinstance(after, list | _MissingType):
        yield from _lists(path, before, after)
    elif not same(before, after):
        yield Difference(path, before, after)


def _objects(path: Path, before: Any, after: Any) -> Iterator[Difference]:
    left: Mapping[str, Json] = {} if before is MISSING else before
    right: Mapping[str, Json] = {} if after is MISSING else after
    if not left and not right:
        return
    for key in (*left, *(key for key in right if key not in left)):
        was, now = left.get(key, MISSING), right.get(key, MISSING)
        # Most leaves are texts that did not change: they are passed by before a path is made of them.
        if was is not now and not (isinstance(was, str) and was == now):
            yield from _differences((*path, key), was, now)


def _lists(path: Path, before: Any, after: Any) -> Iterator[Difference]:
    """
    A list that is new or gone is compared by items too: somebody else may have made another item of it since.
    """
    left, right = _items(before), _items(after)
    common = [token for token in left or () if token in (right or ())]
    if left is None or right is None or common != [token for token in right if token in left]:
        if not same(_settled(before), _settled(after)):
            yield Difference(path, before, after)
        return
    for token in (*left, *(token for token in right if token not in left)):
        was, now = left.get(token, MISSING), right.get(token, MISSING)
        if was is MISSING or now is MISSING:
            behind = standing_before(right, token) if was is MISSING else ()
            yield Difference((*path, token), was, now, behind=behind)
        else:
            yield from _differences((*path, token), was, now)


def _items(found: Sequence[Json] | Any) -> Mapping[str, Json] | None:
    return {} if _settled(found) is MISSING else keyed(found)


_MissingType = type(MISSING)
