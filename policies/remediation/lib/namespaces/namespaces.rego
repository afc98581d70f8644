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
# title: A target without a namespace
# description: Its kind has none, and it names none.
cluster_scoped if {
	kube.lacks("namespaced")
	is_null(input.target.namespace)
}
