# METADATA
# title: Not too many runs at once
# description: >-
#   No new plan begins while `maximum` or more other runs are changing the cluster or putting it back. The store counts; where
#   it could not, the plan is denied. How many run side by side at most is a setting of the executor, which lets others wait;
#   this rule turns them away.
# custom:
#   solution: submit the plan again when others have ended, or raise the parameter `maximum` of rule concurrent_runs
package remediation.rules.plan.concurrent_runs

import data.remediation.lib.config

deny contains {"message": message, "path": null} if {
	not _few
	message := $"{input.history.running} other runs are at work; fewer than {_maximum} may be, or it is not known how many are"
}

_few if {
	is_number(_maximum)
	is_number(input.history.running)
	input.history.running < _maximum
}

_maximum := config.param("concurrent_runs", "maximum")
