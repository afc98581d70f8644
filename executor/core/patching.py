"""
Owns what a caller's patch makes of an object: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7386), strategic merge.

The strategic merge follows the API server's: lists of the core kinds merge by key (`core.merging`), `$patch: replace`
and `$patch: delete` are obeyed, other directives are refused. What the server really makes of it is compared with this.
"""

import re
from collections.abc import Sequence
from typing import Any

from executor.core.diff import same
from executor.core.errors import Unusable
from executor.core.merging import merged
from executor.core.model import Json, Manifest


def json_patched(document: Json, operations: Sequence[dict[str, Any]]) -> Json:
    """
    Return a document after all operations; raises Unusable for one that does not fit, a failed `test` included.
    """
    for number, operation in enumerate(operations):
        try:
            document = _operated(document, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            told = f"operation {number} of the patch ({operation.get('op')}) does not fit the object as it is"
            raise Unusable(told) from error
    return document


def merge_patched(document: Json, patch: Json) -> Json:
    """
    Return a document after a merge patch: objects merge, null removes, anything else replaces.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patched(result.get(key), value)
    return result


def strategic_patched(live: Manifest, patch: Manifest) -> Manifest:
    """
    Return an object after a strategic merge patch; raises Unusable for a directive this executor does not take.
    """
    result: Manifest = merged(live, patch, removes=True)
    return result


def _operated(document: Json, operation: dict[str, Any]) -> Json:
    path = _tokens(operation["path"])
    match operation["op"]:
        case "add":
            return _put(document, path, operation["value"], insert=True)
        case "replace":
            _found(document, path)
            return _put(document, path, operation["value"], insert=False)
        case "remove":
            return _dropped(document, path)
        case "move":
            source = _tokens(operation["from"])
            if path[: len(source)] == source and path != source:
                raise ValueError("an object cannot move into itself")
            return _put(_dropped(document, source), path, _found(document, source), insert=True)
        case "copy":
            return _put(document, path, _found(document, _tokens(operation["from"])), insert=True)
        case "test":
            if not same(_found(document, path), operation["value"]):
                raise ValueError("the test failed")
            return document
        case _:
            raise ValueError("no operation of RFC 6902")


def _tokens(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise ValueError("no JSON Pointer")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


_INDEX = re.compile(r"(0|[1-9][0-9]*)\Z")


def _index(token: str) -> int:
    if _INDEX.match(token) is None:
        raise ValueError("no index")
    return int(token)


def _found(document: Json, path: list[str]) -> Json:
    for token in path:
        document = document[_index(token)] if isinstance(document, list) else document[token]
    return document


def _put(document: Json, path: list[str], value: Json, *, insert: bool) -> Json:
    if not path:
        return value
    head, *rest = path
    if isinstance(document, list):
        items = list(document)
        if rest:
            index = _index(head)
            items[index] = _put(items[index], rest, value, insert=insert)
        elif insert:
            index = len(items) if head == "-" else _index(head)
            if index > len(items):
                raise IndexError
            items.insert(index, value)
        else:
            items[_index(head)] = value
        return items
    if not isinstance(document, dict):
        raise TypeError("nothing can be put there")
    inner = _put(document[head], rest, value, insert=insert) if rest else value
    return {**document, head: inner}


def _dropped(document: Json, path: list[str]) -> Json:
    _found(document, path)
    head, *rest = path
    if isinstance(document, list):
        index = _index(head)
        inner = [_dropped(document[index], rest)] if rest else []
        return [*document[:index], *inner, *document[index + 1 :]]
    if rest:
        return {**document, head: _dropped(document[head], rest)}
    return {key: value for key, value in document.items() if key != head}
