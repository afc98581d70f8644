# METADATA
# title: Pods
# description: >-
#   The pods that an object is, has or makes, wherever they stand in it: what has a list of containers is one. For kinds of
#   Kubernetes' own it is known where one must stand.
package remediation.lib.pods

import data.remediation.lib.change
import data.remediation.lib.kube

# METADATA
# title: Where containers are
# description: The lists of a pod's spec.
container_lists := ["containers", "initContainers", "ephemeralContainers"]

# Where the pod of a kind stands; of a kind that is not here it may stand anywhere or nowhere.
_places := {
	"CronJob.batch": "/spec/jobTemplate/spec/template/spec",
	"DaemonSet.apps": "/spec/template/spec",
	"Deployment.apps": "/spec/template/spec",
	"Job.batch": "/spec/template/spec",
	"Pod": "/spec",
	"PodTemplate": "/template/spec",
	"ReplicaSet.apps": "/spec/template/spec",
	"ReplicationController": "/spec/template/spec",
	"StatefulSet.apps": "/spec/template/spec",
}

_sides.before := input.before if is_object(input.before)

_sides.after := input.after if is_object(input.after)

# METADATA
# title: Pods of both sides
# description: By side (before, after) and place, which is a JSON Pointer.
found[side][place] := pod if {
	some side, manifest in _sides
	place := _places[kube.kind_of(manifest)]
	pod := kube.pointed(manifest, place)
	is_array(pod.containers)
}

found[side][_pointer(path)] := pod if {
	some side, manifest in _sides
	kind := kube.kind_of(manifest)
	not _places[kind]
	walk(object.remove(manifest, {"metadata", "status"}), [path, pod])
	is_array(pod.containers)
}

# METADATA
# title: Pods that the change brings or touches
# description: Places in the object as it would be.
changed contains place if {
	some place, pod in found.after
	not _was_there(place, pod)
}

_was_there(place, pod) if found.before[place] == pod

# METADATA
# title: Known on both sides
# description: Each side has the pod that its kind must have, and the containers of every pod that changes have names.
judgeable if change.nothing

judgeable if change.removes

judgeable if {
	change.makes
	"after" in _complete
	_are_named
}

judgeable if {
	change.alters
	_complete == {"after", "before"}
	_are_named
}

# METADATA
# title: Removed without a pod
# description: An object of a known kind that is, has and makes no pod.
none_removed if {
	change.removes
	"before" in _complete
	not found.before
	kind := kube.kind_of(input.before)
	not _holds_pods(kind)
}

# METADATA
# title: No template changes
# description: >-
#   What pods are made of is as it was, labels and annotations of the template included; of a pod itself only what its
#   containers request and may use, which takes hold in place.
templates_stay if {
	change.alters
	_complete == {"after", "before"}
	_templates("before") == _templates("after")
}

_templates(side) := {place: _lasting(side, place, pod) | some place, pod in object.get(found, side, {})}

_lasting(side, place, pod) := object.union(pod, {list: [_without_resources(container) | some container in pod[list]] |
	some list in container_lists
	is_array(pod[list])
}) if {
	_is_itself(side, place)
} else := template if {
	endswith(place, "/spec")
	place != "/spec"
	template := object.get(_sides[side], _parent(place), null)
	is_object(template)
} else := pod

_without_resources(container) := object.remove(container, {"resources"}) if {
	is_object(container)
} else := container

_is_itself(side, place) if {
	place == "/spec"
	kube.kind_of(_sides[side]) == "Pod"
}

_parent(place) := [replace(replace(part, "~1", "/"), "~0", "~") | some part in split(trim_prefix(trim_suffix(place, "/spec"), "/"), "/")]

_holds_pods(kind) if kind in {"Namespace", "Node"}

_complete contains side if {
	some side, manifest in _sides
	kind := kube.kind_of(manifest)
	not _places[kind]
}

_complete contains side if {
	some side, manifest in _sides
	count(found[side][_places[kube.kind_of(manifest)]].containers) > 0
}

_are_named if {
	every place in changed {
		_is_named(found.after[place])
		_is_named(object.get(found, ["before", place], {"containers": []}))
	}
}

_is_named(pod) if {
	every list in container_lists {
		_all_named(pod, list)
	}
}

_all_named(pod, list) if {
	every container in pod[list] {
		is_string(container.name)
	}
}

_all_named(pod, list) if not pod[list]

# METADATA
# title: Containers of a pod
# description: Each by its list and name, like `initContainers/migrate`.
containers(pod) := {$"{list}/{container.name}": container |
	some list in container_lists
	some container in pod[list]
}

_pointer(path) := concat("", [$"/{_token(key)}" | some key in path])

_token(key) := replace(replace(key, "~", "~0"), "/", "~1") if is_string(key)

_token(key) := $"{key}" if is_number(key)
