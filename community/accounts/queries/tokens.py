"""Reading API tokens of a member; their secrets are not here."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from community.accounts.models import ApiToken
from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, after, page
from community.identity.models import Actor


def find_tokens(actor: Actor, request: PageRequest) -> Page[ApiToken]:
    """The actor's own tokens that are not revoked, the newest first."""
    statement = select(ApiToken).where(
        ApiToken.team_id == actor.team_id,
        ApiToken.member_id == actor.member_id,
        ApiToken.revoked_at.is_(None),
    )
    statement = after(statement, request, [ApiToken.id], [UUID], descending=True)
    rows: Sequence[ApiToken] = db.session().scalars(statement).all()
    return page(rows, request, lambda token: (token.id,))


def get_token(actor: Actor, token_id: UUID) -> ApiToken:
    """One of the actor's own tokens; anybody else's is not found."""
    found = db.session().get(ApiToken, (actor.team_id, token_id))
    if found is None or found.member_id != actor.member_id or found.revoked_at is not None:
        raise NotFound(_("There is no such token."))
    return found


def find_made_by(actor: Actor, token: ApiToken) -> Sequence[ApiToken]:
    """The tokens that this one made, those that they made, and so on; none that is revoked."""
    made = (
        select(ApiToken.id)
        .where(ApiToken.team_id == actor.team_id, ApiToken.made_by_id == token.id)
        .cte("made", recursive=True)
    )
    made = made.union(
        select(ApiToken.id).where(
            ApiToken.team_id == actor.team_id, ApiToken.made_by_id == made.c.id
        )
    )
    return (
        db.session()
        .scalars(
            select(ApiToken).where(
                ApiToken.team_id == actor.team_id,
                ApiToken.id.in_(select(made.c.id)),
                ApiToken.revoked_at.is_(None),
            )
        )
        .all()
    )


def count_tokens(actor: Actor) -> int:
    """How many tokens of the actor are not revoked."""
    return (
        db.session().scalar(
            select(func.count())
            .select_from(ApiToken)
            .where(
                ApiToken.team_id == actor.team_id,
                ApiToken.member_id == actor.member_id,
                ApiToken.revoked_at.is_(None),
            )
        )
        or 0
    )
