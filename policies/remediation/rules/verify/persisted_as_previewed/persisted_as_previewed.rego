# METADATA
# title: What is there is what was judged
# description: >-
#   Where the object that was written is not as its preview said, something changed it between judgement and write. The
#   paths in `accepted_paths` may differ, and what is below them; a part `*` stands for any one. By default these are the
#   addresses and ports that the API server gives to a new Service: it gives others to each dry run.
# custom:
#   solution: >-
#     see what changed the paths named (an admission policy that adds something else each time, a controller), and list
#     them in the parameter `accepted_paths` of rule persisted_as_previewed if that is as it should be
package remediation.rules.verify.persisted_as_previewed

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": path} if {
	some path in input.divergence
	not _is_accepted(path)
	message := $"{kube.target} is not as previewed at {path}"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"whether {kube.target} is as previewed is not known"
}

_known if is_array(input.divergence)

_is_accepted(path) if {
	is_string(path)
	some place in config.param("persisted_as_previewed", "accepted_paths")
	is_string(place)
	parts := split(place, "/")
	given := array.slice(split(path, "/"), 0, count(parts))
	count(given) == count(parts)
	every i, part in parts {
		part in {"*", given[i]}
	}
}
