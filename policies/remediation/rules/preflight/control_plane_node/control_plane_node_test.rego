package remediation.rules.preflight.control_plane_node_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.control_plane_node

_mark := "node-role.kubernetes.io/control-plane"

_taint := {"key": _mark, "effect": "NoSchedule"}

_master := object.union(fixture.node("master-1", {"taints": [_taint]}), {"metadata": {"labels": {_mark: ""}}})

_unmarked(path) := fixture.patch(_master, [{"op": "remove", "path": path}])

test_passes[case] if {
	some case, request in {
		"a worker": fixture.cordon("worker-1"),
		"a workload": fixture.scale(3, 5),
		"a custom resource": fixture.label(fixture.widget),
		"no object": fixture.notify,
		"a label of a control-plane node": fixture.label(_master),
		"a look at a control-plane node": fixture.wait_for(_master),
		"another role of a worker": fixture.patch(
			object.union(fixture.node("worker-1", {}), {"metadata": {"labels": {}}}),
			[{"op": "add", "path": "/metadata/labels/node-role.kubernetes.io~1worker", "value": ""}],
		),
	}
	control_plane_node.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a control-plane node": fixture.cordon("master-1"),
		"a drain of one": fixture.drain("master-1"),
		"a drain of one that is cordoned already": object.union(
			fixture.wait_for(fixture.node("master-1", {"unschedulable": true})),
			{"step": {"action": "drain"}},
		),
		"a label that tells it, taken off": _unmarked("/metadata/labels/node-role.kubernetes.io~1control-plane"),
		"a taint that tells it, taken off": _unmarked("/spec/taints/0"),
		"a label that tells it, given": fixture.patch(
			fixture.node("worker-1", {}),
			[{"op": "add", "path": "/metadata/labels", "value": {_mark: ""}}],
		),
		"a label that got lost on the way": json.remove(
			_unmarked("/metadata/labels/node-role.kubernetes.io~1control-plane"),
			["/before/metadata/labels"],
		),
		"a taint that got lost on the way": json.remove(
			_unmarked("/spec/taints/0"),
			["/before/spec/taints"],
		),
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
	count(control_plane_node.deny) > 0 with input as request
}

test_marks_that_are_not_set_hold_everything_back if {
	count(control_plane_node.deny) == 1 with input as fixture.label(fixture.node("worker-1", {}))
		with data.config.rules as {"control_plane_node": {"params": {"marks": null}}}
}

test_the_message_names_the_marks if {
	control_plane_node.deny == {{
		"message": concat("", [
			"node/master-1 would get or lose a mark of the control plane: one of ",
			"[\"node-role.kubernetes.io/control-plane\", \"node-role.kubernetes.io/master\"]",
		]),
		"path": null,
	}} with input as _unmarked("/spec/taints/0")
}

test_the_message_names_the_node if {
	control_plane_node.deny == {{
		"message": "node/master-1 is a control-plane node, or it is not known to be a worker",
		"path": null,
	}} with input as fixture.cordon("master-1")
}
