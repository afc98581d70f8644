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

test_a_node_has_no_namespace if namespaces.cluster_scoped with input as fixture.cordon("worker-1")

test_it_takes_a_kind_and_no_namespace[case] if {
	some case, request in {
		"a namespaced kind that names none": json.patch(
			fixture.scale(3, 5),
			[{"op": "replace", "path": "/target/namespace", "value": null}],
		),
		"no kind": json.remove(fixture.cordon("worker-1"), ["/target/kind"]),
		"no word about it": json.remove(fixture.cordon("worker-1"), ["/target/namespace"]),
	}
	not namespaces.cluster_scoped with input as request
}
