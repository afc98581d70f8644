package remediation.rules.preflight.protected_kinds_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.protected_kinds

_of(api_version, kind) := {"apiVersion": api_version, "kind": kind, "metadata": {"name": "it", "uid": "u-1"}}

_role := _of("rbac.authorization.k8s.io/v1", "ClusterRole")

_namespace := _of("v1", "Namespace")

test_passes[case] if {
	some case, request in {
		"a ConfigMap": fixture.label(fixture.config_map),
		"a ConfigMap that is made": fixture.make(fixture.config_map),
		"a custom resource": fixture.label(fixture.widget),
		"a pod that is removed": fixture.remove(fixture.pod),
		"a label of a Namespace": fixture.label(_namespace),
		"a cordon": fixture.cordon("worker-1"),
		"a look at a role": fixture.wait_for(_role),
		"no object": fixture.notify,
		"the Scale of a custom resource": fixture.scale_custom(3, 5),
	}
	protected_kinds.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a label of a role": fixture.label(_role),
		"a role that is made": fixture.make(_role),
		"a role that is removed": fixture.remove(_role),
		"a kind by itself": fixture.label(_of("apiextensions.k8s.io/v1", "CustomResourceDefinition")),
		"a kind of the core group": fixture.label(_of("v1", "PersistentVolume")),
		"a Namespace that is removed": fixture.remove(_namespace),
		"a Namespace that is made": fixture.make(_namespace),
		"a node that is removed": fixture.remove(fixture.node("worker-1", {})),
		"a kind that is not known": object.union(fixture.label(fixture.config_map), {"target": {"kind": null}}),
		"a group that is not known": json.remove(fixture.label(fixture.config_map), ["/target/api_version"]),
		"nothing known": {},
	}
	count(protected_kinds.deny) == 1 with input as request
}

test_a_kind_of_the_same_name_in_another_group_is_another_kind if {
	protected_kinds.deny == set() with input as fixture.label(_of("example.com/v1", "ClusterRole"))
}

test_the_message_names_the_kind if {
	protected_kinds.deny == {{
		"message": "clusterrole/it is of a protected kind, or its kind is not known: ClusterRole.rbac.authorization.k8s.io",
		"path": null,
	}} with input as fixture.label(_role)
}

test_a_list_that_is_none_protects_all[name] if {
	some name in ["kinds", "kept_kinds"]
	count(protected_kinds.deny) == 1 with input as fixture.label(fixture.config_map)
		with data.config.rules as {"protected_kinds": {"params": {name: null}}}
}
