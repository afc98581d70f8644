"""
Owns the action `collect`: keep an object's events and its pods' logs with the run; nothing is changed.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import ANY_KIND, Action, Permission, Work
from executor.core.model import Value


class Parameters(Value):
    """
    How much of each log.
    """

    lines: Annotated[int, Field(ge=1, le=1000, description="of each container's log, the newest")] = 100
    previous: Annotated[bool, Field(description="the logs of the containers' runs before the last restart")] = False


ACTION = Action(
    name="collect",
    description=(
        "Keep an object's events and, for pods and what makes pods, the end of their logs with the run: of at most 10 "
        "pods and 64 KiB in all, without what looks like a credential. Nothing is changed."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    work=Work.COLLECT,
    permissions=(
        Permission("*", "*", ("get",)),
        Permission("", "events", ("get", "list")),
        Permission("", "pods", ("get", "list")),
        Permission("", "pods/log", ("get",)),
    ),
)
