"""
Owns how a policy folder is laid out and described, beyond what OPA demands: so that people find and trust rules.

It reads what `opa inspect -a` and `rego.parse_module` say about a folder as it is staged. Pure: who has them calls it.
Nothing here keeps a service from starting; `make policy-test` shows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from executor.core.policy import ASKED_STAGES
from executor.opa.lint import FINDINGS, Module, calls, lint, names, package, row

Package = tuple[str, ...]

MODES = ("enforce", "warn", "shadow", "off")
_TEST = "_test"
_RULE_DEPTH = 4


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """
    What is wrong in one file, as a sentence; the row is 0 when it is about the whole file, or not known.
    """

    file: str
    message: str
    row: int = 0

    def __str__(self) -> str:
        """
        Return `file: message`.
        """
        return f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True)
class Policies:
    """
    A staged folder: modules by path, package METADATA by package, parameters' defaults by code.
    """

    modules: Mapping[str, Module]
    notes: Mapping[Package, Mapping[str, Any]]
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, Module]:
        """
        Return the modules that are served.
        """
        return {path: module for path, module in self.modules.items() if not _is_test(path)}

    @property
    def rules(self) -> dict[Package, str]:
        """
        Return the packages that the router reads, and their files.
        """
        return {package(module): path for path, module in self.sources.items() if _code(package(module))}


def package_notes(inspected: Mapping[str, Any]) -> dict[Package, Mapping[str, Any]]:
    """
    Return each package's METADATA out of `opa inspect -a -f json`.
    """
    return {
        tuple(str(term["value"]) for term in entry["path"][1:]): entry["annotations"]
        for entry in inspected.get("annotations") or []
        if entry["annotations"].get("scope") in {"package", "subpackages"}
    }


def code(rule: Package) -> str:
    """
    Return the code of a rule's package: its folder, with the owner before it for a site's own.
    """
    found = _code(rule)
    if found is None:
        raise ValueError(f"{'.'.join(rule)} is no rule's package")
    return found


def problems(policies: Policies) -> tuple[Problem, ...]:
    """
    Return everything in a folder that breaks a convention, by file.
    """
    return tuple(
        sorted(
            {
                *_misplaced(policies),
                *_undescribed(policies),
                *_untested(policies),
                *_silent(policies),
                *_wrong_parameters(policies),
                *_careless(policies),
            }
        )
    )


def config_problems(rules: Mapping[str, Any], known: Mapping[str, Iterable[str]], *, file: str) -> tuple[Problem, ...]:
    """
    Return what a site's `data.config.rules` sets that no rule reads. `known` has the parameters of each code.
    """
    found: list[Problem] = []
    for rule, settings in rules.items():
        if rule not in known:
            found.append(Problem(file, f"{rule} is the code of no rule"))
            continue
        places = {rule: settings} | {
            f"{rule}, {what} {name}": each
            for what, key in (("namespace", "namespaces"), ("label", "labelled"))
            for name, each in (settings.get(key) or {}).items()
        }
        for place, each in places.items():
            found.extend(_wrong_settings(place, each, set(known[rule]), file, inner=place != rule))
    return tuple(sorted(found))


def _wrong_settings(
    place: str, settings: Mapping[str, Any], parameters: set[str], file: str, *, inner: bool
) -> Iterator[Problem]:
    for key in sorted(set(settings) - {"mode", "params", *(() if inner else ("namespaces", "labelled"))}):
        yield Problem(file, f"{place} has no setting {key}")
    if settings.get("mode", "enforce") not in MODES:
        yield Problem(file, f"the mode of {place} is none of {', '.join(MODES)}: it enforces")
    for name in sorted(set(settings.get("params") or {}) - parameters):
        yield Problem(file, f"{place} has no parameter {name}")


def _misplaced(policies: Policies) -> Iterator[Problem]:
    owners: dict[Package, str] = {}
    for path, module in policies.modules.items():
        place, own = PurePosixPath(path), package(module)
        if _is_test(path):
            # A root's own tests stand in a package below it: beside it they would be outside the root.
            # A rule has more than one test file when decisions were captured: <rule>_captured_test.
            about = place.parent.name if own[-1].startswith(f"{place.parent.name}_") else own[-1].removesuffix(_TEST)
            tested = ((*own[:-1], about), own[:-1])
            if not own[-1].endswith(_TEST) or not any(_ends_with(each, place.parent) for each in tested):
                yield Problem(
                    path, f"package {'.'.join(own)} is no test of the package in this folder: end it in {_TEST}"
                )
            continue
        if not _ends_with(own, place.parent) or place.stem != own[-1]:
            yield Problem(path, f"package {'.'.join(own)} belongs into {'/'.join(own)}/{own[-1]}.rego")
        if own in owners:
            yield Problem(path, f"package {'.'.join(own)} is in {owners[own]} already: a rule is one file")
        owners[own] = path


def _ends_with(own: Package, folder: PurePosixPath) -> bool:
    return own[-len(folder.parts) :] == folder.parts


def _undescribed(policies: Policies) -> Iterator[Problem]:
    for path, module in policies.sources.items():
        own = package(module)
        note = policies.notes.get(own, {})
        wanted = ["title", "description"] if len(own) > 2 else ["title"]  # noqa: PLR2004 - below the root
        for key in wanted:
            if not str(note.get(key) or "").strip():
                yield Problem(path, f"package {'.'.join(own)} has no {key} in its METADATA")
        if _code(own) and not str((note.get("custom") or {}).get("solution") or "").strip():
            yield Problem(
                path, f"package {'.'.join(own)} does not say under custom.solution what a denied person can do"
            )
        for allowed in (note.get("custom") or {}).get("absence_allows") or []:
            if not isinstance(allowed, Mapping) or set(allowed) != {"path", "because"}:
                yield Problem(path, "custom.absence_allows is a list of {path, because}")


def _careless(policies: Policies) -> Iterator[Problem]:
    for path, module in policies.sources.items():
        for where, said in lint(module):
            yield Problem(path, said, where)


def _untested(policies: Policies) -> Iterator[Problem]:
    for path, module in policies.sources.items():
        beside = f"{path.removesuffix('.rego')}{_TEST}.rego"
        if module.get("rules") and beside not in policies.modules:
            yield Problem(path, f"has no test beside it: write {PurePosixPath(beside).name}")


def _silent(policies: Policies) -> Iterator[Problem]:
    for own, path in policies.rules.items():
        if own[2] not in ASKED_STAGES:
            yield Problem(path, f"stage {own[2]} is not asked: use one of {', '.join(ASKED_STAGES)}")
        if not names(policies.modules[path]) & set(FINDINGS):
            yield Problem(path, f"says nothing that the router reads: {', '.join(FINDINGS)}")


def _wrong_parameters(policies: Policies) -> Iterator[Problem]:
    read: set[tuple[str, str]] = set()
    codes = {code(rule) for rule in policies.rules}
    for path, module in policies.sources.items():
        for arguments in calls(module, "config.param"):
            of, name = (str(term["value"]) for term in arguments[:2])
            if arguments[0]["type"] != "string" or arguments[1]["type"] != "string":
                continue
            read.add((of, name))
            where = row(arguments[0])
            if of not in codes:
                yield Problem(path, f"reads a parameter of {of}, which is the code of no rule here", where)
            elif name not in policies.defaults.get(of, {}):
                yield Problem(path, f"reads the parameter {name} of {of}, which has no default", where)
    for of, defaults in policies.defaults.items():
        for name in defaults:
            if (of, name) not in read:
                yield Problem("defaults", f"{of}.{name} is read by no rule")


def _code(own: Sequence[str]) -> str | None:
    if len(own) != _RULE_DEPTH:
        return None
    if tuple(own[:2]) == ("remediation", "rules"):
        return own[3]
    return f"{own[1]}/{own[3]}" if own[0] == "site" else None


def _is_test(path: str) -> bool:
    return path.endswith(f"{_TEST}.rego")
