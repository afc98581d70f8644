"""
Owns how a step's diff reads: each path once, what was there, what comes, and what admission added.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.render.tables import target_of
from executor.cli.text import line, plain

Difference = Mapping[str, Any]


def step_diff(step: Mapping[str, Any], *, asked: Iterable[Difference] | None = None) -> list[RenderableType]:
    """
    Return a step's title and its diff, or why there is none; `asked` is what a denied step asked for.
    """
    head = Text(f"{line(step['id'])}: {line(step['action'])} {line(target_of(step['target']))}", style="bold")
    if asked:
        said = Text("  asked for, and denied before any dry run:")
        return [head, said, *differences(asked, before=step["snapshot"], after=step["snapshot"])]
    if step["preview"] is None and not step["diff"]:
        return [head, Text(f"  no dry run ({line(step['phase'])}): {line(step['message'] or 'not started')}")]
    return [head, *differences(step["diff"], before=step["snapshot"], after=step["preview"])]


def differences(
    found: Iterable[Difference], *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> list[RenderableType]:
    """
    Return differences; list items are told by their name where the objects are at hand.
    """
    parts: list[RenderableType] = []
    for each in found:
        path = readable(each["path"], before if each["op"] == "remove" else after)
        parts.append(Text.assemble(f"  {path}", ("" if each["requested"] else "  (admission)", "magenta")))
        if each["op"] != "add":
            parts.extend(_signed("-", each["before"], "red"))
        if each["op"] != "remove":
            parts.extend(_signed("+", each["after"], "green"))
    return parts or [Text("  already as asked: nothing changes")]


def readable(pointer: str, document: Any) -> str:
    """
    Return a JSON Pointer as people read it: `.spec.containers[app].image`.
    """
    shown = ""
    for token in (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]):
        if isinstance(document, list):
            document = document[int(token)] if token.isdigit() and int(token) < len(document) else None
            name = document.get("name") if isinstance(document, dict) else None
            shown += f"[{line(name or token)}]"
        else:
            known = isinstance(document, dict)
            document = document.get(token) if isinstance(document, dict) else None
            if token.isdigit() and not known:
                shown += f"[{token}]"
                continue
            shown += f".{line(token)}" if "." not in token and "/" not in token else f"[{json.dumps(line(token))}]"
    return shown or "(the whole object)"


def _signed(sign: str, value: Any, style: str) -> list[RenderableType]:
    rows = plain(json.dumps(value, indent=2, ensure_ascii=False)).splitlines()
    return [Text(f"    {sign} {row}", style=style) for row in rows]
