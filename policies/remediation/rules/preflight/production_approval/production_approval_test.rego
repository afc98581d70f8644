package remediation.rules.preflight.production_approval_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.production_approval

_in(environment, request) := object.union(request, {"namespace": {"labels": {"environment": environment}}})

_evict := object.union(fixture.remove(fixture.pod), {"step": {"action": "evict_pod"}})

test_passes[case] if {
	some case, request in {
		"a restart in production": _in("production", object.union(fixture.scale(3, 5), {"step": {"action": "restart"}})),
		"an eviction elsewhere": _in("staging", _evict),
		"an eviction in a namespace of no class": _evict,
		"a look": _in("production", fixture.wait_for(fixture.pod)),
		"a node": fixture.drain("worker-1"),
		"what is made in production": _in("production", fixture.make(fixture.config_map)),
		"no object": fixture.notify,
	}
	production_approval.require_approval == set() with input as request
}

test_needs_an_approval[case] if {
	some case, request in {
		"an eviction": _in("production", _evict),
		"a removal by another action": _in("prod", object.union(fixture.remove(fixture.widget), {"step": {"action": "tidy"}})),
		"a namespace of which the labels are not known": object.union(_evict, {"namespace": {"labels": null}}),
		"a namespace that is not known": object.union(_evict, {"namespace": null}),
		"an action that is not known": _in("prod", object.union(fixture.scale(3, 5), {"step": {"action": null}})),
		"nothing known": {},
	}
	count(production_approval.require_approval) == 1 with input as request
}

test_what_the_caller_says_counts_for_nothing if {
	claimed := {"run": {"labels": {"environment": "staging"}}}
	count(production_approval.require_approval) == 1 with input as object.union(_in("production", _evict), claimed)
}

test_the_message_names_object_and_label if {
	production_approval.require_approval == {{
		"message": concat("", [
			"evict_pod of pod/shop/checkout-1 is destructive, and its namespace is production ",
			`(environment in ["prod", "production"]) or not known`,
		]),
		"path": null,
	}} with input as _in("production", _evict)
}
