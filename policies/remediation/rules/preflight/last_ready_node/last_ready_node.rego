# METADATA
# title: The last ready worker stays in service
# description: >-
#   A node is taken out of service (cordoned, tainted, drained or removed) only while another worker is ready and
#   schedulable. Where the nodes could not be read, the step is denied. What brings a node back, and what leaves it in
#   service, passes.
# custom:
#   solution: bring another worker back first (uncordon it, or repair it), or add one
package remediation.rules.preflight.last_ready_node

import data.remediation.lib.kube
import data.remediation.lib.node

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"no other worker is known to be ready and schedulable, so {kube.target} must stay in service"
}

_passes if node.elsewhere

_passes if node.stays_in_service

_passes if {
	is_string(input.target.name)
	some each in input.facts.nodes
	is_string(each.name)
	each.name != input.target.name
	each.control_plane == false
	each.ready == true
	each.schedulable == true
}
