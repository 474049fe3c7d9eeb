"""API tokens: made once, shown once, revoked for good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, update

from community.accounts import policy
from community.accounts.actions.security_mail import tell
from community.accounts.models import ApiToken
from community.accounts.queries import tokens as queries
from community.accounts.queries.opening import TOKEN_TOUCH, take_use_due
from community.core import clock, db, tokens
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal

MOST_TOKENS = 50


def create_token(
    actor: Actor, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token of the actor's membership and its secret, which is never shown again.

    One made by a token ends with it at the latest, and is revoked with it.
    """
    if not policy.can_grant(actor, scopes):
        allowed = ", ".join(policy.grantable_scopes(actor))
        raise NotAllowed(
            _(
                "A token gives no more than the token or role it was made with. Possible here:"
                " %(scopes)s.",
                scopes=allowed,
            ),
            code="scope_missing",
        )
    if expires_at is not None and expires_at <= clock.now():
        raise RuleBroken(
            _("This day is over. Choose a later one."), code="past", field="expires_at"
        )
    ends_at = _bounded(actor, expires_at)
    if queries.count_tokens(actor) >= MOST_TOKENS:
        raise Conflict(
            _("You have %(most)d tokens. Revoke one first.", most=MOST_TOKENS), code="too_many"
        )
    secret = tokens.issue(actor.team_key)
    token = ApiToken(
        member_id=actor.member_id,
        name=name,
        digest=tokens.digest(secret),
        made_by_id=actor.token_id,
        scopes=sorted(set(scopes)),
        expires_at=ends_at,
    )
    db.add(token)
    db.flush()
    journal.record(actor, "create", "api_token", token.id, about_id=actor.person_id)
    tell(actor.user_id, "token_made", detail=name)
    return token, secret


def _bounded(actor: Actor, expires_at: datetime | None) -> datetime | None:
    """The end that was asked for, or that of the token which asks, where that is sooner."""
    ends = [end for end in (expires_at, actor.token_ends_at) if end is not None]
    return min(ends, default=None)


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """End one of the own tokens at once, with those that were made by it: whoever had it has them."""
    first = queries.get_token(actor, token_id)
    for token in (first, *queries.find_made_by(actor, first)):
        token.revoke(clock.now())
        journal.record(actor, "revoke", "api_token", token.id, about_id=actor.person_id)
        tell(actor.user_id, "token_ended", detail=token.name)


def note_token_use(actor: Actor, digest: bytes) -> None:
    """Write when a token was last used, where that lies five minutes back. Own transaction."""
    if not take_use_due(digest):
        return
    with db.transaction(actor.team_id, actor.user_id) as unit:
        unit.session.execute(
            update(ApiToken)
            .where(
                ApiToken.team_id == actor.team_id,
                ApiToken.digest == digest,
                or_(
                    ApiToken.last_used_at.is_(None),
                    ApiToken.last_used_at < clock.now() - TOKEN_TOUCH,
                ),
            )
            .values(last_used_at=clock.now())
        )
