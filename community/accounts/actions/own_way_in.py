"""Changing one's own password and one's own address."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from community.accounts.actions import counters, passwords
from community.accounts.actions.entry import NO_BROWSER, Browser, Entry, enter, forget_halves
from community.accounts.actions.security_mail import owe_mail, tell
from community.accounts.actions.sessions import end_everything, end_everything_else, rotate
from community.accounts.actions.sign_in import LINK_LIFE, new_link, prove_address, spend
from community.accounts.actions.step_up import check_password
from community.accounts.actions.teams import in_each_team, journal_everywhere, replace_address
from community.accounts.models import Credential
from community.accounts.queries import factors as factors_queries
from community.accounts.queries import sign_in as queries
from community.accounts.queries.opening import OpenSession, require_fresh
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, UserEmail
from community.identity.queries import primary_email

CONFIRM_LIFE = timedelta(hours=24)


def set_password(actor: Actor, session: OpenSession, password: str, *, current: str) -> str:
    """Set or change the own password. Returns the new secret of this browser's session.

    Every other session ends, and every API token with it.
    """
    confirm(session, current)
    names = (actor.name, actor.call_name, actor.team_name, actor.team_slug)
    _replace_password(actor.user_id, password, names)
    end_everything_else(session)
    secret = rotate(session)
    _tell_password(actor.user_id)
    return secret


def request_password_link(actor: Actor) -> None:
    """Mail a link that sets a new password without the present one, to the primary address."""
    counters.reserve(counters.account_key("reset", str(actor.user_id)))
    _revoke_links(actor.user_id, "reset_password")
    address = primary_email(actor.user_id)
    owe_mail(new_link(actor.user_id, "reset_password", life=LINK_LIFE, address=address))


def reset_password(token: str, password: str, *, browser: Browser = NO_BROWSER) -> Entry:
    """Follow the link with a new password: a session begins, or a second factor is asked for."""
    link = queries.find_credential_link(token)
    if link.purpose != "reset_password" or link.user_id is None or link.address is None:
        raise NotFound(_("This link does not set a password."), code="link_unknown")
    prove_address(link.user_id, link.address)
    _replace_password(link.user_id, password, ())
    spend(link)
    end_everything(link.user_id)
    _tell_password(link.user_id)
    return enter(link.user_id, browser)


def _replace_password(user_id: UUID, password: str, names: tuple[str, ...]) -> None:
    addresses = [email.address for email in queries.get_own_addresses(user_id)]
    beside_factor = factors_queries.has_factor(user_id)
    passwords.check_new(password, names=(*names, *addresses), beside_factor=beside_factor)
    passwords.store(user_id, password)
    forget_halves(user_id)


def _tell_password(user_id: UUID) -> None:
    journal_everywhere(user_id, "set_password")
    tell(user_id, "password_changed")


def confirm(session: OpenSession, current: str) -> None:
    """Whoever changes a way in proves that it is theirs: by the password in the form, or by a
    sign-in or second factor just now."""
    if (
        factors_queries.has_factor(session.user_id)
        or queries.find_password_credential(session.user_id) is None
    ):
        require_fresh(session)
    else:
        check_password(session, current, field="current_password")


def request_new_email(actor: Actor, session: OpenSession, address: str, *, current: str) -> None:
    """Mail a link to the new address; nothing changes until it is followed.

    An address that somebody else signs in with gets no mail, and the answer is the same.
    """
    confirm(session, current)
    own = [email.address for email in queries.get_own_addresses(actor.user_id)]
    if address in own:
        raise RuleBroken(_("This is your address already."), code="same_address", field="email")
    counters.reserve(counters.account_key("email", str(actor.user_id)))
    if _owner_of(address) is not None:
        return
    _revoke_links(actor.user_id, "confirm_email")
    credential_id = new_link(actor.user_id, "confirm_email", life=CONFIRM_LIFE, address=address)
    owe_mail(credential_id)


def check_own_link(link: Credential, user_id: UUID | None) -> None:
    """A new address is confirmed by whoever asked for it, signed in: else a slip of the pen in it
    would hand the account to whoever reads that mail. NotAllowed for anybody else."""
    if link.purpose == "confirm_email" and link.user_id != user_id:
        raise NotAllowed(
            _("Sign in here with the address you have now, then open this link again."),
            code="sign_in_first",
        )


def confirm_new_email(user_id: UUID | None, token: str, *, keeping: UUID | None = None) -> None:
    """Follow the link, as the signed-in `user_id`: the new address replaces the old, which is told.

    A way in has changed: every session but `keeping`, and every token, ends.
    """
    link = queries.find_credential_link(token)
    check_own_link(link, user_id)
    if link.purpose != "confirm_email" or link.user_id is None or link.address is None:
        raise NotFound(_("This link does not confirm an address."), code="link_unknown")
    spend(link)
    old = db.session().scalar(
        select(UserEmail).where(UserEmail.user_id == link.user_id, UserEmail.is_primary)
    )
    db.session().execute(delete(UserEmail).where(UserEmail.user_id == link.user_id))
    try:
        with db.attempt():
            db.add(
                UserEmail(
                    user_id=link.user_id,
                    address=link.address,
                    is_primary=True,
                    verified_at=clock.now(),
                )
            )
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else signs in with this address."), code="address_taken"
        ) from error
    _revoke_links(link.user_id, "sign_in")
    end_everything(link.user_id, keeping=keeping)
    journal_everywhere(link.user_id, "change_email")
    if old is not None:
        _follow(link.user_id, old.address, link.address)
        tell(link.user_id, "email_changed", address=old.address)


def _follow(user_id: UUID, old: str, new: str) -> None:
    """Each team's page of the user shows the new address where it showed the old one."""
    in_each_team(user_id, lambda actor: replace_address(actor, old, new))


def _owner_of(address: str) -> UUID | None:
    return db.session().scalar(select(UserEmail.user_id).where(UserEmail.address == address))


def _revoke_links(user_id: UUID, purpose: str) -> None:
    db.session().execute(
        delete(Credential).where(
            Credential.user_id == user_id,
            Credential.kind == "link",
            Credential.purpose == purpose,
            Credential.used_at.is_(None),
        )
    )
