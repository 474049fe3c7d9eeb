"""What members hear of the team itself: who joined by their invitation, who left, their own role."""

from uuid import UUID

from community.accounts.notices import security
from community.accounts.queries import invitations, members
from community.core import slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor
from community.notifications.catalogue import PLAIN, NoticeKind, Words

JOINED = "invitation_accepted"
LEFT = "member_left"
LET_IN = "circle_let_in"
RESTORED = "team_restored"
ROLE_CHANGED = "role_changed"
WIDENED = "circle_widened"


def _may_read_joined(actor: Actor, invitation_id: UUID) -> bool:
    return invitations.find_joined(actor, invitation_id) is not None


def _joined(actor: Actor, invitation_id: UUID) -> Words:
    found = invitations.find_joined(actor, invitation_id)
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return Words(
        sentence=_("%(name)s joined by your invitation.", name=found.name),
        path=f"/people/{slugs.slug(found.id, found.name)}",
        from_name=found.name,
    )


def _is_mine(actor: Actor, member_id: UUID) -> bool:
    return actor.member_id == member_id


def _role_changed(actor: Actor, _member_id: UUID) -> Words:
    sentence = {
        "owner": _("You are an owner of %(team)s now.", team=actor.team_name),
        "steward": _("You are a steward of %(team)s now.", team=actor.team_name),
        "member": _("You are a member of %(team)s now.", team=actor.team_name),
        "guest": _("You are a guest of %(team)s now.", team=actor.team_name),
    }[actor.role]
    return Words(sentence=sentence, path="/admin/roles")


def _is_in(actor: Actor, circle_id: UUID) -> bool:
    return circle_id in actor.circle_ids


def _let_in(actor: Actor, circle_id: UUID) -> Words:
    circle = members.get_circle(actor, circle_id)
    return Words(
        sentence=_("You are in the circle %(name)s now.", name=circle.name),
        path=f"/circles/{slugs.slug(circle.id, circle.name)}",
    )


def _widened(actor: Actor, circle_id: UUID) -> Words:
    circle = members.get_circle(actor, circle_id)
    return Words(
        sentence=_("An owner let somebody into your circle %(name)s.", name=circle.name),
        path=f"/circles/{slugs.slug(circle.id, circle.name)}",
    )


def _is_owner(actor: Actor, _team_id: UUID) -> bool:
    return actor.is_owner


def _restored(actor: Actor, _team_id: UUID) -> Words:
    sentence = _("An owner has taken back the deletion of %(team)s.", team=actor.team_name)
    return Words(sentence=sentence, path="/admin/team")


def _may_read_left(actor: Actor, member_id: UUID) -> bool:
    found = members.find_name(actor, member_id) if actor.is_owner else None
    return found is not None and found.state != "active"


def _left(actor: Actor, member_id: UUID) -> Words:
    found = members.find_name(actor, member_id)
    if found is None:
        raise NotFound(_("There is no such member."))
    said = _("%(name)s has left the team.", name=found.name)
    if found.state == "removed":
        said = _("%(name)s is not in the team any more: an owner let them go.", name=found.name)
    return Words(sentence=said, path=f"/people/{slugs.slug(found.id, found.name)}")


KINDS: list[NoticeKind] = [
    NoticeKind(
        code=ROLE_CHANGED,
        label=lazy("My role in the team changes"),
        reason=lazy("It is your role."),
        template=PLAIN,
        may_read=_is_mine,
        words=_role_changed,
        urgent=True,
    ),
    NoticeKind(
        code=LET_IN,
        label=lazy("I am let into a circle"),
        reason=lazy("You are in this circle."),
        template=PLAIN,
        may_read=_is_in,
        words=_let_in,
        mail_default=False,
    ),
    NoticeKind(
        code=WIDENED,
        label=lazy("An owner lets people into a circle of mine that nobody keeps"),
        reason=lazy("You are in this circle."),
        template=PLAIN,
        may_read=_is_in,
        words=_widened,
        mail_default=False,
    ),
    NoticeKind(
        code=RESTORED,
        label=lazy("The deletion of the team is taken back"),
        reason=lazy("You are an owner of this team."),
        template=PLAIN,
        may_read=_is_owner,
        words=_restored,
        urgent=True,
    ),
    NoticeKind(
        code=LEFT,
        label=lazy("Somebody leaves the team"),
        reason=lazy("You are an owner of this team."),
        template=PLAIN,
        may_read=_may_read_left,
        words=_left,
        mail_default=False,
    ),
    NoticeKind(
        code=JOINED,
        label=lazy("Someone joins by my invitation"),
        reason=lazy("You invited them."),
        template=PLAIN,
        may_read=_may_read_joined,
        words=_joined,
    ),
    *security.KINDS,
]
