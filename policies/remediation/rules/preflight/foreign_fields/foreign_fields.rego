# METADATA
# title: A field that another program applies is its own
# description: >-
#   A change does not touch fields that another field manager owns by server-side apply: whoever applies says that the
#   field is to be as it says, and will say so again. Owners by plain updates claim nothing and are not asked. `managers`
#   lists those whose fields may change all the same, as names in which `*` stands for any text: tools in the hands of
#   people (kubectl), this executor, and the tools that rule gitops_managed is about. Fields of the status are nobody's
#   concern here, and what only looks or makes an object passes.
# custom:
#   solution: >-
#     have the program named set the field (change its own object or configuration), or add it to the parameter `managers`
#     of rule foreign_fields
package remediation.rules.preflight.foreign_fields

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": _path(owner)} if {
	not _passes
	some owner in input.facts.managers
	not _is_fine(owner)
	message := $"{kube.target} would change where {owner.manager} applies its own: {owner.paths}"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"who owns the fields that would change of {kube.target} is not known, or the parameter managers is not set"
}

_known if _passes

_known if {
	is_array(input.facts.managers)
	is_array(_managers)
}

_passes if change.nothing

_passes if change.makes

_is_fine(owner) if owner.operation == "Update"

_is_fine(owner) if owner.subresource == "status"

_is_fine(owner) if {
	some pattern in _managers
	is_string(pattern)
	is_string(owner.manager)
	glob.match(pattern, [], owner.manager)
}

_path(owner) := owner.paths[0] if {
	is_string(owner.paths[0])
} else := null

_managers := config.param("foreign_fields", "managers")
