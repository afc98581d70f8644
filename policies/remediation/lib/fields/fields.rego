# METADATA
# title: Fields
# description: Whether a change keeps its hands off the fields that hold an object's life and its protection.
package remediation.lib.fields

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

# METADATA
# title: Objections
# description: The findings of the rule protected_fields, at every stage that has it.
touched contains {"message": message, "path": entry.path} if {
	some entry in input.diff
	not _fine(entry)
	message := $"{kube.target} would change at {entry.path}, which is protected"
}

touched contains {"message": message, "path": null} if {
	not _known
	message := $"what would change at {kube.target} is not fully known, or the parameters of this rule are not set"
}

touched contains {"message": message, "path": "/metadata"} if {
	not _is_same_object
	message := $"{kube.target} would become another object, or it is not known to stay the same"
}

_is_same_object if change.nothing

_is_same_object if change.makes

_is_same_object if change.removes

_is_same_object if {
	change.alters
	is_string(input.before.metadata.uid)
	every key in ["uid", "name", "namespace"] {
		kube.at(input.before, ["metadata", key]) == kube.at(input.after, ["metadata", key])
	}
}

_known if {
	is_array(input.diff)
	is_array(_paths)
	is_array(_allowed)
	is_string(_label)
	every entry in input.diff {
		is_string(entry.path)
	}
}

# A removal is no change of a field.
_fine(entry) if {
	change.removes
	entry.path == ""
}

# What an object is made with marks it from the start; only what holds it or hangs it on another counts then.
_fine(entry) if {
	change.makes
	change.is_within(entry.path, "/metadata/labels")
}

_fine(entry) if change.is_servers(entry)

_fine(entry) if {
	change.runs_own_template
	change.is_within(entry.path, "/metadata/ownerReferences")
}

_fine(entry) if {
	some path in _allowed
	_covers(path, entry.path)
}

_fine(entry) if {
	is_string(entry.path)
	not _is_protected(entry)
}

_is_protected(entry) if {
	some path in _protected
	_covers(path, entry.path)
}

# A map or list that changes as a whole, with what is protected inside it.
_is_protected(entry) if {
	some path in _protected
	startswith(path, $"{entry.path}/")
}

_covers(pattern, path) if {
	is_string(pattern)
	is_string(path)
	startswith(pattern, "/")
	startswith(path, regex.find_n(`^[^*?\[{\\]+`, pattern, 1)[0]) # most end here: a glob takes long
	some each in [pattern, $"{pattern}/**"]
	glob.match(each, ["/"], path)
}

_paths := config.param("protected_fields", "paths")

_allowed := config.param("protected_fields", "allowed_paths")

_label := config.param("replica_floor", "critical_label")

_protected contains path if {
	some path in _paths
	is_string(path)
}

# Labels on which other rules rest.
_protected contains _pointer(_label) if is_string(_label)

_protected contains _pointer(_leave) if is_string(_leave)

_leave := config.param("data_change_allowed", "label")

_pointer(label) := $"/metadata/labels/{replace(replace(label, "~", "~0"), "/", "~1")}"
