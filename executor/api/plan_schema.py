"""
Owns the JSON Schema of a submitted plan, made from the very models that validate it.

Each action is an alternative of its own, so that an editor knows which kinds and parameters belong together.
"""

from typing import Any

from executor.core.action import NO_TARGET, Action
from executor.core.actions import CATALOGUE
from executor.core.expectation import ExpectationDocument
from executor.core.target import RESOURCES, Target
from executor.core.validation import PlanDocument, StepDocument

Schema = dict[str, Any]


def plan_schema() -> Schema:
    """
    Return the schema of a plan; what it cannot say (cycles, unordered targets) is found at submission.
    """
    schema: Schema = _tidy(PlanDocument.model_json_schema())
    schema["description"] = "What a caller submits: an ordered set of steps, as JSON or YAML."
    schema["properties"]["steps"]["items"] = {"anyOf": [_step_schema(action) for action in CATALOGUE.values()]}
    return schema


def _step_schema(action: Action[Any]) -> Schema:
    schema: Schema = _tidy(StepDocument.model_json_schema())
    parameters = _tidy(action.parameters.model_json_schema())
    schema["description"] = action.description
    schema["properties"]["action"] = {"const": action.name}
    schema["properties"]["target"] = _targets_schema(action)
    schema["properties"]["parameters"] = parameters
    schema["properties"]["expect"] = {"anyOf": [_tidy(ExpectationDocument.model_json_schema()), {"type": "null"}]}
    del schema["$defs"]
    if action.kinds != NO_TARGET:
        schema["required"] = [*schema["required"], "target"]
    if "required" in parameters:
        schema["required"] = [*schema["required"], "parameters"]
    return schema


def _targets_schema(action: Action[Any]) -> Schema:
    if action.takes_any_kind:
        return {"anyOf": [_known_schema(namespaced=True), _known_schema(namespaced=False), _custom_schema()]}
    if action.kinds == NO_TARGET:
        return {"type": "null"}
    return {"anyOf": [_target_schema(kind) for kind in action.kinds]}


def _known_schema(*, namespaced: bool) -> Schema:
    """
    Return the schema of targets whose kind is Kubernetes' own, those with a namespace or those without.
    """
    kinds = sorted(kind for kind, resource in RESOURCES.items() if resource.namespaced == namespaced)
    schema = _target_schema(kinds[0])
    schema["description"] = "an object of a kind that is Kubernetes' own"
    schema["properties"]["kind"] = {"enum": kinds}
    return schema


def _custom_schema() -> Schema:
    """
    Return the schema of targets of any other kind, which name their API version.
    """
    schema: Schema = _tidy(Target.model_json_schema())
    schema["description"] = "an object of another kind, such as a custom resource"
    [version] = [each for each in schema["properties"]["api_version"]["anyOf"] if each.get("type") == "string"]
    schema["properties"]["api_version"] = version
    schema["required"] = ["api_version", "kind", "name"]
    return schema


def _target_schema(kind: str) -> Schema:
    schema: Schema = _tidy(Target.model_json_schema())
    schema["description"] = f"a {kind}"
    schema["properties"]["kind"] = {"const": kind}
    del schema["properties"]["api_version"]
    if RESOURCES[kind].namespaced:
        [name] = [each for each in schema["properties"]["namespace"]["anyOf"] if each.get("type") == "string"]
        schema["properties"]["namespace"] = name
        schema["required"] = ["kind", "namespace", "name"]
    else:
        schema["properties"]["namespace"] = {"type": "null"}
    return schema


def _tidy(schema: Any) -> Any:
    """
    Drop the titles pydantic makes of names, which say nothing more, and close mappings whose keys have a pattern.

    pydantic writes such a mapping as `patternProperties` alone, which lets every other key through.
    """
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return {"additionalProperties": False, **tidy} if "patternProperties" in tidy else tidy
