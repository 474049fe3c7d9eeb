"""Who sees and who changes people and notes about them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from community.identity.models import Actor, CircleMember, Membership
from community.identity.policy import can_widen, in_audience
from community.people.models import Note, Person, SavedView

UNDO_FOR = timedelta(days=30)


def visible(actor: Actor, person: Any = Person) -> ColumnElement[bool]:
    """The WHERE clause of the persons the actor may see; `person` may be an alias.

    Deleted ones are hidden from everybody. Merged ones are included: reads resolve them by
    their canonical id.
    """
    return and_(
        person.team_id == actor.team_id, person.deleted_at.is_(None), in_audience(actor, person)
    )


def listed(actor: Actor, person: Any = Person) -> ColumnElement[bool]:
    """The same for lists and searches: each person once, without those merged into another."""
    return and_(visible(actor, person), person.merged_into_id.is_(None))


def can_create(actor: Actor) -> bool:
    """Guests add nobody."""
    return not actor.is_guest


def can_edit(actor: Actor, person: Any) -> bool:
    """Own and team-visible people by members and above; a member's own person by them or an owner.

    Like every question here it takes a Person or the row of a query.
    """
    if _is_member(person):
        return actor.is_me(person.id) or actor.is_owner
    if actor.is_guest:
        return False
    return person.author_id in actor.person_ids or person.audience == "team"


def can_archive(actor: Actor, person: Any) -> bool:
    """As editing, but a member stays in the lists."""
    return not _is_member(person) and can_edit(actor, person)


def editable(actor: Actor, person: Any = Person) -> ColumnElement[bool]:
    """`can_edit` as a WHERE clause, for acts on many; of those that are visible."""
    own = person.id.in_(actor.person_ids)
    member = true() if actor.is_owner else own
    shared = or_(person.author_id.in_(actor.person_ids), person.audience == "team")
    outside = false() if actor.is_guest else shared
    is_member = person.membership_id.is_not(None)
    return or_(and_(is_member, member), and_(~is_member, outside))


def can_delete(actor: Actor, person: Any) -> bool:
    """Authors delete their own; owners and stewards team-visible ones. Members leave, they are not deleted."""
    if _is_member(person) or actor.is_guest:
        return False
    if person.author_id in actor.person_ids:
        return True
    return person.audience == "team" and actor.role in ("owner", "steward")


def can_restore(actor: Actor, person: Person, at: datetime) -> bool:
    """Whoever deleted it, or might have, within the time for undoing."""
    if person.deleted_at is None or person.erased_at is not None:
        return False
    if at - person.deleted_at > UNDO_FOR:
        return False
    return person.deleted_by_id in actor.person_ids or can_delete(actor, person)


def can_share(actor: Actor, person: Any) -> bool:
    """Only the author says who sees it; a member is seen by their team."""
    return not _is_member(person) and not actor.is_guest and can_widen(actor, person)


def _is_member(person: Any) -> bool:
    return person.membership_id is not None


def visible_notes(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the notes the actor may see.

    By their audience; and a note about the actor as soon as it is shared with anybody (only the
    author's private ones stay theirs, and what was narrowed before the actor joined), also while
    they dispute it: then nobody else does. The person it is about must be visible as well.
    """
    named, subject = aliased(Person), aliased(Person)
    about = (
        exists()
        .where(named.team_id == Note.team_id, named.id == Note.person_id)
        .where(subject.team_id == named.team_id, subject.id == named.canonical_id)
        .where(visible(actor, subject))
    )
    about_me = and_(Note.person_id.in_(actor.person_ids), _told_to(actor, Note))
    return and_(
        Note.team_id == actor.team_id,
        Note.deleted_at.is_(None),
        or_(in_audience(actor, Note), about_me),
        about,
    )


def _told_to(actor: Actor, item: Any) -> ColumnElement[bool]:
    """What somebody else narrowed is told to the member it is about, if it was shared at all.

    Whoever wrote it before they joined, or about somebody outside who was merged into them since,
    did not choose them as a reader, so that of those only what the whole team reads is told; what
    names them is theirs by its audience.
    """
    return _told(item, first_joined(actor), own_id(actor))


def first_joined(actor: Actor) -> Any:
    """When the actor was first let into the team, for a WHERE clause."""
    me = aliased(Person)
    found = _joined_at(me).where(me.team_id == actor.team_id, me.id.in_(actor.person_ids))
    return found.scalar_subquery()


def own_id(actor: Actor) -> Any:
    """The actor's own id, without those merged into it, for a WHERE clause."""
    me = aliased(Person)
    found = select(me.id).where(me.team_id == actor.team_id, me.id.in_(actor.person_ids))
    return found.where(me.canonical_id == me.id).limit(1).scalar_subquery()


def subject_reads(subject: Any) -> ColumnElement[bool]:
    """Whether the member a note is about (`subject`, joined) reads it; false for who never was one."""
    seat = exists().where(
        CircleMember.team_id == Note.team_id,
        CircleMember.circle_id == Note.circle_id,
        CircleMember.member_id == subject.membership_id,
    )
    named = subject.id == any_(Note.audience_people)
    joined_at = _joined_at(subject).correlate(subject).scalar_subquery()
    told = or_(_told(Note, joined_at, subject.id), named, seat)
    return func.coalesce(and_(Note.audience != "private", told), false())


def _told(item: Any, joined_at: Any, own_id: Any) -> ColumnElement[bool]:
    """What names somebody who was merged into the member was written about somebody outside."""
    narrowed = and_(
        item.audience != "private", item.created_at >= joined_at, item.person_id == own_id
    )
    return or_(item.audience == "team", narrowed)


def _joined_at(person: Any) -> Select[Any]:
    """When the user behind a member's person was first let into the team."""
    now, ever = aliased(Membership), aliased(Membership)
    return (
        select(func.min(ever.joined_at))
        .join(now, and_(now.team_id == ever.team_id, now.user_id == ever.user_id))
        .where(now.team_id == person.team_id, now.id == person.membership_id)
    )


def can_add_note(actor: Actor) -> bool:
    """Guests write no notes."""
    return not actor.is_guest


def can_change_note(actor: Actor, note: Any) -> bool:
    """Only the author edits, shares or deletes a note."""
    return note.author_id in actor.person_ids


def is_about(actor: Actor, note: Any) -> bool:
    """Whether a note is about the actor."""
    return actor.is_me(note.person_id)


def can_dispute(actor: Actor, note: Any) -> bool:
    """The one it is about, where somebody else wrote it; no role can in their place."""
    return is_about(actor, note) and note.author_id not in actor.person_ids


def visible_views(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of saved lists: one's own, and for the team those that are shared."""
    mine = SavedView.author_id.in_(actor.person_ids)
    here = SavedView.team_id == actor.team_id
    return and_(here, mine if actor.is_guest else or_(mine, SavedView.is_shared))


def can_change_view(actor: Actor, view: Any) -> bool:
    """Whoever saved it."""
    return actor.is_me(view.author_id)
