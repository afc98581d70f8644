package remediation.rules.preflight.namespace_class_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.namespace_class

_shop := {
	"apiVersion": "v1",
	"kind": "Namespace",
	"metadata": {"name": "shop", "uid": "u-1", "labels": {"environment": "production", "team": "shop"}},
}

_changed(op, path, value) := fixture.patch(_shop, [{"op": op, "path": path, "value": value}])

test_passes[case] if {
	some case, request in {
		"another label": _changed("replace", "/metadata/labels/team", "bank"),
		"the label of another kind": fixture.patch(
			object.union(fixture.config_map, {"metadata": {"labels": {"environment": "test"}}}),
			[{"op": "replace", "path": "/metadata/labels/environment", "value": "production"}],
		),
		"a Namespace that is removed": fixture.remove(_shop),
		"a Namespace that is made without one": fixture.make(json.remove(_shop, ["/metadata/labels/environment"])),
		"a look": fixture.wait_for(_shop),
		"no object": fixture.notify,
		"a node": fixture.cordon("worker-1"),
	}
	namespace_class.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"another class": _changed("replace", "/metadata/labels/environment", "test"),
		"no class any more": fixture.patch(_shop, [{"op": "remove", "path": "/metadata/labels/environment"}]),
		"a class that it had not": fixture.patch(
			json.remove(_shop, ["/metadata/labels/environment"]),
			[{"op": "add", "path": "/metadata/labels/environment", "value": "test"}],
		),
		"a Namespace that is made with one": fixture.make(_shop),
		"a kind that is not known": object.union(fixture.label(_shop), {"target": {"kind": null}, "before": null}),
		"nothing known": {},
	}
	count(namespace_class.deny) == 1 with input as request
}

test_labels_that_are_none_deny if {
	count(namespace_class.deny) == 1 with input as _changed("replace", "/metadata/labels/team", "bank")
		with data.config.rules as {"namespace_class": {"params": {"labels": null}}}
}

test_the_message_names_namespace_and_labels if {
	namespace_class.deny == {{
		"message": concat(" ", [
			`namespace/shop would change its class, which the labels ["environment"] tell,`,
			"or it is not known if it would",
		]),
		"path": "/metadata/labels",
	}} with input as _changed("replace", "/metadata/labels/environment", "test")
}
