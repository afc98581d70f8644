"""
Owns an author's data files: that they can be read, what they hold together, and in which row a key stands.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from executor.opa.workshop.flaws import Flaw

Rows = Mapping[tuple[str, ...], int]
"""The path of a key → its row."""


class _Loader(yaml.CSafeLoader):
    """
    Reads YAML as OPA does: `off` and a date are texts, `1e3` is a number.
    """


_Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def unreadable(file: str, content: bytes) -> Flaw | None:
    """
    Return what keeps OPA from reading a data file, None when nothing does.
    """
    try:
        document = _read(file, content)
    except json.JSONDecodeError as error:
        return _flaw(file, error.lineno, f"no valid JSON ({error.msg})")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _flaw(file, mark.line + 1 if mark else 1, f"no valid YAML ({error.problem or error.context})")
    except (yaml.YAMLError, ValueError):
        return _flaw(file, 1, "no valid text in UTF-8")
    if not isinstance(document, dict):
        return _flaw(file, 1, "no object, and OPA takes data as an object only")
    return None


def together(files: Mapping[str, bytes]) -> dict[str, Any]:
    """
    Return what data files at their places in a bundle make together; they can be read.
    """
    made: dict[str, Any] = {}
    for path, content in files.items():
        inner = made
        for part in PurePosixPath(path).parent.parts:
            inner = inner.setdefault(part, {})
        _merge(inner, _read(path, content))
    return made


def rows(path: str, content: bytes) -> dict[tuple[str, ...], int]:
    """
    Return where each key of a data file stands, by its path in the bundle.
    """
    try:
        root = yaml.compose(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):  # JSON with tabs is no YAML
        return {}
    return dict(_rows(root, PurePosixPath(path).parent.parts))


def dig(document: Any, *path: str) -> Any:
    """
    Return what stands at a path, an empty object where nothing does.
    """
    for part in path:
        document = document.get(part) if isinstance(document, Mapping) else None
    return {} if document is None else document


def _read(file: str, content: bytes) -> Any:
    if file.endswith(".json"):
        return json.loads(content)
    return yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader's subclass


def _merge(into: dict[str, Any], more: Mapping[Any, Any]) -> None:
    for key, value in more.items():
        name = str(key)
        if isinstance(value, Mapping) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _rows(node: yaml.Node | None, path: Sequence[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        here = (*path, str(key.value))
        yield here, key.start_mark.line + 1
        yield from _rows(value, here)


def _flaw(file: str, row: int, why: str) -> Flaw:
    return Flaw(file, row, f"the file is {why}", "correct it: nothing of it would be read", "configuration")
