"""
Owns the action `notify`: put a message into the run's record; nothing is changed.
"""

from typing import Annotated

from pydantic import Field

from executor.core.action import NO_TARGET, Action, Work
from executor.core.model import Value


class Parameters(Value):
    """
    What people shall read.
    """

    message: Annotated[str, Field(min_length=1, max_length=2000, description="kept with the run, and in its events")]


ACTION = Action(
    name="notify",
    description="Put a message into the run's events, for people and for what follows them. Nothing is changed.",
    kinds=NO_TARGET,
    parameters=Parameters,
    work=Work.NOTIFY,
    permissions=(),
)
