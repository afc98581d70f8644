# METADATA
# title: What was asked for is ready
# description: >-
#   Once a change of a workload's pods or of their number has settled, `minimum_percent` of the wanted replicas are ready
#   (for a DaemonSet: of the nodes that should have a pod), as its controller has seen the change. It is asked again until
#   that holds or the time for it is up, and then the step fails. A change that touches no pod passes.
# custom:
#   solution: >-
#     see why the pods do not get ready (their conditions, events and logs); the parameter `minimum_percent` of rule
#     replicas_ready sets how many must be
package remediation.rules.verify.replicas_ready

import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.outcome

deny contains {"message": message, "path": "/status"} if {
	not _passes
	message := $"{kube.target} has {_told_ready} of {_told_wanted} replicas ready, {_minimum} percent are required"
}

_passes if outcome.leaves_pods_alone

_passes if {
	is_number(_minimum)
	_is_seen
	_ready * 100 >= _wanted * _minimum
}

_is_seen if {
	is_number(input.after.metadata.generation)
	is_number(input.after.status.observedGeneration)
	input.after.status.observedGeneration >= input.after.metadata.generation
}

_wanted := number if {
	number := kube.at(input.after, _place.wanted)
	is_number(number)
}

_ready := number if {
	number := kube.at(input.after, _place.ready)
	is_number(number)
} else := 0 if {
	is_object(input.after.status) # a count of zero is left out
}

_place := {"wanted": ["status", "desiredNumberScheduled"], "ready": ["status", "numberReady"]} if {
	kube.kind_of(input.after) == "DaemonSet.apps"
} else := {"wanted": ["spec", "replicas"], "ready": ["status", "readyReplicas"]}

_told_ready := _ready if {
	_ready >= 0
} else := "an unknown number"

_told_wanted := _wanted if {
	_wanted >= 0
} else := "an unknown number of"

_minimum := config.param("replicas_ready", "minimum_percent")
