package remediation.rules.dry_run.unrequested_changes_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.unrequested_changes

_added(path) := json.patch(fixture.scale(3, 5), [{
	"op": "add",
	"path": "/diff/-",
	"value": {"path": path, "op": "add", "before": null, "after": "x", "requested": false},
}])

_sidecar := "/metadata/annotations/sidecar.example.io~1status"

test_what_was_asked_for_passes if unrequested_changes.deny == set() with input as fixture.scale(3, 5)

test_no_change_passes if unrequested_changes.deny == set() with input as fixture.scale(3, 5) with input.diff as []

test_what_the_api_server_gives_to_a_claim_passes if {
	claim := {
		"apiVersion": "v1",
		"kind": "PersistentVolumeClaim",
		"metadata": {"name": "data", "namespace": "shop", "finalizers": ["kubernetes.io/pvc-protection"]},
	}
	unrequested_changes.deny == set() with input as json.patch(
		fixture.make(claim),
		[{"op": "replace", "path": path, "value": false} |
			some i, entry in fixture.make(claim).diff
			entry.path == "/metadata/finalizers"
			path := $"/diff/{i}/requested"
		],
	)
}

test_what_is_made_or_removed_as_asked_passes[case] if {
	some case, request in {
		"made": fixture.make(fixture.config_map),
		"removed": fixture.remove(fixture.config_map),
		"by its Scale": fixture.scale_custom(3, 5),
	}
	unrequested_changes.deny == set() with input as request
}

test_the_message_names_the_path_and_where_it_came_from if {
	unrequested_changes.deny == {{
		"message": $"admission would add {_sidecar} of deployment/shop/checkout, which nobody asked for",
		"path": _sidecar,
	}} with input as _added(_sidecar)
}

test_accepts[case] if {
	some case, [accepted, path] in {
		"the path itself": [_sidecar, _sidecar],
		"a path below": ["/metadata/annotations", _sidecar],
		"any text within a part": ["/metadata/annotations/sidecar.example.io~1*", _sidecar],
		"any item of a list": ["/spec/template/spec/containers/*/env", "/spec/template/spec/containers/1/env/0/value"],
	}
	unrequested_changes.deny == set() with input as _added(path)
		with data.config.rules as {"unrequested_changes": {"params": {"accepted_paths": ["/spec/paused", accepted]}}}
}

test_does_not_accept[case] if {
	some case, [accepted, path] in {
		"a path beside that begins alike": ["/metadata/annotation", "/metadata/annotations/x"],
		"a path above": ["/metadata/annotations/x", "/metadata/annotations"],
		"a deeper part for a star": ["/spec/*/image", "/spec/template/spec/image"],
		"everything, by an empty path": ["", "/spec/paused"],
		"everything, by a slash": ["/", "/spec/paused"],
		"a path that is no pointer": ["/spec", "spec/paused"],
		"what is no text": [7, "/spec/paused"],
	}
	count(unrequested_changes.deny) == 1 with input as _added(path)
		with data.config.rules as {"unrequested_changes": {"params": {"accepted_paths": [accepted]}}}
}

test_denies_what_is_not_known[case] if {
	some case, request in {
		"the diff": json.remove(fixture.scale(3, 5), ["/diff"]),
		"null for the diff": json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/diff", "value": null}]),
		"if it was asked for": json.remove(fixture.scale(3, 5), ["/diff/0/requested"]),
		"which path": json.remove(fixture.scale(3, 5), ["/diff/0/path"]),
		"null for a change": json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/diff/0", "value": null}]),
	}
	count(unrequested_changes.deny) > 0 with input as request
}

test_a_list_that_is_none_denies if {
	count(unrequested_changes.deny) > 0 with input as fixture.scale(3, 5)
		with data.config.rules as {"unrequested_changes": {"params": {"accepted_paths": null}}}
}
