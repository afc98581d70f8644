"""
Owns the names of the facts: what an action may ask to be gathered.
"""

from enum import StrEnum


class FactName(StrEnum):
    """
    What an action may ask to be gathered for its policy input.

    Managers are read out of the target itself: they take no request and are always given. So is GitOps ownership, but
    for the scale of an object, which does not tell it.
    """

    PODS = "pods"
    BUDGETS = "budgets"
    AUTOSCALERS = "autoscalers"
    OWNERS = "owners"
    WORKLOADS = "workloads"
    QUOTA = "quota"
    NODES = "nodes"
    MANAGERS = "managers"
    GITOPS = "gitops"
