"""
Owns the mutation law: what a rule denies, it still denies when part of the request, or a default, is missing or null.

A rule that allows for want of knowledge is the commonest leak in Rego. The law takes requests that are denied and, for
each rule that objects, takes every field away and makes every field null, one at a time. Legitimate exceptions (a rule
about a label cannot object without the label) stand at the rule, each with its reason, under `custom.absence_allows`.

Pure: `law` writes one Rego module for one `opa eval`, so that tens of thousands of questions take one process.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.opa.conventions import Package, code

# json.patch takes the paths that walk gives; json.remove does nothing for one that leads through a list.
# Patches are kept, not mutants: a set of documents would spend its time on hashing them.
_HEAD = """package mutation_law

_patches(document) := array.concat(
	[{"op": "remove", "path": path} | walk(document, [path, _]); is_string(path[count(path) - 1])],
	[{"op": "replace", "path": path, "value": null} | walk(document, [path, value]); count(path) > 0; value != null],
)

_default_patches(defaults, name) := [object.union(patch, {"path": array.concat([name], patch.path)}) |
	some patch in _patches(object.get(defaults, name, {}))
	count(patch.path) == 1
]

_how := {"remove": "removed", "replace": "null"}
"""

_RULE = """
objects[{label}] contains id if {{
	some id in input.about[{label}]
	request := input.requests[id]
	request.stage == {stage}
	{objections} > 0 with input as request
}}

leaks contains {{"rule": {label}, "request": id, "how": _how[patch.op], "path": patch.path}} if {{
	some id in objects[{label}]
	some patch in _patches(input.requests[id])
	mutant := json.patch(input.requests[id], [patch])
	{objections} == 0 with input as mutant
}}

leaks contains {{"rule": {label}, "request": id, "how": _how[patch.op], "path": path}} if {{
	some id in objects[{label}]
	some patch in _default_patches({defaults}, {name})
	path := array.concat(["defaults"], patch.path)
	mutant := json.patch({defaults}, [patch])
	{objections} == 0 with input as input.requests[id] with {defaults} as mutant
}}
"""

_OBJECTIONS = "count(array.concat([1 | some _ in {rule}.deny], [1 | some _ in {rule}.require_approval]))"


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """
    A request that a rule denies, and denies no longer when `path` (a JSON Pointer into the request) is removed or null.
    """

    rule: str
    path: str
    how: str
    request: str


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What the law found. `unproven` rules object to none of the requests; `unused` exceptions excuse nothing.
    """

    leaks: tuple[Leak, ...]
    unproven: tuple[str, ...]
    unused: tuple[tuple[str, str], ...]


def law(rules: Iterable[Package]) -> str:
    """
    Return the module whose `data.mutation_law`, asked beside the policies, is the answer.

    Its input is `{requests: {id: request}, about: {label of a rule: [id, …]}}`: what each rule is put to the test by.
    """
    return _HEAD + "".join(_law_of(n, rule) for n, rule in enumerate(sorted(rules)))


def exceptions(notes: Mapping[Package, Mapping[str, Any]], rules: Iterable[Package]) -> dict[str, tuple[str, ...]]:
    """
    Return the paths whose absence each rule allows, by its label.
    """
    return {
        label(rule): tuple(
            allowed["path"] for allowed in (notes.get(rule, {}).get("custom") or {}).get("absence_allows") or []
        )
        for rule in rules
    }


def judge(answer: Mapping[str, Any], excused: Mapping[str, Sequence[str]]) -> Finding:
    """
    Read the law's answer; `excused` has a pattern list for every rule.
    """
    found = [Leak(leak["rule"], _pointer(leak["path"]), leak["how"], leak["request"]) for leak in answer["leaks"]]
    used = {
        (leak.rule, pattern) for leak in found for pattern in excused.get(leak.rule, ()) if matches(pattern, leak.path)
    }
    return Finding(
        leaks=tuple(
            sorted(
                leak
                for leak in found
                if not any((leak.rule, p) in used and matches(p, leak.path) for p in excused[leak.rule])
            )
        ),
        unproven=tuple(sorted(rule for rule in excused if not answer["objects"].get(rule))),
        unused=tuple(
            sorted((rule, p) for rule, patterns in excused.items() for p in patterns if (rule, p) not in used)
        ),
    )


def label(rule: Package) -> str:
    """
    Return `stage/code`.
    """
    return f"{rule[2]}/{code(rule)}"


def matches(pattern: str, pointer: str) -> bool:
    """
    Tell if a JSON Pointer is the pattern, in which a part `*` stands for any one.
    """
    wanted, parts = pattern.split("/"), pointer.split("/")
    return len(wanted) == len(parts) and all(w in ("*", part) for w, part in zip(wanted, parts, strict=True))


def _law_of(n: int, rule: Package) -> str:
    owner = rule[:1] if rule[0] == "remediation" else rule[:2]
    return _RULE.format(
        n=n,
        label=json.dumps(label(rule)),
        stage=json.dumps(rule[2]),
        name=json.dumps(rule[3]),
        objections=_OBJECTIONS.format(rule=".".join(("data", *rule))),
        defaults=".".join(("data", *owner, "defaults")),
    )


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
