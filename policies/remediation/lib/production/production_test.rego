package remediation.lib.production_test

import data.remediation.lib.production

test_where_production_is_not[case] if {
	some case, labels in {
		"no label": {},
		"another label": {"env": "production"},
		"another value": {"environment": "staging"},
	}
	production.is_elsewhere(labels)
}

test_where_production_is_or_may_be[case] if {
	some case, labels in {
		"by its label": {"environment": "production"},
		"by its short label": {"environment": "prod"},
		"a value that is none": {"environment": null},
		"labels that are not known": null,
	}
	not production.is_elsewhere(labels)
}

test_another_label_can_class_namespaces if {
	params := {"production_approval": {"params": {"label": "tier", "values": ["gold"]}}}
	production.is_elsewhere({"environment": "production"}) with data.config.rules as params
	not production.is_elsewhere({"tier": "gold"}) with data.config.rules as params
	production.told == `tier in ["gold"]` with data.config.rules as params
}

test_what_is_harmless if {
	production.is_harmless("restart")
	not production.is_harmless("delete")
	not production.is_harmless(null)
}

test_parameters_that_are_none_tell_nothing[name] if {
	some name in ["label", "values", "actions"]
	params := {"production_approval": {"params": {name: null}}}
	_ordinary == [] with data.config.rules as params
}

test_parameters_tell_what_is_ordinary if _ordinary == [true]

_ordinary := [true |
	production.is_elsewhere({})
	production.is_harmless("restart")
]
