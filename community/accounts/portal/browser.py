"""What the pages of accounts hand to the browser and read from it."""

from datetime import timedelta

from flask import Response, current_app, flash, g, redirect, request
from flask import session as flask_session

from community.accounts.actions.sessions import LONGEST
from community.accounts.queries.opening import OpenSession, opened_session
from community.core.errors import NotSignedIn
from community.core.i18n import gettext as _
from community.web import pages
from community.web import session as web_session
from community.web.templating import THEMES, url

THEME_LIFE = timedelta(days=365)


def find_session() -> OpenSession | None:
    """The session of this browser, or None."""
    opened = g.get("opened")
    return opened_session(opened) if opened is not None else None


def current_session() -> OpenSession:
    """The session of this browser; NotSignedIn when there is none."""
    found = find_session()
    if found is None:
        raise NotSignedIn(_("Please sign in."))
    return found


def user_agent() -> str:
    """How this browser calls itself."""
    return request.headers.get("User-Agent", "")


def signed_in(secret: str, to: str) -> Response:
    """Go on to a page of ours with the session's secret in the cookie."""
    response = see_other(to)
    web_session.set_session_cookie(response, secret, int(LONGEST.total_seconds()))
    return response


def signed_out(to: str) -> Response:
    """Go on without the session's cookie."""
    response = see_other(to)
    web_session.clear_session_cookie(response)
    return response


def remember_next(value: str | None) -> None:
    """Where to go after signing in; kept beside the link that is on its way by mail."""
    path = pages.local_path(value, "")
    if path:
        flask_session["next"] = path


def take_next() -> str:
    """Where the reader wanted to go, or their teams."""
    return pages.local_path(flask_session.pop("next", None), url("accounts.teams"))


def see_other(to: str) -> Response:
    """The answer after a POST: look there."""
    return redirect(to, 303)  # type: ignore[return-value]


def say(text: str) -> None:
    """Show this on the next page."""
    flash({"text": text, "undo": None})  # type: ignore[arg-type]


def remember_theme(response: Response, theme: str) -> None:
    """Keep the theme in a cookie, so that the first byte of every page knows it."""
    secure = bool(current_app.config["SECURE"])
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=int(THEME_LIFE.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie("theme", path="/", secure=secure, httponly=True, samesite="Lax")


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """A browser in the words its owner knows it by, as far as it tells."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("A browser")
