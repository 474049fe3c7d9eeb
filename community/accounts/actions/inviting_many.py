"""Inviting several at once from pasted addresses: told apart first, sent when that was seen."""

from dataclasses import dataclass, field

from community.accounts.actions.invitations import check_may_invite, prepare, send_new
from community.accounts.models import Invitation
from community.accounts.queries import invitations as queries
from community.core import clock
from community.core.addresses import PastedAddress, read_addresses
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor

MOST = 200


@dataclass(frozen=True)
class ToldApart:
    """What would become, or became, of each pasted address; `wrong` are lines without one."""

    fresh: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    wrong: list[PastedAddress] = field(default_factory=list)
    sent: list[Invitation] = field(default_factory=list)


def tell_apart(actor: Actor, pasted: str, *, role: str) -> ToldApart:
    """Who of these can be invited; nothing is written."""
    check_may_invite(actor, role)
    read = read_addresses(pasted)
    if not read:
        raise RuleBroken(_("Write at least one address."), code="empty", field="lines")
    if len(read) > MOST:
        raise RuleBroken(
            _("These are more than %(most)d addresses. Invite them in parts.", most=MOST),
            code="too_many",
            field="lines",
        )
    addresses = [found.address for found in read if found.address]
    members = queries.find_member_addresses(addresses)
    now = clock.now()
    invited = {
        address
        for address, invitation in queries.find_pending(addresses).items()
        if invitation.state_at(now) == "pending"
    }
    known = members | invited
    return ToldApart(
        fresh=[address for address in addresses if address not in known],
        members=[address for address in addresses if address in members],
        invited=[address for address in addresses if address in invited - members],
        wrong=[found for found in read if found.address is None],
    )


def invite_all(actor: Actor, pasted: str, *, role: str, note: str = "") -> ToldApart:
    """Invite every address that is neither in the team nor invited; the others stay as they are."""
    found = tell_apart(actor, pasted, role=role)
    if not found.fresh:
        raise RuleBroken(_("Nobody of these can be invited."), code="nobody", field="lines")
    prepare(actor, role, count=len(found.fresh))
    before = queries.find_pending(found.fresh)
    for address in found.fresh:
        found.sent.append(
            send_new(actor, email=address, role=role, note=note, before=before.get(address))
        )
    return found
