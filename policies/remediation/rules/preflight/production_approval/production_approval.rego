# METADATA
# title: Destructive steps in production are approved first
# description: >-
#   A step that removes its object, or whose action is in `actions`, needs an approval in a namespace of production: one that
#   carries the label `label` in the cluster with one of `values`. What the caller says of the environment counts for
#   nothing. A namespace without the label is no production; one of which the labels are not known is. Objects in no
#   namespace are judged by other rules.
# custom:
#   solution: >-
#     have the run approved; or change the parameter `actions` of rule production_approval, which names what is destructive
#   absence_allows:
#     - {path: /namespace/labels/*, because: a namespace without the label is no production}
package remediation.rules.preflight.production_approval

import data.remediation.lib.change
import data.remediation.lib.kube
import data.remediation.lib.production

require_approval contains {"message": message, "path": null} if {
	not _passes
	message := concat("", [
		$"{input.step.action} of {kube.target} is destructive, ",
		$"and its namespace is production ({production.told}) or not known",
	])
}

_passes if change.nothing

_passes if kube.in_no_namespace

_passes if production.is_elsewhere(input.namespace.labels)

_passes if {
	_leaves_an_object
	production.is_harmless(input.step.action)
}

_leaves_an_object if change.makes

_leaves_an_object if change.alters
