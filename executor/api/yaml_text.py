"""
Owns reading YAML as what a plan is: JSON in another spelling.

A plain scalar is null, a boolean or a number only where YAML 1.2 and JSON agree on it; `yes`, `on`, `1:30` and dates
are texts; what only some YAML reads as a number (`010`, `0x1F`, `.5`, `.nan`) is refused, not guessed at.
The tree is built from the parser's events with an own stack: PyYAML's constructors recurse as deep as the sender likes,
expand aliases without a limit and keep the last of two equal keys.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from executor.api.errors import MalformedBody
from executor.api.json_text import fraction, whole
from executor.api.tree import MAX_DEPTH, MAX_VALUES, Refused, mapping
from executor.core.model import Json

MAX_ALIASES = 20
MAX_ALIASED_VALUES = 1_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_NUMBER_ELSEWHERE = re.compile(
    r"[-+]?(0o[0-7]+|0x[0-9a-fA-F]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))\Z|\.(nan|NaN|NAN)\Z"
)
_AMBIGUOUS = Refused("ambiguous_number", "write a number as JSON does, or put a text in quotes")


def parse_yaml(text: str) -> Json:
    """
    Return the value of the one document in a YAML text, with `Refused` and `Doubled` in it; raises MalformedBody.
    """
    try:
        return _Reading().read(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        raise MalformedBody(f"the body is not YAML: {error.problem}{_where(error.problem_mark)}") from None
    except yaml.YAMLError:
        raise MalformedBody("the body is not YAML: it holds a character that YAML does not allow") from None


@dataclass(slots=True)
class _Frame:
    """
    A sequence or mapping that is still open; `key` is the mapping's key that waits for its value.
    """

    anchor: str | None
    is_mapping: bool
    values: int = 1
    items: list[Json] = field(default_factory=list)
    pairs: list[tuple[str, Json]] = field(default_factory=list)
    key: str | None = None


@dataclass(slots=True)
class _Reading:
    """
    One text on its way from events to a tree.
    """

    open: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Json, int]] = field(default_factory=dict)
    documents: int = 0
    aliases: int = 0
    aliased_values: int = 0
    values: int = 0
    root: Json = None

    def read(self, events: Iterable[Any]) -> Json:
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    self._begin_document(event)
                case yaml.AliasEvent():
                    self._put_alias(event)
                case yaml.ScalarEvent():
                    _refuse_tag(event)
                    self._put_scalar(event)
                case yaml.CollectionStartEvent():
                    _refuse_tag(event)
                    self._open_collection(event)
                case yaml.CollectionEndEvent():
                    self._close_collection()
        if self.documents == 0:
            raise MalformedBody("the body is empty: send one document")
        return self.root

    def _begin_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise MalformedBody(f"the body holds more than one YAML document{_where(event.start_mark)}: send one")

    def _put_alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise MalformedBody(f"an alias stands for nothing that is finished before it{_where(event.start_mark)}")
        value, values = self.anchors[event.anchor]
        self.aliases += 1
        self.aliased_values += values
        if self.aliases > MAX_ALIASES or self.aliased_values > MAX_ALIASED_VALUES:
            most = f"at most {MAX_ALIASES} aliases for {MAX_ALIASED_VALUES:,} values in all are taken"
            raise MalformedBody(f"too many YAML aliases{_where(event.start_mark)}: {most}")
        self._put(value, event, values=values)

    def _put_scalar(self, event: Any) -> None:
        value = _plain(event.value) if event.implicit[0] else event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, event, values=1)

    def _open_collection(self, event: Any) -> None:
        if self._wants_key():
            raise MalformedBody(f"a key must be a text{_where(event.start_mark)}")
        if len(self.open) > MAX_DEPTH:
            raise MalformedBody(f"nested more than {MAX_DEPTH} levels deep{_where(event.start_mark)}")
        self.open.append(_Frame(event.anchor, isinstance(event, yaml.MappingStartEvent)))

    def _close_collection(self) -> None:
        frame = self.open.pop()
        value: Json = mapping(frame.pairs) if frame.is_mapping else frame.items
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (value, frame.values)
        self._put(value, None, values=frame.values)

    def _wants_key(self) -> bool:
        return bool(self.open) and self.open[-1].is_mapping and self.open[-1].key is None

    def _put(self, value: Json, event: Any, *, values: int) -> None:
        """
        Give a finished value its place: as a key, beside its key, in its sequence, or as the whole document.
        """
        self.values += 1
        if self.values > MAX_VALUES:
            raise MalformedBody(f"the document holds more than {MAX_VALUES:,} values")
        if not self.open:
            self.root = value
            return
        frame = self.open[-1]
        frame.values += values
        if not frame.is_mapping:
            frame.items.append(value)
        elif frame.key is None:
            frame.key = _key(value, event)
        else:
            frame.pairs.append((frame.key, value))
            frame.key = None


def _key(value: Json, event: Any) -> str:
    if not isinstance(value, str):
        raise MalformedBody(f"a key must be a text{_where(event.start_mark)}: put it in quotes")
    if value == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
        raise MalformedBody(f"merge keys are not taken{_where(event.start_mark)}: write the keys out")
    return value


def _plain(text: str) -> Json:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _WHOLE.match(text):
        return whole(text)
    if _FRACTION.match(text):
        return fraction(text)
    return _AMBIGUOUS if _NUMBER_ELSEWHERE.match(text) else text


def _refuse_tag(event: Any) -> None:
    if event.tag is not None:
        raise MalformedBody(f"tags are not taken{_where(event.start_mark)}: put a text in quotes instead")


def _where(mark: Any) -> str:
    return "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
