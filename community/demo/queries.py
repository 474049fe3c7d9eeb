"""Finding the sample team and who signs in to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from community.accounts.models import ActionLink
from community.core import db
from community.identity.models import Membership, Team


def find_sample_team() -> Team | None:
    """The sample team of this installation, if it is there."""
    return db.session().scalar(select(Team).where(Team.is_demo).order_by(Team.created_at).limit(1))


def has_teams() -> bool:
    """Whether any team is here, sample or not."""
    return db.session().scalar(select(Team.id).limit(1)) is not None


def user_ids(team_id: UUID) -> Sequence[UUID]:
    """Who signs in to the team the transaction is set to, past members included."""
    return (
        db.session()
        .scalars(select(Membership.user_id).where(Membership.team_id == team_id).distinct())
        .all()
    )


def count_teams_of(user_id: UUID) -> int:
    """How many teams a user has ever been in. The transaction must be set to that user."""
    statement = select(func.count(func.distinct(Membership.team_id))).where(
        Membership.user_id == user_id
    )
    return db.session().scalar(statement) or 0


def get_link(thing_id: UUID) -> ActionLink:
    """The link somebody outside was sent about a thing."""
    statement = select(ActionLink).where(
        ActionLink.team_id == db.current_team_id(), ActionLink.thing_id == thing_id
    )
    return db.session().scalars(statement).one()
