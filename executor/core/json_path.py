r"""
Owns the way into an object that a plan spells as `kubectl wait --for=jsonpath` does: a small, closed part of JSONPath.

    {.status.phase}   .spec.containers[0].image   .metadata.labels['app.kubernetes.io/name']
    .status.conditions[?(@.type=="Ready")].status   .items[*].name   .metadata.annotations.example\.com/x

No script, no recursion, no regular expression: whatever is asked costs one walk through the object.
Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from executor.core.diff import same
from executor.core.model import Json

MAX_CHARACTERS = 512


@dataclass(frozen=True, slots=True)
class Key:
    """
    The value of a key.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """
    One item of a list, from its end where the place is negative.
    """

    place: int


@dataclass(frozen=True, slots=True)
class Every:
    """
    Every item of a list, or every value of an object.
    """


@dataclass(frozen=True, slots=True)
class Where:
    """
    The items of a list whose value at some keys is, or is not, the one given.
    """

    keys: tuple[str, ...]
    equal: bool
    value: Json


Part = Key | Item | Every | Where

_NAME = r"(?:[A-Za-z0-9_$/-]|\\.)+"
_KEYS = rf"(?:\.{_NAME})+"
_VALUE = r"""(?:"[^"\\]*"|'[^'\\]*'|-?[0-9]{1,15}|true|false)"""
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Part]], ...] = (
    (re.compile(r"\.\*|\[\*\]"), lambda _: Every()),
    (re.compile(rf"\.({_NAME})"), lambda found: Key(_unescaped(found[1]))),
    (re.compile(r"""\[(?:"([^"\\]*)"|'([^'\\]*)')\]"""), lambda found: Key(found[1] or found[2] or "")),
    (re.compile(r"\[(-?[0-9]{1,9})\]"), lambda found: Item(int(found[1]))),
    (
        re.compile(rf"\[\?\(@({_KEYS})\s*(==|!=)\s*({_VALUE})\)\]"),
        lambda found: Where(tuple(_keys(found[1])), found[2] == "==", _literal(found[3])),
    ),
)


def json_path(text: str) -> tuple[Part, ...]:
    """
    Return the parts of a path; raises ValueError that names the place from which on it cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"a path has at most {MAX_CHARACTERS} characters")
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    inner = inner.removeprefix("$")
    if inner and inner[0] not in ".[":
        inner = f".{inner}"
    parts: list[Part] = []
    at = 0
    while at < len(inner):
        found = next(((form.match(inner, at), make) for form, make in _FORMS if form.match(inner, at)), None)
        if found is None or found[0] is None:
            raise ValueError(
                f"it cannot be read from its part {len(parts) + 1} on: .name, ['name'], [0], [*] and "
                '[?(@.name=="value")] are known'
            )
        parts.append(found[1](found[0]))
        at = found[0].end()
    if not parts:
        raise ValueError("a path names at least one key")
    return tuple(parts)


def found_at(document: Json, path: tuple[Part, ...]) -> list[Json]:
    """
    Return every value at a path, in the document's order; none where nothing is there.
    """
    values = [document]
    for part in path:
        values = [inner for value in values for inner in _step(value, part)]
    return values


def _step(value: Json, part: Part) -> Iterator[Json]:
    match part:
        case Key(name=name):
            if isinstance(value, dict) and name in value:
                yield value[name]
        case Item(place=place):
            if isinstance(value, list) and -len(value) <= place < len(value):
                yield value[place]
        case Every():
            yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        case Where():
            yield from (each for each in value if _holds(each, part)) if isinstance(value, list) else ()


def _holds(item: Json, part: Where) -> bool:
    for key in part.keys:
        if not isinstance(item, dict) or key not in item:
            return False
        item = item[key]
    return same(item, part.value) is part.equal


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _keys(text: str) -> Iterator[str]:
    yield from (_unescaped(each[1]) for each in re.finditer(rf"\.({_NAME})", text))


def _literal(text: str) -> Json:
    if text[0] in "\"'":
        return text[1:-1]
    return text == "true" if text in {"true", "false"} else int(text)
