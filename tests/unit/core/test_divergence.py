"""
Where a written object is not as its preview said.
"""

from executor.core.divergence import divergence, with_uid_of
from executor.core.model import ABSENT, Manifest
from executor.core.paths import readable


def a_job(uid: str, *, parallelism: int = 1) -> Manifest:
    return {
        "kind": "Job",
        "metadata": {"name": "report", "uid": uid, "labels": {"controller-uid": uid, "app": "report"}},
        "spec": {"parallelism": parallelism, "selector": {"matchLabels": {"controller-uid": uid}}},
    }


def test_what_follows_from_the_uid_of_what_was_made_is_no_divergence() -> None:
    assert () == divergence(a_job("u-1"), a_job("u-2"))


def test_what_else_differs_is_one() -> None:
    found = divergence(a_job("u-1"), a_job("u-2", parallelism=9))

    assert [".spec.parallelism"] == [readable(each.path) for each in found]


def test_another_objects_uid_is_not_exchanged() -> None:
    preview, applied = a_job("u-1"), a_job("u-2")
    preview["metadata"]["labels"]["owner"] = "u-7"
    applied["metadata"]["labels"]["owner"] = "u-2"

    assert [".metadata.labels.owner"] == [readable(each.path) for each in divergence(preview, applied)]


def test_what_is_removed_has_no_uid_to_exchange() -> None:
    assert ABSENT == with_uid_of(ABSENT, ABSENT)
    assert a_job("u-1") == with_uid_of(a_job("u-1"), ABSENT)
