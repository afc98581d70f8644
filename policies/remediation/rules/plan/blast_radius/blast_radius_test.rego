package remediation.rules.plan.blast_radius_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.plan.blast_radius

_reaching(change) := object.union(fixture.plan_of([fixture.planned(1)]), {"plan": {"blast_radius": change}})

test_the_boundary[pods] if {
	some pods, objections in {200: 0, 201: 1}
	count(blast_radius.deny) == objections with input as _reaching({"pods": pods})
}

test_a_plan_of_which_nothing_is_known_is_denied if {
	request := json.patch(_reaching({}), [{"op": "replace", "path": "/plan/blast_radius", "value": null}])
	count(blast_radius.deny) == 1 with input as request
}

test_it_warns_of_a_large_share[percent] if {
	some percent, wanted in {
		50: set(),
		50.1: {"at the worst point 50.1 percent of the pods of deployment/shop/web may be away at once"},
		100: {"at the worst point 100 percent of the pods of deployment/shop/web may be away at once"},
	}
	request := _reaching({"percent_unavailable": percent, "worst": "deployment/shop/web"})
	{finding.message | some finding in blast_radius.warn} == wanted with input as request
	count(blast_radius.deny) == 0 with input as request
}
