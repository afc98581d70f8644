package remediation.rules.preflight.last_ready_node_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.last_ready_node

_other(change) := json.patch(fixture.cordon("worker-1"), [{
	"op": "replace",
	"path": "/facts/nodes/1",
	"value": object.union({"name": "worker-2", "ready": true, "schedulable": true, "control_plane": false}, change),
}])

_alone(request) := object.union(request, {"facts": {"nodes": null}})

test_passes[case] if {
	some case, request in {
		"another worker serves": _other({}),
		"a workload": fixture.scale(3, 5),
		"a custom resource": fixture.label(fixture.widget),
		"no object": fixture.notify,
		"what leaves it in service": _alone(fixture.label(fixture.node("worker-1", {}))),
		"a look": _alone(fixture.wait_for(fixture.node("worker-1", {}))),
	}
	last_ready_node.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"the other is not ready": _other({"ready": false}),
		"a drain": object.union(fixture.drain("worker-1"), {"facts": {"nodes": []}}),
		"a drain of what is cordoned already": object.union(
			_alone(fixture.wait_for(fixture.node("worker-1", {"unschedulable": true}))),
			{"step": {"action": "drain"}},
		),
		"a node that goes": _alone(fixture.remove(fixture.node("worker-1", {}))),
		"a kind that is not known": json.remove(_other({"ready": false}), ["/target/kind"]),
		"the other is cordoned": _other({"schedulable": false}),
		"the other runs the control plane": _other({"control_plane": true}),
		"the other is the node itself": _other({"name": "worker-1"}),
		"the other has no name": _other({"name": null}),
		"it is not known if the other is ready": _other({"ready": null}),
		"there is no other": json.remove(fixture.cordon("worker-1"), ["/facts/nodes/1"]),
		"nodes not known": json.patch(
			fixture.cordon("worker-1"),
			[{"op": "replace", "path": "/facts/nodes", "value": null}],
		),
		"the node's name is not known": json.patch(
			_other({"ready": false}),
			[{"op": "replace", "path": "/target/name", "value": null}],
		),
	}
	count(last_ready_node.deny) == 1 with input as request
}

test_the_message_names_the_node if {
	last_ready_node.deny == {{
		"message": "no other worker is known to be ready and schedulable, so node/worker-1 must stay in service",
		"path": null,
	}} with input as _other({"ready": false})
}
