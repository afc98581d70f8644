# METADATA
# title: Changes
# description: >-
#   What a step does to its object as a whole: makes, alters or removes it, or nothing at all. Each needs more than one
#   sign, so that a request in which something is missing is none of them.
package remediation.lib.change

import data.remediation.lib.kube

# METADATA
# title: The object is there before and after
alters if {
	is_object(input.before)
	is_object(input.after)
}

# METADATA
# title: The object is made
makes if {
	is_null(input.before)
	is_object(input.after)
	some entry in input.diff
	entry.op == "add"
	entry.path == "/kind"
}

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
# title: Something changes at a path
# description: At it, below it, or around it as a whole; the path is a JSON Pointer.
touches(path) if {
	some entry in input.diff
	on_one_line(entry.path, path)
}

# METADATA
# title: One path is the other or leads to it
on_one_line(one, other) if is_within(one, other)

on_one_line(one, other) if is_within(other, one)

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
