"""
Owns the way from an untrusted document to a Plan: every problem found at once, each at its JSON Pointer.

Messages name places and rules. They never repeat a refused value (step ids, actions and kinds excepted), since a value
may be a secret that was put in the wrong place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from executor.core.action import NO_TARGET, Action
from executor.core.actions import CATALOGUE
from executor.core.errors import PlanInvalid, Problem
from executor.core.expectation import Expectation, ExpectationDocument
from executor.core.graph import ancestors, find_cycles
from executor.core.model import Json, Value
from executor.core.names import Label, is_label
from executor.core.plan import (
    MAX_STEPS,
    LabelKey,
    LabelValue,
    OnFailure,
    Plan,
    Rollback,
    Seconds,
    Step,
    default_timeout_seconds,
)
from executor.core.target import RESOURCES, Target, known_resource

Place = tuple[str | int, ...]
V = TypeVar("V", bound=Value)


class PlanDocument(Value):
    """
    The shape of a plan without the shape of its steps, which are read one by one so that one bad step hides no other.
    """

    name: Label
    reason: str = Field(min_length=1, max_length=2000)
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, max_length=64)
    rollback: Rollback = "automatic"
    max_parallel: int | None = Field(default=None, ge=1)
    timeout_seconds: Seconds | None = None
    steps: list[Any] = Field(min_length=1, max_length=MAX_STEPS)


class StepDocument(Value):
    """
    The shape of a step; what its action and its target's kind ask for is checked behind it.
    """

    id: Label
    action: str
    target: dict[str, Any] | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    needs: list[Label] = Field(default_factory=list, max_length=MAX_STEPS)
    on_failure: OnFailure = "rollback"
    assess: Literal["early", "late"] = "early"
    timeout_seconds: Seconds | None = None
    expect: ExpectationDocument | None = None


def read_plan(document: Json, *, max_parallel: int) -> Plan:
    """
    Return the plan a document describes; raises PlanInvalid with every problem.

    `max_parallel` is the server's limit for steps that run side by side.
    """
    problems: list[Problem] = []
    shape = _validated(PlanDocument, document, (), problems)
    steps = _raw_steps(document)
    read = [_read_step(raw, ("steps", index), problems) for index, raw in enumerate(steps)]
    problems.extend(_order_problems(steps, _ids(document)))
    problems.extend(_target_problems(steps))
    asked = document.get("max_parallel") if isinstance(document, dict) else None
    if type(asked) is int and asked > max_parallel:
        problems.append(Problem("/max_parallel", "out_of_range", f"this server allows at most {max_parallel}"))
    if problems or shape is None:
        raise PlanInvalid(tuple(sorted(set(problems), key=_document_order)))
    return Plan(
        name=shape.name,
        reason=shape.reason,
        labels=shape.labels,
        rollback=shape.rollback,
        max_parallel=shape.max_parallel,
        timeout_seconds=float(shape.timeout_seconds or default_timeout_seconds(len(read))),
        steps=tuple(step for step in read if step is not None),
    )


def problems_of(error: ValidationError, place: Place = ()) -> list[Problem]:
    """
    Return a pydantic error as problems below a place, without any value that was refused.
    """
    return [
        Problem(_pointer((*place, *_clean(each["loc"]))), _code(each["type"]), _sentence(each))
        for each in error.errors(include_url=False, include_input=False)
    ]


def _raw_steps(document: Json) -> list[Json]:
    steps = document.get("steps") if isinstance(document, dict) else None
    return steps[:MAX_STEPS] if isinstance(steps, list) else []


def _ids(document: Json) -> frozenset[str]:
    """
    Return every step id, also of steps beyond the limit: a need of one of them is no problem of its own.
    """
    steps = document.get("steps") if isinstance(document, dict) else None
    every = steps if isinstance(steps, list) else []
    return frozenset(raw["id"] for raw in every if isinstance(raw, dict) and isinstance(raw.get("id"), str))


def _validated(model: type[V], document: Json, place: Place, problems: list[Problem]) -> V | None:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems.extend(problems_of(error, place))
        return None


def _read_step(raw: Json, place: Place, problems: list[Problem]) -> Step | None:
    before = len(problems)
    shape = _validated(StepDocument, raw, place, problems)
    if not isinstance(raw, dict):
        return None
    action = _read_action(raw, place, problems)
    target = _read_target(raw, place, action, problems)
    parameters = None if action is None else _read_parameters(raw, place, action, target, problems)
    if len(problems) > before or shape is None or parameters is None:
        return None
    return Step(
        id=shape.id,
        action=shape.action,
        target=target,
        parameters=parameters,
        needs=tuple(dict.fromkeys(shape.needs)),
        on_failure=shape.on_failure,
        assess=shape.assess,
        timeout_seconds=None if shape.timeout_seconds is None else float(shape.timeout_seconds),
        expect=None if shape.expect is None else Expectation(paths=tuple(dict.fromkeys(shape.expect.paths))),
    )


def _read_action(raw: Mapping[str, Json], place: Place, problems: list[Problem]) -> Action[Any] | None:
    name = raw.get("action")
    if not isinstance(name, str) or name in CATALOGUE:
        return CATALOGUE[name] if isinstance(name, str) else None
    known = ", ".join(CATALOGUE)
    shown = f" {name}" if is_label(name.replace("_", "-")) else ""
    problems.append(Problem(_pointer((*place, "action")), "unknown_action", f"unknown action{shown}; known: {known}"))
    return None


def _read_parameters(
    raw: Mapping[str, Json], place: Place, action: Action[Any], target: Target | None, problems: list[Problem]
) -> dict[str, Any] | None:
    parameters = raw.get("parameters", {})
    if not isinstance(parameters, dict):
        return None
    place = (*place, "parameters")
    model = _validated(action.parameters, parameters, place, problems)
    if model is None:
        return None
    for parameter, sentence in action.problems(target, model):
        problems.append(Problem(_pointer((*place, *((parameter,) if parameter else ()))), "bad_parameter", sentence))
    recorded: dict[str, Any] = model.model_dump(mode="json", by_alias=True)
    return recorded


def _read_target(
    raw: Mapping[str, Json], place: Place, action: Action[Any] | None, problems: list[Problem]
) -> Target | None:
    place = (*place, "target")
    if raw.get("target") is None:
        if action is None or action.kinds != NO_TARGET:
            problems.append(Problem(_pointer(place), "missing", "this key is required"))
        return None
    if not isinstance(raw["target"], dict):
        return None
    if action is not None and action.kinds == NO_TARGET:
        problems.append(Problem(_pointer(place), "not_allowed", f"{action.name} is about no object: leave it out"))
        return None
    target = _validated(Target, raw["target"], place, problems)
    kind = raw["target"].get("kind")
    if not isinstance(kind, str):
        return target
    if action is not None:
        problems.extend(_kind_problems(raw["target"], kind, place, action))
    known = known_resource(kind, target.api_version if target is not None else None)
    if known is not None:
        _check_namespace(raw["target"], place, namespaced=known.namespaced, problems=problems)
        return None if target is None else target.model_copy(update={"api_version": None})
    return target


def _kind_problems(target: Mapping[str, Json], kind: str, place: Place, action: Action[Any]) -> Iterator[Problem]:
    if not action.takes_any_kind:
        if kind not in action.kinds:
            yield Problem(_pointer((*place, "kind")), "wrong_kind", f"{action.name} takes {', '.join(action.kinds)}")
        if "api_version" in target:
            yield Problem(_pointer((*place, "api_version")), "unknown_key", "unknown key")
    elif kind not in RESOURCES and target.get("api_version") is None:
        sentence = f"{action.name} takes any kind: name the API version of this one, such as example.com/v1"
        yield Problem(_pointer((*place, "api_version")), "missing", sentence)


def _check_namespace(target: Mapping[str, Json], place: Place, *, namespaced: bool, problems: list[Problem]) -> None:
    pointer = _pointer((*place, "namespace"))
    if namespaced and target.get("namespace") is None:
        problems.append(Problem(pointer, "missing", f"a {target['kind']} lives in a namespace: name it"))
    if not namespaced and target.get("namespace") is not None:
        problems.append(Problem(pointer, "not_allowed", f"a {target['kind']} lives in no namespace: leave it out"))


def _needs_of(steps: Sequence[Json]) -> Iterator[tuple[int, str, list[tuple[int, str]]]]:
    """
    Yield index, id and needs (with their index) of every step that can be read that far.
    """
    for index, raw in enumerate(steps):
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            continue
        needs = raw.get("needs", [])
        listed = enumerate(needs) if isinstance(needs, list) else ()
        yield index, raw["id"], [(at, need) for at, need in listed if isinstance(need, str)]


def _graph(steps: Sequence[Json]) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for _, step, needs in _needs_of(steps):
        graph.setdefault(step, []).extend(need for _, need in needs)
    return graph


def _order_problems(steps: Sequence[Json], known: frozenset[str]) -> Iterator[Problem]:
    ids: dict[str, int] = {}
    for index, step, _ in _needs_of(steps):
        if step in ids:
            message = f"step {_shown(step)} stands at /steps/{ids[step]} already"
            yield Problem(_pointer(("steps", index, "id")), "duplicate_id", message)
        ids.setdefault(step, index)
    for index, step, needs in _needs_of(steps):
        for at, need in needs:
            place = _pointer(("steps", index, "needs", at))
            if need == step:
                yield Problem(place, "self_dependency", f"step {_shown(step)} needs itself")
            elif need not in known:
                yield Problem(place, "unknown_need", f"no step is called {_shown(need)}")
    for cycle in find_cycles(_graph(steps)):
        place = _pointer(("steps", ids[cycle[0]], "needs"))
        yield Problem(place, "cycle", f"the steps need each other: {' -> '.join(_shown(step) for step in cycle)}")


def _target_problems(steps: Sequence[Json]) -> Iterator[Problem]:
    """
    Look at every step whose target can be read, whatever else is wrong with it; what a cycle holds up has no order yet.
    """
    before = ancestors(_graph(steps))
    seen: dict[Target, list[str]] = {}
    for index, step, _ in _needs_of(steps):
        target = _validated(Target, steps[index].get("target"), (), [])
        if target is None or step not in before or _only_looks(steps[index]):
            continue
        if known_resource(target.kind, target.api_version) is not None:
            target = target.model_copy(update={"api_version": None})
        for other in seen.get(target, []):
            if other not in before[step] and step not in before[other] and other != step:
                named = f"steps {_shown(other)} and {_shown(step)}"
                message = f"{named} change the same target without an order: let one need the other"
                yield Problem(_pointer(("steps", index, "target")), "unordered_targets", message)
        seen.setdefault(target, []).append(step)


def _only_looks(raw: Json) -> bool:
    name = raw.get("action")
    return isinstance(name, str) and name in CATALOGUE and CATALOGUE[name].only_looks


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "string_pattern_mismatch": "bad_name",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "literal_error": "not_one_of",
    "value_error": "bad_value",
    "quantity": "bad_value",
    "base64": "bad_value",
    "qualified_name": "bad_value",
}


def _code(kind: str) -> str:
    return _CODES.get(kind, "wrong_type")


def _sentence(each: Mapping[str, Any]) -> str:
    if each["type"] == "extra_forbidden":
        return "unknown key"
    if each["type"] == "missing":
        return "this key is required"
    if each["type"] == "string_pattern_mismatch":
        return f"must match {each['ctx']['pattern']}"
    if each["type"] in {"model_type", "dict_type"}:
        return "must be an object"
    return "must " + str(each["msg"]).removeprefix("Input ").split(" should ", 1)[-1].removeprefix("should ")


def _shown(name: str) -> str:
    return name if is_label(name) else "(not a valid name)"


def _clean(loc: Place) -> Place:
    """
    Drop the last token `[key]`, by which pydantic marks a refused key of a mapping: the pointer is to the key itself.
    """
    return loc[:-1] if len(loc) > _KEY_DEPTH and loc[-1] == "[key]" else loc


_KEY_DEPTH = 2
"""A refused key stands below its mapping: `labels`, the key, `[key]`. Without both, `[key]` is a key of that name."""

_TOKEN_LIMIT = 253


def _pointer(place: Place) -> str:
    return "".join("/" + str(token)[:_TOKEN_LIMIT].replace("~", "~0").replace("/", "~1") for token in place)


def _document_order(problem: Problem) -> tuple[tuple[tuple[int, int | str], ...], str, str]:
    tokens = problem.pointer.split("/")[1:]
    place = tuple((0, int(token)) if token.isascii() and token.isdigit() else (1, token) for token in tokens)
    return place, problem.code, problem.message
