# METADATA
# title: The namespace's quota has room for what comes
# description: >-
#   More replicas, or greater requests and limits, must fit into what the ResourceQuotas of the namespace leave, in pods, cpu
#   and memory: a quota stops pods, not the workload that asks for them, so that the change is accepted and its rollout
#   stands still. Counted are workloads with replicas, pods and Jobs that are made, by what their containers say; pods that a
#   rollout has twice for a while are not. Quotas for some pods only (with scopes) are left to the API server. What takes no
#   more than before passes; where it takes more and the quotas could not be read or counted, the step is denied.
# custom:
#   solution: ask for less, free something else in the namespace, or have its quota raised
package remediation.rules.preflight.quota_headroom

import data.remediation.lib.change
import data.remediation.lib.kube
import data.remediation.lib.pods
import data.remediation.lib.quantity
import data.remediation.lib.replicas

deny contains {"message": message, "path": null} if {
	not _passes
	some quota in input.facts.quota
	some what, more in _growth
	more > 0
	some resource in _limits[what]
	not _has_room(quota, resource, more)
	message := concat("", [
		$"{kube.target} would take {more} more of {resource}, and quota {quota.name} leaves",
		$" {kube.at(quota, ["headroom", resource])} of {kube.at(quota, ["hard", resource])}",
	])
}

deny contains {"message": message, "path": null} if {
	not _passes
	not _known
	message := $"whether the namespace's quota has room for {kube.target} is not known: {_why}"
}

_known if {
	_is_counted
	is_array(input.facts.quota)
}

_passes if input.facts.quota == []

_passes if change.nothing

_passes if change.removes

_passes if {
	kind := kube.kind_of(input.after)
	not _takes_quota(kind)
}

# A Job keeps the number of its pods and what they ask for.
_passes if {
	change.alters
	kube.kind_of(input.after) == "Job.batch"
}

_passes if {
	_is_counted
	not _grows
}

_takes_quota(kind) if kind in {
	"Deployment.apps",
	"Job.batch",
	"Pod",
	"ReplicaSet.apps",
	"ReplicationController",
	"Scale.autoscaling",
	"StatefulSet.apps",
}

_grows if {
	some more in _growth
	more > 0
}

_is_counted if {
	pods.judgeable
	count(_growth) == count(_limits)
}

# What is counted, and the names under which a quota limits it.
_limits := {
	["pods", ""]: ["pods", "count/pods"],
	["requests", "cpu"]: ["cpu", "requests.cpu"],
	["requests", "memory"]: ["memory", "requests.memory"],
	["limits", "cpu"]: ["limits.cpu"],
	["limits", "memory"]: ["limits.memory"],
}

_growth[what] := _taken("after", what) - _taken("before", what) if {
	some what, _ in _limits
}

_taken(side, [bound, resource]) := _number(side) * _asked(side, bound, resource)

_taken("before", _) := 0 if change.makes

_number(side) := number if {
	number := _replicas(side)
} else := 1 if {
	kube.kind_of(input[side]) in {"Job.batch", "Pod"}
} else := 1 if {
	change.makes # the API server says one where nothing is said
	is_object(input[side])
	is_null(kube.at(input[side], ["spec", "replicas"]))
}

_replicas("before") := replicas.before("replicas")

_replicas("after") := replicas.after("replicas")

_replicas(side) := number if {
	number := kube.at(input[side], ["spec", "parallelism"])
	is_number(number)
}

# What the containers of one pod ask for; undefined where an amount is none. A request that is left out becomes the limit.
_asked(_, "pods", _) := 1

_asked(side, bound, resource) := sum(amounts) if {
	bound != "pods"
	said := [amount |
		some pod in pods.found[side]
		some container in pod.containers
		amount := [each |
			some from in [bound, "limits"]
			each := kube.at(container, ["resources", from, resource])
			not is_null(each)
		][0]
	]
	amounts := [number | some amount in said; number := quantity.of(amount)]
	count(amounts) == count(said)
}

_has_room(quota, _, _) if quota.scopes[0]

_has_room(quota, resource, _) if {
	is_object(quota.hard)
	is_null(kube.at(quota, ["hard", resource]))
	is_null(kube.at(quota, ["headroom", resource]))
}

_has_room(quota, resource, more) if quantity.of(quota.headroom[resource]) >= more

_why := input.facts.unknown.quota if {
	is_string(input.facts.unknown.quota)
} else := "what it asks for or the quotas were not read"
