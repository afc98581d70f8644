"""
Owns a composed policy set: immutable bundle files in a folder of their own, and the catalogue decisions are held to.

A set is kept under the digest of all it was made from, so an unchanged set is checked once and found again in a moment.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from executor.core.policy import Catalogue, Rule, Stage

SETS_KEPT = 4
"""So many are kept at least, the newest: a change that is taken back costs nothing. What somebody needs is kept too."""

_INDEX = "set.json"


@dataclass(frozen=True, slots=True)
class PolicySet:
    """
    What is served: `folder` holds one file per bundle, at the bundle's name.

    `places` is each policy file as OPA's errors name it → as people know it.
    """

    folder: Path
    bundles: tuple[str, ...]
    catalogue: Catalogue
    places: Mapping[str, str]


def keep_set(made: Path, catalogue: Catalogue, places: Mapping[str, str], onto: Path) -> PolicySet:
    """
    Move freshly built bundles to their place, in one step: a crash leaves no half of a set.
    """
    bundles = tuple(sorted(catalogue.revision))
    index = {
        "files": {bundle: _sha256(made / bundle) for bundle in bundles},
        "revision": dict(catalogue.revision),
        "roots": {bundle: list(roots) for bundle, roots in catalogue.roots.items()},
        "rules": [asdict(rule) for rule in catalogue.rules],
        "places": dict(places),
    }
    (made / _INDEX).write_text(json.dumps(index))
    for bundle in bundles:
        (made / bundle).chmod(0o400)
    onto.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(onto, ignore_errors=True)
    made.replace(onto)
    return PolicySet(folder=onto, bundles=bundles, catalogue=catalogue, places=dict(places))


def kept_set(folder: Path) -> PolicySet | None:
    """
    Return the set kept here, or None when there is none or its bytes are not those that were checked.
    """
    try:
        index = json.loads((folder / _INDEX).read_bytes())
        catalogue = _catalogue(index)
        if any(_sha256(folder / bundle) != sha256 for bundle, sha256 in index["files"].items()):
            return None
        os.utime(folder)
        places = dict(index["places"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return PolicySet(folder=folder, bundles=tuple(sorted(catalogue.revision)), catalogue=catalogue, places=places)


def find_set(sets: Path, revision: Mapping[str, str]) -> PolicySet | None:
    """
    Return the kept set of a revision, or None: the newest where the same rules were checked more than once.
    """
    of_it = (folder for folder in _newest_first(sets) if _revision(folder) == dict(revision))
    return next((found for folder in of_it if (found := kept_set(folder)) is not None), None)


def forget_old_sets(sets: Path, needed: Collection[Mapping[str, str]]) -> None:
    """
    Remove all but the newest sets and those of needed revisions.
    """
    wanted = [dict(revision) for revision in needed]
    for number, folder in enumerate(list(_newest_first(sets))):
        revision = _revision(folder)
        if revision in wanted:
            wanted.remove(revision)
        elif number >= SETS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)


def _newest_first(sets: Path) -> Iterator[Path]:
    try:
        dated = [(folder.stat().st_mtime_ns, folder) for folder in sets.iterdir()]
    except OSError:
        return
    yield from (folder for _, folder in sorted(dated, reverse=True))


def _revision(folder: Path) -> dict[str, str] | None:
    try:
        return dict(json.loads((folder / _INDEX).read_bytes())["revision"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _catalogue(index: Mapping[str, Any]) -> Catalogue:
    if set(index["files"]) != set(index["revision"]):
        raise ValueError("the index names other files than bundles")
    return Catalogue(
        revision=dict(index["revision"]),
        roots={bundle: tuple(roots) for bundle, roots in index["roots"].items()},
        rules=tuple(Rule(**{**rule, "stage": Stage(rule["stage"])}) for rule in index["rules"]),
    )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
