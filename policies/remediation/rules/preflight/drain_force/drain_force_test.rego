package remediation.rules.preflight.drain_force_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.drain_force

_with(parameters) := object.union(fixture.drain("worker-1"), {"step": {"parameters": parameters}})

test_passes[case] if {
	some case, request in {
		"a drain": fixture.drain("worker-1"),
		"a cordon": fixture.cordon("worker-1"),
		"no object": fixture.notify,
		"another action with a parameter of that name": object.union(
			_with({"force_unmanaged": true}),
			{"step": {"action": "delete_pod"}},
		),
	}
	drain_force.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"pods that nothing makes anew": _with({"force_unmanaged": true}),
		"data of emptyDir volumes": _with({"delete_empty_dir": true}),
		"what is not known": _with({"delete_empty_dir": null}),
		"what is not there": json.remove(fixture.drain("worker-1"), ["/step/parameters/force_unmanaged"]),
		"an action that is not known": json.remove(_with({"force_unmanaged": true}), ["/step/action"]),
	}
	count(drain_force.deny) == 1 with input as request
}

test_nothing_known_is_denied if count(drain_force.deny) == 2 with input as {}

test_the_message_names_the_parameter if {
	drain_force.deny == {{
		"message": "the drain of node/worker-1 would set force_unmanaged, by which something is lost for good",
		"path": null,
	}} with input as _with({"force_unmanaged": true})
}

test_a_parameter_can_be_accepted[accepted] if {
	some accepted, objections in {["force_unmanaged"]: 0, ["delete_empty_dir"]: 1, []: 1, null: 1}
	count(drain_force.deny) == objections with input as _with({"force_unmanaged": true})
		with data.config.rules as {"drain_force": {"params": {"accepted": accepted}}}
}
