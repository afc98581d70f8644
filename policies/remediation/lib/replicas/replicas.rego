# METADATA
# title: Replicas
# description: How many replicas a change leaves a workload with, against the ceiling and the floor that a site sets.
package remediation.lib.replicas

import data.remediation.lib.config
import data.remediation.lib.kube

_before := input.before.spec.replicas

_after := input.after.spec.replicas

# METADATA
# title: Not above the ceiling
# description: A workload that is above it already may stay, or come down.
within_ceiling if kube.lacks("replicas")

within_ceiling if {
	is_number(_after)
	is_number(_maximum)
	_after <= _maximum
}

within_ceiling if {
	is_number(_after)
	is_number(_before)
	_after <= _before
}

# METADATA
# title: Not below the floor
# description: A workload that is below it already may stay, or go up.
above_floor if kube.lacks("replicas")

above_floor if {
	is_number(_after)
	is_number(floor)
	_after >= floor
}

above_floor if {
	is_number(_after)
	is_number(_before)
	_after >= _before
}

# METADATA
# title: The floor
# description: The minimum of an ordinary workload; what is not known to be ordinary is critical.
floor := _minimum if {
	_ordinary
} else := max([_minimum, _critical_minimum]) if {
	is_number(_minimum)
	is_number(_critical_minimum)
}

# METADATA
# title: Objections
# description: The findings of the rules replica_ceiling and replica_floor, at every stage that has them.
above_ceiling contains {"message": message, "path": "/spec/replicas"} if {
	not within_ceiling
	message := $"{kube.target} would have {_after} replicas (it has {_before}); at most {_maximum} are allowed"
}

below_floor contains {"message": message, "path": "/spec/replicas"} if {
	not above_floor
	message := $"{kube.target} would have {_after} replicas (it has {_before}); {_it} must keep at least {floor}"
}

_maximum := config.param("replica_ceiling", "maximum")

_it := "it" if {
	_ordinary
} else := $"a workload that is marked {_label}, itself or by its namespace, or may be,"

_minimum := config.param("replica_floor", "minimum")

_critical_minimum := config.param("replica_floor", "critical_minimum")

_label := config.param("replica_floor", "critical_label")

_ordinary if {
	is_string(_label)
	is_object(input.before.metadata)
	_tells_labels
	_unmarked(object.get(input.before.metadata, "labels", {}))
	_unmarked(input.namespace.labels)
}

# The scale of an object does not tell the object's labels.
_tells_labels if {
	is_string(input.before.kind)
	input.before.kind != "Scale"
}

_unmarked(labels) if {
	is_object(labels)
	object.get(labels, _label, "false") == "false"
}
