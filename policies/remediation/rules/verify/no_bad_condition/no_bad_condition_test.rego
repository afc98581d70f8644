package remediation.rules.verify.no_bad_condition_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.verify.no_bad_condition

_with(request, before, after) := object.union(request, {
	"stage": "verify",
	"before": {"status": {"conditions": before}},
	"after": {"status": {"conditions": after}},
})

_pressure := {"type": "MemoryPressure", "status": "True"}

_ready := {"type": "Ready", "status": "True"}

_failing := {"type": "ReplicaFailure", "status": "True"}

test_only_what_got_bad_is_denied[case] if {
	some case, [request, before, after, objections] in {
		"a node under pressure": [fixture.cordon("worker-1"), [_ready], [_ready, _pressure], 1],
		"a node that was so before": [fixture.cordon("worker-1"), [_pressure], [_pressure], 0],
		"a node that was not": [
			fixture.cordon("worker-1"),
			[{"type": "MemoryPressure", "status": "False"}],
			[_pressure],
			1,
		],
		"a node that is well": [fixture.cordon("worker-1"), [_pressure], [_ready], 0],
		"a Deployment that cannot make pods": [fixture.scale(3, 5), [], [_failing], 1],
		"a condition of another kind": [fixture.scale(3, 5), [], [_pressure], 0],
		"throttled, of any kind": [fixture.label(fixture.widget), [], [{"type": "Throttled", "status": "True"}], 1],
	}
	count(no_bad_condition.deny) == objections with input as _with(request, before, after)
}

test_the_message_names_the_condition if {
	no_bad_condition.deny == {{
		"message": "deployment/shop/checkout has the condition ReplicaFailure=True, which it had not before the change",
		"path": "/status/conditions/1",
	}} with input as _with(fixture.scale(3, 5), [], [_ready, _failing])
}

test_passes[case] if {
	some case, request in {
		"no status": fixture.label(fixture.config_map),
		"made": fixture.make(fixture.config_map),
		"removed": fixture.remove(fixture.config_map),
		"looked at": _with(fixture.wait_for(fixture.workload(3, "x")), [_failing], [_failing]),
		"no object": fixture.notify,
	}
	count(no_bad_condition.deny) == 0 with input as request
}

test_what_is_made_has_no_before if {
	manifest := object.union(fixture.workload(3, "x"), {"status": {"conditions": [_failing]}})
	count(no_bad_condition.deny) == 1 with input as fixture.make(manifest)
}

test_not_known_is_denied[case] if {
	some case, request in {
		"after": json.remove(fixture.scale(3, 5), ["/after"]),
		"before": json.remove(fixture.scale(3, 5), ["/before"]),
		"kind": json.remove(fixture.scale(3, 5), ["/after/kind"]),
		"nothing": {},
	}
	count(no_bad_condition.deny) == 1 with input as request
}

test_conditions_can_be_others[case] if {
	some case, [conditions, objections] in {"none": [[], 0], "not set": [null, 1]}
	count(no_bad_condition.deny) == objections with input as _with(fixture.scale(3, 5), [], [_failing])
		with data.config.rules.no_bad_condition.params.conditions as conditions
}
