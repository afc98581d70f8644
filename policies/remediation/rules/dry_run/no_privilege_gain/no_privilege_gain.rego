# METADATA
# title: No container gains privileges
# description: >-
#   Compares the pods of the object before, wherever they stand in it, with those that the dry run answered. Denied is every
#   power over the node, the cluster or other pods that was not there before: privileged, added or no longer dropped
#   capabilities, host namespaces, ports and paths, root, a writable root file system, privilege escalation, another service
#   account or its token, a missing or unconfined seccomp or AppArmor profile, other SELinux or Windows options, unmasked
#   /proc, sysctls, devices. Init and ephemeral containers count, and containers that admission adds. A pod that is new is
#   compared with an ordinary one, that asks for nothing: it may run as the image says, but gains whatever it asks for. A Job
#   of its CronJob's own template gains nothing. `accepted` lists powers that may be gained, spelled as in the message.
# custom:
#   solution: >-
#     leave privileges to the workload's owner and its own delivery; if admission added this one, correct that webhook or
#     policy, or add the power to the parameter `accepted` of rule no_privilege_gain
package remediation.rules.dry_run.no_privilege_gain

import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.pods
import data.remediation.lib.power

deny contains {"message": message, "path": place} if {
	some place, gains in power.gained
	some gain in gains
	not _is_accepted(gain)
	message := $"{kube.target} would gain: {gain}"
}

deny contains {"message": message, "path": null} if {
	not _judgeable
	message := $"the powers of {kube.target} before or after are not known, or the parameter accepted is not set"
}

_judgeable if {
	pods.judgeable
	is_array(_accepted)
}

_is_accepted(gain) if gain in _accepted

_accepted := config.param("no_privilege_gain", "accepted")
