package remediation.rules.preflight.gitops_managed_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.gitops_managed

_kept(request, tool) := object.union(request, {"facts": {"gitops": {
	"tool": tool,
	"name": "shop",
	"namespace": null,
	"signs": ["label a", "owner b"],
}}})

test_every_tool_is_denied_by_default[tool] if {
	some tool in ["argo_cd", "flux", "helm", "another", null]
	count(gitops_managed.deny) == 1 with input as _kept(fixture.scale(3, 5), tool)
}

test_what_nobody_keeps_passes if {
	count(gitops_managed.deny) == 0 with input as fixture.scale(3, 5)
	count(gitops_managed.warn) == 0 with input as fixture.scale(3, 5)
}

test_what_leaves_the_source_right_passes[case] if {
	some case, request in {
		"looking": fixture.wait_for(fixture.widget),
		"a restart": object.union(fixture.scale(3, 5), {"step": {"action": "restart"}}),
		"no object": fixture.notify,
	}
	count(gitops_managed.deny) == 0 with input as _kept(request, "flux")
}

test_each_tool_has_a_level_of_its_own[case] if {
	some case, [level, denied, warned] in {
		"denied": ["deny", 1, 0],
		"said": ["warn", 0, 1],
		"let through": ["allow", 0, 0],
		"misspelt": ["alow", 1, 0],
		"not there": [null, 1, 0],
	}
	found := [gitops_managed.deny, gitops_managed.warn] with input as _kept(fixture.scale(3, 5), "helm")
		with data.config.rules.gitops_managed.params.managers as {"flux": "allow", "helm": level}
	[count(each) | some each in found] == [denied, warned]
}

test_the_message_names_tool_application_and_signs if {
	message := "deployment/shop/checkout is kept by Argo CD as part of shop (told by label a, owner b), which would undo the change"
	gitops_managed.deny == {{"message": message, "path": null}} with input as _kept(fixture.scale(3, 5), "argo_cd")
}

test_the_message_does_without_what_is_not_known if {
	request := object.union(_kept(fixture.scale(3, 5), "other"), {"facts": {"gitops": {"name": null}}})
	message := "deployment/shop/checkout is kept by some tool (told by label a, owner b), which would undo the change"
	gitops_managed.deny == {{"message": message, "path": null}} with input as request
}

test_not_known_is_denied[case] if {
	some case, [request, why] in {
		"not told": [object.union(fixture.scale_custom(3, 5), {"facts": {"unknown": {"gitops": "no answer"}}}), "no answer"],
		"not read": [json.remove(fixture.scale(3, 5), ["/facts"]), "it was not read"],
	}
	some finding in gitops_managed.deny with input as request
	contains(finding.message, $"is not known ({why})")
}
