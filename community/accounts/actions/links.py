"""Single-use links for people without an account: hashed, bound to purpose, address and text.

The page behind a link shows on GET and acts on POST, because mail scanners open every link.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from community.accounts.models import ActionLink
from community.accounts.queries.links import find_link, link_token, new_link_token, unknown_link
from community.core import clock, db, mail, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import Team
from community.identity.queries import find_team_by_key
from community.journal import actions as journal


def issue_link(
    purpose: str,
    thing_kind: str,
    thing_id: UUID,
    *,
    address: str,
    text: str,
    person_id: UUID | None = None,
    days: int = 14,
) -> UUID:
    """A new link about a thing, for one address and exactly this text. Returns its id.

    The secret is not returned: the worker that writes the mail makes it again from the id
    with `link_token`, so that it never lies in a job.
    """
    link_id = db.new_id()
    team = db.session().get_one(Team, db.current_team_id())
    db.add(
        ActionLink(
            id=link_id,
            purpose=purpose,
            digest=tokens.digest(new_link_token(team.key, link_id)),
            thing_kind=thing_kind,
            thing_id=thing_id,
            person_id=person_id,
            address_digest=tokens.digest(address),
            text_digest=tokens.digest(text),
            expires_at=clock.now() + timedelta(days=days),
        )
    )
    db.flush()
    return link_id


def open_link(token: str, purpose: str) -> ActionLink:
    """The open link of this secret, for a page without sign-in: sets the team it belongs to.

    Raises NotFound with the reason in `code` (link_unknown, link_used, link_expired,
    link_revoked).
    """
    parsed = tokens.parse(token)
    team = find_team_by_key(parsed.team_key) if parsed else None
    if team is None:
        raise unknown_link()
    db.enter(team.id, None)
    return find_link(token, purpose)


def use_link(link: ActionLink) -> None:
    """Spend the link: of two uses at once, one gets NotFound with code link_used."""
    spent = db.session().execute(
        update(ActionLink)
        .where(
            ActionLink.team_id == link.team_id,
            ActionLink.id == link.id,
            ActionLink.used_at.is_(None),
            ActionLink.revoked_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise NotFound(_("You have already answered by this link. Thank you."), code="link_used")
    journal.record(None, "use_link", link.thing_kind, link.thing_id, about_id=link.person_id)


def revoke_links(thing_kind: str, thing_id: UUID) -> int:
    """Close every open link about a thing that was taken back. Returns how many."""
    closed = db.session().execute(
        update(ActionLink)
        .where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.thing_kind == thing_kind,
            ActionLink.thing_id == thing_id,
            ActionLink.used_at.is_(None),
            ActionLink.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    return db.row_count(closed)


def link_url(link_id: UUID, path: str) -> str:
    """The whole address of a link's page: `path` is the page's prefix, such as `/thanks`."""
    return f"{mail.settings().base_url}{path}/{link_token(link_id)}"
