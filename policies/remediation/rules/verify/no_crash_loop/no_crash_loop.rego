# METADATA
# title: No pod keeps crashing
# description: >-
#   Once a change of a workload's pods or of their number has settled, none of them waits for one of `reasons`, as the kubelet
#   spells them: a container that keeps crashing, or that cannot be started. Pods that are on their way out do not count.
#   It is asked again until that holds or the time for it is up, and then the step fails.
# custom:
#   solution: see the log of the container's last run; the parameter `reasons` of rule no_crash_loop lists what counts
#   absence_allows:
#     - path: /facts/pods/*/waiting_reason
#       because: a pod that waits for nothing gives no reason
package remediation.rules.verify.no_crash_loop

import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.outcome

deny contains {"message": message, "path": null} if {
	not outcome.leaves_pods_alone
	some pod in outcome.remaining
	not _is_fine(pod)
	message := $"pod {pod.name} of {kube.target} waits for {pod.waiting_reason} after {pod.restarts} restarts"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"how the pods of {kube.target} are is not known: {outcome.why_unknown}"
}

_known if outcome.leaves_pods_alone

_known if {
	outcome.remaining
	is_array(_reasons)
}

_is_fine(pod) if is_null(pod.waiting_reason)

_is_fine(pod) if {
	reason := pod.waiting_reason
	is_string(reason)
	not _counts(reason)
}

_counts(reason) if reason in _reasons

_reasons := config.param("no_crash_loop", "reasons")
