package remediation.rules.preflight.deletion_allowed_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.deletion_allowed

_alone := json.remove(fixture.pod, ["/metadata/ownerReferences"])

_held := json.patch(fixture.pod, [{"op": "replace", "path": "/metadata/ownerReferences/0/controller", "value": false}])

test_passes[case] if {
	some case, request in {
		"a pod": fixture.remove(fixture.pod),
		"a Job": fixture.remove(fixture.job),
		"a ConfigMap": fixture.remove(fixture.config_map),
		"what is gone already": object.union(fixture.remove(fixture.widget), {"before": null, "diff": []}),
		"what stays": fixture.label(fixture.widget),
		"what is made": fixture.make(fixture.widget),
		"no object": fixture.notify,
	}
	deletion_allowed.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a workload": fixture.remove(fixture.workload(3, "x")),
		"a custom resource": fixture.remove(fixture.widget),
		"a pod that nothing makes anew": fixture.remove(_alone),
		"a pod that something holds and does not make anew": fixture.remove(_held),
		"a kind that is not known": json.remove(fixture.remove(fixture.config_map), ["/target/kind"]),
		"what it is not known to do": json.remove(fixture.label(fixture.widget), ["/after"]),
		"nothing known": {},
	}
	count(deletion_allowed.deny) > 0 with input as request
}

test_the_messages_say_what_is_wrong if {
	deletion_allowed.deny == {{
		"message": "widget/shop/w would be removed, and only [\"ConfigMap\", \"Job.batch\", \"Pod\"] may be",
		"path": null,
	}} with input as fixture.remove(fixture.widget)
	deletion_allowed.deny == {{
		"message": "pod/shop/checkout-1 would be removed, and nothing is known to make another: it has no controller",
		"path": "/metadata/ownerReferences",
	}} with input as fixture.remove(_alone)
}

test_kinds_can_be_others if {
	deletion_allowed.deny == set() with input as fixture.remove(fixture.widget)
		with data.config.rules as {"deletion_allowed": {"params": {"kinds": ["*.example.com"]}}}
	count(deletion_allowed.deny) == 1 with input as fixture.remove(fixture.config_map)
		with data.config.rules as {"deletion_allowed": {"params": {"kinds": null}}}
}

test_pods_that_nothing_makes_anew_can_be_allowed[allowed] if {
	some allowed, objections in {true: 0, false: 1, null: 1, "true": 1}
	count(deletion_allowed.deny) == objections with input as fixture.remove(_alone)
		with data.config.rules as {"deletion_allowed": {"params": {"unmanaged_pods": allowed}}}
}
