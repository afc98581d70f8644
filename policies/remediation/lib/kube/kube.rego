# METADATA
# title: Kubernetes objects
# description: What rules say about the target, whatever its kind.
package remediation.lib.kube

_traits := {
	"ConfigMap": {"namespaced"},
	"CronJob": {"namespaced"},
	"DaemonSet": {"namespaced", "pod_template"},
	"Deployment": {"namespaced", "pod_template", "replicas"},
	"HorizontalPodAutoscaler": {"namespaced"},
	"Job": {"namespaced", "pod_template"},
	"Node": {"node"},
	"PersistentVolumeClaim": {"namespaced"},
	"Pod": {"namespaced"},
	"ReplicaSet": {"namespaced", "pod_template", "replicas"},
	"ReplicationController": {"namespaced", "pod_template", "replicas"},
	"Secret": {"namespaced"},
	"Service": {"namespaced"},
	"StatefulSet": {"namespaced", "pod_template", "replicas"},
	"scale": {"namespaced", "replicas"},
}

# What is judged of an object that is changed by its scale is that scale; no kind is spelled so.
_judged := "scale" if {
	every manifest in [input.before, input.after] {
		manifest.apiVersion == "autoscaling/v1"
		manifest.kind == "Scale"
	}
} else := input.target.kind

# METADATA
# title: The target as people read it
# description: deployment/shop/checkout, node/worker-1; parts that are not known are left out.
target := concat("/", [lower(part) |
	some key in ["kind", "namespace", "name"]
	part := input.target[key]
	is_string(part)
])

# METADATA
# title: A known kind that has no such thing
# description: >-
#   True for a kind this library knows and that lacks the trait. A kind it does not know lacks nothing, so rules judge it
#   as if it had everything: they deny until the kind is entered here.
lacks(trait) if {
	traits := _traits[_judged]
	not trait in traits
}

# METADATA
# title: Where containers are
# description: The lists of a pod template's spec.
container_lists := ["containers", "initContainers", "ephemeralContainers"]

# METADATA
# title: Containers of a workload
# description: Every container of an object's pod template by its list and name, like `initContainers/migrate`.
containers(manifest) := {$"{list}/{container.name}": container |
	some list in container_lists
	some container in manifest.spec.template.spec[list]
}

# METADATA
# title: A pod template that can be judged
# description: The object is there and its pod template has a list of containers, each with a name.
has_pod_template(manifest) if {
	is_array(manifest.spec.template.spec.containers)
	count(manifest.spec.template.spec.containers) > 0
	every list in container_lists {
		_all_named(manifest, list)
	}
}

_all_named(manifest, list) if {
	every container in manifest.spec.template.spec[list] {
		is_string(container.name)
	}
}

_all_named(manifest, list) if {
	list != "containers"
	not _has(manifest, list)
}

_has(manifest, list) if manifest.spec.template.spec[list]
