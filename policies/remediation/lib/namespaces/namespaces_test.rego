package remediation.lib.namespaces_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.namespaces

test_an_ordinary_namespace_is_unprotected if namespaces.unprotected("shop")

test_system_namespaces_are_protected[namespace] if {
	some namespace in ["kube-system", "kube-public", "kube-node-lease", "remediation-system", null, 7]
	not namespaces.unprotected(namespace)
}

test_a_list_that_is_not_set_protects_all if {
	not namespaces.unprotected("shop") with data.config.rules as {"protected_namespaces": {"params": {"namespaces": null}}}
}

test_the_list_can_be_another if {
	namespaces.unprotected("kube-system") with data.config.rules as {"protected_namespaces": {"params": {"namespaces": []}}}
}

_namespace(name) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": "u-11"}}

_in(namespace) := object.union(fixture.config_map, {"metadata": {"namespace": namespace}})

test_outside[case] if {
	some case, request in {
		"a workload in an ordinary namespace": fixture.scale(3, 5),
		"a custom resource there": fixture.label(fixture.widget),
		"what is made there": fixture.make(fixture.config_map),
		"what is removed there": fixture.remove(fixture.config_map),
		"a node": fixture.cordon("worker-1"),
		"a Namespace that is ordinary": fixture.label(_namespace("shop")),
		"no object": fixture.notify,
	}
	namespaces.outside with input as request
}

test_inside[case] if {
	some case, request in {
		"a change in a protected namespace": fixture.label(_in("kube-system")),
		"what is made there": fixture.make(_in("kube-system")),
		"what is removed there": fixture.remove(_in("kube-system")),
		"a look at it": fixture.wait_for(_in("kube-system")),
		"a protected namespace itself": fixture.label(_namespace("kube-system")),
		"a Namespace that goes": fixture.remove(_namespace("kube-public")),
		"a Namespace without a name": object.union(fixture.label(_namespace("shop")), {"target": {"name": null}}),
		"a namespaced kind that names none": json.patch(
			fixture.scale(3, 5),
			[{"op": "replace", "path": "/target/namespace", "value": null}],
		),
		"no kind": json.remove(fixture.cordon("worker-1"), ["/target/kind"]),
		"no word about it": json.remove(fixture.cordon("worker-1"), ["/target/namespace"]),
		"nothing known": {},
	}
	not namespaces.outside with input as request
}
