# METADATA
# title: Kubernetes objects
# description: What rules say about the target, and how kinds are spelt.
package remediation.lib.kube

# METADATA
# title: The target as people read it
# description: deployment/shop/checkout, node/worker-1; parts that are not known are left out.
target := "no object" if {
	is_null(input.target)
} else := concat("/", [lower(part) |
	some key in ["kind", "namespace", "name"]
	part := input.target[key]
	is_string(part)
])

# METADATA
# title: The target's kind with its group
# description: Deployment.apps, Pod, Widget.example.com; undefined where kind or API version are not known.
kind := _spelt(input.target.kind, input.target.api_version)

# METADATA
# title: An object's kind with its group
# description: Spelt as the target's; it is another one where a step acts on a part of the target, such as its Scale.
kind_of(manifest) := _spelt(manifest.kind, manifest.apiVersion)

_spelt(name, api_version) := concat(".", array.concat([name], array.slice(parts, 0, count(parts) - 1))) if {
	is_string(name)
	is_string(api_version)
	parts := split(api_version, "/")
}

# METADATA
# title: What stands at a place
# description: The place is a list of keys; null where nothing is, whatever the document is.
at(document, place) := value if {
	is_object(document)
	value := object.get(document, place, null)
} else := null

# METADATA
# title: What a JSON Pointer leads to
# description: Null where it leads nowhere.
pointed(document, pointer) := value if {
	is_string(pointer)
	value := at(document, [_number_or_key(part) | some part in _parts(pointer)])
	not is_null(value)
} else := at(document, [_key(part) | some part in _parts(pointer)]) if {
	is_string(pointer)
}

_parts(pointer) := array.slice(parts, 1, count(parts)) if parts := split(pointer, "/")

_number_or_key(part) := to_number(part) if {
	regex.match(`^[0-9]{1,9}$`, part)
} else := _key(part)

_key(part) := replace(replace(part, "~1", "/"), "~0", "~")

# METADATA
# title: A kind is on a list
# description: By itself (Deployment.apps), or with its whole group (*.apps).
listed(a_kind, kinds) if a_kind in kinds

listed(a_kind, kinds) if {
	dot := indexof(a_kind, ".")
	dot > 0
	$"*{substring(a_kind, dot, -1)}" in kinds
}

# METADATA
# title: In no namespace
# description: The step is about no object, or about one of which neither plan nor cluster names a namespace.
in_no_namespace if {
	is_null(input.namespace)
	is_null(input.target)
	is_null(input.before)
	is_null(input.after)
}

in_no_namespace if {
	is_null(input.namespace)
	is_null(input.target.namespace)
	not input.before.metadata.namespace
	not input.after.metadata.namespace
}
