"""
What an invalid change is told: its fields, whether they can change at all, and never a value.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError
from tests.unit.kube.refusals import DRY_RUN, refused

pytestmark = pytest.mark.requirement("DRY-4")

POD_SPEC = (
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.tolerations`\n"
    '@@ -1 +1 @@\n-  "Value": "hunter2"\n'
)
CLAIM_SPEC = "Forbidden: spec is immutable after creation except resources.requests for bound claims\n@@ hunter2"
STATEFUL_SPEC = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden"


def invalid(*causes: tuple[str, str]) -> ClusterError:
    """
    Return what a 422 becomes; `causes` are fields with their messages.
    """
    return refused(
        DRY_RUN,
        422,
        "Invalid",
        "… is invalid: hunter2",
        causes=[{"reason": "FieldValueInvalid", "field": field, "message": each} for field, each in causes],
    )


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("spec.selector", 'Invalid value: {"app":"hunter2"}: field is immutable'),
        ("data", "Forbidden: field is immutable when `immutable` is set"),
        ("spec.clusterIPs[0]", 'Invalid value: ["hunter2"]: may not change once set'),
        ("spec.size", "Invalid value: 2: size is immutable"),
        ("provisioner", "Forbidden: updates to provisioner are forbidden."),
        ("value", "Forbidden: may not be changed in an update."),
    ],
)
def test_a_field_that_cannot_change_is_named(field: str, message: str) -> None:
    error = invalid((field, message))

    assert isinstance(error, errors.ImmutableField)
    assert ("immutable_field", (field,)) == (error.code, error.fields)
    assert (
        f"deployment/shop/web: dry run refused (Invalid): {field} cannot be changed once the object exists. "
        "Leave it as it is, or make the object anew."
    ) == str(error)


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize("message", [POD_SPEC, CLAIM_SPEC, STATEFUL_SPEC], ids=["pod", "claim", "stateful set"])
def test_a_spec_that_can_change_only_in_part_is_said_to_be_so(message: str) -> None:
    error = invalid(("spec", message))

    assert errors.ImmutableField is type(error)
    assert "spec cannot be changed once the object exists in the part that this change is about. " in str(error)
    assert "hunter2" not in str(error)


def test_what_else_is_invalid_is_told_beside_it() -> None:
    error = invalid(
        ("spec.template.metadata.labels", 'Invalid value: {"a":"b"}: `selector` does not match template `labels`'),
        ("spec.selector", "Invalid value: {}: field is immutable"),
    )

    assert isinstance(error, errors.ImmutableField)
    assert ("spec.selector",) == error.fields
    assert "object exists; also invalid at spec.template.metadata.labels. " in str(error)


@pytest.mark.parametrize(
    "message",
    [
        'Invalid value: "field is immutable": must be a number',
        "Invalid value: -1: must be greater than or equal to 0",
        "Required value",
    ],
)
def test_a_field_that_is_wrong_is_no_field_that_cannot_change(message: str) -> None:
    error = invalid(("spec.replicas", message))

    assert isinstance(error, errors.ChangeInvalid)
    assert ("invalid", ("spec.replicas",)) == (error.code, error.fields)


def test_a_field_that_is_no_path_is_not_named() -> None:
    error = invalid(('data["hunter2"]', "field is immutable"), ("patch", "field is immutable"))

    assert isinstance(error, errors.ChangeInvalid)
    assert ("invalid", ()) == (error.code, error.fields)
    assert "finds the change invalid and names no field. " in str(error)
