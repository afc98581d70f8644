# METADATA
# title: Not again and again
# description: >-
#   A target to which `maximum` or more other runs wrote, or tried to, within the last hour is left alone, and so is one for
#   `cooldown_seconds` after the last of them began: what is repaired over and over has another fault. The store counts; where
#   it could not, the step is denied. Steps that change nothing pass.
# custom:
#   solution: >-
#     find out why the earlier runs did not help, or wait; the parameters `maximum` and `cooldown_seconds` of rule
#     recent_runs set the bounds
package remediation.rules.preflight.recent_runs

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _few
	message := concat("", [
		$"{_runs} other runs wrote to {kube.target} within the hour; ",
		$"fewer than {_maximum} may have",
	])
}

deny contains {"message": message, "path": null} if {
	not _rested
	message := concat("", [
		$"the last run that wrote to {kube.target} began {_seconds} s ago; ",
		$"{_cooldown} s must have gone by",
	])
}

_few if change.nothing

_few if {
	is_number(_maximum)
	is_number(input.history.target.runs)
	input.history.target.runs < _maximum
}

_rested if change.nothing

_rested if input.history.target.runs == 0

_rested if {
	is_number(_cooldown)
	is_number(input.history.target.seconds_since_last)
	input.history.target.seconds_since_last >= _cooldown
}

_runs := input.history.target.runs if {
	is_number(input.history.target.runs)
} else := "an unknown number of"

_seconds := input.history.target.seconds_since_last if {
	is_number(input.history.target.seconds_since_last)
} else := "an unknown number of"

_maximum := config.param("recent_runs", "maximum")

_cooldown := config.param("recent_runs", "cooldown_seconds")
