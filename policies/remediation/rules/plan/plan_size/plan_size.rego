# METADATA
# title: A long plan is approved first
# description: >-
#   A plan of more than `maximum` steps needs an approval: nobody overlooks in a glance what it does.
# custom:
#   solution: >-
#     split the plan into several that are judged one by one, or have it approved; the parameter `maximum` of rule
#     plan_size sets from how many steps on
package remediation.rules.plan.plan_size

import data.remediation.lib.config

deny contains {"message": "how many steps the plan has is not known", "path": "/steps"} if not _size

require_approval contains {"message": message, "path": "/steps"} if {
	not _is_short
	message := $"the plan has {_size} steps, more than {_maximum}"
}

_is_short if {
	is_number(_maximum)
	_size <= _maximum
}

_size := count(input.plan.steps) if is_array(input.plan.steps)

_maximum := config.param("plan_size", "maximum")
