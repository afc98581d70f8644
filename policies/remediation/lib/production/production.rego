# METADATA
# title: Production
# description: >-
#   Which namespaces are production, told by a label that they carry in the cluster, and which actions are destructive. Both
#   are parameters of rule production_approval.
package remediation.lib.production

import data.remediation.lib.config

_label := config.param("production_approval", "label")

_values := config.param("production_approval", "values")

_actions := config.param("production_approval", "actions")

# METADATA
# title: Not a namespace of production
# description: >-
#   Its labels are known, and the one that classes it has none of the values of production, or is not there.
is_elsewhere(labels) if {
	is_object(labels)
	is_string(_label)
	is_array(_values)
	value := object.get(labels, _label, "")
	is_string(value)
	not _is_production(value)
}

_is_production(value) if value in _values

# METADATA
# title: Not a destructive action
is_harmless(action) if {
	is_string(action)
	is_array(_actions)
	not _is_destructive(action)
}

_is_destructive(action) if action in _actions

# METADATA
# title: How production is told
# description: For messages.
told := $"{_label} in {_values}"
