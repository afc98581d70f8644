# METADATA
# title: Images
# description: >-
#   Reads image references (registry/path:tag@digest, with the registry and tag rules of the OCI distribution) and
#   judges those that a change brings to a pod template.
package remediation.lib.image

import data.remediation.lib.config
import data.remediation.lib.kube

_reference := concat("", [
	`^`,
	`((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?/)?`, # registry, which needs a dot, a port or to be localhost
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

_is_host(first) if regex.match(`[.:]`, first)

_is_host("localhost")

# METADATA
# title: Images that are brought in and not acceptable
# description: One objection for each container of which the image changes, or that is new, and does not pass.
objections contains {"message": message, "path": path} if {
	not kube.lacks("pod_template")
	some place, container in kube.containers(input.after)
	not _kept(place)
	not _acceptable(place)
	path := $"/spec/template/spec/{place}/image"
	message := $"the image of {place} of {kube.target} would be {_shown(place)}, which {_fault(place)}"
}

objections contains {"message": message, "path": "/spec/template"} if {
	not _judgeable
	message := $"the images that {kube.target} would run are not known, or this rule's parameters are not set"
}

_judgeable if kube.lacks("pod_template")

_judgeable if {
	kube.has_pod_template(input.after)
	is_array(_registries)
	is_array(_forbidden_tags)
}

_registries := config.param("image_registry", "registries")

_forbidden_tags := config.param("image_registry", "forbidden_tags")

_images(manifest) := {place: container.image | some place, container in kube.containers(manifest)}

_kept(place) if {
	is_string(_images(input.after)[place])
	_images(input.before)[place] == _images(input.after)[place]
}

_acceptable(place) if {
	reference := parsed(_images(input.after)[place])
	_pinned(reference)
	_trusted(reference)
}

_pinned(reference) if reference.digest != ""

_pinned(reference) if {
	reference.tag != ""
	not _forbidden(reference)
}

_forbidden(reference) if {
	some tag in _forbidden_tags
	lower(tag) == lower(reference.tag)
}

_trusted(_) if count(_registries) == 0

_trusted(reference) if {
	some prefix in _registries
	startswith($"{reference.name}/", $"{trim_suffix(prefix, "/")}/")
}

_shown(place) := image if {
	image := _images(input.after)[place]
	is_string(image)
} else := "unknown"

_fault(place) := "is no image reference" if {
	not _reads(place)
} else := "names no version: give a tag other than latest, or a digest" if {
	not _pinned(parsed(_images(input.after)[place]))
} else := $"comes from none of the allowed registries: {concat(", ", _registries)}"

_reads(place) if parsed(_images(input.after)[place])
