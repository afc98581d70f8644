"""
Owns how the fake merges documents into objects: strategic merge patches, and what server-side apply does with values.

Lists whose items all have a name are merged by it, as the core addresses them; other lists are replaced.
"""

import copy
from collections.abc import Iterable
from typing import Any

from executor.core.model import Json, Manifest
from executor.core.paths import MERGE_KEY, Path, index_of, keyed, names_item, read

_DIRECTIVE = "$patch"


def merged(document: Json, patch: Json) -> Json:
    """
    Return a document after a strategic merge patch: null removes, `$patch` replaces or deletes.
    """
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    if patch.get(_DIRECTIVE) == "replace" or not isinstance(document, dict):
        document = {}
    result = dict(document)
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None or (isinstance(value, dict) and value.get(_DIRECTIVE) == "delete"):
            result.pop(key, None)
        elif isinstance(value, list):
            result[key] = _list(result.get(key), value)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _list(document: Json, patch: list[Json]) -> list[Json]:
    named = keyed([each for each in patch if not _is_replace(each)])
    if named is None or any(map(_is_replace, patch)):
        return copy.deepcopy([each for each in patch if not _is_replace(each)])
    result = list(document or [])
    for token, item in named.items():
        index = index_of(result, token)
        if item.get(_DIRECTIVE) == "delete":
            result = [each for position, each in enumerate(result) if position != index]
        elif index is None:
            result.append(merged({}, item))
        else:
            result[index] = merged(result[index], item)
    return result


def _is_replace(item: Json) -> bool:
    return isinstance(item, dict) and item.get(_DIRECTIVE) == "replace"


def without(manifest: Manifest, fields: Iterable[Path]) -> Manifest:
    """
    Return an object without these fields, the deepest first; what is left empty by it goes as well.

    The name by which an item is found goes with the item, and a map that still holds something of others stays.
    """
    result = copy.deepcopy(manifest)
    for field in sorted(fields, key=lambda each: (-len(each), each[-1] == ".", each)):
        itself = field[-1] == "."
        path = field[:-1] if itself else field
        of_item = len(path) > 1 and names_item(path[-2])
        if (of_item and path[-1] == MERGE_KEY) or (itself and not names_item(path[-1]) and read(result, path) != {}):
            continue
        _remove(result, path)
    return result


def _remove(document: Any, path: Path) -> None:
    token, *rest = path
    index: Any = index_of(document, token) if isinstance(document, list) else token
    if index is None or (isinstance(document, dict) and index not in document):
        return
    if rest:
        _remove(document[index], tuple(rest))
    if not rest or (document[index] == {} and isinstance(document, dict)):
        del document[index]
