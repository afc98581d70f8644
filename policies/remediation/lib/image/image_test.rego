package remediation.lib.image_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.image

_digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

test_parses[reference] if {
	some reference, [registry, name, tag, digest] in {
		"nginx": ["docker.io", "docker.io/library/nginx", "", ""],
		"nginx:1.27": ["docker.io", "docker.io/library/nginx", "1.27", ""],
		"acme/web:2": ["docker.io", "docker.io/acme/web", "2", ""],
		"acme/team/web:2": ["docker.io", "docker.io/acme/team/web", "2", ""],
		"docker.io/nginx:1.27": ["docker.io", "docker.io/library/nginx", "1.27", ""],
		"index.docker.io/acme/web:2": ["docker.io", "docker.io/acme/web", "2", ""],
		"registry.example/web": ["registry.example", "registry.example/web", "", ""],
		"registry.example:5000/web": ["registry.example:5000", "registry.example:5000/web", "", ""],
		"registry.example:5000/a/b:1.0": ["registry.example:5000", "registry.example:5000/a/b", "1.0", ""],
		"localhost/web:1": ["localhost", "localhost/web", "1", ""],
		"localhost:5000/web:1": ["localhost:5000", "localhost:5000/web", "1", ""],
		"[::1]:5000/web:1": ["[::1]:5000", "[::1]:5000/web", "1", ""],
		"Acme/web:1": ["Acme", "Acme/web", "1", ""],
		"web:5000": ["docker.io", "docker.io/library/web", "5000", ""],
		$"web@{_digest}": ["docker.io", "docker.io/library/web", "", _digest],
		$"registry.example:5000/a_b/c--d:1@{_digest}": [
			"registry.example:5000",
			"registry.example:5000/a_b/c--d",
			"1",
			_digest,
		],
	}
	image.parsed(reference) == {"registry": registry, "name": name, "tag": tag, "digest": digest}
}

test_is_no_reference[case] if {
	some case, reference in {
		"nothing": "",
		"null": null,
		"a number": 7,
		"upper case": "Nginx:1",
		"no name": "registry.example:5000/",
		"an empty tag": "nginx:",
		"a tag that begins with a dot": "nginx:.1",
		"a short digest": "nginx@sha256:0123",
		"a digest without its hash": $"nginx@{trim_prefix(_digest, "sha256:")}",
		"two digests": $"nginx@{_digest}@{_digest}",
		"a line more": "nginx:1\nnginx:2",
		"a space": "nginx:1 ",
		"a path that climbs": "registry.example/../web:1",
		"an empty part": "registry.example//web:1",
		"a scheme": "https://registry.example/web:1",
	}
	not image.parsed(reference)
}

test_accepts[case] if {
	some case, reference in {
		"a version": "nginx:1.27",
		"a digest": $"nginx@{_digest}",
		"a digest beside latest": $"nginx:latest@{_digest}",
		"a registry with a port": "registry.example:5000/web:1.0",
		"a tag that begins like latest": "nginx:latest-1.27",
	}
	image.objections == set() with input as fixture.set_image(reference)
}

test_objects[case] if {
	some case, reference in {
		"no tag": "nginx",
		"no tag behind a port": "registry.example:5000/web",
		"latest": "nginx:latest",
		"latest, shouted": "nginx:LATEST",
		"latest behind a port": "registry.example:5000/web:latest",
		"no reference": "Nginx",
		"no image": null,
	}
	count(image.objections) == 1 with input as fixture.set_image(reference)
}

test_an_image_that_stays_is_not_judged if {
	image.objections == set() with input as object.union(fixture.set_image("nginx"), {"before": fixture.workload(3, "nginx")})
}

test_an_image_that_stays_in_a_container_that_changes_is_not_judged if {
	image.objections == set() with input as fixture.patch(
		fixture.workload(3, "nginx"),
		[{"op": "add", "path": "/spec/template/spec/containers/0/tty", "value": true}],
	)
}

test_a_container_that_is_none_is_not_known if {
	count(image.objections) == 1 with input as json.patch(
		fixture.set_image("nginx:1.27"),
		[{"op": "replace", "path": "/after/spec/template/spec/containers/0", "value": "nginx:1.27"}],
	)
}

