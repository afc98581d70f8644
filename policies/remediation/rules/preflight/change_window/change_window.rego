# METADATA
# title: Changes are made in change windows
# description: >-
#   Where `windows` are set, a step writes only while one of them is open, by the request's own time; none set means always.
#   A window comes every week ({"time_zone": "Europe/Berlin", "weekdays": ["monday", "friday"], "from": "09:00", "to":
#   "17:00"}; one that ends before it begins goes on past midnight) or once ({"from": "2026-12-18T18:00:00+01:00", "to": …}).
#   One that is malformed keeps all of them shut. Actions in `exempt_actions` need none, nor do steps that change nothing;
#   set windows under `namespaces` or `labelled` to have them for some namespaces only. A restore waits for no window.
# custom:
#   solution: >-
#     submit the plan again when a window is open, or change the parameter `windows` or `exempt_actions` of rule
#     change_window
package remediation.rules.preflight.change_window

import data.remediation.lib.calendar
import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _open
	message := $"it is {input.now}, and no change window is open for {input.step.action} of {kube.target}: {_windows}"
}

_open if change.nothing

_open if {
	is_array(_exempt)
	input.step.action in _exempt
}

_open if {
	calendar.known
	_windows == []
}

_open if {
	calendar.are_spells(_windows)
	calendar.in_any(_windows)
}

_windows := config.param("change_window", "windows")

_exempt := config.param("change_window", "exempt_actions")
