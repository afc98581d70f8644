"""
Owns the OpenAPI 3.1 document: the table of operations and the models' JSON Schemas, put together.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from executor.api.operations import Answer, Operation
from executor.api.places import ID_PATTERN, STEP_PATTERN
from executor.api.plan_schema import plan_schema
from executor.api.problems import KINDS, PROBLEM_TYPE
from executor.api.queries import Given
from executor.api.schemas import Problem

Document = dict[str, Any]

API_VERSION = "1.0.0"
"""Of the API that the paths' `v1` names, not of the program: it moves when what callers rely on is added to."""

_REF = "#/components/schemas/"
_PATH_PATTERNS = {"run": ID_PATTERN, "step": STEP_PATTERN, "decision": ID_PATTERN}
_HEADERS_OF_PROBLEMS = {
    401: {"WWW-Authenticate": "`Bearer`"},
    503: {"Retry-After": "seconds after which to try again"},
}
_DESCRIPTION = (
    "Applies remediation plans to a Kubernetes cluster: each step judged by policy, dry-run, written bound to the "
    "version that was judged, verified, and restorable."
)


def openapi_document(operations: Sequence[Operation]) -> Document:
    """
    Return the document that describes operations.
    """
    refs, schemas = _schemas(operations)
    paths: Document = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "remediation executor",
            "version": API_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {code: _problem(code) for code in KINDS},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Sequence[Operation]) -> tuple[dict[Any, Document], Document]:
    """
    Return a reference for every model that is answered or taken, and the schemas the references lead to.
    """
    wanted: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    for operation in operations:
        models = [model for answer in operation.answers for model in answer.content.values()]
        wanted.update({model: "serialization" for model in models if _is_model(model)})
        wanted.update({model: "validation" for model in operation.body.values() if isinstance(model, type)})
    made, definitions = models_json_schema(
        list(wanted.items()), ref_template=_REF + "{model}", schema_generator=GenerateJsonSchema
    )
    refs: dict[Any, Document] = {model: made[model, mode] for model, mode in wanted.items()}
    schemas: Document = {**definitions["$defs"], "Plan": plan_schema()}
    schemas["Problem"]["properties"]["code"]["enum"] = sorted(KINDS)
    refs["Plan"] = {"$ref": _REF + "Plan"}
    return refs, dict(sorted(schemas.items()))


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _operation(operation: Operation, refs: dict[Any, Document]) -> Document:
    described: Document = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation.path),
            *_parameters(operation.query, "query"),
            *_parameters(operation.headers, "header"),
        ],
        "responses": {
            **{str(answer.status): _answer(answer, refs) for answer in operation.answers},
            **_refusals(operation),
        },
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.body:
        content = {media_type: {"schema": refs[model]} for media_type, model in operation.body.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _path_parameters(path: str) -> list[Document]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": _PATH_PATTERNS[name]}}
        for name in names
    ]


def _parameters(model: type[Given], place: str) -> list[Document]:
    # The parameters of this API are plain values or lists of them, so no schema needs another.
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": place,
            "required": False,
            "description": field.get("description", ""),
            "schema": _parameter_schema(field, definitions),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _parameter_schema(field: Document, definitions: Document) -> Document:
    """
    Return a parameter's own schema: null is how we say "not given", which a text in a URL cannot be.
    """
    alternatives = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    [schema] = alternatives
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    shown = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    if shown.get("default", ...) in (None, []):
        del shown["default"]
    return shown


def _answer(answer: Answer, refs: dict[Any, Document]) -> Document:
    content = {media_type: {"schema": _content_schema(model, refs)} for media_type, model in answer.content.items()}
    described: Document = {
        "description": answer.description,
        "headers": _headers({"X-Request-Id": "the id of this request in the log", **answer.headers}),
    }
    return {**described, "content": content} if content else described


def _content_schema(model: Any, refs: dict[Any, Document]) -> Document:
    if model is None:
        return {"type": "string"}
    return {"type": "object"} if model is dict else refs[model]


def _refusals(operation: Operation) -> Document:
    """
    Return every refusal by status; codes that share a status are told apart by `code`.
    """
    by_status: dict[int, list[str]] = {}
    for code in operation.every_problem:
        by_status.setdefault(KINDS[code].status, []).append(code)
    answered = {answer.status for answer in operation.answers}
    return {
        str(status): {"$ref": f"#/components/responses/{codes[0]}"} if len(codes) == 1 else _problems(status, codes)
        for status, codes in sorted(by_status.items())
        if status not in answered
    }


def _problem(code: str) -> Document:
    return _problems(KINDS[code].status, [code])


def _problems(status: int, codes: list[str]) -> Document:
    schema = {
        "allOf": [
            {"$ref": _REF + "Problem"},
            {"properties": {"code": {"enum": sorted(codes)}, "status": {"const": status}}},
        ]
    }
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": _headers(
            {"X-Request-Id": "the id of this request in the log", **_HEADERS_OF_PROBLEMS.get(status, {})}
        ),
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }


def _headers(described: dict[str, str]) -> Document:
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in described.items()}
