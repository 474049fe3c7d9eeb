"""Readable pages of the API's own document: what `/api/docs` shows."""

from typing import Any

from flask import Response, make_response, render_template

from community.web.endpoints import document

_METHODS = ("get", "post", "put", "patch", "delete")


def docs_page() -> Response:
    """Every operation by area, with its parameters, body and answers."""
    spec = document()
    return make_response(render_template("docs.html", areas=areas(spec), schemas=schemas(spec)))


def areas(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations of the document, grouped by their tag."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in spec["paths"].items():
        shared = operations.get("parameters", [])
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                tag = (operation.get("tags") or ["api"])[0].removeprefix("api_")
                found.setdefault(tag, []).append(_operation(method, path, operation, shared))
    return dict(sorted(found.items()))


def _operation(
    method: str, path: str, operation: dict[str, Any], shared: list[Any]
) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next((media.get("schema", {}) for media in content.values()), {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [p for p in [*shared, *operation.get("parameters", [])] if "name" in p],
        "body": reference(body),
        "answers": [
            (code, answer.get("description", ""), _answer_schema(answer))
            for code, answer in operation.get("responses", {}).items()
            if code != "default"
        ],
    }


def _answer_schema(answer: dict[str, Any]) -> str:
    media: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return reference(media.get("schema", {}))


def reference(schema: dict[str, Any]) -> str:
    """The name of a schema, or its kind in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(reference(inner) for inner in schema[key])
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {reference(schema.get('items', {}))}".strip()
    shown = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{shown} ({schema['format']})" if schema.get("format") else shown


def schemas(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Every named schema with its fields."""
    named = spec.get("components", {}).get("schemas", {})
    return [
        {
            "name": name,
            "fields": [
                {
                    "name": field,
                    "kind": reference(inner),
                    "required": field in schema.get("required", []),
                    "choices": inner.get("enum", []),
                    "note": inner.get("description", ""),
                }
                for field, inner in schema.get("properties", {}).items()
            ],
        }
        for name, schema in sorted(named.items())
    ]
