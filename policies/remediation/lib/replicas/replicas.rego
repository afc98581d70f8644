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

# METADATA
# title: The field that says how many there may be at most
most := "maxReplicas" if {
	kube.kind == _autoscaler
} else := "replicas" if kube.kind

# METADATA
# title: The field that says how many there must be at least
least := "minReplicas" if {
	kube.kind == _autoscaler
} else := "replicas" if kube.kind

# METADATA
# title: Not above the ceiling
# description: An object that is above it already may stay, or come down.
within_ceiling if change.nothing

within_ceiling if change.removes

within_ceiling if untouched(most)

within_ceiling if {
	would := after(most)
	is_number(_maximum)
	would <= _maximum
}

within_ceiling if after(most) <= before(most)

# METADATA
# title: Not below the floor
# description: An object that is below it already may stay, or go up; one that is made takes nothing away.
above_floor if change.nothing

above_floor if change.makes

above_floor if {
	would := after(least)
	is_number(floor)
	would >= floor
}

above_floor if not_fewer(least)

# METADATA
# title: No fewer than before
# description: In a field of the spec that counts replicas.
not_fewer(field) if untouched(field)

not_fewer(field) if after(field) >= before(field)

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
above_ceiling contains {"message": message, "path": $"/spec/{most}"} if {
	not within_ceiling
	message := $"{kube.target} would have {_told_after(most)} replicas (it has {_told_before(most)}); at most {_maximum} are allowed"
}

below_floor contains {"message": message, "path": $"/spec/{least}"} if {
	not above_floor
	message := $"{kube.target} would have {_told_after(least)} replicas (it has {_told_before(least)}); {_it} must keep at least {floor}"
}

_told_before(field) := told if {
	told := before(field)
} else := "none" if {
	change.makes
} else := "an unknown number"

_told_after(field) := told if {
	told := after(field)
} else := "an unknown number of"

# METADATA
# title: A count stays as it is
# description: An object that has no such field on either side is untouched too.
untouched(field) if {
	change.alters
	_said(input.before, field) == _said(input.after, field)
}

untouched(field) if {
	change.makes
	is_null(_said(input.after, field))
}

untouched(field) if {
	change.removes
	is_null(_said(input.before, field))
	kind := kube.kind_of(input.before)
	not _must_say(kind)
}

_must_say(kind) if kind in {"Deployment.apps", "ReplicaSet.apps", "ReplicationController", "StatefulSet.apps"}

_said(manifest, field) := kube.at(manifest, ["spec", field])

# METADATA
# title: The count before
# description: In a field of the spec; undefined where it is not known.
before(field) := count_before if {
	count_before := _said(input.before, field)
	is_number(count_before)
}

before("replicas") := 0 if {
	_leaves_out(input.before)
}

# METADATA
# title: The count after
# description: In a field of the spec; an object that is removed has none left.
after(field) := count_after if {
	count_after := _said(input.after, field)
	is_number(count_after)
}

after("replicas") := 0 if {
	_leaves_out(input.after)
}

after(field) := 0 if {
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
