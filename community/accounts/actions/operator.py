"""What whoever runs the installation does by command: no actor, so no rights are asked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from community.accounts.actions import factors, setup, sign_in, teams, tokens
from community.accounts.models import ApiToken
from community.accounts.queries import members as members_queries
from community.accounts.queries import sign_in as queries
from community.accounts.queries import tokens as tokens_queries
from community.core import clock, db
from community.core.errors import Conflict, NotFound
from community.core.i18n import gettext as _
from community.core.paging import MAX_LIMIT, PageRequest
from community.identity.models import Actor, Team
from community.identity.queries import find_actor, find_team


def create_user(address: str, *, with_link: bool = False) -> str | None:
    """Let an address sign in; Conflict when it can already. Returns a link's secret if asked."""
    if queries.find_user_id(address) is not None:
        raise Conflict(_("%(address)s can sign in already.", address=address), code="user_exists")
    user_id = teams.find_or_create_user(address)
    return sign_in.print_link(user_id) if with_link else None


def sign_in_link(address: str) -> str:
    """The secret of a link that signs this address in."""
    return sign_in.print_link(_get_user(address))


def forget_factors(address: str) -> None:
    """Take the second factors of somebody who has lost them all; Conflict when they have none."""
    if not factors.forget_all(_get_user(address)):
        raise Conflict(_("%(address)s has no second factor.", address=address), code="no_factor")


def setup_link() -> str:
    """The secret of the link that sets up the first team."""
    return setup.issue_setup_link()


def demo_link() -> str:
    """The secret of a link that signs in as the sample team's owner."""
    team_id = queries.find_demo_team_id()
    if team_id is None:
        raise NotFound(_("There is no sample team. Make one: community demo"))
    db.enter(team_id, None)
    return sign_in.print_link(members_queries.get_first_owner(team_id))


def create_team(
    slug: str, address: str, *, name: str | None, owner_name: str | None, zone: str
) -> None:
    """A team with its first owner, who is made where there is no such user."""
    new = teams.NewTeam(name or slug.replace("-", " ").capitalize(), slug, zone)
    user_id = teams.find_or_create_user(address, zone=zone)
    teams.create_team(new, user_id, owner_name or teams.name_from(address))


def add_member(slug: str, address: str, *, role: str, name: str | None) -> None:
    """Let an address into a team; the user is made where there is none."""
    team = _get_team(slug)
    user_id = teams.find_or_create_user(address, zone=team.zone)
    db.enter(team.id, user_id)
    teams.add_member(user_id, name or teams.name_from(address), role=role)


def create_token(
    slug: str, address: str, *, scopes: Sequence[str], name: str, days: int | None = None
) -> str:
    """A token of a member, for so many days; returns its secret."""
    ends = clock.now() + timedelta(days=days) if days else None
    return tokens.create_token(_enter(slug, address), name=name, scopes=scopes, expires_at=ends)[1]


def list_tokens(slug: str, address: str) -> Sequence[ApiToken]:
    """A member's tokens that were not revoked; at most fifty, so one page holds them."""
    return tokens_queries.find_tokens(_enter(slug, address), PageRequest(MAX_LIMIT)).items


def revoke_token(slug: str, address: str, token_id: UUID) -> None:
    """End one of a member's tokens at once."""
    tokens.revoke_token(_enter(slug, address), token_id)


def _enter(slug: str, address: str) -> Actor:
    """The member whose tokens these are; the transaction is set to them."""
    team, user_id = _get_team(slug), _get_user(address)
    db.enter(team.id, user_id)
    actor = find_actor(team.id, user_id)
    if actor is None:
        raise NotFound(_("%(address)s is not in this team.", address=address))
    return actor


def _get_team(slug: str) -> Team:
    team = find_team(slug)
    if team is None:
        raise NotFound(_("There is no team “%(slug)s”.", slug=slug))
    return team


def _get_user(address: str) -> UUID:
    user_id = queries.find_user_id(address)
    if user_id is None:
        raise NotFound(_("Nobody signs in with %(address)s.", address=address))
    return user_id
