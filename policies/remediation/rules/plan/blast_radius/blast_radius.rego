# METADATA
# title: The plan's blast radius is known and small
# description: >-
#   A plan is denied that changes more than `objects` objects, reaches into more than `namespaces` namespaces, takes more than
#   `nodes` nodes out of service, ends or moves more than `pods` pods, leaves a workload without more than
#   `percent_unavailable` percent of its pods at once, or a disruption budget less than `budget_headroom` disruptions; all at
#   the worst point of its graph, as upper bounds, without steps that are judged late. A plan of which that is not known is
#   denied. The default of `percent_unavailable` is 100, since to scale to zero and to replace the only pod of a workload
#   are ordinary; a site sets less where it matters. Above `percent_to_warn_of` it warns.
# custom:
#   solution: >-
#     split the plan, let steps wait for each other (needs, max_parallel), wait until what could not be read can be, or raise
#     the parameter of rule blast_radius that it names
package remediation.rules.plan.blast_radius

import data.remediation.lib.blast_radius
import data.remediation.lib.config

deny contains finding if some finding in blast_radius.exceeded

warn contains {"message": message, "path": "/blast_radius/percent_unavailable"} if {
	blast_radius.share.percent > config.param("blast_radius", "percent_to_warn_of")
	message := concat("", [
		$"at the worst point {blast_radius.share.percent} percent of the pods of {blast_radius.share.workload}",
		" may be away at once",
	])
}
