"""The errors domain code raises; `web.errors` maps them once to problem+json or a page."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One refused input: the field's path (`emails.0.value`) and how to mend it."""

    field: str
    message: str


class AppError(Exception):
    """Base of every expected refusal. `code` is stable for programs, `message` is for people."""

    status = 500
    default_code = "error"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        field: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(str(message) or code or self.default_code)
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.errors = tuple(errors) or ((FieldError(field, str(message)),) if field else ())
        self.retry_after = retry_after


class BadRequest(AppError):
    """The request itself cannot be read (malformed cursor, JSON, header): input like any other."""

    status = 422
    default_code = "bad_request"


class NotSignedIn(AppError):
    """No valid session or token."""

    status = 401
    default_code = "not_signed_in"


class NotAllowed(AppError):
    """Visible to the actor, but not theirs to do."""

    status = 403
    default_code = "not_allowed"


class ConfirmFirst(AppError):
    """Theirs to do, once they have proved again that it is them: the sign-in is too long ago."""

    status = 403
    default_code = "confirm_first"


class FactorFirst(AppError):
    """The team asks for a second factor, and the member has none yet."""

    status = 403
    default_code = "second_factor_first"


class NotFound(AppError):
    """Absent, of another team, or hidden: the three answer alike."""

    status = 404
    default_code = "not_found"


class Conflict(AppError):
    """The thing is in a state that does not admit this act."""

    status = 409
    default_code = "conflict"


class Stale(AppError):
    """If-Match names another version than the stored one."""

    status = 412
    default_code = "stale"


class PreconditionMissing(AppError):
    """If-Match is required here."""

    status = 428
    default_code = "if_match_required"


class RuleBroken(AppError):
    """The input is well formed but breaks a rule; names the field and the mend."""

    status = 422
    default_code = "rule_broken"


class TooManyTries(AppError):
    """A counter is full; `retry_after` is in seconds."""

    status = 429
    default_code = "too_many_tries"


class TooLarge(AppError):
    """The body or file is over its limit."""

    status = 413
    default_code = "too_large"


class Unavailable(AppError):
    """Something the act needs is away for the moment."""

    status = 503
    default_code = "unavailable"
