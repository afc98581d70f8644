# METADATA
# title: The gate
# description: >-
#   Collects what the rules of the asked stage found, shipped and the site's own, into one decision.
#   The finding's code is the rule's folder, so that codes cannot drift from files.
# scope: subpackages
# schemas:
#   - input: schema.input
package remediation

import data.remediation.lib.config

# METADATA
# title: The decision
# description: The only question the executor asks; an allow is the absence of objections from rules that were there.
# entrypoint: true
decision := {
	"effect": _effect,
	"violations": violations,
	"warnings": warnings,
	"approvals": approvals,
	"shadowed": shadowed,
	"evaluated": evaluated,
	"stage": _stage,
}

_effect := "deny" if {
	count(violations) > 0
} else := "require_approval" if {
	count(approvals) > 0
} else := "allow"

default _stage := null

_stage := input.stage

# What rules said, by level and code. Most say nothing, and every list below passes over those once.
_found[level][code] := found if {
	some level, rules in {"deny": _denies, "warn": _warns, "require_approval": _asks}
	some code, found in rules
	found != set()
}

_denies[code] := data.remediation.rules[input.stage][code].deny

_denies[concat("/", [owner, rule])] := data.site[owner][input.stage][rule].deny

_warns[code] := data.remediation.rules[input.stage][code].warn

_warns[concat("/", [owner, rule])] := data.site[owner][input.stage][rule].warn

_asks[code] := data.remediation.rules[input.stage][code].require_approval

_asks[concat("/", [owner, rule])] := data.site[owner][input.stage][rule].require_approval

# METADATA
# title: Rules that answered
# description: The executor compares this with the rules it loaded; one that is missing makes the decision a denial.
evaluated := (object.keys(_denies) | object.keys(_warns)) | object.keys(_asks)

# METADATA
# title: Objections
# description: What enforced rules deny, and what makes an answer worth nothing.
violations contains _finding(code, said) if {
	some code, found in _found.deny
	some said in found
	config.mode(code) == "enforce"
}

violations contains _finding("no_rules", $"no rules are loaded for stage {input.stage}") if count(evaluated) == 0

violations contains _finding("unknown_stage", "the request names no stage") if not input.stage

violations contains _finding("malformed_rule", $"{level} of {code} is not a set of findings") if {
	some level, rules in _found
	some code, found in rules
	not _well_formed(level, found)
}

# METADATA
# title: Remarks
# description: What rules warn of, and what rules in mode warn would deny or ask approval for.
warnings contains _finding(code, said) if {
	some code, found in _found.warn
	some said in found
	config.mode(code) in {"enforce", "warn"}
}

warnings contains _finding(code, said) if {
	some level in ["deny", "require_approval"]
	some code, found in _found[level]
	some said in found
	config.mode(code) == "warn"
}

# METADATA
# title: Approvals
# description: What enforced rules want a person to approve; how many, and of which groups.
approvals contains object.union(_finding(code, said), _approvers(said)) if {
	some code, found in _found.require_approval
	some said in found
	config.mode(code) == "enforce"
}

# METADATA
# title: What rules in mode shadow said
# description: Each with the level at which it would have counted; recorded, and without any effect.
shadowed contains object.union(_finding(code, said), {"level": level}) if {
	some level, rules in _found
	some code, found in rules
	some said in found
	config.mode(code) == "shadow"
}

_finding(code, said) := {"code": code, "message": said, "path": null} if is_string(said)

_finding(code, said) := {"code": code, "message": said.message, "path": object.get(said, "path", null)} if is_object(said)

_approvers(said) := {"count": 1, "groups": []} if is_string(said)

_approvers(said) := {"count": object.get(said, "count", 1), "groups": object.get(said, "groups", [])} if is_object(said)

_well_formed(level, found) if {
	is_set(found)
	every said in found {
		_is_finding(level, said)
	}
}

_is_finding(_, said) if is_string(said)

_is_finding(level, said) if {
	is_string(said.message)
	_is_text_or_null(object.get(said, "path", null))
	_names_approvers(level, said)
}

_names_approvers(level, _) if level != "require_approval"

_names_approvers("require_approval", said) if {
	object.get(said, "count", 1) in numbers.range(1, 100)
	is_array(object.get(said, "groups", []))
}

_is_text_or_null(value) if is_string(value)

_is_text_or_null(null)
