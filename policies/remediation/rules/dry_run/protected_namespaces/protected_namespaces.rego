# METADATA
# title: The object that would be written is the target, outside system namespaces
# description: >-
#   The rule of stage preflight, judged on the object that the dry run answered, which must be the one the step names, its
#   Scale, or a Job of the CronJob that it names.
# custom:
#   solution: find out what answers for this object; the API server must never answer with another one
package remediation.rules.dry_run.protected_namespaces

import data.remediation.lib.change
import data.remediation.lib.kube
import data.remediation.lib.namespaces

deny contains {"message": message, "path": "/metadata"} if {
	not _outside
	message := $"the dry run of {kube.target} answered with another object, or in a protected namespace"
}

_outside if {
	namespaces.outside
	_is_there
	every manifest in _sides {
		_is_meant(manifest)
	}
}

_is_there if change.makes

_is_there if change.alters

_is_there if change.removes

_sides := [manifest |
	some side in ["before", "after"]
	manifest := input[side]
	manifest != null
]

_is_meant(manifest) if {
	kube.kind_of(manifest) in {kube.kind, "Scale.autoscaling"}
	_in_place(manifest)
	manifest.metadata.name == input.target.name
}

_is_meant(manifest) if {
	kube.kind == "CronJob.batch"
	kube.kind_of(manifest) == "Job.batch"
	_in_place(manifest)
	some owner in manifest.metadata.ownerReferences
	owner.controller == true
	owner.kind == "CronJob"
	owner.name == input.target.name
}

_in_place(manifest) if {
	is_string(input.target.name)
	kube.at(manifest, ["metadata", "namespace"]) == input.target.namespace
}
