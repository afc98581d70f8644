package remediation.lib.replicas_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.replicas

_critical := {"remediation.dev/critical": "true"}

_marked(request) := json.patch(request, [{
	"op": "add",
	"path": "/before/metadata/labels/remediation.dev~1critical",
	"value": "true",
}])

_on_node := fixture.cordon("worker-1")

_scale(replicas) := {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {}, "spec": {"replicas": replicas}}

_by_scale(from, to) := object.union(fixture.scale(from, to), {
	"target": {"kind": "ReplicaSet"},
	"before": _scale(from),
	"after": _scale(to),
})

_daemon(request) := json.patch(request, [{"op": "replace", "path": "/target/kind", "value": "DaemonSet"}])

test_within_the_ceiling[case] if {
	some case, request in {
		"at it": fixture.scale(3, 20),
		"down to none": fixture.scale(3, 0),
		"above it already, and staying": fixture.scale(50, 50),
		"above it already, and coming down": fixture.scale(50, 30),
		"a kind without replicas": _on_node,
		"a DaemonSet": _daemon(json.remove(fixture.scale(3, 3), ["/after/spec/replicas"])),
	}
	replicas.above_ceiling == set() with input as request
}

test_above_the_ceiling[case] if {
	some case, request in {
		"by one": fixture.scale(3, 21),
		"above it already, and going up": fixture.scale(50, 51),
		"from nobody knows where": json.patch(fixture.scale(30, 25), [{
			"op": "replace",
			"path": "/before/spec/replicas",
			"value": null,
		}]),
		"replicas not known": json.remove(fixture.scale(3, 5), ["/after/spec/replicas"]),
		"replicas null": json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/after/spec/replicas", "value": null}]),
		"nothing known": {},
		"an unknown kind": json.patch(_on_node, [{"op": "replace", "path": "/target/kind", "value": "Rollout"}]),
	}
	count(replicas.above_ceiling) == 1 with input as request
}

test_the_ceiling_says_what_it_saw if {
	replicas.above_ceiling == {{
		"message": "deployment/shop/checkout would have 21 replicas (it has 3); at most 20 are allowed",
		"path": "/spec/replicas",
	}} with input as fixture.scale(3, 21)
}

test_a_ceiling_of_its_own if {
	replicas.above_ceiling == set() with input as fixture.scale(3, 21)
		with data.config.rules as {"replica_ceiling": {"params": {"maximum": 21}}}
}

test_a_ceiling_that_is_no_number_holds_everything_back if {
	count(replicas.above_ceiling) == 1 with input as fixture.scale(3, 5)
		with data.config.rules as {"replica_ceiling": {"params": {"maximum": "20"}}}
}

test_above_the_floor[case] if {
	some case, request in {
		"an ordinary workload to none": fixture.scale(3, 0),
		"a critical one to one": _marked(fixture.scale(3, 1)),
		"by its scale, to one": _by_scale(3, 1),
		"a critical one that is at none": _marked(fixture.scale(0, 0)),
		"a critical one going up": _marked(fixture.scale(0, 2)),
		"a critical namespace, to one": object.union(fixture.scale(3, 1), {"namespace": {"labels": _critical}}),
		"no labels at all": json.remove(fixture.scale(3, 0), ["/before/metadata/labels"]),
		"marked as not critical": object.union(
			fixture.scale(3, 0),
			{"namespace": {"labels": {"remediation.dev/critical": "false"}}},
		),
		"a kind without replicas": _on_node,
	}
	replicas.below_floor == set() with input as request
}

test_below_the_floor[case] if {
	some case, request in {
		"a critical workload to none": _marked(fixture.scale(3, 0)),
		"a critical namespace, to none": object.union(fixture.scale(3, 0), {"namespace": {"labels": _critical}}),
		"any other value marks too": object.union(
			fixture.scale(3, 0),
			{"namespace": {"labels": {"remediation.dev/critical": ""}}},
		),
		"the namespace is not known": json.patch(
			fixture.scale(3, 0),
			[{"op": "replace", "path": "/namespace", "value": null}],
		),
		"the namespace's labels are not known": json.remove(fixture.scale(3, 0), ["/namespace/labels"]),
		"the workload's labels are not known": json.patch(
			fixture.scale(3, 0),
			[{"op": "replace", "path": "/before/metadata/labels", "value": null}],
		),
		"the workload is not known": json.patch(fixture.scale(3, 0), [{"op": "replace", "path": "/before", "value": null}]),
		"replicas not known": json.remove(fixture.scale(3, 5), ["/after/spec/replicas"]),
		"by its scale, which tells no labels": _by_scale(3, 0),
		"nothing known": {},
	}
	count(replicas.below_floor) == 1 with input as request
}

test_the_floor_says_what_it_saw if {
	replicas.below_floor == {{
		"message": concat("", [
			"deployment/shop/checkout would have 0 replicas (it has 3); a workload that is marked remediation.dev/critical,",
			" itself or by its namespace, or may be, must keep at least 1",
		]),
		"path": "/spec/replicas",
	}} with input as _marked(fixture.scale(3, 0))
	replicas.below_floor == {{
		"message": "deployment/shop/checkout would have 1 replicas (it has 3); it must keep at least 2",
		"path": "/spec/replicas",
	}} with input as fixture.scale(3, 1)
		with data.config.rules as {"replica_floor": {"params": {"minimum": 2}}}
}

test_a_critical_workload_is_held_to_the_higher_minimum if {
	replicas.floor == 2 with input as _marked(fixture.scale(3, 1))
		with data.config.rules as {"replica_floor": {"params": {"minimum": 2}}}
}

test_a_floor_that_is_not_set_holds_everything_back[name] if {
	some name, request in {
		"minimum": fixture.scale(3, 2),
		"critical_minimum": _marked(fixture.scale(3, 2)),
		"critical_label": fixture.scale(3, 0),
	}
	count(replicas.below_floor) == 1 with input as request
		with data.config.rules as {"replica_floor": {"params": {name: null}}}
}
