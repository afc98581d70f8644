# METADATA
# title: Powers of a workload
# description: >-
#   What a pod template may do to the node, the cluster or other pods, as a set of short texts, before and after a change.
#   A safeguard that is not there counts as a power, so that taking one away is a gain like any other.
package remediation.lib.power

import data.remediation.lib.kube

# METADATA
# title: What is new
# description: The powers that the change brings; compare only templates that can be judged (`comparable`).
gained := object.get(_powers, "after", set()) - object.get(_powers, "before", set())

# METADATA
# title: Both sides are known
# description: The pod templates before and after the change have named containers.
comparable if {
	kube.has_pod_template(input.before)
	kube.has_pod_template(input.after)
}

_sides.before := input.before

_sides.after := input.after

_pods[side] := pod if {
	some side, manifest in _sides
	pod := manifest.spec.template.spec
	is_object(pod)
}

_containers[side] := kube.containers(manifest) if some side, manifest in _sides

# A container's security context lies over the pod's.
_contexts[side][place] := object.union(_object(_pods[side], "securityContext"), _object(container, "securityContext")) if {
	some side, containers in _containers
	some place, container in containers
}

_object(parent, key) := value if {
	value := parent[key]
	is_object(value)
} else := {}

# The pod

_powers[side] contains key if {
	some side, pod in _pods
	some key in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"]
	_is_on(pod, key)
}

_powers[side] contains "the host's user namespace" if {
	some side, pod in _pods
	not _is_off(pod, "hostUsers")
}

_powers[side] contains "a service account token" if {
	some side, pod in _pods
	not _is_off(pod, "automountServiceAccountToken")
}

_powers[side] contains $"service account {object.get(pod, "serviceAccountName", "default")}" if some side, pod in _pods

_powers[side] contains $"host path {volume.hostPath.path}" if {
	some side, pod in _pods
	some volume in pod.volumes
	some "hostPath", _ in volume
}

_powers[side] contains $"sysctl {sysctl.name}={sysctl.value}" if {
	some side, pod in _pods
	some sysctl in pod.securityContext.sysctls
}

# Its containers

_powers[side] contains $"{place}: {_mode(mount)} host path {volume.hostPath.path}" if {
	some side, containers in _containers
	some place, container in containers
	some mount in container.volumeMounts
	some volume in _pods[side].volumes
	volume.name == mount.name
	some "hostPath", _ in volume
}

_powers[side] contains $"{place}: host port {port.hostPort}" if {
	some side, containers in _containers
	some place, container in containers
	some port in container.ports
	port.hostPort != 0
}

_powers[side] contains $"{place}: device {device.devicePath}" if {
	some side, containers in _containers
	some place, container in containers
	some device in container.volumeDevices
}

_powers[side] contains $"{place}: privileged" if {
	some side, contexts in _contexts
	some place, context in contexts
	_is_on(context, "privileged")
}

_powers[side] contains $"{place}: privilege escalation" if {
	some side, contexts in _contexts
	some place, context in contexts
	not _is_off(context, "allowPrivilegeEscalation")
}

_powers[side] contains $"{place}: capability {name}" if {
	some side, contexts in _contexts
	some place, context in contexts
	some name in context.capabilities.add
}

_powers[side] contains $"{place}: capability {name}, no longer dropped" if {
	some side, contexts in _contexts
	some place, context in contexts
	some name in _contexts.before[place].capabilities.drop
	not _drops(context, name)
}

_powers[side] contains $"{place}: root" if {
	some side, contexts in _contexts
	some place, context in contexts
	not _never_root(context)
}

_powers[side] contains $"{place}: user 0" if {
	some side, contexts in _contexts
	some place, context in contexts
	context.runAsUser == 0
}

_powers[side] contains $"{place}: writable root file system" if {
	some side, contexts in _contexts
	some place, context in contexts
	not _is_on(context, "readOnlyRootFilesystem")
}

_powers[side] contains $"{place}: {profile} {object.get(_object(context, profile), "type", "not set")}" if {
	some side, contexts in _contexts
	some place, context in contexts
	some profile in ["seccompProfile", "appArmorProfile"]
	not _confined(context, profile)
}

_powers[side] contains $"{place}: {key} {context[key]}" if {
	some side, contexts in _contexts
	some place, context in contexts
	some key in ["procMount", "seLinuxOptions", "windowsOptions"]
	object.get(context, key, "Default") != "Default"
}

_is_on(settings, key) if settings[key] != false

_is_off(settings, key) if settings[key] == false

_mode(mount) := "reads" if {
	mount.readOnly == true
} else := "writes"

_drops(context, name) if {
	some dropped in context.capabilities.drop
	dropped in {name, "ALL"}
}

_never_root(context) if context.runAsNonRoot == true

_never_root(context) if context.runAsUser > 0

_confined(context, profile) if context[profile].type in {"RuntimeDefault", "Localhost"}
