# METADATA
# title: No changes during a freeze
# description: >-
#   While one of the `freezes` lasts, by the request's own time, no step writes; none are set by default. A freeze is one
#   spell ({"from": "2026-12-18T18:00:00+01:00", "to": "2027-01-04T08:00:00+01:00"}) or comes every week ({"time_zone":
#   "Europe/Berlin", "weekdays": ["friday"], "from": "15:00", "to": "24:00"}). One that is malformed freezes everything.
#   Actions in `exempt_actions` go on, as do steps that change nothing; set freezes under `namespaces` or `labelled` to have
#   them for some namespaces only. What was changed before is put back also during a freeze.
# custom:
#   solution: >-
#     wait until the freeze is over, or change the parameter `freezes` or `exempt_actions` of rule change_freeze
package remediation.rules.preflight.change_freeze

import data.remediation.lib.calendar
import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _thawed
	message := $"it is {input.now}, and {input.step.action} of {kube.target} is frozen by one of these: {_freezes}"
}

_thawed if change.nothing

_thawed if {
	is_array(_exempt)
	input.step.action in _exempt
}

_thawed if {
	calendar.known
	calendar.are_spells(_freezes)
	not _frozen
}

_frozen if calendar.in_any(_freezes)

_freezes := config.param("change_freeze", "freezes")

_exempt := config.param("change_freeze", "exempt_actions")
