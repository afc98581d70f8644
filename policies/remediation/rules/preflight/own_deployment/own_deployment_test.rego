package remediation.rules.preflight.own_deployment_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.own_deployment

_of(kind, namespace, name) := fixture.label({
	"apiVersion": "v1",
	"kind": kind,
	"metadata": {"namespace": namespace, "name": name, "uid": "u-1"},
})

_namespace(name) := fixture.label({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": "u-1"}})

_denials(request) := found if {
	found := count(own_deployment.deny) with input as request
		with data.config.rules.own_deployment.params.workloads as ["ops/executor"]
}

test_passes[case] if {
	some case, request in {
		"an ordinary workload": fixture.scale(3, 5),
		"a node": fixture.cordon("worker-1"),
		"another namespace": _namespace("shop"),
		"no object": fixture.notify,
		"another of its neighbours": _of("Deployment", "ops", "executor-ui"),
		"a pod of another neighbour": _of("Pod", "ops", "executors-1"),
		"a look": fixture.wait_for({
			"apiVersion": "v1",
			"kind": "Pod",
			"metadata": {"namespace": "remediation-system", "name": "it"},
		}),
	}
	_denials(request) == 0
}

test_denies[case] if {
	some case, request in {
		"its namespace": _of("ConfigMap", "remediation-system", "anything"),
		"its Namespace": _namespace("remediation-system"),
		"its Deployment in a shared namespace": _of("Deployment", "ops", "executor"),
		"a Pod of it": _of("Pod", "ops", "executor-5d9f-abcde"),
		"a ReplicaSet of it": _of("ReplicaSet", "ops", "executor-5d9f"),
		"a name that is not known": object.union(fixture.scale(3, 5), {"target": {"name": null}}),
		"a namespace that is not known": object.union(fixture.scale(3, 5), {"target": {"namespace": null}}),
		"nothing known": {},
	}
	_denials(request) == 1
}

test_lists_that_are_none_deny[name] if {
	some name in ["namespaces", "workloads"]
	count(own_deployment.deny) == 1 with input as fixture.scale(3, 5)
		with data.config.rules as {"own_deployment": {"params": {name: null}}}
}

test_the_message_names_the_object if {
	own_deployment.deny == {{
		"message": concat("", [
			"configmap/remediation-system/it belongs to the executor itself, or it is not known to whom: ",
			`["remediation-system"], ["remediation-system/remediation-executor"]`,
		]),
		"path": null,
	}} with input as _of("ConfigMap", "remediation-system", "it")
}
