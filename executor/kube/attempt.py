"""
Owns the attempt: what was asked of the API server, as messages about it name it.
"""

from dataclasses import dataclass
from enum import StrEnum

from executor.core.target import Target, known_resource


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

_WRITES = {("create", None): "creation", ("delete", None): "deletion", ("create", "eviction"): "eviction"}
"""What a write is called that is no patch, by its verb and subresource."""

_LOOKS = frozenset({Doing.READ, Doing.LIST, Doing.WATCH, Doing.CHECK})


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One thing asked of the API server. `name` is None for a whole collection, `kind` for the server itself.

    `verb` and `subresource` are RBAC's (`create` on `eviction`), where they are not those that `doing` stands for. A
    kind that `core.target.RESOURCES` does not know comes with its `api_version`, and with its `plural` once that has
    been looked up.
    """

    doing: Doing
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    verb: str | None = None
    subresource: str | None = None
    api_version: str | None = None
    plural: str | None = None

    @property
    def subject(self) -> str:
        """
        Return what it is about: `deployment/shop/web`, `pods in shop`, `nodes`, `API server`.

        A custom resource carries its group, as `core.target.Target` spells it: `widget.example.com/shop/w`.
        """
        if self.kind is None:
            return "API server"
        if self.name is None:
            return f"{self._resource} in {self.namespace}" if self.namespace else self._resource
        kind = f"{self.kind.lower()}.{self._group}" if self._group else self.kind.lower()
        return "/".join(part for part in (kind, self.namespace, self.name) if part)

    @property
    def act(self) -> str:
        """
        Return what is done, in the words of a message: `read`, `dry run`, `apply`, `creation`, `deletion`, `eviction`.
        """
        if self.doing is not Doing.APPLY:
            return self.doing
        return _WRITES.get((self.rbac_verb, self.subresource), self.doing)

    @property
    def rbac_verb(self) -> str:
        """
        Return the verb of RBAC: `patch`.
        """
        return self.verb or _VERBS[self.doing]

    @property
    def rbac_resource(self) -> str:
        """
        Return the resource of RBAC with its group: `deployments.apps/scale`; `/api` for the server itself.
        """
        if self.kind is None:
            return "/api"
        known = known_resource(self.kind, self.api_version)
        return rbac_resource(self._resource, known.group if known else self._group, self.subresource)

    @property
    def permission(self) -> str:
        """
        Return what RBAC has to grant for it: `patch on deployments.apps in namespace shop`.
        """
        return permission(self.rbac_verb, self.rbac_resource, self.namespace)

    @property
    def writes(self) -> bool:
        """
        Tell if the cluster may be changed by it.
        """
        return self.doing is Doing.APPLY

    @property
    def looks(self) -> bool:
        """
        Tell if it only reads: admission is not asked for it.
        """
        return self.doing in _LOOKS

    @property
    def secret(self) -> bool:
        """
        Tell if any text about the object could hold a Secret's value.
        """
        return self.kind == "Secret"

    @property
    def _group(self) -> str:
        return (self.api_version or "").rpartition("/")[0]

    @property
    def _resource(self) -> str:
        """
        Return the plural, or the kind itself where nobody has looked its plural up.
        """
        known = known_resource(self.kind or "", self.api_version)
        return self.plural or (known.plural if known else self.kind or "")


def attempt_on(
    target: Target,
    doing: Doing,
    *,
    verb: str | None = None,
    subresource: str | None = None,
    plural: str | None = None,
) -> Attempt:
    """
    Return the attempt to do something to a target.
    """
    return Attempt(
        doing,
        target.kind,
        target.namespace,
        target.name,
        verb=verb,
        subresource=subresource,
        api_version=target.api_version,
        plural=plural,
    )


def rbac_resource(plural: str, group: str, subresource: str | None) -> str:
    """
    Return a resource as a message names it: `pods`, `deployments.apps`, `deployments.apps/scale`.
    """
    named = f"{plural}.{group}" if group else plural
    return f"{named}/{subresource}" if subresource else named


def permission(verb: str, resource: str, namespace: str | None) -> str:
    """
    Return what has to be granted, in the words of a message.
    """
    return f"{verb} on {resource}" + (f" in namespace {namespace}" if namespace else "")
