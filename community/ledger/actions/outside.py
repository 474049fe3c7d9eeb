"""Telling somebody outside that they were helped: only by the giver's choice, in the giver's words."""

from datetime import timedelta
from uuid import UUID

from community.accounts.actions import issue_link, revoke_links
from community.accounts.models import ActionLink
from community.core import clock, outbox, queue
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.ledger.actions.projections import counts_of
from community.ledger.actions.writing import store_act
from community.ledger.models import GiveWords
from community.ledger.models.values import LINK_FOR
from community.ledger.queries import Entry, find_entry_of_link
from community.notifications.queries import why_suppressed

TELL_JOB = "ledger.tell_outsider"
PURPOSE = "acknowledge_give"


def tell_key(give_id: UUID) -> str:
    """The outbox key of the mail about a give: there is one at most."""
    return f"tell:{give_id}"


def tell_later(entry: Entry, held: timedelta) -> None:
    """Owe the mail with its single-use link; it leaves when the give can no longer be undone."""
    words = entry.words
    link_id = issue_link(
        PURPOSE,
        "give",
        entry.give.id,
        address=words.told_address,
        text=_text(words),
        person_id=entry.receiver.id,
        days=LINK_FOR.days,
    )
    outbox.put(
        TELL_JOB,
        {"give_id": entry.give.id, "link_id": link_id},
        queue_name=queue.MAIL,
        key=tell_key(entry.give.id),
        delay=held,
    )


def check_link(link: ActionLink, entry: Entry) -> None:
    """A link answers what was mailed with it: void once the words, or the address, are others."""
    if not link.is_for(address=entry.words.told_address, text=_text(entry.words)):
        raise NotFound(
            _("What the mail with this link said has changed since. You need not do anything."),
            code="link_void",
        )


def _text(words: GiveWords) -> str:
    return f"{words.told_subject}\n{words.told_body}"


def unreachable(why: str, name: str) -> str:
    """Why no mail goes to somebody, and what one can do."""
    if why == "no_more":
        text = _("%(name)s asked for no more mail from this team. Tell them in another way.")
    else:
        text = _(
            "An earlier mail to %(name)s came back, so nothing is sent to this address any more."
            " Put in another one, or tell them in another way."
        )
    return text % {"name": name}


def could_not_reach(give_id: UUID) -> None:
    """The mail cannot arrive: nobody was told, and the giver hears why."""
    entry = find_entry_of_link(give_id)
    if entry is None or entry.state.told_at is None or not entry.state.is_open:
        return
    before = counts_of(entry.state)
    revoke_links("give", give_id)
    why = why_suppressed(entry.words.told_address) or "failed"
    act = entry.state.miss(at=clock.now(), why=why)
    store_act(None, entry, act, before, held=timedelta(0))


def is_to_be_told(entry: Entry) -> bool:
    """Whether the mail may still leave: nobody took it back or answered in the meantime."""
    return entry.state.told_at is not None and entry.state.state == "logged"


__all__ = [
    "PURPOSE",
    "TELL_JOB",
    "check_link",
    "could_not_reach",
    "is_to_be_told",
    "tell_key",
    "tell_later",
]
