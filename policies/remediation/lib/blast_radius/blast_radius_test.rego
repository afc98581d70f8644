package remediation.lib.blast_radius_test

import data.remediation.lib.blast_radius
import data.remediation.lib.fixture_test as fixture

_reaching(change) := object.union(fixture.plan_of([fixture.planned(1)]), {"plan": {"blast_radius": change}})

_said(change) := said if {
	said := {finding.message | some finding in blast_radius.exceeded} with input as _reaching(change)
}

test_the_boundary[case] if {
	some case, [change, wanted] in {
		"a quiet plan": [{}, set()],
		"as many objects as may be": [{"objects": 20}, set()],
		"one more": [{"objects": 21}, {"the plan would change 21 objects, more than 20"}],
		"as many namespaces": [{"namespaces": 3}, set()],
		"one namespace more": [{"namespaces": 4}, {"the plan would reach into 4 namespaces, more than 3"}],
		"one node": [{"nodes": 1}, set()],
		"two nodes": [{"nodes": 2}, {"the plan would take 2 nodes out of service, more than 1"}],
		"as many pods": [{"pods": 200}, set()],
		"one pod more": [{"pods": 201}, {"the plan would end or move 201 pods, more than 200"}],
		"all that the budget allows": [{"budgets": 1, "budget_headroom": 0}, set()],
		"one disruption more": [
			{"budgets": 1, "budget_headroom": -1},
			{"the plan would bring a disruption budget to -1 disruptions, at least 0 are needed"},
		],
	}
	_said(change) == wanted
}

test_a_share_above_what_a_site_sets if {
	away := {"percent_unavailable": 50.1, "worst": "deployment/shop/web"}
	said := {"the plan would leave deployment/shop/web without 50.1 percent of its pods at once, more than 50"}
	said == _said(away) with data.config.rules.blast_radius.params.percent_unavailable as 50
}

test_what_is_not_known_is_denied[case] if {
	some case, [change, wanted] in {
		"pods": [
			{"pods": null, "unknown": ["may not list pods", "nor budgets"]},
			"how far the plan reaches is not known: may not list pods; nor budgets",
		],
		"without a reason": [{"percent_unavailable": null}, "how far the plan reaches is not known: it was not counted"],
		"no reasons": [{"unknown": null}, "how far the plan reaches is not known: it was not counted"],
		"a budget's headroom": [{"budgets": 1}, "how far the plan reaches is not known: it was not counted"],
	}
	_said(change) == {wanted}
}

test_a_step_is_told_by_its_target if {
	request := object.union(fixture.scale(3, 5), {"stage": "dry_run", "blast_radius": {"pods": 201}})
	said := {finding.message | some finding in blast_radius.exceeded} with input as request
	said == {"the step on deployment/shop/checkout would end or move 201 pods, more than 200"}
}

test_without_its_parameters_it_denies[name] if {
	some name in ["objects", "namespaces", "nodes", "pods", "percent_unavailable", "budget_headroom"]
	defaults := object.remove(data.remediation.defaults.blast_radius, [name])
	said := _said({"budgets": 1, "budget_headroom": 1}) with data.remediation.defaults.blast_radius as defaults
	count(said) == 1
}

test_the_share_is_known_with_its_workload if {
	away := {"percent_unavailable": 50, "worst": "deployment/shop/web"}
	blast_radius.share == {"percent": 50, "workload": "deployment/shop/web"} with input as _reaching(away)
	not blast_radius.share with input as _reaching({})
}
