"""
Owns what must not stand in a rule although OPA takes it: the ways in which an objection vanishes without a word.

It reads modules as `rego.parse_module` gives them. Pure: who has the modules calls it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Module = Mapping[str, Any]
"""A parsed Rego module, as OPA's JSON has it."""

Term = Mapping[str, Any]

FINDINGS = ("deny", "warn", "require_approval")
"""The names that the router reads."""

_OPERATORS = {"equal": "==", "eq": "=", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "member_2": "in"}
_DEFINED = frozenset(
    {"string", "number", "boolean", "null", "setcomprehension", "arraycomprehension", "objectcomprehension"}
)
"""Terms that are always defined; comprehensions are, because nothing found makes an empty one."""


def package(module: Module) -> tuple[str, ...]:
    """
    Return a module's package without `data`.
    """
    return tuple(str(term["value"]) for term in module["package"]["path"][1:])


Said = tuple[int, str]
"""A row, 0 when the module was parsed without locations, and a sentence."""


def lint(module: Module) -> tuple[Said, ...]:
    """
    Return what a module does wrong, and where.
    """
    return (*_vanishing_negations(module), *_vanishing_messages(module), *_not_collected(module))


def names(module: Module) -> set[str]:
    """
    Return the names of a module's rules.
    """
    return {_name(rule["head"]) for rule in module.get("rules", [])}


def calls(module: Module, name: str) -> Iterator[Sequence[Term]]:
    """
    Yield the arguments of every call of a function, by the name it is called by (`config.param`).
    """
    for node in _nodes(module):
        terms = node.get("value") if node.get("type") == "call" else node.get("terms")
        if isinstance(terms, list) and terms and spelt(terms[0]) == name:
            yield terms[1:]


def row(node: Mapping[str, Any]) -> int:
    """
    Return where a node stands; 0 when the module was parsed without locations.
    """
    return int((node.get("location") or {}).get("row", 0))


def spelt(term: Term) -> str:
    """
    Spell a term roughly as it was written.
    """
    value = term.get("value")
    match term.get("type"), value:
        case "ref", [head, *rest]:
            return spelt(head) + "".join(map(_spelt_part, rest))
        case "call", [*terms]:
            return _spelt_call(terms)
        case "array" | "set", [*items]:
            return "{" + ", ".join(map(spelt, items)) + "}"
        case "var", str():
            return value
        case "string" | "number" | "boolean", _:
            return json.dumps(value)
        case _:
            return "…"


def _spelt_part(part: Term) -> str:
    return f".{part['value']}" if part["type"] == "string" else f"[{spelt(part)}]"


def _spelt_call(terms: Sequence[Term]) -> str:
    name = spelt(terms[0]).removeprefix("internal.")
    arguments = [spelt(term) for term in terms[1:]]
    if name in _OPERATORS and len(arguments) == 2:  # noqa: PLR2004 - a binary operator
        return f"{arguments[0]} {_OPERATORS[name]} {arguments[1]}"
    return f"{name}({', '.join(arguments)})"


def _vanishing_negations(module: Module) -> Iterator[Said]:
    """
    OPA takes what a negated call is given out of the negation: where that is undefined, the whole body is.
    """
    documents = names(module) | _imported(module) | {"input", "data"}
    for node in _nodes(module):
        if node.get("negated") and not _is_safe(node["terms"], documents):
            terms = node["terms"]
            said = _spelt_call(terms) if isinstance(terms, list) else spelt(terms)
            vanishes = f"`not {said}` is undefined, not true, when part of it is missing"
            yield row(node), f"{vanishes}: name the good case in a `_fact` without arguments and negate that"


def _is_safe(terms: Any, documents: set[str]) -> bool:
    if isinstance(terms, Mapping):
        return _is_plain(terms, documents)
    if spelt(terms[0]) == "equal":  # OPA keeps both sides of an equation inside the negation
        return all(_is_plain(term, documents) or _is_defined(term, documents) for term in terms[1:])
    return all(_is_defined(term, documents) for term in terms[1:])


def _is_plain(term: Term, documents: set[str]) -> bool:
    """
    Tell if a term is a variable or a path, with nothing inside it that OPA would take out.
    """
    if term["type"] == "ref":
        return all(_is_defined(part, documents) for part in term["value"][1:])
    return bool(term["type"] == "var")


def _is_defined(term: Term, documents: set[str]) -> bool:
    match term["type"]:
        case "var":
            return term["value"] not in documents
        case "array" | "set":
            return all(_is_defined(part, documents) for part in term["value"])
        case "object":
            return all(_is_defined(part, documents) for pair in term["value"] for part in pair)
        case kind:
            return kind in _DEFINED


def _imported(module: Module) -> set[str]:
    return {
        str(each.get("alias") or each["path"]["value"][-1]["value"])
        for each in module.get("imports") or []
        if each["path"]["type"] == "ref"
    }


def _vanishing_messages(module: Module) -> Iterator[Said]:
    for arguments in calls(module, "sprintf"):
        where = max(map(row, arguments), default=0)
        yield where, 'sprintf of something undefined takes the whole finding with it: write $"… {value} …"'


def _not_collected(module: Module) -> Iterator[Said]:
    for rule in module.get("rules", []):
        head = rule["head"]
        if _name(head) in FINDINGS and ("key" not in head or "value" in head or len(head.get("ref", [0])) > 1):
            yield row(rule), f"{_name(head)} must be a set of findings: write `{_name(head)} contains … if {{ … }}`"


def _name(head: Mapping[str, Any]) -> str:
    return str(head["ref"][0]["value"] if "ref" in head else head["name"])


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)
