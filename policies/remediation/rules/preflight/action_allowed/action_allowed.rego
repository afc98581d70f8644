# METADATA
# title: Only allowed actions
# description: >-
#   A step's action must be on the list. The default is every shipped action, also delete, patch and apply: what makes them
#   dangerous is the object, the field and the privilege that they touch, and that is judged by the rules about these, for
#   every action alike. A site shortens the list for all or, under `namespaces` or `labelled`, for some namespaces. Under
#   `kinds` stands which of them a kind takes: {"Secret": [], "StatefulSet.apps": ["restart"], "*.example.com": ["label"]};
#   where several name the kind, all must have the action.
# custom:
#   solution: use another action, or add this one to the parameter `actions` or `kinds` of rule action_allowed
package remediation.rules.preflight.action_allowed

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _allowed
	message := $"action {input.step.action} on {kube.target} is not one of the allowed: {_actions}"
}

deny contains {"message": message, "path": null} if {
	not _fits
	message := $"action {input.step.action} is not one of those that {kube.target} takes by its kind: {_kinds}"
}

_allowed if {
	is_array(_actions)
	input.step.action in _actions
}

_fits if _kinds == {}

_fits if {
	is_object(_kinds)
	_kind_is_known
	every kind, actions in _kinds {
		_takes(kind, actions)
	}
}

_kind_is_known if is_null(input.target)

_kind_is_known if is_string(kube.kind)

_takes(_, actions) if input.step.action in actions

_takes(_, _) if is_null(input.target)

_takes(kind, _) if {
	target_kind := kube.kind
	not _is_about(target_kind, kind)
}

_is_about(target_kind, kind) if kube.listed(target_kind, [kind])

_kinds := config.param("action_allowed", "kinds")

_actions := config.param("action_allowed", "actions")
