package remediation.lib.kube_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.kube

test_a_target_reads_as_its_parts if {
	kube.target == "deployment/shop/checkout" with input as fixture.scale(3, 5)
	kube.target == "node/worker-1" with input as fixture.cordon("worker-1")
	kube.target == "checkout" with input as {"target": {"kind": 7, "namespace": null, "name": "checkout"}}
	kube.target == "" with input as {}
}

test_a_known_kind_lacks_what_it_has_not if {
	kube.lacks("replicas") with input.target.kind as "DaemonSet"
	kube.lacks("pod_template") with input.target.kind as "Node"
	not kube.lacks("replicas") with input.target.kind as "Deployment"
}

test_of_a_scale_only_replicas_are_judged if {
	scale := {"apiVersion": "autoscaling/v1", "kind": "Scale"}
	request := {"target": {"kind": "Widget"}, "before": scale, "after": scale}
	kube.lacks("pod_template") with input as request
	not kube.lacks("replicas") with input as request
	not kube.lacks("namespaced") with input as request
	not kube.lacks("pod_template") with input as object.union(request, {"before": {"kind": null}})
	not kube.lacks("pod_template") with input as object.union(request, {"after": {"apiVersion": "example.com/v1"}})
}

test_an_unknown_kind_lacks_nothing[case] if {
	some case, kind in {"a new kind": "Rollout", "no kind": null, "a number": 7}
	every trait in ["namespaced", "node", "pod_template", "replicas"] {
		not kube.lacks(trait) with input.target.kind as kind
	}
}

test_containers_are_known_by_list_and_name if {
	found := kube.containers(fixture.workload(1, "shop/checkout:2.0.0"))
	{place: container.image | some place, container in found} == {
		"containers/app": "shop/checkout:2.0.0",
		"initContainers/migrate": "shop/migrate:1.4.2",
	}
}

test_a_template_can_be_judged if kube.has_pod_template(fixture.workload(1, "shop/checkout:2.0.0"))

test_a_template_without_init_containers_can_be_judged if {
	kube.has_pod_template(json.remove(fixture.workload(1, "shop/checkout:2.0.0"), ["/spec/template/spec/initContainers"]))
}

test_a_template_cannot_be_judged[case] if {
	some case, patch in {
		"no containers": {"op": "remove", "path": "/spec/template/spec/containers"},
		"an empty list": {"op": "replace", "path": "/spec/template/spec/containers", "value": []},
		"containers that are no list": {"op": "replace", "path": "/spec/template/spec/containers", "value": null},
		"a container without a name": {"op": "remove", "path": "/spec/template/spec/containers/0/name"},
		"init containers that are no list": {"op": "replace", "path": "/spec/template/spec/initContainers", "value": null},
		"a nameless init container": {"op": "remove", "path": "/spec/template/spec/initContainers/0/name"},
		"no template": {"op": "remove", "path": "/spec/template"},
	}
	not kube.has_pod_template(json.patch(fixture.workload(1, "shop/checkout:2.0.0"), [patch]))
}
