"""Who sees and who changes people and notes about them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, or_, select, true

from community.core.aliases import shared_alias
from community.identity.models import Actor, CircleMember, Membership
from community.identity.policy import can_widen, in_audience, in_team
from community.people.models import (
    Fact,
    Handover,
    Moment,
    Note,
    NoteVersion,
    Organisation,
    Person,
    ProfilePart,
    Relation,
    SavedView,
)

UNDO_FOR = timedelta(days=30)

_Named = shared_alias(Person)
_Subject = shared_alias(Person)
_Now = shared_alias(Membership)
_Ever = shared_alias(Membership)


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


def can_give_picture(actor: Actor, person: Any) -> bool:
    """A member chooses their own; of somebody outside, whoever may edit them."""
    return actor.is_me(person.id) if _is_member(person) else can_edit(actor, person)


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


def visible_relations(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the relations the actor may see: both people as well as the relation.

    One that somebody shares about the actor is theirs to read, like a note about them.
    """
    mine = or_(Relation.person_id == actor.person_id, Relation.other_id == actor.person_id)
    return and_(
        Relation.team_id == actor.team_id,
        Relation.deleted_at.is_(None),
        or_(in_audience(actor, Relation), and_(mine, _told_to(actor, Relation))),
        _sees(actor, Relation.person_id),
        _sees(actor, Relation.other_id),
    )


def _sees(actor: Actor, person_id: Any) -> ColumnElement[bool]:
    return (
        exists()
        .where(_Named.team_id == actor.team_id, _Named.id == person_id)
        .where(_Subject.team_id == _Named.team_id, _Subject.id == _Named.canonical_id)
        .where(visible(actor, _Subject))
    )


def can_relate(actor: Actor) -> bool:
    """Guests write nothing about people."""
    return not actor.is_guest


def can_change_relation(actor: Actor, relation: Any) -> bool:
    """Only the author changes, shares or removes a relation."""
    return relation.author_id in actor.person_ids


def can_define(actor: Actor) -> bool:
    """The team's own fields and words are the owners' and stewards' to make."""
    return actor.role in ("owner", "steward")


def visible_organisations(actor: Actor, organisation: Any = Organisation) -> ColumnElement[bool]:
    """The WHERE clause of the organisations the actor may see; `organisation` may be an alias."""
    return and_(
        organisation.team_id == actor.team_id,
        organisation.deleted_at.is_(None),
        in_audience(actor, organisation),
    )


def can_edit_organisation(actor: Actor, organisation: Any) -> bool:
    """Own and team-visible ones, by members and above; archiving is the same right."""
    if actor.is_guest:
        return False
    return organisation.author_id in actor.person_ids or organisation.audience == "team"


def can_delete_organisation(actor: Actor, organisation: Any) -> bool:
    """Authors their own; owners and stewards team-visible ones."""
    if actor.is_guest:
        return False
    if organisation.author_id in actor.person_ids:
        return True
    return organisation.audience == "team" and actor.role in ("owner", "steward")


def can_restore_organisation(actor: Actor, organisation: Any, at: datetime) -> bool:
    """Whoever deleted it, or might have, within the time for undoing."""
    if organisation.deleted_at is None or at - organisation.deleted_at > UNDO_FOR:
        return False
    return organisation.deleted_by_id in actor.person_ids or can_delete_organisation(
        actor, organisation
    )


def _is_member(person: Any) -> bool:
    return person.membership_id is not None


def visible_items(actor: Actor, item: Any) -> ColumnElement[bool]:
    """The WHERE clause of the items about people (`item`: a model or its alias) the actor may see.

    By their audience; and one about the actor as soon as it is shared with anybody (only the
    author's private ones stay theirs, and what was narrowed before the actor joined), also while
    they dispute it: then nobody else does. The person it is about must be visible as well.
    """
    about = (
        exists()
        .where(_Named.team_id == item.team_id, _Named.id == item.person_id)
        .where(_Subject.team_id == _Named.team_id, _Subject.id == _Named.canonical_id)
        .where(visible(actor, _Subject))
    )
    about_me = and_(item.person_id == actor.person_id, _told_to(actor, item))
    return and_(item.team_id == actor.team_id, or_(in_audience(actor, item), about_me), about)


