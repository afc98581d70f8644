package remediation.lib.pods_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.pods

_pools := object.union(fixture.widget, {"spec": {"pools": [{"size": 3}, fixture.pod.spec]}})

test_pods_are_found_wherever_they_stand[place] if {
	some place, manifest in {
		"/spec": fixture.pod,
		"/spec/template/spec": fixture.workload(1, "x"),
		"/spec/jobTemplate/spec/template/spec": fixture.cron_job,
		"/spec/pools/1": _pools,
	}
	[place] == [found | some found, _ in pods.found.before] with input as fixture.label(manifest)
}

test_there_are_none[case] if {
	some case, manifest in {"a ConfigMap": fixture.config_map, "a node": fixture.node("worker-1", {})}
	not pods.found.before with input as fixture.label(manifest)
}

test_what_an_object_tells_of_itself_is_no_pod if {
	manifest := object.union(fixture.widget, {"status": {"pod": fixture.pod.spec}})
	pods.found == {} with input as fixture.label(manifest)
}

test_only_what_changes_is_changed if {
	pods.changed == set() with input as fixture.label(fixture.pod)
	pods.changed == {"/spec/template/spec"} with input as fixture.set_image("nginx:1.27")
	pods.changed == {"/spec"} with input as fixture.make(fixture.pod)
}

test_judgeable[case] if {
	some case, request in {
		"a change": fixture.set_image("nginx:1.27"),
		"a custom resource": fixture.label(fixture.widget),
		"a custom resource of which the containers have no names, but stay": fixture.label(object.union(
			fixture.widget,
			{"spec": {"containers": ["a"]}},
		)),
		"a pod that is made": fixture.make(fixture.pod),
		"an object that is removed": fixture.remove(fixture.workload(1, "x")),
		"a look": fixture.wait_for(fixture.workload(1, "x")),
		"no object": fixture.notify,
		"a Scale": fixture.scale_custom(3, 5),
		"no init containers": json.remove(fixture.set_image("nginx:1.27"), [
			"/before/spec/template/spec/initContainers",
			"/after/spec/template/spec/initContainers",
		]),
	}
	pods.judgeable with input as request
}

_changed(patch) := json.patch(fixture.set_image("nginx:1.27"), [patch])

test_not_judgeable[case] if {
	some case, request in {
		"no containers": _changed({"op": "remove", "path": "/after/spec/template/spec/containers"}),
		"an empty list": _changed({"op": "replace", "path": "/after/spec/template/spec/containers", "value": []}),
		"containers that are no list": _changed({
			"op": "replace",
			"path": "/after/spec/template/spec/containers",
			"value": null,
		}),
		"a container without a name": _changed({"op": "remove", "path": "/after/spec/template/spec/containers/0/name"}),
		"a container that had no name": _changed({"op": "remove", "path": "/before/spec/template/spec/containers/0/name"}),
		"init containers that are no list": _changed({
			"op": "replace",
			"path": "/after/spec/template/spec/initContainers",
			"value": null,
		}),
		"no template": _changed({"op": "remove", "path": "/after/spec/template"}),
		"no template before": _changed({"op": "remove", "path": "/before/spec/template"}),
		"no kind": _changed({"op": "remove", "path": "/after/kind"}),
		"no API version": _changed({"op": "replace", "path": "/before/apiVersion", "value": null}),
		"a Deployment without a template that is made": fixture.make(json.remove(
			fixture.workload(1, "x"),
			["/spec/template"],
		)),
		"nothing known": {},
	}
	not pods.judgeable with input as request
}

test_removed_without_a_pod[case] if {
	some case, manifest in {"a ConfigMap": fixture.config_map, "a custom resource": fixture.widget}
	pods.none_removed with input as fixture.remove(manifest)
}

test_removed_with_pods_or_perhaps[case] if {
	some case, request in {
		"a pod": fixture.remove(fixture.pod),
		"a workload": fixture.remove(fixture.workload(1, "x")),
		"a Deployment without a template": fixture.remove(json.remove(fixture.workload(1, "x"), ["/spec/template"])),
		"a node": fixture.remove(fixture.node("worker-1", {})),
		"a Namespace": fixture.remove({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
		"a kind that is not known": fixture.remove(object.union(fixture.config_map, {"kind": null})),
		"an object that stays": fixture.label(fixture.config_map),
	}
	not pods.none_removed with input as request
}

test_templates_stay[case] if {
	some case, request in {
		"a label of the object": fixture.label(fixture.workload(1, "x")),
		"replicas": fixture.scale(3, 5),
		"a label of a pod": fixture.label(fixture.pod),
		"a Scale": fixture.scale_custom(3, 5),
		"an annotation of a custom resource with a pod": fixture.label(_pools),
		"a label of a pod of which the containers are none": fixture.label(object.union(
			fixture.pod,
			{"spec": {"containers": ["app"]}},
		)),
		"resources of a pod": fixture.patch(fixture.pod, [{
			"op": "add",
			"path": "/spec/containers/0/resources",
			"value": {"limits": {"memory": "1Gi"}},
		}]),
	}
	pods.templates_stay with input as request
}

test_templates_do_not_stay[case] if {
	some case, request in {
		"an image": fixture.set_image("nginx:1.27"),
		"an annotation of the template": fixture.patch(fixture.workload(1, "x"), [{
			"op": "add",
			"path": "/spec/template/metadata/annotations",
			"value": {"restarted": "now"},
		}]),
		"an annotation that got lost on the way": json.remove(
			fixture.patch(fixture.workload(1, "x"), [{
				"op": "add",
				"path": "/spec/template/metadata/annotations",
				"value": {"restarted": "now"},
			}]),
			["/after/spec/template/metadata/annotations"],
		),
		"resources of a template": fixture.patch(fixture.workload(1, "x"), [{
			"op": "add",
			"path": "/spec/template/spec/containers/0/resources",
			"value": {"limits": {"memory": "1Gi"}},
		}]),
		"an image of a pod": fixture.patch(fixture.pod, [{"op": "replace", "path": "/spec/containers/0/image", "value": "y"}]),
		"a pod of which the containers are none": fixture.patch(
			object.union(fixture.pod, {"spec": {"containers": ["app"]}}),
			[{"op": "replace", "path": "/spec/containers/0", "value": "web"}],
		),
		"a pod in a custom resource": fixture.patch(_pools, [{"op": "add", "path": "/spec/pools/1/hostPID", "value": true}]),
		"a template that is new": fixture.patch(fixture.widget, [{
			"op": "add",
			"path": "/spec/pod",
			"value": fixture.pod.spec,
		}]),
		"a template that is not known": json.remove(fixture.scale(3, 5), ["/before/spec/template"]),
		"a kind that is not known": json.remove(fixture.scale(3, 5), ["/after/kind"]),
	}
	not pods.templates_stay with input as request
}

test_containers_are_known_by_list_and_name if {
	found := pods.containers(fixture.workload(1, "shop/checkout:2.0.0").spec.template.spec)
	{place: container.image | some place, container in found} == {
		"containers/app": "shop/checkout:2.0.0",
		"initContainers/migrate": "shop/migrate:1.4.2",
	}
}
