package remediation.rules.preflight.schedulable_nodes_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.schedulable_nodes

_other(change) := json.patch(fixture.cordon("worker-1"), [{
	"op": "replace",
	"path": "/facts/nodes/1",
	"value": object.union({"name": "worker-2", "ready": true, "schedulable": true, "control_plane": false}, change),
}])

_alone(request) := object.union(request, {"facts": {"nodes": null}})

# So many workers are ready beside worker-1, and so many are not.
_beside(ready, not_ready) := json.patch(fixture.cordon("worker-1"), [{"op": "replace", "path": "/facts/nodes", "value": [each |
	some n in numbers.range(1, (1 + ready) + not_ready)
	each := {"name": $"worker-{n}", "ready": n < (2 + ready), "schedulable": true, "control_plane": false}
]}])

test_passes[case] if {
	some case, request in {
		"another worker serves": _other({}),
		"a quarter of them serves": _beside(1, 2),
		"a workload": fixture.scale(3, 5),
		"a custom resource": fixture.label(fixture.widget),
		"no object": fixture.notify,
		"what leaves it in service": _alone(fixture.label(fixture.node("worker-1", {}))),
		"a look": _alone(fixture.wait_for(fixture.node("worker-1", {}))),
	}
	schedulable_nodes.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"less than a quarter of them serves": _beside(1, 3),
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
		"nodes not known": _alone(fixture.cordon("worker-1")),
		"the node's name is not known": json.patch(
			_other({"ready": false}),
			[{"op": "replace", "path": "/target/name", "value": null}],
		),
	}
	count(schedulable_nodes.deny) == 1 with input as request
}

test_the_boundary_of_a_count[minimum] if {
	some minimum, expected in {0: 0, 1: 0, 2: 1, null: 1}
	count(schedulable_nodes.deny) == expected with input as _beside(1, 0)
		with data.config.rules as {"schedulable_nodes": {"params": {"minimum": minimum}}}
}

test_the_boundary_of_a_share[percent] if {
	some percent, expected in {0: 0, 60: 0, 60.1: 1, null: 1}
	count(schedulable_nodes.deny) == expected with input as _beside(3, 1)
		with data.config.rules as {"schedulable_nodes": {"params": {"minimum_percent": percent}}}
}

test_the_message_names_the_node_and_the_numbers if {
	schedulable_nodes.deny == {{
		"message": concat(" ", [
			"without node/worker-1, 0 of 2 workers are known to be ready and schedulable;",
			"at least 1 and 25 % must be",
		]),
		"path": null,
	}} with input as _other({"ready": false})
}
