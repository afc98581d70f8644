# METADATA
# title: A plan with steps that cannot be undone is approved as a whole
# description: >-
#   A plan with a step without an inverse that is not on `accepted` needs an approval before it begins, so that people are
#   asked once.
# custom:
#   solution: >-
#     have the run approved, use actions that can be undone, or add these to the parameter `accepted` of rule
#     irreversible_approval
package remediation.rules.plan.irreversible_approval

import data.remediation.lib.config

require_approval contains {"message": message, "path": "/steps"} if {
	not _passes
	message := $"cannot be undone, or not known if: {_asked}"
}

_passes if {
	is_array(input.plan.steps)
	is_array(_accepted)
	every step in input.plan.steps {
		_is_fine(step)
	}
}

_is_fine(step) if step.reversible == true

_is_fine(step) if step.action in _accepted

_is_fine(step) if $"{step.action} {_kind(step.target)}" in _accepted

# As lib.kube spells it.
_kind(target) := concat(".", array.concat([target.kind], array.slice(parts, 0, count(parts) - 1))) if {
	is_string(target.kind)
	is_string(target.api_version)
	parts := split(target.api_version, "/")
}

_asked := [$"{step.action} of {step.target.kind}/{step.target.name}" |
	some step in input.plan.steps
	not _is_fine(step)
]

_accepted := config.param("irreversible_approval", "accepted")
