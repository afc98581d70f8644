# METADATA
# title: Outcomes
# description: >-
#   What a change that has settled did to the pods of a workload, for rules of stage verify. Whose pods the change did not
#   touch is nobody's concern there: who labels a workload that is in trouble shall not fail for it.
package remediation.lib.outcome

import data.remediation.lib.change
import data.remediation.lib.kube
import data.remediation.lib.pods
import data.remediation.lib.replicas

# METADATA
# title: No pod is touched
# description: >-
#   The object is no workload whose pods are looked at once its change has settled, or neither its template nor the number
#   of its replicas changed, or it is gone.
leaves_pods_alone if change.nothing

leaves_pods_alone if change.removes

leaves_pods_alone if {
	kind := kube.kind_of(input.after)
	not _has_pods(kind)
}

leaves_pods_alone if {
	change.alters
	pods.templates_stay
	replicas.untouched("replicas")
}

_has_pods(kind) if kind in {"DaemonSet.apps", "Deployment.apps", "StatefulSet.apps"}

# METADATA
# title: The workload's pods
# description: Those that are not on their way out; undefined where they are not known.
remaining := [pod |
	some pod in input.facts.pods
	not _is_going(pod)
] if {
	is_array(input.facts.pods)
}

_is_going(pod) if pod.terminating == true

# METADATA
# title: Why the pods are not known
why_unknown := input.facts.unknown.pods if {
	is_string(input.facts.unknown.pods)
} else := "they were not read"
