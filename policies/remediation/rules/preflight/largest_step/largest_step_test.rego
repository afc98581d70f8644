package remediation.rules.preflight.largest_step_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.largest_step

test_the_boundary[case] if {
	some case, [from, to, objections] in {
		"from one": [1, 101, 0],
		"from one too far": [1, 102, 1],
		"from none": [0, 100, 0],
		"from none too far": [0, 101, 1],
		"to none": [100, 0, 0],
		"many to none": [101, 0, 1],
		"half of many up": [400, 600, 0],
		"more than half of many up": [400, 601, 1],
		"half of many down": [400, 200, 0],
		"more than half of many down": [400, 199, 1],
		"nowhere": [400, 400, 0],
	}
	count(largest_step.deny) == objections with input as fixture.scale(from, to)
}

test_custom_resources_count_too if {
	count(largest_step.deny) == 1 with input as fixture.scale_custom(300, 0)
	count(largest_step.deny) == 0 with input as fixture.scale_custom(0, 100)
}

_autoscaler := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "checkout", "namespace": "shop", "uid": "u-9"},
	"spec": {"minReplicas": 2, "maxReplicas": 50},
}

_bound(field, value) := fixture.patch(_autoscaler, [{"op": "replace", "path": $"/spec/{field}", "value": value}])

test_both_bounds_of_an_autoscaler_count[field] if {
	some field, [near, far] in {"minReplicas": [102, 103], "maxReplicas": [150, 151]}
	count(largest_step.deny) == 0 with input as _bound(field, near)
	{finding.path | some finding in largest_step.deny} == {$"/spec/{field}"} with input as _bound(field, far)
}

test_a_count_that_is_new_comes_from_none[replicas] if {
	some replicas, objections in {100: 0, 101: 1}
	patch := {"op": "add", "path": "/spec/replicas", "value": replicas}
	count(largest_step.deny) == objections with input as fixture.patch(fixture.widget, [patch])
}

test_passes[case] if {
	some case, request in {
		"made": fixture.make(fixture.workload(100, "x")),
		"removed": fixture.remove(fixture.workload(100, "x")),
		"looked at": fixture.wait_for(fixture.workload(100, "x")),
		"no object": fixture.notify,
		"a label": fixture.label(fixture.config_map),
	}
	largest_step.deny == set() with input as request
}

test_denies_what_is_not_known[case] if {
	some case, request in {
		"before": json.remove(fixture.scale(3, 5), ["/before"]),
		"after": json.remove(fixture.scale(3, 5), ["/after/spec/replicas"]),
		"kind": json.remove(fixture.scale(3, 5), ["/target/kind"]),
		"text for a count": fixture.scale("3", "5"),
		"nothing": {},
	}
	count(largest_step.deny) > 0 with input as request
}

test_the_message_says_how_far_it_may_go if {
	largest_step.deny == {{
		"message": concat("", [
			"deployment/shop/checkout would go from 400 to 5 replicas at once;",
			" a step may move 50 percent or 100 replicas, whichever is more",
		]),
		"path": "/spec/replicas",
	}} with input as fixture.scale(400, 5)
}

test_parameters[case] if {
	some case, [params, objections] in {
		"only so many": [{"percent": 0, "replicas": 9}, 1],
		"only so many, enough": [{"percent": 0, "replicas": 10}, 0],
		"only a part": [{"percent": 9, "replicas": 0}, 1],
		"only a part, enough": [{"percent": 10, "replicas": 0}, 0],
		"none": [{"percent": null, "replicas": null}, 1],
		"of the wrong type": [{"percent": "100", "replicas": {}}, 1],
	}
	count(largest_step.deny) == objections with input as fixture.scale(100, 110)
		with data.config.rules.largest_step.params as params
}
