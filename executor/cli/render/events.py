"""
Owns an event on one line.
"""

from collections.abc import Mapping
from typing import Any

from executor.cli.text import line

Data = Mapping[str, Any]


def event_line(event: Mapping[str, Any]) -> str:
    """
    Return time, sequence number, step, type and the facts that matter of an event.
    """
    step = f"{line(event['step'])}: " if event["step"] else ""
    fact = _fact(event["type"], event["data"])
    told = f"  {fact}" if fact else ""
    return f"{event['at'][11:23]}  {event['sequence']:>3}  {step}{line(event['type'])}{told}"


def _fact(kind: str, data: Data) -> str:
    match kind:
        case "PolicyDecided":
            shadowed = sorted({f"{said['code']} {said['level']}" for said in data.get("shadowed", ())})
            aside = f" (in shadow: {', '.join(shadowed)})" if shadowed else ""
            told = f"{data.get('stage', '')}: {data.get('effect', '')}{aside}"
        case "DryRunCompleted":
            changed = len(data.get("changed_paths", ()))
            told = f"{changed} change{'' if changed == 1 else 's'}"
        case "RunFinished":
            told = f"{data.get('phase', '')}: {data.get('message', '')}"
        case _:
            told = str(data.get("message") or data.get("because") or data.get("reason") or "")
    return line(told)
