package remediation.rules.preflight.image_registry_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.image_registry

test_an_image_with_a_version_passes if image_registry.deny == set() with input as fixture.set_image("nginx:1.27")

test_denies[image] if {
	some image in ["nginx", "nginx:latest", "registry.example:5000/nginx"]
	count(image_registry.deny) == 1 with input as fixture.set_image(image)
}

test_the_answer_is_judged_not_the_question if {
	request := json.patch(fixture.set_image("nginx:1.27"), [{
		"op": "replace",
		"path": "/after/spec/template/spec/initContainers/0/image",
		"value": "nginx:latest",
	}])
	count(image_registry.deny) == 1 with input as request
}
