package remediation.rules.dry_run.replica_floor_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.replica_floor

test_an_ordinary_workload_may_go_to_zero if replica_floor.deny == set() with input as fixture.scale(3, 0)

test_the_boundary_of_a_critical_workload[replicas] if {
	some replicas, objections in {0: 1, 1: 0}
	count(replica_floor.deny) == objections with input as fixture.scale(3, replicas)
		with input.namespace.labels as {"remediation.dev/critical": "true"}
}
