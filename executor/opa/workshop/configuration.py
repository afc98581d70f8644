"""
Owns what is wrong with a site's configuration: it is read by rules, and what none of them reads is a slip.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from executor.opa.conventions import config_problems
from executor.opa.workshop.documents import Rows, dig
from executor.opa.workshop.flaws import Flaw, flaw

Defaults = Mapping[str, Mapping[str, Any]]
"""Code → parameter → its default."""

_INNER = re.compile(r"(?P<code>\S+), (?P<what>namespace|label) (?P<name>\S+)")
_GROUPS = {"namespace": "namespaces", "label": "labelled"}
_RULES = ("config", "rules")


def misconfigured(file: str, document: Mapping[str, Any], rows: Rows, known: Defaults) -> tuple[Flaw, ...]:
    """
    Return everything that a configuration's file sets and nothing reads, or that has not the shape that is read.
    """
    found = [*_outside(file, document, rows)]
    rules = dig(document, *_RULES)
    if not isinstance(rules, Mapping):
        return (*found, _shape(file, rows.get(_RULES, 1), "rules"))
    for code, settings in rules.items():
        misshapen = [*_misshapen(file, (*_RULES, code), settings, rows)]
        if misshapen:
            found.extend(misshapen)
            continue
        for problem in config_problems({code: settings}, known, file=file):
            row = _row(code, problem.message, rows)
            found.append(_suggesting(flaw("configuration", file, row, problem.message), code, known))
        found.extend(_mistyped(file, code, settings, rows, known.get(code, {})))
    return tuple(found)


def _outside(file: str, document: Mapping[str, Any], rows: Rows) -> Iterator[Flaw]:
    for key in dig(document, "config"):
        if key != "rules":
            row = rows.get(("config", key), 1)
            yield Flaw(
                file, row, f"config.{key} is read by nothing", "settings of rules stand under `rules`", "configuration"
            )


def _misshapen(file: str, path: tuple[str, ...], settings: Any, rows: Rows, *, inner: bool = False) -> Iterator[Flaw]:
    if not isinstance(settings, Mapping):
        yield _shape(file, rows.get(path, 1), ".".join(path[2:]))
        return
    if not isinstance(settings.get("params") or {}, Mapping):
        yield _shape(file, rows.get((*path, "params"), 1), ".".join((*path[2:], "params")))
    for group in () if inner else _GROUPS.values():
        each = settings.get(group) or {}
        if not isinstance(each, Mapping):
            yield _shape(file, rows.get((*path, group), 1), ".".join((*path[2:], group)))
            continue
        for name, below in each.items():
            yield from _misshapen(file, (*path, group, str(name)), below, rows, inner=True)


def _shape(file: str, row: int, what: str) -> Flaw:
    return Flaw(
        file, row, f"{what} is no object, and nothing of it is read", "write keys and values below it", "configuration"
    )


def _mistyped(
    file: str, code: str, settings: Mapping[str, Any], rows: Rows, defaults: Mapping[str, Any]
) -> Iterator[Flaw]:
    for path, each in _settings(code, settings):
        for name, value in (each.get("params") or {}).items():
            default = defaults.get(name)
            if default is not None and _type(value) != _type(default):
                yield Flaw(
                    file,
                    rows.get((*path, "params", name), rows.get(path, 1)),
                    f"the parameter {name} of {code} is {_type(value)}, and the rule reads {_type(default)}",
                    f"write {_type(default)}: a parameter of another type denies everything the rule is about",
                    "configuration",
                )


def _settings(code: str, settings: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    yield (*_RULES, code), settings
    for group in _GROUPS.values():
        for name, each in (settings.get(group) or {}).items():
            yield (*_RULES, code, group, str(name)), each


def _type(value: Any) -> str:
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return "null"


def _row(code: str, message: str, rows: Rows) -> int:
    """
    Find the row of what a message is about: the key that it names last, below the settings that it names first.
    """
    path: tuple[str, ...] = (*_RULES, code)
    inner = _INNER.search(message)
    if inner:
        path = (*path, _GROUPS[inner["what"]], inner["name"])
    last = message.rpartition(" ")[2]
    for key in ((*path, "params", last), (*path, last), (*path, "mode") if " mode " in message else path, path):
        if key in rows:
            return rows[key]
    return rows.get((*_RULES, code), 1)


def _suggesting(found: Flaw, code: str, known: Defaults) -> Flaw:
    names: Iterable[str] = ()
    if found.message.startswith("the mode of "):
        return Flaw(found.file, found.row, f"{found.message}, so it enforces", "write one of these", found.kind)
    if found.message.endswith("is the code of no rule"):
        written, names = code, known
    elif " has no parameter " in found.message:
        written, names = found.message.rpartition(" ")[2], known.get(code, {})
    else:
        return found
    close = difflib.get_close_matches(written, names, n=1)
    remedy = f"write {close[0]}" if close else f"known are: {', '.join(sorted(names)) or 'none'}"
    return Flaw(found.file, found.row, found.message, remedy, found.kind)
