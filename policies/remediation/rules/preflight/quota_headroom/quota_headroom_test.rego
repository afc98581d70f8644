package remediation.rules.preflight.quota_headroom_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.quota_headroom

_quota(headroom) := {
	"name": "team",
	"hard": {resource: "100" | some resource, _ in headroom},
	"used": {resource: "1" | some resource, _ in headroom},
	"headroom": headroom,
	"scopes": [],
}

_under(request, quotas) := object.union(request, {"facts": {"quota": quotas}})

test_the_boundary_in_pods[case] if {
	some case, [to, left, objections] in {
		"as many as are left": [5, "2", 0],
		"one more": [6, "2", 1],
		"fewer than before": [1, "-1", 0],
		"not counted yet": [5, null, 1],
		"no quantity": [5, "some", 1],
	}
	count(quota_headroom.deny) == objections with input as _under(fixture.scale(3, to), [_quota({"pods": left})])
}

_asking(resources, more) := fixture.patch(
	json.patch(fixture.workload(3, "x"), [{
		"op": "add",
		"path": "/spec/template/spec/containers/0/resources",
		"value": {"requests": {"cpu": "100m"}, "limits": {"cpu": "100m", "memory": "1Gi"}},
	}]),
	array.concat([{"op": "replace", "path": "/spec/template/spec/containers/0/resources", "value": resources}], more),
)

test_the_boundaries_in_cpu_and_memory[case] if {
	some case, [resources, quota, objections] in {
		"three times 100m more": [{"requests": {"cpu": "200m"}}, {"requests.cpu": "300m"}, 0],
		"a little more": [{"requests": {"cpu": "201m"}}, {"requests.cpu": "300m"}, 1],
		"by its short name": [{"requests": {"cpu": "201m"}}, {"cpu": "300m"}, 1],
		"in limits": [{"limits": {"memory": "2Gi"}}, {"limits.memory": "3Gi"}, 0],
		"in limits, too much": [{"limits": {"memory": "2Gi"}}, {"limits.memory": "3071Mi"}, 1],
		"requests that follow limits": [{"limits": {"memory": "2Gi"}}, {"memory": "3071Mi"}, 1],
		"what no quota is about": [{"limits": {"memory": "2Gi"}}, {"services": "0"}, 0],
		"less than before": [{"requests": {"cpu": "50m"}}, {"requests.cpu": "-1"}, 0],
		"no quantity": [{"requests": {"cpu": "some"}}, {"services": "1"}, 1],
	}
	count(quota_headroom.deny) == objections with input as _under(_asking(resources, []), [_quota(quota)])
}

test_more_replicas_take_what_each_asks_for[replicas] if {
	some replicas, objections in {6: 0, 7: 1}
	live := json.patch(fixture.workload(3, "x"), [{
		"op": "add",
		"path": "/spec/template/spec/containers/0/resources",
		"value": {"limits": {"cpu": "1"}},
	}])
	request := fixture.patch(live, [{"op": "replace", "path": "/spec/replicas", "value": replicas}])
	count(quota_headroom.deny) == objections with input as _under(request, [_quota({"limits.cpu": "3"})])
}

_job(parallelism) := object.union(fixture.job, {"spec": {"parallelism": parallelism}})

test_what_is_made_takes_all_it_has[case] if {
	some case, [manifest, left, objections] in {
		"a Deployment": [fixture.workload(3, "x"), "3", 0],
		"a greater one": [fixture.workload(4, "x"), "3", 1],
		"one that does not say how many": [json.remove(fixture.workload(4, "x"), ["/spec/replicas"]), "0", 1],
		"a pod": [fixture.pod, "1", 0],
		"a pod too many": [fixture.pod, "0", 1],
		"a Job": [fixture.job, "1", 0],
		"a Job of several": [_job(2), "1", 1],
	}
	count(quota_headroom.deny) == objections with input as _under(fixture.make(manifest), [_quota({"pods": left})])
}

test_a_custom_resource_counts_in_pods[case] if {
	some case, [from, to, objections] in {"more": [3, 5, 1], "from none": [0, 1, 1], "fewer": [3, 0, 0]}
	count(quota_headroom.deny) == objections with input as _under(fixture.scale_custom(from, to), [_quota({"pods": "0"})])
}

test_a_quota_with_scopes_is_left_to_the_api_server if {
	quota := object.union(_quota({"pods": "0"}), {"scopes": ["BestEffort"]})
	count(quota_headroom.deny) == 0 with input as _under(fixture.scale(3, 5), [quota])
	count(quota_headroom.deny) == 1 with input as _under(fixture.scale(3, 5), [quota, _quota({"pods": "0"})])
}

test_passes[case] if {
	some case, request in {
		"more, where there is no quota": _under(fixture.scale(3, 500), []),
		"no more than before": fixture.set_image("nginx:1.27"),
		"a label": fixture.label(fixture.workload(3, "x")),
		"a custom resource": fixture.label(fixture.widget),
		"removal": fixture.remove(fixture.workload(3, "x")),
		"a Job that is there": fixture.label(_job(3)),
		"looking": fixture.wait_for(fixture.workload(3, "x")),
		"no object": fixture.notify,
	}
	count(quota_headroom.deny) == 0 with input as request
}

test_not_known_is_denied[case] if {
	some case, request in {
		"quotas": fixture.scale(3, 5),
		"before": json.remove(_under(fixture.scale(3, 5), [_quota({})]), ["/before"]),
		"how many": json.remove(_under(fixture.scale(3, 5), [_quota({})]), ["/before/spec/replicas"]),
		"nothing": {},
	}
	count(quota_headroom.deny) == 1 with input as request
}

test_what_grows_in_one_way_and_shrinks_in_another_is_judged_by_what_grows if {
	request := _asking({"limits": {"cpu": "1"}}, [{"op": "replace", "path": "/spec/replicas", "value": 2}])
	count(quota_headroom.deny) == 1 with input as _under(request, [_quota({"cpu": "1", "pods": "-1", "memory": "0"})])
}

test_the_messages_say_what_is_missing if {
	quota_headroom.deny == {{
		"message": "deployment/shop/checkout would take 2 more of pods, and quota team leaves 1 of 100",
		"path": null,
	}} with input as _under(fixture.scale(3, 5), [_quota({"pods": "1"})])
	some finding in quota_headroom.deny with input as object.union(
		fixture.scale(3, 5),
		{"facts": {"unknown": {"quota": "may not list quotas"}}},
	)
	endswith(finding.message, "is not known: may not list quotas")
}
