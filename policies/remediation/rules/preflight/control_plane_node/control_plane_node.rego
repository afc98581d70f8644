# METADATA
# title: Control-plane nodes stay as they are
# description: >-
#   A node that runs the control plane is not cordoned: it is told by its label or taint, read from the cluster. What
#   node a target is must be known; where nodes could not be read, the step is denied. Actions listed as harmless pass.
# custom:
#   solution: choose a worker node, or do this by hand with somebody watching
package remediation.rules.preflight.control_plane_node

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} is a control-plane node, or it is not known to be a worker"
}

_passes if kube.lacks("node")

_passes if input.step.action in config.param("control_plane_node", "harmless_actions")

_passes if {
	is_string(input.target.name)
	some node in input.facts.nodes
	node.name == input.target.name
	node.control_plane == false
}
