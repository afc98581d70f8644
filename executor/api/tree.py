"""
Owns what a parsed document may hold, whatever its syntax: no doubled key, no number or text that JSON cannot carry.

The parsers put a `Refused` where a value cannot be taken and a `Doubled` where a mapping repeats a key, so that one
walk over the finished tree finds every such place with its JSON Pointer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from executor.core.errors import Problem
from executor.core.model import Json

MAX_DEPTH = 32
MAX_VALUES = 20_000
"""The largest plan (a hundred steps, each with its largest parameters) has half as many."""

MAX_PROBLEMS = 100
LARGEST_EXACT = 2**53 - 1

_TOKEN_LIMIT = 253
_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """
    Stands in a tree for a value that cannot be taken.
    """

    code: str
    message: str


class Doubled(dict[str, Any]):
    """
    A mapping that was written with a key twice; `keys_twice` names those keys.
    """

    keys_twice: tuple[str, ...] = ()


def mapping(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """
    Return pairs as a mapping that remembers which keys came twice.
    """
    listed = list(pairs)
    made = dict(listed)
    if len(made) == len(listed):
        return made
    seen: set[str] = set()
    twice = [key for key, _ in listed if key in seen or seen.add(key)]  # type: ignore[func-returns-value] # set.add says None
    doubled = Doubled(made)
    doubled.keys_twice = tuple(dict.fromkeys(twice))
    return doubled


def problems_in(tree: Json) -> tuple[Problem, ...]:
    """
    Return what a tree holds that no document may, in document order, up to a hundred places.
    """
    found: list[Problem] = []
    for problem in _walk(tree):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return tuple(found)


def _walk(tree: Json) -> Iterator[Problem]:
    # A stack instead of recursion: the depth is the sender's choice.
    waiting: list[tuple[Json, _Place]] = [(tree, ())]
    values = 1
    while waiting:
        value, place = waiting.pop()
        values += len(value) if isinstance(value, dict | list) else 0
        if values > MAX_VALUES:
            yield Problem("", "too_large", f"the document holds more than {MAX_VALUES:,} values")
            return
        if len(place) > MAX_DEPTH:
            yield Problem(_pointer(place), "too_deep", f"nested more than {MAX_DEPTH} levels deep")
            continue
        yield from _of_value(value, place)
        waiting.extend(_children(value, place))


def _of_value(value: Json, place: _Place) -> Iterator[Problem]:
    if isinstance(value, Refused):
        yield Problem(_pointer(place), value.code, value.message)
    elif isinstance(value, str):
        yield from _of_text(value, place, "this text")
    elif isinstance(value, dict):
        if isinstance(value, Doubled):
            for key in value.keys_twice:
                yield Problem(_pointer((*place, key)), "duplicate_key", "this key stands here more than once")
        for key in value:
            yield from _of_text(key, (*place, key), "this key")


def _of_text(text: str, place: _Place, what: str) -> Iterator[Problem]:
    if "\0" in text:
        yield Problem(_pointer(place), "bad_text", f"{what} holds the character NUL (U+0000)")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        yield Problem(_pointer(place), "bad_text", f"{what} holds half of a surrogate pair, which is no character")


def _children(value: Json, place: _Place) -> Iterator[tuple[Json, _Place]]:
    if isinstance(value, dict):
        for key in reversed(value):
            yield value[key], (*place, key)
    elif isinstance(value, list):
        for index in range(len(value) - 1, -1, -1):
            yield value[index], (*place, index)


def _pointer(place: _Place) -> str:
    return "".join("/" + str(token)[:_TOKEN_LIMIT].replace("~", "~0").replace("/", "~1") for token in place)
