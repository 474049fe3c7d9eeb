"""What the ledger's pages share: the blueprint, a row alone, and what a toast says."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import render_template, request

from community.core import hold
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.ledger import queries
from community.ledger.actions import Logged
from community.ledger.portal import forms, labels
from community.ledger.portal.filters import FILTERS, read_filter
from community.ledger.queries import SeenGive, seen
from community.notifications.queries import count_new
from community.web import pages
from community.web.session import current_actor
from community.web.templating import shortdate, url

bp = pages.blueprint("ledger")

for _name, _filter in labels.FILTERS.items():
    bp.add_app_template_filter(_filter, _name)
bp.add_app_template_global(forms.sentence, "give_sentence")


def path_of(give: SeenGive) -> str:
    """The page of one entry."""
    return url("ledger.give", give_id=give.id)


def row(give: SeenGive) -> str:
    """An entry's row, to take the place of the one on the page, and the figures beside it anew."""
    return render_template("ledger/_answered.html", give=give, fresh=True, **_figures())


def _figures() -> dict[str, Any]:
    """What the page that asked counts: the history its own filter, Today who waits."""
    actor = current_actor()
    bell = {"news": count_new(actor), "poll": url("notifications.count")}
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    given = dict(parse_qsl(page.query))
    if page.path == url("ledger.gives") and "after" not in given:
        wanted = read_filter({name: given[name] for name in FILTERS if name in given})
        return {**bell, "sums": queries.sum_mine(actor, wanted)}
    return {**bell, "waiting": queries.find_to_answer(actor)}


def heard(give: SeenGive) -> str:
    """When the other one's notice, or the mail to somebody outside, leaves.

    The entry itself is theirs to see at once, so nothing is said of that.
    """
    name, seconds = give.other_name, int(hold.period().total_seconds())
    if not seconds:
        return _("%(name)s hears of it now.", name=name)
    if give.other_is_member:
        return ngettext(
            "The notice to %(name)s leaves in %(num)d second.",
            "The notice to %(name)s leaves in %(num)d seconds.",
            seconds,
            name=name,
        )
    return ngettext(
        "The mail to %(name)s leaves in %(num)d second.",
        "The mail to %(name)s leaves in %(num)d seconds.",
        seconds,
        name=name,
    )


def said_of_new(logged: Logged) -> str:
    """What the toast says of a new entry: who hears of it, and whether the words were used before."""
    give = seen(current_actor(), logged.entry)
    if give.no_reply:
        words = _("Noted for you alone.")
    elif not give.other_is_member and give.told_at is None:
        words = _("Noted. %(name)s is not told.", name=give.other_name)
    else:
        words = _("Noted.") + " " + heard(give)
    if logged.repeated_on is not None:
        day = shortdate(logged.repeated_on).striptags()
        words += " " + _("You used the same words for %(day)s.", day=day)
    return words
