"""
Owns what a step can wait for: a condition, a value at a path, health, or that an object is gone.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from executor.core.diff import same
from executor.core.errors import Unusable
from executor.core.health import Health, health
from executor.core.health.reading import condition, generation, is_behind, is_being_deleted
from executor.core.health.values import current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.json_path import MAX_CHARACTERS, found_at, json_path
from executor.core.model import Json, Manifest, Value
from executor.core.target import Target

Condition = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9._/-]*=(True|False|Unknown)$", max_length=317),
    Field(description="type and status, such as Ready=True"),
]

ONE_OF = ("condition", "json_path", "health", "absent")


class Awaited(Value):
    """
    Exactly one of condition, json_path, health and absent says what is waited for.
    """

    condition: Condition | None = None
    json_path: Annotated[
        str | None, Field(max_length=MAX_CHARACTERS, description="as kubectl spells it: {.status.phase}")
    ] = None
    value: Annotated[
        str | bool | int | None, Field(description="what every value at json_path shall be; left out: there is one")
    ] = None
    health: Annotated[bool, Field(description="until the object is healthy, as its kind is judged")] = False
    absent: Annotated[bool, Field(description="until the object is gone")] = False
    may_be_absent: Annotated[bool, Field(description="it need not exist yet")] = False


def problems_of(_: Target | None, awaited: Awaited) -> Iterable[tuple[str, str]]:
    """
    Yield what is wrong with what a plan asks to wait for.
    """
    asked = [name for name in ONE_OF if getattr(awaited, name) not in {None, False}]
    if len(asked) != 1:
        yield "", f"say exactly one of {', '.join(ONE_OF)}"
    if awaited.value is not None and awaited.json_path is None:
        yield "value", "goes with json_path"
    if awaited.json_path is not None:
        try:
            json_path(awaited.json_path)
        except ValueError as error:
            yield "json_path", str(error)


def refuse_absent(live: Manifest, awaited: Awaited) -> None:
    """
    Raise Unusable for an object that does not exist though nothing says that it may.
    """
    if not live and not (awaited.absent or awaited.may_be_absent):
        raise Unusable("it does not exist; say may_be_absent if it is still to be made, or absent if it shall be gone")


def is_there(live: Manifest, awaited: Awaited) -> Health:
    """
    Judge if what is waited for holds: current when it does, failed when waiting longer cannot help.

    `live` is ABSENT for an object that does not exist.
    """
    if awaited.absent:
        return _gone(live)
    if not live:
        return waiting("it does not exist yet") if awaited.may_be_absent else failed("it does not exist any more")
    if awaited.condition is not None:
        return _condition(live, awaited.condition)
    if awaited.json_path is not None:
        return _value(live, awaited.json_path, awaited.value)
    return health(live)


def _gone(live: Manifest) -> Health:
    if not live:
        return current("it does not exist")
    return waiting("it is being deleted" if is_being_deleted(live) else "it is still there")


def _condition(live: Manifest, asked: str) -> Health:
    """
    A condition about an older generation says nothing, as `kubectl wait` has it.
    """
    kind, _, wanted = asked.partition("=")
    found = condition(live, kind)
    if found is None:
        return waiting(f"it has no condition {kind} yet")
    behind = is_behind(live) if found.generation is None else found.generation != generation(live)
    if behind:
        return waiting(f"its condition {kind} is about an older generation")
    said = f"its condition {kind} is {found.status}"
    return current(said) if found.status == wanted else waiting(f"{said}{because(found.reason, found.message)}")


def _value(live: Manifest, path: str, wanted: Json) -> Health:
    found = [each for each in found_at(live, json_path(path)) if each is not None]
    if not found:
        return waiting(f"there is nothing at {path}")
    if wanted is None:
        return current(f"there is something at {path}")
    others = [each for each in found if not same(each, wanted)]
    if others:
        return waiting(f"{path} is {cut(one_line(repr(others[0])))}")
    return current(f"{path} is {cut(one_line(repr(wanted)))}")
