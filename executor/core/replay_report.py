"""
Owns the report of a replay: what flipped and how often, grouped by the rules whose doing it is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.replay import Comparison, Kind

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One recorded decision, asked again.
    """

    decision: str
    at: str
    run: str | None
    step: str | None
    stage: str
    target: str
    comparison: Comparison
    milliseconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """
        Return a flip as programs read it.
        """
        return {
            "decision": self.decision,
            "at": self.at,
            "run": self.run,
            "step": self.step,
            "stage": self.stage,
            "target": self.target,
            "flip": self.comparison.kind.value,
            "rules": [f"{change.rule} {change.change}" for change in self.comparison.changes],
        }


def report(outcomes: Sequence[Outcome], *, revision: dict[str, str], slow_milliseconds: float) -> dict[str, Any]:
    """
    Return the whole report as JSON; `proven` is true when every decision was compared and none flipped.
    """
    kinds = Counter(outcome.comparison.kind for outcome in outcomes)
    flips = [outcome for outcome in outcomes if outcome.comparison.kind.is_flip]
    alike = [outcome for outcome in outcomes if outcome.comparison.kind is Kind.ALIKE]
    slow = sorted(
        (outcome for outcome in outcomes if outcome.milliseconds > slow_milliseconds), key=lambda one: -one.milliseconds
    )
    return {
        "proven": not flips and not kinds[Kind.ERROR],
        "revision": revision,
        "replayed": len(outcomes),
        "alike": kinds[Kind.ALIKE],
        "other_reasons": sum(bool(outcome.comparison.changes) for outcome in alike),
        "flips": {kind.value: kinds[kind] for kind in Kind if kind.is_flip and kinds[kind]},
        "rules": _by_rule(flips),
        "errors": _by_reason(outcomes, Kind.ERROR),
        "not_judged": _by_reason(outcomes, Kind.NOT_JUDGED),
        "slow": [
            {"decision": one.decision, "stage": one.stage, "milliseconds": round(one.milliseconds, 1)} for one in slow
        ],
        "flipped": [outcome.as_json() for outcome in flips],
    }


def _by_rule(flips: Iterable[Outcome]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    places: dict[tuple[str, str, str], str | None] = {}
    for outcome in flips:
        for change in outcome.comparison.changes:
            key = (change.rule, outcome.stage, change.change)
            groups.setdefault(key, []).append(outcome)
            places[key] = change.place
    return [
        {
            "rule": rule,
            "stage": stage,
            "change": change,
            "count": len(found),
            "place": places[rule, stage, change],
            "flips": dict(Counter(one.comparison.kind.value for one in found)),
            "examples": [one.decision for one in found[:EXAMPLES]],
        }
        for (rule, stage, change), found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _by_reason(outcomes: Iterable[Outcome], kind: Kind) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.comparison.kind is kind:
            groups.setdefault(outcome.comparison.reason or "", []).append(outcome.decision)
    return [
        {"reason": reason, "count": len(found), "examples": found[:EXAMPLES]}
        for reason, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
