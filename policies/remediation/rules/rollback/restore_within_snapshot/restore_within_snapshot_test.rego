package remediation.rules.rollback.restore_within_snapshot_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.rollback.restore_within_snapshot

# The object as it is, with nothing to change but who owns its fields.
_owners(before, snapshot) := object.union(fixture.restore(50), {
	"before": before,
	"after": before,
	"snapshot": snapshot,
	"diff": [],
})

_anew(manifest) := object.union(manifest, {"metadata": {"uid": "u-9"}})

_with(patches) := json.patch(fixture.restore(50), patches)

_entry(path, op, before, after) := {"path": path, "op": op, "before": before, "after": after, "requested": true}

_image := "/spec/template/spec/containers/0/image"

_taint(key, value) := {"key": key, "effect": "NoSchedule", "value": value}

_sidecar := {"name": "proxy", "image": "mesh/proxy:1.0"}

_numbered := object.union(fixture.workload(3, "x"), {
	"metadata": {"annotations": {"deployment.kubernetes.io/revision": "7", "team": "shop"}},
	"status": {"readyReplicas": 3},
})

# What a step did backwards.
_of_scale(request) := object.union(request, {
	"stage": "rollback",
	"snapshot": request.after,
})

test_passes[case] if {
	some case, request in {
		"replicas put back, above any ceiling": fixture.restore(50),
		"an image put back": _with([
			{"op": "replace", "path": "/before/spec/replicas", "value": 3},
			{"op": "replace", "path": "/before/spec/template/spec/containers/0/image", "value": "bad"},
			{"op": "replace", "path": "/diff", "value": [_entry(_image, "replace", "bad", "shop/checkout:1.4.2")]},
		]),
		"an item that a sidecar has moved": _with([
			{"op": "add", "path": "/before/spec/template/spec/containers/0", "value": _sidecar},
			{"op": "add", "path": "/after/spec/template/spec/containers/0", "value": _sidecar},
			{"op": "replace", "path": "/diff", "value": [_entry(
				"/spec/template/spec/containers/1/image",
				"replace",
				"bad",
				"shop/checkout:1.4.2",
			)]},
		]),
		"a taint that another has moved": _with([
			{"op": "add", "path": "/snapshot/spec/taints", "value": [_taint("ours", "old")]},
			{"op": "add", "path": "/before/spec/taints", "value": [_taint("theirs", "x"), _taint("ours", "new")]},
			{"op": "add", "path": "/after/spec/taints", "value": [_taint("theirs", "x"), _taint("ours", "old")]},
			{"op": "replace", "path": "/diff", "value": [_entry("/spec/taints/1/value", "replace", "new", "old")]},
		]),
		"what was added taken away": _with([
			{"op": "add", "path": "/before/metadata/annotations", "value": {"acme.io/note~1": "x"}},
			{"op": "replace", "path": "/diff", "value": [_entry("/metadata/annotations/acme.io~1note~01", "remove", "x", null)]},
		]),
		"a list put back as a whole": _with([
			{"op": "add", "path": "/snapshot/metadata/finalizers", "value": ["a", "b"]},
			{"op": "add", "path": "/after/metadata/finalizers", "value": ["a", "b"]},
			{"op": "replace", "path": "/diff", "value": [_entry("/metadata/finalizers", "add", null, ["a", "b"])]},
		]),
		"what the snapshot holds as nothing": _with([
			{"op": "add", "path": "/snapshot/metadata/annotations", "value": {}},
			{"op": "add", "path": "/before/metadata/annotations", "value": {"x": "y"}},
			{"op": "replace", "path": "/diff", "value": [_entry("/metadata/annotations", "remove", {"x": "y"}, null)]},
		]),
		"nothing to change": _with([{"op": "replace", "path": "/diff", "value": []}]),
		"what the step removed, made anew": fixture.restore_removed(fixture.config_map),
		"what the step removed, as its controller numbers it": fixture.restore_removed(_numbered),
		"the owners of what was made anew": _owners(_anew(fixture.config_map), fixture.config_map),
		"what the step made, removed": fixture.restore_made(fixture.widget),
		"replicas by a Scale": _of_scale(fixture.scale_custom(3, 5)),
		"no replicas by a Scale": _of_scale(fixture.scale_custom(3, 0)),
	}
	restore_within_snapshot.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a value that is not the snapshot's": _with([
			{"op": "replace", "path": "/after/spec/replicas", "value": 4},
			{"op": "replace", "path": "/diff/0/after", "value": 4},
		]),
		"a diff that does not tell what would be": _with([{"op": "replace", "path": "/after/spec/replicas", "value": 4}]),
		"a taint of another's": _with([
			{"op": "add", "path": "/snapshot/spec/taints", "value": [_taint("ours", "old")]},
			{"op": "add", "path": "/before/spec/taints", "value": [_taint("theirs", "x"), _taint("ours", "old")]},
			{"op": "add", "path": "/after/spec/taints", "value": [_taint("theirs", "old"), _taint("ours", "old")]},
			{"op": "replace", "path": "/diff", "value": [_entry("/spec/taints/0/value", "replace", "x", "old")]},
		]),
		"what nobody asked for": _with([{"op": "replace", "path": "/diff/0/requested", "value": false}]),
		"what the snapshot lacks": _with([
			{"op": "add", "path": "/after/spec/paused", "value": true},
			{"op": "add", "path": "/diff/-", "value": _entry("/spec/paused", "add", null, true)},
		]),
		"taking away what the snapshot holds": _with([{"op": "replace", "path": "/diff/0/op", "value": "remove"}]),
		"a path that leads nowhere": _with([{"op": "replace", "path": "/diff/0/path", "value": "/spec/absent"}]),
		"an operation that is none": _with([{"op": "replace", "path": "/diff/0/op", "value": "move"}]),
		"another object by the name": _with([{"op": "replace", "path": "/before/metadata/uid", "value": "u-9"}]),
		"the owners of another object": _owners(
			object.union(_anew(fixture.config_map), {"data": {"mode": "theirs"}}),
			fixture.config_map,
		),
		"an answer about another object": _with([{"op": "replace", "path": "/after/metadata/uid", "value": "u-9"}]),
		"what was not removed, made anew": object.union(fixture.restore_removed(fixture.config_map), {"snapshot": null}),
		"what the step removed, made otherwise": object.union(
			fixture.restore_removed(fixture.config_map),
			{"after": {"data": {"mode": "slow"}}},
		),
		"what the step removed, made without a part": json.remove(
			fixture.restore_removed(fixture.config_map),
			["/after/data"],
		),
		"what the step removed, made as admission has it": json.patch(
			fixture.restore_removed(fixture.config_map),
			[{"op": "replace", "path": "/diff/0/requested", "value": false}],
		),
		"what the step removed, and what it was got lost": json.remove(
			fixture.restore_removed(fixture.config_map),
			["/snapshot/metadata"],
		),
		"the removal of what was there": object.union(
			fixture.restore_made(fixture.widget),
			{"snapshot": fixture.widget},
		),
		"a removal that nobody asked for": json.patch(
			fixture.restore_made(fixture.widget),
			[{"op": "replace", "path": "/diff/0/requested", "value": false}],
		),
		"a removal without a word about what was there": json.remove(fixture.restore_made(fixture.widget), ["/snapshot"]),
		"other replicas by a Scale": object.union(_of_scale(fixture.scale_custom(3, 5)), {"snapshot": {"spec": {"replicas": 3}}, "after": {"spec": {"replicas": 4}}}),
		"no snapshot": _with([{"op": "replace", "path": "/snapshot", "value": null}]),
		"no diff": json.remove(fixture.restore(50), ["/diff"]),
		"null for the diff": _with([{"op": "replace", "path": "/diff", "value": null}]),
		"null for a change": _with([{"op": "replace", "path": "/diff/0", "value": null}]),
		"no path": json.remove(fixture.restore(50), ["/diff/0/path"]),
	}
	count(restore_within_snapshot.deny) > 0 with input as request
}

test_the_messages_say_what_is_wrong[why] if {
	some why, patches in {
		"nobody asked for": [{"op": "replace", "path": "/diff/0/requested", "value": false}],
		"is not as the snapshot holds it": [
			{"op": "replace", "path": "/diff/0/after", "value": 4},
			{"op": "replace", "path": "/after/spec/replicas", "value": 4},
		],
	}
	restore_within_snapshot.deny == {{
		"message": $"the restore of deployment/shop/checkout would replace /spec/replicas, which {why}",
		"path": "/spec/replicas",
	}} with input as _with(patches)
}
