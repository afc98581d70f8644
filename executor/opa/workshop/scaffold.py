"""
Owns the beginning of a rule: its file and its test, made from a template that an author turns into what they mean.

The rule that is made compiles and keeps every convention. One case of its test fails until the line is in place that
makes the rule say what its title says: a test that was never seen to fail shows nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from executor.core.policy import ASKED_STAGES
from executor.opa.errors import OpaSetupError
from executor.opa.workshop.packages import PACKAGE

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_NAME = 63
_RESERVED = frozenset(
    {"as", "contains", "data", "default", "defaults", "else", "every", "false", "if", "import", "in", "input", "not"}
    | {"null", "package", "set", "some", "true", "with", "config", "site", "fixture", "test"}
)
"""Words of Rego, and names that a rule's files use themselves."""

_REQUESTS = {
    "plan": "fixture.plan_of([fixture.planned(1)])",
    "preflight": "fixture.scale(3, 5)",
    "dry_run": 'object.union(fixture.scale(3, 5), {"stage": "dry_run"})',
    "verify": "fixture.verified([])",
    "rollback": "fixture.restore(50)",
}

_RULE = """\
# METADATA
# title: A run names its ticket
# description: >-
#   The reason of a run holds the number of a ticket, such as OPS-123, so that whoever reads the audit trail finds what
#   led to it. A reason that is not known is denied.
# custom:
#   solution: name the ticket in the plan's reason
package site.{owner}.{stage}.{rule}

# Name the good case and deny where it is absent: a rule that looks for the bad case says nothing about a missing field.
deny contains {{"message": message, "path": null}} if {{
	not _passes
	message := $"the reason of run {{input.run.name}} names no ticket"
}}

_passes if {{
	is_string(input.run.reason)
	# regex.match(`\\b[A-Z]+-[0-9]+\\b`, input.run.reason)
}}
"""

_TEST = """\
package site.{owner}.{stage}.{rule}_test

import data.remediation.lib.fixture_test as fixture
import data.site.{owner}.{stage}.{rule}

# A complete request in which nothing is wrong; each case changes one thing of it.
_because(reason) := json.patch(
	{request},
	[{{"op": "replace", "path": "/run/reason", "value": reason}}],
)

test_passes[case] if {{
	some case, reason in {{
		"a ticket": "OPS-123: checkout is slow",
		"a ticket at the end": "checkout is slow, see OPS-123",
	}}
	{rule}.deny == set() with input as _because(reason)
}}

test_denies[case] if {{
	some case, reason in {{
		"no ticket": "checkout is slow",
		"a reason that is not known": null,
	}}
	count({rule}.deny) == 1 with input as _because(reason)
}}
"""


class NotMade(OpaSetupError):
    """
    The rule is not made; the message says why and what to do.
    """


@dataclass(frozen=True, slots=True)
class Made:
    """
    A rule's files, by their path in the author's folder.
    """

    owner: str
    stage: str
    rule: str
    files: Mapping[str, str]

    @property
    def file(self) -> str:
        """
        Return the path of the rule itself.
        """
        return next(iter(self.files))


def make(owner: str, name: str) -> Made:
    """
    Make the rule `STAGE/RULE` of an owner; raises NotMade where a name cannot be one.
    """
    stage, slash, rule = name.partition("/")
    if not slash or stage not in ASKED_STAGES:
        raise NotMade(f"{name} is no STAGE/RULE: the stage is one of {', '.join(ASKED_STAGES)}, as preflight/my_rule")
    _refuse_name("rule", rule)
    _refuse_name("owner", owner)
    values = {"owner": owner, "stage": stage, "rule": rule, "request": _REQUESTS[stage]}
    place = f"{stage}/{rule}/{rule}"
    files = {f"{place}.rego": _RULE.format(**values), f"{place}_test.rego": _TEST.format(**values)}
    return Made(owner=owner, stage=stage, rule=rule, files=files)


def owner_of(folder: Path) -> str | None:
    """
    Return whose rules a folder holds, None where it holds none yet.
    """
    for file in sorted(folder.rglob("*.rego")) if folder.is_dir() else ():
        found = PACKAGE.search(file.read_text(errors="replace"))
        parts = found[1].split(".") if found else []
        if parts[:1] == ["site"] and len(parts) > 1:
            return parts[1]
    return None


def write(made: Made, folder: Path) -> tuple[Path, ...]:
    """
    Write a rule's files into an author's folder; raises NotMade, and changes nothing, where one is there already.
    """
    there = owner_of(folder)
    if there not in {None, made.owner}:
        raise NotMade(f"{folder} holds rules of {there}: name --owner {there}, or another folder with --into")
    places = tuple(folder / path for path in made.files)
    existing = [str(place) for place in places if place.exists()]
    if existing:
        raise NotMade(f"{existing[0]} is there already, and is left as it is: choose another name")
    try:
        for place, text in zip(places, made.files.values(), strict=True):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("x") as file:
                file.write(text)
    except OSError as error:
        raise NotMade(
            f"{error.filename or folder} cannot be written ({error.strerror}): name another --into"
        ) from error
    return places


def _refuse_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise NotMade(
            f"{name or 'nothing'} is no name of {'an' if what == 'owner' else 'a'} {what}: write lower-case letters, "
            f"digits and _, a letter first, at most {_LONGEST_NAME}"
        )
    if name in _RESERVED or name.endswith("_test"):
        raise NotMade(
            f"{name} cannot be the name of {'an' if what == 'owner' else 'a'} {what}: Rego or its tests use it"
        )
