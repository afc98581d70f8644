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

_new_image := fixture.set_image("shop/checkout:1.4.3")

test_room_for_a_change[case] if {
	some case, request in {
		"a disruption is allowed": _with_budgets(_new_image, [_budget({"disruptions_allowed": 1})]),
		"no budget selects the pods": _with_budgets(_new_image, []),
		"the budget covers no pod": _with_budgets(_new_image, [_budget({"expected_pods": 0, "current_healthy": 0})]),
		"more replicas take no pod": _with_budgets(fixture.scale(3, 5), [_budget({})]),
		"as many replicas take no pod": _with_budgets(fixture.scale(3, 3), null),
		"a node has no pod template": _with_budgets(fixture.cordon("worker-1"), null),
	}
	budget.exhausted == set() with input as request
}

test_no_room_for_a_change[case] if {
	some case, request in {
		"a rollout": _with_budgets(_new_image, [_budget({})]),
		"fewer replicas": _with_budgets(fixture.scale(3, 2), [_budget({})]),
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

_daemon_set := json.patch(fixture.workload(3, "x"), [
	{"op": "replace", "path": "/kind", "value": "DaemonSet"},
	{"op": "remove", "path": "/spec/replicas"},
])

_suspending(from, to) := fixture.patch(
	object.union(fixture.job, {"spec": {"suspend": from}}),
	[{"op": "replace", "path": "/spec/suspend", "value": to}],
)

_tainted(effect) := fixture.patch(fixture.node("worker-1", {}), [{
	"op": "add",
	"path": "/spec/taints",
	"value": [{"key": "acme.io/repair", "effect": effect}],
}])

_by(action, request) := object.union(request, {"step": {"action": action}})

_relabelled(op) := fixture.patch(fixture.pod, [{"op": op, "path": "/metadata/labels/app", "value": "other"}])

test_takes_no_pod[case] if {
	some case, request in {
		"a label of a DaemonSet": fixture.label(_daemon_set),
		"a label of a ConfigMap": fixture.label(fixture.config_map),
		"a label of a custom resource": fixture.label(fixture.widget),
		"a label more of a pod": fixture.label(fixture.pod),
		"a label of a pod by itself": _by("label", _relabelled("replace")),
		"a ConfigMap that goes": fixture.remove(fixture.config_map),
		"a workload that is made": fixture.make(fixture.workload(3, "x")),
		"no object": fixture.notify,
		"a look": fixture.wait_for(fixture.workload(3, "x")),
		"an eviction, which waits": _by("evict_pod", fixture.remove(fixture.pod)),
		"a drain, which waits": fixture.drain("worker-1"),
		"more replicas of a custom resource": fixture.scale_custom(3, 5),
		"a label of a Job that is suspended": fixture.label(object.union(fixture.job, {"spec": {"suspend": true}})),
		"a Job that is resumed": _suspending(true, false),
		"a CronJob that is suspended": fixture.patch(
			fixture.cron_job,
			[{"op": "replace", "path": "/spec/suspend", "value": true}],
		),
		"a taint that keeps pods off": _tainted("NoSchedule"),
		"resources of a pod": fixture.patch(fixture.pod, [{
			"op": "add",
			"path": "/spec/containers/0/resources",
			"value": {"limits": {"memory": "1Gi"}},
		}]),
	}
	budget.exhausted == set() with input as _with_budgets(request, null)
}

test_takes_pods[case] if {
	some case, request in {
		"a pod that is deleted": fixture.remove(fixture.pod),
		"a workload that goes": fixture.remove(fixture.workload(3, "x")),
		"a node that goes": fixture.remove(fixture.node("worker-1", {})),
		"fewer replicas of a custom resource": fixture.scale_custom(3, 2),
		"no replicas of a custom resource": fixture.scale_custom(3, 0),
		"a Job that is suspended": _suspending(false, true),
		"a Job that is suspended, which got lost": json.remove(_suspending(false, true), ["/after/spec/suspend"]),
		"a taint that drives pods off": _tainted("NoExecute"),
		"an image of a pod": fixture.patch(fixture.pod, [{"op": "replace", "path": "/spec/containers/0/image", "value": "y"}]),
		"a label that a pod loses": _relabelled("remove"),
		"another label of a pod": _relabelled("replace"),
		"another label of a pod, which got lost": json.remove(_relabelled("replace"), ["/before/metadata/labels"]),
		"a kind that is not known": json.remove(fixture.label(_daemon_set), ["/after/kind"]),
		"a template that is not known": json.remove(fixture.label(_daemon_set), ["/after/spec/template"]),
	}
	count(budget.exhausted) == 1 with input as _with_budgets(request, null)
	budget.exhausted == set() with input as _with_budgets(request, [])
}

test_what_waits_by_itself_is_a_parameter if {
	count(budget.exhausted) == 1 with input as _with_budgets(_by("evict_pod", fixture.remove(fixture.pod)), [_budget({})])
		with data.config.rules as {"disruption_budget": {"params": {"evicting_actions": []}}}
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
