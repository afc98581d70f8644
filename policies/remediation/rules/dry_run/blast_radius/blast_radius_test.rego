package remediation.rules.dry_run.blast_radius_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.blast_radius

_reaching(change) := object.union(fixture.scale(3, 5), {"stage": "dry_run", "blast_radius": change})

test_the_boundary[pods] if {
	some pods, objections in {200: 0, 201: 1}
	count(blast_radius.deny) == objections with input as _reaching({"pods": pods})
}

test_the_plan_does_not_answer_for_the_step if {
	request := object.union(_reaching({}), {"plan": {"blast_radius": fixture.quiet}, "blast_radius": {"pods": null}})
	count(blast_radius.deny) == 1 with input as request
}
