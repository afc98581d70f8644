"""
Owns the JSON Schema of a submitted plan, made from the very models that validate it.

Each action is an alternative of its own, so that an editor knows which kinds and parameters belong together.
"""

from typing import Any

from executor.core.action import Action
from executor.core.actions import CATALOGUE
from executor.core.target import RESOURCES, Target
from executor.core.validation import _PlanDocument, _StepDocument

Schema = dict[str, Any]


def plan_schema() -> Schema:
    """
    Return the schema of a plan; what it cannot say (cycles, unordered targets) is found at submission.
    """
    schema: Schema = _without_titles(_PlanDocument.model_json_schema())
    schema["description"] = "What a caller submits: an ordered set of steps, as JSON or YAML."
    schema["properties"]["steps"]["items"] = {"anyOf": [_step_schema(action) for action in CATALOGUE.values()]}
    return schema


def _step_schema(action: Action[Any]) -> Schema:
    schema: Schema = _without_titles(_StepDocument.model_json_schema())
    parameters = _without_titles(action.parameters.model_json_schema())
    schema["description"] = action.description
    schema["properties"]["action"] = {"const": action.name}
    schema["properties"]["target"] = {"anyOf": [_target_schema(kind) for kind in action.kinds]}
    schema["properties"]["parameters"] = parameters
    if "required" in parameters:
        schema["required"] = [*schema["required"], "parameters"]
    return schema


def _target_schema(kind: str) -> Schema:
    schema: Schema = _without_titles(Target.model_json_schema())
    schema["description"] = f"a {kind}"
    schema["properties"]["kind"] = {"const": kind}
    if RESOURCES[kind].namespaced:
        [name] = [each for each in schema["properties"]["namespace"]["anyOf"] if each.get("type") == "string"]
        schema["properties"]["namespace"] = name
        schema["required"] = ["kind", "namespace", "name"]
    else:
        schema["properties"]["namespace"] = {"type": "null"}
    return schema


def _without_titles(schema: Any) -> Any:
    """
    Drop the titles pydantic makes of names: they say nothing that the names do not.
    """
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
    }
