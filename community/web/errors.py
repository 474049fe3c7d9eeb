"""The one map from errors to answers: problem+json for the API, a page for people."""

import re
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from flask import Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from community.core.errors import (
    AppError,
    ConfirmFirst,
    Conflict,
    FactorFirst,
    FieldError,
    NotSignedIn,
    RuleBroken,
    Stale,
    Unavailable,
)
from community.core.i18n import gettext as _
from community.web.session import CommunityFlask, find_actor, is_api, is_partial

log = structlog.get_logger(__name__)
# A form without its token, no credentials, no right, too large, too often. What is not there for
# somebody is no refusal.
_REFUSALS = (400, 401, 403, 413, 429)
_PAGES = (400, 401, 403, 404, 409, 422, 429, 500, 503)


def install(app: CommunityFlask) -> None:
    """Register every handler."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ValidationError, _validation_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def flatten(messages: Any, prefix: str = "") -> list[FieldError]:
    """marshmallow's nested messages as one list of dotted fields."""
    if isinstance(messages, dict):
        found: list[FieldError] = []
        for name, inner in messages.items():
            part = "" if name == "_schema" else str(name)
            found += flatten(inner, ".".join(p for p in (prefix, part) if p))
        return found
    if isinstance(messages, (list, tuple)):
        return [error for message in messages for error in flatten(message, prefix)]
    return [FieldError(prefix or "body", str(messages))]


def field_errors(error: ValidationError | HTTPException) -> list[FieldError]:
    """The refused fields of a schema's error, without webargs' location."""
    messages = (
        error.messages
        if isinstance(error, ValidationError)
        else getattr(error, "data", {}).get("messages", {})
    )
    if isinstance(messages, dict) and set(messages) <= {
        "json",
        "query",
        "form",
        "files",
        "json_or_form",
        "path",
    }:
        return [e for inner in messages.values() for e in flatten(inner)]
    return flatten(messages)


def _app_error(error: AppError) -> ResponseReturnValue:
    _note_refusal(error)
    if not is_api() and isinstance(error, NotSignedIn) and request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), 303)
    if not is_api() and isinstance(error, ConfirmFirst):
        return _lead_to(url_for("accounts.confirm", next=_page_before()))
    if not is_api() and isinstance(error, FactorFirst):
        return _lead_to(url_for("settings.second_factor"))
    return answer(error)


def _note_refusal(error: AppError) -> None:
    """Whoever asks for what they may not is in the log: who by id, what by rule."""
    if error.status not in _REFUSALS:
        return
    actor, rule = find_actor(), str(request.url_rule or "")
    log.info(
        "request.refused",
        status=error.status,
        code=error.code,
        method=request.method,
        rule=rule,
        team_id=str(actor.team_id) if actor else "",
        person_id=str(actor.person_id) if actor else "",
        address=request.remote_addr,
        trace_id=trace_id(),
    )


def _page_before() -> str:
    """Where to go on afterwards: this page, or the one with the form that was sent.

    A browser that does not say where the form stood is led to the page of the form's address, else
    to the team or the teams: never to where an earlier sign-in was to go on.
    """
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return referring_page("") or _page_of_form()


def _page_of_form() -> str:
    if current_app.create_url_adapter(request).test(request.path, method="GET"):  # type: ignore[union-attr]
        return request.path
    slug = g.get("team_slug")
    return f"/t/{slug}/" if slug else url_for("accounts.teams")


def referring_page(default: str = "/") -> str:
    """The page of ours that the reader came from."""
    referrer = urlsplit(request.referrer or "")
    base = urlsplit(current_app.config["BASE_URL"])
    if (referrer.scheme, referrer.netloc) != (
        base.scheme,
        base.netloc,
    ) or not referrer.path.startswith("/"):
        return default
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")


def _lead_to(address: str) -> ResponseReturnValue:
    """Another page first; htmx is told to leave this one for it."""
    if is_partial():
        return Response(status=200, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    if error.code == 422:
        return answer(
            RuleBroken(
                _("Some fields need another look."), code="invalid", errors=field_errors(error)
            )
        )
    mapped = AppError(_http_words(error), code=_code_of(error))
    mapped.status = error.code or 500
    _note_refusal(mapped)
    response = answer(mapped)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _http_words(error: HTTPException) -> str:
    words = {
        400: _("This request cannot be read."),
        404: _("There is no such page, or it is not yours to see."),
        405: _("This address does not take that method."),
        413: _("This is too large."),
        415: _("Send application/json."),
        429: _("Too many requests. Wait a moment."),
    }
    return words.get(
        error.code or 500, HTTP_STATUS_CODES.get(error.code or 500, _("Something went wrong."))
    )


def _code_of(error: HTTPException) -> str:
    return re.sub(r"[^a-z]+", "_", (error.name or "error").lower()).strip("_")


def _validation_error(error: ValidationError) -> ResponseReturnValue:
    return answer(
        RuleBroken(_("Some fields need another look."), code="invalid", errors=field_errors(error))
    )


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return answer(Stale(_("Someone changed this in the meantime. Load it again.")))


def _database_error(error: DBAPIError) -> ResponseReturnValue:
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, IntegrityError) or state in ("40001", "40P01", "55P03"):
        log.warning("request.conflict", sqlstate=state, trace_id=trace_id())
        return answer(
            Conflict(_("Someone did the same at the same moment. Try again."), code="try_again")
        )
    if isinstance(error, OperationalError) or state in ("57014", "57P01", "53300"):
        log.error("request.database_away", sqlstate=state, trace_id=trace_id())
        return answer(
            Unavailable(_("The database is away for a moment. Try again."), retry_after=5)
        )
    return _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The rule, not the address: what stands in its place may be a link's secret.
    rule = str(request.url_rule) if request.url_rule else ""
    log.error("request.failed", trace_id=trace_id(), rule=rule, exc_info=error)
    return answer(
        AppError(_("Something went wrong on our side. It has been noted."), code="internal_error")
    )


def trace_id() -> str:
    """The id that this request has in the logs."""
    return str(g.get("trace_id", ""))


def answer(error: AppError) -> Response:
    """The answer to an error: problem+json or a page."""
    response = problem(error) if is_api() else _page(error)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401 and is_api():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem(error: AppError) -> Response:
    """RFC 9457 problem+json."""
    body = {
        "type": f"urn:community:problem:{error.code}",
        "title": HTTP_STATUS_CODES.get(error.status, "Error"),
        "status": error.status,
        "detail": str(error.message or error),
        "code": error.code,
        "errors": [{"field": e.field, "message": str(e.message)} for e in error.errors],
        "trace_id": trace_id(),
    }
    return Response(orjson.dumps(body), status=error.status, mimetype="application/problem+json")


def _page(error: AppError) -> Response:
    """A page of its own, or for htmx a message out of band that leaves the page as it is."""
    known = error.status if error.status in _PAGES else 500 if error.status >= 500 else 400
    template = "errors/partial.html" if is_partial() else f"errors/{known}.html"
    message = str(error.message) if error.status < 500 else ""
    html = render_template(
        template,
        status=error.status,
        message=message,
        text=message or _("Something went wrong on our side. It has been noted."),
        reference=trace_id() if error.status >= 500 else "",
    )
    return Response(html, status=error.status, mimetype="text/html")
