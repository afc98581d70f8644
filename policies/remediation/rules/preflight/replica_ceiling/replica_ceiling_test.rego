package remediation.rules.preflight.replica_ceiling_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.replica_ceiling

test_the_boundary[replicas] if {
	some replicas, objections in {0: 0, 20: 0, 21: 1, 1000: 1}
	count(replica_ceiling.deny) == objections with input as fixture.scale(3, replicas)
}

test_the_answer_is_judged_not_the_question if {
	count(replica_ceiling.deny) == 1 with input as fixture.scale(3, 5) with input.after.spec.replicas as 50
}
