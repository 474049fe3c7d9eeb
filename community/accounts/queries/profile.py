"""Reading one's own profile and way in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from community.accounts.models import Credential
from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor, Membership, User, UserEmail
from community.people.models import Person


@dataclass(frozen=True)
class Profile:
    """What one sees and sets of oneself in a team. `version` changes with any of it."""

    person_id: UUID
    member_id: UUID
    user_id: UUID
    name: str
    call_name: str
    email: str | None
    has_password: bool
    role: str
    locale: str
    zone: str
    hotkeys: bool
    default_audience: str
    quiet_hours: dict[str, Any] | None
    capacity: dict[str, Any] | None
    joined_at: datetime
    created_at: datetime
    updated_at: datetime
    version: int


def get_profile(actor: Actor) -> Profile:
    """The actor's own profile, in one statement."""
    has_password = (
        exists()
        .where(Credential.user_id == User.id, Credential.kind == "password")
        .label("has_password")
    )
    row = (
        db.session()
        .execute(
            select(Membership, User, Person, UserEmail.address, has_password)
            .join(User, User.id == Membership.user_id)
            .join(
                Person,
                (Person.team_id == Membership.team_id) & (Person.id == actor.person_id),
            )
            .outerjoin(UserEmail, (UserEmail.user_id == User.id) & UserEmail.is_primary)
            .where(Membership.team_id == actor.team_id, Membership.id == actor.member_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound(_("You are not in this team any more."))
    membership, user, person, address, found_password = row
    return Profile(
        person_id=person.id,
        member_id=membership.id,
        user_id=user.id,
        name=person.name,
        call_name=person.call_name,
        email=address,
        has_password=found_password,
        role=membership.role,
        locale=user.locale,
        zone=user.zone,
        hotkeys=user.hotkeys,
        default_audience=membership.default_audience,
        quiet_hours=membership.quiet_hours,
        capacity=membership.capacity,
        joined_at=membership.joined_at,
        created_at=membership.created_at,
        updated_at=max(membership.updated_at, person.updated_at),
        version=membership.version + person.version,
    )
