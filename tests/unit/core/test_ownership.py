"""
Who owns the fields of an object: told from managedFields, and given back after a restore.
"""

from typing import Any

import pytest

from executor.core.ownership import given_back, has_written, written_at

IMAGE = ("spec", "template", "spec", "containers", "[name=app]", "image")
NOTE = ("metadata", "annotations", "example.test/note")

APP = 'k:{"name":"app"}'


def entry(manager: str, fields: dict[str, Any], *, operation: str = "Update", **more: str) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "apps/v1",
        "time": "2026-11-23T11:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def containers(inner: dict[str, Any]) -> dict[str, Any]:
    return {"f:spec": {"f:template": {"f:spec": {"f:containers": {APP: inner}}}}}


def owned(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"managedFields": list(entries)}}


def names(entries: list[dict[str, Any]] | None) -> list[tuple[str, Any]] | None:
    return None if entries is None else [(each["manager"], each["fieldsV1"]) for each in entries]


@pytest.mark.requirement("ROLL-7")
def test_a_field_that_was_applied_by_another_manager_is_theirs_again() -> None:
    """
    Our write took `f:image` away from the manager that had applied it.
    """
    theirs = entry("deploy-bot", containers({".": {}, "f:image": {}, "f:name": {}}), operation="Apply")
    left = entry("deploy-bot", containers({".": {}, "f:name": {}}), operation="Apply")
    ours = entry("remediation-executor", containers({"f:image": {}}))

    entries = given_back(owned(theirs), owned(left, ours), owned(left, ours), [IMAGE])

    assert [("deploy-bot", containers({".": {}, "f:image": {}, "f:name": {}}))] == names(entries)


def test_a_manager_that_lost_all_it_had_is_listed_again() -> None:
    theirs = entry("deploy-bot", containers({"f:image": {}}))
    ours = entry("remediation-executor", containers({"f:image": {}}))

    entries = given_back(owned(theirs), owned(ours), owned(ours), [IMAGE])

    assert [("deploy-bot", containers({"f:image": {}}))] == names(entries)


def test_what_others_came_to_own_elsewhere_stays_theirs() -> None:
    status: dict[str, Any] = {"f:status": {"f:replicas": {}}}
    theirs = entry("deploy-bot", containers({"f:image": {}}))
    ours = entry("remediation-executor", containers({"f:image": {}}))
    controller = entry("kube-controller-manager", status, subresource="status")

    entries = given_back(owned(theirs), owned(ours), owned(ours, controller), [IMAGE])

    assert [("kube-controller-manager", status), ("deploy-bot", containers({"f:image": {}}))] == names(entries)


def test_what_we_owned_before_stays_ours() -> None:
    ours = entry("remediation-executor", containers({"f:image": {}}))

    assert None is given_back(owned(ours), owned(ours), owned(ours), [IMAGE])


def test_a_map_that_we_emptied_and_made_anew_goes_back_with_its_holder() -> None:
    note: dict[str, Any] = {"f:metadata": {"f:annotations": {".": {}, "f:example.test/note": {}}}}
    theirs, ours = entry("kubectl", note), entry("remediation-executor", note)

    assert [("kubectl", note)] == names(given_back(owned(theirs), owned(ours), owned(ours), [NOTE]))


def test_without_a_record_of_owners_nothing_is_given_back() -> None:
    assert None is given_back({"metadata": {}}, owned(), owned(entry("kubectl", {})), [NOTE])


def test_fields_that_nobody_owned_are_not_taken_from_everybody() -> None:
    """
    An empty list of entries would make the API server forget every owner.
    """
    theirs, ours = entry("kubectl", {"f:data": {"f:gone": {}}}), entry("remediation-executor", {"f:data": {"f:a": {}}})

    assert None is given_back(owned(theirs), owned(ours), owned(ours), [("data", "a")])


def test_a_list_that_is_owned_as_a_whole_goes_back_as_a_whole() -> None:
    """
    Taints have no owners one by one, so the field is shorter than the path of what changed.
    """
    taints: dict[str, Any] = {"f:spec": {"f:taints": {}}}
    theirs, ours = entry("kubectl", taints), entry("remediation-executor", taints)
    path = ("spec", "taints", "[key=dedicated,effect=NoSchedule]")

    assert [("kubectl", taints)] == names(given_back(owned(theirs), owned(ours), owned(ours), [path]))


def test_what_an_apply_made_ours_beside_the_values_it_changed_is_given_up() -> None:
    """
    An apply owns each field of its manifest, also those that it found as it wants them.

    Kept, they would stand in the way of their owner's next change.
    """
    theirs = entry("deploy-bot", {"f:data": {"f:a": {}, "f:b": {}}}, operation="Apply")
    both = entry("remediation-executor", {"f:data": {"f:a": {}, "f:b": {}}}, operation="Apply")
    only_b = entry("deploy-bot", {"f:data": {"f:b": {}}}, operation="Apply")
    kept = entry("remediation-executor", {"f:data": {"f:b": {}}}, operation="Apply")
    restored = entry("remediation-executor", {"f:data": {"f:a": {}}})

    entries = given_back(owned(theirs), owned(only_b, both), owned(only_b, kept, restored), [("data", "a")])

    assert [("deploy-bot", {"f:data": {"f:a": {}, "f:b": {}}})] == names(entries)


def test_what_we_had_applied_before_stays_applied_by_us() -> None:
    before = entry("remediation-executor", {"f:data": {"f:a": {}, "f:b": {}}}, operation="Apply")
    left = entry("remediation-executor", {"f:data": {"f:b": {}}}, operation="Apply")
    patched = entry("remediation-executor", {"f:data": {"f:a": {}}})

    entries = given_back(owned(before), owned(left, patched), owned(left, patched), [("data", "a")])

    assert [("remediation-executor", {"f:data": {"f:a": {}, "f:b": {}}})] == names(entries)


def test_an_object_that_is_made_anew_is_its_managers_again_but_for_the_status() -> None:
    theirs = entry("deploy-bot", {"f:data": {"f:a": {}}}, operation="Apply")
    status = entry("controller", {"f:status": {"f:phase": {}}}, subresource="status")
    ours = entry("remediation-executor", {"f:data": {".": {}, "f:a": {}}})

    entries = given_back(owned(theirs, status), {}, owned(ours), [()])

    assert [("deploy-bot", {"f:data": {"f:a": {}}})] == names(entries)


def test_it_is_told_if_an_object_holds_fields_that_we_wrote() -> None:
    assert [True, False, False] == [
        has_written(owned(entry("kubectl", {}), entry("remediation-executor", {}))),
        has_written(owned(entry("kubectl", {}))),
        has_written({"metadata": {}}),
    ]


def test_our_last_write_is_told_in_the_servers_time() -> None:
    older = entry("remediation-executor", {"f:spec": {}}, time="2026-11-23T10:00:00Z")
    newer = entry("remediation-executor", {"f:metadata": {}}, time="2026-11-23T11:30:00Z")

    assert "2026-11-23T11:30:00Z" == written_at(owned(older, newer, entry("kubectl", {}, time="2027-01-01T00:00:00Z")))
    assert written_at({"metadata": {}}) is None
