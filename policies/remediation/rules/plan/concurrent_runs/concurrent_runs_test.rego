package remediation.rules.plan.concurrent_runs_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.concurrent_runs

_beside(running) := object.union(fixture.plan_of([fixture.planned(1)]), {"history": {"running": running}})

test_the_boundary[running] if {
	some running, expected in {0: 0, 99: 0, 100: 1}
	count(concurrent_runs.deny) == expected with input as _beside(running)
}

test_what_is_not_known_denies[case] if {
	some case, request in {
		"no history": object.union(_beside(0), {"history": null}),
		"how many run": _beside(null),
		"nothing": {},
	}
	count(concurrent_runs.deny) == 1 with input as request
}

test_a_maximum_that_is_none_denies if {
	count(concurrent_runs.deny) == 1 with input as _beside(0)
		with data.config.rules as {"concurrent_runs": {"params": {"maximum": null}}}
}

test_the_message_names_both_numbers if {
	concurrent_runs.deny == {{
		"message": "100 other runs are at work; fewer than 100 may be, or it is not known how many are",
		"path": null,
	}} with input as _beside(100)
}
