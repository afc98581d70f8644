"""
Owns what it means that another policy answers a recorded question otherwise: which flip it is, and whose doing.

Pure: who has asked again gives both answers. An effect that changed is a flip, the same for other reasons is not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import to_json

from executor.core.policy import Approval, Effect, PolicyInput, Violation

_OWN = "policy_"
_OWN_CODES = frozenset({"approval_unavailable"})


class Kind(StrEnum):
    """
    How an answer compares with the one that was recorded.
    """

    ALIKE = "alike"
    ALLOW_TO_DENY = "allow_to_deny"
    APPROVAL_TO_DENY = "approval_to_deny"
    DENY_TO_ALLOW = "deny_to_allow"
    DENY_TO_APPROVAL = "deny_to_approval"
    NEW_APPROVAL = "new_approval"
    APPROVAL_GONE = "approval_gone"
    APPROVAL_CHANGED = "approval_changed"
    NOT_JUDGED = "not_judged"
    ERROR = "error"

    @property
    def is_flip(self) -> bool:
        """
        Tell if the set at hand would have decided otherwise.
        """
        return self not in {Kind.ALIKE, Kind.NOT_JUDGED, Kind.ERROR}


_FLIPS = {
    (Effect.ALLOW, Effect.DENY): Kind.ALLOW_TO_DENY,
    (Effect.REQUIRE_APPROVAL, Effect.DENY): Kind.APPROVAL_TO_DENY,
    (Effect.DENY, Effect.ALLOW): Kind.DENY_TO_ALLOW,
    (Effect.DENY, Effect.REQUIRE_APPROVAL): Kind.DENY_TO_APPROVAL,
    (Effect.ALLOW, Effect.REQUIRE_APPROVAL): Kind.NEW_APPROVAL,
    (Effect.REQUIRE_APPROVAL, Effect.ALLOW): Kind.APPROVAL_GONE,
}


class Answered(Protocol):
    """
    What a recorded decision and a new verdict have in common.
    """

    @property
    def effect(self) -> Effect:
        """
        Return what it says.
        """

    @property
    def violations(self) -> Sequence[Violation]:
        """
        Return the objections.
        """

    @property
    def approvals(self) -> Sequence[Approval]:
        """
        Return the approvals that are required.
        """


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """
    What one rule says otherwise; `place` is its file and row where it stands now.
    """

    rule: str
    change: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What became of one recorded question. `reason` says why it could not be compared.
    """

    kind: Kind
    changes: tuple[Change, ...] = ()
    reason: str | None = None


def own_code(answered: Answered) -> str | None:
    """
    Return the code of an answer that is the executor's own: nothing was judged, so nothing can be compared with it.
    """
    codes = (violation.code for violation in answered.violations)
    return next((code for code in codes if code.startswith(_OWN) or code in _OWN_CODES), None)


def compared(recorded: Answered, again: Answered) -> Comparison:
    """
    Compare what was decided with what the set at hand says.
    """
    if own_code(again) is not None:
        said = again.violations[0]
        return Comparison(Kind.ERROR, reason=f"{said.code}: {said.message}")
    own = own_code(recorded)
    if own is not None:
        return Comparison(Kind.NOT_JUDGED, reason=own)
    changes = tuple(sorted(_changes(recorded, again), key=lambda change: (change.rule, change.change)))
    if recorded.effect is not again.effect:
        return Comparison(_FLIPS[recorded.effect, again.effect], changes)
    if again.effect is Effect.REQUIRE_APPROVAL and _approvers(recorded) != _approvers(again):
        return Comparison(Kind.APPROVAL_CHANGED, changes)
    return Comparison(Kind.ALIKE, changes)


def misshapen(document: Mapping[str, Any]) -> str | None:
    """
    Return why an input is none that this executor would ask about, or None: rules of today rest on keys of today.

    No value is repeated.
    """
    try:
        request = PolicyInput.model_validate_json(to_json(document))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return f"recorded by another version: the input's {_pointer(first['loc'])} does not fit ({first['type']})"
    missing = next(_missing(request.model_dump(mode="json"), document, ()), None)
    return None if missing is None else f"recorded by another version: the input lacks {_pointer(missing)}"


def _changes(recorded: Answered, again: Answered) -> Iterator[Change]:
    before, after = ({violation.code for violation in each.violations} for each in (recorded, again))
    places = {said.code: said.rule for said in (*recorded.violations, *recorded.approvals)}
    places |= {said.code: said.rule for said in (*again.violations, *again.approvals)}
    yield from (Change(code, "denies", places[code]) for code in after - before)
    yield from (Change(code, "no longer denies", places[code]) for code in before - after)
    wanted, wants = _approvers(recorded), _approvers(again)
    for code in wants.keys() | wanted.keys():
        if code not in wanted:
            yield Change(code, "asks for approval", places[code])
        elif code not in wants:
            yield Change(code, "no longer asks for approval", places[code])
        elif wants[code] != wanted[code]:
            yield Change(code, "asks for another approval", places[code])


def _approvers(answered: Answered) -> dict[str, frozenset[tuple[int, tuple[str, ...]]]]:
    found: dict[str, frozenset[tuple[int, tuple[str, ...]]]] = {}
    for approval in answered.approvals:
        wanted = (approval.count, tuple(sorted(approval.groups)))
        found[approval.code] = found.get(approval.code, frozenset()) | {wanted}
    return found


def _missing(full: Any, given: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(full, dict) and isinstance(given, dict):
        for key, value in full.items():
            if key not in given:
                yield (*place, key)
            else:
                yield from _missing(value, given[key], (*place, key))
    elif isinstance(full, list) and isinstance(given, list):
        for index, (value, other) in enumerate(zip(full, given, strict=False)):
            yield from _missing(value, other, (*place, index))


def _pointer(place: Iterable[str | int]) -> str:
    # Where in a list it stands does not tell one kind of input from another.
    return "".join("/*" if isinstance(token, int) else f"/{token}" for token in place)
