"""A member does not find right what is written about them: the item hides until they say it is.

The author changes it, narrows it or takes it away; only the member ends the dispute, and no role
reads or settles it in their place. Every act locks the note first and the dispute after it.
"""

from uuid import UUID

from community.core import clock, db, hold
from community.core.errors import Conflict, NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor, Dispute
from community.journal import actions as journal
from community.notifications import actions as notifications
from community.people import notices, policy, queries
from community.people.models import Fact, Note


def dispute_note(actor: Actor, note_id: UUID, *, reason: str = "") -> Dispute:
    """Say that a note about oneself is not right; again, to say why anew or after an answer."""
    return _dispute(actor, queries.get_note(actor, note_id), reason)


def dispute_fact(actor: Actor, fact_id: UUID, *, reason: str = "") -> Dispute:
    """The same of a fact about oneself."""
    return _dispute(actor, queries.get_fact(actor, fact_id), reason)


def dispute_item(actor: Actor, kind: str, thing_id: UUID, *, reason: str = "") -> Dispute:
    """The same of an item by its kind."""
    disputes = {"note": dispute_note, "fact": dispute_fact}
    return disputes[kind](actor, thing_id, reason=reason)


def _dispute(actor: Actor, note: Note | Fact, reason: str) -> Dispute:
    kind = note.disputed_as
    if not policy.is_about(actor, note):
        raise NotAllowed(
            _("Only the one this is about can say that it is not right."), code="not_about_you"
        )
    if not policy.can_dispute(actor, note):
        raise NotAllowed(_("You wrote this yourself: change it."), code="own_note")
    dispute = queries.find_live(actor, kind, note.id)
    if dispute is None:
        dispute = Dispute(kind=kind, thing_id=note.id, reason=reason)
        dispute.id, dispute.subject_id, dispute.state = db.new_id(), actor.person_id, "open"
        db.add(dispute)
    elif dispute.state == "open" and dispute.reason == reason:
        return dispute
    else:
        dispute.ask_again(reason)
    _touch(note)
    journal.record(actor, "dispute", kind, note.id, about_id=note.person_id)
    _tell(actor, notices.NOTE_DISPUTED, dispute, note.author_id)
    return dispute


def end_dispute(actor: Actor, kind: str, thing_id: UUID) -> Dispute:
    """Let it be: others see the item again. Its subject may also when the author hid it."""
    note = queries.find_to_release(actor, kind, thing_id)
    dispute = queries.find_live(actor, kind, thing_id)
    if note is None or dispute is None or not actor.is_me(dispute.subject_id):
        raise NotFound(_("You dispute nothing of the kind."))
    was_heard = dispute.updated_at + hold.period() <= clock.now()
    notifications.withdraw(keys=notices.keys_of(notices.NOTE_DISPUTED, dispute))
    dispute.end(actor.person_id, clock.now())
    _touch(note)
    verb = "settle" if dispute.state == "settled" else "withdraw_dispute"
    journal.record(actor, verb, kind, note.id, about_id=note.person_id)
    if was_heard or dispute.state == "settled":
        _tell(actor, notices.DISPUTE_ENDED, dispute, note.author_id)
    return dispute


def answer_dispute(actor: Actor, note: Note | Fact) -> None:
    """The author has changed, narrowed or deleted an item: whoever disputes it looks again."""
    dispute = queries.find_live(actor, note.disputed_as, note.id)
    if dispute is None:
        return
    dispute.answer(clock.now())
    db.flush()
    journal.record(actor, "answer_dispute", note.disputed_as, note.id, about_id=note.person_id)
    _tell(actor, notices.DISPUTE_ANSWERED, dispute, dispute.subject_id)


def refuse_again(actor: Actor, person_id: UUID, said: str, *, but: UUID | None = None) -> None:
    """What somebody disputes is not said again beside it: that would undo the dispute."""
    disputed = queries.find_disputed_words(actor, person_id, but=but)
    if fold(said) in {fold(words) for words in disputed}:
        raise Conflict(
            _("They have said that this is not right. Write something else, or leave it be."),
            code="disputed",
        )


def _touch(note: Note | Fact) -> None:
    """What its readers are told of the item is another thing now, so its version is."""
    note.touch()
    db.flush()


def _tell(actor: Actor, kind: str, dispute: Dispute, person_id: UUID) -> None:
    """Tell the other one of the two, where they are in the team, after the time for undoing."""
    member_id = queries.find_subject(actor, person_id)
    if member_id is not None:
        notifications.notify(
            kind,
            member_id=member_id,
            thing_kind="dispute",
            thing_id=dispute.id,
            key=notices.keys_of(kind, dispute)[-1],
            from_person_id=actor.person_id,
            hold=hold.period(),
        )
