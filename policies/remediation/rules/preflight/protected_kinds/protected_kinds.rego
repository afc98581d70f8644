# METADATA
# title: Kinds that hold the cluster together are out of reach
# description: >-
#   Objects of `kinds` are not made, changed or removed: they decide who may do what, what admission and storage do, and what
#   kinds there are, so that a slip in one of them is an outage or a privilege for all. Objects of `kept_kinds` may be
#   changed, which other rules judge, but are neither made nor removed: everything in a Namespace goes with it. Steps that
#   only look pass. A kind is spelt with its group (Deployment.apps, Pod); `*.apps` is the whole group.
# custom:
#   solution: >-
#     change it by hand with somebody watching, or take the kind off the parameter `kinds` or `kept_kinds` of rule
#     protected_kinds
package remediation.rules.preflight.protected_kinds

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} is of a protected kind, or its kind is not known: {kube.kind}"
}

_passes if change.nothing

_passes if {
	_ordinary
	change.alters
}

_passes if {
	_ordinary
	kind := kube.kind
	not _is_kept(kind)
}

_ordinary if {
	is_array(_kinds)
	is_array(_kept)
	kind := kube.kind
	not _is_protected(kind)
}

_is_protected(kind) if kube.listed(kind, _kinds)

_is_kept(kind) if kube.listed(kind, _kept)

_kinds := config.param("protected_kinds", "kinds")

_kept := config.param("protected_kinds", "kept_kinds")
