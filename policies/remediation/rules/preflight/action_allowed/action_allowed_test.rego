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
