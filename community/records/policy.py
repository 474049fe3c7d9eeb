"""Who may take out what, who prepares and completes a request, and who sees it.

No role opens what is private: what is handed out to a person who asked is what the whole team
reads, and what authors agreed to share, whoever prepares and completes.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import policy as people_policy
from community.records.models import Export, ReleaseQuestion, SubjectRequest

STEWARDS = ("owner", "steward")


def can_prepare(actor: Actor) -> bool:
    """Stewards and owners see requests, record them for people outside, and prepare them."""
    return actor.role in STEWARDS


def can_complete(actor: Actor) -> bool:
    """Owners complete and decline requests, and erase."""
    return actor.is_owner


def can_export(actor: Actor, scope: str) -> bool:
    """Everybody their own; what they may see of others, stewards and owners."""
    return scope == "me" or actor.role in STEWARDS


def can_see_holdings(actor: Actor) -> bool:
    """What is held of somebody, by kind, is for whoever answers requests."""
    return actor.role in STEWARDS


def can_see_openings(actor: Actor, person: Any) -> bool:
    """Who opened what is here of somebody outside: for whoever answers requests or entered them.

    A member reads their own, and nobody else does.
    """
    answers = can_see_holdings(actor) or person.author_id in actor.person_ids
    return actor.is_me(person.id) or (answers and person.membership_id is None)


def can_say_basis(actor: Actor, person: Any) -> bool:
    """Whoever may edit the person, and those who answer requests."""
    return actor.role in STEWARDS or people_policy.can_edit(actor, person)


def anybody_of(actor: Actor) -> Actor:
    """A member of the team who is nobody in it: they read what the whole team does, and no more."""
    return replace(Actor.stand_in(("member", 1, 0)), team_id=actor.team_id)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the requests one sees: one's own; stewards and owners all."""
    mine = or_(
        SubjectRequest.person_id == actor.person_id,
        SubjectRequest.asked_by_id.in_(actor.person_ids),
    )
    here = SubjectRequest.team_id == actor.team_id
    return here if can_prepare(actor) else and_(here, mine)


def visible_exports(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the files one sees: those one had made, and no role those of others."""
    return and_(Export.team_id == actor.team_id, Export.author_id.in_(actor.person_ids))


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the questions that are put to the actor as an author."""
    return and_(
        ReleaseQuestion.team_id == actor.team_id, ReleaseQuestion.author_id.in_(actor.person_ids)
    )


def can_merge(actor: Actor, kept: Any, other: Any) -> bool:
    """Whoever may edit both of them; into a member's person somebody else than that member.

    An owner, a steward, or whoever entered the other one says that it was the member: nobody makes
    themself one whom others write about, but for an entry of their own that nobody else sees.
    """
    if kept.membership_id is None:
        return people_policy.can_edit(actor, kept) and people_policy.can_edit(actor, other)
    if not people_policy.can_edit(actor, other):
        return False
    is_mine = other.author_id == actor.person_id
    if actor.is_me(kept.id):
        return is_mine and bool(other.audience == "private")
    return is_mine or actor.role in STEWARDS


def can_part(actor: Actor, kept: Any, other: Any) -> bool:
    """Whoever might have merged them, who entered either, and the member who is the kept one."""
    theirs = (kept.author_id, other.author_id, kept.id)
    return can_merge(actor, kept, other) or actor.person_id in theirs


def keeps_readers(kept: Any, other: Any) -> bool:
    """Whether all who read the other one read the kept one as well, by their audiences.

    One that the team does not see is its author's to merge (`can_edit`), so that two of these have
    the same author. Of a circle only itself and the team are sure to hold it: who is in it changes.
    Guests, whom a name alone lets in, are asked for apart.
    """
    if kept.audience == "team" or other.audience == "private":
        return True
    if kept.audience != other.audience:
        return False
    if kept.audience == "circle":
        return bool(kept.circle_id == other.circle_id)
    return set(other.audience_people) <= set(kept.audience_people)


def can_act_on_many(actor: Actor) -> bool:
    """Guests look after nobody; whom the others may change is asked person by person."""
    return not actor.is_guest


def check_may_hand_over(actor: Actor) -> None:
    """Guests are told what concerns them, and hand nobody over."""
    if actor.is_guest:
        raise NotAllowed(_("Guests hand nobody over."))
