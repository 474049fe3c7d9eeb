"""Word to whoever was erased, at the address of their account; nothing keeps it once it has left."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update

from community.accounts.models import Credential
from community.core import clock, db, outbox, queue
from community.core.outbox import Claim, OutboxRow
from community.identity.queries import find_user, primary_email
from community.notifications.models import MailSuppression
from community.records import queries
from community.records.queries.concerns import Subject

JOB = "records.mail_erased"
PURPOSE = "erased"


def find_addressees(subject: Subject) -> list[tuple[str, str]]:
    """The address and language of their account; asked before it is emptied."""
    found = []
    for user_id in dict.fromkeys(queries.find_users(subject)):
        user, address = find_user(user_id), primary_email(user_id)
        if user is not None and address is not None:
            found.append((address, user.locale))
    return found


def owe_word(addressees: Sequence[tuple[str, str]]) -> None:
    """Owe the mail. Its address waits in a credential that opens nothing and belongs to nobody."""
    for address, locale in addressees:
        told = Credential(
            id=db.new_id(),
            kind="link",
            purpose=PURPOSE,
            address=address,
            detail=locale,
            used_at=clock.now(),
        )
        db.add(told)
        db.flush()
        outbox.put(JOB, {"credential_id": told.id}, queue_name=queue.MAIL, priority=outbox.URGENT)


def find_word(credential_id: UUID) -> Credential | None:
    """Where it goes, and in which language; None once it has left."""
    found = db.session().get(Credential, credential_id)
    return found if found is not None and found.purpose == PURPOSE else None


def forget_word(claim: Claim, credential_id: UUID) -> None:
    """Forget the address when the mail has left or was refused for good, errors that quote it too."""
    told = find_word(credential_id)
    if told is None or told.address is None:
        return
    quoting = update(OutboxRow).where(OutboxRow.team_id == claim.team_id, OutboxRow.id == claim.id)
    db.session().execute(
        quoting.values(last_error=None).execution_options(synchronize_session=False)
    )
    db.session().execute(
        delete(MailSuppression).where(
            MailSuppression.team_id == claim.team_id, MailSuppression.address == told.address
        )
    )
    db.session().delete(told)
