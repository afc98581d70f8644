package remediation.rules.dry_run.disruption_budget_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.disruption_budget

test_the_boundary[headroom] if {
	some headroom, objections in {0: 1, 1: 0}
	request := json.patch(
		fixture.set_image("nginx:1.27"),
		[{"op": "replace", "path": "/facts/budgets/0/disruptions_allowed", "value": headroom}],
	)
	count(disruption_budget.deny) == objections with input as request
}

test_a_template_that_changes_on_the_way_takes_pods if {
	request := json.patch(fixture.scale(3, 5), [
		{"op": "replace", "path": "/facts/budgets/0/disruptions_allowed", "value": 0},
		{"op": "add", "path": "/after/spec/template/metadata/annotations", "value": {"injected": "true"}},
	])
	count(disruption_budget.deny) == 1 with input as request
}
