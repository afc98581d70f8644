package remediation.rules.preflight.protected_objects_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.protected_objects

_marked(key, value) := object.union(
	fixture.config_map,
	{"metadata": {key: {"remediation.dev/protected": value}}},
)

_denials(request, objects) := found if {
	found := count(protected_objects.deny) with input as request
		with data.config.rules as {"protected_objects": {"params": {"objects": objects}}}
}

test_passes[case] if {
	some case, request in {
		"a workload": fixture.scale(3, 5),
		"an object with another label": fixture.patch(
			object.union(fixture.config_map, {"metadata": {"labels": {"team": "shop"}}}),
			[{"op": "replace", "path": "/metadata/labels/team", "value": "bank"}],
		),
		"a mark that says no": fixture.label(_marked("labels", "false")),
		"what is made": fixture.make(fixture.config_map),
		"what is made with the mark": fixture.make(_marked("labels", "true")),
		"a look at what is marked": fixture.wait_for(_marked("labels", "true")),
		"a node": fixture.cordon("worker-1"),
		"no object": fixture.notify,
		"a Scale": fixture.scale_custom(3, 5),
	}
	_denials(request, ["deployment/shop/cart", "node/worker-2"]) == 0
}

test_denies[case] if {
	some case, request in {
		"a label": fixture.label(_marked("labels", "true")),
		"an annotation": fixture.label(_marked("annotations", "")),
		"the mark itself": fixture.patch(
			_marked("labels", "true"),
			[{"op": "remove", "path": "/metadata/labels/remediation.dev~1protected"}],
		),
		"a removal": fixture.remove(_marked("labels", "true")),
		"one on the list": fixture.cordon("worker-2"),
		"one on the list that is made": fixture.make(object.union(fixture.config_map, {"metadata": {"name": "listed"}})),
		"one of which the marks are not known": object.union(fixture.label(fixture.config_map), {"before": null}),
		"one of which the kind is not known": object.union(fixture.scale(3, 5), {"target": {"kind": null}}),
		"one of which the namespace is not known": object.union(fixture.scale(3, 5), {"target": {"namespace": null}}),
		"nothing known": {},
	}
	_denials(request, ["configmap/shop/listed", "node/worker-2"]) == 1
}

test_parameters_that_are_none_deny[name] if {
	some name in ["objects", "mark"]
	count(protected_objects.deny) == 1 with input as fixture.scale(3, 5)
		with data.config.rules as {"protected_objects": {"params": {name: null}}}
}

test_the_message_names_object_and_mark if {
	protected_objects.deny == {{
		"message": concat("", [
			"configmap/shop/settings is protected by the mark remediation.dev/protected or by the list, ",
			"or it is not known if it is",
		]),
		"path": null,
	}} with input as fixture.label(_marked("labels", "true"))
}
