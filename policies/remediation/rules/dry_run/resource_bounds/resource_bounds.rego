# METADATA
# title: What containers request and may use stays within bounds
# description: >-
#   Every request and limit of cpu and memory of a container lies between `floor` and `ceiling`, so that 500 for 500m, 128m
#   for 128Mi and a unit too many are found before a node is full; and its limit is at most `ratio` times its request, where
#   a ratio is set (by default none is). `required_limits` lists what a container must have a limit of. Judged are the
#   containers that the dry run brings or whose resources change, those that admission adds too; what stays as it is passes,
#   as does the Job of a CronJob's own template.
# custom:
#   solution: >-
#     ask for an amount within the bounds, or change the parameters of rule resource_bounds for the workload's namespace
package remediation.rules.dry_run.resource_bounds

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.pods
import data.remediation.lib.quantity

deny contains {"message": message, "path": $"{path}/resources/{bound}/{resource}"} if {
	some path, container in _brought
	some bound in ["requests", "limits"]
	some resource, bounds in _bounds
	amount := container.resources[bound][resource]
	not _is_within(amount, bounds)
	message := concat("", [
		$"container {container.name} of {kube.target} would have {amount} {resource} in its {bound};",
		$" {_floor[resource]} to {_ceiling[resource]} are allowed",
	])
}

deny contains {"message": message, "path": $"{path}/resources/limits/{resource}"} if {
	some path, container in _brought
	some resource in _resources
	not _is_in_proportion(container, resource)
	message := concat("", [
		$"container {container.name} of {kube.target} would have a limit of {container.resources.limits[resource]} {resource}",
		$" for {container.resources.requests[resource]} requested; at most {_ratio[resource]} times as much are allowed",
	])
}

deny contains {"message": message, "path": $"{path}/resources/limits"} if {
	some path, container in _brought
	some resource in _required
	not _is_limited(container, resource)
	message := $"container {container.name} of {kube.target} would have no limit of {resource}"
}

deny contains {"message": message, "path": null} if {
	not _judgeable
	message := $"what the containers of {kube.target} request and may use is not known, or this rule's parameters are not set"
}

_resources := {"cpu", "memory"}

_judgeable if {
	pods.judgeable
	count(_bounds) == count(_resources)
	is_object(_ratio)
	is_array(_required)
}

_bounds[resource] := {"floor": quantity.of(_floor[resource]), "ceiling": quantity.of(_ceiling[resource])} if {
	some resource in _resources
}

_brought[$"{place}/{list}/{i}"] := container if {
	not change.runs_own_template
	some place in pods.changed
	some list in pods.container_lists
	some i, container in pods.found.after[place][list]
	is_object(container)
	not _is_kept(place, list, container)
}

_is_kept(place, list, container) if {
	some before in pods.found.before[place][list]
	before.name == container.name
	kube.at(before, ["resources"]) == kube.at(container, ["resources"])
}

_is_within(amount, bounds) if {
	number := quantity.of(amount)
	number >= bounds.floor
	number <= bounds.ceiling
}

_is_in_proportion(_, resource) if is_null(kube.at(_ratio, [resource]))

_is_in_proportion(container, resource) if is_null(kube.at(container, ["resources", "limits", resource]))

# A request that is left out becomes the limit.
_is_in_proportion(container, resource) if is_null(kube.at(container, ["resources", "requests", resource]))

_is_in_proportion(container, resource) if {
	is_number(_ratio[resource])
	quantity.of(container.resources.limits[resource]) <= _ratio[resource] * quantity.of(container.resources.requests[resource])
}

_is_limited(container, resource) if container.resources.limits[resource]

_floor := config.param("resource_bounds", "floor")

_ceiling := config.param("resource_bounds", "ceiling")

_ratio := config.param("resource_bounds", "ratio")

_required := config.param("resource_bounds", "required_limits")
