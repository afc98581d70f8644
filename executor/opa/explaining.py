"""
Owns why a decision is as it is: per rule that spoke, where it stands, what it rests on, and what each fact was.

Facts are evaluated on the recorded input by the set that decided, offline. One that is undefined did not hold.
"""

import asyncio
import gzip
import io
import json
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.core.policy import Decision
from executor.core.reading import Read, what_is_read
from executor.opa.command import complaints, run_opa
from executor.opa.compose import copy_bundles
from executor.opa.errors import OpaSetupError
from executor.opa.policy_set import PolicySet

_PACKAGE = re.compile(r"^package[ \t]+(\S+)", re.MULTILINE)
_LEVELS = {"deny": "violations", "warn": "warnings", "require_approval": "approvals"}

Package = tuple[str, ...]


async def explain(opa: Path, decision: Decision, policies: PolicySet, *, every: bool = False) -> list[dict[str, Any]]:
    """
    Return an explanation of each rule that spoke, or of every rule that was evaluated.
    """
    sources = dict(_sources(policies))
    with tempfile.TemporaryDirectory(prefix="remediation-explain-") as folder:
        work = Path(folder)
        modules = await _parsed(opa, sources, work)
        rules = sorted(set(decision.evaluated) if every else {said.code for _, said in _said(decision)})
        reads = {code: _read(modules, _package(decision, code)) for code in rules}
        await asyncio.to_thread(copy_bundles, policies, work)
        values = await _values(opa, decision, policies, reads, work)
    explained = []
    for code in rules:
        package = _package(decision, code)
        rule = policies.catalogue.rule(decision.stage, code)
        explained.append(
            {
                "rule": code,
                "place": None if rule is None else f"{rule.file}:{rule.row}",
                "title": None if rule is None else rule.title,
                "remedy": None if rule is None else rule.remedy,
                "said": [{"level": level, "message": s.message} for level, s in _said(decision) if s.code == code],
                "facts": [_fact(fact, package, sources, policies, values) for fact in reads[code].facts],
                "inputs": [_input(path, decision.input) for path in reads[code].inputs],
            }
        )
    return explained


def _said(decision: Decision) -> Iterator[tuple[str, Any]]:
    for level, name in _LEVELS.items():
        for said in getattr(decision, name):
            yield level, said


def _package(decision: Decision, code: str) -> Package:
    owner, slash, rule = code.rpartition("/")
    return (
        ("site", owner, decision.stage.value, rule) if slash else ("remediation", "rules", decision.stage.value, code)
    )


def _sources(policies: PolicySet) -> Iterator[tuple[Package, tuple[str, str]]]:
    """
    Yield the package, path and text of every module of the set.
    """
    for bundle in policies.bundles:
        content = gzip.decompress((policies.folder / bundle).read_bytes())
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for entry in archive.getmembers():
                file = archive.extractfile(entry)
                if file is not None and entry.name.endswith(".rego"):
                    text = file.read().decode()
                    declared = _PACKAGE.search(text)
                    if declared is not None:
                        yield tuple(declared[1].split(".")), (entry.name, text)


async def _parsed(opa: Path, sources: Mapping[Package, tuple[str, str]], work: Path) -> dict[Package, Any]:
    texts = {".".join(package): text for package, (_, text) in sources.items()}
    parsed = await _evaluated(opa, "{p: rego.parse_module(p, text) | some p, text in input}", texts, work)
    return {tuple(name.split(".")): module for name, module in parsed.items()}


def _read(modules: Mapping[Package, Any], package: Package) -> Read:
    every = [what_is_read(modules, package, level) for level in _LEVELS]
    return Read(
        facts=list(dict.fromkeys(fact for each in every for fact in each.facts)),
        inputs=list(dict.fromkeys(path for each in every for path in each.inputs)),
    )


async def _values(
    opa: Path, decision: Decision, policies: PolicySet, reads: Mapping[str, Read], work: Path
) -> dict[str, list[Any]]:
    names = sorted({".".join((*package, name)) for read in reads.values() for package, name in read.facts})
    # A comprehension each: one that is undefined must not take the others with it.
    query = "{" + ", ".join(f"{json.dumps(name)}: [value | value := data.{name}]" for name in names) + "}"
    found: dict[str, list[Any]] = await _evaluated(opa, query, decision.input, work, policies.bundles)
    return found


async def _evaluated(opa: Path, query: str, document: Any, work: Path, bundles: Sequence[str] = ()) -> Any:
    await asyncio.to_thread((work / "input.json").write_text, json.dumps(document))
    loaded = [part for bundle in bundles for part in ("-b", bundle)]
    output = await run_opa(opa, "eval", "-f", "json", "-i", "input.json", *loaded, query, cwd=work)
    answer = output.document()
    if not output.ok or "result" not in answer:
        raise OpaSetupError(f"the decision cannot be explained: {complaints(output)[0].message}")
    return answer["result"][0]["expressions"][0]["value"]


def _fact(
    fact: tuple[Package, str],
    rule: Package,
    sources: Mapping[Package, tuple[str, str]],
    policies: PolicySet,
    values: Mapping[str, list[Any]],
) -> dict[str, Any]:
    package, name = fact
    path, text = sources[package]
    rows = [row for row, line in enumerate(text.splitlines(), 1) if re.match(rf"(default\s+)?{name}\b", line)]
    value = values[".".join((*package, name))]
    return {
        "fact": name if package == rule else f"{package[-1]}.{name}",
        "place": f"{policies.places.get(path, path)}:{rows[0] if rows else 1}",
        # An undefined fact has no value; 0 is one, and equal to False.
        "holds": bool(value) and value[0] is not False,
        "value": value[0] if value else None,
    }


def _input(path: Package, document: Any) -> dict[str, Any]:
    for part in path:
        if not isinstance(document, Mapping) or part not in document:
            return {"path": _pointer(path), "known": False, "value": None}
        document = document[part]
    return {"path": _pointer(path), "known": document is not None, "value": document}


def _pointer(path: Package) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
