"""
Owns small policy folders for tests of the gate: a router of the shipped shape, one rule a stage, an author's rule.
"""

import shutil
from pathlib import Path

from executor.core.policy import ASKED_STAGES
from executor.opa.shipped import shipped_policies

ROUTER = """\
# METADATA
# title: The gate
# scope: subpackages
# schemas:
#   - input: schema.input
package remediation

# METADATA
# title: The decision
# entrypoint: true
decision := {
	"effect": _effect,
	"violations": violations,
	"warnings": warnings,
	"approvals": approvals,
	"shadowed": set(),
	"evaluated": evaluated,
	"stage": _stage,
}

_effect := "deny" if { count(violations) > 0 } else := "require_approval" if { count(approvals) > 0 } else := "allow"

default _stage := null

_stage := input.stage

_found.deny[code] := data.remediation.rules[input.stage][code].deny
_found.deny[$"{owner}/{rule}"] := data.site[owner][input.stage][rule].deny
_found.warn[code] := data.remediation.rules[input.stage][code].warn
_found.warn[$"{owner}/{rule}"] := data.site[owner][input.stage][rule].warn
_found.require_approval[code] := data.remediation.rules[input.stage][code].require_approval
_found.require_approval[$"{owner}/{rule}"] := data.site[owner][input.stage][rule].require_approval

evaluated contains code if _found[_][code]

violations contains _finding(code, said) if {
	some code, found in _found.deny
	not _off(code)
	some said in found
}

violations contains _finding("no_rules", "no rules are loaded") if count(evaluated) == 0
violations contains _finding("unknown_stage", "the request names no stage") if not input.stage
violations contains _finding("malformed_rule", $"{level} of {code} is not a set of findings") if {
	some level, rules in _found
	some code, found in rules
	not is_set(found)
}

warnings contains _finding(code, said) if { some code, found in _found.warn; some said in found }
approvals contains object.union(_finding(code, said), {"count": 1, "groups": []}) if {
	some code, found in _found.require_approval
	some said in found
}

_off(code) if data.config.rules[code].mode == "off"

_finding(code, said) := {"code": code, "message": said, "path": null} if is_string(said)
_finding(code, said) := {"code": code, "message": said.message, "path": said.path} if is_object(said)
"""


def a_shipped_folder(folder: Path) -> Path:
    """
    Write a folder of the shipped shape: at each stage the rule `name_limit` denies the step `denied`.
    """
    write(folder / "remediation" / "remediation.rego", ROUTER)
    for stage in ASKED_STAGES:
        package = f"remediation.rules.{stage}.name_limit"
        place = folder / "remediation" / "rules" / stage / "name_limit"
        write(place / "name_limit.rego", a_rule(package) + 'deny contains "no target" if not input.target.name\n')
        write(
            place / "name_limit_test.rego",
            f"package {package}_test\n\nimport data.{package}\n\n"
            'test_denies if count(name_limit.deny) == 2 with input as {"step": {"id": "denied"}}\n',
        )
    for vocabulary in ("capabilities.json", "schemas/input.json"):
        (folder / vocabulary).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped_policies() / vocabulary, folder / vocabulary)
    return folder


def a_rule(
    package: str, body: str = 'deny contains {"message": "not this step", "path": "/id"} if input.step.id == "denied"'
) -> str:
    """
    Return a rule's text; its package stands in row 6.
    """
    return (
        "# METADATA\n# title: Steps by name\n# description: Some steps are not to be taken.\n# custom:\n"
        f"#   solution: name the step otherwise\npackage {package}\n\n{body}\n"
    )


def an_author_folder(
    folder: Path,
    *,
    owner: str = "acme",
    stage: str = "preflight",
    rule: str = "freeze",
    body: str = 'deny contains "frozen" if input.step.id == "frozen"',
) -> Path:
    """
    Write an author's folder with one rule; call it again for more rules.
    """
    write(folder / stage / rule / f"{rule}.rego", a_rule(f"site.{owner}.{stage}.{rule}", body))
    return folder


def a_config_folder(folder: Path, text: str = "rules: {name_limit: {mode: 'off'}}\n") -> Path:
    """
    Write a configuration bundle.
    """
    write(folder / "config" / "data.yaml", text)
    return folder


def write(file: Path, text: str) -> Path:
    """
    Write a file and the folders above it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file
