package remediation.rules.plan.irreversible_approval_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.irreversible_approval

_delete(kind, api_version) := object.union(fixture.planned(1), {
	"action": "delete",
	"reversible": false,
	"target": {"kind": kind, "api_version": api_version},
})

test_passes[case] if {
	some case, step in {
		"what can be undone": fixture.planned(1),
		"a restart": object.union(fixture.planned(1), {"action": "restart", "reversible": false}),
		"a pod that comes back": _delete("Pod", "v1"),
		"a Job": _delete("Job", "batch/v1"),
	}
	irreversible_approval.require_approval == set() with input as fixture.plan_of([fixture.planned(2), step])
}

test_needs_an_approval[case] if {
	some case, step in {
		"a removal of another kind": _delete("Widget", "example.com/v1"),
		"a kind of the same name": _delete("Pod", "example.com/v1"),
		"a step of which it is not known": object.union(fixture.planned(1), {"reversible": null}),
		"a step that is not known": null,
	}
	count(irreversible_approval.require_approval) == 1 with input as fixture.plan_of([fixture.planned(2), step])
}

test_a_plan_or_a_list_that_is_none_needs_an_approval if {
	count(irreversible_approval.require_approval) == 1 with input as {}
	count(irreversible_approval.require_approval) == 1 with input as fixture.plan_of([fixture.planned(1)])
		with data.config.rules as {"irreversible_approval": {"params": {"accepted": null}}}
}

test_the_message_names_the_steps if {
	irreversible_approval.require_approval == {{
		"message": `cannot be undone, or not known if: ["delete of Widget/checkout-1"]`,
		"path": "/steps",
	}} with input as fixture.plan_of([fixture.planned(2), _delete("Widget", "example.com/v1")])
}
