"""Passkeys and security keys (WebAuthn). Place and origin come from BASE_URL alone."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from community.accounts.models import Credential, Passkey
from community.accounts.queries import factors as queries
from community.core import clock, db, mail, tokens
from community.core.errors import Conflict, RuleBroken
from community.core.i18n import gettext as _

CHALLENGE_LIFE = timedelta(minutes=5)
MOST = 20
# What malformed input makes the library raise besides its own errors.
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)


def are_offered() -> bool:
    """Whether browsers make passkeys for this address: they do not for bare numbers."""
    try:
        ip_address(_place())
    except ValueError:
        return True
    return False


def options_to_register(user_id: UUID, *, address: str, name: str) -> str:
    """What the browser needs to make a passkey, as JSON."""
    options = generate_registration_options(
        rp_id=_place(),
        rp_name=_place(),
        user_id=user_id.bytes,
        user_name=address,
        user_display_name=name,
        exclude_credentials=_descriptors(user_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    _keep_challenge(options.challenge, "register", user_id)
    return options_to_json(options)


def register(user_id: UUID, answer: str, *, name: str) -> Passkey:
    """Take the passkey that the browser made, under a name of its owner's."""
    if len(queries.find_passkeys(user_id)) >= MOST:
        raise Conflict(
            _("You have %(most)d passkeys. Remove one first.", most=MOST), code="too_many"
        )
    try:
        made = parse_registration_credential_json(answer)
        challenge = _spend_challenge(made, "register", user_id)
        verified = verify_registration_response(
            credential=made,
            expected_challenge=challenge,
            expected_rp_id=_place(),
            expected_origin=_origin(),
        )
    except _MALFORMED as error:
        raise _refused() from error
    passkey = Passkey(
        user_id=user_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        transports=[transport.value for transport in made.response.transports or []],
    )
    try:
        with db.attempt():
            db.add(passkey)
    except IntegrityError as error:
        raise Conflict(_("This passkey is registered already."), code="known_passkey") from error
    return passkey


def options_to_prove(user_id: UUID | None) -> str:
    """What the browser needs to ask for a passkey: any of the place's, or one of the user's."""
    alone = user_id is None
    options = generate_authentication_options(
        rp_id=_place(),
        allow_credentials=None if user_id is None else _descriptors(user_id),
        user_verification=UserVerificationRequirement.REQUIRED
        if alone
        else UserVerificationRequirement.PREFERRED,
    )
    _keep_challenge(options.challenge, "prove", user_id)
    return options_to_json(options)


def prove(answer: str, *, user_id: UUID | None) -> Passkey:
    """The passkey that signed our challenge: the user's own, or anybody's where no user is known.

    Alone it must have checked its owner (by a finger or a PIN); as a second factor it need not.
    """
    try:
        given = parse_authentication_credential_json(answer)
        challenge = _spend_challenge(given, "prove", user_id)
        passkey = queries.find_passkey_by_credential(given.raw_id)
        if passkey is None or passkey.user_id != (user_id or passkey.user_id):
            raise _refused()
        handle = given.response.user_handle
        if handle is not None and handle != passkey.user_id.bytes:
            raise _refused()
        verified = _verify(given, challenge, passkey, alone=user_id is None)
    except _MALFORMED as error:
        raise _refused() from error
    _count(passkey, verified.new_sign_count)
    return passkey


def _verify(
    given: AuthenticationCredential, challenge: bytes, passkey: Passkey, *, alone: bool
) -> VerifiedAuthentication:
    return verify_authentication_response(
        credential=given,
        expected_challenge=challenge,
        expected_rp_id=_place(),
        expected_origin=_origin(),
        credential_public_key=passkey.public_key,
        # The counter is judged by `_count`, which also stands two answers at once.
        credential_current_sign_count=0,
        require_user_verification=alone,
    )


def _count(passkey: Passkey, now: int) -> None:
    """Move the counter on; one that does not move was copied (one that stays at 0 does not count)."""
    moved = db.session().execute(
        update(Passkey)
        .where(
            Passkey.id == passkey.id,
            (Passkey.sign_count < now) if now else (Passkey.sign_count == 0),
        )
        .values(sign_count=now, last_used_at=clock.now())
    )
    if db.row_count(moved) != 1:
        raise RuleBroken(
            _(
                "This passkey counted backwards: somebody may have a copy of it."
                " Sign in another way and remove it."
            ),
            code="passkey_copied",
        )


def _descriptors(user_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value: transport for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[known[word] for word in passkey.transports if word in known],
        )
        for passkey in queries.find_passkeys(user_id)
    ]


def _keep_challenge(challenge: bytes, purpose: str, user_id: UUID | None) -> None:
    db.add(
        Credential(
            user_id=user_id,
            kind="challenge",
            purpose=purpose,
            digest=tokens.digest(challenge.hex()),
            expires_at=clock.now() + CHALLENGE_LIFE,
        )
    )
    db.flush()


def _spend_challenge(
    answer: AuthenticationCredential | RegistrationCredential, purpose: str, user_id: UUID | None
) -> bytes:
    """The challenge that the answer names, if it is ours, for this, and was not answered yet."""
    challenge = parse_client_data_json(answer.response.client_data_json).challenge
    spent = db.session().execute(
        update(Credential)
        .where(
            Credential.digest == tokens.digest(challenge.hex()),
            Credential.kind == "challenge",
            Credential.purpose == purpose,
            Credential.user_id.is_not_distinct_from(user_id),
            Credential.used_at.is_(None),
            Credential.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise _refused()
    return challenge


def _refused() -> RuleBroken:
    return RuleBroken(
        _("This passkey was not accepted. Try again, or choose another way."),
        code="passkey_refused",
    )


def _origin() -> str:
    base = urlsplit(mail.settings().base_url)
    return f"{base.scheme}://{base.netloc}"


def _place() -> str:
    return urlsplit(mail.settings().base_url).hostname or ""
