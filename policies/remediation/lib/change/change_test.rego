package remediation.lib.change_test

import data.remediation.lib.change
import data.remediation.lib.fixture_test as fixture

_found := {word |
	some word, holds in {
		"alters": [1 | change.alters],
		"makes": [1 | change.makes],
		"nothing": [1 | change.nothing],
		"removes": [1 | change.removes],
	}
	holds == [1]
}

_gone := object.union(fixture.remove(fixture.config_map), {"before": null, "diff": []})

test_a_step_does_one_thing_to_its_object[case] if {
	some case, [expected, request] in {
		"it scales": [{"alters"}, fixture.scale(3, 5)],
		"it scales by a Scale": [{"alters"}, fixture.scale_custom(3, 5)],
		"it makes": [{"makes"}, fixture.make(fixture.config_map)],
		"it removes": [{"removes"}, fixture.remove(fixture.config_map)],
		"it removes what is gone": [{"nothing"}, _gone],
		"it looks": [{"alters", "nothing"}, fixture.wait_for(fixture.config_map)],
		"it tells": [{"nothing"}, fixture.notify],
		"it drains": [{"alters"}, fixture.drain("worker-1")],
		"it drains what is cordoned already": [
			{"alters"},
			object.union(fixture.wait_for(fixture.node("worker-1", {})), {"step": {"action": "drain"}}),
		],
	}
	_found == expected with input as request
}

test_it_is_not_known_what_a_step_does[case] if {
	some case, request in {
		"before": json.remove(fixture.scale(3, 5), ["/before"]),
		"after": object.union(fixture.scale(3, 5), {"after": null}),
		"made, but from what": json.remove(fixture.make(fixture.config_map), ["/before"]),
		"made, but of what": json.remove(fixture.make(fixture.config_map), ["/diff"]),
		"removed, but what": object.union(fixture.remove(fixture.config_map), {"before": null}),
		"removed, but how": object.union(fixture.remove(fixture.config_map), {"diff": null}),
		"looked at, but by which action": json.remove(fixture.notify, ["/step/action"]),
		"told, but is that all": json.remove(fixture.notify, ["/diff"]),
		"nothing known": {},
	}
	_found == set() with input as request
}

_label(op) := object.union(fixture.label(_labelled), {"diff": [{
	"path": "/metadata/labels/a~1b",
	"op": op,
	"before": "1",
	"after": "1",
	"requested": true,
}]})

_labelled := object.union(fixture.config_map, {"metadata": {"labels": {"a/b": "1"}}})

test_the_objects_show_what_the_diff_says[op] if {
	some op in ["add", "replace", "remove"]
	_found == {"alters"} with input as _label(op)
}

test_the_objects_do_not_show_what_the_diff_says[case] if {
	some case, request in {
		"an addition that got lost": json.remove(_label("add"), ["/after/metadata/labels"]),
		"a replacement that got lost": json.remove(_label("replace"), ["/after/metadata/labels"]),
		"what was replaced got lost": json.remove(_label("replace"), ["/before/metadata/labels"]),
		"what was removed got lost": json.remove(_label("remove"), ["/before/metadata/labels"]),
		"another value": object.union(_label("add"), {"after": {"metadata": {"labels": {"a/b": "2"}}}}),
		"another operation": _label("move"),
		"a path that is none": json.patch(_label("add"), [{"op": "replace", "path": "/diff/0/path", "value": null}]),
		"a change that is none": object.union(_label("add"), {"diff": [null]}),
		"what is made got lost": json.remove(fixture.make(fixture.config_map), ["/after/data"]),
	}
	_found == set() with input as request
}

test_an_item_of_a_list_may_have_stood_elsewhere if {
	sidecar := {"op": "add", "path": "/after/spec/template/spec/containers/0", "value": {"name": "proxy", "image": "p:1"}}
	moved := {"op": "replace", "path": "/diff/0/path", "value": "/spec/template/spec/containers/1/image"}
	_found == {"alters"} with input as json.patch(fixture.set_image("nginx:1.27"), [sidecar, moved])
}

test_a_path_is_within_a_place if {
	change.is_within("/metadata/labels", "/metadata/labels")
	change.is_within("/metadata/labels/a", "/metadata/labels")
	not change.is_within("/metadata/labels", "/metadata/labels/a")
	not change.is_within("/metadata/labelset", "/metadata/labels")
}

test_a_job_runs_its_cronjobs_own_template if change.runs_own_template with input as fixture.trigger

test_what_does_not_run_a_template[case] if {
	some case, request in {
		"a Job of another CronJob": object.union(fixture.trigger, {"target": {"name": "other"}}),
		"a Job that admission adds to": json.patch(
			fixture.trigger,
			[{"op": "replace", "path": "/diff/0/requested", "value": false}],
		),
		"a Job that nobody controls": json.remove(fixture.trigger, ["/after/metadata/ownerReferences"]),
		"a Job that is applied": fixture.make(fixture.job),
		"another kind": object.union(fixture.trigger, {"after": {"kind": "Pod", "apiVersion": "v1"}}),
		"a workload": fixture.scale(3, 5),
	}
	not change.runs_own_template with input as request
}

_claim := {
	"apiVersion": "v1",
	"kind": "PersistentVolumeClaim",
	"metadata": {"name": "data", "namespace": "shop"},
	"spec": {"size": 1},
}

_finalizers(value) := {"path": "/metadata/finalizers", "op": "add", "before": null, "after": value, "requested": false}

test_the_api_server_gives_a_claim_its_finalizer if {
	change.is_servers(_finalizers(["kubernetes.io/pvc-protection"])) with input as fixture.make(_claim)
}

test_any_other_finalizer_is_somebodys if {
	not change.is_servers(_finalizers(["acme.io/hold"])) with input as fixture.make(_claim)
	not change.is_servers(_finalizers(["kubernetes.io/pvc-protection"])) with input as fixture.make(fixture.config_map)
	not change.is_servers(_finalizers(["kubernetes.io/pvc-protection"])) with input as fixture.label(_claim)
}
