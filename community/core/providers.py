"""The providers that people may sign in by (OpenID Connect), as the installation names them.

Apart from `core.oidc`, which speaks with them: a command that signs nobody in loads no client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from community.core.errors import AppError, NotAllowed, NotFound, Unavailable
from community.core.i18n import gettext as _
from config import ANY_DOMAIN, OidcProvider

Metadata = dict[str, Any]

_providers: dict[str, OidcProvider] = {}
_base_url = ""


@dataclass(frozen=True)
class Secrets:
    """What one sign-in at a provider is recognised by: on the way there, in the signed answer,
    and when the code is exchanged (PKCE)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for. `address` only if it says it has verified it."""

    issuer: str
    subject: str
    address: str | None
    name: str


def configure(providers: Sequence[OidcProvider], base_url: str) -> None:
    """Install the providers. Called once by the composition root."""
    global _base_url
    _providers.clear()
    _providers.update({provider.name: provider for provider in providers})
    _base_url = base_url


def all_providers() -> list[OidcProvider]:
    """Every provider, in the order they are named in."""
    return list(_providers.values())


def get_provider(name: str) -> OidcProvider:
    """One by its name; NotFound when nobody named it."""
    found = _providers.get(name)
    if found is None:
        raise NotFound(_("There is no such way to sign in."), code="provider_unknown")
    return found


def label_of(issuer: str) -> str:
    """What people call the provider of this issuer; its address when it is no longer one of ours."""
    found = (provider for provider in _providers.values() if provider.issuer == issuer)
    return next((provider.label for provider in found), issuer)


def callback_url(provider: OidcProvider) -> str:
    """Where the provider sends people back to: never built from a request."""
    return f"{_base_url}/login/oidc/{provider.name}/callback"


def vouches_for(provider: OidcProvider, address: str) -> bool:
    """Whether the provider may speak for this address: its domain is one of the provider's."""
    return provider.domains == (ANY_DOMAIN,) or address.rpartition("@")[2] in provider.domains


def away(provider: OidcProvider) -> AppError:
    """The provider does not answer."""
    words = _(
        "%(provider)s does not answer at the moment. Try again, or sign in another way.",
        provider=provider.label,
    )
    return Unavailable(words, code="provider_away")


def refused(provider: OidcProvider) -> AppError:
    """The provider's answer proves nothing."""
    words = _(
        "What %(provider)s answered does not prove who you are. Begin again, or sign in another way.",
        provider=provider.label,
    )
    return NotAllowed(words, code="provider_refused")
