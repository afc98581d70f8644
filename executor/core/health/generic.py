"""
Owns what can be told of an object of any kind: by its generation, its deletion, and the conditions that kstatus names.

Source: kstatus, generic.go (`Reconciling`, `Stalled`) and status.go (`Ready`).
"""

from executor.core.health.reading import condition, conditions, generation, metadata
from executor.core.health.values import Health, HealthState, current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.model import Manifest


def terminating(manifest: Manifest) -> Health:
    """
    Say that an object is on its way out, and what holds it.
    """
    finalizers = metadata(manifest).get("finalizers")
    held = [each for each in finalizers if isinstance(each, str)] if isinstance(finalizers, list) else []
    waits = f"; it waits for {cut(one_line(', '.join(held)))}" if held else ""
    return Health(HealthState.TERMINATING, f"it is being deleted{waits}")


def not_seen() -> Health:
    """
    Say that the status is not about the spec of now.
    """
    return waiting("its controller has not seen the change yet")


def by_standard_conditions(manifest: Manifest) -> Health | None:
    """
    Judge by `Reconciling` and `Stalled`, whichever holds first; None where neither does.
    """
    for each in conditions(manifest):
        if each.is_true and each.kind == "Reconciling":
            return waiting(f"its controller is at work{because(each.reason, each.message)}")
        if each.is_true and each.kind == "Stalled":
            return failed(f"its controller cannot get any further{because(each.reason, each.message)}")
    return None


def by_ready_condition(manifest: Manifest) -> Health:
    """
    Judge by `Ready`; an object without it is current, since most kinds have nothing to wait for.

    Beyond kstatus: a `Ready` that says it was made for another generation than the spec's counts for nothing.
    """
    ready = condition(manifest, "Ready")
    if ready is None:
        return current("it is there, and has no condition to wait for")
    if ready.generation is not None and generation(manifest) not in {None, ready.generation}:
        return not_seen()
    if ready.is_true:
        return current("it is ready")
    return waiting(f"it is not ready{because(ready.reason, ready.message)}")
