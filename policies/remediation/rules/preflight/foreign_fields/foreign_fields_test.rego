package remediation.rules.preflight.foreign_fields_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.foreign_fields

_owned(request, owner) := object.union(request, {"facts": {"managers": [object.union(
	{
		"manager": "shop-operator",
		"operation": "Apply",
		"subresource": null,
		"paths": ["/spec/replicas"],
	},
	owner,
)]}})

test_a_field_that_another_program_applies_is_left_to_it if {
	foreign_fields.deny == {{
		"message": "deployment/shop/checkout would change where shop-operator applies its own: [\"/spec/replicas\"]",
		"path": "/spec/replicas",
	}} with input as _owned(fixture.scale(3, 5), {})
}

test_what_a_pipeline_applied_is_warned_of if {
	request := _owned(fixture.scale(3, 5), {"manager": "deploy-bot"})
	count(foreign_fields.deny) == 0 with input as request
	foreign_fields.warn == {{
		"message": "deployment/shop/checkout would change what deploy-bot applied: [\"/spec/replicas\"]; it may be applied again",
		"path": "/spec/replicas",
	}} with input as request
}

test_passes[case] if {
	some case, request in {
		"fields of nobody": fixture.scale(3, 5),
		"fields by updates": _owned(fixture.scale(3, 5), {"operation": "Update"}),
		"the status": _owned(fixture.remove(fixture.pod), {"manager": "kubelet", "subresource": "status"}),
		"a person's": _owned(fixture.scale(3, 5), {"manager": "kubectl"}),
		"a person's, by a plug-in": _owned(fixture.scale(3, 5), {"manager": "kubectl-edit"}),
		"our own": _owned(fixture.scale(3, 5), {"manager": "remediation-executor"}),
		"a tool's that another rule is about": _owned(fixture.scale(3, 5), {"manager": "kustomize-controller"}),
		"looking": _owned(fixture.wait_for(fixture.widget), {}),
		"making": json.remove(fixture.make(fixture.widget), ["/facts/managers"]),
		"no object": json.remove(fixture.notify, ["/facts/managers"]),
	}
	count(foreign_fields.deny) == 0 with input as request
	count(foreign_fields.warn) == 0 with input as request
}

test_denies[case] if {
	some case, request in {
		"an owner without a name": _owned(fixture.scale(3, 5), {"manager": null}),
		"an owner by no known operation": _owned(fixture.scale(3, 5), {"operation": null}),
		"an owner of no known paths": _owned(fixture.scale(3, 5), {"paths": null}),
		"a controller": _owned(fixture.scale(3, 5), {"manager": "shop-controller"}),
		"removing what another applies": _owned(fixture.remove(fixture.config_map), {}),
		"not read": json.remove(fixture.scale(3, 5), ["/facts/managers"]),
		"nothing known": {},
	}
	count(foreign_fields.deny) == 1 with input as request
}

test_managers_can_be_others if {
	count(foreign_fields.deny) == 0 with input as _owned(fixture.scale(3, 5), {})
		with data.config.rules.foreign_fields.params.managers as ["*-operator"]
	count(foreign_fields.deny) > 0 with input as _owned(fixture.scale(3, 5), {})
		with data.config.rules.foreign_fields.params.managers as [7]
	count(foreign_fields.deny) > 0 with input as _owned(fixture.scale(3, 5), {"manager": "kubectl"})
		with data.config.rules.foreign_fields.params.managers as null
}

test_reconcilers_can_be_others[case] if {
	some case, expected in {
		"its name": {"reconcilers": ["deploy-bot"], "denied": 1},
		"everybody": {"reconcilers": ["*"], "denied": 1},
		"nobody": {"reconcilers": [], "denied": 0},
		"no name": {"reconcilers": [7], "denied": 1},
		"not set": {"reconcilers": null, "denied": 1},
	}
	count(foreign_fields.deny) == expected.denied with input as _owned(fixture.scale(3, 5), {"manager": "deploy-bot"})
		with data.config.rules.foreign_fields.params.reconcilers as expected.reconcilers
}
