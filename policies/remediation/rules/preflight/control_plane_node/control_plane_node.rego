# METADATA
# title: Control-plane nodes stay as they are
# description: >-
#   A node that runs the control plane is not taken out of service (cordoned, tainted, drained or removed): it is told by
#   its label or taint, read from the cluster. What node a target is must be known; where nodes could not be read, the step
#   is denied. The labels and taints in `marks` tell it, so nobody gives them to a node or takes them off. What brings a node
#   back, and what leaves it in service, passes.
# custom:
#   solution: choose a worker node, or do this by hand with somebody watching
package remediation.rules.preflight.control_plane_node

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.node

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} is a control-plane node, or it is not known to be a worker"
}

deny contains {"message": message, "path": null} if {
	not _keeps_its_role
	message := $"{kube.target} would get or lose a mark of the control plane: one of {_marks}"
}

_passes if node.elsewhere

_passes if node.stays_in_service

_passes if {
	is_string(input.target.name)
	some each in input.facts.nodes
	each.name == input.target.name
	each.control_plane == false
}

_keeps_its_role if node.elsewhere

_keeps_its_role if {
	is_array(_marks)
	change.alters
	node.marks("before", _marks) == node.marks("after", _marks)
}

_marks := config.param("control_plane_node", "marks")
