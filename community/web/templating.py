"""What every template can use: translation, assets, the actor, dates in the reader's zone."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import babel.dates
from babel.support import LazyProxy
from flask import current_app, g, get_flashed_messages, has_app_context, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from community.core import clock, db, i18n, slugs
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.core.markdown import render as render_markdown
from community.core.marks import marked
from community.web import display, faces
from community.web.circles import circle_name
from community.web.idempotency import FORM_FIELD
from community.web.session import CommunityFlask, cookie_name, find_actor, is_partial

THEMES = ("light", "dark")


@dataclass(frozen=True)
class NavItem:
    """One entry of the shell. `count` is asked for when the shell is drawn; 0 shows nothing."""

    key: str
    endpoint: str
    icon: str
    label: LazyProxy
    count: Callable[[Any], int] | None = None
    poll: str | None = None


def install(app: CommunityFlask, nav: Sequence[NavItem]) -> None:
    """Give Jinja its globals and filters."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install_words = cast(Any, app.jinja_env).install_gettext_callables
    install_words(i18n.gettext, ngettext, newstyle=False, pgettext=i18n.pgettext)
    app.jinja_env.globals.update(_=i18n.gettext, ngettext=ngettext)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = False
    app.jinja_env.globals.update(
        asset=_Assets(Path(app.static_folder or "") / "build").url,
        csrf_field=csrf_field,
        idempotency_field=idempotency_field,
        url=url,
        face=faces.face,
    )
    app.jinja_env.filters.update(display.FILTERS)
    app.jinja_env.filters.update(
        reldate=reldate,
        shortdate=shortdate,
        daydate=daydate,
        exactly=exactly,
        longdate=longdate,
        monthdate=monthdate,
        slug=slugs.slug,
        birthday=birthday,
        circle_name=circle_name,
        markdown=render_markdown,
        marked=marked,
    )
    app.extensions["community.nav"] = tuple(nav)
    app.context_processor(_context)
    app.url_value_preprocessor(_take_team)
    app.url_defaults(_give_team)


class _Assets:
    """Names of built files by their plain names, read from the build's manifest."""

    def __init__(self, folder: Path) -> None:
        self.manifest = folder / "manifest.json"
        self.names: dict[str, str] = {}

    def url(self, name: str) -> str:
        if not self.names and self.manifest.exists():
            self.names = json.loads(self.manifest.read_text())
        return url_for("static", filename=f"build/{self.names.get(name, name)}")


def _take_team(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None and "team" in values:
        g.team_slug = values.pop("team")


def _give_team(endpoint: str, values: dict[str, Any]) -> None:
    if (
        "team" not in values
        and has_app_context()
        and g.get("team_slug")
        and current_app.url_map.is_endpoint_expecting(endpoint, "team")
    ):
        values["team"] = g.team_slug


def url(endpoint: str, **values: Any) -> str:
    """An address of the portal; the team of this request is filled in."""
    return url_for(endpoint, **values)


def csrf_field() -> Markup:
    """The hidden CSRF token of a form."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def idempotency_field() -> Markup:
    """A hidden key, so that a form sent twice acts once."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, str(db.new_id()))


def _context() -> dict[str, Any]:
    actor = find_actor()
    return {
        "actor": actor,
        "nav": _nav() if actor else [],
        "page": g.get("page", ""),
        "theme": theme(),
        "hotkeys": actor.hotkeys if actor else False,
        "lang": i18n.locale(),
        "flashes": get_flashed_messages(),
        "partial": is_partial(),
    }


def _nav() -> list[dict[str, Any]]:
    actor = find_actor()
    # An error page is drawn after its transaction has closed: it shows no counts.
    may_count = db.is_open() and not is_partial()
    return [
        {
            "key": item.key,
            "href": url_for(item.endpoint),
            "icon": item.icon,
            "label": item.label,
            "count": item.count(actor) if item.count and may_count else 0,
            "poll": url_for(item.poll) if item.poll else "",
        }
        for item in current_app.extensions["community.nav"]
    ]


def theme() -> str:
    """The theme the reader chose, or nothing: then the system's."""
    chosen = request.cookies.get(cookie_name("theme"), "")
    return chosen if chosen in THEMES else ""


def zone() -> ZoneInfo:
    """The reader's zone."""
    actor = find_actor()
    return ZoneInfo(actor.zone if actor else g.get("zone", "UTC"))


def _today() -> date:
    return (
        clock.now().astimezone(zone()).date()
        if db.is_open()
        else clock.local_clock().astimezone(zone()).date()
    )


def _day(value: datetime | date) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def _time_tag(value: datetime | date, text: str) -> Markup:
    full = (
        babel.dates.format_datetime(value, "d MMMM y, HH:mm", tzinfo=zone(), locale=i18n.locale())
        if isinstance(value, datetime)
        else babel.dates.format_date(value, "d MMMM y", locale=i18n.locale())
    )
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), full, text)


def reldate(value: datetime | date | None) -> Markup:
    """A time as people say it ("3 weeks ago"), with the full date in `title` and `datetime`."""
    if value is None:
        return Markup("")
    days = (_today() - _day(value)).days
    return _time_tag(value, relative_words(days, _day(value)))


def relative_words(days: int, day: date) -> str:
    """How long ago a day is; the day itself when it is in the future."""
    if days < -1:
        return babel.dates.format_date(day, "d MMM", locale=i18n.locale())
    if days == -1:
        return _("tomorrow")
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 14:
        return ngettext("%(num)d day ago", "%(num)d days ago", days)
    if days < 70:
        return ngettext("%(num)d week ago", "%(num)d weeks ago", days // 7)
    if days < 700:
        return ngettext("%(num)d month ago", "%(num)d months ago", days // 30)
    return ngettext("%(num)d year ago", "%(num)d years ago", days // 365)


def shortdate(value: datetime | date | None) -> Markup:
    """A day without its year when it is this year's."""
    if value is None:
        return Markup("")
    pattern = "d MMM" if _day(value).year == _today().year else "d MMM y"
    return _time_tag(value, babel.dates.format_date(_day(value), pattern, locale=i18n.locale()))


def exactly(value: datetime) -> Markup:
    """A time to the second in the reader's zone, where the order of acts matters."""
    text = babel.dates.format_datetime(
        value, "d MMM y, HH:mm:ss", tzinfo=zone(), locale=i18n.locale()
    )
    return _time_tag(value, text)


def daydate(value: datetime | date) -> str:
    """A weekday and day: "Thursday 19 November"."""
    return babel.dates.format_date(_day(value), "EEEE d MMMM", locale=i18n.locale())


def longdate(value: datetime | date) -> str:
    """A day with its year, for the middle of a sentence: "3 October 2026"."""
    return babel.dates.format_date(_day(value), "d MMMM y", locale=i18n.locale())


def monthdate(value: datetime | date) -> str:
    """A month heading: "October 2026"."""
    return babel.dates.format_date(_day(value), "LLLL y", locale=i18n.locale())


def birthday(person: Any) -> str:
    """A person's birthday (a row, or its values by name) as people say it; the year where it is known."""
    held = person if isinstance(person, Mapping) else person._mapping
    year, month, day = (held[f"birthday_{part}"] for part in ("year", "month", "day"))
    wanted = "d MMMM y" if year else "d MMMM"
    return babel.dates.format_date(date(year or 2000, month, day), wanted, locale=i18n.locale())
