"""Linking accounts elsewhere with one's own, and taking such a link back.

Who is signed in links by three steps: the way to the provider, what they come back with, and a
button that says whose account it is. A page of somebody else can make a browser walk the first
two, but not press the third.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from community.accounts.actions.entry import forget_halves
from community.accounts.actions.identities import link_to, read_proof, write_proof
from community.accounts.actions.security_mail import tell
from community.accounts.actions.sessions import end_everything_else, rotate
from community.accounts.actions.teams import journal_everywhere
from community.accounts.models import Credential
from community.accounts.queries import linked as queries
from community.accounts.queries.opening import OpenSession, require_fresh
from community.core import clock, db, providers
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.core.providers import Identity

PROOF_LIFE = timedelta(minutes=10)


def keep_proof(session: OpenSession, user_id: UUID, identity: Identity) -> UUID:
    """Keep what the signed-in user came back with, until they say that it is theirs."""
    if session.user_id != user_id:
        raise NotAllowed(
            _("Somebody else is signed in here by now. Begin again."), code="signed_in_as_other"
        )
    require_fresh(session)
    proof_id = db.new_id()
    proof = Credential(
        id=proof_id,
        user_id=user_id,
        kind="proof",
        purpose="link",
        expires_at=clock.now() + PROOF_LIFE,
    )
    write_proof(proof, identity)
    db.add(proof)
    db.flush()
    return proof_id


def link_account(session: OpenSession, proof_id: UUID) -> str:
    """Link what the user came back with. Returns the new secret of this browser's session."""
    require_fresh(session)
    proof = queries.get_proof(session.user_id, proof_id)
    spent = db.session().execute(
        update(Credential)
        .where(Credential.id == proof.id, Credential.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise NotFound(_("This took too long. Begin again."), code="proof_expired")
    link_to(session.user_id, read_proof(proof))
    return _everything_else_ends(session)


def unlink_account(session: OpenSession, linked_id: UUID) -> str:
    """The account signs nobody in any more. Returns the new secret of this browser's session."""
    require_fresh(session)
    account = queries.get_linked(session.user_id, linked_id)
    label = providers.label_of(account.issuer)
    db.session().delete(account)
    db.flush()
    journal_everywhere(session.user_id, "unlink_account")
    tell(session.user_id, "account_unlinked", detail=label)
    return _everything_else_ends(session)


def _everything_else_ends(session: OpenSession) -> str:
    forget_halves(session.user_id)
    end_everything_else(session)
    return rotate(session)