test_an_init_container_is_judged if {
	request := json.patch(fixture.scale(3, 5), [{
		"op": "replace",
		"path": "/after/spec/template/spec/initContainers/0/image",
		"value": "shop/migrate",
	}])
	{objection.path | some objection in image.objections} == {"/spec/template/spec/initContainers/0/image"} with input as request
}

test_a_container_that_is_new_is_judged if {
	request := json.patch(fixture.scale(3, 5), [{
		"op": "add",
		"path": "/after/spec/template/spec/containers/-",
		"value": {"name": "proxy", "image": "mesh/proxy:latest"},
	}])
	count(image.objections) == 1 with input as request
}

test_there_is_no_image_to_judge[case] if {
	some case, request in {
		"a node": fixture.cordon("worker-1"),
		"a ConfigMap": fixture.label(fixture.config_map),
		"a custom resource without a pod": fixture.label(fixture.widget),
		"a Scale": fixture.scale_custom(3, 5),
		"no object": fixture.notify,
		"what is removed": fixture.remove(fixture.workload(3, "nginx")),
		"a container without an image that stays as it is": fixture.label(object.union(
			fixture.widget,
			{"spec": {"containers": [{"name": "app"}]}},
		)),
	}
	image.objections == set() with input as request
}

_latest(patch) := fixture.make(json.patch(fixture.workload(1, "x:1"), [patch]))

test_every_image_of_what_is_made_is_judged if {
	{"/spec/template/spec/containers/0/image", "/spec/template/spec/initContainers/0/image"} == {objection.path |
		some objection in image.objections
	} with input as _latest({"op": "add", "path": "/spec/template/spec/initContainers/0/image", "value": "nginx:latest"})
		with data.config.rules as _registries
}

test_an_image_is_judged_wherever_its_pod_stands[place] if {
	some place, manifest in {
		"/spec": fixture.pod,
		"/spec/pod": object.union(fixture.widget, {"spec": {"pod": fixture.pod.spec}}),
	}
	path := $"{place}/containers/0/image"
	{objection.path | some objection in image.objections} == {path} with input as fixture.patch(manifest, [{
		"op": "replace",
		"path": path,
		"value": "nginx:latest",
	}])
}

_volume(image) := [{"op": "add", "path": "/spec/template/spec/volumes/-", "value": {
	"name": "model",
	"image": {"reference": image},
}}]

test_an_image_that_is_a_volume_is_judged if {
	manifest := fixture.workload(1, "x:1")
	image.objections == {{
		"message": concat("", [
			"volume model of deployment/shop/checkout would run acme/model, which names no version: ",
			"give a digest, or a tag that is none of [\"latest\"]",
		]),
		"path": "/spec/template/spec/volumes/1/image",
	}} with input as object.union(
		fixture.patch(manifest, [{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}]),
		{"after": json.patch(manifest, _volume("acme/model"))},
	)
	with_it := json.patch(manifest, _volume("acme/model"))
	image.objections == set() with input as fixture.patch(
		with_it,
		[{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}],
	)
}

test_a_job_of_its_cronjobs_template_brings_no_image if {
	latest := fixture.trigger_of(json.patch(fixture.job, [{
		"op": "replace",
		"path": "/spec/template/spec/containers/0/image",
		"value": "shop/tidy:latest",
	}]))
	image.objections == set() with input as latest
	count(image.objections) == 1 with input as json.patch(
		latest,
		[{"op": "replace", "path": "/diff/0/requested", "value": false}],
	)
}

test_what_is_not_known_is_denied[case] if {
	some case, paths in {
		"no containers": ["/after/spec/template/spec/containers"],
		"no object": ["/after"],
		"no kind and no object": ["/target/kind", "/after"],
		"no containers before": ["/before"],
	}
	count(image.objections) > 0 with input as json.remove(fixture.set_image("nginx"), paths)
}

_registries := {"image_registry": {"params": {"registries": ["registry.example:5000", "docker.io/acme/"]}}}

