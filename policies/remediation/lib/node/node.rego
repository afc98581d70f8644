# METADATA
# title: Nodes
# description: What a change does to a node, judged by the node before and after it rather than by the action's name.
package remediation.lib.node

import data.remediation.lib.change
import data.remediation.lib.kube

# METADATA
# title: Another kind than a node
elsewhere if change.nothing

elsewhere if {
	kind := kube.kind
	kind != "Node"
}

# METADATA
# title: The node keeps taking pods
# description: It is not cordoned, not tainted anew, not drained and not removed. One that is cordoned already may stay so.
stays_in_service if {
	change.alters
	is_string(input.step.action)
	input.step.action != "drain"
	_is_not_cordoned
	keeps_off_no_more({"NoSchedule", "NoExecute"})
}

_is_not_cordoned if kube.at(input.before, _unschedulable) == kube.at(input.after, _unschedulable)

_is_not_cordoned if kube.at(input.after, _unschedulable) in {null, false}

_unschedulable := ["spec", "unschedulable"]

# METADATA
# title: No new taint
# description: Of these effects the node has no other taints than before.
keeps_off_no_more(effects) if {
	change.alters
	_are_known
	_taints("after", effects) - _taints("before", effects) == set()
}

_are_known if is_null(kube.at(input.after, ["spec", "taints"]))

_are_known if {
	every taint in input.after.spec.taints {
		is_string(taint.key)
		is_string(taint.effect)
	}
}

_taints(side, effects) := {$"{taint.key}={kube.at(taint, ["value"])}:{taint.effect}" |
	some taint in input[side].spec.taints
	taint.effect in effects
}

# METADATA
# title: Marks of a role
# description: The labels and taints of a node by which its role is told, on one side.
marks(side, names) := labels | taints if {
	labels := {$"label {name}" |
		some name, _ in input[side].metadata.labels
		name in names
	}
	taints := {$"taint {taint.key}" |
		some taint in input[side].spec.taints
		taint.key in names
	}
}
