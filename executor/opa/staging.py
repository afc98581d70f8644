"""
Owns which bundles the folders become: one per root, each file at the path that its root demands.

The shipped folder becomes `remediation`; an author's folder `site/<owner>`, or `config`, or both.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from executor.opa.errors import PolicyRefused
from executor.opa.folder import Folder

SHIPPED, CONFIG = "remediation", "config"
MANIFEST = ".manifest"

_PACKAGE = re.compile(r"^[ \t]*package[ \t]+(\S+)[ \t]*(#.*)?\r?$", re.MULTILINE)
_NOTHING = re.compile(r"\s*(#.*)?$")
_OWNER = re.compile(r"[a-z][a-z0-9_]*")
_OWN_ROOT = re.compile(r"site/([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Source:
    """
    One bundle before it is built. `files` are at their place in the bundle; `origins` says where people know them.
    """

    bundle: str
    folder: Path
    files: Mapping[str, bytes]
    origins: Mapping[str, str]

    @property
    def owner(self) -> str | None:
        """
        Return the author's name, None for the shipped rules and for configuration.
        """
        return self.bundle.removeprefix("site/") if self.bundle.startswith("site/") else None

    @property
    def tested(self) -> bool:
        """
        Tell if it holds tests.
        """
        return any(is_test(path) for path in self.files)

    @property
    def served(self) -> dict[str, bytes]:
        """
        Return the files that are served: tests are not.
        """
        return {path: content for path, content in self.files.items() if not is_test(path)}


def is_test(path: str) -> bool:
    """
    Tell if a file holds tests, by its name.
    """
    return path.endswith("_test.rego")


def package_of(content: bytes) -> str:
    """
    Return the package that a policy file declares; empty where it declares none.
    """
    found = _PACKAGE.search(content.decode(errors="replace"))
    return found[1] if found is not None else ""


def stage_shipped(folder: Folder) -> Source:
    """
    Stage the shipped policies; they are a bundle as they lie.
    """
    files = {path: content for path, content in folder.files.items() if path != MANIFEST}
    return _source(SHIPPED, folder, {path: path for path in files})


def stage_author(folder: Folder) -> tuple[Source, ...]:
    """
    Stage an author's folder: its rules, its configuration, or both.
    """
    roots = _declared_roots(folder)
    rego = [path for path in folder.files if path.endswith(".rego")]
    data = [path for path in folder.files if not path.endswith(".rego") and path != MANIFEST]
    if not rego and not data:
        raise PolicyRefused(
            f"policy folder {folder.path} holds no rules and no configuration: "
            "rules are <stage>/<rule>/<rule>.rego, configuration is config/data.yaml"
        )
    if not rego:
        _all_are_read(folder)
        placed = _as_config(folder, data)
        if roots is not None and roots != {CONFIG}:
            raise PolicyRefused(f"{folder.path / MANIFEST} has roots {sorted(roots)}, but the folder holds no rules")
        return (_source(CONFIG, folder, placed),)
    owner = _owner(folder, rego)
    _one_folder_for_each_package(folder, rego)
    if roots is not None and not {f"site/{owner}"} <= roots <= {f"site/{owner}", CONFIG}:
        raise PolicyRefused(
            f'{folder.path / MANIFEST} has roots {sorted(roots)}, but the folder\'s packages need ["site/{owner}"]'
        )
    config = [path for path in data if PurePosixPath(path).parts[0] == CONFIG]
    nested = roots is None and not any(path.startswith("site/") for path in (*rego, *data))
    prefix = f"site/{owner}/" if nested else ""
    rules = _source(f"site/{owner}", folder, {prefix + path: path for path in (*rego, *data) if path not in config})
    if not config:
        return (_with_schema(rules, owner),)
    return _with_schema(rules, owner), _source(CONFIG, folder, {path: path for path in config})


def refuse_overlaps(sources: Sequence[Source]) -> None:
    """
    Refuse two folders that own the same root.
    """
    owners: dict[str, Path] = {}
    for source in sources:
        other = owners.setdefault(source.bundle, source.folder)
        if other is not source.folder:
            what = "are both configuration" if source.bundle == CONFIG else f"both own {source.bundle}"
            raise PolicyRefused(f"policy folders {other} and {source.folder} {what}: merge them or rename the packages")


def _source(bundle: str, folder: Folder, placed: Mapping[str, str]) -> Source:
    manifest = json.dumps({"rego_version": 1, "roots": [bundle]}).encode()
    files = {place: folder.files[path] for place, path in placed.items()} | {MANIFEST: manifest}
    return Source(bundle=bundle, folder=folder.path, files=dict(sorted(files.items())), origins=placed)


def _declared_roots(folder: Folder) -> set[str] | None:
    content = folder.files.get(MANIFEST)
    if content is None:
        return None
    try:
        roots = json.loads(content).get("roots", [""])
    except (ValueError, AttributeError):
        roots = None
    if not isinstance(roots, list) or not all(isinstance(root, str) for root in roots):
        raise PolicyRefused(
            f'{folder.path / MANIFEST} is no bundle manifest: write {{"roots": ["site/<owner>"]}}, or remove it'
        )
    declared = {root.strip("/") for root in roots}
    for root in declared:
        if root != CONFIG and not _OWN_ROOT.fullmatch(root):
            raise PolicyRefused(
                f"{folder.path / MANIFEST} claims the root {root!r}: "
                "an author's folder may own site/<owner> and config only"
            )
    return declared


def _owner(folder: Folder, rego: Sequence[str]) -> str:
    owners: dict[str, str] = {}
    for path in rego:
        package, row = _package(folder, path)
        parts = package.split(".")
        if parts[0] != "site" or len(parts) < 2 or not _OWNER.fullmatch(parts[1]):  # noqa: PLR2004 - site and the owner
            raise PolicyRefused(
                f"{folder.path / path}:{row}: package {package} is foreign: write site.<owner>.<stage>.<rule>, "
                "the owner in lower case"
            )
        owners.setdefault(parts[1], path)
    if len(owners) > 1:
        (one, first), (two, second) = list(owners.items())[:2]
        raise PolicyRefused(
            f"policy folder {folder.path} has two owners, {one} ({first}) and {two} ({second}): one folder for each"
        )
    return next(iter(owners))


def _one_folder_for_each_package(folder: Folder, rego: Sequence[str]) -> None:
    """
    Refuse a package that two folders define: a rule that was copied and not renamed would change the first in silence.
    """
    homes: dict[str, str] = {}
    for path in rego:
        package, row = _package(folder, path)
        home = homes.setdefault(package, path)
        if PurePosixPath(home).parent != PurePosixPath(path).parent:
            raise PolicyRefused(
                f"{folder.path / path}:{row}: package {package} is defined in {folder.path / home} too: "
                "name it after its own folder"
            )


def _package(folder: Folder, path: str) -> tuple[str, int]:
    text = folder.files[path].decode(errors="replace")
    found = _PACKAGE.search(text)
    if found is None:
        raise PolicyRefused(
            f"{folder.path / path}:1: no package is declared: begin with package site.<owner>.<stage>.<rule>"
        )
    return found[1], text.count("\n", 0, found.start()) + 1


def _all_are_read(folder: Folder) -> None:
    for path in folder.ignored:
        if PurePosixPath(path).suffix in {".json", ".yaml", ".yml"}:
            raise PolicyRefused(
                f"{folder.path / path} would not be read: OPA takes data from data.json and data.yaml only"
            )


def _as_config(folder: Folder, data: Sequence[str]) -> dict[str, str]:
    if all(_begins_with_config(folder, path) for path in data):
        return {path: path for path in data}
    return {f"{CONFIG}/{path}": path for path in data}


def _begins_with_config(folder: Folder, path: str) -> bool:
    if PurePosixPath(path).parts[0] == CONFIG:
        return True
    if "/" in path:
        return False
    try:
        document = yaml.load(folder.files[path], Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return False  # OPA reports it, with its place
    return isinstance(document, dict) and set(document) == {CONFIG}


def _with_schema(source: Source, owner: str) -> Source:
    """
    See that the input schema holds for all of the owner's packages: without it a misspelt field passes silently.
    """
    for path, content in source.files.items():
        if not path.endswith(".rego") or is_test(path):
            continue
        text = content.decode(errors="replace")
        found = _PACKAGE.search(text)
        if found is None or found[1] != f"site.{owner}":
            continue
        _holds_metadata_alone(source, path, text)
        return source
    place = f"site/{owner}/{owner}.rego"
    generated = (
        f"# METADATA\n# title: Rules of {owner}\n# scope: subpackages\n# schemas:\n#   - input: schema.input\n"
        f"package site.{owner}\n"
    )
    files = dict(sorted((dict(source.files) | {place: generated.encode()}).items()))
    return Source(bundle=source.bundle, folder=source.folder, files=files, origins=source.origins)


def _holds_metadata_alone(source: Source, path: str, text: str) -> None:
    place = source.folder / source.origins[path]
    for row, line in enumerate(text.splitlines(), start=1):
        if not _NOTHING.fullmatch(line) and not _PACKAGE.fullmatch(line):
            raise PolicyRefused(
                f"{place}:{row}: the owner's package may hold METADATA alone: move this below <stage>/<rule>/"
            )
    if not re.search(r"^#\s+-\s*input:\s*schema\.input\s*$", text, re.MULTILINE) or "scope: subpackages" not in text:
        raise PolicyRefused(
            f"{place}:1: the owner's METADATA switches the schema check off: add `scope: subpackages` and "
            "`schemas: [- input: schema.input]`, or remove the file"
        )
