# METADATA
# title: What cannot be undone is approved first
# description: >-
#   A step without an inverse needs an approval, unless it is on `accepted`: an action by itself (restart), or with the kind
#   that it acts on (delete Pod). The default accepts what Kubernetes makes good by itself, like pods that come back.
# custom:
#   solution: >-
#     have the run approved, use an action that can be undone, or add this one to the parameter `accepted` of rule
#     irreversible_approval
package remediation.rules.preflight.irreversible_approval

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

require_approval contains {"message": message, "path": null} if {
	not _passes
	message := $"{input.step.action} of {kube.target} cannot be undone, or it is not known if it can"
}

_passes if change.nothing

_passes if {
	is_array(_accepted)
	input.step.reversible == true
}

_passes if {
	is_array(_accepted)
	input.step.action in _accepted
}

_passes if {
	is_array(_accepted)
	$"{input.step.action} {kube.kind}" in _accepted
}

_accepted := config.param("irreversible_approval", "accepted")
