package remediation.rules.preflight.action_allowed_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.action_allowed

test_every_shipped_action_is_allowed[action] if {
	some action in ["scale", "restart", "label", "apply", "delete", "drain", "notify"]
	action_allowed.deny == set() with input as fixture.scale(3, 5) with input.step.action as action
}

test_denies[case] if {
	some case, action in {"an unknown action": "explode", "no action": null, "a number": 7}
	count(action_allowed.deny) == 1 with input as fixture.scale(3, 5) with input.step.action as action
}

test_the_message_names_the_allowed if {
	action_allowed.deny == {{
		"message": "action scale on deployment/shop/checkout is not one of the allowed: [\"restart\"]",
		"path": null,
	}} with input as fixture.scale(3, 5)
		with data.config.rules.action_allowed.params.actions as ["restart"]
}

test_a_namespace_can_have_a_list_of_its_own if {
	configured := {"action_allowed": {"namespaces": {"shop": {"params": {"actions": ["restart"]}}}}}
	count(action_allowed.deny) == 1 with input as fixture.scale(3, 5) with data.config.rules as configured
	action_allowed.deny == set() with input as fixture.cordon("worker-1") with data.config.rules as configured
}

test_a_list_that_is_none_allows_nothing[case] if {
	some case, list in {"null": null, "a text": "scale", "an object": {"scale": "scale"}}
	count(action_allowed.deny) == 1 with input as fixture.scale(3, 5)
		with data.config.rules as {"action_allowed": {"params": {"actions": list}}}
}

_denials(kinds, request) := found if {
	found := count(action_allowed.deny) with input as request
		with data.config.rules as {"action_allowed": {"params": {"kinds": kinds}}}
}

test_a_kind_can_have_a_list_of_its_own[case] if {
	some case, [expected, kinds, request] in {
		"an action that it takes": [0, {"Deployment.apps": ["scale"]}, fixture.scale(3, 5)],
		"one that it does not take": [1, {"Deployment.apps": ["restart"]}, fixture.scale(3, 5)],
		"one that its group does not take": [1, {"*.apps": [], "Deployment.apps": ["scale"]}, fixture.scale(3, 5)],
		"another kind": [0, {"Secret": []}, fixture.scale(3, 5)],
		"no object": [0, {"Secret": []}, fixture.notify],
		"a kind that is not known": [1, {"Secret": []}, object.union(fixture.scale(3, 5), {"target": {"kind": null}})],
		"a target that is not known": [1, {"Secret": []}, json.remove(fixture.scale(3, 5), ["/target"])],
		"a list that is none": [1, {"Deployment.apps": null}, fixture.scale(3, 5)],
		"kinds that are none": [1, null, fixture.scale(3, 5)],
	}
	_denials(kinds, request) == expected
}

test_the_message_names_what_kinds_take if {
	action_allowed.deny == {{
		"message": concat(" ", [
			"action scale is not one of those that deployment/shop/checkout takes by its kind:",
			`{"Deployment.apps": ["restart"]}`,
		]),
		"path": null,
	}} with input as fixture.scale(3, 5)
		with data.config.rules.action_allowed.params.kinds as {"Deployment.apps": ["restart"]}
}
