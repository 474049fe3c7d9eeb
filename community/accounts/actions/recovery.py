"""Recovery codes: ten, each good once, for whoever has lost the second factor."""

import secrets
from uuid import UUID

from sqlalchemy import delete, update

from community.accounts.actions.security_mail import tell
from community.accounts.actions.teams import journal_everywhere
from community.accounts.models import Credential
from community.core import clock, db, tokens

COUNT = 10
# No 0, 1, i, l or o: what is read from paper is typed as it was meant.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _GROUP = 16, 4


def renew(user_id: UUID) -> list[str]:
    """Ten new codes in place of those before. They are returned this once; hashes are kept."""
    forget(user_id)
    codes = [_new_code() for _ in range(COUNT)]
    db.add(
        *[
            Credential(
                user_id=user_id,
                kind="recovery",
                purpose="second_factor",
                digest=_digest(user_id, code),
            )
            for code in codes
        ]
    )
    db.flush()
    return codes


def forget(user_id: UUID) -> None:
    """Remove every code of the user."""
    db.session().execute(
        delete(Credential).where(Credential.user_id == user_id, Credential.kind == "recovery")
    )


def spend(user_id: UUID, code: str) -> bool:
    """Use one of the user's codes up; False when it is none of them or used already."""
    spent = db.session().execute(
        update(Credential)
        .where(
            Credential.user_id == user_id,
            Credential.kind == "recovery",
            Credential.digest == _digest(user_id, code),
            Credential.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        return False
    journal_everywhere(user_id, "use_recovery_code")
    tell(user_id, "recovery_code_used")
    return True


def _new_code() -> str:
    """Sixteen letters and digits, 79 random bits, in groups of four."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _digest(user_id: UUID, code: str) -> bytes:
    """The hash of a code however it is written: capitals, spaces and hyphens do not matter."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return tokens.digest(f"recovery:{user_id}:{plain}")
