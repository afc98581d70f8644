"""
Every action that can be undone, and its way back: the object is as it was on our paths, and nothing else is touched.

The change is made as the API server takes it, and somebody else changes the object in between.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from executor.core.action import Work
from executor.core.actions import CATALOGUE
from executor.core.change import patch_change
from executor.core.diff import diff, equal_at
from executor.core.digest import canonical
from executor.core.errors import Unusable
from executor.core.model import Manifest
from executor.core.restore import plan_restore
from tests.builders import target_of
from tests.fakes.json_patch import patched
from tests.properties.acting import EXAMPLES, Example
from tests.properties.strategies import without_empty
from tests.rendering import desired

pytestmark = pytest.mark.requirement("ACT-2", "ROLL-6", "ROLL-7")

OTHERWISE = {"apply", "patch", "quarantine_pod"}
"""Shown elsewhere: what a caller's own document makes of an object, and what is undone by another form of change."""

acts = pytest.mark.parametrize("action", EXAMPLES)
Edit = Callable[[Manifest], None]


def test_every_action_that_can_be_undone_has_its_examples() -> None:
    in_place = {
        name
        for name, action in CATALOGUE.items()
        if action.reversible and action.work is Work.CHANGE and not action.may_be_absent and name != "delete"
    }

    assert in_place - OTHERWISE <= set(EXAMPLES)


def changed(action: str, example: Example) -> Manifest:
    """
    Return the object after the action's change, sent as a JSON Patch.
    """
    try:
        wanted = desired(action, example.live, example.parameters, related=example.related)
    except Unusable:
        reject()
    body = patch_change(target_of(example.live), example.live, diff(example.live, wanted)).body
    result: Manifest = patched(example.live, body)
    assert canonical(without_empty(wanted)) == canonical(without_empty(result))
    return result


def restored(snapshot: Manifest, applied: Manifest, live: Manifest) -> Manifest:
    """
    Return the object after the restore, which finds nothing that is somebody else's.
    """
    plan = plan_restore(snapshot, applied, live)
    assert () == plan.foreign
    result: Manifest = patched(live, patch_change(target_of(live), live, plan.put_back).body)
    assert all(equal_at(path, snapshot, result) for path in plan.proven)
    return result


def as_the_server_keeps_it(manifest: Manifest) -> bytes:
    return canonical(without_empty(manifest))


@acts
@given(data=st.data())
def test_a_restore_after_the_change_gives_the_object_back(action: str, data: st.DataObject) -> None:
    example = data.draw(EXAMPLES[action])

    applied = changed(action, example)

    assert as_the_server_keeps_it(example.live) == as_the_server_keeps_it(restored(example.live, applied, applied))


@acts
@given(data=st.data())
def test_what_somebody_else_did_elsewhere_in_between_stays(action: str, data: st.DataObject) -> None:
    example = data.draw(EXAMPLES[action])
    edits = data.draw(st.lists(st.sampled_from(THEIRS), min_size=1, unique=True))

    applied = changed(action, example)
    result = restored(example.live, applied, edited(applied, edits))

    assert as_the_server_keeps_it(edited(example.live, edits)) == as_the_server_keeps_it(result)


@pytest.mark.requirement("ACT-4")
@acts
@given(data=st.data())
def test_the_change_of_what_is_as_asked_is_none(action: str, data: st.DataObject) -> None:
    example = data.draw(EXAMPLES[action])

    applied = changed(action, example)

    if not {"delta", "percent"} & set(example.parameters):
        wanted = desired(action, applied, example.parameters, related=example.related)
        assert as_the_server_keeps_it(applied) == as_the_server_keeps_it(wanted)


def edited(manifest: Manifest, edits: list[Edit]) -> Manifest:
    result = copy.deepcopy(manifest)
    for edit in edits:
        edit(result)
    return result


def _marks(manifest: Manifest) -> None:
    manifest["metadata"].setdefault("labels", {})["theirs"] = "x"
    manifest["metadata"].setdefault("annotations", {})["theirs"] = "x"


def _injects_a_sidecar(manifest: Manifest) -> None:
    if pod := _pod(manifest):
        pod["containers"].insert(0, {"name": "sidecar", "image": "mesh/proxy:1"})


def _adds_a_variable(manifest: Manifest) -> None:
    for container in (_pod(manifest) or {"containers": []})["containers"]:
        container.setdefault("env", []).append({"name": "THEIRS", "value": "x"})


def _sets_other_resources(manifest: Manifest) -> None:
    for container in (_pod(manifest) or {"containers": []})["containers"]:
        container.setdefault("resources", {}).setdefault("limits", {})["example.com/theirs"] = "1"


def _taints(manifest: Manifest) -> None:
    if manifest["kind"] == "Node":
        taint = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
        manifest["spec"].setdefault("taints", []).append(taint)


def _adds_data(manifest: Manifest) -> None:
    if manifest["kind"] in {"ConfigMap", "Secret"}:
        manifest.setdefault("data", {})["theirs"] = "MQ=="


def _sets_the_spec(manifest: Manifest) -> None:
    if "spec" in manifest:
        manifest["spec"]["revisionHistoryLimit"] = 7


THEIRS: list[Edit] = [
    _marks,
    _injects_a_sidecar,
    _adds_a_variable,
    _sets_other_resources,
    _taints,
    _adds_data,
    _sets_the_spec,
]
"""What somebody else may do to an object, of any kind."""


def _pod(manifest: Manifest) -> Any:
    spec = manifest.get("spec") or {}
    pod = spec if manifest["kind"] == "Pod" else (spec.get("template") or {}).get("spec")
    return pod if pod and pod.get("containers") else None
