# METADATA
# title: A ConfigMap stays well below what the API server takes
# description: >-
#   The keys and values of a ConfigMap are at most `maximum_bytes` together. The API server takes 1 MiB and not a byte more,
#   and one that has come close can be repaired by nobody in a hurry. What is above it already may stay as it is or shrink.
#   Of a Secret no value is shown to rules, so that only the API server's own limit holds for it, at its dry run.
# custom:
#   solution: split the ConfigMap, keep the bulk elsewhere, or raise the parameter `maximum_bytes` of rule data_size
package remediation.rules.preflight.data_size

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": "/data"} if {
	not _passes
	message := $"{kube.target} would hold {_told} bytes; at most {_maximum} are allowed"
}

_passes if change.nothing

_passes if change.removes

_passes if {
	kind := kube.kind
	kind != "ConfigMap"
}

_passes if {
	_is_known
	is_number(_maximum)
	_size("after") <= _maximum
}

_passes if {
	_is_known
	change.alters
	_size("after") <= _size("before")
}

_is_known if {
	kube.kind
	change.makes
}

_is_known if {
	kube.kind
	change.alters
}

_told := _size("after") if {
	_is_known
} else := "an unknown number of"

_size(side) := sum([bytes |
	some field in ["data", "binaryData"]
	some key, value in input[side][field]
	bytes := _bytes(key) + _bytes(value)
])

# The length in bytes; count has characters.
_bytes(text) := floor((count(trim_right(base64.encode(text), "=")) * 3) / 4) if is_string(text)

_maximum := config.param("data_size", "maximum_bytes")
