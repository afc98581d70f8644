package remediation.rules.dry_run.protected_namespaces_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.protected_namespaces

_put(request, path, value) := json.patch(request, [{"op": "replace", "path": path, "value": value}])

test_passes[case] if {
	some case, request in {
		"an ordinary namespace": fixture.scale(3, 5), "a node": fixture.cordon("worker-1"),
		"a custom resource": fixture.label(fixture.widget),
		"the Scale of one": fixture.scale_custom(3, 5),
		"what is made": fixture.make(fixture.config_map),
		"what is removed": fixture.remove(fixture.config_map),
		"a Job of the CronJob": fixture.trigger,
		"a drain of a node that is cordoned already": object.union(
			fixture.wait_for(fixture.node("worker-1", {})),
			{"step": {"action": "drain"}},
		),
	}
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
		"another kind": _put(fixture.scale(3, 5), "/after/kind", "StatefulSet"),
		"another kind before": _put(fixture.scale(3, 5), "/before/kind", "StatefulSet"),
		"the removal of another": _put(fixture.remove(fixture.config_map), "/before/metadata/name", "other"),
		"a Job of another CronJob": object.union(fixture.trigger, {"target": {"name": "other"}}),
		"a Job in another namespace": _put(fixture.trigger, "/after/metadata/namespace", "bank"),
		"a Job of a workload": object.union(fixture.trigger, {"target": {"kind": "Deployment"}}),
		"a Job that its CronJob does not control": _put(fixture.trigger, "/after/metadata/ownerReferences/0/controller", false),
		"a protected Namespace": fixture.label({
			"apiVersion": "v1",
			"kind": "Namespace",
			"metadata": {"name": "kube-system", "uid": "u-1"},
		}),
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
