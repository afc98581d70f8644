# METADATA
# title: No new plan while most of them fail
# description: >-
#   When more than `maximum_percent` of the runs that ended within the last hour failed, were rolled back or left something
#   changed, no new plan begins; fewer than `minimum_runs` of them say nothing yet. The store counts; where it could not, the
#   plan is denied.
# custom:
#   solution: >-
#     find out why runs fail before more of them begin; the parameters `maximum_percent` and `minimum_runs` of rule
#     failure_rate set the bounds
package remediation.rules.plan.failure_rate

import data.remediation.lib.config

deny contains {"message": message, "path": null} if {
	not _sound
	message := concat("", [
		$"{input.history.failed} of {input.history.finished} runs of the last hour failed; ",
		$"at most {_percent} % may have, or it is not known how many did",
	])
}

_sound if {
	_counted
	input.history.finished < _minimum
}

_sound if {
	_counted
	input.history.failed * 100 <= input.history.finished * _percent
}

_counted if {
	is_number(_percent)
	is_number(_minimum)
	is_number(input.history.finished)
	is_number(input.history.failed)
}

_percent := config.param("failure_rate", "maximum_percent")

_minimum := config.param("failure_rate", "minimum_runs")
