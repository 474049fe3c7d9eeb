"""Word of what happened to somebody's ways in, by a mail that nobody can switch off."""

from uuid import UUID

from community.accounts.actions.teams import in_each_team
from community.accounts.models import Credential
from community.core import clock, db, outbox, queue
from community.identity.queries import primary_email

MAIL_JOB = "accounts.mail_link"


def tell(user_id: UUID, event: str, *, address: str | None = None, detail: str = "") -> None:
    """Owe a mail about an event to the user's address, or to this one, theirs until now.

    The job carries ids only, so address and detail wait in a credential that opens nothing.
    """
    to = address or primary_email(user_id)
    if to is None:
        return
    told = Credential(
        id=db.new_id(),
        user_id=user_id,
        kind="link",
        purpose=event,
        address=to,
        detail=detail or None,
        used_at=clock.now(),
    )
    db.add(told)
    db.flush()
    in_each_team(user_id, lambda _actor: owe_mail(told.id), first_only=True)


def owe_mail(credential_id: UUID) -> None:
    """Owe the mail of a stored link or event; the transaction is set to a team."""
    outbox.put(MAIL_JOB, {"credential_id": credential_id}, queue_name=queue.MAIL, priority=1)
