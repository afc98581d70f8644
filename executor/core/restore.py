"""
Owns the three-way question of a rollback: what to put back, what is back already, what is somebody else's now.

It looks at three states of the object, only on the leaves our change touched: `snapshot` (before us), `applied` (after
us) and `live` (now).
"""

from dataclasses import dataclass
from typing import Any

from executor.core.diff import Difference, diff, equal_at, standing_before
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


def plan_restore(snapshot: Manifest, applied: Manifest, live: Manifest) -> Restore:
    """
    Compare the three states on the leaves that differ between snapshot and applied.

    A leaf that is as in the snapshot needs nothing. One that is as we left it is put back. Any other value is a third
    party's and is left alone.
    """
    put_back: list[Difference] = []
    foreign: list[Path] = []
    proven: list[Path] = []
    for ours in diff(snapshot, applied):
        if equal_at(ours.path, snapshot, live):
            proven.append(ours.path)
        elif equal_at(ours.path, applied, live) and _can_hold(ours.path, snapshot, live):
            put_back.append(_back(ours.path, snapshot, live))
            proven.append(ours.path)
        else:
            foreign.append(ours.path)
    return Restore(tuple(put_back), tuple(foreign), tuple(proven))


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
            pointer(path, live),
            _shown(read(snapshot, path)),
            _shown(read(live, path)),
            f"{readable(path)}: {why}",
        )
        for path in paths
    )


def _back(path: Path, snapshot: Manifest, live: Manifest) -> Difference:
    """
    Return the difference that puts a leaf back; an item of a named list goes back to its place between the others.
    """
    siblings = keyed(read(snapshot, path[:-1])) if names_item(path[-1]) else None
    behind = standing_before(siblings, path[-1]) if siblings else ()
    return Difference(path, read(live, path), read(snapshot, path), requested=True, behind=behind)


def _can_hold(path: Path, snapshot: Manifest, live: Manifest) -> bool:
    """
    A value can be put back while what held it is there: a list and its item of that name; an object is made anew.
    """
    if read(snapshot, path) is MISSING:
        return True
    for depth, token in enumerate(path):
        holder = read(live, path[:depth])
        if not names_item(token):
            if holder is not MISSING and not isinstance(holder, dict):
                return False
        elif not isinstance(holder, list) or len(positions(holder, token)) != (0 if depth == len(path) - 1 else 1):
            return False
    return True


def _shown(value: Any) -> Any:
    return None if value is MISSING else value
