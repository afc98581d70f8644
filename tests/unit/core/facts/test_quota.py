"""
What the quotas of a namespace leave.
"""

import pytest

from executor.core.facts import QuotaFact, quota_facts
from tests.builders import a_quota

pytestmark = pytest.mark.requirement("GATE-12")


def test_headroom_is_what_is_left_in_the_servers_spelling() -> None:
    hard = {"pods": "10", "requests.cpu": "2", "requests.memory": "4Gi", "count/configmaps": "3"}
    used = {"pods": "4", "requests.cpu": "500m", "requests.memory": "1536Mi", "count/configmaps": "3"}

    assert [
        QuotaFact(
            name="team",
            hard=hard,
            used={**used},
            headroom={"pods": "6", "requests.cpu": "1500m", "requests.memory": "2560Mi", "count/configmaps": "0"},
            scopes=[],
        )
    ] == quota_facts([a_quota(hard=hard, used=used)])


LEFT = {
    "a limit that was lowered": ("1Gi", "2Gi", "-1Gi"),
    "nothing allowed": ("0", "1Gi", "-1Gi"),
    "nothing allowed, nothing used": ("0", "0", "0"),
    "larger than any float is exact": ("9007199254740993", "1", "9007199254740992"),
    "a number that is none": ("many", "1", None),
}


@pytest.mark.parametrize(("hard", "used", "left"), LEFT.values(), ids=LEFT)
def test_what_is_left_is_exact(hard: str, used: str, left: str | None) -> None:
    [fact] = quota_facts([a_quota(hard={"memory": hard}, used={"memory": used})])

    assert {"memory": left} == fact.headroom


def test_what_was_not_counted_yet_is_not_known() -> None:
    [fact] = quota_facts([a_quota(hard={"pods": "10", "services": "2"}, used={"services": "1"})])

    assert ({"pods": None, "services": "1"}, {"pods": None, "services": "1"}) == (fact.used, fact.headroom)


def test_a_quota_of_some_pods_only_says_which() -> None:
    quota = a_quota(hard={"pods": "1"})
    quota["spec"]["scopes"] = ["NotTerminating"]
    quota["spec"]["scopeSelector"] = {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}

    assert [["NotTerminating", "PriorityClass"]] == [fact.scopes for fact in quota_facts([quota])]
