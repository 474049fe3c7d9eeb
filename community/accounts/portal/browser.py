"""What the pages of accounts hand to the browser and read from it."""

from collections.abc import Callable
from datetime import timedelta

from flask import Response, flash, g, redirect, request
from flask import session as flask_session

from community.accounts.actions.entry import HALF_LIFE, Browser, Entry
from community.accounts.actions.sessions import LONGEST
from community.accounts.queries.opening import OpenSession, opened_session
from community.core import tokens
from community.core.errors import NotSignedIn
from community.core.i18n import gettext as _
from community.web import pages
from community.web import session as web_session
from community.web.templating import THEMES, url

THEME_LIFE = timedelta(days=365)
MARK_LIFE = timedelta(days=400)
_HALF, _MARK = "half", "browser"


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


def this_browser() -> Browser:
    """This browser, as a sign-in notes it: by a mark that it keeps, so that another one that
    calls itself the same is told apart."""
    before = find_session()
    mark = request.cookies.get(web_session.cookie_name(_MARK), "")
    if not 40 <= len(mark) <= 100:
        mark = g.new_mark = g.get("new_mark") or tokens.secret()
    return Browser(user_agent(), mark, before.id if before else None)


def signed_in(secret: str, to: str) -> Response:
    """Go on to a page of ours with the session's secret in the cookie."""
    return keep_session(see_other(to), secret)


def keep_session(response: Response, secret: str) -> Response:
    """Hand the browser its session's secret, and its mark where it has none yet."""
    web_session.set_session_cookie(response, secret, int(LONGEST.total_seconds()))
    if web_session.cookie_name(_HALF) in request.cookies:
        web_session.clear_cookie(response, web_session.cookie_name(_HALF))
    if g.get("new_mark"):
        name = web_session.cookie_name(_MARK)
        web_session.set_cookie(response, name, g.new_mark, int(MARK_LIFE.total_seconds()))
    return response


def entered(entry: Entry, to: Callable[[], str]) -> Response:
    """Go on signed in, or to the page that asks for the second factor."""
    if not entry.needs_factor:
        return signed_in(entry.secret, to())
    response = see_other(url("accounts.second_factor"))
    name = web_session.cookie_name(_HALF)
    web_session.set_cookie(response, name, entry.secret, int(HALF_LIFE.total_seconds()))
    return response


def half() -> str:
    """The secret of the sign-in that waits for its second factor; empty when none does."""
    return request.cookies.get(web_session.cookie_name(_HALF), "")[:200]


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
    name = web_session.cookie_name("theme")
    if theme in THEMES:
        web_session.set_cookie(response, name, theme, int(THEME_LIFE.total_seconds()))
    else:
        web_session.clear_cookie(response, name)
