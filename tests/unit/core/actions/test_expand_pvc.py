"""
A claim gets larger, never smaller.
"""

import pytest

from executor.core.action import without_value
from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.health import HealthState
from tests.objects import a_claim
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")

REQUESTED = ".spec.resources.requests.storage"


@pytest.mark.parametrize(("size", "kept"), [("2Gi", "2Gi"), ("2048Mi", "2Gi"), ("2G", "2G"), ("1.5Gi", "1536Mi")])
def test_more_is_asked_for_as_the_api_server_spells_it(size: str, kept: str) -> None:
    assert [(REQUESTED, kept)] == changes("expand_pvc", a_claim(size="1Gi"), {"size": size})


@pytest.mark.requirement("ACT-4")
@pytest.mark.parametrize("size", ["1Gi", "1024Mi", "1073741824"])
def test_the_size_it_asks_for_already_is_no_change(size: str) -> None:
    assert [] == changes("expand_pvc", a_claim(size="1Gi"), {"size": size})


@pytest.mark.parametrize("size", ["1023Mi", "1G", "0"])
def test_less_is_refused(size: str) -> None:
    with pytest.raises(Unusable, match="it asks for 1Gi already, and a claim cannot shrink"):
        changes("expand_pvc", a_claim(size="1Gi"), {"size": size})


def test_a_claim_that_asks_for_no_space_is_refused() -> None:
    with pytest.raises(Unusable, match="it asks for no space"):
        changes("expand_pvc", without_value(a_claim(), ("spec", "resources")), {"size": "1Gi"})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(("size", "code"), [(2, "wrong_type"), ("large", "bad_value"), ("-1Gi", "bad_value")])
def test_what_is_no_size_is_pointed_at(size: object, code: str) -> None:
    document = a_plan(a_step("expand_pvc", "PersistentVolumeClaim", "data", {"size": size}))

    assert [("/steps/0/parameters/size", code)] == found(document)


@pytest.mark.requirement("ROLL-8")
def test_it_cannot_be_undone_and_says_why() -> None:
    assert "a claim cannot shrink" == CATALOGUE["expand_pvc"].irreversible_because


def test_it_settles_when_the_claim_has_the_capacity() -> None:
    claim = a_claim(size="2Gi")

    assert HealthState.IN_PROGRESS is settled("expand_pvc", claim, {"size": "2Gi"}).state
    grown = {**claim, "status": {"capacity": {"storage": "2Gi"}}}
    assert HealthState.CURRENT is settled("expand_pvc", grown, {"size": "2Gi"}).state
