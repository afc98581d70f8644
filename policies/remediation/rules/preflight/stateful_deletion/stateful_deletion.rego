# METADATA
# title: What holds data goes only with somebody's approval
# description: >-
#   An object of `kinds` is removed only once it is approved, also where rule deletion_allowed lets its kind through: with
#   a claim goes its data, with a StatefulSet the order and identity of its pods. The same holds for fewer replicas of a
#   StatefulSet whose claims go with them (persistentVolumeClaimRetentionPolicy.whenScaled is Delete), before or after the
#   change. `approvers` is how many people it takes. A kind is spelt with its group; `*.apps` is the whole group.
# custom:
#   solution: >-
#     have it approved, set the retention policy to Retain first, or take the kind off the parameter `kinds` of rule
#     stateful_deletion
package remediation.rules.preflight.stateful_deletion

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.replicas

require_approval contains {"message": message, "path": null, "count": _approvers} if {
	not _keeps_data
	message := $"{kube.target} holds data that would be lost with it"
}

_keeps_data if change.nothing

_keeps_data if change.makes

_keeps_data if {
	change.removes
	is_array(_kinds)
	kind := kube.kind
	not _is_stateful(kind)
}

_keeps_data if {
	change.alters
	not _lets_claims_go
}

_keeps_data if {
	change.alters
	replicas.not_fewer("replicas")
}

_is_stateful(kind) if kube.listed(kind, _kinds)

_lets_claims_go if {
	some manifest in [input.before, input.after]
	manifest.spec.persistentVolumeClaimRetentionPolicy.whenScaled == "Delete"
}

_kinds := config.param("stateful_deletion", "kinds")

_approvers := number if {
	number := config.param("stateful_deletion", "approvers")
} else := 1
