package remediation.rules.preflight.control_plane_node_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.control_plane_node

test_passes[case] if {
	some case, request in {
		"a worker": fixture.cordon("worker-1"),
		"a workload": fixture.scale(3, 5),
		"uncordon of a control-plane node": json.patch(
			fixture.cordon("master-1"),
			[{"op": "replace", "path": "/step/action", "value": "uncordon"}],
		),
	}
	control_plane_node.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a control-plane node": fixture.cordon("master-1"),
		"a node that is not known": fixture.cordon("worker-9"),
		"nodes not known": json.patch(
			fixture.cordon("worker-1"),
			[{"op": "replace", "path": "/facts/nodes", "value": null}],
		),
		"a role not known": json.remove(fixture.cordon("worker-1"), ["/facts/nodes/0/control_plane"]),
		"no name on either side": json.patch(fixture.cordon("worker-1"), [
			{"op": "replace", "path": "/target/name", "value": null},
			{"op": "replace", "path": "/facts/nodes/0/name", "value": null},
		]),
	}
	count(control_plane_node.deny) == 1 with input as request
}

test_the_message_names_the_node if {
	control_plane_node.deny == {{
		"message": "node/master-1 is a control-plane node, or it is not known to be a worker",
		"path": null,
	}} with input as fixture.cordon("master-1")
}
