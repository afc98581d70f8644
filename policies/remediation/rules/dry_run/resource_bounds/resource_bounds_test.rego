package remediation.rules.dry_run.resource_bounds_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.resource_bounds

_place := "/spec/template/spec/containers/0/resources"

_set(resources) := fixture.patch(
	fixture.workload(3, "shop/checkout:1.4.2"),
	[{"op": "add", "path": _place, "value": resources}],
)

test_the_boundaries[case] if {
	some case, [resources, paths] in {
		"the ceilings": [{"limits": {"cpu": "16", "memory": "64Gi"}}, {}],
		"more cpu": [{"limits": {"cpu": "16001m"}}, {"limits/cpu"}],
		"more memory": [{"limits": {"memory": "65Gi"}}, {"limits/memory"}],
		"the floors": [{"requests": {"cpu": "1m", "memory": "4Mi"}}, {}],
		"less of both": [{"requests": {"cpu": "100u", "memory": "128m"}}, {"requests/cpu", "requests/memory"}],
		"cores for millicores": [{"requests": {"cpu": "500"}}, {"requests/cpu"}],
		"a number": [{"requests": {"cpu": 17}}, {"requests/cpu"}],
		"no quantity": [{"limits": {"memory": "lots"}}, {"limits/memory"}],
		"another resource": [{"limits": {"example.com/gpu": "9999"}}, {}],
		"none": [{}, {}],
	}
	found := {trim_prefix(finding.path, $"{_place}/") | some finding in resource_bounds.deny} with input as _set(resources)
	found == {path | some path in paths}
}

test_the_ratio[case] if {
	some case, [ratio, resources, objections] in {
		"as much as allowed": [4, {"limits": {"memory": "4Gi"}, "requests": {"memory": "1Gi"}}, 0],
		"more": [4, {"limits": {"memory": "4097Mi"}, "requests": {"memory": "1Gi"}}, 1],
		"no ratio": [null, {"limits": {"memory": "60Gi"}, "requests": {"memory": "4Mi"}}, 0],
		"no request": [4, {"limits": {"memory": "4Gi"}}, 0],
		"no limit": [4, {"requests": {"memory": "4Gi"}}, 0],
		"a ratio that is none": ["4", {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}, 1],
	}
	count(resource_bounds.deny) == objections with input as _set(resources)
		with data.config.rules.resource_bounds.params.ratio as {"memory": ratio}
}

test_limits_can_be_required if {
	{finding.message | some finding in resource_bounds.deny} == {"container app of deployment/shop/checkout would have no limit of memory"} with input as _set({"limits": {"cpu": "1"}})
		with data.config.rules.resource_bounds.params.required_limits as ["cpu", "memory"]
}

_greedy := {"name": "proxy", "image": "mesh/proxy:1.0", "resources": {"limits": {"memory": "1Ti"}}}

test_a_container_that_admission_adds_is_judged if {
	request := fixture.patch(
		fixture.workload(3, "shop/checkout:1.4.2"),
		[{"op": "add", "path": "/spec/template/spec/containers/1", "value": _greedy}],
	)
	resource_bounds.deny == {{
		"message": "container proxy of deployment/shop/checkout would have 1Ti memory in its limits; 4Mi to 64Gi are allowed",
		"path": "/spec/template/spec/containers/1/resources/limits/memory",
	}} with input as request
}

_greedy_already := json.patch(
	fixture.workload(3, "shop/checkout:1.4.2"),
	[{"op": "add", "path": "/spec/template/spec/containers/1", "value": _greedy}],
)

test_passes[case] if {
	some case, request in {
		"what stays as it is": fixture.patch(_greedy_already, [{
			"op": "replace",
			"path": "/spec/template/spec/containers/1/image",
			"value": "mesh/proxy:1.1",
		}]),
		"no pod touched": fixture.label(_greedy_already),
		"another kind": fixture.label(fixture.widget),
		"removal": fixture.remove(fixture.pod),
		"a CronJob's own template": fixture.trigger_of(json.patch(fixture.job, [{
			"op": "add",
			"path": "/spec/template/spec/containers/0/resources",
			"value": {"limits": {"memory": "1Ti"}},
		}])),
		"no object": fixture.notify,
	}
	count(resource_bounds.deny) == 0 with input as request
}

test_denies_what_is_not_known[case] if {
	some case, request in {
		"before": json.remove(_set({}), ["/before"]),
		"a name": json.remove(_set({}), ["/after/spec/template/spec/containers/0/name"]),
		"nothing": {},
	}
	count(resource_bounds.deny) == 1 with input as request
}

test_wrong_parameters_deny[case] if {
	some case, params in {
		"no floor": {"floor": null},
		"no quantity": {"ceiling": {"cpu": "many", "memory": "1Gi"}},
		"no ratio": {"ratio": null},
		"no list": {"required_limits": "cpu"},
	}
	count(resource_bounds.deny) == 1 with input as _set({})
		with data.config.rules.resource_bounds.params as params
}

test_the_message_of_a_ratio_tells_both_sides if {
	resource_bounds.deny == {{
		"message": concat("", [
			"container app of deployment/shop/checkout would have a limit of 8Gi memory",
			" for 1Gi requested; at most 4 times as much are allowed",
		]),
		"path": $"{_place}/limits/memory",
	}} with input as _set({"limits": {"memory": "8Gi"}, "requests": {"memory": "1Gi"}})
		with data.config.rules.resource_bounds.params.ratio as {"cpu": null, "memory": 4}
}
