"""What members hear of their own ways in: by a mail that says more, and in the portal's list.

Neither can be switched off: whoever took an account over would do that first.
"""

from uuid import UUID

from babel.support import LazyProxy

from community.core.i18n import lazy
from community.identity.models import Actor
from community.notifications.catalogue import PLAIN, NoticeKind, Words

# What is told by mail of everybody's ways in, whatever their settings: subject and sentence.
EVENTS: dict[str, tuple[LazyProxy, LazyProxy]] = {
    "new_browser": (
        lazy("You signed in from a new browser"),
        lazy("somebody signed in as you with a browser that we have not seen before: %(detail)s."),
    ),
    "factor_added": (
        lazy("An authenticator app was set up"),
        lazy(
            "an authenticator app was set up for your account. Every other browser was signed out,"
            " and your tokens ended."
        ),
    ),
    "factor_removed": (
        lazy("Your authenticator app was removed"),
        lazy(
            "your authenticator app was removed: sign-ins do not ask it any more. Every other"
            " browser was signed out, and your tokens ended."
        ),
    ),
    "passkey_added": (
        lazy("A passkey was added"),
        lazy(
            "a passkey was added to your account: %(detail)s. Every other browser was signed out,"
            " and your tokens ended."
        ),
    ),
    "passkey_removed": (
        lazy("A passkey was removed"),
        lazy(
            "a passkey was removed from your account: %(detail)s. Every other browser was signed"
            " out, and your tokens ended."
        ),
    ),
    "factors_forgotten": (
        lazy("Your second factors were taken away"),
        lazy(
            "whoever runs this place took all your second factors away, because you had lost them."
            " You were signed out everywhere, and your tokens ended."
        ),
    ),
    "recovery_codes_renewed": (
        lazy("You have new recovery codes"),
        lazy("new recovery codes were made for your account. Those you had are worth nothing now."),
    ),
    "recovery_code_used": (
        lazy("A recovery code was used"),
        lazy("one of your recovery codes was used. Make new ones before they run out."),
    ),
    "sessions_ended": (
        lazy("You were signed out elsewhere"),
        lazy("your account was signed out of other browsers."),
    ),
    "account_linked": (
        lazy("An account elsewhere was linked"),
        lazy("whoever signs in at %(detail)s with your account there signs in here as you now."),
    ),
    "account_unlinked": (
        lazy("An account elsewhere was unlinked"),
        lazy("your account at %(detail)s does not sign you in here any more."),
    ),
    "token_ended": (
        lazy("A token was ended"),
        lazy("a token that let a program act in your name was ended: %(detail)s."),
    ),
    "token_made": (
        lazy("A token was made"),
        lazy("a token was made that lets a program act in your name: %(detail)s."),
    ),
}
# What has a mail of its own words, and how the list says it.
OTHERS: dict[str, LazyProxy] = {
    "password_changed": lazy("Your password was set or changed"),
    "email_changed": lazy("Your address was changed"),
}
_PLACES = {
    "factor": "/settings/second_factor",
    "factors": "/settings/second_factor",
    "passkey": "/settings/second_factor",
    "recovery": "/settings/second_factor",
    "token": "/settings/tokens",
    "email": "/settings/profile",
    "account": "/settings/linked",
}


def code_of(event: str) -> str:
    """The kind of the notice of an event."""
    return f"security_{event}"


def _is_own(actor: Actor, user_id: UUID) -> bool:
    return actor.user_id == user_id


def _kind(event: str, subject: LazyProxy) -> NoticeKind:
    path = _PLACES.get(event.partition("_")[0], "/settings/sessions")

    def words(_actor: Actor, _user_id: UUID) -> Words:
        return Words(sentence=f"{subject}.", path=path)

    return NoticeKind(
        code=code_of(event),
        label=subject,
        reason=lazy("It concerns how you sign in."),
        template=PLAIN,
        may_read=_is_own,
        words=words,
        channels=("app",),
        essential=True,
    )


KINDS = [
    _kind(event, subject)
    for event, subject in [(event, said[0]) for event, said in EVENTS.items()] + [*OTHERS.items()]
]
