package remediation.rules.plan.production_approval_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.production_approval

_evict(environment) := object.union(fixture.planned(1), {
	"action": "evict_pod",
	"namespace": {"labels": {"environment": environment}},
})

test_passes[case] if {
	some case, step in {
		"an ordinary step": fixture.planned(1),
		"a restart in production": object.union(_evict("production"), {"action": "restart"}),
		"an eviction elsewhere": _evict("staging"),
		"a drain": object.union(_evict("x"), {"action": "drain", "target": {"namespace": null}, "namespace": null}),
		"one that is judged late": object.union(_evict("production"), {"assess": "late", "namespace": null}),
	}
	production_approval.require_approval == set() with input as fixture.plan_of([fixture.planned(2), step])
}

test_needs_an_approval[case] if {
	some case, step in {
		"an eviction in production": _evict("production"),
		"a namespace that was not read": object.union(_evict("x"), {"namespace": null}),
		"an action that is not known": object.union(_evict("x"), {"action": null}),
		"a step that is not known": null,
	}
	count(production_approval.require_approval) == 1 with input as fixture.plan_of([fixture.planned(2), step])
}

test_a_plan_that_is_not_known_needs_an_approval if {
	count(production_approval.require_approval) == 1 with input as {}
}

test_the_message_names_the_steps if {
	production_approval.require_approval == {{
		"message": concat("", [
			`destructive in production (environment in ["prod", "production"]), or not known to be elsewhere: `,
			`["evict_pod of shop/checkout-1"]`,
		]),
		"path": "/steps",
	}} with input as fixture.plan_of([fixture.planned(2), _evict("production")])
}
