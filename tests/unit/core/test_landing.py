"""
After a lost answer: what the object as it is now tells of the write.
"""

from typing import Any

import pytest

from executor.core.action import Form, Wire
from executor.core.change import Change, change_of
from executor.core.diff import differences
from executor.core.landing import Landing, has_moved, landing
from executor.core.model import ABSENT, Manifest
from executor.core.target import RESOURCES, Target
from tests.builders import a_deployment

WEB = Target(kind="Deployment", namespace="shop", name="web")


def at(version: str, *, uid: str = "u-1", replicas: int = 1, **metadata: Any) -> Manifest:
    made = a_deployment("web", "shop", replicas=replicas)
    return {**made, "metadata": {**made["metadata"], "uid": uid, "resourceVersion": version, **metadata}}


def change(live: Manifest, desired: Manifest, *, wire: Wire = Wire.JSON_PATCH) -> Change:
    resource = RESOURCES["Deployment"]
    found = differences(live, desired)
    return change_of(WEB, resource, live=live, desired=desired, differences=found, form=Form(wire))


BEFORE, PREVIEW = at("7"), at("8", replicas=3)
MADE = at("9", managedFields=[{"manager": "remediation-executor", "operation": "Update"}])
MADE_BY_ANOTHER = at("9", managedFields=[{"manager": "kubectl", "operation": "Update"}])

PATCHED = {
    "as it was judged": (BEFORE, Landing.NOT_LANDED),
    "moved, and as previewed": (at("8", replicas=3), Landing.LANDED),
    "moved, and something else": (at("8", replicas=2), Landing.UNCLEAR),
    "gone": (ABSENT, Landing.UNCLEAR),
    "another object of that name": (at("8", uid="u-2", replicas=3), Landing.UNCLEAR),
}
REMOVED = {
    "gone": (ABSENT, Landing.LANDED),
    "another object of that name": (at("9", uid="u-2"), Landing.LANDED),
    "being deleted": (at("9", deletionTimestamp="2026-11-23T11:00:00Z"), Landing.LANDED),
    "as it was judged": (BEFORE, Landing.NOT_LANDED),
    "moved and not being deleted": (at("8"), Landing.NOT_LANDED),
}
CREATED = {
    "not there": (ABSENT, Landing.NOT_LANDED),
    "there, and made by us": (MADE, Landing.LANDED),
    "there, and made by somebody else": (MADE_BY_ANOTHER, Landing.UNCLEAR),
}


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize(("live", "expected"), PATCHED.values(), ids=PATCHED)
def test_a_patch_has_landed_when_the_object_moved_and_holds_the_preview(live: Manifest, expected: Landing) -> None:
    assert expected is landing(change(BEFORE, PREVIEW), before=BEFORE, preview=PREVIEW, live=live)


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("wire", [Wire.JSON_PATCH, Wire.EVICTION], ids=["delete", "evict"])
@pytest.mark.parametrize(("live", "expected"), REMOVED.values(), ids=REMOVED)
def test_a_removal_has_landed_when_the_judged_object_is_going(live: Manifest, expected: Landing, wire: Wire) -> None:
    assert expected is landing(change(BEFORE, ABSENT, wire=wire), before=BEFORE, preview=ABSENT, live=live)


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize(("live", "expected"), CREATED.values(), ids=CREATED)
def test_a_creation_has_landed_when_what_is_there_was_made_by_us(live: Manifest, expected: Landing) -> None:
    assert expected is landing(change(ABSENT, at("1")), before=ABSENT, preview=at("1"), live=live)


def test_bytes_that_were_judged_on_another_version_cannot_land() -> None:
    assert [True, False, False] == [
        has_moved(change(BEFORE, ABSENT), at("8")),
        has_moved(change(BEFORE, ABSENT), BEFORE),
        has_moved(change(ABSENT, BEFORE), BEFORE),
    ]