test_only_from_the_registries_once_they_are_set[reference] if {
	some reference, objections in {
		"registry.example:5000/web:1": 0,
		"acme/web:1": 0,
		"docker.io/acme/team/web:1": 0,
		"acmes/web:1": 1,
		"nginx:1.27": 1,
		"registry.example/web:1": 1,
		"registry.example:5000.evil.example/web:1": 1,
		"evil.example/registry.example:1": 1,
		$"nginx@{_digest}": 1,
	}
	count(image.objections) == objections with input as fixture.set_image(reference) with data.config.rules as _registries
}

test_the_message_says_what_is_wrong[reference] if {
	some reference, why in {
		"nginx:latest": "names no version: give a digest, or a tag that is none of [\"latest\"]",
		"Nginx:1": "is no image reference",
		"nginx:1": "comes from none of the allowed registries [\"registry.example:5000\", \"docker.io/acme/\"]",
	}
	image.objections == {{
		"message": $"container app of deployment/shop/checkout would run {reference}, which {why}",
		"path": "/spec/template/spec/containers/0/image",
	}} with input as fixture.set_image(reference)
		with data.config.rules as _registries
}

test_parameters_that_are_no_lists_deny[name] if {
	some name in ["registries", "forbidden_tags"]
	count(image.objections) > 0 with input as fixture.set_image("nginx:1.27")
		with data.config.rules as {"image_registry": {"params": {name: null}}}
}

_params(changed) := object.union({"digest_required": false, "only_tag_may_change": false}, changed)

test_a_digest_can_be_required[case] if {
	some case, [reference, required, objections] in {
		"a digest": [$"nginx@{_digest}", true, 0],
		"a digest beside a tag": [$"nginx:1.27@{_digest}", true, 0],
		"a tag": ["nginx:1.27", true, 1],
		"a tag, where none is required": ["nginx:1.27", false, 0],
	}
	count(image.objections) == objections with input as fixture.set_image(reference)
		with data.config.rules.image_registry.params as _params({"digest_required": required})
}

test_only_the_tag_may_change[case] if {
	some case, [reference, objections] in {
		"another tag": ["shop/checkout:1.4.3", 0],
		"its name spelt out": ["docker.io/shop/checkout:1.4.3", 0],
		"another name": ["shop/cart:1.4.2", 1],
		"another registry": ["registry.example/shop/checkout:1.4.2", 1],
	}
	count(image.objections) == objections with input as fixture.set_image(reference)
		with data.config.rules.image_registry.params as _params({"only_tag_may_change": true})
}

_proxy := fixture.patch(fixture.workload(3, "shop/checkout:1.4.2"), [{
	"op": "add",
	"path": "/spec/template/spec/containers/1",
	"value": {"name": "proxy", "image": "shop/checkout:1.4.2"},
}])

_model := fixture.patch(fixture.workload(3, "shop/checkout:1.4.2"), [{
	"op": "add",
	"path": "/spec/template/spec/volumes/1",
	"value": {"name": "model", "image": {"reference": "shop/model:1"}},
}])

test_what_had_no_image_before_has_none_to_keep[case] if {
	some case, [request, objections] in {
		"a container more": [_proxy, 1],
		"a volume more": [_model, 1],
		"what is made": [fixture.make(fixture.workload(3, "nginx:1.27")), 0],
	}
	count(image.objections) == objections with input as request
		with data.config.rules.image_registry.params as _params({"only_tag_may_change": true})
}

test_the_messages_tell_what_is_missing[message] if {
	some message, [params, reference] in {
		"names no digest": [{"digest_required": true}, "nginx:1.27"],
		"is another image than before, and only its version may change": [{"only_tag_may_change": true}, "nginx:1.27"],
	}
	image.objections == {{
		"message": $"container app of deployment/shop/checkout would run {reference}, which {message}",
		"path": "/spec/template/spec/containers/0/image",
	}} with input as fixture.set_image(reference)
		with data.config.rules.image_registry.params as _params(params)
}

test_parameters_that_say_neither_yes_nor_no_deny[name] if {
	some name in ["digest_required", "only_tag_may_change"]
	image.objections != set() with input as fixture.set_image("nginx:1.27")
		with data.config.rules.image_registry.params as _params({name: null})
}
