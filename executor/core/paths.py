"""
Owns paths into a Kubernetes object.

A path is a tuple of tokens. Items of a list whose items all have a unique `name` are addressed by it, as `[name=app]`:
a sidecar that is injected before `app` does not move the path. JSON Pointers (RFC 6901) are made from a path and the
object it points into.
"""

from collections.abc import Sequence
from typing import Any

from executor.core.model import Json

Path = tuple[str, ...]

MERGE_KEY = "name"


class _Missing:
    """
    The type of MISSING.
    """

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
"""What `read` answers where an object has nothing; None is a JSON value of its own."""


def keyed(items: Sequence[Json]) -> dict[str, Json] | None:
    """
    Return a list's items by their token when every item is an object with a unique name, else None.
    """
    if not items or not all(isinstance(item, dict) and isinstance(item.get(MERGE_KEY), str) for item in items):
        return None
    found = {f"[{MERGE_KEY}={item[MERGE_KEY]}]": item for item in items}
    return found if len(found) == len(items) else None


def read(document: Json, path: Path) -> Json:
    """
    Return what an object holds at a path, or MISSING.
    """
    for token in path:
        if isinstance(document, dict):
            document = document.get(token, MISSING)
        elif isinstance(document, list):
            index = index_of(document, token)
            document = document[index] if index is not None else MISSING
        else:
            return MISSING
    return document


def index_of(items: Sequence[Json], token: str) -> int | None:
    """
    Return the position of the one item a token names, or None; a name that two items share names neither.
    """
    found = positions(items, token)
    return found[0] if len(found) == 1 else None


def positions(items: Sequence[Json], token: str) -> list[int]:
    """
    Return the position of every item that has the name a token holds.
    """
    if not names_item(token):
        return []
    name = token[len(MERGE_KEY) + 2 : -1]
    return [i for i, item in enumerate(items) if isinstance(item, dict) and item.get(MERGE_KEY) == name]


def names_item(token: str) -> bool:
    """
    Tell if a token names an item of a list rather than a key of an object.
    """
    return token.startswith(f"[{MERGE_KEY}=")


def pointer(path: Path, document: Json) -> str:
    """
    Return the JSON Pointer of a path into a document; an item the list lacks is `-`, its end.
    """
    tokens = []
    for token in path:
        if isinstance(document, list):
            index = index_of(document, token)
            tokens.append("-" if index is None else str(index))
            document = document[index] if index is not None else MISSING
        else:
            tokens.append(token.replace("~", "~0").replace("/", "~1"))
            document = document.get(token, MISSING) if isinstance(document, dict) else MISSING
    return "".join(f"/{token}" for token in tokens)


def path_at(pointer: str, document: Json) -> Path:
    """
    Return the path that a JSON Pointer names in the document it was made for: `pointer` the other way round.
    """
    path: list[str] = []
    for token in pointer.split("/")[1:]:
        if isinstance(document, list):
            named = list((keyed(document) or {}).items())
            index = int(token) if token.isdecimal() else len(document)
            name, document = named[index] if index < len(named) else (token, MISSING)
            path.append(name)
        else:
            key = token.replace("~1", "/").replace("~0", "~")
            document = document.get(key, MISSING) if isinstance(document, dict) else MISSING
            path.append(key)
    return tuple(path)


def readable(path: Path) -> str:
    """
    Return a path as people read it: `.spec.template.spec.containers[app].image`.
    """
    return "".join(f"[{token[len(MERGE_KEY) + 2 : -1]}]" if token.startswith("[") else f".{token}" for token in path)
