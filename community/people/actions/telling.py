"""Telling a member that something about them is shared now, and taking that back."""

from community.core import hold
from community.identity.models import Actor
from community.notifications import actions as notifications
from community.people import notices, queries
from community.people.models import Fact, Note, Preference


def subject_reads(item: Note | Fact | Preference) -> bool:
    """Whether the member it is about reads it as it stands."""
    return item.audience != "private" and queries.subject_reads(item.id, type(item))


def tell_subject(
    actor: Actor, item: Note | Fact | Preference, *, was_read: bool, by_mail: bool = True
) -> None:
    """Tell a member that an item about them is shared now, after the hold; take it back when no more."""
    reads = subject_reads(item)
    if was_read and not reads:
        untell(item)
    if was_read or not reads:
        return
    member_id = queries.find_subject(actor, item.person_id)
    if member_id is not None:
        notifications.notify(
            notices.ABOUT_YOU[notices.code_of(item)],
            member_id=member_id,
            thing_kind=notices.code_of(item),
            thing_id=item.id,
            key=notices.keys_about(item)[-1],
            from_person_id=actor.person_id,
            hold=hold.period(),
            by_mail=by_mail,
        )


def untell(item: Note | Fact | Preference) -> None:
    """Withdraw every notice of it."""
    notifications.withdraw(keys=notices.keys_about(item))
