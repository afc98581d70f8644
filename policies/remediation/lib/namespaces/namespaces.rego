# METADATA
# title: Namespaces
# description: Whether a namespace is one that remediation must stay out of.
package remediation.lib.namespaces

import data.remediation.lib.config
import data.remediation.lib.kube

_protected := config.param("protected_namespaces", "namespaces")

# METADATA
# title: Not a protected namespace
# description: Its name is known, the list is set, and the name is not on it.
unprotected(namespace) if {
	is_string(namespace)
	is_array(_protected)
	not _is_protected(namespace)
}

_is_protected(namespace) if namespace in _protected

# METADATA
# title: Outside protected namespaces
# description: >-
#   The step is about no object, or its object is in a namespace that is not protected, or in none. A Namespace itself counts
#   as in the namespace that it is.
outside if {
	is_null(input.target)
	kube.in_no_namespace
}

outside if unprotected(input.target.namespace)

outside if {
	kube.in_no_namespace
	kind := kube.kind
	kind != "Namespace"
}

outside if {
	kube.in_no_namespace
	kube.kind == "Namespace"
	unprotected(input.target.name)
}
