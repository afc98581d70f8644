# METADATA
# title: The object that would be written is the target, outside system namespaces
# description: >-
#   The rule of stage preflight, judged on the object that the dry run answered, which must be the one the step names.
# custom:
#   solution: find out what answers for this object; the API server must never answer with another one
package remediation.rules.dry_run.protected_namespaces

import data.remediation.lib.kube
import data.remediation.lib.namespaces

deny contains {"message": message, "path": "/metadata"} if {
	not _outside
	message := $"the dry run of {kube.target} answered with another object, or in a protected namespace"
}

_outside if {
	namespaces.cluster_scoped
	_same_name
	not input.after.metadata.namespace
}

_outside if {
	_same_name
	input.after.metadata.namespace == input.target.namespace
	namespaces.unprotected(input.after.metadata.namespace)
}

_same_name if {
	is_string(input.target.name)
	input.after.metadata.name == input.target.name
}
