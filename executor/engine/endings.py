"""
Owns how a step that ends badly is recorded: refused, broken off, or not there in time.
"""

from collections.abc import Sequence

from executor.core.events import EventType
from executor.core.health import Health
from executor.core.plan import Step
from executor.core.run import Actuation, Run, Verification
from executor.core.times import plus
from executor.engine.draining import NotDrained
from executor.engine.leash import Stopped, Why
from executor.engine.recorder import Recorder

_BROKEN_OFF = {Why.DEADLINE: Verification.TIMED_OUT, Why.CANCEL: Verification.INTERRUPTED}


def fail(
    recorder: Recorder,
    step: Step,
    code: str,
    message: str,
    *,
    actuation: Actuation | None = None,
    verification: Verification | None = None,
) -> None:
    """
    Record a failure. A write that was announced but refused, or never sent, did not land.
    """
    state = recorder.run.steps[step.id]
    if actuation is None:
        actuation = Actuation.APPLIED if state.actuation is Actuation.APPLIED else Actuation.NONE
    data = {"code": code, "message": message, "actuation": str(actuation)}
    if verification is not None:
        data["verification"] = str(verification)
    recorder.note(EventType.STEP_FAILED, data, step=step.id)


def stop(
    recorder: Recorder, step: Step, stopped: Stopped, *, so_far: Sequence[Health] = (), verifying: bool = False
) -> None:
    """
    Record that a step was stopped, and how far it came; a shutdown is no end and goes on to whoever stops.
    """
    if stopped.why is Why.SHUTDOWN:
        raise stopped
    far = f"; it came as far as: {so_far[-1].message}" if so_far else ""
    message = stopped_message(recorder.run, step, stopped.why) + far
    fail(recorder, step, str(stopped.why), message, verification=_BROKEN_OFF[stopped.why] if verifying else None)


def not_drained(recorder: Recorder, step: Step, drained: NotDrained) -> None:
    """
    Record that a drain ended before its node was empty.
    """
    why = drained.why
    message = drained.message if why is None else f"{stopped_message(recorder.run, step, why)}; {drained.message}"
    # The code of a stop is its reason; that of the drain's own deadline is spelled like the step's.
    broken_off = {str(each): verification for each, verification in _BROKEN_OFF.items()}
    fail(recorder, step, drained.code, message, verification=broken_off.get(drained.code, Verification.FAILED))


def stopped_message(run: Run, step: Step, why: Why) -> str:
    """
    Return why a step was stopped: the cancel, or the limit that was reached first.
    """
    if why is Why.CANCEL:
        return f"{step.about}: stopped because the run was cancelled"
    own, started_at = step.timeout_seconds, run.steps[step.id].started_at
    if own is not None and started_at is not None and plus(started_at, own) < run.deadline_at:
        return f"{step.about}: the step's limit of {own:g} s was reached"
    return f"{step.about}: the run's limit of {run.plan.timeout_seconds:g} s was reached"
