"""
Owns which rules a bundle holds: read from `opa inspect -a`, judged against the shape that the router asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.policy import ASKED_STAGES, Rule, Stage
from executor.opa.errors import PolicyRefused
from executor.opa.staging import SHIPPED, is_test

ENTRYPOINT = ("remediation", "decision")
_SHIPPED_RULES = ("remediation", "rules")
_RULE_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where something stands: `file` as a decision names it, `full` as a refusal does.
    """

    file: str
    full: str


Places = Mapping[str, Place]
"""Staged path → where people know it."""


def read_rules(bundle: str, inspected: Mapping[str, Any], places: Places) -> tuple[Rule, ...]:
    """
    Return a bundle's rules; raises PolicyRefused for the first that the router would not find or people not understand.
    """
    notes = _package_notes(inspected)
    rules: list[Rule] = []
    for package, file in _packages(inspected):
        named = _stage_and_code(bundle, package, _full(places, file))
        if named is None:
            continue
        rules.append(_rule(*named, note=notes.get(package), file=file, places=places))
    if not rules and bundle != SHIPPED:
        raise PolicyRefused(
            f"bundle {bundle} holds no rules: write site.<owner>.<stage>.<rule> packages, or remove the folder"
        )
    return tuple(sorted(rules, key=lambda rule: (rule.stage, rule.code)))


def refuse_entrypoints(inspected: Sequence[Mapping[str, Any]], places: Places) -> None:
    """
    Hold that the set is asked at one place: exactly one entrypoint, the router's decision.
    """
    found = [
        (_path(entry), _full(places, entry["location"]["file"]), entry["location"]["row"])
        for document in inspected
        for entry in document.get("annotations") or []
        if entry["annotations"].get("entrypoint") and not is_test(entry["location"]["file"])
    ]
    for path, file, row in found:
        if path != ENTRYPOINT:
            raise PolicyRefused(
                f"{file}:{row}: data.{'.'.join(path)} is declared an entrypoint, but policies are asked at "
                "data.remediation.decision alone: remove `entrypoint: true`"
            )
    if not found:
        raise PolicyRefused(
            "the shipped policies have no entrypoint data.remediation.decision: install the package again"
        )


def refuse_empty_stages(rules: Sequence[Rule]) -> None:
    """
    Hold that at least one rule judges each stage that is asked.
    """
    for stage in ASKED_STAGES:
        if not any(rule.stage is stage for rule in rules):
            raise PolicyRefused(
                f"no rules are loaded for stage {stage}: nothing could ever be allowed there, so nothing is served"
            )


def _packages(inspected: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, files in sorted((inspected.get("namespaces") or {}).items()):
        policies = sorted(file for file in files if file.endswith(".rego") and not is_test(file))
        if policies:
            yield tuple(name.split(".")[1:]), _own_file(name, policies)


def _own_file(name: str, files: Sequence[str]) -> str:
    rule = name.rpartition(".")[2]
    return next((file for file in files if file.endswith(f"/{rule}.rego")), files[0])


def _stage_and_code(bundle: str, package: tuple[str, ...], full: str) -> tuple[Stage, str] | None:
    if bundle == SHIPPED:
        if package[:2] != _SHIPPED_RULES:
            return None
        owner = ""
    else:
        if package == tuple(bundle.split("/")):
            return None
        owner = f"{package[1]}/" if len(package) > 1 else ""
    stages = {stage.value: stage for stage in Stage}
    name = ".".join(package)
    if len(package) != _RULE_DEPTH or package[2] not in stages or not package[3].isidentifier():
        raise PolicyRefused(
            f"{full}:1: package {name} is no rule the router finds: write {package[0]}.{package[1]}.<stage>.<rule>, "
            f"stage one of {', '.join(ASKED_STAGES)}"
        )
    return stages[package[2]], owner + package[3]


def _rule(stage: Stage, code: str, *, note: Mapping[str, Any] | None, file: str, places: Places) -> Rule:
    said = note["annotations"] if note else {}
    title = str(said.get("title") or "").strip()
    if note is None or not title:
        raise PolicyRefused(
            f"{_full(places, file)}:1: rule {code} of stage {stage} has no title: write `# METADATA` and `# title: …` "
            "above its package"
        )
    location = note["location"]
    return Rule(
        code=code,
        stage=stage,
        title=title,
        description=str(said.get("description") or "").strip(),
        remedy=str((said.get("custom") or {}).get("solution") or "").strip(),
        file=places[location["file"]].file if location["file"] in places else location["file"],
        row=location["row"],
    )


def _package_notes(inspected: Mapping[str, Any]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {
        _path(entry): entry
        for entry in inspected.get("annotations") or []
        if entry["annotations"].get("scope") == "package" and not is_test(entry["location"]["file"])
    }


def _path(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(term["value"]) for term in entry["path"][1:])


def _full(places: Places, file: str) -> str:
    return places[file].full if file in places else file
