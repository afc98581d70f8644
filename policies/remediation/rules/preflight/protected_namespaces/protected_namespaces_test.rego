package remediation.rules.preflight.protected_namespaces_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.protected_namespaces

_in(namespace) := json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/target/namespace", "value": namespace}])

test_passes[case] if {
	some case, request in {"an ordinary namespace": _in("shop"), "a node": fixture.cordon("worker-1")}
	protected_namespaces.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"kube-system": _in("kube-system"),
		"kube-public": _in("kube-public"),
		"kube-node-lease": _in("kube-node-lease"),
		"the executor's own": _in("remediation-system"),
		"no namespace": _in(null),
		"nothing known": {},
	}
	count(protected_namespaces.deny) == 1 with input as request
}

test_the_message_names_the_object if {
	protected_namespaces.deny == {{
		"message": "deployment/kube-system/checkout is in a protected namespace, or its namespace is not known",
		"path": "/metadata/namespace",
	}} with input as _in("kube-system")
}

test_labels_do_not_open_a_protected_namespace if {
	count(protected_namespaces.deny) == 1 with input as object.union(
		_in("kube-system"),
		{"run": {"labels": {"namespace": "shop"}}},
	)
}
