# METADATA
# title: Enough workers stay in service
# description: >-
#   A node is taken out of service (cordoned, tainted, drained or removed) only while at least `minimum` other workers, and
#   `minimum_percent` of all workers, are ready and schedulable; so the last one stays. Where the nodes could not be read, the
#   step is denied. What brings a node back, and what leaves it in service, passes.
# custom:
#   solution: >-
#     bring another worker back first (uncordon it, or repair it), or add one; the parameters `minimum` and `minimum_percent`
#     of rule schedulable_nodes set how many must stay
package remediation.rules.preflight.schedulable_nodes

import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.node

deny contains {"message": message, "path": null} if {
	not _passes
	message := concat("", [
		$"without {kube.target}, {count(_others)} of {_workers} workers are known to be ready and schedulable; ",
		$"at least {_minimum} and {_percent} % must be",
	])
}

_passes if node.elsewhere

_passes if node.stays_in_service

_passes if {
	is_string(input.target.name)
	is_number(_workers)
	is_number(_minimum)
	is_number(_percent)
	count(_others) >= _minimum
	count(_others) * 100 >= _workers * _percent
}

_others contains each.name if {
	some each in input.facts.nodes
	is_string(each.name)
	each.name != input.target.name
	each.control_plane == false
	each.ready == true
	each.schedulable == true
}

# Whatever is not known to run the control plane is a worker.
_workers := count(input.facts.nodes) - count([each | some each in input.facts.nodes; each.control_plane == true]) if {
	is_array(input.facts.nodes)
} else := "an unknown number"

_minimum := config.param("schedulable_nodes", "minimum")

_percent := config.param("schedulable_nodes", "minimum_percent")
