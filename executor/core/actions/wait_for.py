"""
Owns the action `wait_for`: go on when an object is as the plan says; nothing is changed.
"""

from executor.core.action import ANY_KIND, Action, Permission, Scene, Work
from executor.core.awaited import Awaited, problems_of, refuse_absent
from executor.core.model import Manifest


def _desired(scene: Scene, parameters: Awaited) -> Manifest:
    refuse_absent(scene.live, parameters)
    return scene.live


ACTION = Action(
    name="wait_for",
    description=(
        "Wait until an object has a condition, a value at a path, is healthy, or is gone; the step's limit bounds it. "
        "Nothing is changed."
    ),
    kinds=ANY_KIND,
    parameters=Awaited,
    example={"condition": "Available=True"},
    problems=problems_of,
    work=Work.WAIT,
    desired=_desired,
    permissions=(Permission("*", "*", ("get", "watch", "list")),),
    may_be_absent=True,
)
