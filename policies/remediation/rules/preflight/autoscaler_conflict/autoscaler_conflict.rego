# METADATA
# title: What an autoscaler sets is set there
# description: >-
#   The replicas of a workload are not changed while a HorizontalPodAutoscaler sets them: within seconds it would put back
#   what it wants, and the change would have done nothing but disturb. It lets a workload alone that is at zero, unless its
#   own minimum is zero: to zero and up from there passes. Where the autoscalers could not be read, the step is denied.
# custom:
#   solution: >-
#     set the bounds of the autoscaler instead (action set_autoscaling: its minimum lifts the replicas, its maximum lowers
#     them), or set the mode of rule autoscaler_conflict to warn for its namespace
package remediation.rules.preflight.autoscaler_conflict

import data.remediation.lib.change
import data.remediation.lib.kube
import data.remediation.lib.replicas

deny contains {"message": message, "path": "/spec/replicas"} if {
	not _passes
	some autoscaler in input.facts.autoscalers
	not _sleeps(autoscaler)
	message := concat("", [
		$"{kube.target} would get {replicas.after("replicas")} replicas, but autoscaler {autoscaler.name} sets them",
		$" between {autoscaler.min_replicas} and {autoscaler.max_replicas} and would undo that",
	])
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"whether an autoscaler sets the replicas of {kube.target} is not known: {_why}"
}

_known if _passes

_known if {
	change.alters
	is_array(input.facts.autoscalers)
}

_passes if change.nothing

_passes if change.makes

_passes if change.removes

_passes if replicas.untouched("replicas")

# Kubernetes documents this as how an autoscaler is switched off for a while.
_sleeps(autoscaler) if {
	autoscaler.min_replicas > 0
	0 in {replicas.before("replicas"), replicas.after("replicas")}
}

_why := input.facts.unknown.autoscalers if {
	is_string(input.facts.unknown.autoscalers)
} else := "they were not read"
