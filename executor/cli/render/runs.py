"""
Owns how runs and their steps are shown.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from executor.cli.render.tables import table, target_of, word
from executor.cli.text import duration, line, seconds_between, when

Run = Mapping[str, Any]
Step = Mapping[str, Any]


def run_list(runs: Iterable[Run]) -> Table:
    """
    Return the table of `list`.
    """
    return table(
        "RUN",
        "PHASE",
        "NAME",
        "DONE",
        "CALLER",
        "CREATED (UTC)",
        "MESSAGE",
        wide="MESSAGE",
        rows=(
            (
                run["id"],
                word(run["phase"]),
                run["name"],
                done(run),
                run["caller"],
                when(run["created_at"]),
                run["message"],
            )
            for run in runs
        ),
    )


def run_head(run: Run) -> list[RenderableType]:
    """
    Return what stands above a run's steps.
    """
    rows = [
        ("run", f"{run['id']} ({line(run['name'])})"),
        ("reason", run["reason"]),
        ("labels", ", ".join(f"{key}={value}" for key, value in run["labels"].items())),
        ("phase", run["phase"]),
        ("message", run["message"]),
        ("caller", run["caller"]),
        ("created", f"{when(run['created_at'])} UTC"),
        ("took", duration(seconds_between(run["started_at"], run["finished_at"]))),
        ("limit", "" if run["finished_at"] else f"{when(run['deadline_at'])} UTC"),
        ("rollback", f"{run['rollback']['strategy']}, {run['rollback']['state']}"),
        ("policy", ", ".join(f"{bundle} {short(revision)}" for bundle, revision in run["policy_revision"].items())),
        ("plan", run["digest"]),
    ]
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in rows:
        if value:
            grid.add_row(Text(name, style="dim"), word(value) if name == "phase" else Text(line(value)))
    return [grid]


def step_table(steps: Iterable[Step], *, elapsed: Mapping[str, float | None] | None = None) -> Table:
    """
    Return the table of a run's steps; `elapsed` tells the seconds of steps that are still at work.
    """
    return table(
        "STEP",
        "ACTION",
        "TARGET",
        "PHASE",
        "STAGE",
        "TIME",
        "MESSAGE",
        wide="MESSAGE",
        rows=(
            (
                step["id"],
                step["action"],
                target_of(step["target"]),
                word(step["phase"]),
                step["stage"] or "",
                duration(_took(step, elapsed or {})),
                step["message"],
            )
            for step in steps
        ),
    )


def step_warnings(steps: Iterable[Step]) -> list[RenderableType]:
    """
    Return the API server's warnings, step by step.
    """
    return [
        Text(f"warning: step {line(step['id'])}: {line(warning)}", style="yellow")
        for step in steps
        for warning in step["warnings"]
    ]


def residue(run: Run) -> list[RenderableType]:
    """
    Return what a rollback left as it is, and why.
    """
    left = run["rollback"]["residue"]
    if not left:
        return []
    rows: list[RenderableType] = [Text("left changed; a person must look:", style="bold red")]
    for each in left:
        rows.append(Text(f"  step {line(each['step'])}  {line(each['target'])}  {line(each['path'] or '')}".rstrip()))
        rows.append(Text(f"    {line(each['why'])}"))
        if each["path"] is not None:
            rows.append(Text(f"    was {value(each['expected'])}, is {value(each['actual'])}"))
    return rows


def done(run: Run) -> str:
    """
    Return a run's progress.
    """
    return f"{run['progress']['done']}/{run['progress']['total']}"


def value(found: Any) -> str:
    """
    Return a JSON value on one line.
    """
    return line(json.dumps(found, ensure_ascii=False))


def short(revision: str) -> str:
    """
    Return a revision as far as people compare it.
    """
    return line(revision.removeprefix("sha256:")[:12])


def _took(step: Step, elapsed: Mapping[str, float | None]) -> float | None:
    return elapsed.get(step["id"], seconds_between(step["started_at"], step["finished_at"]))
