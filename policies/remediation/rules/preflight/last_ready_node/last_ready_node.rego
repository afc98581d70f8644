# METADATA
# title: The last ready worker stays in service
# description: >-
#   A node is taken out of service only while another worker is ready and schedulable. Where the nodes could not be read,
#   the step is denied. Actions listed as harmless pass.
# custom:
#   solution: bring another worker back first (uncordon it, or repair it), or add one
package remediation.rules.preflight.last_ready_node

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"no other worker is known to be ready and schedulable, so {kube.target} must stay in service"
}

_passes if kube.lacks("node")

_passes if input.step.action in config.param("last_ready_node", "harmless_actions")

_passes if {
	is_string(input.target.name)
	some node in input.facts.nodes
	is_string(node.name)
	node.name != input.target.name
	node.control_plane == false
	node.ready == true
	node.schedulable == true
}
