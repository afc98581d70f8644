# METADATA
# title: No condition got bad
# description: >-
#   Once a change has settled, its object carries none of `conditions` that it did not carry before: a node under pressure,
#   a Deployment that cannot make its pods or makes no progress, an autoscaler that cannot scale, anything that says it is
#   throttled. Each is spelt `Kind.group Type=Status`, and `*` is any kind. What was so before the change may stay so: who
#   cordons a node under pressure shall not fail for the pressure.
# custom:
#   solution: >-
#     see the condition's message at the object; the parameter `conditions` of rule no_bad_condition lists what counts
#   absence_allows:
#     - path: /after/status
#       because: an object without status has no conditions
#     - path: /after/status/conditions
#       because: what has no conditions has no bad one
#     - path: /after/status/conditions/*
#       because: a condition that is not there is not bad
#     - path: /after/status/conditions/*/type
#       because: what a condition is about makes it one
#     - path: /after/status/conditions/*/status
#       because: a condition without a status says nothing
package remediation.rules.verify.no_bad_condition

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": $"/status/conditions/{i}"} if {
	not _passes
	some i, condition in input.after.status.conditions
	some said in [$"{kube.kind_of(input.after)} {_told(condition)}", $"* {_told(condition)}"]
	said in _conditions
	not _was_so(condition)
	message := $"{kube.target} has the condition {_told(condition)}, which it had not before the change"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"whether a condition of {kube.target} got bad is not known, or the parameter conditions is not set"
}

_known if _passes

_known if {
	is_array(_conditions)
	kube.kind_of(input.after)
	_is_judged
}

_is_judged if change.alters

_is_judged if change.makes

_passes if change.nothing

_passes if change.removes

_was_so(condition) if {
	some before in input.before.status.conditions
	before.type == condition.type
	before.status == condition.status
}

_told(condition) := $"{condition.type}={condition.status}"

_conditions := config.param("no_bad_condition", "conditions")
