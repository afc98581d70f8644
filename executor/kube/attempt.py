"""
Owns the attempt: what was asked of the API server, as messages about it name it.
"""

from dataclasses import dataclass
from enum import StrEnum

from executor.core.target import RESOURCES, Target


class Doing(StrEnum):
    """
    What is being done, in the words of a message.
    """

    READ = "read"
    LIST = "list"
    WATCH = "watch"
    DRY_RUN = "dry run"
    APPLY = "apply"
    CHECK = "check"


_VERBS = {
    Doing.READ: "get",
    Doing.LIST: "list",
    Doing.WATCH: "watch",
    Doing.DRY_RUN: "patch",
    Doing.APPLY: "patch",
    Doing.CHECK: "get",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One thing asked of the API server. `name` is None for a whole collection, `kind` for the server itself.
    """

    doing: Doing
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None

    @property
    def subject(self) -> str:
        """
        Return what it is about: `deployment/shop/web`, `pods in shop`, `nodes`, `API server`.
        """
        if self.kind is None:
            return "API server"
        if self.name is not None:
            return "/".join(part for part in (self.kind.lower(), self.namespace, self.name) if part)
        plural = RESOURCES[self.kind].plural
        return f"{plural} in {self.namespace}" if self.namespace else plural

    @property
    def permission(self) -> str:
        """
        Return what RBAC has to grant for it: `patch on deployments.apps in namespace shop`.
        """
        if self.kind is None or self.kind not in RESOURCES:
            return f"{_VERBS[self.doing]} on /api"
        resource = RESOURCES[self.kind]
        group = resource.api_version.partition("/")[0] if "/" in resource.api_version else ""
        plural = f"{resource.plural}.{group}" if group else resource.plural
        return f"{_VERBS[self.doing]} on {plural}" + (f" in namespace {self.namespace}" if self.namespace else "")

    @property
    def writes(self) -> bool:
        """
        Tell if the cluster may be changed by it.
        """
        return self.doing is Doing.APPLY

    @property
    def secret(self) -> bool:
        """
        Tell if any text about the object could hold a Secret's value.
        """
        return self.kind == "Secret"


def attempt_on(target: Target, doing: Doing) -> Attempt:
    """
    Return the attempt to do something to a target.
    """
    return Attempt(doing, target.kind, target.namespace, target.name)
