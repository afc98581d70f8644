package remediation.rules.preflight.change_window_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.change_window

# The fixtures' time is 11:24:06.942 UTC on a Monday.
_until(to) := {"time_zone": "UTC", "weekdays": ["monday"], "from": "09:00", "to": to}

_denials(request, params) := found if {
	found := count(change_window.deny) with input as request
		with data.config.rules as {"change_window": {"params": params}}
}

test_a_step_is_made_in_a_window[case] if {
	some case, params in {
		"none is set": {},
		"it is still open": {"windows": [_until("11:25")]},
		"one of two is open": {"windows": [_until("11:24"), _until("11:25")]},
		"an exempt action": {"windows": [_until("11:24")], "exempt_actions": ["scale"]},
		"an exempt action, though windows are malformed": {"windows": "always", "exempt_actions": ["scale"]},
	}
	_denials(fixture.scale(3, 5), params) == 0
}

test_a_step_is_not_made_outside_of_windows[case] if {
	some case, params in {
		"it is closed": {"windows": [_until("11:24")]},
		"one of two is malformed": {"windows": [_until("11:25"), {}]},
		"windows that are none": {"windows": null},
		"exempt actions that are none": {"windows": [_until("11:24")], "exempt_actions": {"scale": "scale"}},
	}
	_denials(fixture.scale(3, 5), params) == 1
}

test_what_changes_nothing_needs_no_window if {
	_denials(fixture.wait_for(fixture.config_map), {"windows": [_until("11:24")]}) == 0
	_denials(fixture.notify, {"windows": [_until("11:24")]}) == 0
}

test_a_time_that_is_not_known_is_in_no_window[now] if {
	some now in [null, "yesterday"]
	_denials(json.patch(fixture.scale(3, 5), [{"op": "replace", "path": "/now", "value": now}]), {}) == 1
}

test_the_message_names_time_and_windows if {
	change_window.deny == {{
		"message": concat("", [
			"it is 2026-11-23T11:24:06.942Z, and no change window is open for scale of deployment/shop/checkout: ",
			`[{"from": "09:00", "time_zone": "UTC", "to": "11:24", "weekdays": ["monday"]}]`,
		]),
		"path": null,
	}} with input as fixture.scale(3, 5)
		with data.config.rules as {"change_window": {"params": {"windows": [_until("11:24")]}}}
}
