# METADATA
# title: Configuration
# description: >-
#   What a site has set for a rule under `data.config.rules.<code>`. What stands under `namespaces.<namespace>` lies over
#   the rule's own; parameters that are set nowhere come from the defaults shipped beside the rule.
package remediation.lib.config

_relaxed := {"warn", "shadow", "off"}

# METADATA
# title: A rule's mode
# description: enforce, warn, shadow or off; a mode that is none of these, a misspelt one too, enforces.
mode(code) := said if {
	said := _configured_mode(code)
	said in _relaxed
} else := "enforce"

# METADATA
# title: A rule's parameter
# description: Undefined when it is set nowhere, so that a rule which needs it denies.
param(code, name) := value if {
	value := data.config.rules[code].namespaces[input.target.namespace].params[name]
} else := value if {
	value := data.config.rules[code].params[name]
} else := value if {
	value := data.remediation.defaults[code][name]
} else := value if {
	[owner, rule] := split(code, "/")
	value := data.site[owner].defaults[rule][name]
}

_configured_mode(code) := said if {
	said := data.config.rules[code].namespaces[input.target.namespace].mode
} else := said if {
	said := data.config.rules[code].mode
}
