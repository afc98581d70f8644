# METADATA
# title: Only what comes back is removed
# description: >-
#   An object is removed, by whatever action, only if its kind is one of `kinds`: a Pod, which its owner makes anew, a Job,
#   which has run or can be run again, and a ConfigMap, which a restore makes anew as it was. Other kinds take with them what
#   no restore brings back (the data of a claim, the pods of a StatefulSet, everything in a Namespace), or leave a gap that is
#   an outage at once. A pod that has no controller is not removed unless `unmanaged_pods` is true, because nothing makes
#   another. A kind is spelt with its group (Job.batch, Pod); `*.batch` is the whole group.
# custom:
#   solution: >-
#     scale it to zero or suspend it instead, remove it by hand, or add its kind to the parameter `kinds` of rule
#     deletion_allowed
package remediation.rules.preflight.deletion_allowed

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} would be removed, and only {_kinds} may be"
}

deny contains {"message": message, "path": "/metadata/ownerReferences"} if {
	not _comes_back
	message := $"{kube.target} would be removed, and nothing is known to make another: it has no controller"
}

_passes if _stays

_passes if {
	is_array(_kinds)
	kind := kube.kind
	kube.listed(kind, _kinds)
}

_comes_back if _stays

_comes_back if {
	kind := kube.kind
	kind != "Pod"
}

_comes_back if {
	some owner in input.before.metadata.ownerReferences
	owner.controller == true
}

_comes_back if config.param("deletion_allowed", "unmanaged_pods") == true

_stays if change.nothing

_stays if change.makes

_stays if change.alters

_kinds := config.param("deletion_allowed", "kinds")
