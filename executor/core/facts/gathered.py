"""
Owns the facts as the policy input holds them, side by side.
"""

from pydantic import Field

from executor.core.facts.autoscalers import AutoscalerFact
from executor.core.facts.budgets import BudgetFact
from executor.core.facts.evictions import EvictionFact
from executor.core.facts.gitops import GitOpsFact
from executor.core.facts.managers import ManagerFact
from executor.core.facts.nodes import NodeFact
from executor.core.facts.owners import OwnerFact
from executor.core.facts.pods import PodFact
from executor.core.facts.quota import QuotaFact
from executor.core.facts.workloads import WorkloadFact
from executor.core.model import Value


class Facts(Value):
    """
    What was read from the cluster beside the target; `None` where not asked for or not known.
    """

    pods: list[PodFact] | None = Field(default=None, description="of the workload, on the node, or the target itself")
    budgets: list[BudgetFact] | None = Field(default=None, description="those over the same pods")
    nodes: list[NodeFact] | None = Field(default=None, description="every node of the cluster")
    autoscalers: list[AutoscalerFact] | None = Field(default=None, description="those that set the target's replicas")
    owners: list[OwnerFact] | None = Field(default=None, description="the target's controllers, nearest first")
    workloads: list[WorkloadFact] | None = Field(
        default=None, description="the controllers of the pods on the node, or of the pod that the target is"
    )
    quota: list[QuotaFact] | None = Field(default=None, description="the quotas of the namespace")
    evictions: list[EvictionFact] | None = Field(
        default=None, description="at stage dry_run of a drain: each pod of the node"
    )
    managers: list[ManagerFact] | None = Field(default=None, description="who owns what the step changes")
    gitops: GitOpsFact | None = Field(default=None, description="what keeps the target in step with its source")
    unknown: dict[str, str] = Field(default_factory=dict, description="fact → why it could not be read")
