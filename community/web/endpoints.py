"""The JSON API's shared shape, over flask-smorest: cursor pages, versions, fast lists."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, request
from flask_smorest import Api, Blueprint
from marshmallow import fields, missing
from webargs.flaskparser import FlaskParser

from community.core.errors import PreconditionMissing, Stale
from community.core.fields import Schema, Whole
from community.core.i18n import gettext as _
from community.core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, PageRequest
from community.web import openapi, security
from community.web.session import CommunityFlask, public

PREFIX = "/api/v1"


class _Parser(FlaskParser):
    """Unknown fields are refused everywhere, as the schemas say; bodies are strict JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Any, schema: Any) -> Any:
        """The body as the application reads JSON; without a body every field is missing."""
        return security.read_json() if req.get_data(cache=True) else missing

    def load_querystring(self, req: Any, schema: Any) -> Any:
        """The query; a DELETE may say the same in its body instead."""
        if req.method == "DELETE" and not req.args and req.get_data(cache=True):
            return self.load_json(req, schema)
        return super().load_querystring(req, schema)


class _Blueprint(Blueprint):
    ARGUMENTS_PARSER = _Parser()


class _Api(Api):
    def _register_error_handlers(self) -> None:
        """`web.errors` maps every error, so smorest's own handlers stay out."""


api = _Api()


def blueprint(name: str, *, description: str = "") -> Blueprint:
    """A blueprint of the API; routes are written as below `/api/v1`."""
    return _Blueprint(
        f"api_{name}", f"community.{name}.api", url_prefix=PREFIX, description=description
    )


class PageArgs(Schema):
    """`limit` and `cursor` of every list; list schemas inherit it and add their filters."""

    limit = Whole(low=1, high=MAX_LIMIT, load_default=DEFAULT_LIMIT)
    cursor = fields.String(load_default=None)


def page_request(args: Mapping[str, Any]) -> PageRequest:
    """What the list is asked for."""
    return PageRequest(limit=args["limit"], cursor=args["cursor"])


def fast_list(page: Page[Any], dump: Callable[[Any], Any] | None = None) -> Response:
    """A list answered straight from rows: `{"items": […], "next": …}` with a Link header."""
    items = page.items if dump is None else [dump(item) for item in page.items]
    response = Response(
        orjson.dumps({"items": items, "next": page.next}), mimetype="application/json"
    )
    if page.next:
        query = {**request.args.to_dict(flat=True), "cursor": page.next}
        response.headers["Link"] = (
            f'<{current_app.config["BASE_URL"]}{request.path}?{urlencode(query)}>; rel="next"'
        )
    return response


def versioned(
    body: Mapping[str, Any], version: int, *, status: int = 200, location: str | None = None
) -> Response:
    """One thing with its ETag; 304 when the client has this version already."""
    etag = f'"{version}"'
    if request.method in ("GET", "HEAD") and etag in request.headers.get("If-None-Match", ""):
        response = Response(status=304)
    else:
        response = Response(orjson.dumps(body), status=status, mimetype="application/json")
    response.headers["ETag"] = etag
    if location:
        response.headers["Location"] = location
    return response


def created(body: Mapping[str, Any], path: str, *, version: int | None = None) -> Response:
    """201 with Location (a path below `/api/v1`) and the thing."""
    response = Response(orjson.dumps(body), status=201, mimetype="application/json")
    response.headers["Location"] = f"{PREFIX}{path}"
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    return response


def answered(body: Any, *, status: int = 200) -> Response:
    """A plain JSON answer (dicts with UUIDs, dates and times are fine)."""
    return Response(orjson.dumps(body, default=str), status=status, mimetype="application/json")


def needs_version(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that asks for `required_version()`, for the document."""
    view.needs_version = True  # type: ignore[attr-defined]
    return view


def required_version() -> int | None:
    """The version If-Match names; None for `*`. 428 when missing, 412 when it is not one of ours."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionMissing(_("Send If-Match with the version you read, or “*”."))
    if header == "*":
        return None
    digits = header.removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Stale(_("If-Match does not name a version of this."))
    return int(digits)


def items_schema(item: type[Schema], name: str) -> type[Schema]:
    """The document's schema of a list of these items."""
    return Schema.from_dict(  # type: ignore[return-value]
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(allow_none=True, required=True),
        },
        name=name,
    )


class ProblemError(Schema):
    """One refused field."""

    field = fields.String(required=True)
    message = fields.String(required=True)


class Problem(Schema):
    """RFC 9457 problem+json, the body of every error."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemError), required=True)
    trace_id = fields.String(required=True)


def install(app: CommunityFlask, blueprints: Sequence[Blueprint]) -> None:
    """Register the API's blueprints and its document."""
    app.config.update(
        API_TITLE="Community",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Relationships instead of contacts: people, help given and received, reciprocity."
            },
            "security": [{"token": []}],
            "servers": [{"url": app.config["BASE_URL"]}],
        },
    )
    api.init_app(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.schema("Problem", schema=Problem)
    for blueprint_ in blueprints:
        security.csrf.exempt(blueprint_)
        api.register_blueprint(blueprint_)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", public(_written_document))


def _written_document() -> Response:
    # An application's routes do not change while it runs.
    written = current_app.extensions.get("openapi")
    if written is None:
        written = orjson.dumps(document(), default=str)
        current_app.extensions["openapi"] = written
    return Response(written, mimetype="application/json")


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, with the error answers every operation shares."""
    return openapi.complete(deepcopy(api.spec.to_dict()), current_app)
