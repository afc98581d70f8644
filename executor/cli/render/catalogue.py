"""
Owns how the catalogue of actions reads.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from executor.cli.render.runs import value
from executor.cli.render.tables import table
from executor.cli.text import line

_ANY_KIND = ["*"]
_CLUSTER_SCOPED = frozenset({"Node", "Namespace"})


def action_list(items: Iterable[Mapping[str, Any]]) -> Table:
    """
    Return the table of `actions`.
    """
    return table(
        "ACTION",
        "KINDS",
        "UNDO",
        "WHAT IT DOES",
        wide="WHAT IT DOES",
        rows=(
            (item["action"], _kinds(item), "yes" if item["reversible"] else "no", item["description"]) for item in items
        ),
    )


def action_detail(item: Mapping[str, Any]) -> list[RenderableType]:
    """
    Return one action in full, with a step to copy into a plan.
    """
    undo = "a rollback restores it" if item["reversible"] else f"cannot be undone: {item['irreversible_because']}"
    not_all = [f"  {line(kind)}: not restored, {line(why)}" for kind, why in item["irreversible_kinds"].items()]
    return [
        Text(line(item["action"]), style="bold"),
        Text(f"  {line(item['description'])}"),
        Text(f"  targets: {_kinds(item)}"),
        Text(f"  {line(undo)}"),
        *(Text(f"  {each}") for each in not_all),
        Text(""),
        Text("parameters", style="bold"),
        *_parameters(item["parameters"]),
        Text(""),
        Text("a step", style="bold"),
        *_example(item),
        Text(""),
        Text("permissions the executor needs", style="bold"),
        *(Text(f"  {line(_permission(each))}") for each in item["permissions"]),
    ]


def _kinds(item: Mapping[str, Any]) -> str:
    if item["kinds"] == _ANY_KIND:
        return "any kind"
    return line(", ".join(item["kinds"])) or "no object"


def _parameters(schema: Mapping[str, Any]) -> list[RenderableType]:
    properties = schema.get("properties") or {}
    if not properties:
        return [Text("  none")]
    required = schema.get("required", ())
    return [
        Text(f"  {line(name)}: {_type(each)}{'' if name in required else ', optional'}{_told(each)}")
        for name, each in properties.items()
    ]


def _type(schema: Mapping[str, Any]) -> str:
    schema = _given(schema)
    if schema.get("enum"):
        return " | ".join(value(each) for each in schema["enum"])
    kind = line(schema.get("type", "any"))
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        kind = f"object of {_type(schema['additionalProperties'])}"
    return (
        kind if low is None and high is None else f"{kind} {'' if low is None else low}..{'' if high is None else high}"
    )


def _given(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Return what a parameter is when it is given: the alternative that is not null.
    """
    given = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return {**schema, **given[0]} if len(given) == 1 else schema


def _told(schema: Mapping[str, Any]) -> str:
    return f" - {line(schema['description'])}" if schema.get("description") else ""


def _example(item: Mapping[str, Any]) -> list[RenderableType]:
    rows = [f"- id: {line(item['action']).replace('_', '-')}", f"  action: {line(item['action'])}"]
    if item["kinds"]:
        kind = "Deployment" if item["kinds"] == _ANY_KIND else item["kinds"][0]
        namespace = "" if kind in _CLUSTER_SCOPED else "namespace: NAMESPACE, "
        rows.append(f"  target: {{kind: {line(kind)}, {namespace}name: NAME}}")
    properties = item["parameters"].get("properties", {})
    needed = item["parameters"].get("required", ()) or list(properties)[:1]
    if item["example"]:
        # JSON is YAML: a person can paste it into a plan as it stands.
        rows.append(f"  parameters: {line(json.dumps(item['example']))}")
    elif needed:
        values = ", ".join(f"{line(name)}: {_sample(properties[name])}" for name in needed)
        rows.append(f"  parameters: {{{values}}}")
    return [Text(f"  {row}") for row in rows]


def _sample(schema: Mapping[str, Any]) -> str:
    schema = _given(schema)
    if schema.get("enum"):
        return value(schema["enum"][0])
    match schema.get("type"):
        case "integer" | "number":
            return str(schema.get("minimum", 1) or 1)
        case "object":
            return "{KEY: VALUE}"
        case "array":
            return "[VALUE]"
        case "boolean":
            return "true"
        case _:
            return "VALUE"


def _permission(each: Mapping[str, Any]) -> str:
    group = each.get("api_group") or "core"
    return f"{group}/{each.get('resource')}: {', '.join(each.get('verbs', ()))}"
