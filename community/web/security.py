"""Headers, the origin check, CSRF, and limits on what a request may carry."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import UnsupportedMediaType

from community.core.errors import BadRequest, NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.web.session import CommunityFlask, is_api

BODY_LIMIT = 1024 * 1024
JSON_DEPTH = 32
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HSTS = "max-age=31536000; includeSubDomains"
_SAFE = ("GET", "HEAD", "OPTIONS")
_NUL = "\0"

csrf = CSRFProtect()


def _allowance() -> int:
    """How often one address may ask for one route in a minute; 0 for as often as it likes."""
    return int(current_app.config["COMMUNITY"].requests_per_minute)


limiter = Limiter(
    get_remote_address,
    default_limits=[lambda: f"{_allowance()} per minute"],
    default_limits_exempt_when=lambda: not _allowance(),
    storage_uri="memory://",
    headers_enabled=False,
    # Its counters in memory fail now and then where two threads count at once. A request that was
    # not counted is a smaller harm than one that was not answered.
    swallow_errors=True,
)


class StrictJSON(DefaultJSONProvider):
    """orjson, and no deeper than 32 levels."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse, refusing NaN, lone surrogates and deep nesting; ValueError."""
        value = orjson.loads(s)
        if _depth(value) > JSON_DEPTH:
            raise ValueError("too deep")
        return value

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Write with orjson: UUIDs, dates and times in their standard forms."""
        return orjson.dumps(obj, default=str).decode()


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > JSON_DEPTH:
            return depth
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def token_page(view: Any) -> Any:
    """Mark a page whose link is the proof: no sign-in, no CSRF token."""
    view.public = True
    return csrf.exempt(view)


def install(app: CommunityFlask) -> None:
    """Wire headers, checks and limits."""
    app.json = StrictJSON(app)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_name_the_request)
    app.before_request(check_origin)
    app.before_request(check_address)
    app.after_request(_headers)


def _name_the_request() -> None:
    g.trace_id = secrets.token_hex(8)


def check_origin() -> None:
    """Refuse unsafe requests that another site's page sent; programs send neither header."""
    if request.method in _SAFE or is_api():
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed(_("This form was sent from another site."), code="foreign_origin")
    origin = request.headers.get("Origin")
    if (
        origin is not None
        and origin != "null"
        and urlsplit(origin)[:2] != urlsplit(current_app.config["BASE_URL"])[:2]
    ):
        raise NotAllowed(
            _("This form was sent from another address than ours."), code="foreign_origin"
        )


def check_address() -> None:
    """Refuse what no text of ours can hold: NUL names nothing in a path, and is no word in a query."""
    if _NUL in request.path:
        raise NotFound(_("There is no such page."))
    for name, value in request.args.items(multi=True):
        if _NUL in name + value:
            raise RuleBroken(
                _("This holds a character that is no text."), field=name, code="not_text"
            )


def read_json() -> Any:
    """The JSON body of this request; BadRequest when it is none, 415 when it says it is none."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return current_app.json.loads(request.get_data(cache=True))
    except ValueError as error:
        text = _(
            "This is not JSON that can be read: NaN, lone surrogates and deep nesting are not."
        )
        raise BadRequest(text, code="bad_json") from error


def _headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    if request.endpoint == "accounts.logout":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    if response.status_code == 204:
        response.headers.pop("Content-Type", None)
    return response
