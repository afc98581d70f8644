package remediation.lib.outcome_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.outcome

_leaves_alone(request) if outcome.leaves_pods_alone with input as request

test_pods_are_left_alone[case] if {
	some case, request in {
		"a label": fixture.label(fixture.workload(3, "x")),
		"another kind": fixture.label(fixture.config_map),
		"made of another kind": fixture.make(fixture.job),
		"removed": fixture.remove(fixture.workload(3, "x")),
		"looked at": fixture.wait_for(fixture.workload(3, "x")),
		"no object": fixture.notify,
	}
	_leaves_alone(request)
}

test_pods_are_touched_or_may_be[case] if {
	some case, request in {
		"other replicas": fixture.scale(3, 5),
		"another image": fixture.set_image("nginx:1.27"),
		"made": fixture.make(fixture.workload(3, "x")),
		"before is not known": json.remove(fixture.label(fixture.workload(3, "x")), ["/before"]),
		"nothing is known": {},
	}
	not _leaves_alone(request)
}

test_pods_that_go_do_not_count if {
	pods := [{"name": "a", "terminating": false}, {"name": "b", "terminating": true}, {"name": "c"}]
	names := [pod.name | some pod in outcome.remaining] with input.facts.pods as pods
	names == ["a", "c"]
}

test_it_is_told_why_pods_are_not_known if {
	outcome.why_unknown == "may not list pods" with input.facts.unknown.pods as "may not list pods"
	outcome.why_unknown == "they were not read" with input as {}
}
