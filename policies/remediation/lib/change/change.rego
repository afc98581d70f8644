# METADATA
# title: Changes
# description: >-
#   What a step does to its object as a whole: makes, alters or removes it, or nothing at all. Each needs more than one
#   sign, so that a request in which something is missing is none of them: what the diff says, the objects must show.
package remediation.lib.change

import data.remediation.lib.kube

# METADATA
# title: The object is there before and after
alters if {
	is_object(input.before)
	is_object(input.after)
	_is_as_told
}

# METADATA
# title: The object is made
makes if {
	is_null(input.before)
	is_object(input.after)
	_is_as_told
	some entry in input.diff
	entry.op == "add"
	entry.path == "/kind"
}

_is_as_told if {
	is_array(input.diff)
	every entry in input.diff {
		_is_so(entry)
	}
}

_is_so(entry) if {
	entry.op == "add"
	kube.pointed(input.after, entry.path) == entry.after
}

_is_so(entry) if {
	entry.op == "replace"
	kube.pointed(input.after, entry.path) == entry.after
	_was_so(entry)
}

_is_so(entry) if {
	entry.op == "remove"
	kube.pointed(input.before, entry.path) == entry.before
}

_was_so(entry) if kube.pointed(input.before, entry.path) == entry.before

# The path leads into the object as it would be; an item of a list may have stood elsewhere before.
_was_so(entry) if regex.match(`/[0-9]+(/|$)`, entry.path)

# METADATA
# title: The object is removed
removes if {
	is_object(input.before)
	is_null(input.after)
	some entry in input.diff
	entry.op == "remove"
	entry.path == ""
}

# METADATA
# title: Nothing changes
# description: >-
#   The object stays as it is or stays away, or there is none: the step looks, tells, or has nothing left to do. A drain is
#   never nothing: it evicts pods, also from a node that is cordoned already.
nothing if {
	input.diff == []
	input.before == input.after
	is_string(input.step.action)
	input.step.action != "drain"
}

# METADATA
# title: A path is a place or leads from it further in
is_within(path, place) if startswith($"{path}/", $"{place}/")

# METADATA
# title: A Job of its CronJob's own template
# description: >-
#   The step runs what the schedule would run, and admission adds nothing to it: the CronJob's owner has decided on its
#   images and powers.
runs_own_template if {
	makes
	kube.kind == "CronJob.batch"
	kube.kind_of(input.after) == "Job.batch"
	some owner in input.after.metadata.ownerReferences
	owner.controller == true
	owner.kind == "CronJob"
	owner.name == input.target.name
	every entry in input.diff {
		entry.requested == true
	}
}

# METADATA
# title: The API server's own addition
# description: The finalizer that it gives to every PersistentVolumeClaim that is made.
is_servers(entry) if {
	makes
	kube.kind == "PersistentVolumeClaim"
	entry.path == "/metadata/finalizers"
	entry.after == ["kubernetes.io/pvc-protection"]
}
