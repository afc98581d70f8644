# METADATA
# title: Blast radius
# description: How far a plan, or one step of it, reaches, and whether that is known and within the rule's parameters.
package remediation.lib.blast_radius

import data.remediation.lib.config
import data.remediation.lib.kube

# METADATA
# title: Objections
# description: The findings of the rule blast_radius, at both stages that have it.
exceeded contains {"message": message, "path": null} if {
	not _known
	message := $"how far {_who} reaches is not known: {_why}"
}

exceeded contains {"message": message, "path": $"/blast_radius/{name}"} if {
	some name, told in _told
	_is_counted(name)
	not _is_within(name)
	message := $"{_who} would {told}, more than {_limits[name]}"
}

exceeded contains {"message": message, "path": "/blast_radius/budget_headroom"} if {
	_is_counted("budget_headroom")
	not _has_headroom
	message := $"{_who} would bring a disruption budget to {_at.budget_headroom} disruptions, at least {_least} are needed"
}

# METADATA
# title: The largest share of a workload
# description: What part of its pods is away at once, in percent, and whose; undefined where that is not known.
share := {"percent": _at.percent_unavailable, "workload": _at.worst} if {
	is_number(_at.percent_unavailable)
	is_string(_at.worst)
}

_radius := kube.at(input, ["plan", "blast_radius"]) if {
	input.stage == "plan"
} else := kube.at(input, ["blast_radius"])

_at[name] := kube.at(_radius, [name]) if {
	some name in ["budget_headroom", "budgets", "namespaces", "nodes", "objects", "percent_unavailable", "pods", "unknown", "worst"]
}

_known if {
	_at.unknown == []
	every name, _ in _limits {
		_is_counted(name)
	}
	_is_headroom_known
}

_is_headroom_known if _is_counted("budget_headroom")

# Nothing is left of a budget where there is none.
_is_headroom_known if _at.budgets == 0

_is_counted(name) if is_number(_at[name])

_is_within(name) if {
	is_number(_limits[name])
	_at[name] <= _limits[name]
}

_has_headroom if {
	is_number(_least)
	_at.budget_headroom >= _least
}

_limits := {
	"objects": _most_objects,
	"namespaces": _most_namespaces,
	"nodes": _most_nodes,
	"pods": _most_pods,
	"percent_unavailable": _most_percent,
}

default _most_objects := "a number that is not known"

_most_objects := config.param("blast_radius", "objects")

default _most_namespaces := "a number that is not known"

_most_namespaces := config.param("blast_radius", "namespaces")

default _most_nodes := "a number that is not known"

_most_nodes := config.param("blast_radius", "nodes")

default _most_pods := "a number that is not known"

_most_pods := config.param("blast_radius", "pods")

default _most_percent := "a number that is not known"

_most_percent := config.param("blast_radius", "percent_unavailable")

_least := config.param("blast_radius", "budget_headroom")

_told := {
	"objects": $"change {_at.objects} objects",
	"namespaces": $"reach into {_at.namespaces} namespaces",
	"nodes": $"take {_at.nodes} nodes out of service",
	"pods": $"end or move {_at.pods} pods",
	"percent_unavailable": $"leave {_at.worst} without {_at.percent_unavailable} percent of its pods at once",
}

_who := "the plan" if {
	input.stage == "plan"
} else := $"the step on {kube.target}"

_why := concat("; ", [$"{reason}" | some reason in _at.unknown]) if {
	is_array(_at.unknown)
	count(_at.unknown) > 0
} else := "it was not counted"
