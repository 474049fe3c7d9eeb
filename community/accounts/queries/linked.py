"""Reading accounts elsewhere: whom they sign in, and what came back from a provider."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from community.accounts.models import Credential, LinkedAccount
from community.core import clock, db, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import User


def find_linked(user_id: UUID) -> Sequence[LinkedAccount]:
    """The accounts elsewhere that sign a user in, the oldest first."""
    statement = select(LinkedAccount).where(LinkedAccount.user_id == user_id)
    return db.session().scalars(statement.order_by(LinkedAccount.id)).all()


def get_linked(user_id: UUID, linked_id: UUID) -> LinkedAccount:
    """One of the user's own."""
    found = db.session().scalar(
        select(LinkedAccount).where(LinkedAccount.id == linked_id, LinkedAccount.user_id == user_id)
    )
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def find_by_subject(issuer: str, subject: str) -> LinkedAccount | None:
    """The account that a provider calls by this subject, of a user who may sign in."""
    return db.session().scalar(
        select(LinkedAccount)
        .join(User, User.id == LinkedAccount.user_id)
        .where(
            LinkedAccount.issuer == issuer,
            LinkedAccount.subject == subject,
            User.disabled_at.is_(None),
        )
    )


def is_linked_with(user_id: UUID, issuer: str) -> bool:
    """Whether a user signs in by some account of this provider."""
    found = select(LinkedAccount.id).where(
        LinkedAccount.user_id == user_id, LinkedAccount.issuer == issuer
    )
    return db.session().scalar(found) is not None


def find_way(state: str) -> Credential | None:
    """The way to a provider that is still under way by this state."""
    return db.session().scalar(
        select(Credential).where(
            Credential.digest == tokens.digest(state),
            Credential.kind == "provider",
            Credential.used_at.is_(None),
            Credential.expires_at > clock.now(),
        )
    )


def get_proof(user_id: UUID, proof_id: UUID) -> Credential:
    """What the user came back with from a provider, not linked yet."""
    found = db.session().scalar(
        select(Credential).where(
            Credential.id == proof_id,
            Credential.user_id == user_id,
            Credential.kind == "proof",
            Credential.used_at.is_(None),
            Credential.expires_at > clock.now(),
        )
    )
    if found is None:
        raise NotFound(_("This took too long. Begin again."), code="proof_expired")
    return found
