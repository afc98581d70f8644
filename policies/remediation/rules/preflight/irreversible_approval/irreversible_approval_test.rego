package remediation.rules.preflight.irreversible_approval_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.irreversible_approval

_lasting(request, action) := object.union(request, {"step": {"action": action, "reversible": false}})

test_passes[case] if {
	some case, request in {
		"what can be undone": fixture.scale(3, 5),
		"a restart": _lasting(fixture.scale(3, 5), "restart"),
		"a pod that comes back": _lasting(fixture.remove(fixture.pod), "delete"),
		"a look": _lasting(fixture.wait_for(fixture.widget), "wait_for"),
		"no object": fixture.notify,
	}
	irreversible_approval.require_approval == set() with input as request
}

test_needs_an_approval[case] if {
	some case, request in {
		"a removal of another kind": _lasting(fixture.remove(fixture.widget), "delete"),
		"another action": _lasting(fixture.scale(3, 5), "explode"),
		"a step of which it is not known": object.union(fixture.scale(3, 5), {"step": {"reversible": null}}),
		"a kind that is not known": object.union(_lasting(fixture.remove(fixture.pod), "delete"), {"target": {"kind": null}}),
		"nothing known": {},
	}
	count(irreversible_approval.require_approval) == 1 with input as request
}

test_a_list_that_is_none_accepts_nothing if {
	count(irreversible_approval.require_approval) == 1 with input as fixture.scale(3, 5)
		with data.config.rules as {"irreversible_approval": {"params": {"accepted": null}}}
}

test_the_message_names_action_and_object if {
	irreversible_approval.require_approval == {{
		"message": "delete of widget/shop/w cannot be undone, or it is not known if it can",
		"path": null,
	}} with input as _lasting(fixture.remove(fixture.widget), "delete")
}
