"""What flask-smorest cannot know of our API, added to its OpenAPI document.

The errors' one shape, If-Match and Idempotency-Key, the scope a token needs, and that a body
without required fields may be left out.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask

_METHODS = ("get", "post", "put", "patch", "delete")
_PLACE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_PROBLEM = {
    "description": "The request was refused; the body says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version you read, or `*` for whatever is there.",
    "schema": {"type": "string", "examples": ['"3"', "*"]},
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "The same key and body answer as they did the first time, for 24 hours.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[ -~]+$"},
}


def complete(spec: dict[str, Any], app: Flask) -> dict[str, Any]:
    """The document with everything our API promises on every operation."""
    views = _views(app)
    for path, method, operation in operations(spec):
        view = views[path, method]
        _answer(operation)
        _post_forms_whole(operation)
        if getattr(view, "needs_version", False):
            _take(operation, _IF_MATCH)
        if method == "post":
            _take(operation, _IDEMPOTENCY_KEY)
        operation["security"] = [{"token": [scope_of(view, method)]}]
        _loosen(operation, spec)
    spec["components"].pop("responses", None)
    for unused in ("Error", "PaginationMetadata"):
        spec["components"]["schemas"].pop(unused, None)
    return spec


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each."""
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def scope_of(view: Callable[..., Any], method: str) -> str:
    """The scope a token needs for a view."""
    return str(getattr(view, "scope", "read" if method == "get" else "write"))


def _views(app: Flask) -> dict[tuple[str, str], Callable[..., Any]]:
    return {
        (_PLACE.sub(r"{\1}", rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _answer(operation: dict[str, Any]) -> None:
    kept = {code: found for code, found in operation["responses"].items() if code < "3"}
    operation["responses"] = {**kept, "default": _PROBLEM}


def _post_forms_whole(operation: dict[str, Any]) -> None:
    """A form of files and values is one body; nothing of it is left among the parameters."""
    found = [p for p in operation.get("parameters", []) if p.get("in") != "formData"]
    if "parameters" in operation:
        operation["parameters"] = found


def _take(operation: dict[str, Any], parameter: dict[str, Any]) -> None:
    operation["parameters"] = [*operation.get("parameters", []), parameter]


def _loosen(operation: dict[str, Any], spec: dict[str, Any]) -> None:
    body = operation.get("requestBody")
    if body is None:
        return
    schemas = [media.get("schema", {}) for media in body["content"].values()]
    names = [str(schema.get("$ref", "")).rsplit("/", 1)[-1] for schema in schemas]
    known = spec["components"]["schemas"]
    body["required"] = any(known.get(name, {}).get("required") for name in names)
