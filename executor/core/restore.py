"""
Owns the three-way question of a rollback: what to put back, what is back already, what is somebody else's now.

It looks at three states of the object, only on the leaves our change touched: `snapshot` (before us), `applied` (after
us) and `live` (now).
"""

from dataclasses import dataclass
from typing import Any

from executor.core.diff import Difference, diff, equal_at, standing_before, still_differs
from executor.core.model import Manifest
from executor.core.paths import MISSING, Path, keyed, names_item, pointer, positions, read, readable

THIRD_PARTY = "somebody else changed it since"


@dataclass(frozen=True, slots=True)
class Residue:
    """
    A leaf that a rollback leaves as it is, and why. `path` is a JSON Pointer or None for the whole object.
    """

    step: str
    target: str
    path: str | None
    expected: Any
    actual: Any
    why: str

    def as_json(self) -> dict[str, Any]:
        """
        Return the residue as a run's `rollback.residue` spells it.
        """
        return {
            "step": self.step,
            "target": self.target,
            "path": self.path,
            "expected": self.expected,
            "actual": self.actual,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Restore:
    """
    What a rollback of one step has to do: leaves to put back, to leave alone, and to prove equal in the end.
    """

    put_back: tuple[Difference, ...]
    foreign: tuple[Path, ...]
    proven: tuple[Path, ...]


WHOLE: tuple[Path, ...] = ((),)
"""The one path of an object that was made or removed as a whole."""


def plan_restore(snapshot: Manifest, applied: Manifest, live: Manifest) -> Restore:
    """
    Compare the three states on the leaves that differ between snapshot and applied.

    A leaf that is as in the snapshot needs nothing. One that is as we left it is put back. Any other value is a third
    party's and is left alone. An object that we made is removed while it is as we left it; one that we removed is made
    anew while nobody else made another.
    """
    if not snapshot or not applied:
        return _whole(snapshot, applied, live)
    put_back: list[Difference] = []
    foreign: list[Path] = []
    proven: list[Path] = []
    for ours in diff(snapshot, applied):
        if equal_at(ours.path, snapshot, live):
            proven.append(ours.path)
        elif equal_at(ours.path, applied, live) and _can_hold(ours.path, snapshot, applied, live):
            put_back.append(_back(ours.path, snapshot, live))
            proven.append(ours.path)
        else:
            foreign.append(ours.path)
    return Restore(tuple(put_back), tuple(foreign), tuple(proven))


def _whole(snapshot: Manifest, applied: Manifest, live: Manifest) -> Restore:
    if not snapshot:
        if not live:
            return Restore((), (), WHOLE)
        ours = live["metadata"]["uid"] == applied["metadata"]["uid"]
        if not ours or still_differs([each.path for each in diff({}, applied)], applied, live):
            return Restore((), WHOLE, ())
        return Restore((Difference((), live, MISSING, requested=True),), (), WHOLE)
    if live:
        return Restore((), (), WHOLE) if not diff(snapshot, live) else Restore((), WHOLE, ())
    return Restore((Difference((), MISSING, recreatable(snapshot), requested=True),), (), WHOLE)


def recreatable(snapshot: Manifest) -> Manifest:
    """
    Return an object as it can be made anew: without what the server gave it and without its status.
    """
    given = {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"}
    metadata = {
        key: value
        for key, value in snapshot["metadata"].items()
        if key not in given | {"deletionTimestamp", "deletionGracePeriodSeconds"}
    }
    return {**{key: value for key, value in snapshot.items() if key != "status"}, "metadata": metadata}


def residue_of(
    step: str, target: str, paths: tuple[Path, ...], *, snapshot: Manifest, live: Manifest, why: str
) -> tuple[Residue, ...]:
    """
    Describe leaves that are not as in the snapshot.
    """
    return tuple(
        Residue(
            step,
            target,
            pointer(path, live) if path else None,
            _shown(read(snapshot, path)) if path else None,
            _shown(read(live, path)) if path else None,
            f"{readable(path)}: {why}" if path else why,
        )
        for path in paths
    )


def _back(path: Path, snapshot: Manifest, live: Manifest) -> Difference:
    """
    Return the difference that puts a leaf back; an item of a named list goes back to its place between the others.
    """
    siblings = read(snapshot, path[:-1])
    named = keyed(siblings) if isinstance(siblings, list) and names_item(path[-1]) else None
    behind = standing_before(named, path[-1]) if named else ()
    return Difference(path, read(live, path), read(snapshot, path), requested=True, behind=behind)


def _can_hold(path: Path, snapshot: Manifest, applied: Manifest, live: Manifest) -> bool:
    """
    A value can be put back while what held it is there: a list and its item of that name; an object is made anew.

    A list is made anew where our change had left none.
    """
    if read(snapshot, path) is MISSING:
        return True
    for depth, token in enumerate(path):
        holder, last = read(live, path[:depth]), depth == len(path) - 1
        if not names_item(token):
            if holder is not MISSING and not isinstance(holder, dict):
                return False
        elif last and all(read(each, path[:depth]) in (MISSING, []) for each in (applied, live)):
            return True
        elif not isinstance(holder, list) or len(positions(holder, token)) != (0 if last else 1):
            return False
    return True


def _shown(value: Any) -> Any:
    return None if value is MISSING else value
