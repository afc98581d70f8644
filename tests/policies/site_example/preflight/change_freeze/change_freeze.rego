# METADATA
# title: No remediation while the shop is frozen
# description: >-
#   While a namespace carries the label `acme.example/freeze`, only the actions listed as harmless pass there. The label is
#   read from the cluster, never from the plan; where it could not be read, the namespace counts as frozen.
# custom:
#   solution: wait for the end of the freeze, or ask the shop's on-call to take the label off the namespace
#   absence_allows:
#     - path: /namespace/labels/acme.example~1freeze
#       because: without the label nothing is frozen
package site.acme.preflight.change_freeze

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} is frozen, or it is not known whether it is: only {_harmless} may run there"
}

_passes if kube.in_no_namespace

_passes if input.step.action in _harmless

_passes if {
	is_object(input.namespace.labels)
	object.get(input.namespace.labels, "acme.example/freeze", "false") == "false"
	is_array(_harmless)
}

_harmless := config.param("acme/change_freeze", "harmless_actions")
