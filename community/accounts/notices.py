"""What members hear of the team itself: who joined by their invitation."""

from uuid import UUID

from community.accounts.queries import invitations
from community.core import slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor
from community.notifications.catalogue import PLAIN, NoticeKind, Words

JOINED = "invitation_accepted"


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


KINDS: list[NoticeKind] = [
    NoticeKind(
        code=JOINED,
        label=lazy("Someone joins by my invitation"),
        reason=lazy("You invited them."),
        template=PLAIN,
        may_read=_may_read_joined,
        words=_joined,
    ),
]
