package remediation.rules.dry_run.expected_paths_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.expected_paths

_promise(request, expect) := json.patch(request, [{"op": "add", "path": "/step/expect", "value": expect}])

_scale(paths) := _promise(fixture.scale(3, 5), {"paths": paths})

_added(request) := json.patch(request, [{
	"op": "add",
	"path": "/diff/-",
	"value": {"path": _sidecar, "op": "add", "before": null, "after": "x", "requested": false},
}])

_sidecar := "/metadata/annotations/sidecar.example.io~1status"

test_a_step_that_promises_nothing_passes[case] if {
	some case, request in {
		"null": _promise(fixture.scale(3, 5), null),
		"no key": json.remove(fixture.scale(3, 5), ["/step/expect"]),
		"more by admission": _added(fixture.scale(3, 5)),
	}
	expected_paths.deny == set() with input as request
	expected_paths.warn == set() with input as request
}

test_what_was_promised_passes[case] if {
	some case, paths in {
		"the path itself": ["/spec/replicas"],
		"a path above": ["/spec"],
		"the whole object": [""],
		"one of several": ["/spec/replicas", "/spec"],
	}
	expected_paths.deny == set() with input as _scale(paths)
	expected_paths.warn == set() with input as _scale(paths)
}

test_the_action_changes_more if {
	expected_paths.deny == {{
		"message": concat("", [
			"the action would replace /spec/replicas of deployment/shop/checkout, ",
			"which the step does not expect to change",
		]),
		"path": "/spec/replicas",
	}} with input as _scale(["/metadata/labels"])
}

test_admission_adds_more if {
	expected_paths.deny == {{
		"message": concat("", [
			$"admission would add {_sidecar} of deployment/shop/checkout, ",
			"which the step does not expect to change",
		]),
		"path": _sidecar,
	}} with input as _added(_scale(["/spec/replicas"]))
}

test_does_not_cover[case] if {
	some case, paths in {
		"a path beside that begins alike": ["/spec/replica"],
		"a path below": ["/spec/replicas/0"],
		"a slash alone": ["/"],
		"another path": ["/spec/paused"],
	}
	count(expected_paths.deny) == 1 with input as _scale(paths)
}

test_what_the_api_server_gives_to_a_claim_passes if {
	claim := {
		"apiVersion": "v1",
		"kind": "PersistentVolumeClaim",
		"metadata": {"name": "data", "namespace": "shop", "finalizers": ["kubernetes.io/pvc-protection"]},
	}
	promised := ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"]
	expected_paths.deny == set() with input as _promise(fixture.make(claim), {"paths": promised})
}

test_what_is_removed_must_be_promised_as_a_whole if {
	expected_paths.deny == set() with input as _promise(fixture.remove(fixture.config_map), {"paths": [""]})
	count(expected_paths.deny) == 1 with input as _promise(fixture.remove(fixture.config_map), {"paths": ["/data"]})
}

test_a_promised_path_that_stays_is_told if {
	expected_paths.deny == set() with input as _scale(["/spec/replicas", "/spec/paused"])
	expected_paths.warn == {{
		"message": "/spec/paused of deployment/shop/checkout was expected to change, and stays as it is",
		"path": "/spec/paused",
	}} with input as _scale(["/spec/replicas", "/spec/paused"])
}

test_denies_what_is_not_known[case] if {
	promised := _scale(["/spec/replicas"])
	some case, request in {
		"the step": json.remove(promised, ["/step"]),
		"null for the step": json.patch(promised, [{"op": "replace", "path": "/step", "value": null}]),
		"the paths": json.remove(promised, ["/step/expect/paths"]),
		"no object": _promise(promised, "everything"),
		"no list": _promise(promised, {"paths": "/spec"}),
		"an empty list": _scale([]),
		"no pointer": _scale(["/spec/replicas", "spec.replicas"]),
		"null for a pointer": _scale(["/spec/replicas", null]),
		"the diff": json.remove(promised, ["/diff"]),
		"which path": json.remove(promised, ["/diff/0/path"]),
		"who changes it": json.remove(promised, ["/diff/0/requested"]),
		"null for a change": json.patch(promised, [{"op": "replace", "path": "/diff/0", "value": null}]),
	}
	count(expected_paths.deny) > 0 with input as request
}
