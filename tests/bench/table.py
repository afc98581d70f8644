"""
Owns what the benchmark prints: every figure beside its goal.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence

from tests.bench import drains
from tests.bench.gate import RULES_MORE, GateFigures
from tests.bench.objects import OBJECTS, Round
from tests.bench.steps import Figures, ServiceFigures


def print_steps(bare: Figures, ours: ServiceFigures, *, ready: float, idle: float, busy: float) -> None:
    """
    Print the figures of single steps.
    """
    steps = ours.steps
    print(f"{'single steps':<38}{'floor':>8}{'executor':>12}{'ratio':>8}  goal")
    _row("step p50, one by one (ms)", f"{bare.p50:.1f}", f"{steps.p50:.1f}", f"{steps.p50 / bare.p50:.2f}", "≤ 2.0")
    _row("step p95, one by one (ms)", f"{bare.p95:.1f}", f"{steps.p95:.1f}", f"{steps.p95 / bare.p95:.2f}")
    ratio = f"{steps.throughput / bare.throughput:.2f}"
    _row("steps per second, 20 at a time", f"{bare.throughput:.0f}", f"{steps.throughput:.0f}", ratio, "≥ 0.5")
    _row("submit answered p95, 20 at a time (ms)", "", f"{ours.submit_p95:.1f}", "", "≤ 50")
    _row("ready after start, tools there (s)", "", f"{ready:.2f}", "", "≤ 3")
    _row("memory idle (MB)", "", f"{idle:.0f}", "", "≤ 150")
    _row("memory after the load (MB)", "", f"{busy:.0f}")
    print(f"where the time of a step goes: {_shares(ours.stages)}\n")


def print_past(past: int, ours: ServiceFigures, later: ServiceFigures, **others: tuple[str, float, float]) -> None:
    """
    Print what finished runs in the store cost; `others` are further figures as (unit, without them, with them).
    """
    print(f"with {past} finished runs in the store (ratio to without)")
    figures = {
        "step p50": ("ms", ours.steps.p50, later.steps.p50),
        "throughput": ("steps/s", ours.steps.throughput, later.steps.throughput),
        "submit p95 under load": ("ms", ours.submit_p95, later.submit_p95),
        **{name.replace("_", " "): figure for name, figure in others.items()},
    }
    for what, (unit, without, with_them) in figures.items():
        print(f"  {what:<24}{with_them:>10.2f} {unit:<8} ratio {with_them / without:.2f}")
    print()


def print_objects(rounds: list[Round], *, assess: str) -> None:
    """
    Print the figures of many objects: the median of all rounds, and the smallest and greatest ratio.
    """
    bare, ours = [each.floor for each in rounds], [each.executor for each in rounds]
    ratios = [each.ratio for each in rounds]
    print(f"{f'{OBJECTS} objects, assess: {assess}':<38}{'floor':>8}{'executor':>12}{'ratio':>8}  goal")
    seconds = [statistics.median(side.seconds for side in sides) for sides in (bare, ours)]
    spread = f"≤ 2.0 (median of {len(rounds)} rounds, from {min(ratios):.2f} to {max(ratios):.2f})"
    _row("dry-run and applied (s)", *(f"{each:.2f}" for each in seconds), f"{statistics.median(ratios):.2f}", spread)
    _per_object("CPU of its process (ms)", [[side.own_cpu_seconds * 1000 for side in sides] for sides in (bare, ours)])
    _per_object("CPU of all parts (ms)", [[side.cpu_seconds * 1000 for side in sides] for sides in (bare, ours)])
    for what in sorted({what for side in (*bare, *ours) for what in side.requests}):
        _per_object(what, [[side.requests[what] for side in sides] for sides in (bare, ours)])
    share = statistics.median(each.assessing_seconds / each.executor.seconds for each in rounds)
    print(f"where the time of the executor goes: {share:.0%} before the first step of a run, judging the whole plan\n")


def print_drains(rounds: list[drains.Round]) -> None:
    """
    Print the figures of drains: the median of all rounds, and the smallest and greatest ratio.
    """
    print(f"{f'drain of {drains.PODS} pods':<38}{'kubectl':>8}{'executor':>12}{'ratio':>8}  goal")
    kubectl = statistics.median(each.kubectl for each in rounds)
    ways = {
        "all in flight at once (s)": [each.at_once for each in rounds],
        "max_in_flight by default (s)": [each.by_default for each in rounds],
    }
    for what, took in ways.items():
        ratios = [seconds / each.kubectl for seconds, each in zip(took, rounds, strict=True)]
        spread = f"≤ 1.5 (median of {len(rounds)} rounds, from {min(ratios):.2f} to {max(ratios):.2f})"
        _row(what, f"{kubectl:.2f}", f"{statistics.median(took):.2f}", f"{statistics.median(ratios):.2f}", spread)
    print()


def print_gate(seen: GateFigures) -> None:
    """
    Print how long one question to the gate takes.
    """
    asked = f"{seen.rules} rules, {seen.input_bytes / 1000:.1f} KB"
    print(f"{f'a question of {asked}':<38}{'empty':>8}{'gate':>12}{'ratio':>8}  goal")
    empty, gate, more = seen.empty, seen.gate, seen.with_more
    _row("p50 (ms)", f"{empty.p50:.2f}", f"{gate.p50:.2f}", f"{gate.p50 / empty.p50:.1f}", "≤ 2")
    _row("p95 (ms)", f"{empty.p95:.2f}", f"{gate.p95:.2f}", f"{gate.p95 / empty.p95:.1f}", "≤ 5")
    _row("p50 of OPA alone (ms)", f"{empty.p50:.2f}", f"{seen.opa_alone.p50:.2f}")
    _row(f"p50 with {RULES_MORE} rules more (ms)", f"{empty.p50:.2f}", f"{more.p50:.2f}")
    print(f"  {RULES_MORE} rules of other kinds cost {more.p50 - gate.p50:.2f} ms; goal ≤ 5\n")


def _per_object(what: str, sides: Sequence[Sequence[float]]) -> None:
    floor, executor = (statistics.median(side) / OBJECTS for side in sides)
    _row(f"{what}, per object", f"{floor:.2f}", f"{executor:.2f}", f"{executor / floor:.2f}" if floor else "")


def _row(what: str, *figures: str) -> None:
    floor, executor, ratio, goal = (*figures, "", "")[:4]
    print(f"{what:<38}{floor:>8}{executor:>12}{ratio:>8}  {goal}".rstrip())


def _shares(stages: Mapping[str, tuple[float, int]]) -> str:
    total = sum(seconds for seconds, _ in stages.values())
    told: Iterable[str] = (
        f"{stage} {seconds / count * 1000:.1f} ms ({seconds / total:.0%})"
        for stage, (seconds, count) in sorted(stages.items(), key=lambda item: -item[1][0])
    )
    return " · ".join(told)
