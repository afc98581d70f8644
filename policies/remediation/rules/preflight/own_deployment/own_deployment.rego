# METADATA
# title: The executor does not change itself
# description: >-
#   Nothing is changed in the executor's own `namespaces`, nor are these themselves, nor its `workloads` (namespace/name)
#   with their ReplicaSets and Pods where it shares a namespace: an executor that breaks itself cannot put that back. Steps
#   that only look pass, unless protected_namespaces objects.
# custom:
#   solution: >-
#     change the executor by the way it was installed; if it lives elsewhere, set the parameters `namespaces` and `workloads`
#     of rule own_deployment
package remediation.rules.preflight.own_deployment

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _others
	message := $"{kube.target} belongs to the executor itself, or it is not known to whom: {_namespaces}, {_workloads}"
}

_others if change.nothing

_others if {
	_configured
	is_string(input.target.namespace)
	is_string(input.target.name)
	not _own
}

_others if {
	_configured
	is_null(input.target.namespace)
	kube.in_no_namespace
	is_string(input.target.kind)
	is_string(input.target.name)
	not _own_namespace
}

_configured if {
	is_array(_namespaces)
	is_array(_workloads)
}

_own if input.target.namespace in _namespaces

_own if $"{input.target.namespace}/{input.target.name}" in _workloads

_own if {
	some workload in _workloads
	startswith($"{input.target.namespace}/{input.target.name}", $"{workload}-")
	input.target.kind in {"Pod", "ReplicaSet"}
}

_own_namespace if {
	input.target.kind == "Namespace"
	input.target.name in _namespaces
}

_namespaces := config.param("own_deployment", "namespaces")

_workloads := config.param("own_deployment", "workloads")
