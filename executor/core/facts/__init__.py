"""
The facts a policy may rest on, one file each: what a fact holds, and how it is read out of raw Kubernetes objects.

A fact that could not be read is `None`, with its reason in `Facts.unknown`; a rule that needs it denies. Pure, like all
of the core: `kube.gathering` asks the API server. Tested by plain calls (`tests/unit/core/facts`).
"""

from executor.core.facts.autoscalers import AUTOSCALER, AutoscalerFact, autoscaler_facts
from executor.core.facts.budgets import BudgetFact, budget_facts
from executor.core.facts.conditions import condition_is_true
from executor.core.facts.evictions import EvictionFact
from executor.core.facts.gathered import Facts
from executor.core.facts.gitops import GitOpsFact, gitops_of
from executor.core.facts.managers import ManagerFact, managers_of
from executor.core.facts.names import FactName
from executor.core.facts.nodes import CONTROL_PLANE_LABELS, NodeFact, node_facts
from executor.core.facts.owners import MAX_OWNERS_READ, OwnerFact, owner_of, owner_target
from executor.core.facts.pods import MAX_PODS, PodFact, pod_facts, pod_selector, pod_template
from executor.core.facts.quota import QuotaFact, quota_facts
from executor.core.facts.references import Reference
from executor.core.facts.selectors import selector_of, selects
from executor.core.facts.workloads import WorkloadFact, workload_fact

__all__ = [
    "AUTOSCALER",
    "CONTROL_PLANE_LABELS",
    "MAX_OWNERS_READ",
    "MAX_PODS",
    "AutoscalerFact",
    "BudgetFact",
    "EvictionFact",
    "FactName",
    "Facts",
    "GitOpsFact",
    "ManagerFact",
    "NodeFact",
    "OwnerFact",
    "PodFact",
    "QuotaFact",
    "Reference",
    "WorkloadFact",
    "autoscaler_facts",
    "budget_facts",
    "condition_is_true",
    "gitops_of",
    "managers_of",
    "node_facts",
    "owner_of",
    "owner_target",
    "pod_facts",
    "pod_selector",
    "pod_template",
    "quota_facts",
    "selector_of",
    "selects",
    "workload_fact",
]
