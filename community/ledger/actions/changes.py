"""Taking back, correcting and sharing what is in the ledger; and what time does to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community.accounts.actions import revoke_links
from community.core import clock, db, hold, outbox
from community.core.errors import Conflict, NotAllowed
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.ledger import policy
from community.ledger.actions.giving import Draft, Logged, log_give
from community.ledger.actions.outside import tell_key
from community.ledger.actions.projections import counts_of
from community.ledger.actions.writing import store_act, withdraw_notices
from community.ledger.models import GiveAct, GiveState, replay
from community.ledger.queries import (
    Entry,
    find_acts,
    find_lapsing,
    get_entry,
    was_size_said,
)
from community.people.actions import resolve_audience

LAPSES_AFTER = timedelta(days=30)
LAPSE_BATCH = 2000


def retract(actor: Actor, give_id: UUID) -> Entry:
    """Whoever logged it takes it back; what has not left yet never leaves."""
    entry = get_entry(actor, give_id)
    if not policy.can_retract(actor, entry.state):
        raise NotAllowed(_("Only the one who wrote this can take it back."), code="not_author")
    return _retract(actor, entry)


def undo(actor: Actor, give_id: UUID) -> Entry:
    """Undo the actor's latest act: a retraction inside the hold, later a counter-entry."""
    entry = get_entry(actor, give_id)
    if not policy.is_party(actor, entry.state):
        raise NotAllowed(_("Only the two of them can undo this."), code="not_party")
    state, now = entry.state, clock.now()
    wrote = policy.can_retract(actor, state)
    if wrote and (
        not state.is_confirmed or (policy.is_receiver(actor, state) and state.is_held(now))
    ):
        return _retract(actor, entry)
    if policy.can_answer(actor, state) and not wrote and state.is_held(now):
        return _take_back(actor, entry)
    if state.is_confirmed and policy.can_correct(actor, state):
        return _correct(actor, entry, None)
    raise _too_late()


def correct(
    actor: Actor, give_id: UUID, *, replacement: dict[str, Any] | None = None
) -> tuple[Entry, Logged | None]:
    """Take an entry out of the sums by a counter-entry; put another in its place where one is given.

    What the giver puts in its place waits for the receiver again; what the receiver puts there
    counts at once.
    """
    entry = get_entry(actor, give_id)
    if not policy.can_correct(actor, entry.state):
        raise NotAllowed(_("Only the two of them can correct this."), code="not_party")
    entry.state.require("correct")
    logged = (
        log_give(actor, _replacing(actor, entry, replacement)) if replacement is not None else None
    )
    return _correct(actor, entry, logged), logged


def share(actor: Actor, give_id: UUID, visibility: Mapping[str, Any]) -> Entry:
    """The author says anew who may see it."""
    entry = get_entry(actor, give_id)
    if not policy.can_share(actor, entry.state):
        raise NotAllowed(_("Only the one who wrote this says who may see it."), code="not_author")
    before = counts_of(entry.state)
    stored = resolve_audience(actor, visibility, default="private", keep=entry.state.circle_id)
    act = entry.state.share(by=actor.person_id, at=clock.now(), visibility=stored)
    store_act(actor, entry, act, before, announced=False)
    return entry


def lapse_unanswered(as_of: datetime) -> int:
    """Let what nobody answered for thirty days rest; a thank you stays possible. Returns how many."""
    states = find_lapsing(as_of - LAPSES_AFTER, LAPSE_BATCH)
    for state in states:
        db.add(state.lapse(at=as_of))
        journal.record(None, "lapse", "give", state.give_id)
    db.session().flush()
    return len(states)


def _retract(actor: Actor, entry: Entry) -> Entry:
    before, seq = counts_of(entry.state), entry.state.version
    act = entry.state.retract(by=actor.person_id, at=clock.now())
    for number in range(1, seq + 1):
        withdraw_notices(entry, number)
    outbox.cancel(keys=[tell_key(entry.give.id)])
    if entry.state.told_at is not None:
        revoke_links("give", entry.give.id)
    store_act(actor, entry, act, before, announced=False)
    return entry


def _take_back(actor: Actor, entry: Entry) -> Entry:
    acts = find_acts(actor, entry.give.id)
    standing = _standing_answers(acts)
    if not standing:
        raise _too_late()
    before, seq = counts_of(entry.state), entry.state.version
    answer = standing.pop()
    earlier = replay(entry.give, acts[:answer]).state
    act = entry.state.take_back(by=actor.person_id, at=clock.now(), give=entry.give, to=earlier)
    withdraw_notices(entry, seq)
    # The words of an answer that still stands stay with it.
    if acts[answer].verb == "dispute":
        entry.words.dispute_reason = ""
    elif all(acts[number].verb == "dispute" for number in standing):
        entry.words.thanks = ""
    store_act(actor, entry, act, before, announced=False)
    return entry


def _standing_answers(acts: Sequence[Any]) -> list[int]:
    """The numbers of the receiver's answers that were not taken back, in order."""
    standing: list[int] = []
    for number, act in enumerate(acts):
        if act.verb in ("acknowledge", "amend", "dispute"):
            standing.append(number)
        elif act.verb == "take_back":
            standing.pop()
    return standing


def _too_late() -> Conflict:
    return Conflict(_("This cannot be undone any more."), code="too_late")


def _correct(actor: Actor, entry: Entry, logged: Logged | None) -> Entry:
    before = counts_of(entry.state)
    act = entry.state.correct(
        by=actor.person_id,
        at=clock.now(),
        replacement_id=logged.entry.give.id if logged else None,
        hold=hold.period(),
    )
    # The entry in its place brings a notice of its own.
    store_act(actor, entry, act, before, announced=logged is None)
    return entry


def _said(acts: Sequence[GiveAct], size: str) -> str | None:
    return size if was_size_said(size, ((act.verb, act.data.get("size")) for act in acts)) else None


def _kept_impact(actor: Actor, state: GiveState, changes: Mapping[str, Any]) -> str | None:
    """What it meant stays said, unless the giver corrects or the receiver names another size."""
    is_mine = policy.is_receiver(actor, state)
    return state.impact if is_mine and changes.get("size", state.size) == state.size else None


def _replacing(actor: Actor, entry: Entry, changes: dict[str, Any]) -> Draft:
    state = entry.state
    # Somebody else's circle or list of people is not the corrector's to reuse.
    shared = Visibility(state.audience, tuple(state.audience_people), state.circle_id)
    if not policy.can_share(actor, state) and state.audience != "team":
        shared = Visibility("private")
    values: dict[str, Any] = {
        "giver_id": entry.giver.id,
        "receiver_id": entry.receiver.id,
        "kind": state.kind,
        "size": _said(find_acts(actor, entry.give.id), state.size),
        "impact": _kept_impact(actor, state, changes),
        "happened_on": state.happened_on,
        "story": entry.words.story,
        "minutes": entry.give.minutes,
        "visibility": shared,
        "inspired_by_id": entry.give.inspired_by_id,
        **changes,
    }
    shown = (*entry.shown_earlier, entry.give.id)
    return Draft(**values, replaces_id=entry.give.id, shown_earlier=shown)
