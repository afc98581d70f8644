package remediation.rules.preflight.recent_runs_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.recent_runs

_after(runs, seconds) := object.union(fixture.scale(3, 5), {"history": {"target": {
	"runs": runs,
	"failed": 0,
	"seconds_since_last": seconds,
}}})

_denials(request) := found if {
	found := count(recent_runs.deny) with input as request
		with data.config.rules as {"recent_runs": {"params": {"maximum": 3, "cooldown_seconds": 60}}}
}

test_the_boundary[case] if {
	some case, [expected, request] in {
		"no run": [0, _after(0, null)],
		"one below the maximum, after a rest": [0, _after(2, 60)],
		"at the maximum": [1, _after(3, 60)],
		"not rested": [1, _after(2, 59.999)],
		"both": [2, _after(3, 0)],
		"a look": [0, object.union(fixture.wait_for(fixture.config_map), {"history": null})],
		"no object": [0, fixture.notify],
	}
	_denials(request) == expected
}

test_what_is_not_known_denies[case] if {
	some case, request in {
		"no history": object.union(fixture.scale(3, 5), {"history": null}),
		"no history of the target": object.union(fixture.scale(3, 5), {"history": {"target": null}}),
		"nothing": {},
	}
	_denials(request) == 2
}

test_a_last_run_that_is_not_known_was_too_late if _denials(_after(1, null)) == 1

test_by_default_there_is_no_rest_and_the_maximum_is_generous if {
	recent_runs.deny == set() with input as _after(499, 0)
	count(recent_runs.deny) == 1 with input as _after(500, 0)
}

test_parameters_that_are_none_deny if {
	count(recent_runs.deny) == 2 with input as _after(1, 1000)
		with data.config.rules as {"recent_runs": {"params": {"maximum": null, "cooldown_seconds": null}}}
}

test_the_messages_name_object_and_bounds if {
	recent_runs.deny == {
		{
			"message": "3 other runs wrote to deployment/shop/checkout within the hour; fewer than 3 may have",
			"path": null,
		},
		{
			"message": "the last run that wrote to deployment/shop/checkout began 12 s ago; 60 s must have gone by",
			"path": null,
		},
	} with input as _after(3, 12)
		with data.config.rules as {"recent_runs": {"params": {"maximum": 3, "cooldown_seconds": 60}}}
}
