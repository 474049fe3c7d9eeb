"""Set-up: the first team of an installation, by a single-use link, while there is none."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from community.accounts.actions import passwords
from community.accounts.actions.entry import NO_BROWSER, Browser
from community.accounts.actions.sessions import start_session
from community.accounts.actions.sign_in import link_secret, new_link, spend
from community.accounts.actions.teams import (
    NewTeam,
    create_team,
    find_or_create_user,
)
from community.accounts.models import Credential
from community.accounts.queries import sign_in as queries
from community.core import clock, db, locks, tokens
from community.core.errors import Conflict, NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor

LINK_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class FirstOwner:
    """Who sets the installation up."""

    name: str
    email: str
    password: str | None = None


def issue_setup_link() -> str:
    """A fresh set-up link; earlier ones stop working. Returns its secret."""
    _refuse_when_over()
    db.session().execute(
        update(Credential)
        .where(Credential.purpose == "setup", Credential.used_at.is_(None))
        .values(used_at=clock.now())
    )
    credential_id = new_link(None, "setup", life=LINK_LIFE)
    return link_secret(db.session().get_one(Credential, credential_id))


def find_setup_link(token: str) -> Credential:
    """The open set-up link of this secret; NotFound when it or set-up is over."""
    link = queries.find_credential_link(token)
    if link.purpose != "setup":
        raise NotFound(_("This link does not set anything up."), code="link_unknown")
    _refuse_when_over()
    return link


def set_up(
    token: str, team: NewTeam, owner: FirstOwner, *, browser: Browser = NO_BROWSER
) -> tuple[Actor, str]:
    """Make the first team and its owner. Returns the owner and the secret of their session."""
    db.session().execute(select(func.pg_advisory_xact_lock(locks.SETUP)))
    link = find_setup_link(token)
    if owner.password:
        passwords.check_new(owner.password, names=(owner.name, owner.email, team.name, team.slug))
    spend(link)
    user_id = find_or_create_user(owner.email, zone=team.zone)
    actor = create_team(team, user_id, owner.name)
    if owner.password:
        passwords.store(user_id, owner.password)
    mark = tokens.digest(browser.mark) if browser.mark else None
    secret = start_session(user_id, user_agent=browser.agent, browser_digest=mark)
    return actor, secret


def _refuse_when_over() -> None:
    if queries.has_real_team():
        raise Conflict(
            _("This installation is set up already. Please sign in."), code="already_set_up"
        )
