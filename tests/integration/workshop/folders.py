"""
Owns policy folders for tests of what authors work with: files by path, written where a test wants them.
"""

from collections.abc import Mapping
from pathlib import Path

OWNER = "acme"
METADATA = """\
# METADATA
# title: A rule
# description: What it holds.
# custom:
#   solution: what a denied person can do
"""


def write_folder(folder: Path, files: Mapping[str, str]) -> Path:
    """
    Write files by their path in a folder, and return the folder.
    """
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def a_rule(name: str, body: str, *, metadata: str = METADATA, stage: str = "preflight") -> dict[str, str]:
    """
    Return a rule's file, by its path.
    """
    return {f"{stage}/{name}/{name}.rego": f"{metadata}package site.{OWNER}.{stage}.{name}\n\n{body}"}


def a_test(name: str, body: str, *, stage: str = "preflight", which: str = "test") -> dict[str, str]:
    """
    Return a test's file, by its path.
    """
    imports = f"import data.remediation.lib.fixture_test as fixture\nimport data.site.{OWNER}.{stage}.{name}\n"
    return {
        f"{stage}/{name}/{name}_{which}.rego": f"package site.{OWNER}.{stage}.{name}_{which}\n\n{imports}\n{body}",
    }
