"""Who is asking: the transaction around each request, opened with the actor in one statement.

app.py installs the `Gate`: the feature-owned statements that turn a cookie or a token into a
team, a user and an Actor. This module knows no feature.
"""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin
from sqlalchemy import Row

from community.core import db, i18n, tokens
from community.core.errors import NotAllowed, NotFound, NotSignedIn
from community.core.i18n import gettext as _
from community.core.tokens import TeamToken
from community.identity.models import Actor

Opening = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Gate:
    """What the accounts feature gives the web: openings of a transaction, and Actors."""

    open_portal: Callable[[bytes | None, str | None], Opening]
    open_api: Callable[[str, bytes], Opening]
    opened_actor: Callable[[Row[Any]], Actor | None]
    require_factor: Callable[[Row[Any]], None]
    require_fresh: Callable[[Row[Any]], None]
    note_use_due: Callable[[Row[Any], bytes], None]
    after_token_use: Callable[[Actor, bytes], None]
    ask_first: Callable[[Actor], ResponseReturnValue | None]


class SignedIn(UserMixin):
    """Flask-Login's `current_user`: the session's user, and the actor on team pages."""

    def __init__(self, user_id: UUID, actor: Actor | None) -> None:
        self.id = str(user_id)
        self.user_id = user_id
        self.actor = actor


class CommunityFlask(Flask):
    """Flask whose every view runs inside one transaction.

    The transaction closes before errors are mapped, so that an error has rolled back by then
    and a failed commit is an error answer.
    """

    gate: Gate

    def send_static_file(self, filename: str) -> Response:
        """A built file, packed where the browser takes it so and the build packed it.

        Only files: a page holds tokens beside what people typed, and the length of both packed
        together tells of the one who can choose the other.
        """
        packed = f"{filename}.gz"
        folder = Path(self.static_folder or "")
        is_packed = request.accept_encodings["gzip"] > 0 and (folder / packed).is_file()
        response = super().send_static_file(packed if is_packed else filename)
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
            response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.vary.add("Accept-Encoding")
        return response

    def dispatch_request(self) -> ResponseReturnValue:
        """Open, find the actor, run the view, commit."""
        if request.routing_exception is not None:
            self._find_reader_of_nothing()
            self.raise_routing_exception(request)
        view = self.view_functions[str(request.endpoint)]
        if getattr(view, "without_transaction", False) or request.endpoint == "static":
            return super().dispatch_request()
        if is_api():
            return self._dispatch_api(public=getattr(view, "public", False))
        return self._dispatch_portal(public=getattr(view, "public", False))

    def _find_reader_of_nothing(self) -> None:
        """Who asks for a page of their team that is not there: its shell leads them on."""
        _root, place, slug, *_rest = [*request.path.split("/", 3), "", "", ""]
        cookie = request.cookies.get(session_cookie_name())
        if place != "t" or not cookie or is_partial():
            return
        statement, params = self.gate.open_portal(tokens.digest(cookie), slug)
        with db.transaction(opening=statement, params=params) as unit:
            if unit.user_id and unit.team_id:
                g.team_slug = slug
                _take(self.gate.opened_actor(unit.opened))

    def _dispatch_portal(self, *, public: bool) -> ResponseReturnValue:
        self._fetch_first()
        slug = g.get("team_slug")
        cookie = request.cookies.get(session_cookie_name())
        digest = tokens.digest(cookie) if cookie else None
        statement, params = self.gate.open_portal(digest, slug)
        with db.transaction(opening=statement, params=params) as unit:
            g.opened = unit.opened
            g.user_id = unit.user_id
            if unit.user_id and unit.team_id and slug:
                _take(self.gate.opened_actor(unit.opened))
            if not public:
                _require_portal(slug)
                self._require_proof(unit.opened)
            asked = self._ask_first()
            return asked if asked is not None else self._guarded()

    def _fetch_first(self) -> None:
        """What a view needs from the network, before the transaction opens."""
        view = self.view_functions[str(request.endpoint)]
        fetch = getattr(view, "fetch_first", None)
        if fetch is not None:
            g.fetched = fetch(**(request.view_args or {}))

    def _ask_first(self) -> ResponseReturnValue | None:
        """A page that comes before the one that was asked for; forms and parts are let through."""
        actor = find_actor()
        view = self.view_functions[str(request.endpoint)]
        if actor is None or request.method != "GET" or is_partial():
            return None
        return None if getattr(view, "unasked", False) else self.gate.ask_first(actor)

    def _require_proof(self, opened: Row[Any]) -> None:
        """What the team asks of whoever enters, and the view of whoever acts."""
        view = self.view_functions[str(request.endpoint)]
        if g.get("actor") is not None and not getattr(view, "without_factor", False):
            self.gate.require_factor(opened)
        if getattr(view, "needs_confirmation", False):
            self.gate.require_fresh(opened)

    def _dispatch_api(self, *, public: bool) -> ResponseReturnValue:
        if public:
            with db.transaction():
                return self._guarded()
        token = bearer_token()
        statement, params = self.gate.open_api(token.team_key, token.digest)
        with db.transaction(opening=statement, params=params) as unit:
            actor = self.gate.opened_actor(unit.opened)
            if actor is None:
                raise NotSignedIn(_("This token is not valid any more."), code="bad_token")
            self.gate.note_use_due(unit.opened, token.digest)
            _take(actor)
            self.gate.require_factor(unit.opened)
            require_scope(actor)
            g.token_digest = token.digest
            return self._guarded()

    def _guarded(self) -> ResponseReturnValue:
        around = self.extensions["community.idempotency"]
        return cast(ResponseReturnValue, around(super().dispatch_request))


