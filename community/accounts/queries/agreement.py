"""Reading what the group agreed on, its earlier versions, and who accepted which."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from community.accounts.models import AgreementAcceptance, AgreementVersion
from community.core import db
from community.core.paging import Page, PageRequest, after, page
from community.identity.models import Actor, Membership, Team
from community.people.models import Person


def find_in_force(team: Team) -> AgreementVersion | None:
    """The version that holds now, in the team that is set; None where nothing is agreed on."""
    if not team.agreement_number:
        return None
    return db.session().scalar(
        select(AgreementVersion).where(
            AgreementVersion.team_id == team.id, AgreementVersion.number == team.agreement_number
        )
    )


def last_number(team_id: UUID) -> int:
    """The number of the newest version, whether it holds or ended the agreement; 0 for none."""
    newest = select(func.max(AgreementVersion.number)).where(AgreementVersion.team_id == team_id)
    return db.session().scalar(newest) or 0


def find_versions(actor: Actor, request: PageRequest) -> Page[Any]:
    """Every version, the newest first, with its author and how many accepted it."""
    accepted = (
        select(func.count())
        .select_from(AgreementAcceptance)
        .where(
            AgreementAcceptance.team_id == AgreementVersion.team_id,
            AgreementAcceptance.version_id == AgreementVersion.id,
        )
        .correlate(AgreementVersion)
        .scalar_subquery()
    )
    statement = (
        select(
            AgreementVersion.id,
            AgreementVersion.number,
            AgreementVersion.body,
            AgreementVersion.created_at,
            Person.canonical_id.label("created_by_id"),
            Person.name.label("author_name"),
            accepted.label("accepted"),
        )
        .join(
            Person,
            (Person.team_id == AgreementVersion.team_id)
            & (Person.id == AgreementVersion.author_id),
        )
        .where(AgreementVersion.team_id == actor.team_id)
    )
    statement = after(statement, request, [AgreementVersion.id], [UUID], descending=True)
    return page(db.session().execute(statement).all(), request, lambda row: (row.id,))


def find_acceptances(actor: Actor, number: int) -> list[Any]:
    """Every active member with when they accepted this version, or None, by name."""
    accepted = (
        select(AgreementAcceptance.accepted_at)
        .join(
            AgreementVersion,
            (AgreementVersion.team_id == AgreementAcceptance.team_id)
            & (AgreementVersion.id == AgreementAcceptance.version_id),
        )
        .where(
            AgreementAcceptance.team_id == Membership.team_id,
            AgreementAcceptance.member_id == Membership.id,
            AgreementVersion.number == number,
        )
        .correlate(Membership)
        .scalar_subquery()
    )
    rows = db.session().execute(
        select(Person.canonical_id.label("person_id"), Person.name, accepted.label("accepted_at"))
        .join(
            Membership,
            (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
        )
        .where(Person.team_id == actor.team_id, Membership.state == "active")
        .order_by(Person.sort_key, Person.id)
    )
    return list(rows)
