"""
Owns the action `label`: set and unset labels of an object.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from executor.core.action import ANY_KIND, READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.entries import MAX_ENTRIES, entry_problems, with_entries
from executor.core.model import Manifest, Value
from executor.core.names import LabelText, QualifiedName
from executor.core.target import Target


class Parameters(Value):
    """
    Labels of the object itself, not of the pods it makes.
    """

    set: Annotated[
        dict[QualifiedName, LabelText],
        Field(default_factory=dict, max_length=MAX_ENTRIES, description="label → value"),
    ]
    unset: Annotated[
        list[QualifiedName], Field(default_factory=list, max_length=MAX_ENTRIES, description="labels to remove")
    ]


def _problems(_: Target | None, parameters: Parameters) -> Iterator[tuple[str, str]]:
    yield from entry_problems(parameters.set, parameters.unset)


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    return with_entries(scene.live, ("metadata", "labels"), put=parameters.set, drop=parameters.unset)


ACTION = Action(
    name="label",
    description="Set and unset labels of any object; settled when they are observed.",
    kinds=ANY_KIND,
    parameters=Parameters,
    example={"set": {"tier": "gold"}, "unset": ["canary"]},
    problems=_problems,
    desired=_desired,
    permissions=(Permission("*", "*", READ_AND_PATCH),),
    settled=by_observation,
)
