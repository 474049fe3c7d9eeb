"""Who a request is about: every id and address the tables know them by, and what is held."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Rows
from community.identity.models import Actor, Membership, Team, UserEmail
from community.people import queries as people_queries
from community.people.models import Person, PersonEmail
from community.records.queries.concerns import Subject


def get_person(actor: Actor, person_id: UUID) -> Person:
    """The (canonical) person, if the actor may see them."""
    return people_queries.get_person(actor, person_id)


def get_subject(actor: Actor, person_id: UUID) -> Subject:
    """The person as the tables know them, whether or not the actor sees them: for a request.

    Accounts are left out; `with_account` adds them.
    """
    rows = _same_person(actor.team_id, person_id)
    if not rows:
        raise NotFound(_("There is no such person, or they are not yours to see."))
    person_ids = tuple(row.id for row in rows)
    member_ids = _memberships(
        actor.team_id, [row.membership_id for row in rows if row.membership_id is not None]
    )
    return Subject(
        team_id=actor.team_id,
        person_id=rows[0].canonical_id,
        person_ids=person_ids,
        member_ids=member_ids,
        addresses=tuple(_addresses(actor.team_id, person_ids, member_ids)),
        is_member=any(row.state == "active" for row in rows),
    )


def myself(actor: Actor) -> Subject:
    """The actor, their account included. Addresses are those they sign in with: anybody may write
    any other on a person's page, and what is kept by an address is for whoever has it."""
    return Subject(
        team_id=actor.team_id,
        person_id=actor.person_id,
        person_ids=actor.person_ids,
        member_ids=_memberships(actor.team_id, [actor.member_id]),
        user_ids=(actor.user_id,),
        addresses=tuple(_addresses(actor.team_id, (), (actor.member_id,))),
        is_member=True,
    )


def _same_person(team_id: UUID, person_id: UUID) -> Sequence[Row[Any]]:
    canonical = select(Person.canonical_id).where(Person.team_id == team_id, Person.id == person_id)
    statement: Rows = (
        select(Person.id, Person.canonical_id, Person.membership_id, Membership.state)
        .outerjoin(
            Membership,
            (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
        )
        .where(Person.team_id == team_id, Person.canonical_id == canonical.scalar_subquery())
        .order_by(Person.id)
    )
    return db.session().execute(statement).all()


def _memberships(team_id: UUID, member_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """These memberships, and those that the same users had in the team before."""
    users = select(Membership.user_id).where(
        Membership.team_id == team_id, Membership.id.in_(member_ids)
    )
    found = select(Membership.id).where(
        Membership.team_id == team_id, Membership.user_id.in_(users)
    )
    return tuple(db.session().scalars(found.order_by(Membership.id)))


def _addresses(
    team_id: UUID, person_ids: Sequence[UUID], member_ids: Sequence[UUID]
) -> Sequence[str]:
    known = select(PersonEmail.value).where(
        PersonEmail.team_id == team_id, PersonEmail.person_id.in_(person_ids)
    )
    own = (
        select(UserEmail.address)
        .join(Membership, Membership.user_id == UserEmail.user_id)
        .where(Membership.team_id == team_id, Membership.id.in_(member_ids))
    )
    return db.session().scalars(known.union(own)).all()


def find_users(subject: Subject) -> Sequence[UUID]:
    """The users behind the memberships."""
    return (
        db.session()
        .scalars(
            select(Membership.user_id).where(
                Membership.team_id == subject.team_id, Membership.id.in_(subject.member_ids)
            )
        )
        .all()
    )


def is_elsewhere(user_id: UUID) -> bool:
    """Whether a user is in any team; the transaction is set to that user."""
    found = select(func.count()).where(Membership.user_id == user_id, Membership.state == "active")
    return bool(db.session().scalar(found))


def find_names(subject: Subject) -> list[str]:
    """Addresses and whole names by which the person could be found in a text.

    A single word is left out: too many others are called so.
    """
    names = select(Person.name).where(
        Person.team_id == subject.team_id, Person.id.in_(subject.person_ids)
    )
    found = {name for name in db.session().scalars(names) if " " in name.strip()}
    return sorted({*subject.addresses, *found})


def get_name(subject: Subject) -> str:
    """The person's name, for whoever must type it."""
    return str(
        db.session().scalar(
            select(Person.name).where(
                Person.team_id == subject.team_id, Person.id == subject.person_id
            )
        )
        or ""
    )


def find_locale() -> str:
    """The language of the team the transaction is set to."""
    found = db.session().scalar(select(Team.locale).where(Team.id == db.current_team_id()))
    return found or "en"
