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

_daemon := fixture.label(json.patch(fixture.workload(3, "x"), [
	{"op": "replace", "path": "/kind", "value": "DaemonSet"},
	{"op": "remove", "path": "/spec/replicas"},
]))

_bounds(low, high) := {"minReplicas": low, "maxReplicas": high}

_autoscaler(before, after) := object.union(fixture.label(_with_bounds(before)), {
	"after": _with_bounds(after),
	"diff": [{"path": $"/spec/{key}", "op": "replace", "before": value, "after": after[key], "requested": true} |
		some key, value in before
		value != after[key]
	],
})

_with_bounds(spec) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "checkout", "namespace": "shop", "uid": "u-10"},
	"spec": spec,
}

_counting(replicas) := object.union(fixture.widget, {"spec": {"replicas": replicas}})

test_within_the_ceiling[case] if {
	some case, request in {
		"at it": fixture.scale(3, 20),
		"down to none": fixture.scale(3, 0),
		"above it already, and staying": fixture.scale(50, 50),
		"above it already, and coming down": fixture.scale(50, 30),
		"a kind without replicas": _on_node,
		"a DaemonSet": _daemon,
		"a ConfigMap": fixture.label(fixture.config_map),
		"no object": fixture.notify,
		"a look at one that is above it": fixture.wait_for(fixture.workload(50, "x")),
		"a label of one that is above it": fixture.label(fixture.workload(50, "x")),
		"one that is above it and goes": fixture.remove(fixture.workload(50, "x")),
		"one that is made": fixture.make(fixture.workload(20, "x")),
		"one that is made without saying how many": fixture.make(json.remove(fixture.workload(1, "x"), ["/spec/replicas"])),
		"a custom resource that counts in words": fixture.label(_counting("many")),
		"by its Scale": fixture.scale_custom(3, 20),
		"by its Scale, from none": fixture.scale_custom(0, 20),
		"by its Scale, to none": fixture.scale_custom(3, 0),
		"an autoscaler at it": _autoscaler(_bounds(1, 3), _bounds(1, 20)),
		"an autoscaler above it, coming down": _autoscaler(_bounds(1, 50), _bounds(1, 30)),
		"another bound of an autoscaler above it": _autoscaler(_bounds(1, 50), _bounds(2, 50)),
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
		"one that is made": fixture.make(fixture.workload(21, "x")),
		"one that is made, and how many got lost": json.remove(fixture.make(fixture.workload(21, "x")), ["/after/spec/replicas"]),
		"a custom resource": fixture.patch(_counting(3), [{"op": "replace", "path": "/spec/replicas", "value": 21}]),
		"a custom resource that is made": fixture.make(_counting(21)),
		"a custom resource, in words": fixture.patch(_counting(3), [{"op": "replace", "path": "/spec/replicas", "value": "many"}]),
		"by its Scale": fixture.scale_custom(3, 21),
		"by its Scale, and how many got lost": json.remove(fixture.scale_custom(0, 21), ["/after/spec/replicas"]),
		"an autoscaler": _autoscaler(_bounds(1, 3), _bounds(1, 21)),
		"an autoscaler of which the kind is not known": json.remove(_autoscaler(_bounds(1, 3), _bounds(1, 21)), ["/target/kind"]),
	}
	count(replicas.above_ceiling) == 1 with input as request
}

test_the_ceiling_says_what_it_saw if {
	replicas.above_ceiling == {{
		"message": "deployment/shop/checkout would have 21 replicas (it has 3); at most 20 are allowed",
		"path": "/spec/replicas",
	}} with input as fixture.scale(3, 21)
}

test_the_ceiling_says_what_it_did_not_see if {
	replicas.above_ceiling == {{
		"message": "deployment/shop/checkout would have an unknown number of replicas (it has 3); at most 20 are allowed",
		"path": "/spec/replicas",
	}} with input as json.remove(fixture.scale(3, 21), ["/after/spec/replicas"])
	replicas.above_ceiling == {{
		"message": "deployment/shop/checkout would have 21 replicas (it has none); at most 20 are allowed",
		"path": "/spec/replicas",
	}} with input as fixture.make(fixture.workload(21, "x"))
	replicas.above_ceiling == {{
		"message": "deployment/shop/checkout would have 21 replicas (it has an unknown number); at most 20 are allowed",
		"path": "/spec/replicas",
	}} with input as json.remove(fixture.scale(3, 21), ["/before/spec/replicas"])
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
		"a critical one that is at none": _marked(fixture.scale(0, 0)),
		"a critical one going up": _marked(fixture.scale(0, 2)),
		"a critical namespace, to one": object.union(fixture.scale(3, 1), {"namespace": {"labels": _critical}}),
		"no labels at all": json.remove(fixture.scale(3, 0), ["/before/metadata/labels"]),
		"marked as not critical": object.union(
			fixture.scale(3, 0),
			{"namespace": {"labels": {"remediation.dev/critical": "false"}}},
		),
		"a kind without replicas": _on_node,
		"a ConfigMap": fixture.label(fixture.config_map),
		"a ConfigMap that goes": fixture.remove(fixture.config_map),
		"an ordinary workload that goes": fixture.remove(fixture.workload(3, "x")),
		"no object": fixture.notify,
		"a look at a critical one": fixture.wait_for(_marked(fixture.scale(0, 0)).before),
		"one that is made at none": fixture.make(fixture.workload(0, "x")),
		"by its Scale, to one": fixture.scale_custom(3, 1),
		"by its Scale, at none already": fixture.scale_custom(0, 0),
		"an autoscaler that may choose none": _autoscaler(_bounds(1, 3), _bounds(0, 3)),
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
		"a critical workload that goes": fixture.remove(_marked(fixture.scale(3, 3)).before),
		"a critical workload that goes, and what it had got lost": json.remove(
			fixture.remove(_marked(fixture.scale(3, 3)).before),
			["/before/spec/replicas"],
		),
		"a critical workload that goes, and its kind got lost": json.remove(
			fixture.remove(_marked(fixture.scale(3, 3)).before),
			["/before/kind"],
		),
		"by its Scale, which does not tell if it is critical": fixture.scale_custom(3, 0),
		"by its Scale, and what it had got lost": json.remove(fixture.scale_custom(3, 0), ["/before/spec/replicas"]),
		"an autoscaler of a critical namespace": object.union(
			_autoscaler(_bounds(1, 3), _bounds(0, 3)),
			{"namespace": {"labels": _critical}},
		),
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

test_one_below_the_floor_may_go_up[case] if {
	some case, request in {"by its Scale": fixture.scale_custom(0, 1), "by itself": fixture.scale(1, 2)}
	replicas.below_floor == set() with input as request
		with data.config.rules as {"replica_floor": {"params": {"minimum": 3}}}
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
