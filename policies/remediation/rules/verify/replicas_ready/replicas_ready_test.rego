package remediation.rules.verify.replicas_ready_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.verify.replicas_ready

_settled(request, status) := object.union(request, {
	"stage": "verify",
	"after": {"metadata": {"generation": 7}, "status": object.union({"observedGeneration": 7}, status)},
})

test_the_boundary[case] if {
	some case, [to, status, objections] in {
		"all": [5, {"readyReplicas": 5}, 0],
		"one less": [5, {"readyReplicas": 4}, 1],
		"more": [5, {"readyReplicas": 6}, 0],
		"none of none": [0, {}, 0],
		"none of one": [1, {}, 1],
		"seen too early": [5, {"readyReplicas": 5, "observedGeneration": 6}, 1],
		"never seen": [5, {"readyReplicas": 5, "observedGeneration": null}, 1],
	}
	count(replicas_ready.deny) == objections with input as _settled(fixture.scale(3, to), status)
}

test_a_part_may_be_enough[ready] if {
	some ready, objections in {4: 0, 3: 1}
	count(replicas_ready.deny) == objections with input as _settled(fixture.scale(3, 5), {"readyReplicas": ready})
		with data.config.rules.replicas_ready.params.minimum_percent as 80
}

_daemon_set := object.union(json.remove(fixture.workload(1, "x"), ["/spec/replicas"]), {"kind": "DaemonSet"})

test_a_daemon_set_counts_nodes[ready] if {
	some ready, objections in {3: 0, 2: 1}
	request := fixture.patch(_daemon_set, [{
		"op": "replace",
		"path": "/spec/template/spec/containers/0/image",
		"value": "shop/checkout:1.4.3",
	}])
	status := {"desiredNumberScheduled": 3, "numberReady": ready}
	count(replicas_ready.deny) == objections with input as _settled(request, status)
}

test_passes[case] if {
	some case, request in {
		"a label": fixture.label(fixture.workload(3, "x")),
		"another kind": fixture.label(fixture.config_map),
		"removed": fixture.remove(fixture.workload(3, "x")),
	}
	count(replicas_ready.deny) == 0 with input as object.union(request, {"stage": "verify"})
}

test_not_known_is_denied[case] if {
	some case, request in {
		"the status": object.union(fixture.scale(3, 5), {"after": {"metadata": {"generation": 7}}}),
		"how many are wanted": json.remove(_settled(fixture.scale(3, 5), {"readyReplicas": 5}), ["/after/spec/replicas"]),
		"nothing": {},
	}
	count(replicas_ready.deny) == 1 with input as request
}

test_no_minimum_denies if {
	count(replicas_ready.deny) == 1 with input as _settled(fixture.scale(3, 5), {"readyReplicas": 5})
		with data.config.rules.replicas_ready.params.minimum_percent as null
}

test_the_messages_say_how_many_there_are if {
	replicas_ready.deny == {{
		"message": "deployment/shop/checkout has 4 of 5 replicas ready, 100 percent are required",
		"path": "/status",
	}} with input as _settled(fixture.scale(3, 5), {"readyReplicas": 4})
	replicas_ready.deny == {{
		"message": "deployment/shop/checkout has an unknown number of 5 replicas ready, 100 percent are required",
		"path": "/status",
	}} with input as fixture.scale(3, 5)
	some finding in replicas_ready.deny with input as {}
	contains(finding.message, "of an unknown number of replicas")
}
