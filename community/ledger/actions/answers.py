"""The receiver's word on a give: yes with thanks, yes but a little different, or not how I remember it."""

from datetime import date, timedelta
from uuid import UUID

from community.accounts.actions import use_link
from community.accounts.models import ActionLink
from community.core import clock, hold
from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.ledger import policy
from community.ledger.actions.giving import check_day
from community.ledger.actions.outside import check_link
from community.ledger.actions.projections import counts_of
from community.ledger.actions.writing import store_act
from community.ledger.queries import Entry, find_entry_of_link, get_entry

AT_ONCE = timedelta(0)


def acknowledge(
    actor: Actor, give_id: UUID, *, impact: str | None = None, thanks: str = ""
) -> Entry:
    """Yes, thank you. The impact, once stated, replaces the giver's size."""
    entry = _answerable(actor, give_id)
    before = counts_of(entry.state)
    act = entry.state.acknowledge(
        by=actor.person_id, at=clock.now(), impact=impact, hold=hold.period()
    )
    if thanks:
        entry.words.thanks = thanks
    store_act(actor, entry, act, before)
    return entry


def amend(
    actor: Actor,
    give_id: UUID,
    *,
    kind: str | None = None,
    size: str | None = None,
    impact: str | None = None,
    happened_on: date | None = None,
    thanks: str = "",
) -> Entry:
    """Yes, thank you, with the receiver's own kind, size or day."""
    changes = {"kind": kind, "size": size, "impact": impact, "happened_on": happened_on}
    if not any(changes.values()):
        raise RuleBroken(
            _("Say what was different: the kind, the size or the day."), code="nothing_changed"
        )
    if happened_on is not None:
        check_day(happened_on)
    entry = _answerable(actor, give_id)
    before = counts_of(entry.state)
    act = entry.state.amend(by=actor.person_id, at=clock.now(), hold=hold.period(), **changes)
    if thanks:
        entry.words.thanks = thanks
    store_act(actor, entry, act, before)
    return entry


def dispute(actor: Actor, give_id: UUID, *, reason: str = "") -> Entry:
    """Not how I remember it; only the two of them read of it from then on."""
    entry = _answerable(actor, give_id)
    before = counts_of(entry.state)
    act = entry.state.dispute(by=actor.person_id, at=clock.now(), hold=hold.period())
    entry.words.dispute_reason = reason
    store_act(actor, entry, act, before)
    return entry


def answer_by_link(link: ActionLink, *, yes: bool, words: str = "") -> Entry:
    """The answer of somebody outside, by the link they were mailed: it is spent with it."""
    entry = find_entry_of_link(link.thing_id)
    if entry is None:
        raise NotFound(_("This link is not known."), code="link_unknown")
    check_link(link, entry)
    use_link(link)
    before = counts_of(entry.state)
    person_id, now = entry.give.receiver_id, clock.now()
    if yes:
        act = entry.state.acknowledge(by=person_id, at=now)
        entry.words.thanks = words
    else:
        act = entry.state.dispute(by=person_id, at=now)
        entry.words.dispute_reason = words
    store_act(None, entry, act, before, held=AT_ONCE)
    return entry


def _answerable(actor: Actor, give_id: UUID) -> Entry:
    entry = get_entry(actor, give_id)
    if not policy.can_answer(actor, entry.state):
        name = entry.receiver.shown_name
        raise NotAllowed(_("Only %(name)s can answer this.", name=name), code="not_receiver")
    return entry
