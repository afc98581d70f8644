# METADATA
# title: A step changes what it promised, and no more
# description: >-
#   Where a step says what it expects to change (`expect: {paths: [...]}`), the dry run may change these paths and what is
#   below them. Any other path is denied, whether the action itself changes it or admission adds it; a promised path that
#   does not change is told as a warning. A step that promises nothing is not held to anything here.
# custom:
#   solution: >-
#     add the path to `expect.paths` of the step if the change is wanted; else ask for less, or find the webhook or
#     admission policy that adds it
#   absence_allows:
#     - path: /step/expect
#       because: a step may promise nothing, and is then judged by every other rule alone
package remediation.rules.dry_run.expected_paths

import data.remediation.lib.change
import data.remediation.lib.kube

deny contains {"message": message, "path": entry.path} if {
	some entry in input.diff
	not _is_expected(entry)
	message := $"{_author(entry)} would {entry.op} {entry.path} of {kube.target}, which the step does not expect to change"
}

deny contains {"message": message, "path": null} if {
	not _known
	message := $"what step {kube.at(input, ["step", "id"])} expects to change, or what would change, is not fully known"
}

warn contains {"message": message, "path": path} if {
	_known
	some path in _promised
	not _changes(path)
	message := $"{path} of {kube.target} was expected to change, and stays as it is"
}

_known if _promises_nothing

_known if {
	is_array(_promised)
	count(_promised) > 0
	every path in _promised {
		_is_pointer(path)
	}
	is_array(input.diff)
	every entry in input.diff {
		is_string(entry.path)
		is_boolean(entry.requested)
	}
}

_promises_nothing if {
	is_object(input.step)
	is_null(kube.at(input.step, ["expect"]))
}

_promised := kube.at(input, ["step", "expect", "paths"])

_is_pointer(path) if path == ""

_is_pointer(path) if {
	is_string(path)
	startswith(path, "/")
}

_is_expected(_) if _promises_nothing

_is_expected(entry) if change.is_servers(entry)

_is_expected(entry) if {
	some path in _promised
	_is_pointer(path)
	is_string(entry.path)
	change.is_within(entry.path, path)
}

_changes(path) if {
	some entry in input.diff
	change.is_within(entry.path, path)
}

_author(entry) := "the action" if {
	entry.requested == true
} else := "admission"
