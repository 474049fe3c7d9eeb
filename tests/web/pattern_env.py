"""The portal's templates without the application: the globals and filters that a request would offer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from community.web import display

TEMPLATES = Path(__file__).parents[2] / "community" / "web" / "templates"
TODAY = date(2026, 11, 19)


def reldate(day: date) -> Markup:
    days = (TODAY - day).days
    words = (
        f"{days} days ago"
        if days < 14
        else f"{days // 7} weeks ago"
        if days < 60
        else f"{days // 30} months ago"
    )
    return Markup('<time datetime="{}" title="{:%A %-d %B %Y}">{}</time>').format(day, day, words)


def environment(strict: bool = False) -> Environment:
    """Jinja as the portal sets it up, with English strings and plain assets."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined if strict else Undefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: text, lambda one, many, n: one if n == 1 else many, newstyle=True
    )
    env.filters.update(
        display.FILTERS,
        reldate=reldate,
        shortdate=lambda d: f"{d:%-d %b}",
        daydate=lambda d: f"{d:%A %-d %B}",
    )
    env.globals.update(
        asset=lambda name: f"/static/{name}",
        face=lambda *_of: "",
        csrf_field=lambda: Markup('<input type="hidden" name="csrf_token" value="token">'),
        idempotency_field=lambda: Markup(
            '<input type="hidden" name="idempotency_key" value="key">'
        ),
    )
    return env


def item(key: str, icon: str, label: str, count: int | None = None, **more: Any) -> dict[str, Any]:
    return {"key": key, "href": f"/{key}", "icon": icon, "label": label, "count": count, **more}


NAV = [
    item("search", "search", "Search"),
    item("thank", "heart", "Thank or help"),
    item("today", "sun", "Today"),
    item("people", "people", "People", 52),
    item("gives", "give", "History"),
    item("board", "board", "Asks & offers", 7),
    item("introductions", "intro", "Introductions", 3),
    item("mentoring", "mentor", "Mentorship"),
    item("reciprocity", "loop", "Reciprocity"),
    item("events", "event", "Events"),
    item("notifications", "bell", "Notifications", 4, poll="/notifications/count"),
    item("settings", "gear", "Settings"),
    item("me", "person", "Noor Haddad"),
    item("more", "more", "More"),
    item("keyboard", "keyboard", "Keys"),
    item("palette", "search", "Palette"),
]
ACTOR = {
    "name": "Noor Haddad",
    "person_id": "noor",
    "role": "member",
    "team_slug": "northlight",
    "team_name": "Northlight",
}
SHELL = {"actor": ACTOR, "nav": NAV, "theme": "", "hotkeys": True, "flashes": [], "partial": False}
TOAST = {
    "text": "Sent in a minute. Mara will hear about it.",
    "undo": {"url": "/gives/1/undo", "label": "Undo"},
}
