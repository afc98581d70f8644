"""
What every error of ours promises: a code of its own, and a place in the drawn tree.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError, ExecutorError

pytestmark = pytest.mark.requirement("DRY-4")


def subclasses(base: type[Exception]) -> set[type[Exception]]:
    """
    Return the classes of this package below a base.
    """
    found = {each for direct in base.__subclasses__() for each in {direct, *subclasses(direct)}}
    return {each for each in found if each.__module__.startswith(errors.__name__)}


def test_each_refusal_of_the_cluster_has_a_code_of_its_own() -> None:
    own = [each for each in subclasses(ClusterError) if "code" in vars(each)]

    assert {errors.QuotaError} == subclasses(ClusterError) - set(own)
    assert len(own) == len({vars(each)["code"] for each in own})


def test_every_error_stands_in_the_tree_and_is_imported_from_one_place() -> None:
    drawn = errors.__doc__ or ""

    assert [] == sorted(each.__name__ for each in subclasses(ExecutorError) if each.__name__ not in drawn)
    assert [] == sorted(each.__name__ for each in subclasses(ExecutorError) if each.__name__ not in errors.__all__)


def test_every_error_of_the_cluster_can_be_made_of_a_message_alone() -> None:
    """
    Whoever stands in for a cluster raises them so.
    """
    for kind in subclasses(ClusterError):
        assert issubclass(kind, ClusterError)
        error = kind("web: why")
        assert ("web: why", 0, None) == (str(error), error.http_status, error.retry_after_seconds)
