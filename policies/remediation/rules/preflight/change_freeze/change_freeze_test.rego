package remediation.rules.preflight.change_freeze_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.change_freeze

# The fixtures' time is 11:24:06.942 UTC on a Monday.
_before_noon := {"time_zone": "UTC", "weekdays": ["monday"], "from": "09:00", "to": "12:00"}

_until(to) := {"from": "2026-11-20T18:00:00Z", "to": to}

_denials(request, params) := found if {
	found := count(change_freeze.deny) with input as request
		with data.config.rules as {"change_freeze": {"params": params}}
}

test_a_step_is_made_while_nothing_is_frozen[case] if {
	some case, params in {
		"none is set": {},
		"it is over": {"freezes": [_until("2026-11-23T11:24:06.942Z")]},
		"an exempt action": {"freezes": [_before_noon], "exempt_actions": ["scale"]},
	}
	_denials(fixture.scale(3, 5), params) == 0
}

test_a_step_is_not_made_during_a_freeze[case] if {
	some case, params in {
		"it lasts": {"freezes": [_until("2026-11-23T11:24:06.943Z")]},
		"one of two lasts": {"freezes": [_until("2026-11-23T11:00:00Z"), _before_noon]},
		"one is malformed": {"freezes": [{}]},
		"freezes that are none": {"freezes": null},
		"exempt actions that are none": {"freezes": [_before_noon], "exempt_actions": {"scale": "scale"}},
	}
	_denials(fixture.scale(3, 5), params) == 1
}

test_what_changes_nothing_goes_on if {
	_denials(fixture.wait_for(fixture.config_map), {"freezes": [_before_noon]}) == 0
	_denials(fixture.notify, {"freezes": [_before_noon]}) == 0
}

test_a_time_that_is_not_known_is_frozen[now] if {
	some now in [null, "yesterday"]
	_denials(json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/now", "value": now}]), {}) == 1
}

test_the_message_names_time_and_freezes if {
	change_freeze.deny == {{
		"message": concat("", [
			"it is 2026-11-23T11:24:06.942Z, and scale of deployment/shop/checkout is frozen by one of these: ",
			`[{"from": "2026-11-20T18:00:00Z", "to": "2026-11-24T00:00:00Z"}]`,
		]),
		"path": null,
	}} with input as fixture.scale(3, 5)
		with data.config.rules as {"change_freeze": {"params": {"freezes": [_until("2026-11-24T00:00:00Z")]}}}
}
