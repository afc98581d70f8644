package remediation.rules.plan.failure_rate_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.failure_rate

_after(finished, failed) := object.union(
	fixture.plan_of([fixture.planned(1)]),
	{"history": {"finished": finished, "failed": failed}},
)

test_the_boundary[case] if {
	some case, [expected, finished, failed] in {
		"none ended": [0, 0, 0],
		"all failed, but they are few": [0, 49, 49],
		"as many as may fail": [0, 50, 45],
		"one more": [1, 50, 46],
	}
	count(failure_rate.deny) == expected with input as _after(finished, failed)
}

test_what_is_not_known_denies[case] if {
	some case, request in {
		"no history": object.union(_after(0, 0), {"history": null}),
		"how many ended": _after(null, 0),
		"how many failed": _after(0, null),
		"nothing": {},
	}
	count(failure_rate.deny) == 1 with input as request
}

test_parameters_that_are_none_deny[name] if {
	some name in ["maximum_percent", "minimum_runs"]
	count(failure_rate.deny) == 1 with input as _after(0, 0)
		with data.config.rules as {"failure_rate": {"params": {name: null}}}
}

test_the_message_names_both_numbers if {
	failure_rate.deny == {{
		"message": "46 of 50 runs of the last hour failed; at most 90 % may have, or it is not known how many did",
		"path": null,
	}} with input as _after(50, 46)
}
