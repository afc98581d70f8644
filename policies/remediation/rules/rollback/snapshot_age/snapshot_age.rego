# METADATA
# title: An old snapshot is not put back
# description: >-
#   What was true more than `maximum_seconds` ago is not put back without a person: others may have come to rely on what is
#   there now. How old the snapshot is must be known.
# custom:
#   solution: >-
#     look at the run's diff and put back by hand what is still right; the parameter `maximum_seconds` of rule snapshot_age
#     sets the bound
package remediation.rules.rollback.snapshot_age

import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _fresh
	message := $"the snapshot of {kube.target} is {input.snapshot_age_seconds} s old, more than {_maximum} s, or of an age not known"
}

_fresh if {
	is_number(_maximum)
	is_number(input.snapshot_age_seconds)
	input.snapshot_age_seconds <= _maximum
}

_maximum := config.param("snapshot_age", "maximum_seconds")
