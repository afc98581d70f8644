# METADATA
# title: A restore puts back the snapshot and nothing else
# description: >-
#   Every path that a restore changes must have been asked for, and must end as the snapshot holds it, list items matched
#   by name. The object must still be the one that the snapshot was taken of. The other rules of a step are not asked here:
#   a ceiling that the old state is above, a missing headroom or an old image must not keep a broken change in place, and a
#   privilege that the snapshot does not hold cannot come back.
# custom:
#   solution: >-
#     look at the paths named; if a webhook or admission policy changes them, put the object back by hand or correct that
#     policy first, then roll back again
package remediation.rules.rollback.restore_within_snapshot

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
	not _same_object
	message := $"{kube.target} is not known to be the object that the snapshot was taken of"
}

_known if {
	is_array(input.diff)
	every entry in input.diff {
		is_string(entry.path)
	}
}

_same_object if {
	is_string(input.snapshot.metadata.uid)
	input.snapshot.metadata.uid == input.before.metadata.uid
	input.snapshot.metadata.uid == input.after.metadata.uid
}

_restores(entry) if {
	entry.requested == true
	_as_in_snapshot(entry)
}

_as_in_snapshot(entry) if {
	entry.op in {"add", "replace"}
	place := _places.after[entry.path]
	_values.snapshot[place] == entry.after
	_values.after[place] == entry.after
}

_as_in_snapshot(entry) if {
	entry.op == "remove"
	place := _places.before[entry.path]
	is_object(input.snapshot.metadata)
	not _in_snapshot(place)
}

_in_snapshot(place) if {
	value := _values.snapshot[place]
	not _is_nothing(value)
}

# The API server drops empty objects and lists, so an empty one equals none.
_is_nothing(value) if value in [{}, [], null]

_fault(entry) := "nobody asked for" if {
	not _is_requested(entry)
} else := "is not as the snapshot holds it"

_is_requested(entry) if entry.requested == true

# The places of an object by JSON Pointer, and its values by place. A place is a path in which an item of a list stands by
# its name, so that it stays true when a sidecar moves the items behind it.

_places[side][pointer] := place if {
	some side, nodes in _nodes
	some [path, _] in nodes
	pointer := concat("", [$"/{_token(key)}" | some key in path])
	place := _place(side, path)
}

_values[side][place] := value if {
	some side, nodes in _nodes
	some [path, value] in nodes
	place := _place(side, path)
}

_nodes[side] contains [path, value] if {
	some side in ["before", "after", "snapshot"]
	is_object(input[side])
	walk(object.remove(input[side], ["status"]), [path, value])
	array.slice(path, 0, 2) != ["metadata", "managedFields"]
	count(path) > 0
}

_keyed[side] contains path if {
	some side, nodes in _nodes
	some [path, value] in nodes
	is_array(value)
	count({item.name | some item in value; is_string(item.name)}) == count(value)
}

_place(side, path) := [_part(side, path, i) | some i in numbers.range(0, count(path) - 1)]

_part(side, path, i) := {"name": item.name} if {
	array.slice(path, 0, i) in _keyed[side]
	item := object.get(input[side], array.slice(path, 0, i + 1), {})
} else := path[i]

_token(key) := replace(replace(key, "~", "~0"), "/", "~1") if is_string(key)

_token(key) := $"{key}" if is_number(key)
