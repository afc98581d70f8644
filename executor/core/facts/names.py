"""
Owns the names of the facts: what an action may ask to be gathered.
"""

from enum import StrEnum


class FactName(StrEnum):
    """
    What an action may ask to be gathered for its policy input.

    Managers and GitOps ownership are read out of the target itself: they take no request and are always given.
    """

    PODS = "pods"
    BUDGETS = "budgets"
    AUTOSCALERS = "autoscalers"
    OWNERS = "owners"
    QUOTA = "quota"
    NODES = "nodes"
    MANAGERS = "managers"
    GITOPS = "gitops"
