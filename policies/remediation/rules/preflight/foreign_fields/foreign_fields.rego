# METADATA
# title: A field that another program keeps is its own
# description: >-
#   A change does not touch fields that a program owns by server-side apply and will soon say again: `reconcilers` are the
#   names of such programs, in which `*` stands for any text. Of fields that anybody else applies (a pipeline, a person) the
#   rule warns: they are ours until they are applied again, and a rollback gives them back. Owners by plain updates claim
#   nothing and are not asked. `managers` lists those whose fields may change all the same: tools in the hands of people
#   (kubectl), this executor, and the tools that rule gitops_managed is about. Fields of the status are nobody's concern
#   here, and what only looks or makes an object passes.
# custom:
#   solution: >-
#     have the program named set the field (change its own object or configuration), or add it to the parameter `managers`
#     of rule foreign_fields
package remediation.rules.preflight.foreign_fields

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": _path(owner)} if {
	some owner in _strangers
	not _comes_back_seldom(owner)
	message := $"{kube.target} would change where {owner.manager} applies its own: {owner.paths}"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"who owns the fields that would change of {kube.target} is not known, or a parameter is not set"
}

warn contains {"message": message, "path": _path(owner)} if {
	some owner in _strangers
	_comes_back_seldom(owner)
	message := $"{kube.target} would change what {owner.manager} applied: {owner.paths}; it may be applied again"
}

_strangers contains owner if {
	not _passes
	some owner in input.facts.managers
	not _is_fine(owner)
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
	_is_called(owner, pattern)
}

_comes_back_seldom(owner) if {
	owner.operation == "Apply"
	is_string(owner.manager)
	is_array(owner.paths)
	is_array(_reconcilers)
	count([pattern | some pattern in _reconcilers; not is_string(pattern)]) == 0
	count([pattern | some pattern in _reconcilers; _is_called(owner, pattern)]) == 0
}

_is_called(owner, pattern) if {
	is_string(pattern)
	is_string(owner.manager)
	glob.match(pattern, [], owner.manager)
}

_path(owner) := owner.paths[0] if {
	is_string(owner.paths[0])
} else := null

_managers := config.param("foreign_fields", "managers")

_reconcilers := config.param("foreign_fields", "reconcilers")
