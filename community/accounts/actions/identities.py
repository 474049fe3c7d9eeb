"""An account elsewhere becomes one that signs its user in; until then it is kept as a proof."""

import json
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from community.accounts.actions.security_mail import tell
from community.accounts.actions.teams import journal_everywhere
from community.accounts.models import Credential, LinkedAccount
from community.core import clock, db, providers
from community.core.errors import Conflict
from community.core.i18n import gettext as _
from community.core.providers import Identity


def link_to(user_id: UUID, identity: Identity) -> LinkedAccount:
    """This account signs the user in from now on; they are told. Conflict when it is taken."""
    row = LinkedAccount(
        user_id=user_id,
        issuer=identity.issuer,
        subject=identity.subject,
        address=identity.address or "",
        last_used_at=clock.now(),
    )
    try:
        with db.attempt():
            db.add(row)
    except IntegrityError as error:
        raise Conflict(
            _("This account is linked with somebody here already, or you have linked another one."),
            code="linked_otherwise",
        ) from error
    journal_everywhere(user_id, "link_account")
    tell(user_id, "account_linked", detail=providers.label_of(identity.issuer))
    return row


def write_proof(proof: Credential, identity: Identity) -> None:
    """Keep beside a credential whose account it is."""
    told = {"issuer": identity.issuer, "subject": identity.subject}
    proof.address = identity.address
    proof.detail = json.dumps({**told, "name": identity.name[:200]})


def read_proof(proof: Credential) -> Identity:
    """Whose account it is that waits to be linked."""
    told = json.loads(proof.detail or "{}")
    return Identity(told["issuer"], told["subject"], proof.address, told["name"])
