# METADATA
# title: Powers of a workload
# description: >-
#   What a pod template may do to the node, the cluster or other pods, as a set of short texts, before and after a change.
#   A safeguard that is not there counts as a power, so that taking one away is a gain like any other.
package remediation.lib.power

import data.remediation.lib.change
import data.remediation.lib.pods

# METADATA
# title: What is new
# description: >-
#   The powers that the change brings, by the pod's place; compare only pods that can be judged (`pods.judgeable`). A pod
#   that is new is compared with an ordinary one: what every pod may do that asks for nothing is no gain.
gained[place] contains power if {
	not change.runs_own_template
	some place in pods.changed
	some power in (object.get(_powers, ["after", place], set()) - object.get(_powers, ["before", place], set()))
}

_pods.after[place] := pods.found.after[place] if some place in pods.changed

_pods.before[place] := object.get(pods.found, ["before", place], _ordinary(pods.found.after[place])) if {
	some place in pods.changed
}

_ordinary(pod) := {list: [{"name": container.name} | some container in pod[list]] |
	some list in pods.container_lists
	is_array(pod[list])
}

# A container's security context lies over the pod's.
_contexts[side][place][name] := object.union(_object(pod, "securityContext"), _object(container, "securityContext")) if {
	some side, placed in _pods
	some place, pod in placed
	some name, container in pods.containers(pod)
}

_object(parent, key) := value if {
	value := parent[key]
	is_object(value)
} else := {}

# The pod

_powers[side][place] contains key if {
	some side, placed in _pods
	some place, pod in placed
	some key in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"]
	_is_on(pod, key)
}

_powers[side][place] contains "the host's user namespace" if {
	some side, placed in _pods
	some place, pod in placed
	not _is_off(pod, "hostUsers")
}

_powers[side][place] contains "a service account token" if {
	some side, placed in _pods
	some place, pod in placed
	not _is_off(pod, "automountServiceAccountToken")
}

_powers[side][place] contains $"service account {_account(pod)}" if {
	some side, placed in _pods
	some place, pod in placed
}

_powers[side][place] contains $"host path {volume.hostPath.path}" if {
	some side, placed in _pods
	some place, pod in placed
	some volume in pod.volumes
	some "hostPath", _ in volume
}

_powers[side][place] contains $"sysctl {sysctl.name}={sysctl.value}" if {
	some side, placed in _pods
	some place, pod in placed
	some sysctl in pod.securityContext.sysctls
}

# Its containers

_powers[side][place] contains $"{name}: {_mode(mount)} host path {volume.hostPath.path}" if {
	some side, placed in _pods
	some place, pod in placed
	some name, container in pods.containers(pod)
	some mount in container.volumeMounts
	some volume in pod.volumes
	volume.name == mount.name
	some "hostPath", _ in volume
}

_powers[side][place] contains $"{name}: host port {port.hostPort}" if {
	some side, placed in _pods
	some place, pod in placed
	some name, container in pods.containers(pod)
	some port in container.ports
	port.hostPort != 0
}

_powers[side][place] contains $"{name}: device {device.devicePath}" if {
	some side, placed in _pods
	some place, pod in placed
	some name, container in pods.containers(pod)
	some device in container.volumeDevices
}

_powers[side][place] contains $"{name}: privileged" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	_is_on(context, "privileged")
}

_powers[side][place] contains $"{name}: privilege escalation" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	not _is_off(context, "allowPrivilegeEscalation")
}

_powers[side][place] contains $"{name}: capability {capability}" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	some capability in context.capabilities.add
}

_powers[side][place] contains $"{name}: capability {capability}, no longer dropped" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	some capability in _contexts.before[place][name].capabilities.drop
	not _drops(context, capability)
}

_powers[side][place] contains $"{name}: root" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	not _never_root(context)
}

_powers[side][place] contains $"{name}: user 0" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	context.runAsUser == 0
}

_powers[side][place] contains $"{name}: writable root file system" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	not _is_on(context, "readOnlyRootFilesystem")
}

_powers[side][place] contains $"{name}: {profile} {object.get(_object(context, profile), "type", "not set")}" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	some profile in ["seccompProfile", "appArmorProfile"]
	not _confined(context, profile)
}

_powers[side][place] contains $"{name}: {key} {context[key]}" if {
	some side, placed in _contexts
	some place, contexts in placed
	some name, context in contexts
	some key in ["procMount", "seLinuxOptions", "windowsOptions"]
	object.get(context, key, "Default") != "Default"
}

# The second name is an old one of the first.
_account(pod) := object.get(pod, "serviceAccountName", object.get(pod, "serviceAccount", "default"))

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
