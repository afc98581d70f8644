# METADATA
# title: Replicas
# description: >-
#   How many replicas a change leaves an object with, against the ceiling and the floor that a site sets. Whatever has
#   spec.replicas counts, of any kind, and the bounds between which an autoscaler chooses.
package remediation.lib.replicas

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

_autoscaler := "HorizontalPodAutoscaler.autoscaling"

_most := "maxReplicas" if {
	kube.kind == _autoscaler
} else := "replicas" if kube.kind

_least := "minReplicas" if {
	kube.kind == _autoscaler
} else := "replicas" if kube.kind

# METADATA
# title: Not above the ceiling
# description: An object that is above it already may stay, or come down.
within_ceiling if change.nothing

within_ceiling if change.removes

within_ceiling if _untouched(_most)

within_ceiling if {
	after := _after(_most)
	is_number(_maximum)
	after <= _maximum
}

within_ceiling if _after(_most) <= _before(_most)

# METADATA
# title: Not below the floor
# description: An object that is below it already may stay, or go up; one that is made takes nothing away.
above_floor if change.nothing

above_floor if change.makes

above_floor if {
	after := _after(_least)
	is_number(floor)
	after >= floor
}

above_floor if not_fewer(_least)

# METADATA
# title: No fewer than before
# description: In a field of the spec that counts replicas.
not_fewer(field) if _untouched(field)

not_fewer(field) if _after(field) >= _before(field)

# METADATA
# title: The floor
# description: The minimum of an ordinary object; what is not known to be ordinary is critical.
floor := _minimum if {
	_ordinary
} else := max([_minimum, _critical_minimum]) if {
	is_number(_minimum)
	is_number(_critical_minimum)
}

# METADATA
# title: Objections
# description: The findings of the rules replica_ceiling and replica_floor, at every stage that has them.
above_ceiling contains {"message": message, "path": $"/spec/{_most}"} if {
	not within_ceiling
	message := $"{kube.target} would have {_told_after(_most)} replicas (it has {_told_before(_most)}); at most {_maximum} are allowed"
}

below_floor contains {"message": message, "path": $"/spec/{_least}"} if {
	not above_floor
	message := $"{kube.target} would have {_told_after(_least)} replicas (it has {_told_before(_least)}); {_it} must keep at least {floor}"
}

_told_before(field) := told if {
	told := _before(field)
} else := "none" if {
	change.makes
} else := "an unknown number"

_told_after(field) := told if {
	told := _after(field)
} else := "an unknown number of"

# An object that has no such field on either side is untouched too.
_untouched(field) if {
	change.alters
	_said(input.before, field) == _said(input.after, field)
}

_untouched(field) if {
	change.makes
	is_null(_said(input.after, field))
}

_untouched(field) if {
	change.removes
	is_null(_said(input.before, field))
	kind := kube.kind_of(input.before)
	not _must_say(kind)
}

_must_say(kind) if kind in {"Deployment.apps", "ReplicaSet.apps", "ReplicationController", "StatefulSet.apps"}

_said(manifest, field) := kube.at(manifest, ["spec", field])

_before(field) := count_before if {
	count_before := _said(input.before, field)
	is_number(count_before)
}

_before("replicas") := 0 if {
	_leaves_out(input.before)
}

_after(field) := count_after if {
	count_after := _said(input.after, field)
	is_number(count_after)
}

_after("replicas") := 0 if {
	_leaves_out(input.after)
}

_after(field) := 0 if {
	change.removes
	is_number(_said(input.before, field))
}

# A Scale leaves a count of zero out.
_leaves_out(manifest) if {
	change.alters
	kube.kind_of(manifest) == "Scale.autoscaling"
	is_null(_said(manifest, "replicas"))
}

_maximum := config.param("replica_ceiling", "maximum")

_it := "it" if {
	_ordinary
} else := $"a workload that is marked {_label}, itself or by its namespace, or may be,"

_minimum := config.param("replica_floor", "minimum")

_critical_minimum := config.param("replica_floor", "critical_minimum")

_label := config.param("replica_floor", "critical_label")

# The labels of an object are not in its Scale.
_ordinary if {
	is_string(_label)
	kube.kind_of(input.before) == kube.kind
	is_object(input.before.metadata)
	_unmarked(object.get(input.before.metadata, "labels", {}))
	_unmarked(input.namespace.labels)
}

_unmarked(labels) if {
	is_object(labels)
	object.get(labels, _label, "false") == "false"
}
