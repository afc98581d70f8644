"""
Owns the action `annotate`: set and unset annotations of an object.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from executor.core.action import ANY_KIND, READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.concealing import LAST_APPLIED
from executor.core.diff import SERVER_OWNED
from executor.core.entries import MAX_ENTRIES, entry_problems, with_entries
from executor.core.model import Manifest, Value
from executor.core.names import QualifiedName
from executor.core.target import Target

PATH = ("metadata", "annotations")
Text = Annotated[str, StringConstraints(max_length=256 * 1024)]
"""All annotations of an object together may have so many bytes."""


class Parameters(Value):
    """
    Annotations of the object itself, not of the pods it makes.
    """

    set: Annotated[
        dict[QualifiedName, Text],
        Field(default_factory=dict, max_length=MAX_ENTRIES, description="annotation → value"),
    ]
    unset: Annotated[
        list[QualifiedName], Field(default_factory=list, max_length=MAX_ENTRIES, description="annotations to remove")
    ]


def _problems(target: Target | None, parameters: Parameters) -> Iterator[tuple[str, str]]:
    yield from entry_problems(parameters.set, parameters.unset)
    for parameter, keys in (("set", parameters.set), ("unset", parameters.unset)):
        if taken := sorted(key for key in keys if (*PATH, key) in SERVER_OWNED):
            yield parameter, f"must not name what a controller keeps for itself: {', '.join(taken)}"
    if target is not None and target.kind == "Secret" and LAST_APPLIED in parameters.set:
        yield "set", f"must not hold {LAST_APPLIED}, which repeats a Secret's values; only kubectl apply writes it"


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    return with_entries(scene.live, PATH, put=parameters.set, drop=parameters.unset)


ACTION = Action(
    name="annotate",
    description="Set and unset annotations of any object; settled when they are observed.",
    kinds=ANY_KIND,
    parameters=Parameters,
    example={"set": {"example.com/why": "incident 42"}, "unset": ["example.com/old"]},
    problems=_problems,
    desired=_desired,
    permissions=(Permission("*", "*", READ_AND_PATCH),),
    settled=by_observation,
)
