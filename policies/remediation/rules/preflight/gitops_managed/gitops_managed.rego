# METADATA
# title: What a source keeps is changed in its source
# description: >-
#   An object that Argo CD, Flux or Helm keeps as its source has it is not changed behind their back: the change would be
#   undone at once (Argo CD, Flux) or with the next release (Helm), and until then the source tells a lie. It is told by
#   the labels, annotations, owners and field managers of the live object. `managers` says for each tool (argo_cd, flux,
#   helm) if that is denied (`deny`), said (`warn`) or nobody's business (`allow`); a tool that is not there, or is spelt
#   another way, denies. `actions` leave alone what a source says: a restart sets an annotation that no source has. Where it
#   could not be read who keeps the object, the step is denied.
# custom:
#   solution: >-
#     change it in its source (the repository that Argo CD or Flux follows, the values of the Helm release), suspend the
#     tool for this object and set the parameter `managers` of rule gitops_managed for its namespace, or restart it only
#   absence_allows:
#     - path: /facts/gitops
#       because: an object that no tool keeps has none
#     - path: /facts/unknown/gitops
#       because: what is known needs no reason why it is not
package remediation.rules.preflight.gitops_managed

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{_what}, {_which} undo the change"
}

warn contains {"message": message, "path": null} if {
	not _is_harmless
	_level == "warn"
	message := $"{_what}, {_which} undo the change"
}

_passes if _is_harmless

_passes if _level in {"warn", "allow"}

_passes if {
	is_null(input.facts.gitops)
	is_object(input.facts.unknown)
	not input.facts.unknown.gitops
}

_is_harmless if change.nothing

_is_harmless if input.step.action in config.param("gitops_managed", "actions")

_level := config.param("gitops_managed", "managers")[input.facts.gitops.tool]

_what := $"{kube.target} is kept by {_tool}{_name} (told by {concat(", ", [sign | some sign in input.facts.gitops.signs; is_string(sign)])})" if {
	is_array(input.facts.gitops.signs)
} else := $"who keeps {kube.target} is not known ({_why})"

_which := "which would" if {
	is_array(input.facts.gitops.signs)
} else := "and whoever does would"

_tools := {"argo_cd": "Argo CD", "flux": "Flux", "helm": "Helm"}

_tool := _tools[input.facts.gitops.tool] if {
	_tools[input.facts.gitops.tool]
} else := "some tool"

_name := $" as part of {input.facts.gitops.name}" if {
	is_string(input.facts.gitops.name)
} else := ""

_why := input.facts.unknown.gitops if {
	is_string(input.facts.unknown.gitops)
} else := "it was not read"
