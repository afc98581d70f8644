package remediation.lib.config_test

import data.remediation.lib.config

_sources := {
	"config": {"rules": {
		"one": {
			"mode": "off",
			"params": {"limit": 2},
			"labelled": {
				"environment=production": {"mode": "enforce", "params": {"limit": 6}},
				"environment=test": {"mode": "shadow"},
				"example.com/odd=a=b": {"params": {"limit": 7}},
			},
			"namespaces": {"shop": {"mode": "warn", "params": {"limit": 3}}, "bank": {"mode": "wran"}},
		},
		"acme/two": {"params": {"limit": 5}},
	}},
	"defaults": {"one": {"limit": 1, "other": 10, "nothing": null}},
	"site": {"acme": {"defaults": {"two": {"limit": 4, "other": 40}}}},
}

_param(code, name, namespace) := value if {
	value := config.param(code, name) with input.target.namespace as namespace
		with data.config as _sources.config
		with data.remediation.defaults as _sources.defaults
		with data.site as _sources.site
}

_mode(code, namespace) := _mode_by(code, {"stage": "preflight", "target": {"namespace": namespace}})

_mode_by(code, request) := value if {
	value := config.mode(code) with input as request with data.config as _sources.config
}

_in(namespace, labels) := {
	"stage": "preflight",
	"target": {"namespace": namespace},
	"namespace": {"labels": labels, "annotations": {}},
}

test_a_parameter_comes_from_the_nearest_place if {
	_param("one", "limit", "shop") == 3
	_param("one", "limit", "elsewhere") == 2
	_param("one", "limit", null) == 2
	_param("one", "other", "shop") == 10
	_param("acme/two", "limit", "shop") == 5
	_param("acme/two", "other", "shop") == 40
}

test_a_parameter_that_is_set_nowhere_is_undefined if {
	not _param("one", "absent", "shop")
	not _param("three", "limit", "shop")
	not _param("acme/two", "absent", "shop")
}

test_a_mode_comes_from_the_nearest_place if {
	_mode("one", "shop") == "warn"
	_mode("one", "elsewhere") == "off"
	_mode("one", null) == "off"
	_mode("unset", "shop") == "enforce"
}

test_a_misspelt_mode_of_a_namespace_enforces if _mode("one", "bank") == "enforce"

test_a_namespace_is_classed_by_its_labels[case] if {
	some case, [limit, mode, namespace, labels] in {
		"one of production": [6, "enforce", "elsewhere", {"environment": "production"}],
		"one for tests, which sets no limit": [2, "shadow", "elsewhere", {"environment": "test"}],
		"a name outweighs labels": [3, "warn", "shop", {"environment": "production"}],
		"a value with an equals sign": [7, "off", "elsewhere", {"example.com/odd": "a=b"}],
		"of several the first by name": [6, "enforce", "elsewhere", {"environment": "production", "example.com/odd": "a=b"}],
		"one of no class": [2, "off", "elsewhere", {"environment": "prod"}],
		"one of which the labels are not known": [2, "off", "elsewhere", null],
	}
	request := _in(namespace, labels)
	_mode_by("one", request) == mode
	config.param("one", "limit") == limit with input as request with data.config as _sources.config
}

test_a_plan_has_the_strictest_mode_of_its_steps[case] if {
	some case, [mode, places] in {
		"all off": ["off", [["elsewhere", {}], [null, {}]]],
		"one warns": ["warn", [["elsewhere", {}], ["shop", {}]]],
		"one is in production": ["enforce", [["elsewhere", {"environment": "production"}], ["shop", {}]]],
		"one in shadow": ["shadow", [["elsewhere", {"environment": "test"}], ["elsewhere", {}]]],
		"no step": ["enforce", []],
	}
	steps := [_in(name, labels) | some [name, labels] in places]
	_mode_by("one", {"stage": "plan", "plan": {"steps": steps}}) == mode
}

test_a_request_that_says_no_stage_is_judged_strictly if {
	_mode_by("one", {}) == "enforce"
	_mode_by("one", {"stage": "plan", "plan": {"steps": null}}) == "enforce"
}
