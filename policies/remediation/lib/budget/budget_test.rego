package remediation.lib.budget_test

import data.remediation.lib.budget
import data.remediation.lib.fixture_test as fixture

_budget(change) := object.union(
	{
		"name": "checkout",
		"disruptions_allowed": 0,
		"current_healthy": 2,
		"desired_healthy": 2,
		"expected_pods": 3,
		"observed": true,
	},
	change,
)

_with_budgets(request, budgets) := json.patch(request, [{"op": "replace", "path": "/facts/budgets", "value": budgets}])

_scale(replicas) := {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": replicas}}

_by_scale(from, to) := object.union(fixture.scale(from, to), {"before": _scale(from), "after": _scale(to)})

_new_image := fixture.set_image("shop/checkout:1.4.3")

test_room_for_a_change[case] if {
	some case, request in {
		"a disruption is allowed": _with_budgets(_new_image, [_budget({"disruptions_allowed": 1})]),
		"no budget selects the pods": _with_budgets(_new_image, []),
		"the budget covers no pod": _with_budgets(_new_image, [_budget({"expected_pods": 0, "current_healthy": 0})]),
		"more replicas take no pod": _with_budgets(fixture.scale(3, 5), [_budget({})]),
		"as many replicas take no pod": _with_budgets(fixture.scale(3, 3), null),
		"more replicas by their scale": _with_budgets(_by_scale(3, 5), null),
		"a node has no pod template": _with_budgets(fixture.cordon("worker-1"), null),
	}
	budget.exhausted == set() with input as request
}

test_no_room_for_a_change[case] if {
	some case, request in {
		"a rollout": _with_budgets(_new_image, [_budget({})]),
		"fewer replicas": _with_budgets(fixture.scale(3, 2), [_budget({})]),
		"fewer replicas by their scale": _with_budgets(_by_scale(3, 2), [_budget({})]),
		"one of two budgets": _with_budgets(_new_image, [_budget({"disruptions_allowed": 1}), _budget({"name": "other"})]),
		"a status that is behind": _with_budgets(_new_image, [_budget({"disruptions_allowed": 3, "observed": false})]),
		"a status behind that covers no pod": _with_budgets(_new_image, [_budget({"expected_pods": 0, "observed": false})]),
		"a number that is none": _with_budgets(_new_image, [_budget({"disruptions_allowed": "3"})]),
		"null for a budget": _with_budgets(_new_image, [null]),
		"budgets not known": _with_budgets(_new_image, null),
		"budgets not there": json.remove(_new_image, ["/facts/budgets"]),
		"a template that was not known": json.remove(_with_budgets(fixture.scale(3, 5), null), ["/before/spec/template"]),
		"replicas that were not known": json.remove(_with_budgets(fixture.scale(3, 5), null), ["/before/spec/replicas"]),
		"replicas that are not known": json.remove(_with_budgets(fixture.scale(3, 5), null), ["/after/spec/replicas"]),
	}
	count(budget.exhausted) == 1 with input as request
}

test_a_restart_of_a_daemon_set_takes_pods if {
	request := json.patch(_with_budgets(_new_image, [_budget({})]), [
		{"op": "replace", "path": "/target/kind", "value": "DaemonSet"},
		{"op": "remove", "path": "/before/spec/replicas"},
		{"op": "remove", "path": "/after/spec/replicas"},
	])
	count(budget.exhausted) == 1 with input as request
}

test_a_daemon_set_that_keeps_its_template_takes_none if {
	request := json.patch(_with_budgets(fixture.scale(3, 3), null), [
		{"op": "replace", "path": "/target/kind", "value": "DaemonSet"},
		{"op": "remove", "path": "/before/spec/replicas"},
		{"op": "remove", "path": "/after/spec/replicas"},
	])
	budget.exhausted == set() with input as request
}

test_the_message_names_the_budget_and_its_numbers if {
	budget.exhausted == {{
		"message": concat("", [
			"deployment/shop/checkout would lose running pods while budget checkout allows 0 disruptions, 1 needed",
			" (2 of 3 pods healthy, 2 wanted; status up to date: true)",
		]),
		"path": null,
	}} with input as _with_budgets(_new_image, [_budget({})])
}

test_the_message_says_why_budgets_are_not_known[why] if {
	some why, unknown in {
		"they were not read": {},
		"the executor may not list poddisruptionbudgets": {"budgets": "the executor may not list poddisruptionbudgets"},
	}
	budget.exhausted == {{
		"message": $"deployment/shop/checkout would lose running pods and its disruption budgets are not known: {why}",
		"path": null,
	}} with input as _with_budgets(_new_image, null) with input.facts.unknown as unknown
}

test_a_headroom_of_its_own if {
	count(budget.exhausted) == 1 with input as _with_budgets(_new_image, [_budget({"disruptions_allowed": 1})])
		with data.config.rules as {"disruption_budget": {"params": {"minimum_headroom": 2}}}
}

test_a_headroom_that_is_no_number_holds_everything_back if {
	count(budget.exhausted) > 0 with input as _with_budgets(_new_image, [_budget({"disruptions_allowed": 1})])
		with data.config.rules as {"disruption_budget": {"params": {"minimum_headroom": null}}}
}
