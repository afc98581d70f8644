# METADATA
# title: The class of a namespace is not for plans to change
# description: >-
#   The `labels` of a Namespace by which rules tell production from the rest are not given, changed or taken away by a step:
#   else one step could open the way for the next. The removal of a Namespace is judged by other rules.
# custom:
#   solution: >-
#     have the namespace's owners change its class; the parameter `labels` of rule namespace_class names the labels that class
#     a namespace, and should name every one that your configuration uses
package remediation.rules.preflight.namespace_class

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": "/metadata/labels"} if {
	not _stays
	message := $"{kube.target} would change its class, which the labels {_labels} tell, or it is not known if it would"
}

_stays if change.nothing

_stays if {
	kind := kube.kind
	kind != "Namespace"
}

_stays if change.removes

_stays if {
	_is_there
	is_array(_labels)
	_class("before") == _class("after")
}

_is_there if change.alters

_is_there if change.makes

_class(side) := {label: value |
	some label in _labels
	value := input[side].metadata.labels[label]
}

_labels := config.param("namespace_class", "labels")
