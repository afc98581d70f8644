# METADATA
# title: Configuration
# description: >-
#   What a site has set for a rule under `data.config.rules.<code>`. What stands under `namespaces.<namespace>` lies over
#   what stands under `labelled.<label>=<value>`, which is for namespaces that carry the label in the cluster (of several
#   that set something, the first by name), and this over the rule's own; parameters that are set nowhere come from the
#   defaults shipped beside the rule.
package remediation.lib.config

import data.remediation.lib.kube

_relaxed := {"warn", "shadow", "off"}

_from_the_strictest := ["enforce", "warn", "shadow", "off"]

# METADATA
# title: A rule's mode
# description: >-
#   enforce, warn, shadow or off; a mode that is none of these, a misspelt one too, enforces. A plan is in no namespace: at
#   stage plan the strictest of the modes in its steps' namespaces holds.
mode(code) := said if {
	found := {_mode_in(code, place) | some place in _places}
	said := [each | some each in _from_the_strictest; each in found][0]
} else := "enforce"

# METADATA
# title: A rule's parameter
# description: Undefined when it is set nowhere, so that a rule which needs it denies.
param(code, name) := value if {
	data.config.rules[code] # most rules are set nowhere, and are looked up once
	value := _set(code, name)
} else := value if {
	value := data.remediation.defaults[code][name]
} else := value if {
	[owner, rule] := split(code, "/")
	value := data.site[owner].defaults[rule][name]
}

_set(code, name) := value if {
	value := data.config.rules[code].namespaces[input.target.namespace].params[name]
} else := value if {
	value := [each | some settings in _labelled(code, kube.at(input.namespace, ["labels"])); each := settings.params[name]][0]
} else := value if {
	value := data.config.rules[code].params[name]
}

_mode_in(code, place) := said if {
	said := _configured_mode(code, place)
	said in _relaxed
} else := "enforce"

_configured_mode(code, place) := said if {
	said := data.config.rules[code].namespaces[place.name].mode
} else := said if {
	said := [each | some settings in _labelled(code, place.labels); each := settings.mode][0]
} else := said if {
	said := data.config.rules[code].mode
}

# In the order of their names.
_labelled(code, labels) := [settings |
	some selector, settings in data.config.rules[code].labelled
	parts := split(selector, "=")
	labels[parts[0]] == concat("=", array.slice(parts, 1, count(parts)))
]

# The namespaces that the request is about.
_places contains _place(input) if input.stage != "plan"

_places contains _place(step) if {
	input.stage == "plan"
	some step in input.plan.steps
}

_place(about) := {"name": kube.at(about, ["target", "namespace"]), "labels": kube.at(about, ["namespace", "labels"])}
