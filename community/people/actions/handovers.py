"""Leaving a person to a colleague: a notice with a word. It opens nothing that they do not read already."""

from uuid import UUID

from community.core import clock, db, hold
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.identity.queries import find_actor_of_member
from community.journal import actions as journal
from community.notifications import actions as notifications
from community.people import notices, policy, queries
from community.people.models import Handover


def find_colleague(actor: Actor, to_id: UUID) -> Actor:
    """The other member of the team whom this names."""
    member_id = queries.find_subject(actor, to_id)
    colleague = find_actor_of_member(member_id) if member_id is not None else None
    if colleague is None:
        said = _("Choose somebody else who is in the team.")
        raise RuleBroken(said, code="not_a_member", field="to_id")
    return colleague


def hand_over(actor: Actor, person_id: UUID, *, to_id: UUID, words: str = "") -> Handover:
    """Leave a person to a colleague who sees them; they hear of it after the hold."""
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests hand nobody over."))
    person = queries.get_person(actor, person_id)
    colleague = find_colleague(actor, to_id)
    if not queries.find_seen(colleague, [person.id]):
        said = _("%(name)s does not see this person. Share the person first.", name=colleague.name)
        raise RuleBroken(said, code="not_seen", field="to_id")
    made = Handover(id=db.new_id(), person_id=person.id, author_id=actor.person_id, words=words)
    made.to_id = colleague.person_id
    made.see(Visibility("people", (colleague.person_id,)))
    db.add(made)
    db.flush()
    journal.record(actor, "add", "handover", made.id, about_id=person.id)
    notifications.notify(
        notices.HANDED_OVER,
        member_id=colleague.member_id,
        thing_kind="handover",
        thing_id=made.id,
        key=f"{notices.HANDED_OVER}:{made.id}",
        from_person_id=actor.person_id,
        hold=hold.period(),
    )
    return made


def take_back(actor: Actor, handover_id: UUID) -> Handover:
    """Take a hand-over back; within the hold its notice never leaves."""
    made = queries.get_handover(actor, handover_id)
    if made.author_id not in actor.person_ids:
        raise NotAllowed(_("Only the one who handed over can take it back."))
    made.withdraw(clock.now())
    db.flush()
    journal.record(actor, "withdraw", "handover", made.id, about_id=made.person_id)
    notifications.withdraw(keys=[f"{notices.HANDED_OVER}:{made.id}"])
    return made
