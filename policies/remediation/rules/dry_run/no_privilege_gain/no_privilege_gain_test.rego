package remediation.rules.dry_run.no_privilege_gain_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.dry_run.no_privilege_gain

_privileged := json.patch(fixture.scale(3, 5), [{
	"op": "add",
	"path": "/after/spec/template/spec/containers/0/securityContext/privileged",
	"value": true,
}])

test_passes[case] if {
	some case, request in {
		"an ordinary change": fixture.scale(3, 5),
		"a node": fixture.cordon("worker-1"),
		"a privilege that was there": json.patch(_privileged, [{
			"op": "add",
			"path": "/before/spec/template/spec/containers/0/securityContext/privileged",
			"value": true,
		}]),
	}
	no_privilege_gain.deny == set() with input as request
}

test_the_message_names_the_gain if {
	no_privilege_gain.deny == {{
		"message": "deployment/shop/checkout would gain: containers/app: privileged",
		"path": "/spec/template/spec",
	}} with input as _privileged
}

test_a_gain_can_be_accepted if {
	no_privilege_gain.deny == set() with input as _privileged
		with data.config.rules as {"no_privilege_gain": {"params": {"accepted": ["containers/app: privileged"]}}}
}

test_denies_what_is_not_known[case] if {
	some case, path in {
		"before": "/before",
		"after": "/after",
		"containers before": "/before/spec/template/spec/containers",
		"containers after": "/after/spec/template/spec/containers",
		"kind": "/target/kind",
	}
	count(no_privilege_gain.deny) > 0 with input as json.remove(_privileged, [path])
}

test_a_list_that_is_none_denies if {
	count(no_privilege_gain.deny) > 0 with input as fixture.scale(3, 5)
		with data.config.rules as {"no_privilege_gain": {"params": {"accepted": null}}}
}
