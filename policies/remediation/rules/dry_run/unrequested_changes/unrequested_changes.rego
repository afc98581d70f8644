# METADATA
# title: Nothing changes that nobody asked for
# description: >-
#   Every path that the dry run changes must have been asked for. What admission added is denied, unless it lies at or
#   below one of `accepted_paths`: JSON Pointers, in which `*` stands for any text within one part.
# custom:
#   solution: >-
#     find the webhook or admission policy that changes the path; if its change is wanted, add the path to the parameter
#     `accepted_paths` of rule unrequested_changes
package remediation.rules.dry_run.unrequested_changes

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": entry.path} if {
	some entry in input.diff
	not _fine(entry)
	message := $"admission would {entry.op} {entry.path} of {kube.target}, which nobody asked for"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"what would change at {kube.target} is not fully known, or the parameter accepted_paths is not set"
}

_known if {
	is_array(input.diff)
	is_array(_accepted)
	every entry in input.diff {
		is_string(entry.path)
		is_boolean(entry.requested)
	}
}

_fine(entry) if entry.requested == true

_fine(entry) if change.is_servers(entry)

_fine(entry) if {
	some accepted in _accepted
	is_string(accepted)
	is_string(entry.path)
	startswith(accepted, "/")
	startswith(entry.path, "/")
	some pattern in [accepted, $"{accepted}/**"]
	glob.match(pattern, ["/"], entry.path)
}

_accepted := config.param("unrequested_changes", "accepted_paths")
