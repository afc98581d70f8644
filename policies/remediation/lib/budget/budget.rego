# METADATA
# title: Disruption budgets
# description: Whether a change takes running pods away, and whether the workload's budgets have room for that.
package remediation.lib.budget

import data.remediation.lib.config
import data.remediation.lib.kube

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

_takes_no_pod if {
	kube.lacks("pod_template")
	_not_fewer_replicas
}

_takes_no_pod if {
	_same_template
	_not_fewer_replicas
}

_same_template if {
	kube.has_pod_template(input.after)
	input.before.spec.template == input.after.spec.template
}

_not_fewer_replicas if kube.lacks("replicas")

_not_fewer_replicas if {
	is_number(input.before.spec.replicas)
	is_number(input.after.spec.replicas)
	input.after.spec.replicas >= input.before.spec.replicas
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
