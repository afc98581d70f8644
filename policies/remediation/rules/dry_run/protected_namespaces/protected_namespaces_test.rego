package remediation.rules.dry_run.protected_namespaces_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.protected_namespaces

_put(request, path, value) := json.patch(request, [{"op": "replace", "path": path, "value": value}])

test_passes[case] if {
	some case, request in {"an ordinary namespace": fixture.scale(3, 5), "a node": fixture.cordon("worker-1")}
	protected_namespaces.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"another namespace": _put(fixture.scale(3, 5), "/after/metadata/namespace", "bank"),
		"no namespace": json.remove(fixture.scale(3, 5), ["/after/metadata/namespace"]),
		"another name": _put(fixture.scale(3, 5), "/after/metadata/name", "cart"),
		"no object": _put(fixture.scale(3, 5), "/after", null),
		"a protected namespace": _put(
			_put(fixture.scale(3, 5), "/target/namespace", "kube-system"),
			"/after/metadata/namespace",
			"kube-system",
		),
		"a node in a namespace": json.patch(
			fixture.cordon("worker-1"),
			[{"op": "add", "path": "/after/metadata/namespace", "value": "shop"}],
		),
		"another node": _put(fixture.cordon("worker-1"), "/after/metadata/name", "worker-2"),
		"a nameless node": _put(_put(fixture.cordon("worker-1"), "/after/metadata/name", null), "/target/name", null),
		"nothing known": {},
	}
	count(protected_namespaces.deny) == 1 with input as request
}

test_the_message_names_the_object if {
	protected_namespaces.deny == {{
		"message": "the dry run of deployment/shop/checkout answered with another object, or in a protected namespace",
		"path": "/metadata",
	}} with input as _put(fixture.scale(3, 5), "/after/metadata/name", "cart")
}
