package remediation.rules.preflight.data_change_allowed_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.data_change_allowed

_label := "acme.io/data-may-change"

_set(labels) := fixture.patch(
	object.union(fixture.config_map, {"metadata": {"labels": labels}}),
	[{"op": "replace", "path": "/data/mode", "value": "slow"}],
)

test_no_label_is_asked_for_by_default if count(data_change_allowed.deny) == 0 with input as _set({})

test_the_label_of_the_live_object_allows[case] if {
	some case, [labels, objections] in {
		"true": [{_label: "true"}, 0],
		"false": [{_label: "false"}, 1],
		"another": [{"acme.io/other": "true"}, 1],
		"none": [{}, 1],
	}
	count(data_change_allowed.deny) == objections with input as _set(labels)
		with data.config.rules.data_change_allowed.params.label as _label
}

test_the_label_of_the_namespace_allows if {
	count(data_change_allowed.deny) == 0 with input as object.union(_set({}), {"namespace": {"labels": {_label: "true"}}})
		with data.config.rules.data_change_allowed.params.label as _label
}

test_passes[case] if {
	some case, request in {
		"its labels": fixture.label(fixture.config_map),
		"what is made": fixture.make(fixture.config_map),
		"another kind": fixture.label(fixture.widget),
		"looking": fixture.wait_for(fixture.config_map),
		"no object": fixture.notify,
	}
	count(data_change_allowed.deny) == 0 with input as request
		with data.config.rules.data_change_allowed.params.label as _label
}

test_denies[case] if {
	some case, request in {
		"a Secret": fixture.patch(
			object.union(fixture.config_map, {"kind": "Secret"}),
			[{"op": "replace", "path": "/data/mode", "value": "slow"}],
		),
		"removal": fixture.remove(fixture.config_map),
		"a kind that is not known": json.remove(_set({}), ["/target/kind"]),
		"what it would be": json.remove(_set({}), ["/after"]),
		"nothing known": {},
	}
	count(data_change_allowed.deny) == 1 with input as request
		with data.config.rules.data_change_allowed.params.label as _label
}

test_a_label_by_no_name_is_nobodys_leave if {
	count(data_change_allowed.deny) == 1 with input as _set({"7": "true"})
		with data.config.rules.data_change_allowed.params.label as 7
}

test_the_message_names_the_label if {
	data_change_allowed.deny == {{
		"message": "the data of configmap/shop/settings would change, and neither it nor its namespace is labelled acme.io/data-may-change=true",
		"path": "/data",
	}} with input as _set({})
		with data.config.rules.data_change_allowed.params.label as _label
}
