package remediation.rules.verify.persisted_as_previewed_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.verify.persisted_as_previewed

test_as_previewed_is_fine if {
	count(persisted_as_previewed.deny) == 0 with input as fixture.verified([])
}

test_each_path_that_differs_is_named if {
	found := persisted_as_previewed.deny with input as fixture.verified(["/spec/replicas", "/spec/paused"])
	{finding.path | some finding in found} == {"/spec/replicas", "/spec/paused"}
}

test_an_accepted_path_may_differ_and_what_is_below_it if {
	count(persisted_as_previewed.deny) == 0 with input as fixture.verified(["/metadata/annotations/stamp"])
		with data.config.rules.persisted_as_previewed.params.accepted_paths as ["/metadata/annotations"]
}

test_not_known_is_denied if {
	count(persisted_as_previewed.deny) == 1 with input as fixture.verified(null)
}

test_the_server_gives_a_service_its_addresses if {
	found := {"/spec/clusterIP", "/spec/clusterIPs/0", "/spec/ports/1/nodePort", "/spec/healthCheckNodePort"}
	count(persisted_as_previewed.deny) == 0 with input as fixture.verified([path | some path in found])
	count(persisted_as_previewed.deny) == 1 with input as fixture.verified(["/spec/ports/1/port"])
}
