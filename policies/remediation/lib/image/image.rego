# METADATA
# title: Images
# description: >-
#   Reads image references (registry/path:tag@digest, with the registry and tag rules of the OCI distribution) and
#   judges those that a change brings to a pod template.
package remediation.lib.image

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.pods

_reference := concat("", [
	`^`,
	`((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?/)?`, # registry, told by a dot, a port, upper case, or localhost
	`([a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*)`, # path
	`(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?`, # tag
	`(?:@([a-z0-9]+:[0-9a-f]{32,}))?`, # digest
	`$`,
])

# METADATA
# title: A reference, taken apart
# description: >-
#   {"registry", "name", "tag", "digest"}, tag and digest empty where there is none; undefined for what is no reference.
#   Docker Hub's short forms are spelled out: nginx is docker.io/library/nginx.
parsed(reference) := {"registry": registry, "name": $"{registry}/{path}", "tag": tag, "digest": digest} if {
	is_string(reference)
	[[_, first, rest, tag, digest]] := regex.find_all_string_submatch_n(_reference, reference, 1)
	registry := _registry(trim_suffix(first, "/"))
	path := _path(registry, trim_suffix(first, "/"), rest)
}

_registry(first) := "docker.io" if {
	first in {"docker.io", "index.docker.io"}
} else := first if {
	_is_host(first)
} else := "docker.io"

_path(registry, first, rest) := $"{first}/{rest}" if {
	first != ""
	registry == "docker.io"
	not _is_host(first)
} else := $"library/{rest}" if {
	registry == "docker.io"
	not contains(rest, "/")
} else := rest

_is_host(first) if regex.match(`[.:A-Z]`, first)

_is_host("localhost")

# METADATA
# title: Images that are brought in and not acceptable
# description: >-
#   One objection for each container or volume of which the image changes, or that is new, and does not pass. What a Job
#   takes from its CronJob's template is not brought in.
objections contains {"message": message, "path": path} if {
	some path, brought in _brought
	not _acceptable(brought)
	message := $"{brought.in} of {kube.target} would run {brought.image}, which {_fault(brought)}"
}

objections contains {"message": message, "path": null} if {
	not _judgeable
	message := $"the images that {kube.target} would run are not known, or this rule's parameters are not set"
}

_judgeable if {
	pods.judgeable
	is_array(_registries)
	is_array(_forbidden_tags)
	is_boolean(_needs_digest)
	is_boolean(_keeps_name)
}

_registries := config.param("image_registry", "registries")

_forbidden_tags := config.param("image_registry", "forbidden_tags")

_needs_digest := config.param("image_registry", "digest_required")

_keeps_name := config.param("image_registry", "only_tag_may_change")

_brought[$"{place}/{list}/{i}/image"] := object.union(container, {
	"in": $"container {container.name}",
	"was": _names_before(place, list, container),
}) if {
	not change.runs_own_template
	some place in pods.changed
	some list in pods.container_lists
	some i, container in pods.found.after[place][list]
	is_object(container)
	not _kept(place, list, container)
}

# An image can also be mounted as a volume.
_brought[$"{place}/volumes/{i}/image"] := {
	"image": volume.image.reference,
	"in": $"volume {volume.name}",
	"was": set(),
} if {
	not change.runs_own_template
	some place in pods.changed
	some i, volume in pods.found.after[place].volumes
	not _mounted(place, volume)
}

# What its container ran, without tag and digest.
_names_before(place, list, container) := {reference.name |
	some before in pods.found.before[place][list]
	before.name == container.name
	reference := parsed(before.image)
}

_kept(place, list, container) if container in pods.found.before[place][list]

_kept(place, list, container) if {
	is_string(container.image)
	some before in pods.found.before[place][list]
	before.name == container.name
	before.image == container.image
}

_mounted(place, volume) if volume in pods.found.before[place].volumes

_acceptable(brought) if {
	reference := parsed(brought.image)
	_pinned(reference)
	_trusted(reference)
	_is_same(reference, brought)
}

_pinned(reference) if reference.digest != ""

_pinned(reference) if {
	_needs_digest == false
	reference.tag != ""
	not _forbidden(reference)
}

_forbidden(reference) if {
	some tag in _forbidden_tags
	is_string(tag)
	lower(tag) == lower(reference.tag)
}

_trusted(_) if _registries == []

_trusted(reference) if {
	some prefix in _registries
	is_string(prefix)
	startswith($"{reference.name}/", $"{trim_suffix(prefix, "/")}/")
}

_is_same(_, _) if _keeps_name == false

_is_same(_, _) if change.makes

_is_same(reference, brought) if reference.name in brought.was

_fault(brought) := "is no image reference" if {
	not _reads(brought)
} else := "names no digest" if {
	_needs_digest == true
	parsed(brought.image).digest == ""
} else := $"names no version: give a digest, or a tag that is none of {_forbidden_tags}" if {
	reference := parsed(brought.image)
	not _pinned(reference)
} else := $"comes from none of the allowed registries {_registries}" if {
	reference := parsed(brought.image)
	not _trusted(reference)
} else := "is another image than before, and only its version may change"

_reads(brought) if parsed(brought.image)
