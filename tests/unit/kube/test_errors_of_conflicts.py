"""
What the conflicts of the API server become: they share a status, and mean five different things.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError, FieldOwner
from tests.unit.kube.refusals import APPLY, CREATE, DRY_RUN, refused

pytestmark = pytest.mark.requirement("DRY-4")

UID = "531b34da-b002-4cbb-9de0-4c95ede52d31"


def conflict(message: str) -> ClusterError:
    """
    Return what a 409 with this explanation becomes.
    """
    return refused(DRY_RUN, 409, "Conflict", f'Operation cannot be fulfilled on deployments.apps "web": {message}')


def fields(*causes: tuple[str, str]) -> ClusterError:
    """
    Return what a conflict of server-side apply becomes; `causes` are messages with their fields.
    """
    return refused(
        DRY_RUN,
        409,
        "Conflict",
        f"Apply failed with {len(causes)} conflicts: …",
        causes=[{"reason": "FieldManagerConflict", "message": each, "field": field} for each, field in causes],
        name="",
    )


RECREATED = "it was deleted and another object has its name now. Submit the plan again if it still applies."
CASES = {
    "an object that moved so far that the patch does not fit": (
        refused(DRY_RUN, 422, "Invalid", "the server rejected our request due to an error in our request", name=""),
        errors.TargetMoved,
        "dry run refused (Invalid): it changed since it was judged, nothing was written. Judge it again.",
    ),
    "an object that moved": (
        conflict("the object has been modified; please apply your changes to the latest version and try again"),
        errors.TargetMoved,
        "dry run refused (Conflict): it changed since it was judged, nothing was written. Judge it again.",
    ),
    "a removal of another version": (
        conflict(
            "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (273). The "
            "object might have been modified"
        ),
        errors.TargetMoved,
        "dry run refused (Conflict): it changed since it was judged, nothing was written. Judge it again.",
    ),
    "a removal of another object": (
        conflict(
            f"the UID in the precondition ({UID}) does not match the UID in record ({UID}). The object might have been "
            "deleted and then recreated"
        ),
        errors.TargetGone,
        f"dry run refused (Conflict): {RECREATED}",
    ),
    "a removal of another object, seen by the store": (
        conflict(f"StorageError: invalid object, Code: 4: Precondition failed: UID in precondition: {UID}, UID in …"),
        errors.TargetGone,
        f"dry run refused (Conflict): {RECREATED}",
    ),
    "a patch of another object": (
        refused(APPLY, 422, "Invalid", "…", causes=[{"field": "metadata.uid", "message": "field is immutable"}]),
        errors.TargetGone,
        f"apply refused (Invalid): {RECREATED}",
    ),
    "an apply to an object that is gone": (
        conflict(f"uid mismatch: the provided object specified uid {UID}, and no existing object was found"),
        errors.TargetNotFound,
        (
            "dry run refused (Conflict): it was deleted since it was judged, nothing was written. "
            "Submit the plan again if it still applies."
        ),
    ),
    "a name that is taken": (
        refused(DRY_RUN, 409, "AlreadyExists", 'deployments.apps "web" already exists'),
        errors.AlreadyExists,
        (
            "dry run refused (AlreadyExists): an object of this name exists already, nothing was written. "
            "Change that one, or choose another name."
        ),
    ),
    "a name whose object is going": (
        refused(DRY_RUN, 409, "AlreadyExists", 'object is being deleted: deployments.apps "web" already exists'),
        errors.AlreadyExists,
        (
            "dry run refused (AlreadyExists): an object of this name is still being deleted, nothing was written. "
            "Try again when it is gone."
        ),
    ),
}


@pytest.mark.parametrize(("error", "kind", "message"), CASES.values(), ids=CASES)
def test_a_conflict_says_what_stood_in_the_way(error: ClusterError, kind: type[ClusterError], message: str) -> None:
    assert (kind, f"deployment/shop/web: {message}") == (type(error), str(error))
    assert not error.retryable


@pytest.mark.requirement("DRY-7")
def test_a_field_conflict_names_managers_and_paths() -> None:
    error = fields(
        ('conflict with "kubectl edit" using apps/v1 at 2026-11-23T21:15:41Z', ".spec.minReadySeconds"),
        ('conflict with "autoscaler" with subresource "scale" using apps/v1', ".spec.replicas"),
        ('conflict with "kubectl edit" using apps/v1', ".metadata.annotations.example.test/a"),
        ('conflict with "helm"', '.spec.template.spec.containers[name="app"].image'),
    )

    assert isinstance(error, errors.FieldConflict)
    assert (
        FieldOwner("autoscaler (scale)", (".spec.replicas",)),
        FieldOwner("helm", ('.spec.template.spec.containers[name="app"].image',)),
        FieldOwner("kubectl edit", (".metadata.annotations.example.test/a", ".spec.minReadySeconds")),
    ) == error.owners
    assert (
        "deployment/shop/web: dry run refused (Conflict): "
        '.spec.replicas is owned by field manager "autoscaler (scale)"; '
        '.spec.template.spec.containers[name="app"].image is owned by field manager "helm"; '
        '.metadata.annotations.example.test/a, .spec.minReadySeconds are owned by field manager "kubectl edit"; '
        "nothing was forced or written. "
        "Leave these fields out, or have them changed where that manager takes them from."
    ) == str(error)


@pytest.mark.requirement("DRY-7")
def test_a_message_names_the_first_paths_and_the_error_all() -> None:
    error = fields(*(('conflict with "helm"', f".data.key{number:02}") for number in range(15)))

    assert isinstance(error, errors.FieldConflict)
    assert ".data.key09 and 5 more are owned by" in str(error)
    assert 15 == len(error.owners[0].paths)


@pytest.mark.requirement("DRY-3", "DRY-7")
def test_the_values_of_a_list_are_no_part_of_a_path() -> None:
    error = fields(
        ('conflict with "helm"', '.spec.passwords[="hunter2"]'),
        ('conflict with "helm"', '.spec.passwords[="a]\\"hunter2"]'),
        ('conflict with "helm"', ".spec.pins[=1234]"),
    )

    assert isinstance(error, errors.FieldConflict)
    assert (".spec.passwords[…]", ".spec.passwords[…]", ".spec.pins[…]") == error.owners[0].paths
    assert "hunter2" not in str(error)
    assert "1234" not in str(error)


@pytest.mark.requirement("DRY-7")
@pytest.mark.parametrize(
    ("said", "manager"),
    [
        ('conflict with "a \\"b\\"" using v1', 'a \\"b\\"'),
        ("conflict with somebody", "unknown"),
        (f'conflict with "{"x" * 9000}" using v1', "x" * 253),
        ('conflict with "a\u202eb\u0007" using v1', "ab"),
    ],
    ids=["quotes", "no name", "too long", "unprintable"],
)
def test_the_name_of_a_manager_is_anybody_s_text(said: str, manager: str) -> None:
    error = fields((said, ".spec.replicas"))

    assert isinstance(error, errors.FieldConflict)
    assert manager == error.owners[0].manager


def test_a_taken_name_is_told_of_a_creation_too() -> None:
    error = refused(CREATE, 409, "AlreadyExists", 'pods "web" already exists')

    assert "pod/shop/web: dry run refused (AlreadyExists)" in str(error)
