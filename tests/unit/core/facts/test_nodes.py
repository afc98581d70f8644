"""
What is known of the nodes.
"""

import pytest

from executor.core.facts import NodeFact, node_facts
from tests.builders import a_node

pytestmark = pytest.mark.requirement("GATE-12")


@pytest.mark.parametrize("label", ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"])
def test_a_control_plane_is_told_by_label_or_taint(label: str) -> None:
    tainted = a_node("tainted")
    tainted["spec"]["taints"] = [{"key": label, "effect": "NoSchedule"}]

    told = node_facts([a_node("labelled", labels={label: ""}), tainted, a_node("worker")])

    assert [True, True, False] == [node.control_plane for node in told]


def test_a_node_tells_if_it_is_ready_and_schedulable() -> None:
    assert [
        NodeFact(name="a", ready=True, schedulable=True, control_plane=False),
        NodeFact(name="b", ready=False, schedulable=False, control_plane=False),
    ] == node_facts([a_node("a"), a_node("b", ready=False, unschedulable=True)])


def test_a_condition_that_is_unknown_is_not_true() -> None:
    node = a_node("a")
    node["status"]["conditions"][0]["status"] = "Unknown"

    assert [False] == [fact.ready for fact in node_facts([node])]
