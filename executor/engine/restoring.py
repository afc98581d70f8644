"""
Owns one step's restore under way: what it rests on, and how what becomes of it is recorded.
"""

from dataclasses import dataclass

from executor.core.actions import CATALOGUE
from executor.core.change import Change
from executor.core.diff import differences
from executor.core.events import EventType
from executor.core.model import Manifest
from executor.core.paths import Path, readable
from executor.core.plan import Step
from executor.core.restore import THIRD_PARTY, WHOLE, Residue, Restore, residue_of
from executor.core.run import StepState
from executor.core.subject import subject_of
from executor.core.target import Target
from executor.engine.leash import Leash
from executor.engine.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Restoring:
    """
    One step's restore: its log, the object before and after our change, and how long it may take.
    """

    recorder: Recorder
    state: StepState
    snapshot: Manifest
    applied: Manifest
    leash: Leash

    @property
    def step(self) -> Step:
        """
        Return the step that is restored.
        """
        return self.state.step

    @property
    def subject(self) -> Target:
        """
        Return the object that the step changed.
        """
        return subject_of(self.step, self.recorder.run.id)

    @property
    def name(self) -> str:
        """
        Return the object as messages spell it.
        """
        return str(self.subject)

    @property
    def view(self) -> str | None:
        """
        Return the subresource that is read and changed in place of the object.
        """
        return CATALOGUE[self.step.action].view(self.subject)

    @property
    def changed(self) -> bool:
        """
        Tell if the step changed an object, rather than making or removing one.
        """
        return bool(self.snapshot) and bool(self.applied)

    @property
    def removed(self) -> bool:
        """
        Tell if the step removed an object.
        """
        return bool(self.snapshot) and not self.applied

    def started(self, restore: Restore) -> None:
        """
        Record what is put back.
        """
        back = [readable(each.path) or "the whole object" for each in restore.put_back]
        told = f"putting back {', '.join(back)}" if back else "as it was before; nothing to put back"
        data = {"put_back": back, "message": f"{self.name}: {told}"}
        self.recorder.note(EventType.RESTORE_STARTED, data, step=self.step.id)

    def proven(self, change: Change, restore: Restore, *, owners: str) -> None:
        """
        Record that every leaf is as the snapshot has it; `owners` tells who owns the fields now.
        """
        data = {
            "digest": change.digest,
            "equal": [readable(path) or "the whole object" for path in restore.proven],
            "field_owners": owners,
            "message": f"{self.name}: restored and proven equal at {_listed(restore.proven)}",
        }
        self.recorder.note(EventType.CHANGE_RESTORED, data, step=self.step.id)

    def left_alone(self, paths: tuple[Path, ...], live: Manifest) -> None:
        """
        Record leaves that are somebody else's now.
        """
        told = f"{self.name}: {_listed(paths)} was changed by somebody else since and is left alone"
        residue = residue_of(self.step.id, self.name, paths, snapshot=self.snapshot, live=live, why=THIRD_PARTY)
        self._residue("third_party_change", told, residue)

    def failed(self, code: str, message: str, live: Manifest | None = None) -> None:
        """
        Record that nothing was put back, leaf by leaf where the live object is known.
        """
        residue: tuple[Residue, ...] = (Residue(self.step.id, self.name, None, None, None, message),)
        if live is not None:
            paths = tuple(each.path for each in differences(self.snapshot, self.applied)) if self.changed else WHOLE
            residue = residue_of(self.step.id, self.name, paths, snapshot=self.snapshot, live=live, why=message)
        self._residue(code, f"{self.name}: not restored: {message}", residue)

    def _residue(self, code: str, message: str, residue: tuple[Residue, ...]) -> None:
        data = {"code": code, "message": message, "residue": [each.as_json() for each in residue]}
        self.recorder.note(EventType.RESTORE_FAILED, data, step=self.step.id)


def _listed(paths: tuple[Path, ...]) -> str:
    return ", ".join(readable(path) or "the whole object" for path in paths)