def visible_notes(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the notes the actor may see."""
    return and_(visible_items(actor, Note), Note.deleted_at.is_(None))


def visible_facts(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the facts the actor may see."""
    return and_(visible_items(actor, Fact), Fact.deleted_at.is_(None))


def visible_moments(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the achievements and hard times the actor may see."""
    return and_(visible_items(actor, Moment), Moment.deleted_at.is_(None))


def can_claim(actor: Actor, moment: Any) -> bool:
    """Members take on what is not about themselves."""
    return not actor.is_guest and not is_about(actor, moment)


def sees_claim(actor: Actor, moment: Any) -> bool:
    """Who takes it on is the members' affair: not told to guests, nor to whom it is about."""
    return can_claim(actor, moment)


def visible_versions(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the earlier words of notes, joined with Note, that the actor may see.

    They see the note now, and saw it when it said so: who is let in later starts from there.
    """
    about_me = _told(NoteVersion, actor.first_joined_at, actor.person_id, Note.person_id)
    told = and_(Note.person_id == actor.person_id, about_me)
    return and_(visible_notes(actor), or_(in_audience(actor, NoteVersion), told))


def _told_to(actor: Actor, item: Any) -> ColumnElement[bool]:
    """What somebody else narrowed is told to the member it is about, if it was shared at all.

    Whoever wrote it before they joined, or about somebody outside who was merged into them since,
    did not choose them as a reader, so that of those only what the whole team reads is told; what
    names them is theirs by its audience.
    """
    return _told(item, actor.first_joined_at, actor.person_id)


def told_to(actor: Actor, item: Any) -> ColumnElement[bool]:
    """The same for the items of features above, joined to whom they are about."""
    return _told_to(actor, item)


def subject_reads(subject: Any, item: Any = Note) -> ColumnElement[bool]:
    """Whether the member an item is about (`subject`, joined) reads it; false for who never was one."""
    seat = exists().where(
        CircleMember.team_id == item.team_id,
        CircleMember.circle_id == item.circle_id,
        CircleMember.member_id == subject.membership_id,
    )
    named = subject.id == any_(item.audience_people)
    joined_at = _joined_at(subject).correlate(subject).scalar_subquery()
    told = or_(_told(item, joined_at, subject.id), named, seat)
    return func.coalesce(and_(item.audience != "private", told), false())


def _told(item: Any, joined_at: Any, own_id: Any, about: Any = None) -> ColumnElement[bool]:
    """What names somebody who was merged into the member was written about somebody outside.

    `about` is the column of whom the item is about, where that is not its own.
    """
    named = (item.person_id if about is None else about) == own_id
    if hasattr(item, "other_id"):
        named = or_(named, item.other_id == own_id)
    narrowed = and_(item.audience != "private", item.created_at >= joined_at, named)
    return or_(item.audience == "team", narrowed)


def _joined_at(person: Any) -> Select[Any]:
    """When the user behind a member's person was first let into the team."""
    return (
        select(func.min(_Ever.joined_at))
        .join(_Now, and_(_Now.team_id == _Ever.team_id, _Now.user_id == _Ever.user_id))
        .where(_Now.team_id == person.team_id, _Now.id == person.membership_id)
    )


def can_add_note(actor: Actor) -> bool:
    """Guests write no notes, facts nor preferences."""
    return not actor.is_guest


def can_change_note(actor: Actor, note: Any) -> bool:
    """Only the author edits, shares or deletes a note or a fact."""
    return note.author_id in actor.person_ids


def is_about(actor: Actor, note: Any) -> bool:
    """Whether a note or a fact is about the actor, and was when it was written.

    What names somebody outside who was merged into them since is not theirs to judge.
    """
    return bool(note.about_id == actor.person_id)


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


def visible_profile(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of what members say of themselves, as far as the actor may read it.

    Theirs by its audience, as long as they are in the team; one's own always.
    """
    of_member = (
        exists()
        .where(_Named.team_id == ProfilePart.team_id, _Named.id == ProfilePart.author_id)
        .where(_Subject.team_id == _Named.team_id, _Subject.id == _Named.canonical_id)
        .where(visible(actor, _Subject), in_team(_Subject))
    )
    mine = ProfilePart.author_id.in_(actor.person_ids)
    shared = and_(in_audience(actor, ProfilePart), of_member)
    return and_(ProfilePart.team_id == actor.team_id, or_(mine, shared))


def visible_handovers(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the hand-overs the actor may see: from them or to them, of whom they see."""
    stands = and_(Handover.team_id == actor.team_id, Handover.withdrawn_at.is_(None))
    return and_(stands, in_audience(actor, Handover), _sees(actor, Handover.person_id))
