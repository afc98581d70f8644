"""
Owns what a rule rests on, read from its parsed code: the facts without arguments it uses, and the inputs it reads.

Static, so it names what may be read, also along a way that was not taken. Pure: who has the modules calls it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Module = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(slots=True)
class Read:
    """
    What was found, in the order in which it was found: facts as (package, name), inputs as constant paths.
    """

    facts: list[tuple[Path, str]] = field(default_factory=list)
    inputs: list[Path] = field(default_factory=list)


def what_is_read(modules: Mapping[Path, Module], package: Path, name: str) -> Read:
    """
    Follow one rule of a package through the facts and helpers it uses, in its own module and in those it imports.
    """
    found, seen = Read(), set[tuple[Path, str]]()
    todo = [(package, name)]
    while todo:
        here = todo.pop(0)
        if here in seen or here[0] not in modules:
            continue
        seen.add(here)
        module = modules[here[0]]
        rules = [rule for rule in module.get("rules", []) if _name(rule) == here[1]]
        if here != (package, name) and rules and not any("args" in rule["head"] for rule in rules):
            found.facts.append(here)
        own, imported = {_name(rule) for rule in module.get("rules", [])}, _imports(module)
        for ref in (ref for rule in rules for ref in _refs(rule)):
            head, *rest = ref
            if head == "input":
                if tuple(rest) not in found.inputs:
                    found.inputs.append(tuple(rest))
            elif head in imported and rest:
                todo.append((imported[head], rest[0]))
            elif head in own:
                todo.append((here[0], head))
    return found


def _imports(module: Module) -> dict[str, Path]:
    made: dict[str, Path] = {}
    for each in module.get("imports") or []:
        parts = [str(part["value"]) for part in each["path"]["value"]]
        if parts[0] == "data":
            made[str(each.get("alias") or parts[-1])] = tuple(parts[1:])
    return made


def _name(rule: Mapping[str, Any]) -> str:
    head = rule["head"]
    return str(head["ref"][0]["value"] if "ref" in head else head["name"])


def _refs(node: Any) -> Iterator[Path]:
    """
    Yield every reference and variable as far as it is constant.
    """
    if isinstance(node, Mapping):
        if node.get("type") == "ref":
            yield _constant(node["value"])
            for part in node["value"][1:]:
                yield from _refs(part)
            return
        if node.get("type") == "var":
            yield (str(node["value"]),)
        for value in node.values():
            yield from _refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _refs(value)


def _constant(parts: list[Mapping[str, Any]]) -> Path:
    taken = [str(parts[0]["value"])]
    for part in parts[1:]:
        if part["type"] != "string":
            break
        taken.append(str(part["value"]))
    return tuple(taken)
