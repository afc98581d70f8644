package remediation.rules.preflight.data_size_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.data_size

_set(from, to) := fixture.patch(
	object.union(fixture.config_map, {"data": {"mode": from}}),
	[{"op": "replace", "path": "/data/mode", "value": to}],
)

test_the_boundary[case] if {
	some case, [text, objections] in {
		"as much as allowed": ["12345678", 0],
		"one more": ["123456789", 1],
		"of letters that take two bytes": ["ääää", 0],
		"of more such letters": ["äääää", 1],
	}
	count(data_size.deny) == objections with input as _set("", text)
		with data.config.rules.data_size.params.maximum_bytes as 12
}

test_what_is_above_may_stay_or_shrink[case] if {
	some case, [from, to, objections] in {
		"shrink": ["123456", "12345", 0],
		"stay": ["123456", "654321", 0],
		"grow": ["123456", "1234567", 1],
	}
	count(data_size.deny) == objections with input as _set(from, to)
		with data.config.rules.data_size.params.maximum_bytes as 3
}

test_binary_data_and_what_is_made_count_too if {
	made := object.union(fixture.config_map, {"binaryData": {"b": "AAAAAAAA"}})
	count(data_size.deny) == 1 with input as fixture.make(made)
		with data.config.rules.data_size.params.maximum_bytes as 12
}

test_passes[case] if {
	some case, request in {
		"a small one": fixture.make(fixture.config_map),
		"another kind": fixture.scale(3, 5),
		"removed": fixture.remove(fixture.config_map),
		"looked at": fixture.wait_for(fixture.config_map),
		"no object": fixture.notify,
	}
	count(data_size.deny) == 0 with input as request
}

test_denies_what_is_not_known[case] if {
	some case, request in {
		"after": json.remove(_set("a", "b"), ["/after"]),
		"a value": json.patch(_set("a", "b"), [{"op": "replace", "path": "/after/data/mode", "value": null}]),
		"kind": json.remove(_set("a", "b"), ["/target/kind"]),
		"nothing": {},
	}
	count(data_size.deny) == 1 with input as request
}

test_no_limit_set_is_denied if {
	count(data_size.deny) == 1 with input as _set("a", "bb")
		with data.config.rules.data_size.params.maximum_bytes as null
}

test_the_message_says_how_much_it_would_be if {
	data_size.deny == {{
		"message": "configmap/shop/settings would hold 10 bytes; at most 3 are allowed",
		"path": "/data",
	}} with input as _set("", "123456")
		with data.config.rules.data_size.params.maximum_bytes as 3
}
