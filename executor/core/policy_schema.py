"""
Owns the JSON Schema of the policy input, spelt for OPA's type checker.

OPA reads `oneOf` and `null` as "anything": a tagged union or an `X | None` would lose all checking below it. So
nullable becomes the inner schema, `oneOf` becomes `anyOf`, and discriminators go. The schema is for finding typos with
`opa check --schema`; which values may be null it does not say, because to a rule any field may be missing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from executor.core.action import Action
from executor.core.policy import PolicyInput

_DIALECT = "http://json-schema.org/draft-07/schema#"
_REF_TEMPLATE = "#/definitions/{model}"
_NOISE = ("title", "default", "discriminator", "pattern", "minLength", "maxLength")
"""Keywords that say nothing to a type checker, and that would blur the diff of a regenerated schema."""


class OpaJsonSchema(GenerateJsonSchema):
    """
    JSON Schema in the words that OPA's type checker understands.
    """

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """
        Spell `X | None` as X.
        """
        return self.generate_inner(schema["schema"])

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """
        Spell a tagged union as a plain `anyOf`.
        """
        spelt = super().tagged_union_schema(schema)
        spelt.pop("discriminator", None)
        return {"anyOf": spelt.pop("oneOf"), **spelt} if "oneOf" in spelt else spelt


def input_schema(actions: Mapping[str, Action[Any]]) -> dict[str, Any]:
    """
    Return the schema of the policy input, with `step.parameters` being those of any of the actions.
    """
    schema = _schema_of(PolicyInput)
    definitions = schema.pop("definitions", {})
    definitions["StepInput"]["properties"]["parameters"] = _any_of(
        _inlined(action.parameters) for _, action in sorted(actions.items())
    )
    return {"$schema": _DIALECT, **_plain(schema), "definitions": _plain(definitions)}


def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="serialization", schema_generator=OpaJsonSchema, ref_template=_REF_TEMPLATE)
    if "$defs" in schema:
        schema["definitions"] = schema.pop("$defs")
    return schema


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """
    Parameters are flat by contract; a nested model would need its definitions carried along.
    """
    schema = _schema_of(model)
    for name in schema.pop("definitions", {}):
        raise ValueError(f"{model.__module__}: parameter model {name} is nested; spell it flat for the policy input")
    return schema


def _any_of(schemas: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """
    Join schemas, equal ones once, those without a field never: OPA takes an empty closed object for an open one.
    """
    distinct: list[dict[str, Any]] = []
    for schema in schemas:
        plain = {key: value for key, value in _plain(schema).items() if key != "description"}
        if plain.get("properties") and plain not in distinct:
            distinct.append(plain)
    return {"anyOf": distinct}


def _plain(node: Any, *, names: bool = False) -> Any:
    """
    Drop keywords that are no types. `names` tells that the keys at hand are field names, which are all kept.
    """
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if not names and "patternProperties" in node:
        # OPA does not read patterns of keys: what all keys hold is what a type checker can use.
        (values,) = node["patternProperties"].values()
        node = {key: value for key, value in node.items() if key not in {"patternProperties", "propertyNames"}}
        node["additionalProperties"] = values
    return {
        key: _plain(value, names=not names and key in {"properties", "definitions"})
        for key, value in node.items()
        if names or key not in _NOISE
    }
