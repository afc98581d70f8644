"""
Owns paths into a Kubernetes object.

A path is a tuple of tokens. Items of a list whose items all have a unique `name` are addressed by it, as `[name=app]`:
a sidecar that is injected before `app` does not move the path. Taints have no name; they are told apart by key and
effect, as `[key=dedicated,effect=NoSchedule]`. JSON Pointers (RFC 6901) are made from a path and the object it points
into.
"""

from collections.abc import Sequence
from typing import Any

from executor.core.model import Json

Path = tuple[str, ...]

MERGE_KEY = "name"
_TAINT_KEYS = ("key", "effect")
_ITEM = (f"[{MERGE_KEY}=", f"[{_TAINT_KEYS[0]}=")


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
    Return a list's items by their token when every item has one of its own, else None.

    One kind of token serves the whole list: names, or else keys with effects.
    """
    for token_of in (_named, _tainted):
        found = {token_of(item): item for item in items}
        if items and None not in found:
            return {token: item for token, item in found.items() if token} if len(found) == len(items) else None
    return None


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
    Return the position of every item that a token names.
    """
    if not names_item(token):
        return []
    token_of = _named if token.startswith(_ITEM[0]) else _tainted
    return [i for i, item in enumerate(items) if token_of(item) == token]


def names_item(token: str) -> bool:
    """
    Tell if a token names an item of a list rather than a key of an object.
    """
    return token.startswith(_ITEM)


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
    Return a path as people read it: `.spec.template.spec.containers[app].image`, `.spec.taints[dedicated:NoSchedule]`.
    """
    return "".join(_shown(token) for token in path)


def _named(item: Json) -> str | None:
    name = item.get(MERGE_KEY) if isinstance(item, dict) else None
    return f"[{MERGE_KEY}={name}]" if isinstance(name, str) else None


def _tainted(item: Json) -> str | None:
    key, effect = (item.get(each) if isinstance(item, dict) else None for each in _TAINT_KEYS)
    return f"[key={key},effect={effect}]" if isinstance(key, str) and isinstance(effect, str) else None


def _shown(token: str) -> str:
    if not names_item(token):
        return f".{token}"
    _, _, name = token[1:-1].partition("=")
    return f"[{name}]" if token.startswith(_ITEM[0]) else f"[{name.replace(',effect=', ':')}]"
