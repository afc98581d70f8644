package remediation.lib.config_test

import data.remediation.lib.config

_sources := {
	"config": {"rules": {
		"one": {
			"mode": "off",
			"params": {"limit": 2},
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

_mode(code, namespace) := value if {
	value := config.mode(code) with input.target.namespace as namespace with data.config as _sources.config
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
