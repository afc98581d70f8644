# METADATA
# title: Only allowed actions
# description: >-
#   A step's action must be on the list. The default is every shipped action, also delete, patch and apply: what makes them
#   dangerous is the object, the field and the privilege that they touch, and that is judged by the rules about these, for
#   every action alike. A site shortens the list for all or, under `namespaces`, for one namespace.
# custom:
#   solution: use another action, or add this one to the parameter `actions` of rule action_allowed
package remediation.rules.preflight.action_allowed

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _allowed
	message := $"action {input.step.action} on {kube.target} is not one of the allowed: {_actions}"
}

_allowed if {
	is_array(_actions)
	input.step.action in _actions
}

_actions := config.param("action_allowed", "actions")
