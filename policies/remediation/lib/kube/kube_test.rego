package remediation.lib.kube_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.kube

test_a_target_reads_as_its_parts if {
	kube.target == "deployment/shop/checkout" with input as fixture.scale(3, 5)
	kube.target == "node/worker-1" with input as fixture.cordon("worker-1")
	kube.target == "no object" with input as fixture.notify
	kube.target == "checkout" with input as {"target": {"kind": 7, "namespace": null, "name": "checkout"}}
	kube.target == "" with input as {}
}

test_a_kind_is_spelt_with_its_group[expected] if {
	some expected, request in {
		"Deployment.apps": fixture.scale(3, 5),
		"Node": fixture.cordon("worker-1"),
		"Widget.example.com": fixture.scale_custom(3, 5),
	}
	kube.kind == expected with input as request
}

test_a_kind_of_which_a_part_is_missing_is_not_known[part] if {
	some part in ["kind", "api_version"]
	not kube.kind with input as json.remove(fixture.scale(3, 5), [$"/target/{part}"])
	not kube.kind with input as object.union(fixture.scale(3, 5), {"target": {part: null}})
}

test_an_objects_kind_is_spelt_the_same_way if {
	kube.kind_of(fixture.config_map) == "ConfigMap"
	kube.kind_of(fixture.job) == "Job.batch"
	not kube.kind_of({"kind": "Job"})
}

test_a_list_names_kinds_or_groups if {
	kube.listed("Job.batch", ["Pod", "Job.batch"])
	kube.listed("Role.rbac.authorization.k8s.io", ["*.rbac.authorization.k8s.io"])
	not kube.listed("Job.batch", ["Job", "*.apps", "batch", "*"])
	not kube.listed("Pod", ["*.apps", "*"])
}

test_what_is_in_no_namespace[case] if {
	some case, request in {"a node": fixture.cordon("worker-1"), "no object": fixture.notify}
	kube.in_no_namespace with input as request
}

test_what_is_in_a_namespace_or_may_be[case] if {
	some case, request in {
		"a workload": fixture.scale(3, 5),
		"a workload of which the plan names no namespace": object.union(fixture.scale(3, 5), {"target": {"namespace": null}}),
		"one of which the namespace could not be read": object.union(fixture.scale(3, 5), {
			"target": {"namespace": null},
			"namespace": null,
		}),
		"one that is made": object.union(fixture.make(fixture.config_map), {
			"target": {"namespace": null},
			"namespace": null,
		}),
		"an object without a target": object.union(fixture.cordon("worker-1"), {"target": null}),
		"nothing known": {},
	}
	not kube.in_no_namespace with input as request
}

test_a_place_holds_something_or_null if {
	kube.at({"spec": {"a": [7]}}, ["spec", "a", 0]) == 7
	kube.at({"spec": {"a": [7]}}, ["spec", "b", "c"]) == null
	kube.at({"spec": null}, ["spec", "b"]) == null
	kube.at(null, ["spec"]) == null
}

test_a_pointer_leads_somewhere_or_to_null if {
	kube.pointed({"spec": {"items": [{"a/b~c": 7}]}}, "/spec/items/0/a~1b~0c") == 7
	kube.pointed({"data": {"7": "x"}}, "/data/7") == "x"
	kube.pointed({"data": {}}, "/data/7") == null
	not kube.pointed({"data": {}}, null)
}
