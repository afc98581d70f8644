package remediation.rules.preflight.autoscaler_conflict_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.autoscaler_conflict

_with(request, minimum) := object.union(request, {"facts": {"autoscalers": [{
	"name": "checkout",
	"min_replicas": minimum,
	"max_replicas": 10,
	"current": 3,
	"desired": 3,
	"target": {"kind": "Deployment", "name": "checkout"},
}]}})

_without(request) := object.union(request, {"facts": {"autoscalers": []}})

test_without_an_autoscaler_replicas_are_set if {
	count(autoscaler_conflict.deny) == 0 with input as _without(fixture.scale(3, 5))
}

test_the_message_names_the_autoscaler_and_its_bounds if {
	autoscaler_conflict.deny == {{
		"message": concat("", [
			"deployment/shop/checkout would get 5 replicas, but autoscaler checkout sets them",
			" between 2 and 10 and would undo that",
		]),
		"path": "/spec/replicas",
	}} with input as _with(fixture.scale(3, 5), 2)
}

test_an_autoscaler_sleeps_at_zero[case] if {
	some case, [from, to, minimum, objections] in {
		"to zero": [3, 0, 1, 0],
		"up from zero": [0, 3, 1, 0],
		"to one": [3, 1, 1, 1],
		"to zero, where it may choose zero": [3, 0, 0, 1],
		"to zero, where its minimum is not known": [3, 0, null, 1],
	}
	count(autoscaler_conflict.deny) == objections with input as _with(fixture.scale(from, to), minimum)
}

test_what_leaves_the_replicas_alone_passes[case] if {
	some case, request in {
		"an image": fixture.set_image("nginx:1.27"),
		"a label": fixture.label(fixture.widget),
		"what is made": fixture.make(fixture.workload(3, "x")),
		"what is removed": fixture.remove(fixture.workload(3, "x")),
		"what stays": fixture.wait_for(fixture.workload(3, "x")),
		"no object": fixture.notify,
	}
	count(autoscaler_conflict.deny) == 0 with input as _with(request, 2)
}

test_custom_resources_count_too if {
	count(autoscaler_conflict.deny) == 1 with input as _with(fixture.scale_custom(3, 5), 2)
}

test_not_known_is_denied[case] if {
	some case, request in {
		"not read": fixture.scale(3, 5),
		"not allowed": object.union(fixture.scale(3, 5), {"facts": {"unknown": {"autoscalers": "may not list them"}}}),
		"before": json.remove(_without(fixture.scale(3, 5)), ["/before"]),
		"nothing": {},
	}
	count(autoscaler_conflict.deny) == 1 with input as request
}

test_the_reason_is_told if {
	some finding in autoscaler_conflict.deny with input as object.union(
		fixture.scale(3, 5),
		{"facts": {"unknown": {"autoscalers": "may not list them"}}},
	)
	endswith(finding.message, "is not known: may not list them")
}
