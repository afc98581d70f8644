package remediation.rules.rollback.snapshot_age_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.rollback.snapshot_age

_old(seconds) := object.union(fixture.restore(50), {"snapshot_age_seconds": seconds})

test_the_boundary[seconds] if {
	some seconds, expected in {0: 0, 86400: 0, 86400.001: 1}
	count(snapshot_age.deny) == expected with input as _old(seconds)
}

test_an_age_that_is_not_known_denies if {
	count(snapshot_age.deny) == 1 with input as _old(null)
	count(snapshot_age.deny) == 1 with input as {}
}

test_a_maximum_that_is_none_denies if {
	count(snapshot_age.deny) == 1 with input as _old(0)
		with data.config.rules as {"snapshot_age": {"params": {"maximum_seconds": null}}}
}

test_the_message_names_object_and_age if {
	snapshot_age.deny == {{
		"message": "the snapshot of deployment/shop/checkout is 90000 s old, more than 86400 s, or of an age not known",
		"path": null,
	}} with input as _old(90000)
}
