# METADATA
# title: A restore puts back the snapshot and nothing else
# description: >-
#   Every path that a restore changes must have been asked for, and must end as the snapshot holds it, list items matched
#   by name, taints by key and effect. The object must still be the one that the snapshot was taken of. One that the step
#   removed may be made anew if it is as the snapshot holds it but for what the API server gives, such as the uid; one of
#   which there is no snapshot was made by the step and may be removed. The other rules of a step are not asked here: a
#   ceiling that the old state is above, a missing headroom or an old image must not keep a broken change in place, and a
#   privilege that the snapshot does not hold cannot come back.
# custom:
#   solution: >-
#     look at the paths named; if a webhook or admission policy changes them, put the object back by hand or correct that
#     policy first, then roll back again
#   absence_allows:
#     - path: /snapshot
#       because: where nothing was before the step, what is there was made by it
package remediation.rules.rollback.restore_within_snapshot

import data.remediation.lib.change
import data.remediation.lib.kube

deny contains {"message": message, "path": entry.path} if {
	some entry in input.diff
	not _restores(entry)
	message := $"the restore of {kube.target} would {entry.op} {entry.path}, which {_fault(entry)}"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"what the restore of {kube.target} would change is not fully known"
}

deny contains {"message": message, "path": "/metadata/uid"} if {
	not _right_object
	message := $"{kube.target} is not known to be the object that the snapshot was taken of, or that the step made"
}

deny contains {"message": message, "path": null} if {
	change.makes
	not _is_whole_again
	message := $"{kube.target} would be made anew, but not as the snapshot holds it"
}

_known if {
	is_array(input.diff)
	every entry in input.diff {
		is_string(entry.path)
	}
}

_right_object if {
	change.alters
	is_string(input.snapshot.metadata.uid)
	input.snapshot.metadata.uid == input.before.metadata.uid
	input.snapshot.metadata.uid == input.after.metadata.uid
}

# It was made anew before, and now only the owners of its fields change.
_right_object if {
	input.diff == []
	is_string(input.before.metadata.uid)
	input.before.metadata.uid == input.after.metadata.uid
	_is_whole_again
}

_right_object if {
	change.makes
	is_object(input.snapshot)
}

_right_object if {
	change.removes
	is_null(input.snapshot)
}

_is_whole_again if _lasting(input.after) == _lasting(input.snapshot)

# An object without what the API server and the controllers of its kind write.
_lasting(manifest) := object.union(object.remove(manifest, {"metadata", "status"}), {"metadata": object.union(
	object.remove(manifest.metadata, _given),
	{"annotations": object.remove(_annotations(manifest), _revisions)},
)}) if {
	is_object(manifest.metadata)
}

_annotations(manifest) := manifest.metadata.annotations if {
	is_object(manifest.metadata.annotations)
} else := {}

_given := {
	"annotations",
	"creationTimestamp",
	"deletionGracePeriodSeconds",
	"deletionTimestamp",
	"generation",
	"managedFields",
	"resourceVersion",
	"selfLink",
	"uid",
}

_revisions := {"deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"}

_restores(entry) if {
	change.alters
	entry.requested == true
	_as_in_snapshot(entry)
}

# What is made or removed as a whole is compared as a whole.
_restores(entry) if {
	_whole
	entry.requested == true
}

_whole if change.makes

_whole if {
	change.removes
	is_null(input.snapshot)
}

_as_in_snapshot(entry) if {
	entry.op in {"add", "replace"}
	path := _path(input.after, entry.path)
	object.get(input.after, path, null) == entry.after
	_held(_place(input.after, path)) == entry.after
}

_as_in_snapshot(entry) if {
	entry.op == "remove"
	is_object(input.snapshot)
	place := _place(input.before, _path(input.before, entry.path))
	not _holds(place)
}

_holds(place) if {
	value := _held(place)
	not _is_nothing(value)
}

# The API server drops empty objects and lists, so an empty one equals none.
_is_nothing(value) if value in [{}, [], null]

_fault(entry) := "nobody asked for" if {
	not _is_requested(entry)
} else := "is not as the snapshot holds it"

_is_requested(entry) if entry.requested == true

# The path that a JSON Pointer has in a document.
_path(document, pointer) := path if {
	is_string(pointer)
	keys := _keys(regex.replace(pointer, ".*/", ""))
	walk(document, [path, _])
	path[count(path) - 1] in keys # most paths end here, before anything is spelt out
	concat("", [$"/{_token(key)}" | some key in path]) == pointer
}

# What a pointer's last part can stand for: a key, or a number in a list.
_keys(part) := {replace(replace(part, "~1", "/"), "~0", "~")} | {to_number(part) | regex.match(`^[0-9]{1,9}$`, part)}

# A path in which an item of a list stands by its name, so that it stays true when a sidecar moves the items behind it,
# and a taint by its key and effect.
_place(document, path) := [_part(document, path, i) | some i, _ in path]

_part(document, path, i) := {"name": item.name} if {
	items := object.get(document, array.slice(path, 0, i), null)
	_named(items)
	item := items[path[i]]
} else := {"key": item.key, "effect": item.effect} if {
	items := object.get(document, array.slice(path, 0, i), null)
	_tainted(items)
	item := items[path[i]]
} else := path[i]

_named(items) if {
	is_array(items)
	count({item.name | some item in items; is_string(item.name)}) == count(items)
}

_tainted(items) if {
	is_array(items)
	count({[item.key, item.effect] | some item in items; is_string(item.key); is_string(item.effect)}) == count(items)
}

# What the snapshot holds at a place.
_held(place) := value if {
	last := place[count(place) - 1]
	walk(input.snapshot, [path, value])
	count(path) == count(place)
	last in {path[count(path) - 1], _part(input.snapshot, path, count(path) - 1)}
	_place(input.snapshot, path) == place
}

_token(key) := replace(replace(key, "~", "~0"), "/", "~1") if is_string(key)

_token(key) := $"{key}" if is_number(key)
