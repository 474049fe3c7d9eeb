"""Pages of notices: what is new, what one hears of, the link at the foot of a mail, the mailbox."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request

from community.core import db, mail
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.identity.queries import find_any_team_by_key
from community.notifications import actions, catalogue, queries, schemas
from community.notifications.formats import links, mailbox
from community.notifications.formats.links import Unsubscribe
from community.notifications.models import CHANNELS
from community.notifications.queries import ShownNotice
from community.web import pages
from community.web.security import CSP, token_page
from community.web.session import current_actor, is_partial, public, without_transaction
from community.web.templating import NavItem, url
from config import LOOPBACK

SHOWN_NEW = 50
SHOWN_SEEN = 20

bp = pages.blueprint("notifications")
outside = Blueprint("letters", __name__, template_folder="templates")

NAV = NavItem(
    key="notifications",
    endpoint="notifications.page",
    icon="bell",
    label=lazy("Notifications"),
    count=queries.count_new,
    poll="notifications.count",
)


@bp.get("/notifications")
def page() -> Response:
    """New for you, then Seen; `?show=` one of them alone."""
    return pages.show("notifications/index.html", page="notifications", **_lists(current_actor()))


@bp.get("/notifications/count")
def count() -> Response:
    """The number beside the bell, asked for once a minute while the page is in view."""
    number = queries.count_new(current_actor())
    poll = url("notifications.count")
    return pages.show("notifications/count.html", number=number, poll=poll)


@bp.post("/notifications/seen")
def see() -> Response:
    """Mark one notice, or all of them, as seen."""
    form = pages.Form(schemas.SeenIn())
    if not form.valid():
        raise NotFound(_("There is no such notice."))
    actor = current_actor()
    ids = form.data["ids"] or None
    actions.mark_seen(actor, ids)
    said = _("Marked as seen.") if ids else _("All caught up.")
    return pages.done(said, to=url("notifications.page"), part=_part(actor))


@bp.post("/notifications/switch")
def switch() -> Response:
    """Switch one kind on or off in one channel, from its row."""
    form = pages.Form(schemas.SwitchIn())
    if form.valid():
        with form.attempt():
            data = form.data
            actor = current_actor()
            enabled = bool(data.get("enabled"))
            actions.set_preference(actor, data["kind"], data["channel"], enabled=enabled)
            said = (
                _("You will get mail of this kind.") if enabled else _("No more mail of this kind.")
            )
            return pages.done(said, to=url("notifications.page"), part=_part(actor))
    raise NotFound(_("There is no such kind of notice."))


@bp.route("/settings/notifications", methods=["GET", "POST"])
def settings() -> Response:
    """Every kind, and whether it comes in the portal and by mail."""
    actor = current_actor()
    form = pages.Form(schemas.PreferencesForm())
    if form.valid():
        with form.attempt():
            actions.replace_preferences(actor, _chosen(actor, form.data))
            return pages.done(_("Saved."), to=url("notifications.settings"))
    kinds = catalogue.kinds_for(actor)
    preferences = queries.preferences(actor)
    return pages.show(
        "notifications/settings.html",
        form=form,
        page="settings",
        kinds=kinds,
        preferences=preferences,
    )


def _chosen(actor: Actor, data: dict[str, Any]) -> dict[str, dict[str, bool]]:
    on = {channel: set(data.get(channel, [])) for channel in CHANNELS}
    return {
        kind.code: {channel: kind.code in on[channel] for channel in kind.channels}
        for kind in catalogue.kinds_for(actor)
    }


def _lists(actor: Actor) -> dict[str, Any]:
    show = request.args.get("show", "")
    cursor = request.args.get("after") or None
    fresh = seen = None
    if show != "seen":
        fresh = queries.list_notices(actor, "new", PageRequest(SHOWN_NEW, cursor if show else None))
    if show != "new":
        seen = queries.list_notices(
            actor, "seen", PageRequest(SHOWN_SEEN, cursor if show else None)
        )
    return {
        "show": show,
        "fresh": _by_person(fresh.items) if fresh else [],
        "fresh_next": fresh.next if fresh else None,
        "seen": _by_person(seen.items) if seen else [],
        "seen_next": seen.next if seen else None,
        "preferences": queries.preferences(actor),
    }


def _by_person(notices: Any) -> list[tuple[str, list[ShownNotice]]]:
    """Notices of one person together, in the order of each person's newest."""
    groups: dict[UUID | None, list[ShownNotice]] = {}
    for notice in notices:
        groups.setdefault(notice.from_person_id, []).append(notice)
    return [(group[0].words.from_name, group) for group in groups.values()]


def _part(actor: Actor) -> str | None:
    if not is_partial():
        return None
    number = queries.count_new(actor)
    return render_template(
        "notifications/reply.html",
        number=number,
        poll=url("notifications.count"),
        **_lists(actor),
    )


@outside.route("/u/<token>", methods=["GET", "POST"])
@token_page
def unsubscribe(token: str) -> Response:
    """The link at the foot of a mail: GET shows, POST acts, without sign-in and again and again."""
    link = _open_link(token)
    done = request.method == "POST"
    if done:
        actions.unsubscribe(link)
    kind = catalogue.find_kind(link.kind)
    label = kind.label if kind else link.kind
    return pages.show("notifications/unsubscribe.html", done=done, label=label)


def _open_link(token: str) -> Unsubscribe:
    key = links.team_key_of(token)
    link = links.read_unsubscribe(token) if key else None
    team = find_any_team_by_key(key) if key and link else None
    if link is None or team is None:
        raise NotFound(_("This link is not one of ours."))
    db.enter(team.id, None)
    if queries.find_member_state(link.member_id) is None:
        raise NotFound(_("This link is not one of ours."))
    return link


@outside.get("/mailbox")
@public
@without_transaction
def mail_list() -> Response:
    """Mail that would have been sent; in development only."""
    _only_at_home()
    mails = mailbox.newest(mail.settings().mailbox)
    return pages.show("notifications/mailbox.html", mails=mails)


@outside.get("/mailbox/<name>")
@public
@without_transaction
def mail_page(name: str) -> Response:
    """One mail, its text and its HTML; in development only."""
    _only_at_home()
    found = mailbox.find(mail.settings().mailbox, name)
    if found is None:
        raise NotFound(_("There is no such mail."))
    response = pages.show("notifications/mail.html", mail=found)
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response


@outside.get("/mailbox/<name>/html")
@public
@without_transaction
def mail_html(name: str) -> Response:
    """The HTML part as a mail program draws it: its own styles, and nothing else can happen."""
    _only_at_home()
    found = mailbox.find(mail.settings().mailbox, name)
    if found is None or not found.html:
        raise NotFound(_("There is no such mail."))
    response = make_response(found.html)
    response.headers["Content-Security-Policy"] = mailbox.POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _only_at_home() -> None:
    """In development, and by our own name: it asks for no sign-in and shows links that sign in.

    A page of another site can have its own name lead to this machine and read what answers by
    it, but it cannot have the browser say ours. The port proves nothing, and may be a tunnel's.
    """
    if not current_app.config["DEVELOPMENT"]:
        abort(404)
    ours = urlsplit(current_app.config["BASE_URL"])
    if urlsplit(f"//{request.host}").hostname not in (*LOOPBACK, ours.hostname):
        address = f"{current_app.config['BASE_URL']}{request.path}"
        raise NotAllowed(_("The mailbox opens at %(address)s.", address=address))
