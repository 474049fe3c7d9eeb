"""Reading mailed single-use links, by what their bearer holds or by id."""

from uuid import UUID

from sqlalchemy import select

from community.accounts.models import ActionLink
from community.core import clock, crypto, db, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import Team

_PURPOSE = "action_link"


def link_token(link_id: UUID) -> str:
    """The secret of a link, made again for the mail that carries it. NotFound when it is gone.

    It is derived and not stored, and fits the stored digest under whichever accepted key it
    was made with.
    """
    link = db.session().get(ActionLink, (db.current_team_id(), link_id))
    team = db.session().get(Team, db.current_team_id())
    if link is None or team is None:
        raise unknown_link()
    for token in _candidates(team.key, link_id):
        if tokens.same(tokens.digest(token), link.digest):
            return token
    raise unknown_link()


def new_link_token(team_key: str, link_id: UUID) -> str:
    """The secret of a link that is about to be stored."""
    return _candidates(team_key, link_id)[0]


def _candidates(team_key: str, link_id: UUID) -> list[str]:
    secrets = crypto.derived_all(_PURPOSE, f"{team_key}:{link_id}")
    return [f"{tokens.PREFIX}_{team_key}_{link_id.hex}{secret}" for secret in secrets]


def find_link(token: str, purpose: str) -> ActionLink:
    """The open link this secret belongs to, in the team the transaction is set to.

    Raises NotFound with `code` link_unknown, link_used, link_expired or link_revoked and a
    text for whoever holds it.
    """
    parsed = tokens.parse(token)
    link = None
    if parsed is not None:
        link = db.session().scalar(
            select(ActionLink).where(
                ActionLink.team_id == db.current_team_id(), ActionLink.digest == parsed.digest
            )
        )
    if link is None or link.purpose != purpose:
        raise unknown_link()
    _refuse_closed(link)
    return link


def unknown_link() -> NotFound:
    """The answer to a secret that belongs to no link here."""
    return NotFound(
        _("This link is not known. Please copy the whole link from the mail."), code="link_unknown"
    )


def _refuse_closed(link: ActionLink) -> None:
    if link.used_at is not None:
        raise NotFound(_("You have already answered by this link. Thank you."), code="link_used")
    if link.revoked_at is not None:
        raise NotFound(
            _("This was taken back by the person who sent it. You need not do anything."),
            code="link_revoked",
        )
    if link.expires_at <= clock.now():
        raise NotFound(
            _("This link has expired. Please ask the person who sent it to send it again."),
            code="link_expired",
        )
