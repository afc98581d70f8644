package remediation.lib.fields_test

import data.remediation.lib.fields
import data.remediation.lib.fixture_test as fixture

_marked := object.union(fixture.config_map, {"metadata": {
	"finalizers": ["acme.io/hold"],
	"labels": {"remediation.dev/critical": "true", "pod-security.kubernetes.io/enforce": "baseline"},
	"ownerReferences": [{"kind": "Widget", "name": "w", "uid": "u-3"}],
}})

_on(path, op) := fixture.patch(_marked, [{"op": op, "path": path, "value": "x"}])

_critical := "/metadata/labels/remediation.dev~1critical"

_claim := {
	"apiVersion": "v1",
	"kind": "PersistentVolumeClaim",
	"metadata": {"name": "data", "namespace": "shop", "uid": "u-12"},
	"spec": {"size": 1},
}

_given(finalizer) := fixture.make(object.union(_claim, {"metadata": {"finalizers": [finalizer]}}))

test_passes[case] if {
	some case, request in {
		"an ordinary change": fixture.scale(3, 5),
		"a label": fixture.label(_marked),
		"data": _on("/data/mode", "replace"),
		"an object that goes": fixture.remove(_marked),
		"no object": fixture.notify,
		"a look": fixture.wait_for(_marked),
		"labels that an object is made with": fixture.make(json.remove(
			_marked,
			["/metadata/finalizers", "/metadata/ownerReferences"],
		)),
		"a Job of its CronJob": fixture.trigger,
		"the finalizer that the API server gives to a claim": _given("kubernetes.io/pvc-protection"),
		"a Scale": fixture.scale_custom(3, 5),
	}
	fields.touched == set() with input as request
}

test_denies[path] if {
	some path in [
		"/metadata/finalizers",
		"/metadata/finalizers/0",
		"/metadata/ownerReferences/0/uid",
		"/metadata/ownerReferences",
		_critical,
		"/metadata/labels/pod-security.kubernetes.io~1enforce",
		"/metadata/labels",
	]
	some op in ["add", "replace", "remove"]
	path in {finding.path | some finding in fields.touched} with input as _on(path, op)
}

test_an_object_is_not_made_with_what_holds_it[case] if {
	some case, request in {
		"a finalizer": fixture.make(json.remove(_marked, ["/metadata/ownerReferences"])),
		"an owner": fixture.make(fixture.job),
		"a finalizer of a claim": _given("acme.io/hold"),
	}
	count(fields.touched) > 0 with input as request
}

test_it_is_not_known[case] if {
	some case, request in {
		"what changes": json.remove(fixture.scale(3, 5), ["/diff"]),
		"null for what changes": object.union(fixture.scale(3, 5), {"diff": null}),
		"null for a change": object.union(fixture.scale(3, 5), {"diff": [null]}),
		"where it changes": json.remove(fixture.scale(3, 5), ["/diff/0/path"]),
		"which object it was": json.remove(fixture.scale(3, 5), ["/before/metadata/uid"]),
		"which object it will be": json.remove(fixture.scale(3, 5), ["/after/metadata/name"]),
		"if it will be": object.union(fixture.scale(3, 5), {"after": null}),
		"anything": {},
	}
	count(fields.touched) > 0 with input as request
}

test_another_object_is_denied if {
	fields.touched == {{
		"message": "deployment/shop/checkout would become another object, or it is not known to stay the same",
		"path": "/metadata",
	}} with input as object.union(fixture.scale(3, 5), {"after": {"metadata": {"uid": "u-9"}}})
}

test_a_path_can_be_allowed if {
	count(fields.touched) == 1 with input as _on(_critical, "remove")
	fields.touched == set() with input as _on(_critical, "remove")
		with data.config.rules as {"protected_fields": {"params": {"allowed_paths": ["/metadata/labels/remediation.dev~1*"]}}}
}

test_what_is_allowed_opens_nothing_else[allowed] if {
	some allowed in ["", "/", "metadata", "/metadata/label", 7, "/metadata/labels/remediation.dev~1critical/deeper"]
	count(fields.touched) == 1 with input as _on(_critical, "remove")
		with data.config.rules as {"protected_fields": {"params": {"allowed_paths": [allowed]}}}
}

test_parameters_that_are_not_set_deny[case] if {
	some case, rules in {
		"paths": {"protected_fields": {"params": {"paths": null}}},
		"allowed paths": {"protected_fields": {"params": {"allowed_paths": null}}},
		"the critical label": {"replica_floor": {"params": {"critical_label": null}}},
	}
	count(fields.touched) > 0 with input as fixture.scale(3, 5) with data.config.rules as rules
}

test_a_label_that_gives_leave_to_change_data_is_protected[label] if {
	some label, objections in {"team": 1, "other": 0, null: 0}
	count(fields.touched) == objections with input as fixture.label(fixture.widget)
		with data.config.rules.data_change_allowed.params.label as label
}
