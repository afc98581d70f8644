# METADATA
# title: No leap in the number of replicas
# description: >-
#   One step moves a count of replicas, or a bound between which an autoscaler chooses, by at most `percent` of what it was,
#   or by at most `replicas`, whichever is more: what is right in a small workload is an outage, or a bill, in a great one.
#   With `percent` 0 only `replicas` counts, with `replicas` 0 only `percent`. What is made or removed is not judged here.
# custom:
#   solution: >-
#     go there in several steps, or raise the parameters `percent` or `replicas` of rule largest_step for its namespace
package remediation.rules.preflight.largest_step

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.replicas

deny contains {"message": message, "path": $"/spec/{field}"} if {
	not _passes
	some field in _fields
	not _is_small(field)
	message := concat("", [
		$"{kube.target} would go from {_told_before(field)} to {_told_after(field)} replicas at once;",
		$" a step may move {_percent} percent or {_replicas} replicas, whichever is more",
	])
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"by how much the replicas of {kube.target} would change is not known"
}

_known if _passes

_known if {
	change.alters
	count(_fields) > 0
}

_passes if change.nothing

_passes if change.makes

_passes if change.removes

_fields contains replicas.least

_fields contains replicas.most

_is_small(field) if replicas.untouched(field)

_is_small(field) if {
	is_number(_replicas)
	_moved(field) <= _replicas
}

_is_small(field) if {
	is_number(_percent)
	_moved(field) * 100 <= _percent * _before(field)
}

_moved(field) := abs(replicas.after(field) - _before(field))

# A count that is set for the first time comes from none.
_before(field) := number if {
	number := replicas.before(field)
} else := 0 if {
	is_object(input.before.spec)
	not input.before.spec[field]
}

_told_before(field) := number if {
	number := _before(field)
} else := "an unknown number of"

_told_after(field) := number if {
	number := replicas.after(field)
} else := "an unknown number of"

_percent := config.param("largest_step", "percent")

_replicas := config.param("largest_step", "replicas")
