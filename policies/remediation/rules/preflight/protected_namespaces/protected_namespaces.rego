# METADATA
# title: System namespaces are out of reach
# description: >-
#   Nothing is changed in the namespaces listed, nor are these themselves: those of the cluster and the executor's own,
#   because a broken executor cannot repair itself. Nothing is read there either, because what a step waits for or collects
#   is shown to whoever may read the run. There is no such rule at stage rollback: what is restored there was changed there.
# custom:
#   solution: change it by hand, or take the namespace off the parameter `namespaces` of rule protected_namespaces
package remediation.rules.preflight.protected_namespaces

import data.remediation.lib.kube
import data.remediation.lib.namespaces

deny contains {"message": message, "path": "/metadata/namespace"} if {
	not namespaces.outside
	message := $"{kube.target} is in a protected namespace, or its namespace is not known"
}
