# METADATA
# title: Data changes where its owner has said so
# description: >-
#   Once `label` is set to the name of a label, the data of a ConfigMap or Secret is changed, and one is removed, only where
#   that label of the live object, or of its namespace, is "true". The label of an object is then protected by rule
#   protected_fields, so that a plan cannot give itself leave. By default none is asked for. Labels and annotations may
#   change either way, and what is made has no owner yet.
# custom:
#   solution: >-
#     have the owner put the label named in the parameter `label` of rule data_change_allowed on the object or on its
#     namespace
package remediation.rules.preflight.data_change_allowed

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": _path} if {
	not _passes
	message := $"the data of {kube.target} would change, and neither it nor its namespace is labelled {_label}=true"
}

_passes if change.nothing

_passes if change.makes

_passes if {
	kind := kube.kind
	not _holds_data(kind)
}

_passes if is_null(_label)

_passes if input.before.metadata.labels[_label] == "true"

_passes if input.namespace.labels[_label] == "true"

_passes if {
	change.alters
	every field in ["data", "binaryData", "immutable", "type"] {
		kube.at(input.before, [field]) == kube.at(input.after, [field])
	}
}

_holds_data(kind) if kind in {"ConfigMap", "Secret"}

_path := "/data" if {
	change.alters
} else := null

_label := config.param("data_change_allowed", "label")
