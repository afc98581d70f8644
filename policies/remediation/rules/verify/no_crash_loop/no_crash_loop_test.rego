package remediation.rules.verify.no_crash_loop_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.verify.no_crash_loop

_pod := {"name": "checkout-1", "waiting_reason": "CrashLoopBackOff", "restarts": 4, "terminating": false}

_with(request, changed) := object.union(request, {
	"stage": "verify",
	"facts": {"pods": [object.union(_pod, changed)]},
})

test_a_pod_that_keeps_crashing_is_named if {
	no_crash_loop.deny == {{
		"message": "pod checkout-1 of deployment/shop/checkout waits for CrashLoopBackOff after 4 restarts",
		"path": null,
	}} with input as _with(fixture.scale(3, 5), {})
}

test_passes[case] if {
	some case, request in {
		"no pods": fixture.scale(3, 5),
		"a pod that runs": _with(fixture.scale(3, 5), {"waiting_reason": null}),
		"a pod that starts": _with(fixture.scale(3, 5), {"waiting_reason": "ContainerCreating"}),
		"a pod that goes": _with(fixture.scale(3, 5), {"terminating": true}),
		"a label": _with(fixture.label(fixture.workload(3, "x")), {}),
		"another kind": object.union(fixture.label(fixture.config_map), {"facts": {"pods": null}}),
	}
	count(no_crash_loop.deny) == 0 with input as request
}

test_denies[case] if {
	some case, request in {
		"after a rollout": _with(fixture.set_image("nginx:1.27"), {}),
		"a container that cannot be started": _with(fixture.scale(3, 5), {"waiting_reason": "RunContainerError"}),
		"a reason that is none": _with(fixture.scale(3, 5), {"waiting_reason": 7}),
		"pods that are not known": object.union(fixture.scale(3, 5), {"facts": {"pods": null}}),
		"nothing known": {},
	}
	count(no_crash_loop.deny) == 1 with input as request
}

test_reasons_can_be_others[case] if {
	some case, [reasons, objections] in {"another": [["ImagePullBackOff"], 0], "not set": [null, 1]}
	count(no_crash_loop.deny) == objections with input as _with(fixture.scale(3, 5), {})
		with data.config.rules.no_crash_loop.params.reasons as reasons
}
