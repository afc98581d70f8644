# METADATA
# title: Disruption budgets
# description: Whether a change takes running pods away, and whether the workload's budgets have room for that.
package remediation.lib.budget

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube
import data.remediation.lib.node
import data.remediation.lib.pods
import data.remediation.lib.replicas

# METADATA
# title: Objections
# description: The findings of the rule disruption_budget, at every stage that has it.
exhausted contains {"message": message, "path": null} if {
	not _safe
	some budget in input.facts.budgets
	not _has_room(budget)
	message := concat("", [
		$"{kube.target} would lose running pods while budget {budget.name} allows {budget.disruptions_allowed} disruptions, {_minimum} needed",
		$" ({budget.current_healthy} of {budget.expected_pods} pods healthy, {budget.desired_healthy} wanted;",
		$" status up to date: {budget.observed})",
	])
}

exhausted contains {"message": message, "path": null} if {
	not _safe
	not _known
	message := $"{kube.target} would lose running pods and its disruption budgets are not known: {_why}"
}

_safe if _takes_no_pod

_safe if {
	_known
	every budget in input.facts.budgets {
		_has_room(budget)
	}
}

# An empty list is an answer: no budget selects the workload's pods.
_known if {
	is_array(input.facts.budgets)
	is_number(_minimum)
}

_takes_no_pod if change.nothing

_takes_no_pod if change.makes

# An eviction waits by itself until the budgets have room.
_takes_no_pod if input.step.action in config.param("disruption_budget", "evicting_actions")

_takes_no_pod if pods.none_removed

_takes_no_pod if {
	change.alters
	pods.templates_stay
	replicas.not_fewer("replicas")
	_is_not_suspended
	_drives_no_pod_off
	_keeps_its_labels
}

# A suspended Job ends its pods.
_is_not_suspended if {
	kind := kube.kind_of(input.after)
	kind != "Job.batch"
}

_is_not_suspended if input.after.spec.suspend == false

_is_not_suspended if {
	kube.at(input.before, _suspend) == kube.at(input.after, _suspend)
}

_suspend := ["spec", "suspend"]

# A taint of this effect evicts pods without asking the budgets.
_drives_no_pod_off if {
	kind := kube.kind_of(input.after)
	kind != "Node"
}

_drives_no_pod_off if node.keeps_off_no_more({"NoExecute"})

# Without a label that it had, a pod may be out of its Service and of its owner's count. Who takes off a single label of
# his own choice knows what it is for.
_keeps_its_labels if {
	kind := kube.kind_of(input.after)
	kind != "Pod"
}

_keeps_its_labels if input.step.action == "label"

_keeps_its_labels if not _loses_a_label

_loses_a_label if {
	some key, value in input.before.metadata.labels
	not input.after.metadata.labels[key] == value
}

_has_room(budget) if {
	budget.observed == true
	is_number(budget.disruptions_allowed)
	budget.disruptions_allowed >= _minimum
}

# A budget of a workload that is scaled to zero allows no disruption, and there is nothing to disrupt.
_has_room(budget) if {
	budget.observed == true
	budget.expected_pods == 0
}

_minimum := config.param("disruption_budget", "minimum_headroom")

_why := input.facts.unknown.budgets if {
	is_string(input.facts.unknown.budgets)
} else := "they were not read"
