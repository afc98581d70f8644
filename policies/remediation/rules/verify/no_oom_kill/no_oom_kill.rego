# METADATA
# title: No pod was killed for want of memory
# description: >-
#   Once a change of a workload's pods or of their number has settled, the kernel has killed a container of at most
#   `maximum_pods` of them for want of memory since the change was written. What was killed before that is what the change
#   may be the cure of, and does not count; where it is not known when the change was written, every kill does. Pods that are
#   on their way out do not count. A kill is kept by the pod, so the step fails once the time for it is up.
# custom:
#   solution: >-
#     give the container more memory (action set_resources), or find out what eats it; the parameter `maximum_pods` of rule
#     no_oom_kill sets how many pods may be killed
#   absence_allows:
#     - path: /facts/pods/*/oom_killed_at
#       because: a pod that was not killed has no time of it
package remediation.rules.verify.no_oom_kill

import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.outcome

deny contains {"message": message, "path": null} if {
	not outcome.leaves_pods_alone
	not _few
	message := $"{kube.target} has pods that were killed for want of memory: {[_told(pod) | some pod in _killed]}"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"how the pods of {kube.target} are is not known: {outcome.why_unknown}"
}

_known if outcome.leaves_pods_alone

_known if outcome.remaining

_few if {
	is_number(_maximum)
	count(_killed) <= _maximum
}

_killed := [pod |
	some pod in outcome.remaining
	not _survived(pod)
]

_survived(pod) if is_null(pod.oom_killed_at)

# Both times are of one form, to the second.
_survived(pod) if {
	is_string(input.written_at)
	is_string(pod.oom_killed_at)
	pod.oom_killed_at < input.written_at
}

_told(pod) := $"{pod.name} at {pod.oom_killed_at}"

_maximum := config.param("no_oom_kill", "maximum_pods")
