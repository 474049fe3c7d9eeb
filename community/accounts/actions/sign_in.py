"""Signing in: by a mailed single-use link, or by a password.

Every answer is the same for an address that nobody here signs in with, in words and in work:
the unknown path sends the statements of the known one.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import false, insert, literal, select, update

from community.accounts.actions import counters, passwords
from community.accounts.actions.entry import NO_BROWSER, Browser, Entry, enter
from community.accounts.actions.security_mail import MAIL_JOB
from community.accounts.actions.teams import in_each_team
from community.accounts.models import Credential
from community.accounts.queries import sign_in as queries
from community.core import clock, crypto, db, outbox, queue, tokens
from community.core.errors import NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.core.outbox import OutboxRow
from community.identity.models import Actor

LINK_LIFE = timedelta(minutes=15)
PRINTED_LINK_LIFE = timedelta(hours=24)


def request_link(address: str, *, remote: str | None, purpose: str = "sign_in") -> None:
    """Mail a link to the address, if somebody in a team signs in with it.

    `purpose` is `sign_in`, or `reset_password` for whoever has forgotten theirs.

    Raises TooManyTries after ten an hour of the asker's address block. Beyond ten an hour for the
    address the answer is as always, so that strangers shut nobody out, and nothing is mailed as
    long as a link that was mailed before still works.
    """
    counters.reserve(counters.block_key("link", remote))
    is_usual = counters.has_room(counters.account_key("link", address))
    user_id = queries.find_user_id(address)
    asker = user_id or db.new_id()
    is_there = not is_usual and queries.has_live_link(asker, purpose, address)
    db.enter(None, asker)
    team_ids = queries.find_team_ids_of(asker)
    if user_id is None or not team_ids or is_there:
        _do_the_same_for_nobody(asker)
        return
    credential_id = new_link(user_id, purpose, life=LINK_LIFE, address=address)
    db.enter(team_ids[0], user_id)
    outbox.put(MAIL_JOB, {"credential_id": credential_id}, queue_name=queue.MAIL, priority=1)
    db.flush()


def _do_the_same_for_nobody(asker: UUID) -> None:
    """The statements, the commit and the ring of a known address, to no effect.

    The row left behind opens nothing and is swept with the used ones.
    """
    db.add(Credential(kind="link", purpose="nobody", used_at=clock.now()))
    db.flush()
    db.enter(None, asker)
    columns = [
        "team_id",
        "id",
        "queue",
        "job",
        "args",
        "priority",
        "state",
        "attempt",
        "created_at",
    ]
    table = OutboxRow.__table__
    nothing = select(*[literal(None, table.c[name].type) for name in columns]).where(false())
    db.session().execute(insert(OutboxRow).from_select(columns, nothing))
    outbox.ring_after_commit(queue.MAIL)


def new_link(
    user_id: UUID | None, purpose: str, *, life: timedelta, address: str | None = None
) -> UUID:
    """A single-use link of a purpose, bound to an address where it is mailed. Returns its id."""
    credential_id = db.new_id()
    db.add(
        Credential(
            id=credential_id,
            user_id=user_id,
            kind="link",
            purpose=purpose,
            digest=tokens.digest(_secrets(purpose, credential_id)[0]),
            address=address,
            expires_at=clock.now() + life,
        )
    )
    db.flush()
    return credential_id


def link_secret(credential: Credential) -> str:
    """The secret of a stored link, made again for its mail or for printing."""
    for secret in _secrets(credential.purpose, credential.id):
        if credential.digest and tokens.same(tokens.digest(secret), credential.digest):
            return secret
    raise NotFound(_("This link is not known."), code="link_unknown")


def _secrets(purpose: str, credential_id: UUID) -> list[str]:
    derived = crypto.derived_all(purpose, str(credential_id))
    return [f"{credential_id.hex}{secret}" for secret in derived]


def print_link(user_id: UUID) -> str:
    """A sign-in link that the operator hands over, good for a day. Returns its secret."""
    credential_id = new_link(user_id, "sign_in", life=PRINTED_LINK_LIFE)
    return link_secret(db.session().get_one(Credential, credential_id))


@dataclass(frozen=True)
class LinkOwner:
    """Whom a link signs in: their address, their name and the teams that open."""

    address: str
    name: str
    teams: list[str]


def whose_link(link: Credential) -> LinkOwner:
    """Whom the link is for, to be shown to whoever holds it: they could sign in and read it."""
    if link.user_id is None:
        return LinkOwner(link.address or "", "", [])
    members: list[Actor] = []
    in_each_team(link.user_id, members.append)
    addresses = queries.get_own_addresses(link.user_id)
    address = link.address or (addresses[0].address if addresses else "")
    return LinkOwner(address, members[0].name if members else "", [m.team_name for m in members])


def spend(link: Credential) -> None:
    """Use a link up: of two at once, one gets NotFound with code link_used."""
    spent = db.session().execute(
        update(Credential)
        .where(Credential.id == link.id, Credential.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise NotFound(
            _("This link has been used. Ask for a new one to sign in again."), code="link_used"
        )


def sign_in_with_link(token: str, *, browser: Browser = NO_BROWSER) -> Entry:
    """Spend a sign-in link: a session begins, or a second factor is asked for."""
    link = queries.find_credential_link(token)
    if link.purpose != "sign_in" or link.user_id is None:
        raise NotFound(_("This link does not sign you in."), code="link_unknown")
    if link.address is not None:
        prove_address(link.user_id, link.address)
    spend(link)
    return enter(link.user_id, browser)


def prove_address(user_id: UUID, address: str) -> None:
    """The address must still be the user's; following its mail proves that it is."""
    email = next((e for e in queries.get_own_addresses(user_id) if e.address == address), None)
    if email is None:
        raise NotFound(
            _("This link was made for an address that is not yours any more. Ask for a new one."),
            code="link_unknown",
        )
    if email.verified_at is None:
        email.verified_at = clock.now()


def sign_in_with_password(
    address: str,
    password: str,
    *,
    remote: str | None,
    browser: Browser = NO_BROWSER,
) -> Entry:
    """Check address and password: a session begins, or a second factor is asked for.

    Raises RuleBroken with the same words whatever was wrong, and TooManyTries after ten refused
    tries an hour of an address block, or a hundred for an address from anywhere.
    """
    counted = counters.keys("password", address, remote, limit=counters.CEILING)
    bucket = counters.reserve(counted)
    found = queries.find_password(address)
    stored = found.password_hash if found else None
    if not passwords.fits(stored, password) or found is None or stored is None:
        raise RuleBroken(
            _("Address and password do not go together. You can also sign in by a mailed link."),
            code="wrong_password",
            field="password",
        )
    counters.give_back(counted, bucket)
    if passwords.needs_rehash(stored):
        passwords.store(found.user_id, password)
    return enter(found.user_id, browser)