def is_api() -> bool:
    """Whether this request is for the JSON API."""
    return request.path.startswith("/api/")


def is_partial() -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def current_actor() -> Actor:
    """The actor of this request; NotSignedIn when there is none."""
    actor = cast(Actor | None, g.get("actor"))
    if actor is None:
        raise NotSignedIn(_("Please sign in."))
    return actor


def find_actor() -> Actor | None:
    """The actor of this request, or None on public pages."""
    return cast(Actor | None, g.get("actor"))


def current_user_id() -> UUID:
    """The signed-in user, also on pages outside a team."""
    user_id = cast(UUID | None, g.get("user_id"))
    if user_id is None:
        raise NotSignedIn(_("Please sign in."))
    return user_id


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that needs no sign-in (sign-in itself, token pages, documents)."""
    view.public = True  # type: ignore[attr-defined]
    return view


def unasked(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a page that is opened before what the team asks first is answered: one's own data."""
    view.unasked = True  # type: ignore[attr-defined]
    return view


def without_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that manages its own transactions, or needs none (health)."""
    view.without_transaction = True  # type: ignore[attr-defined]
    return view


def fetching(fetch: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view that needs something over the network: `fetch` gets the view's arguments and runs
    before the request's transaction opens, since nobody waits for another server with one open.

    The view finds what it returned by `fetched`.
    """

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.fetch_first = fetch  # type: ignore[attr-defined]
        return view

    return mark


def fetched() -> Any:
    """What was fetched for this view before its transaction opened."""
    return g.fetched


def without_factor(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a page of a team that whoever lacks its second factor still reaches."""
    view.without_factor = True  # type: ignore[attr-defined]
    return view


def needs_confirmation(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a portal view for whoever signed in, or proved again that it is them, just now.

    For what touches ways in, roles or exports; others are asked to confirm and come back.
    """
    view.needs_confirmation = True  # type: ignore[attr-defined]
    return view


def require_confirmation() -> None:
    """ConfirmFirst unless they proved just now that it is them: for a form that asks by its values.

    Where the whole view asks, it is marked with `needs_confirmation`.
    """
    cast(CommunityFlask, current_app).gate.require_fresh(g.opened)


def needs_scope(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark an API view that needs a scope other than `read` (GET) or `write` (the rest)."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def require_scope(actor: Actor) -> None:
    """403 when the token's scopes do not cover this request."""
    view = current_app.view_functions[str(request.endpoint)]
    default = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
    check_scope(actor, getattr(view, "scope", default))


def check_scope(actor: Actor, needed: str) -> None:
    """403 when the token lacks a scope; for views where what is sent decides about it."""
    if needed not in actor.scopes:
        raise NotAllowed(
            _("This token lacks the scope “%(scope)s”.", scope=needed), code="scope_missing"
        )


def bearer_token() -> TeamToken:
    """The token of the Authorization header; NotSignedIn when it is missing or misshapen."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    token = tokens.parse(value.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise NotSignedIn(_("Send a token: “Authorization: Bearer cty_…”."), code="no_token")
    return token


def _take(actor: Actor | None) -> None:
    if actor is not None:
        g.actor = actor
        i18n.set_locale(actor.locale)


def _require_portal(slug: str | None) -> None:
    if g.get("user_id") is None:
        raise NotSignedIn(_("Please sign in."))
    if slug and g.get("actor") is None:
        raise NotFound(_("There is no such page, or it is not yours to see."))


def session_cookie_name() -> str:
    """The cookie of the server-side session."""
    return "__Host-community" if current_app.config["SECURE"] else "community"


def set_session_cookie(response: Response, secret: str, max_age: int) -> None:
    """Hand the browser its session's secret."""
    set_cookie(response, session_cookie_name(), secret, max_age)


def clear_session_cookie(response: Response) -> None:
    """Take the session's secret back."""
    clear_cookie(response, session_cookie_name())


def cookie_name(name: str) -> str:
    """How a cookie of ours is called: bound to this host alone where the portal is on https."""
    return f"__Host-community-{name}" if current_app.config["SECURE"] else f"community-{name}"


def set_cookie(response: Response, name: str, value: str, max_age: int) -> None:
    """A cookie that no script reads and no other site sends."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=bool(current_app.config["SECURE"]),
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        name,
        path="/",
        secure=bool(current_app.config["SECURE"]),
        httponly=True,
        samesite="Lax",
    )


def after_response(effect: Callable[[], None]) -> None:
    """Call this when the answer has been sent; it opens a transaction of its own."""
    effects = g.setdefault("after_response", [])
    effects.append(effect)


def _hand_over_effects(response: Response) -> Response:
    for effect in g.pop("after_response", []) if response.status_code < 400 else []:
        response.call_on_close(effect)
    digest, actor = g.pop("token_digest", None), find_actor()
    if digest is not None and actor is not None:
        gate = cast(CommunityFlask, current_app).gate
        response.call_on_close(lambda: gate.after_token_use(actor, digest))
    return response


def _load_signed_in(_request: Any) -> SignedIn | None:
    user_id = g.get("user_id")
    return SignedIn(user_id, find_actor()) if user_id else None


def install(app: CommunityFlask, gate: Gate) -> None:
    """Wire the gate, Flask-Login's `current_user`, and work after the response."""
    app.gate = gate
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.request_loader(_load_signed_in)
    app.after_request(_hand_over_effects)
