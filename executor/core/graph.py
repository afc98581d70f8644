"""
Owns the order between steps: cycles, layers, and what comes before what.

A graph is a mapping of step id → the ids it needs, in plan order; needs that name no step are ignored here, since the
validation reports them.
"""

from collections.abc import Iterator, Mapping, Sequence

Needs = Mapping[str, Sequence[str]]


def find_cycle(needs: Needs) -> tuple[str, ...] | None:
    """
    Return one cycle as its path, first node repeated at the end (`a, b, a`), or None.

    A step that needs itself is no cycle here; validation reports it in its own words.
    """
    done: set[str] = set()
    for start in needs:
        if start in done:
            continue
        path: list[str] = [start]
        on_path = {start}
        branches: list[Iterator[str]] = [iter(_known(needs, start))]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                branches.pop()
                left = path.pop()
                on_path.discard(left)
                done.add(left)
            elif following in on_path:
                return (*path[path.index(following) :], following)
            elif following not in done:
                path.append(following)
                on_path.add(following)
                branches.append(iter(_known(needs, following)))
    return None


def find_cycles(needs: Needs) -> Iterator[tuple[str, ...]]:
    """
    Yield cycles that share no step, so that each is told and none twice.
    """
    while cycle := find_cycle(needs):
        yield cycle
        needs = {step: direct for step, direct in needs.items() if step not in cycle}


def ancestors(needs: Needs) -> dict[str, frozenset[str]]:
    """
    Return for each step every step that must come before it. Steps of a cycle, and those behind one, are left out.
    """
    found: dict[str, frozenset[str]] = {}
    for step in in_order(needs):
        direct = _known(needs, step)
        found[step] = frozenset(direct).union(*(found[need] for need in direct))
    return found


def in_order(needs: Needs) -> tuple[str, ...]:
    """
    Return the steps so that each stands behind what it needs; steps of a cycle, and those behind one, are left out.
    """
    waiting = {step: len(set(_known(needs, step))) for step in needs}
    dependents: dict[str, list[str]] = {step: [] for step in needs}
    for step in needs:
        for need in set(_known(needs, step)):
            dependents[need].append(step)
    ready = [step for step in needs if waiting[step] == 0]
    ordered: list[str] = []
    for step in ready:
        ordered.append(step)
        for dependent in dependents[step]:
            waiting[dependent] -= 1
            if waiting[dependent] == 0:
                ready.append(dependent)
    return tuple(ordered)


def _known(needs: Needs, step: str) -> list[str]:
    return [need for need in needs[step] if need in needs and need != step]
