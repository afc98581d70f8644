package remediation.rules.plan.plan_size_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.plan_size

test_the_boundary[steps] if {
	some steps, wanted in {1: 0, 10: 0, 11: 1, 100: 1}
	request := fixture.plan_of([fixture.planned(id) | some id in numbers.range(1, steps)])
	count(plan_size.require_approval) == wanted with input as request
	count(plan_size.deny) == 0 with input as request
}

test_steps_that_are_not_known_are_denied if {
	count(plan_size.deny) == 1 with input as json.patch(fixture.plan_of([]), [{"op": "remove", "path": "/plan/steps"}])
}

test_without_its_parameter_every_plan_needs_an_approval if {
	count(plan_size.require_approval) == 1 with input as fixture.plan_of([fixture.planned(1)])
		with data.remediation.defaults.plan_size as {}
}
