# METADATA
# title: A plan that is destructive in production is approved as a whole
# description: >-
#   A plan with a step whose action is in `actions`, in a namespace of production, needs an approval before it begins, so
#   that people are asked once. Steps that are judged late are asked for in their turn.
# custom:
#   solution: >-
#     have the run approved; or change the parameter `actions` of rule production_approval, which names what is destructive
#   absence_allows:
#     - {path: /plan/steps/*/namespace/labels/*, because: a namespace without the label is no production}
package remediation.rules.plan.production_approval

import data.remediation.lib.production

require_approval contains {"message": message, "path": "/steps"} if {
	not _passes
	message := $"destructive in production ({production.told}), or not known to be elsewhere: {_asked}"
}

_passes if {
	is_array(input.plan.steps)
	every step in input.plan.steps {
		_is_fine(step)
	}
}

_is_fine(step) if production.is_harmless(step.action)

_is_fine(step) if {
	is_string(step.action)
	step.assess == "late"
}

_is_fine(step) if {
	is_string(step.action)
	production.is_elsewhere(step.namespace.labels)
}

_is_fine(step) if {
	is_string(step.action)
	is_null(step.target.namespace)
	is_null(step.namespace)
}

_asked := [$"{step.action} of {step.target.namespace}/{step.target.name}" |
	some step in input.plan.steps
	not _is_fine(step)
]
