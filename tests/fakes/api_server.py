"""
Owns the fake's API server: what it answers to a change, dry or not, and what it writes.
"""

import copy
from collections.abc import Callable
from typing import Any

from executor.core.change import EVICTION, SCALE, Change
from executor.core.errors import ClusterError, TargetGone, TargetMoved
from executor.core.model import ABSENT, Manifest
from executor.core.target import Target
from executor.kube.attempt import Attempt
from executor.kube.errors import from_refusal
from executor.kube.refusal import Cause, Refusal
from tests.fakes.evicting import budgets_of, charged, refusal_of
from tests.fakes.objects import Objects, stored_form
from tests.fakes.scales import scale_of
from tests.fakes.writing import RefusedError, changed_by, checked, made_by, owned


class ApiServer:
    """
    Judges and writes changes of stored objects; `mutations` and `denial` are its admission.
    """

    def __init__(self, objects: Objects) -> None:
        self.mutations: list[Callable[[Manifest], Any]] = []
        self.denial: str | None = None
        self._objects = objects

    def judged(self, change: Change, attempt: Attempt) -> Manifest:
        """
        Return what the change makes of the object, after everything the API server would look at.
        """
        try:
            if change.creates:
                return self._creation(change)
            live = self._live(change.target)
            if change.removes:
                self._refuse_removal(change, live)
                return ABSENT
            after = checked(change, live, self._admitted(changed_by(change, live)))
            return owned(change, live, stored_form(after), time=self._objects.now())
        except RefusedError as refused:
            raise self._moved_or_gone(change, from_refusal(attempt, refused.refusal)) from None

    def written(self, change: Change, after: Manifest) -> Manifest:
        """
        Write what was judged, and return the object as it is persisted.
        """
        live = self._objects.find(change.target)
        if after:
            return after if after == live else self._objects.store(after)
        assert live is not None, "a removal was judged on an object"
        if live["metadata"].get("finalizers"):
            self._objects.store({**live, "metadata": {**live["metadata"], "deletionTimestamp": self._objects.now()}})
            return ABSENT
        budgets = budgets_of(live, self._objects.all()) if change.subresource == EVICTION else []
        before = len(self._objects.all())
        self._objects.remove(change.target)
        if len(self._objects.all()) < before:
            # Nobody made another pod, so the budget has one less to give.
            for budget in budgets:
                self._objects.store(charged(budget))
        return ABSENT

    def _live(self, target: Target) -> Manifest:
        live = self._objects.find(target)
        if live is None:
            raise RefusedError(Refusal(404, "NotFound", object_name=target.name))
        return live

    def _moved_or_gone(self, change: Change, error: ClusterError) -> ClusterError:
        live, bound = self._objects.find(change.target), change.preconditions
        if not isinstance(error, TargetMoved) or live is None or bound is None or live["metadata"]["uid"] == bound.uid:
            return error
        return TargetGone(f"{change.target}: it was deleted and another object has its name now.", http_status=409)

    def _creation(self, change: Change) -> Manifest:
        target = change.target
        if self._objects.find(target) is not None:
            raise RefusedError(Refusal(409, "AlreadyExists", object_name=target.name))
        if target.namespace and self._objects.find(Target(kind="Namespace", name=target.namespace)) is None:
            raise RefusedError(Refusal(404, "NotFound", object_name=target.namespace, object_kind="namespaces"))
        made = self._admitted(made_by(change, uid=self._objects.new_uid(), time=self._objects.now()))
        return owned(change, ABSENT, stored_form(checked(change, ABSENT, made)), time=self._objects.now())

    def _refuse_removal(self, change: Change, live: Manifest) -> None:
        self._admitted(live)
        if change.subresource == EVICTION:
            refusal = refusal_of(live, budgets_of(live, self._objects.all()))
            if refusal is not None:
                raise RefusedError(refusal)
        body = change.body if isinstance(change.body, dict) else {}
        options = body.get("deleteOptions") or {} if change.subresource == EVICTION else body
        for key, said in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
            wanted, actual = options.get("preconditions", {}).get(key), live["metadata"][key]
            if wanted not in {None, actual}:
                message = (
                    f"conflict: Precondition failed: {said} in precondition: {wanted}, {said} in object meta: {actual}"
                )
                raise RefusedError(Refusal(409, "Conflict", message=message, object_name=change.target.name))

    def _admitted(self, manifest: Manifest) -> Manifest:
        if self.denial is not None:
            said = f"ValidatingAdmissionPolicy 'fake' with binding 'fake' denied request: {self.denial}"
            raise RefusedError(Refusal(422, "Invalid", causes=(Cause(message=said),)))
        admitted = copy.deepcopy(manifest)
        for mutate in self.mutations:
            mutate(admitted)
        return admitted


def shown(change: Change, after: Manifest) -> Manifest:
    """
    Return what the answer to a change shows of the object.
    """
    return copy.deepcopy(scale_of(after) if after and change.subresource == SCALE else after)
