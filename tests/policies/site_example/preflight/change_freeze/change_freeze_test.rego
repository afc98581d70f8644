package site.acme.preflight.change_freeze_test

import data.remediation.lib.fixture_test as fixture
import data.site.acme.preflight.change_freeze

_frozen(request) := json.patch(
	request,
	[{"op": "add", "path": "/namespace/labels/acme.example~1freeze", "value": "true"}],
)

test_passes[case] if {
	some case, request in {
		"no freeze": fixture.scale(3, 5),
		"a harmless action": json.patch(
			_frozen(fixture.scale(3, 5)),
			[{"op": "replace", "path": "/step/action", "value": "uncordon"}],
		),
		"a node": fixture.cordon("worker-1"),
		"a freeze that is over": json.patch(
			_frozen(fixture.scale(3, 5)),
			[{"op": "replace", "path": "/namespace/labels/acme.example~1freeze", "value": "false"}],
		),
	}
	change_freeze.deny == set() with input as request
}

test_denies[case] if {
	some case, request in {
		"a freeze": _frozen(fixture.scale(3, 5)),
		"a namespace that is not known": json.patch(
			fixture.scale(3, 5),
			[{"op": "replace", "path": "/namespace", "value": null}],
		),
		"labels that are not known": json.remove(fixture.scale(3, 5), ["/namespace/labels"]),
	}
	count(change_freeze.deny) == 1 with input as request
}

test_the_message_says_what_may_run if {
	change_freeze.deny == {{
		"message": "deployment/shop/checkout is frozen, or it is not known whether it is: only [\"uncordon\"] may run there",
		"path": null,
	}} with input as _frozen(fixture.scale(3, 5))
}
