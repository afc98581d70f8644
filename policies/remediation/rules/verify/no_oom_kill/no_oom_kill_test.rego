package remediation.rules.verify.no_oom_kill_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.verify.no_oom_kill

_written := "2026-11-23T11:24:06Z"

_with(request, at) := object.union(request, {
	"stage": "verify",
	"written_at": _written,
	"facts": {"pods": [{"name": "checkout-1", "oom_killed_at": at, "terminating": false}]},
})

test_the_boundary_is_the_time_of_the_change[at] if {
	some at, objections in {
		"2026-11-23T11:24:05Z": 0,
		"2026-11-23T11:24:06Z": 1,
		"2026-11-23T11:24:07Z": 1,
		null: 0,
		7: 1,
	}
	count(no_oom_kill.deny) == objections with input as _with(fixture.scale(3, 5), at)
}

test_the_message_names_the_pods if {
	no_oom_kill.deny == {{
		"message": "deployment/shop/checkout has pods that were killed for want of memory: [\"checkout-1 at 2026-11-23T11:24:07Z\"]",
		"path": null,
	}} with input as _with(fixture.scale(3, 5), "2026-11-23T11:24:07Z")
}

test_every_kill_counts_where_the_time_of_the_change_is_not_known if {
	request := object.union(_with(fixture.scale(3, 5), "2026-11-23T11:24:05Z"), {"written_at": null})
	count(no_oom_kill.deny) == 1 with input as request
}

test_passes[case] if {
	some case, request in {
		"a label": _with(fixture.label(fixture.workload(3, "x")), _written),
		"another kind": object.union(fixture.label(fixture.config_map), {"facts": {"pods": null}}),
		"a pod that goes": object.union(
			_with(fixture.scale(3, 5), _written),
			{"facts": {"pods": [{"name": "checkout-1", "oom_killed_at": _written, "terminating": true}]}},
		),
	}
	count(no_oom_kill.deny) == 0 with input as request
}

test_not_known_is_denied[case] if {
	some case, request in {
		"pods": object.union(_with(fixture.scale(3, 5), null), {"facts": {"pods": null}}),
		"nothing": {},
	}
	count(no_oom_kill.deny) == 1 with input as request
}

test_some_may_be_allowed[maximum] if {
	some maximum, objections in {0: 1, 1: 0, null: 1}
	count(no_oom_kill.deny) == objections with input as _with(fixture.scale(3, 5), _written)
		with data.config.rules.no_oom_kill.params.maximum_pods as maximum
}
