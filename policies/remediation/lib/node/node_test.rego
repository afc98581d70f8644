package remediation.lib.node_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.node

_taint(key, effect) := {"key": key, "effect": effect}

_tainted := fixture.node("worker-1", {"taints": [_taint("old", "NoSchedule"), _taint("other", "NoExecute")]})

_cordoned := fixture.node("worker-1", {"unschedulable": true})

_add(taint) := fixture.patch(_tainted, [{"op": "add", "path": "/spec/taints/2", "value": taint}])

test_elsewhere[case] if {
	some case, request in {
		"a workload": fixture.scale(3, 5),
		"no object": fixture.notify,
		"a look at a node": fixture.wait_for(_cordoned),
	}
	node.elsewhere with input as request
}

test_not_elsewhere[case] if {
	some case, request in {
		"a node": fixture.cordon("worker-1"),
		"a kind that is not known": json.remove(fixture.scale(3, 5), ["/target/kind"]),
	}
	not node.elsewhere with input as request
}

test_stays_in_service[case] if {
	some case, request in {
		"a label": fixture.label(_tainted),
		"a label of a node that is cordoned": fixture.label(_cordoned),
		"an uncordon": fixture.patch(_cordoned, [{"op": "remove", "path": "/spec/unschedulable"}]),
		"an uncordon that says so": fixture.patch(_cordoned, [{"op": "replace", "path": "/spec/unschedulable", "value": false}]),
		"a taint less": fixture.patch(_tainted, [{"op": "remove", "path": "/spec/taints/0"}]),
		"the last taint less": fixture.patch(_tainted, [{"op": "remove", "path": "/spec/taints"}]),
		"a taint that only prefers": _add(_taint("new", "PreferNoSchedule")),
	}
	node.stays_in_service with input as request
}

test_is_taken_out_of_service[case] if {
	some case, request in {
		"a cordon": fixture.cordon("worker-1"),
		"a cordon that got lost on the way": json.remove(fixture.cordon("worker-1"), ["/after/spec/unschedulable"]),
		"a drain": fixture.drain("worker-1"),
		"a drain of what is cordoned already": object.union(fixture.wait_for(_cordoned), {"step": {"action": "drain"}}),
		"an action that is not known": json.remove(fixture.label(_tainted), ["/step/action"]),
		"a taint that keeps pods off": _add(_taint("new", "NoSchedule")),
		"a taint that drives pods off": _add(_taint("new", "NoExecute")),
		"another value of a taint": fixture.patch(_tainted, [{"op": "add", "path": "/spec/taints/0/value", "value": "v"}]),
		"a taint that got lost on the way": json.remove(_add(_taint("new", "NoSchedule")), ["/after/spec/taints"]),
		"a taint of which the effect got lost": json.patch(
			_add(_taint("new", "NoSchedule")),
			[{"op": "remove", "path": "/after/spec/taints/2/effect"}],
		),
		"taints of which the change is not known": json.remove(_add(_taint("new", "NoSchedule")), ["/diff"]),
		"a removal": fixture.remove(_tainted),
		"nothing known": {},
	}
	not node.stays_in_service with input as request
}

test_marks_of_a_role if {
	marked := object.union(fixture.node("m", {"taints": [_taint("a", "NoSchedule")]}), {"metadata": {"labels": {"b": "", "c": ""}}})
	node.marks("before", ["a", "b", "d"]) == {"label b", "taint a"} with input as fixture.label(marked)
	node.marks("before", ["a"]) == set() with input as fixture.label(fixture.node("m", {}))
}
