"""
Owns applying a JSON Patch (RFC 6902: add, replace, remove) as the API server does, without touching its input.
"""

import copy
from collections.abc import Mapping
from typing import Any


class PatchDoesNotFitError(Exception):
    """
    An operation names a place that the document does not have.
    """


def patched(document: Any, operations: Any) -> Any:
    """
    Return the document after all operations (the body of a patch); raises PatchDoesNotFitError.
    """
    result = copy.deepcopy(document)
    for operation in operations:
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in operation["path"].split("/")[1:]]
        parent = result
        for token in tokens[:-1]:
            parent = _child(parent, token)
        _operate(parent, tokens[-1], operation)
    return result


def _child(parent: Any, token: str) -> Any:
    if isinstance(parent, list):
        return parent[_index(parent, token)]
    if isinstance(parent, dict) and token in parent:
        return parent[token]
    raise PatchDoesNotFitError(token)


def _operate(parent: Any, token: str, operation: Mapping[str, Any]) -> None:
    value = copy.deepcopy(operation.get("value"))
    match operation["op"], parent:
        case "add", list():
            parent.insert(len(parent) if token == "-" else _index(parent, token, room=1), value)
        case "add", dict():
            parent[token] = value
        case "replace", list():
            parent[_index(parent, token)] = value
        case "replace", dict() if token in parent:
            parent[token] = value
        case "remove", list():
            del parent[_index(parent, token)]
        case "remove", dict() if token in parent:
            del parent[token]
        case _:
            raise PatchDoesNotFitError(token)


def _index(items: list[Any], token: str, *, room: int = 0) -> int:
    if not token.isdigit() or int(token) >= len(items) + room:
        raise PatchDoesNotFitError(token)
    return int(token)
