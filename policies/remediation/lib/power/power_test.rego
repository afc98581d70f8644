package remediation.lib.power_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.lib.power

_gained := union({gains | some gains in power.gained})

_spec := "/after/spec/template/spec"

_app := "/after/spec/template/spec/containers/0"

_changed(patches) := json.patch(fixture.scale(3, 5), patches)

_add(path, value) := [{"op": "add", "path": path, "value": value}]

_remove(path) := [{"op": "remove", "path": path}]

test_nothing_is_gained_by_an_ordinary_change if {
	_gained == set() with input as fixture.set_image("shop/checkout:1.4.3")
}

test_gains[expected] if {
	some expected, patches in {
		"hostNetwork": _add($"{_spec}/hostNetwork", true),
		"hostPID": _add($"{_spec}/hostPID", true),
		"hostIPC": _add($"{_spec}/hostIPC", true),
		"shareProcessNamespace": _add($"{_spec}/shareProcessNamespace", true),
		"service account admin": _add($"{_spec}/serviceAccountName", "admin"),
		"host path /": _add($"{_spec}/volumes/-", {"name": "root", "hostPath": {"path": "/"}}),
		"sysctl kernel.shm_rmid_forced=0": _add(
			$"{_spec}/securityContext/sysctls",
			[{"name": "kernel.shm_rmid_forced", "value": "0"}],
		),
		"containers/app: privileged": _add($"{_app}/securityContext/privileged", true),
		"containers/app: privilege escalation": _remove($"{_app}/securityContext/allowPrivilegeEscalation"),
		"containers/app: capability SYS_ADMIN": _add($"{_app}/securityContext/capabilities/add", ["SYS_ADMIN"]),
		"containers/app: capability NET_RAW, no longer dropped": _add(
			$"{_app}/securityContext/capabilities/drop",
			["MKNOD"],
		),
		"containers/app: writable root file system": _remove($"{_app}/securityContext/readOnlyRootFilesystem"),
		"containers/app: root": _add($"{_app}/securityContext/runAsNonRoot", false),
		"containers/app: user 0": _add($"{_app}/securityContext/runAsUser", 0),
		"containers/app: seccompProfile Unconfined": _add(
			$"{_app}/securityContext/seccompProfile",
			{"type": "Unconfined"},
		),
		"containers/app: appArmorProfile not set": _remove($"{_app}/securityContext/appArmorProfile"),
		"containers/app: procMount Unmasked": _add($"{_app}/securityContext/procMount", "Unmasked"),
		"containers/app: seLinuxOptions {\"type\": \"spc_t\"}": _add(
			$"{_app}/securityContext/seLinuxOptions",
			{"type": "spc_t"},
		),
		"containers/app: host port 8080": _add($"{_app}/ports", [{"containerPort": 8080, "hostPort": 8080}]),
		"containers/app: device /dev/xvda": _add($"{_app}/volumeDevices", [{"name": "disk", "devicePath": "/dev/xvda"}]),
		"initContainers/migrate: privileged": _add($"{_spec}/initContainers/0/securityContext/privileged", true),
	}
	_gained == {expected} with input as _changed(patches)
}

test_losing_the_pods_own_safeguards_is_a_gain_of_each_container if {
	_gained == {
		"containers/app: root",
		"containers/app: seccompProfile not set",
		"initContainers/migrate: root",
		"initContainers/migrate: seccompProfile not set",
	} with input as _changed(_remove($"{_spec}/securityContext"))
}

test_a_host_path_that_was_there_is_gained_by_the_container_that_mounts_it[mode] if {
	some mode, mount in {
		"reads": {"name": "logs", "mountPath": "/logs", "readOnly": true},
		"writes": {"name": "logs", "mountPath": "/logs"},
	}
	volume := {"name": "logs", "hostPath": {"path": "/var/log"}}
	_gained == {$"containers/app: {mode} host path /var/log"} with input as _changed([
		{"op": "add", "path": "/before/spec/template/spec/volumes/-", "value": volume},
		{"op": "add", "path": $"{_spec}/volumes/-", "value": volume},
		{"op": "add", "path": $"{_app}/volumeMounts/-", "value": mount},
	])
}

test_switching_a_safeguard_off_is_a_gain[expected] if {
	some expected, key in {"the host's user namespace": "hostUsers", "a service account token": "automountServiceAccountToken"}
	_gained == {expected} with input as _changed(_add($"/before/spec/template/spec/{key}", false))
}

test_a_container_that_is_new_gains_whatever_it_may if {
	_gained == {
		"containers/proxy: privilege escalation",
		"containers/proxy: writable root file system",
		"containers/proxy: appArmorProfile not set",
	} with input as _changed(_add($"{_spec}/containers/-", {"name": "proxy", "image": "mesh/proxy:1.0"}))
}

test_a_null_for_a_power_does_not_hide_it[key] if {
	some key in ["hostNetwork", "hostPID", "hostIPC"]
	_gained == {key} with input as _changed(_add($"{_spec}/{key}", null))
}

test_giving_powers_up_is_no_gain if {
	_gained == set() with input as _changed(array.concat(
		_add("/before/spec/template/spec/hostNetwork", true),
		_add("/before/spec/template/spec/containers/0/securityContext/privileged", true),
	))
}

test_dropping_all_drops_each if {
	_gained == set() with input as _changed(_add($"{_app}/securityContext/capabilities/drop", ["ALL"]))
}

test_a_user_other_than_root_is_not_root if {
	_gained == set() with input as _changed(array.concat(
		_add($"{_app}/securityContext/runAsUser", 1000),
		_add($"{_app}/securityContext/runAsNonRoot", false),
	))
}

test_a_pod_that_is_new_is_compared_with_an_ordinary_one if {
	ordinary := {"containers": [{"name": "app", "image": "shop/checkout:1.4.2"}]}
	template := {"spec": {"replicas": 1, "template": {"spec": ordinary}}}
	manifest := json.patch(fixture.workload(1, "x"), [{"op": "replace", "path": "/spec", "value": template.spec}])
	_gained == set() with input as fixture.make(manifest)
	asking := json.patch(manifest, [
		{"op": "add", "path": "/spec/template/spec/containers/0/securityContext", "value": {"privileged": true}},
		{"op": "add", "path": "/spec/template/spec/serviceAccount", "value": "admin"},
		{"op": "add", "path": "/spec/template/spec/hostNetwork", "value": true},
	])
	_gained == {"containers/app: privileged", "service account admin", "hostNetwork"} with input as fixture.make(asking)
}

test_a_pod_gains_wherever_it_stands[place] if {
	some place, manifest in {
		"/spec": fixture.pod,
		"/spec/template/spec": fixture.workload(1, "x"),
		"/spec/pod": object.union(fixture.widget, {"spec": {"pod": fixture.pod.spec}}),
		"/spec/pools/1": object.union(fixture.widget, {"spec": {"pools": [{"size": 3}, fixture.pod.spec]}}),
	}
	power.gained == {place: {"hostPID"}} with input as fixture.patch(manifest, [{
		"op": "add",
		"path": $"{place}/hostPID",
		"value": true,
	}])
}

test_a_job_of_its_cronjobs_template_gains_nothing if {
	gaining := fixture.trigger_of(json.patch(
		fixture.job,
		[{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}],
	))
	power.gained == {} with input as gaining
	power.gained == {"/spec/template/spec": {"hostPID"}} with input as json.patch(
		gaining,
		[{"op": "replace", "path": "/diff/0/requested", "value": false}],
	)
}
