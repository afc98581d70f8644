"""
Owns how the policy tests run `opa`: in no environment, with every complaint in the failure's message.
"""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from executor.opa.binary import find_opa
from executor.opa.conventions import Policies, package_notes
from executor.opa.folder import read_folder
from executor.opa.shipped import shipped_policies
from executor.opa.staging import Source, stage_author, stage_shipped

POLICIES = shipped_policies()
EXAMPLE = Path(__file__).parent / "site_example"


def opa(*arguments: str, cwd: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """
    Run a command to its end, whatever it answers.
    """
    return subprocess.run(
        [find_opa(), *arguments], cwd=cwd, input=stdin, env={}, capture_output=True, text=True, check=False, timeout=280
    )


def evaluate(query: str, document: Any, *arguments: str) -> Any:
    """
    Evaluate one query over policies, strictly as the served OPA does; a built-in error fails the test.
    """
    done = opa("eval", "-I", "-f", "json", "--strict-builtin-errors", *arguments, query, stdin=json.dumps(document))
    answer = json.loads(done.stdout or "{}")
    assert "result" in answer, done.stdout + done.stderr
    return answer["result"][0]["expressions"][0]["value"]


def decisions(requests: Mapping[str, Any], *bundles: Path) -> dict[str, Any]:
    """
    Ask the gate about many requests in one process.
    """
    loaded = [argument for bundle in (POLICIES, *bundles) for argument in ("-b", str(bundle))]
    query = "{id: decision | some id, request in input; decision := data.remediation.decision with input as request}"
    answered: dict[str, Any] = evaluate(query, requests, *loaded)
    return answered


def stage(source: Source, onto: Path) -> Path:
    """
    Write a staged bundle into a folder of its own.
    """
    folder = onto / source.bundle.replace("/", "-")
    for path, content in source.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def staged_author(folder: Path, onto: Path) -> dict[str, Path]:
    """
    Stage an author's folder as the executor does, by bundle.
    """
    return {source.bundle: stage(source, onto) for source in stage_author(read_folder(folder))}


def staged_shipped(onto: Path) -> Path:
    """
    Stage the shipped policies as the executor does.
    """
    return stage(stage_shipped(read_folder(POLICIES)), onto)


def read_policies(folder: Path) -> Policies:
    """
    Read what the conventions are about out of a staged folder.
    """
    texts = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.rego"))}
    modules = evaluate("{path: rego.parse_module(path, text) | some path, text in input}", texts)
    inspected = opa("inspect", "-a", "-f", "json", str(folder))
    return Policies(modules=modules, notes=package_notes(json.loads(inspected.stdout)), defaults=_defaults(folder))


def _defaults(folder: Path) -> dict[str, Any]:
    """
    Read the parameters' defaults by code; an author's stand at `site/<owner>/defaults`.
    """
    found: dict[str, Any] = {}
    for file in folder.rglob("defaults/data.json"):
        parts = file.relative_to(folder).parts
        prefix = f"{parts[1]}/" if parts[0] == "site" else ""
        found |= {f"{prefix}{rule}": values for rule, values in json.loads(file.read_text()).items()}
    return found
