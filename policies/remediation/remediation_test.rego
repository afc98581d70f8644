package remediation.gate_test

import data.remediation

# The router, over rules that stand for all that rules can be.

_decision(rules, configured) := decision if {
	decision := remediation.decision with input as {"stage": "preflight", "target": {"namespace": "shop"}}
		with data.remediation.rules as {"preflight": rules}
		with data.config.rules as configured
}

_expected(effect, violations, warnings, approvals, evaluated) := {
	"effect": effect,
	"violations": violations,
	"warnings": warnings,
	"approvals": approvals,
	"shadowed": set(),
	"evaluated": evaluated,
	"stage": "preflight",
}

_no := {"code": "brake", "message": "no", "path": "/spec"}

_careful := {"code": "brake", "message": "careful", "path": null}

test_no_objection_is_an_allow if {
	_decision({"brake": {"deny": set()}}, {}) == _expected("allow", set(), set(), set(), {"brake"})
}

test_an_objection_denies if {
	rules := {"brake": {"deny": {{"message": "no", "path": "/spec"}}}, "calm": {"deny": set()}}
	_decision(rules, {}) == _expected("deny", {_no}, set(), set(), {"brake", "calm"})
}

test_a_plain_text_is_a_finding if {
	rules := {"brake": {"deny": {"careful"}}}
	_decision(rules, {}) == _expected("deny", {_careful}, set(), set(), {"brake"})
}

test_a_warning_does_not_deny if {
	rules := {"brake": {"warn": {"careful"}}}
	_decision(rules, {}) == _expected("allow", set(), {_careful}, set(), {"brake"})
}

test_an_approval_says_how_many_of_whom if {
	rules := {"brake": {"require_approval": {{"message": "careful", "count": 2, "groups": ["leads"]}}}}
	approval := object.union(_careful, {"count": 2, "groups": ["leads"]})
	_decision(rules, {}) == _expected("require_approval", set(), set(), {approval}, {"brake"})
}

test_an_approval_is_one_of_anybody_by_default if {
	rules := {"brake": {"require_approval": {"careful"}}}
	approval := object.union(_careful, {"count": 1, "groups": []})
	_decision(rules, {}) == _expected("require_approval", set(), set(), {approval}, {"brake"})
}

test_a_denial_outweighs_an_approval if {
	rules := {"brake": {"deny": {"careful"}, "require_approval": {"careful"}}}
	_decision(rules, {}).effect == "deny"
}

test_mode[mode] if {
	some mode, expected in {
		"enforce": _expected("deny", {_no}, {_careful}, set(), {"brake"}),
		"enfroce": _expected("deny", {_no}, {_careful}, set(), {"brake"}),
		"warn": _expected("allow", set(), {_no, _careful}, set(), {"brake"}),
		"shadow": object.union(_expected("allow", set(), set(), set(), {"brake"}), {"shadowed": {
			object.union(_no, {"level": "deny"}),
			object.union(_careful, {"level": "warn"}),
		}}),
		"off": _expected("allow", set(), set(), set(), {"brake"}),
	}
	rules := {"brake": {"deny": {{"message": "no", "path": "/spec"}}, "warn": {"careful"}}}
	_decision(rules, {"brake": {"mode": mode}}) == expected
}

test_an_approval_in_mode_warn_is_a_warning if {
	rules := {"brake": {"require_approval": {{"message": "careful", "count": 2}}}}
	_decision(rules, {"brake": {"mode": "warn"}}) == _expected("allow", set(), {_careful}, set(), {"brake"})
}

test_an_approval_in_mode_shadow_is_recorded_without_effect if {
	rules := {"brake": {"require_approval": {{"message": "careful", "count": 2}}}}
	shadowed := {object.union(_careful, {"level": "require_approval"})}
	expected := object.union(_expected("allow", set(), set(), set(), {"brake"}), {"shadowed": shadowed})
	_decision(rules, {"brake": {"mode": "shadow"}}) == expected
}

test_a_malformed_rule_denies_whatever_its_mode[case] if {
	some case, rule in {
		"a boolean": {"deny": true},
		"an object": {"deny": {"message": "no"}},
		"an array": {"deny": ["no"]},
		"a set of numbers": {"deny": {7}},
		"a finding without a message": {"deny": {{"path": "/spec"}}},
		"a finding of which the message is no text": {"deny": {{"message": 7}}},
		"a finding of which the path is no text": {"deny": {{"message": "no", "path": 7}}},
		"a warning that is a boolean": {"warn": true},
		"an approval that is a boolean": {"require_approval": false},
		"an approval by half a person": {"require_approval": {{"message": "ask", "count": 0.5}}},
		"an approval of nobody": {"require_approval": {{"message": "ask", "count": 0}}},
		"an approval of a text of groups": {"require_approval": {{"message": "ask", "groups": "leads"}}},
	}
	decision := _decision({"brake": rule}, {"brake": {"mode": "off"}})
	decision.effect == "deny"
	{violation.code | some violation in decision.violations} == {"malformed_rule"}
}

test_misspelt_rules_are_not_evaluated if {
	decision := _decision({"brake": {"denies": {"no"}}, "calm": {"deny": set()}}, {})
	decision.evaluated == {"calm"}
}

test_no_rules_at_all_is_a_denial if {
	decision := _decision({}, {})
	decision.effect == "deny"
	{violation.code | some violation in decision.violations} == {"no_rules"}
}

test_a_request_without_a_stage_is_denied[case] if {
	some case, request in {"no stage": {}, "a null": {"stage": null}, "a number": {"stage": 7}, "an empty one": {"stage": ""}}
	decision := remediation.decision with input as request
	decision.effect == "deny"
	"no_rules" in {violation.code | some violation in decision.violations}
}

test_a_site_rule_speaks_with_its_owner if {
	decision := remediation.decision with input as {"stage": "preflight", "target": {"namespace": "shop"}}
		with data.remediation.rules as {"preflight": {"calm": {"deny": set()}}}
		with data.site as {"acme": {"preflight": {"freeze": {
			"deny": {"no"},
			"warn": {"careful"},
			"require_approval": {"ask"},
		}}}}
	decision.evaluated == {"calm", "acme/freeze"}
	decision.violations == {{"code": "acme/freeze", "message": "no", "path": null}}
	decision.warnings == {{"code": "acme/freeze", "message": "careful", "path": null}}
	decision.approvals == {{"code": "acme/freeze", "message": "ask", "path": null, "count": 1, "groups": []}}
}
