package remediation.rules.preflight.stateful_deletion_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.stateful_deletion

_claim := {
	"apiVersion": "v1",
	"kind": "PersistentVolumeClaim",
	"metadata": {"name": "data", "namespace": "shop", "uid": "u-9"},
}

_set(retention) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "cache", "namespace": "shop", "uid": "u-9"},
	"spec": {"replicas": 3, "persistentVolumeClaimRetentionPolicy": {"whenScaled": retention, "whenDeleted": "Retain"}},
}

_scale(retention, replicas) := fixture.patch(
	_set(retention),
	[{"op": "replace", "path": "/spec/replicas", "value": replicas}],
)

test_removal_is_approved_first[case] if {
	some case, manifest in {"a claim": _claim, "a StatefulSet": _set("Retain")}
	count(stateful_deletion.require_approval) == 1 with input as fixture.remove(manifest)
}

test_other_kinds_are_not_its_concern if {
	count(stateful_deletion.require_approval) == 0 with input as fixture.remove(fixture.widget)
}

test_fewer_replicas_are_approved_where_claims_go_with_them[case] if {
	some case, [retention, count_after, approvals] in {
		"fewer, and claims go": ["Delete", 2, 1],
		"fewer, and claims stay": ["Retain", 2, 0],
		"as many": ["Delete", 3, 0],
		"more": ["Delete", 4, 0],
	}
	count(stateful_deletion.require_approval) == approvals with input as _scale(retention, count_after)
}

test_a_policy_that_comes_with_the_change_counts if {
	request := fixture.patch(_set("Retain"), [
		{"op": "replace", "path": "/spec/replicas", "value": 2},
		{"op": "replace", "path": "/spec/persistentVolumeClaimRetentionPolicy/whenScaled", "value": "Delete"},
	])
	count(stateful_deletion.require_approval) == 1 with input as request
}

test_what_takes_nothing_passes[case] if {
	some case, request in {
		"made": fixture.make(_claim),
		"labelled": fixture.label(_claim),
		"looked at": fixture.wait_for(_claim),
		"no object": fixture.notify,
	}
	count(stateful_deletion.require_approval) == 0 with input as request
}

test_not_known_is_approved_first[case] if {
	some case, request in {
		"what goes": json.remove(fixture.remove(fixture.widget), ["/target/kind"]),
		"whether it goes": json.remove(fixture.label(_claim), ["/after"]),
		"nothing": {},
	}
	count(stateful_deletion.require_approval) == 1 with input as request
}

test_it_says_how_many_people_it_takes if {
	stateful_deletion.require_approval == {{
		"message": "persistentvolumeclaim/shop/data holds data that would be lost with it",
		"path": null,
		"count": 2,
	}} with input as fixture.remove(_claim)
		with data.config.rules.stateful_deletion.params.approvers as 2
}

test_kinds_can_be_others[case] if {
	some case, [kinds, approvals] in {"none": [[], 0], "its group": [["*.example.com"], 1], "not set": [null, 1]}
	count(stateful_deletion.require_approval) == approvals with input as fixture.remove(fixture.widget)
		with data.config.rules.stateful_deletion.params.kinds as kinds
}

test_it_takes_one_where_nothing_is_said if {
	some finding in stateful_deletion.require_approval with input as fixture.remove(_claim)
		with data.remediation.defaults.stateful_deletion as {}
	finding.count == 1
}
