"""Word of what happened to somebody's ways in, by a mail and a notice that nobody can switch off."""

from uuid import UUID

from community.accounts.actions.teams import in_each_team
from community.accounts.models import Credential
from community.accounts.notices.security import code_of
from community.core import clock, db, outbox, queue
from community.identity.models import Actor
from community.identity.queries import primary_email
from community.notifications.actions import notify

MAIL_JOB = "accounts.mail_link"


def tell(user_id: UUID, event: str, *, address: str | None = None, detail: str = "") -> None:
    """Tell the user of an event: by one mail to their address, or to this one, theirs until now,
    and by a notice in each of their teams."""
    told_id = _keep(user_id, event, address or primary_email(user_id), detail)
    owed = [told_id] if told_id else []

    def in_team(actor: Actor) -> None:
        if owed:
            owe_mail(owed.pop())
        notify(
            code_of(event),
            member_id=actor.member_id,
            thing_kind="user",
            thing_id=user_id,
            key=f"{code_of(event)}:{db.new_id()}",
        )

    in_each_team(user_id, in_team)


def _keep(user_id: UUID, event: str, address: str | None, detail: str) -> UUID | None:
    """What the mail says. Its job carries ids only, so it waits in a credential that opens nothing."""
    if address is None:
        return None
    told = Credential(
        id=db.new_id(),
        user_id=user_id,
        kind="link",
        purpose=event,
        address=address,
        detail=detail or None,
        used_at=clock.now(),
    )
    db.add(told)
    db.flush()
    return told.id


def owe_mail(credential_id: UUID) -> None:
    """Owe the mail of a stored link or event; the transaction is set to a team."""
    outbox.put(MAIL_JOB, {"credential_id": credential_id}, queue_name=queue.MAIL, priority=1)
