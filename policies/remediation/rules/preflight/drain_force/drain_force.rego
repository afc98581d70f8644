# METADATA
# title: A drain loses nothing
# description: >-
#   A drain does not force: pods that no controller makes anew (force_unmanaged) and the data in emptyDir volumes
#   (delete_empty_dir) would be gone for good. `accepted` lists the parameters that may be set all the same.
# custom:
#   solution: >-
#     move these pods and data first, or add the parameter to the parameter `accepted` of rule drain_force
package remediation.rules.preflight.drain_force

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _is_no_drain
	some parameter in ["delete_empty_dir", "force_unmanaged"]
	not _is_off(parameter)
	message := $"the drain of {kube.target} would set {parameter}, by which something is lost for good"
}

_is_no_drain if {
	is_string(input.step.action)
	input.step.action != "drain"
}

_is_off(parameter) if kube.at(input.step, ["parameters", parameter]) == false

_is_off(parameter) if parameter in config.param("drain_force", "accepted")
